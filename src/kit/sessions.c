/*
 * sessions.c
 *		Answering an offer, and going on with a session.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kit/kit.h"

/* Print a line */
static void
print_line(void *arg, const char *text)
{
	printf("%s\n", text);
}

/* A file of the other side */
static acm_bytes
read_message(const char *path)
{
	acm_bytes	file = acm_kit_read_file(path);

	if (file.data == NULL)
		acm_kit_die("\"%s\" cannot be read", path);
	return file;
}

/* What a file holds */
void
acm_kit_inspect(const char *path)
{
	acm_psi_describe(read_message(path), print_line, NULL);
}

/* The head of a file; the program ends if it has none */
static acm_psi_head
read_head(acm_bytes file, const char *path)
{
	acm_psi_head head;
	const char *problem = acm_psi_read_head(file, &head);

	if (problem)
		acm_kit_die("\"%s\": %s", path, problem);
	return head;
}

/* What a session is called: see kit.h */
static void
session_name(const uint8_t offer[ACM_HASH_LEN], char name[ACM_KIT_SESSION_BUF])
{
	acm_hex(offer, 8, name);
}

/* Path of the file of an open session, in a static buffer */
static const char *
session_path(const char *name)
{
	static char path[ACM_KIT_SESSION_BUF + 10];

	snprintf(path, sizeof path, "%s.open", name);
	return path;
}

/* Remove the file of an open session; it is overwritten first, as far as the file system lets */
static void
forget(const char *name)
{
	const char *path = session_path(name);
	FILE	   *f = fopen(path, "r+b");
	long		left;

	if (f == NULL)
		return;
	fseek(f, 0, SEEK_END);
	left = ftell(f);
	rewind(f);
	while (left-- > 0)
		fputc(0, f);
	fflush(f);
	fsync(fileno(f));
	fclose(f);
	unlink(path);
}

/* A failure of the core: say it, and end what cannot go on */
static _Noreturn void
fail(acm_psi *psi, const char *path, const char *name)
{
	acm_psi_fault fault;
	char		error[300];

	snprintf(error, sizeof error, "%s", acm_psi_error(psi, &fault));
	acm_psi_free(psi);
	if (name && fault >= ACM_PSI_LIMIT)
	{
		forget(name);
		acm_kit_die("\"%s\": %s. The session is ended.", path, error);
	}
	acm_kit_die("\"%s\": %s", path, error);
}

/* Keep the session */
static void
keep(acm_psi *psi, const char *name)
{
	acm_bytes	state;

	if (!acm_psi_save(psi, &state))
		acm_kit_die("out of memory");
	acm_kit_write_file(session_path(name), state, false);
}

/* Write the file that is to be sent */
static void
give(const char *name, acm_bytes out, const acm_kit_options *options, uint32_t step)
{
	char		path[ACM_KIT_SESSION_BUF + 20];

	snprintf(path, sizeof path, "%s-%u.psi", name, step);
	acm_kit_write_file(options->out ? options->out : path, out, false);
	printf("send this file to the other side: %s\n", options->out ? options->out : path);
}

/* Refuse an offer that was answered before, and note it */
static void
note_answered(const char *name)
{
	FILE	   *f = fopen("answered", "a+");
	char		line[100];

	if (f == NULL)
		acm_kit_die("\"answered\" cannot be written");
	rewind(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, name, ACM_KIT_SESSION_BUF - 1) == 0)
			acm_kit_die("this offer was answered before: ask for a new one");
	fprintf(f, "%s\n", name);
	if (fflush(f) != 0 || fsync(fileno(f)) != 0 || fclose(f) != 0)
		acm_kit_die("\"answered\" cannot be written");
}

/* Answer an offer */
void
acm_kit_answer(const char *path, const char *list, const acm_kit_options *options)
{
	acm_bytes	file = read_message(path);
	acm_psi_head head = read_head(file, path);
	acm_key_record key = acm_kit_find_key(head.to, head.from);
	acm_psi    *psi = acm_psi_new(&key, NULL, NULL);
	uint8_t		offer[ACM_HASH_LEN];
	char		name[ACM_KIT_SESSION_BUF];
	acm_bytes	out;
	acm_psi_facts facts;

	acm_cleanse(&key, sizeof key);
	if (psi == NULL || !acm_psi_offer_of(file, &head, offer))
		acm_kit_die("out of memory");
	if (head.step != 1)
		acm_kit_die("\"%s\" is not an offer: run finish for it", path);
	session_name(offer, name);
	acm_kit_read_csv(list, acm_psi_own_list(psi));
	if (!acm_psi_reply(psi, file, &options->terms, &options->limits, &out))
		fail(psi, path, NULL);
	acm_psi_tell(psi, &facts);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (facts.terms.kinds & (1u << kind))
			printf("keys of kind %s: %u of yours, %u of theirs\n", acm_psi_kind_name(kind), facts.ours[kind], facts.theirs[kind]);
	note_answered(name);
	keep(psi, name);
	give(name, out, options, facts.step);
	acm_psi_free(psi);
}

/* One of our values, or theirs */
static acm_bytes
own_field(acm_psi *psi, uint32_t account, acm_psi_attr attr)
{
	return acm_psi_own_list(psi)->accounts[account].field[attr];
}

/* Write the common keys as CSV: a row for each of our accounts and each of theirs */
static void
write_result(acm_psi *psi, const char *name)
{
	acm_arena  *arena = acm_arena_new();
	acm_buffer	out = {.arena = arena};
	char		path[ACM_KIT_SESSION_BUF + 20];
	acm_psi_common c;
	size_t		n = 0;

	acm_put(&out, "rule,match_key,needs_review", 27);
	for (int side = 0; side < 2; side++)
		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
		{
			char		heading[40];

			acm_put(&out, heading, (size_t) snprintf(heading, sizeof heading, ",%s_%s", side ? "their" : "our", acm_psi_attr_name(attr)));
		}
	acm_put(&out, "\r\n", 2);
	for (; acm_psi_common_key(psi, n, &c); n++)
		for (uint32_t i = 0; i < c.naccounts; i++)
			for (uint32_t j = 0; j < (c.shown ? c.shown : 1); j++)
			{
				const char *kind = acm_psi_kind_name(c.kind);

				acm_kit_put_csv(&out, (acm_bytes) {kind, strlen(kind)}, true);
				acm_kit_put_csv(&out, c.key, false);
				acm_put(&out, c.kind == ACM_PSI_NAME ? ",true" : ",false", c.kind == ACM_PSI_NAME ? 5 : 6);
				for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
					acm_kit_put_csv(&out, own_field(psi, c.accounts[i], attr), false);
				for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
					acm_kit_put_csv(&out, acm_psi_their_field(psi, &c, j, attr), false);
				acm_put(&out, "\r\n", 2);
			}
	if (out.failed)
		acm_kit_die("out of memory");
	snprintf(path, sizeof path, "%s-common.csv", name);
	acm_kit_write_file(path, (acm_bytes) {out.data, out.len}, false);
	printf("%zu common keys: %s\n", n, path);
	acm_arena_free(arena);
}

/* Load the session that a file is of */
static acm_psi *
load(acm_bytes file, const char *path, char name[ACM_KIT_SESSION_BUF])
{
	acm_psi_head head = read_head(file, path);
	acm_key_record key = acm_kit_find_key(head.to, head.from);
	acm_psi    *psi = acm_psi_new(&key, NULL, NULL);
	uint8_t		offer[ACM_HASH_LEN];
	acm_bytes	state;

	acm_cleanse(&key, sizeof key);
	if (psi == NULL || !acm_psi_offer_of(file, &head, offer))
		acm_kit_die("out of memory");
	if (head.step == 1)
		acm_kit_die("\"%s\" is an offer: run answer for it", path);
	session_name(offer, name);
	state = acm_kit_read_file(session_path(name));
	if (state.data == NULL)
		acm_kit_die("\"%s\": there is no open session %s here", path, name);
	if (!acm_psi_load(psi, state))
		acm_kit_die("session %s: %s", name, acm_psi_error(psi, NULL));
	acm_cleanse((void *) state.data, state.len);
	free((void *) state.data);
	return psi;
}

/* Go on with a session */
void
acm_kit_finish(const char *path, const acm_kit_options *options)
{
	acm_bytes	file = read_message(path);
	char		name[ACM_KIT_SESSION_BUF];
	acm_psi    *psi = load(file, path, name);
	acm_psi_facts facts;
	uint8_t		digest[ACM_HASH_LEN];
	acm_bytes	out;

	acm_psi_tell(psi, &facts);
	if (!acm_psi_digest(file, digest))
		acm_kit_die("out of memory");
	if (memcmp(digest, facts.taken, sizeof digest) == 0)
		acm_kit_die("\"%s\" was taken in already: send file %u once more, or ask for the next one", path, facts.step);
	if (!acm_psi_next(psi, file, &options->limits, &out))
		fail(psi, path, name);
	acm_psi_tell(psi, &facts);
	if (facts.finished && facts.knows_common)
	{
		for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
			if (facts.terms.kinds & (1u << kind))
				printf("keys of kind %s: %u of yours, %u of theirs, %u common\n", acm_psi_kind_name(kind),
					   facts.ours[kind], facts.theirs[kind], facts.common[kind]);
		if (facts.terms.mode != ACM_PSI_COUNT)
			write_result(psi, name);
	}
	/* the file first: should the session not be kept, the same input gives the same file again */
	if (out.len > 0)
		give(name, out, options, facts.step);
	if (facts.finished)
	{
		forget(name);
		printf("the session is finished\n");
	}
	else
		keep(psi, name);
	acm_psi_free(psi);
}

/* Open sessions, by the names of their files */
void
acm_kit_sessions(void)
{
	DIR		   *d = opendir(".");
	struct dirent *de;

	while (d && (de = readdir(d)) != NULL)
	{
		size_t		len = strlen(de->d_name);

		if (len == ACM_KIT_SESSION_BUF - 1 + 5 && strcmp(de->d_name + len - 5, ".open") == 0)
			printf("%.*s\n", ACM_KIT_SESSION_BUF - 1, de->d_name);
	}
	if (d)
		closedir(d);
}

/* End a session for good */
void
acm_kit_close(const char *session)
{
	if (strlen(session) != ACM_KIT_SESSION_BUF - 1 || strspn(session, "0123456789abcdef") != ACM_KIT_SESSION_BUF - 1 ||
		access(session_path(session), F_OK) != 0)
		acm_kit_die("there is no open session \"%s\"", session);
	forget(session);
	printf("closed\n");
}
