/*
 * keys.c
 *		The agreement on a key, as the server's functions public_key,
 *		agree_key, confirmation_code and confirm_key have it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/kit.h"
#include "normalize/epoch.h"

static const char ROLE[] = "accountmatch-psi";

/* End the program unless a key may be called so */
static void
check_name(const char *name)
{
	size_t		len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (len == 0 || len > ACM_KIT_NAME_MAX || name[len] != '\0')
		acm_kit_die("a key's name has 1 to %d of a-z, 0-9, _ and -", ACM_KIT_NAME_MAX);
}

/* Read a key file; false if there is none */
static bool
read_key(const char *path, acm_key_record *rec)
{
	acm_bytes	file = acm_kit_read_file(path);

	if (file.data == NULL)
		return false;
	if (file.len != sizeof *rec)
		acm_kit_die("key file \"%s\" has a wrong length", path);
	memcpy(rec, file.data, sizeof *rec);
	acm_cleanse((void *) file.data, file.len);
	free((void *) file.data);
	if (acm_key_problem(rec))
		acm_kit_die("key file \"%s\": %s", path, acm_key_problem(rec));
	return true;
}

/* Print bytes as hex */
static void
print_hex(const uint8_t *data, size_t len)
{
	char		hex[2 * ACM_PUBLIC_LEN + 1];

	acm_hex(data, len, hex);
	printf("%s\n", hex);
}

/* Our half of an agreement, made the first time */
void
acm_kit_public_key(const char *name)
{
	char		path[100];
	acm_key_record pair;

	check_name(name);
	snprintf(path, sizeof path, "%s.pair", name);
	if (!read_key(path, &pair))
	{
		acm_key_begin(&pair, ACM_KEY_PAIR, ACM_EPOCH, ROLE, "");
		if (!acm_p256_generate(pair.secret, pair.own_public) || !acm_key_seal(&pair))
			acm_kit_die("OpenSSL could not make a P-256 key");
		acm_kit_write_file(path, (acm_bytes) {&pair, sizeof pair}, true);
	}
	print_hex(pair.own_public, ACM_PUBLIC_LEN);
	acm_cleanse(&pair, sizeof pair);
}

/* Call use for each agreed key of the home directory until it gives true */
static bool
each_key(bool (*use) (const char *file, const acm_key_record *key, void *arg), void *arg)
{
	DIR		   *d = opendir(".");
	struct dirent *de;
	bool		found = false;

	while (!found && d && (de = readdir(d)) != NULL)
	{
		const char *dot = strchr(de->d_name, '.');
		acm_key_record key;

		if (dot == NULL || strspn(dot + 1, "0123456789abcdef") != 2 * ACM_KEY_ID_LEN ||
			(dot[9] != '\0' && strcmp(dot + 9, ".pending") != 0) ||
			!read_key(de->d_name, &key))
			continue;
		found = acm_key_kind_of(&key) == ACM_KEY_AGREED && use(de->d_name, &key, arg);
		acm_cleanse(&key, sizeof key);
	}
	if (d)
		closedir(d);
	return found;
}

/* What acm_kit_confirm looks for */
typedef struct wanted_code
{
	const char *name;
	char		code[ACM_CODE_BUF];
	bool		own;
	bool		any;
} wanted_code;

/* Confirm a key that the code is of */
static bool
confirm(const char *file, const acm_key_record *key, void *arg)
{
	wanted_code *w = arg;
	size_t		len = strlen(w->name);
	char		code[ACM_CODE_BUF];
	char		usable[ACM_KIT_NAME_MAX + 20];

	if (strncmp(file, w->name, len) != 0 || file[len] != '.')
		return false;
	w->any = true;
	if (!acm_key_code(key, true, code))
		acm_kit_die("OpenSSL could not compute HMAC");
	w->own |= strcmp(code, w->code) == 0;
	if (!acm_key_code(key, false, code) || strcmp(code, w->code) != 0)
		return false;
	snprintf(usable, sizeof usable, "%.*s", (int) len + 9, file);
	if (strcmp(file, usable) != 0 && rename(file, usable) != 0)
		acm_kit_die("key \"%s\" could not be confirmed", w->name);
	return true;
}

/* Make a key usable, given the other side's code */
void
acm_kit_confirm(const char *name, const char *code)
{
	wanted_code w = {.name = name};
	size_t		n = 0;

	check_name(name);
	for (; *code; code++)
	{
		if (*code == '-' || *code == ' ')
			continue;
		if (n == ACM_CODE_BUF - 1)
			break;
		if (n % 5 == 4)
			w.code[n++] = '-';
		w.code[n++] = *code >= 'A' && *code <= 'F' ? (char) (*code - 'A' + 'a') : *code;
	}
	if (each_key(confirm, &w))
		printf("confirmed\n");
	else
		acm_kit_die(!w.any ? "there is no key \"%s\": run agree first" :
					w.own ? "that is your own code for \"%s\": give the other side's" :
					"the code does not confirm key \"%s\": compare fingerprints and labels by telephone", name);
}

/* What acm_kit_find_key looks for */
typedef struct wanted_sides
{
	const uint8_t *own;
	const uint8_t *their;
	bool		pending;
	acm_key_record key;
} wanted_sides;

/* Whether a key is of two sides, and confirmed */
static bool
has_sides(const char *file, const acm_key_record *key, void *arg)
{
	wanted_sides *w = arg;

	if (memcmp(key->own_public, w->own, ACM_PUBLIC_LEN) != 0 || memcmp(key->their_public, w->their, ACM_PUBLIC_LEN) != 0)
		return false;
	if (strstr(file, ".pending"))
	{
		w->pending = true;
		return false;
	}
	w->key = *key;
	return true;
}

/* Compute the key that the other side computes; it is pending */
void
acm_kit_agree(const char *name, const char *label, const char *their_public)
{
	char		path[150];
	acm_key_record pair;
	acm_key_record key;
	uint8_t		their[ACM_PUBLIC_LEN];
	uint8_t		id[ACM_KEY_ID_LEN];
	char		hex[2 * ACM_KEY_ID_LEN + 1];
	char		code[ACM_CODE_BUF];
	char		digits[ACM_FINGERPRINT_BUF];
	wanted_sides w;

	check_name(name);
	snprintf(path, sizeof path, "%s.pair", name);
	if (!read_key(path, &pair))
		acm_kit_die("there is no key pair \"%s\": run public-key first", name);
	if (strlen(label) == 0 || strlen(label) > ACM_KEY_LABEL_MAX)
		acm_kit_die("a label has 1 to %d bytes, and is the same on both sides", ACM_KEY_LABEL_MAX);
	if (strlen(their_public) != 2 * ACM_PUBLIC_LEN || !acm_unhex(their_public, ACM_PUBLIC_LEN, their) || !acm_p256_valid(their))
		acm_kit_die("that is no public key: it has %d hex digits", 2 * ACM_PUBLIC_LEN);
	if (memcmp(their, pair.own_public, sizeof their) == 0)
		acm_kit_die("that is your own public key");
	acm_key_begin(&key, ACM_KEY_AGREED, acm_key_epoch(&pair), ROLE, label);
	if (!acm_key_agree(&key, &pair, their) || !acm_key_seal(&key) || !acm_key_id(&key, id) ||
		!acm_key_code(&key, true, code) || !acm_key_digits(&key, digits))
		acm_kit_die("OpenSSL could not agree on a key");
	acm_hex(id, sizeof id, hex);
	w = (wanted_sides) {.own = key.own_public, .their = key.their_public};
	if (each_key(has_sides, &w) && strcmp(w.key.label, label) != 0)
		acm_kit_die("these two public keys are agreed on already under the label \"%s\": begin with public-key under another name", w.key.label);
	acm_cleanse(&w, sizeof w);
	snprintf(path, sizeof path, "%s.%s", name, hex);
	if (access(path, F_OK) != 0)
	{
		snprintf(path, sizeof path, "%s.%s.pending", name, hex);
		acm_kit_write_file(path, (acm_bytes) {&key, sizeof key}, false);
	}
	printf("key          %s/%s\n", name, hex);
	printf("your code    %s\n", code);
	printf("fingerprint  %s\n", digits);
	acm_cleanse(&pair, sizeof pair);
	acm_cleanse(&key, sizeof key);
}

/* The key of two sides */
acm_key_record
acm_kit_find_key(const uint8_t *own, const uint8_t *their)
{
	wanted_sides w = {.own = own, .their = their};

	if (!each_key(has_sides, &w))
		acm_kit_die(w.pending ? "the key of this file is not confirmed yet: run confirm with the other side's code" :
					"there is no key for this file: it is not for you, or the key was not agreed on here");
	return w.key;
}
