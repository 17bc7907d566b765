/*
 * blind.c
 *		Blinding match keys, with the key schedules that a backend keeps.
 */
#include "blind/blinded.h"

#include <sys/stat.h>

#include "access/xact.h"
#include "blind/keyfile.h"
#include "fmgr.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "normalize/domain.h"
#include "normalize/identifier.h"
#include "normalize/name_key.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* More key schedules than this are not kept: the one longest unused goes */
#define MAX_BLINDERS 64

struct acm_blinder
{
	dlist_node	node;
	MemoryContext cxt;			/* holds this struct; its reset closes mac */
	char		spec[ACM_KEY_SPEC_BUF];
	size_t		spec_len;
	acm_mac    *mac;
	uint8		id[ACM_KEY_ID_LEN];
	char		role[ACM_KEY_ROLE_MAX + 1];
	char	   *dir;
	char	   *path;
	struct stat st;				/* of the file that the schedule is from */
	uint64		directory_changes;	/* acm_key_directory_changes, then */

	/* When, and for whom, all was last found right */
	TimestampTz statement;
	Oid			user;
};

/* All of them, the last used first */
static dlist_head blinders = DLIST_STATIC_INIT(blinders);
static int	n_blinders = 0;

/* Reset callback: OpenSSL zeroes the schedule */
static void
close_blinder(void *arg)
{
	acm_blinder *b = arg;

	acm_mac_close(b->mac);
}

/* Forget a key schedule */
static void
drop_blinder(acm_blinder *b)
{
	dlist_delete(&b->node);
	n_blinders--;
	MemoryContextDelete(b->cxt);
}

/* Read a key and make its schedule; not in the list yet */
static acm_blinder *
load_blinder(const char *spec)
{
	acm_key    *key = acm_key_find(spec, ACM_KEY_TO_BLIND);
	MemoryContext cxt = AllocSetContextCreate(TopMemoryContext, "accountmatch blinder", ALLOCSET_SMALL_SIZES);
	acm_blinder *b = MemoryContextAllocZero(cxt, sizeof *b);
	MemoryContextCallback *callback = MemoryContextAlloc(cxt, sizeof *callback);

	b->cxt = cxt;
	b->spec_len = strlcpy(b->spec, spec, sizeof b->spec);
	b->path = MemoryContextStrdup(cxt, key->path);
	b->dir = MemoryContextStrdup(cxt, key->path);
	*strrchr(b->dir, '/') = '\0';
	b->st = key->st;
	b->directory_changes = acm_key_directory_changes;
	memcpy(b->id, key->id, sizeof b->id);
	memcpy(b->role, key->record.role, sizeof b->role);
	callback->func = close_blinder;
	callback->arg = b;
	b->mac = acm_mac_open(key->record.secret, sizeof key->record.secret);
	MemoryContextRegisterResetCallback(cxt, callback);
	acm_key_release(key);
	if (b->mac == NULL)
	{
		MemoryContextDelete(cxt);
		acm_crypto_failed("prepare HMAC");
	}
	return b;
}

/*
 * Whether a schedule is still that of the key that its spec means. Without
 * the costlier checks of the directory, which stood when it was loaded.
 */
static bool
still_right(const acm_blinder *b)
{
	struct stat st;

	if (b->directory_changes != acm_key_directory_changes)
		return false;
	if (strchr(b->spec, '/') == NULL)
	{
		acm_key_entry entry = acm_key_spec_parse(b->spec);

		if (!acm_key_resolve(b->dir, &entry, ACM_KEY_TO_BLIND) ||
			strcmp(acm_keydir_path(b->dir, &entry), b->path) != 0)
			return false;
	}
	return lstat(b->path, &st) == 0 &&
		st.st_dev == b->st.st_dev && st.st_ino == b->st.st_ino &&
		st.st_mode == b->st.st_mode && st.st_uid == b->st.st_uid &&
		st.st_size == b->st.st_size &&
		st.st_mtim.tv_sec == b->st.st_mtim.tv_sec && st.st_mtim.tv_nsec == b->st.st_mtim.tv_nsec &&
		st.st_ctim.tv_sec == b->st.st_ctim.tv_sec && st.st_ctim.tv_nsec == b->st.st_ctim.tv_nsec;
}

/* Find a key ready to blind */
acm_blinder *
acm_blinder_find(const char *spec, size_t len)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();
	Oid			user = GetUserId();
	acm_blinder *b = NULL;
	dlist_iter	iter;

	dlist_foreach(iter, &blinders)
	{
		acm_blinder *each = dlist_container(acm_blinder, node, iter.cur);

		if (each->spec_len == len && memcmp(each->spec, spec, len) == 0)
		{
			b = each;
			break;
		}
	}
	if (b && b->statement == now && b->user == user &&
		b->directory_changes == acm_key_directory_changes)
	{
		if (dlist_head_node(&blinders) != &b->node)
			dlist_move_head(&blinders, &b->node);
		return b;
	}

	if (b && !still_right(b))
	{
		drop_blinder(b);
		b = NULL;
	}
	if (b == NULL)
	{
		b = load_blinder(pnstrdup(spec, len));
		if (n_blinders == MAX_BLINDERS)
			drop_blinder(dlist_container(acm_blinder, node, dlist_tail_node(&blinders)));
		dlist_push_head(&blinders, &b->node);
		n_blinders++;
	}
	else if (!acm_key_allowed(b->role))
		acm_key_refuse(b->spec, psprintf("\"%s\" is for role \"%s\".", b->path, b->role));
	else
		dlist_move_head(&blinders, &b->node);
	b->statement = now;
	b->user = user;
	return b;
}

/* The pinned form of the key with this id */
char *
acm_blinder_spec(const uint8 id[ACM_KEY_ID_LEN])
{
	char	   *dir = acm_keydir_open();
	char		digits[ACM_KEY_ID_BUF];
	ListCell   *lc;

	acm_hex(id, ACM_KEY_ID_LEN, digits);
	foreach(lc, acm_keydir_scan(dir, NULL))
	{
		acm_key_entry *entry = lfirst(lc);
		acm_key    *key;
		bool		mine;

		if (entry->pending || strcmp(entry->id, digits) != 0)
			continue;
		/* one key may lie there under several names, for several roles */
		key = acm_key_read(dir, entry);
		mine = key->problem == NULL && acm_key_allowed(key->record.role);
		acm_key_release(key);
		if (mine)
			return acm_key_spec(entry);
	}
	acm_key_refuse(digits, NULL);
}

/* Blind a match key */
void
acm_blind(acm_blinder *blinder, const char *kind, const char *scheme,
		  const char *value, size_t len, acm_blinded *out)
{
	static const char label[] = "accountmatch blinded v1";
	uint8		code[ACM_HASH_LEN];
	acm_bytes	fields[] = {
		{label, sizeof label - 1},
		{kind, strlen(kind)},
		{scheme, strlen(scheme)},
		{value, len}
	};

	if (!acm_mac_fields(blinder->mac, fields, 4, code))
		acm_crypto_failed("compute HMAC");
	memcpy(out->key_id, blinder->id, sizeof out->key_id);
	memcpy(out->tag, code, sizeof out->tag);
}

/* The key that an argument of blind_...() calls */
static acm_blinder *
arg_blinder(text *spec)
{
	return acm_blinder_find(VARDATA_ANY(spec), VARSIZE_ANY_EXHDR(spec));
}

/*
 * blind_domain(value, key): the match host in a text, blinded
 */
PG_FUNCTION_INFO_V1(acm_blind_domain);
Datum
acm_blind_domain(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	acm_blinder *blinder = arg_blinder(PG_GETARG_TEXT_PP(1));
	acm_domain	d;
	acm_blinded *result;

	acm_domain_parse(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &d);
	if (d.kind != ACM_DOMAIN_COMPANY)
		PG_RETURN_NULL();
	result = palloc(sizeof *result);
	acm_blind(blinder, ACM_BLIND_DOMAIN, "", d.host + d.match_off, d.host_len - d.match_off, result);
	PG_RETURN_POINTER(result);
}

/*
 * blind_company(value, key): the match name of a company's name without its
 * blanks, blinded
 */
PG_FUNCTION_INFO_V1(acm_blind_company);
Datum
acm_blind_company(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	acm_blinder *blinder = arg_blinder(PG_GETARG_TEXT_PP(1));
	char		name[ACM_NAME_BUF];
	int			len = acm_name_key(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), name, NULL, NULL);
	acm_blinded *result;

	if (len == 0)
		PG_RETURN_NULL();
	result = palloc(sizeof *result);
	acm_blind(blinder, ACM_BLIND_NAME, "", name, len, result);
	PG_RETURN_POINTER(result);
}

/*
 * blind_identifier(scheme, value, key): a canonical identifier, blinded
 */
PG_FUNCTION_INFO_V1(acm_blind_identifier);
Datum
acm_blind_identifier(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	text	   *value = PG_GETARG_TEXT_PP(1);
	acm_blinder *blinder = arg_blinder(PG_GETARG_TEXT_PP(2));
	int			scheme = acm_identifier_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	char		canonical[ACM_IDENTIFIER_BUF];
	int			len;
	acm_blinded *result;

	if (scheme < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown identifier scheme \"%s\"", text_to_cstring(name)),
				 errhint("normalize_identifier() knows the same schemes.")));
	len = acm_normalize_identifier(scheme, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), canonical, NULL);
	if (len == 0)
		PG_RETURN_NULL();
	result = palloc(sizeof *result);
	acm_blind(blinder, ACM_BLIND_ID, acm_identifier_name(scheme), canonical, len, result);
	PG_RETURN_POINTER(result);
}
