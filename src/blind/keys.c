/*
 * keys.c
 *		SQL functions that make, agree on, confirm and list keys. Files are all
 *		they touch, so a rollback undoes nothing.
 */
#include "compat.h"

#include <unistd.h>

#include "blind/keyfile.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "normalize/epoch.h"
#include "storage/fd.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* An error unless the role exists and the current user has its privileges */
static void
check_role(const char *role)
{
	Oid			oid = get_role_oid(role, false);

	if (!has_privs_of_role(GetUserId(), oid))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must have the privileges of role \"%s\" to make a key for it", role)));
}

/* A name can be given once */
pg_noreturn static void
name_taken(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_OBJECT),
			 errmsg("key name \"%s\" is taken", name),
			 errhint("Choose another name. To retire a key, move its file out of the key directory.")));
}

/*
 * Whether another key in the directory has the id of this one. Files with the
 * very same key do no harm: the two sides of an agreement can share a server.
 */
static bool
id_taken(const char *dir, const acm_key *key)
{
	List	   *entries = acm_keydir_scan(dir, NULL);
	bool		taken = false;
	ListCell   *lc;

	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);
		acm_key    *other;

		if (strcmp(e->id, key->entry.id) != 0)
			continue;
		other = acm_key_read(dir, e);
		taken |= other->problem != NULL ||
			!acm_equal_secret(other->record.secret, key->record.secret, sizeof key->record.secret);
		acm_key_release(other);
	}
	return taken;
}

/* The id of a record, into the key's entry */
static void
set_id(acm_key *key)
{
	if (!acm_key_id(&key->record, key->id))
		acm_crypto_failed("compute SHA-256");
	acm_hex(key->id, sizeof key->id, key->entry.id);
}

/* A public key as text */
static text *
public_text(const uint8 *pub)
{
	char		hex[2 * ACM_PUBLIC_LEN + 1];

	acm_hex(pub, ACM_PUBLIC_LEN, hex);
	return cstring_to_text(hex);
}

/*
 * create_key(name, role): a random key of one side alone
 */
PG_FUNCTION_INFO_V1(acm_create_key);
Datum
acm_create_key(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *role = NameStr(*PG_GETARG_NAME(1));
	char	   *dir;
	int			lock;
	acm_key    *key;
	char	   *spec;

	acm_key_name_check(name);
	PreventCommandIfReadOnly("create_key()");
	check_role(role);
	dir = acm_keydir_open();
	lock = acm_keydir_lock(dir);
	if (acm_keydir_scan(dir, name) != NIL)
		name_taken(name);

	key = acm_key_new();
	strlcpy(key->entry.name, name, sizeof key->entry.name);
	acm_key_begin(&key->record, ACM_KEY_CREATED, ACM_EPOCH, role, name);
	do
	{
		if (!acm_random_secret(key->record.secret, sizeof key->record.secret))
			acm_crypto_failed("draw random bytes");
		set_id(key);
	} while (id_taken(dir, key));
	acm_key_write(dir, lock, key);
	CloseTransientFile(lock);

	spec = acm_key_spec(&key->entry);
	acm_key_release(key);
	PG_RETURN_TEXT_P(cstring_to_text(spec));
}

/*
 * public_key(name, role): our half of an agreement to send to the other side,
 * made the first time
 */
PG_FUNCTION_INFO_V1(acm_public_key);
Datum
acm_public_key(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *role = NameStr(*PG_GETARG_NAME(1));
	acm_key_entry entry = {.pending = false};
	char	   *dir;
	int			lock;
	acm_key    *key;
	text	   *result;

	acm_key_name_check(name);
	strlcpy(entry.name, name, sizeof entry.name);
	dir = acm_keydir_open();
	lock = acm_keydir_lock(dir);
	if (acm_keydir_scan(dir, name) != NIL)
	{
		CloseTransientFile(lock);

		/* the pair, or, where that was put away, what was agreed with it */
		key = acm_key_find(name, acm_key_resolve(dir, &entry, ACM_KEY_OWN_HALF) ?
						   ACM_KEY_OWN_HALF : ACM_KEY_BOTH_SIDES);
		result = public_text(key->record.own_public);
		acm_key_release(key);
		PG_RETURN_TEXT_P(result);
	}

	PreventCommandIfReadOnly("public_key()");
	check_role(role);
	key = acm_key_new();
	key->entry = entry;
	acm_key_begin(&key->record, ACM_KEY_PAIR, ACM_EPOCH, role, "");
	if (!acm_p256_generate(key->record.secret, key->record.own_public))
		acm_crypto_failed("make a P-256 key");
	acm_key_write(dir, lock, key);
	CloseTransientFile(lock);
	ereport(NOTICE, (errmsg("made a new key pair \"%s\"", name)));

	result = public_text(key->record.own_public);
	acm_key_release(key);
	PG_RETURN_TEXT_P(result);
}

/* The agreed label must be the same byte for byte on both sides, so nothing that the eye misses */
static void
check_label(const char *label)
{
	size_t		len = strlen(label);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char) label[i] < 0x20 || label[i] == 0x7f)
			len = 0;
	if (len == 0 || len > ACM_KEY_LABEL_MAX || label[0] == ' ' || label[len - 1] == ' ')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid label of an agreement"),
				 errhint("Both sides give the same text of 1 to %d bytes, without control characters and without spaces at its ends.", ACM_KEY_LABEL_MAX)));
}

/*
 * agree_key(name, label, their_public_key): compute the key that the other
 * side computes as well; it is pending
 */
PG_FUNCTION_INFO_V1(acm_agree_key);
Datum
acm_agree_key(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *label = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *digits = text_to_cstring(PG_GETARG_TEXT_PP(2));
	uint8		their[ACM_PUBLIC_LEN];
	char	   *dir;
	char	   *spec;
	int			lock;
	acm_key    *pair;
	acm_key    *key;
	List	   *entries;
	ListCell   *lc;
	bool		known = false;

	acm_key_name_check(name);
	check_label(label);
	PreventCommandIfReadOnly("agree_key()");
	pair = acm_key_find(name, ACM_KEY_OWN_HALF);
	if (acm_key_epoch(&pair->record) != ACM_EPOCH)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("key pair \"%s\" is of normalization epoch %u, this is epoch %d",
						name, acm_key_epoch(&pair->record), ACM_EPOCH),
				 errhint("Begin a new agreement under another name.")));
	if (strlen(digits) != 2 * ACM_PUBLIC_LEN || !acm_unhex(digits, ACM_PUBLIC_LEN, their) ||
		!acm_p256_valid(their))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid public key"),
				 errhint("It is the result of public_key() on the other side: %d hex digits.", 2 * ACM_PUBLIC_LEN)));
	if (memcmp(their, pair->record.own_public, ACM_PUBLIC_LEN) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("that is the public key of this side"),
				 errhint("Give the result of public_key() on the other side.")));

	key = acm_key_new();
	strlcpy(key->entry.name, name, sizeof key->entry.name);
	acm_key_begin(&key->record, ACM_KEY_AGREED, ACM_EPOCH, pair->record.role, label);
	if (!acm_key_agree(&key->record, &pair->record, their))
		acm_crypto_failed("agree on a key");
	acm_key_release(pair);
	set_id(key);
	key->entry.pending = true;

	dir = acm_keydir_open();
	lock = acm_keydir_lock(dir);
	entries = acm_keydir_scan(dir, name);
	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);

		if (!e->id[0])
			continue;
		if (!e->pending)
			name_taken(name);
		/* the same call once more */
		if (strcmp(e->id, key->entry.id) == 0)
			known = true;
	}
	if (id_taken(dir, key))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("another key has the id %s already", key->entry.id),
				 errhint("Begin a new agreement under another label.")));
	if (!known)
		acm_key_write(dir, lock, key);
	CloseTransientFile(lock);

	spec = acm_key_spec(&key->entry);
	acm_key_release(key);
	PG_RETURN_TEXT_P(cstring_to_text(spec));
}

/*
 * confirmation_code(name): what we tell the other side
 */
PG_FUNCTION_INFO_V1(acm_confirmation_code);
Datum
acm_confirmation_code(PG_FUNCTION_ARGS)
{
	acm_key    *key = acm_key_find(text_to_cstring(PG_GETARG_TEXT_PP(0)), ACM_KEY_BOTH_SIDES);
	char		code[ACM_CODE_BUF];

	if (!acm_key_code(&key->record, true, code))
		acm_crypto_failed("compute HMAC");
	acm_key_release(key);
	PG_RETURN_TEXT_P(cstring_to_text(code));
}

/* A code as people write it, in our form; false if it is none */
static bool
tidy_code(const char *given, char out[ACM_CODE_BUF])
{
	uint8		bytes[16];
	char		digits[2 * sizeof bytes];
	size_t		n = 0;

	for (; *given; given++)
	{
		if (*given == '-' || *given == ' ')
			continue;
		if (n == sizeof digits)
			return false;
		digits[n++] = *given;
	}
	if (n != sizeof digits || !acm_unhex(digits, sizeof bytes, bytes))
		return false;
	for (int i = 0; i < 8; i++)
	{
		acm_hex(bytes + 2 * i, 2, out + 5 * i);
		out[5 * i + 4] = i < 7 ? '-' : '\0';
	}
	return true;
}

/*
 * confirm_key(name, code): the other side has told us its code; make the
 * pending key usable
 */
PG_FUNCTION_INFO_V1(acm_confirm_key);
Datum
acm_confirm_key(PG_FUNCTION_ARGS)
{
	char	   *spec = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *given = text_to_cstring(PG_GETARG_TEXT_PP(1));
	acm_key_entry wanted = acm_key_spec_parse(spec);
	char		code[ACM_CODE_BUF];
	char		theirs[ACM_CODE_BUF];
	char		ours[ACM_CODE_BUF];
	char	   *dir;
	int			lock;
	List	   *entries;
	ListCell   *lc;
	acm_key    *found = NULL;
	bool		any = false;
	bool		own_code = false;
	bool		other_usable = false;

	PreventCommandIfReadOnly("confirm_key()");
	if (!tidy_code(given, code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid confirmation code"),
				 errhint("It is the result of confirmation_code() on the other side: 32 hex digits.")));
	dir = acm_keydir_open();
	lock = acm_keydir_lock(dir);
	entries = acm_keydir_scan(dir, wanted.name);
	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);
		acm_key    *key;

		if (!e->id[0] || (wanted.id[0] && strcmp(wanted.id, e->id) != 0))
			continue;
		key = acm_key_read(dir, e);
		if (key->problem || !acm_key_allowed(key->record.role) || acm_key_kind_of(&key->record) != ACM_KEY_AGREED)
		{
			acm_key_release(key);
			continue;
		}
		any = true;
		if (!acm_key_code(&key->record, false, theirs) || !acm_key_code(&key->record, true, ours))
			acm_crypto_failed("compute HMAC");
		if (acm_equal_secret(code, ours, sizeof code))
			own_code = true;
		if (acm_equal_secret(code, theirs, sizeof code) && (found == NULL || !e->pending))
			found = key;
		else
			acm_key_release(key);
	}
	if (!any)
		acm_key_refuse(spec, NULL);
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 own_code ? errmsg("that is the code of this side") :
				 errmsg("the code does not confirm key \"%s\"", spec),
				 own_code ? errhint("Give the result of confirmation_code() on the other side.") :
				 errhint("Compare key_fingerprint() and the label with the other side by telephone; if they differ, somebody or something changed a public key on its way.")));

	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);

		if (e->id[0] && !e->pending && strcmp(e->id, found->entry.id) != 0)
			other_usable = true;
	}
	if (other_usable)
		name_taken(wanted.name);
	if (found->entry.pending)
		acm_key_confirm(dir, lock, found);
	CloseTransientFile(lock);

	spec = acm_key_spec(&found->entry);
	acm_key_release(found);
	PG_RETURN_TEXT_P(cstring_to_text(spec));
}

/*
 * key_fingerprint(name): 60 digits over both public keys
 */
PG_FUNCTION_INFO_V1(acm_key_fingerprint);
Datum
acm_key_fingerprint(PG_FUNCTION_ARGS)
{
	acm_key    *key = acm_key_find(text_to_cstring(PG_GETARG_TEXT_PP(0)), ACM_KEY_BOTH_SIDES);
	char		digits[ACM_FINGERPRINT_BUF];

	if (!acm_key_digits(&key->record, digits))
		acm_crypto_failed("compute HKDF");
	acm_key_release(key);
	PG_RETURN_TEXT_P(cstring_to_text(digits));
}

/*
 * key_list(): the keys that the current user may use, and for superusers, the
 * files that are not in order
 */
PG_FUNCTION_INFO_V1(acm_key_list);
Datum
acm_key_list(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {NULL, "created", "pair", "agreed"};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *dir = acm_keydir_open();
	List	   *entries = acm_keydir_scan(dir, NULL);
	bool		tell = superuser();
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, entries)
	{
		acm_key    *key = acm_key_read(dir, lfirst(lc));
		Datum		values[9];
		bool		nulls[9] = {false};

		CHECK_FOR_INTERRUPTS();
		if (key->problem ? tell : acm_key_allowed(key->record.role))
		{
			bool		known = key->problem == NULL;
			bool		stale = known && acm_key_epoch(&key->record) != ACM_EPOCH;

			values[0] = CStringGetTextDatum(acm_key_spec(&key->entry));
			values[1] = CStringGetTextDatum(key->entry.name);
			values[2] = CStringGetTextDatum(key->entry.id);
			nulls[2] = key->entry.id[0] == '\0';
			nulls[3] = nulls[5] = nulls[6] = nulls[7] = !known;
			values[3] = known ? CStringGetTextDatum(kinds[acm_key_kind_of(&key->record)]) : (Datum) 0;
			values[4] = BoolGetDatum(known && !stale && key->entry.id[0] && !key->entry.pending);
			values[5] = CStringGetTextDatum(key->record.label);
			nulls[5] |= key->record.label[0] == '\0';
			values[6] = CStringGetTextDatum(key->record.role);
			values[7] = Int32GetDatum((int32) acm_key_epoch(&key->record));
			nulls[8] = known && !stale;
			values[8] = nulls[8] ? (Datum) 0 :
				CStringGetTextDatum(stale ? "It is of another normalization epoch: make a new key, and blind anew with it." : key->problem);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
		acm_key_release(key);
	}
	return (Datum) 0;
}
