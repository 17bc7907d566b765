/*
 * account_keys.c
 *		All by which an account can be found from another one.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "map/account_keys.h"
#include "normalize/company.h"
#include "normalize/domain.h"
#include "normalize/identifier.h"
#include "overlap/near_keys.h"
#include "overlap/reader.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"

/* An account may not have more keys; the engine has a lower limit */
#define KEYS_MAX 10000

/* Apart from each other by kind */
#define SEED_NAME 1
#define SEED_HOST 2
#define SEED_ID 3

/* What is collected of an account */
typedef struct collector
{
	acm_account_header header;
	StringInfoData exact;
	StringInfoData sites;
	StringInfoData labels;
	StringInfoData names;
} collector;

/* Append a number */
static void
put_key(StringInfo to, uint16 *n, uint64 key)
{
	if (*n >= KEYS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an account has more than %d names, domains or identifiers", KEYS_MAX)));
	appendBinaryStringInfo(to, (char *) &key, sizeof(key));
	(*n)++;
}

/* The hash of a host */
uint64
acm_host_hash(const char *host, int len)
{
	return hash_bytes_extended((const unsigned char *) host, len, SEED_HOST);
}

/* A name */
static void
put_name(collector *c, const char *data, Size len)
{
	char		words[ACM_NAME_BUF];
	acm_key		key;
	uint16		n;

	if (!acm_make_name_key(data, len, &key))
		return;
	n = acm_name_words(&key, words);
	put_key(&c->exact, &c->header.nexact, hash_bytes_extended((const unsigned char *) key.bytes, key.len, SEED_NAME));
	appendBinaryStringInfo(&c->names, (char *) &n, sizeof(n));
	appendBinaryStringInfo(&c->names, words, n);
	c->header.nnames++;
}

/* A website, or the host of a contact's address; as put_host of the engine */
static void
put_host(collector *c, const char *data, Size len, bool website, bool labels)
{
	char		label[ACM_HANDLE_MAX + 1];
	const char *host;
	acm_domain	d;
	int			n;

	acm_domain_parse(data, len, &d);
	if (d.kind != ACM_DOMAIN_COMPANY || (d.hosted && !website))
		return;
	host = d.host + d.match_off;
	n = d.host_len - d.match_off;
	put_key(&c->exact, &c->header.nexact, acm_host_hash(host, n));
	put_key(&c->sites, &c->header.nsites, acm_host_hash(host, n));
	put_key(&c->sites, &c->header.nsites, acm_host_hash(d.host + d.reg_off, d.host_len - d.reg_off));
	if (d.hosted || !labels)
		return;
	c->header.bare = false;
	n = acm_host_label(host, n, label);
	if (n >= ACM_LABEL_MIN)
		put_key(&c->labels, &c->header.nlabels, acm_near_key(ACM_NEAR_LABEL, label, n));
}

/* An identifier of a scheme */
static void
put_identifier(collector *c, const char *scheme, text *id)
{
	char		value[ACM_IDENTIFIER_BUF];
	char		key[ACM_IDENTIFIER_BUF + 32];
	const char *why;

	if (acm_normalize_identifier(acm_identifier_scheme(scheme, strlen(scheme)), VARDATA_ANY(id),
								 VARSIZE_ANY_EXHDR(id), value, &why) > 0)
		put_key(&c->exact, &c->header.nexact,
				hash_bytes_extended((unsigned char *) key, snprintf(key, sizeof(key), "%s:%s", scheme, value), SEED_ID));
}

/* The elements of an array argument; returns how many */
static int
array_argument(FunctionCallInfo fcinfo, int arg, Datum **elements)
{
	bool	   *nulls;
	int			n;
	int			kept = 0;

	if (PG_ARGISNULL(arg))
		return 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			(*elements)[kept++] = (*elements)[i];
	}
	return kept;
}

PG_FUNCTION_INFO_V1(acm_account_keys);

/* account_keys(name, website, email, lei, duns, vat): the stored form */
Datum
acm_account_keys(PG_FUNCTION_ARGS)
{
	static const char *const schemes[] = {"lei", "duns", "vat"};
	collector	c;
	Datum	   *texts;
	StringInfoData out;
	int			n;

	memset(&c, 0, sizeof(c));
	c.header.bare = true;
	initStringInfo(&c.exact);
	initStringInfo(&c.sites);
	initStringInfo(&c.labels);
	initStringInfo(&c.names);

	n = array_argument(fcinfo, 0, &texts);
	for (int i = 0; i < n; i++)
	{
		text	   *t = DatumGetTextPP(texts[i]);

		if (VARSIZE_ANY_EXHDR(t) <= ACM_INPUT_MAX)
			put_name(&c, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	}
	/* contacts' hosts are its own domains only if it has no website */
	for (int arg = 1; arg <= 2; arg++)
	{
		bool		labels = (c.header.bare != 0);

		n = array_argument(fcinfo, arg, &texts);
		for (int i = 0; i < n; i++)
		{
			text	   *t = DatumGetTextPP(texts[i]);

			if (VARSIZE_ANY_EXHDR(t) <= ACM_INPUT_MAX)
				put_host(&c, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), arg == 1, labels);
		}
	}
	for (int i = 0; i < (int) lengthof(schemes); i++)
	{
		if (!PG_ARGISNULL(3 + i))
			put_identifier(&c, schemes[i], PG_GETARG_TEXT_PP(3 + i));
	}

	initStringInfo(&out);
	appendBinaryStringInfo(&out, (char *) &c.header, sizeof(c.header));
	appendBinaryStringInfo(&out, c.exact.data, c.exact.len);
	appendBinaryStringInfo(&out, c.sites.data, c.sites.len);
	appendBinaryStringInfo(&out, c.labels.data, c.labels.len);
	appendBinaryStringInfo(&out, c.names.data, c.names.len);
	PG_RETURN_BYTEA_P(cstring_to_text_with_len(out.data, out.len));
}

/* Read keys back */
void
acm_stored_keys_read(const char *at, acm_stored_keys *keys)
{
	memcpy(&keys->header, at, sizeof(keys->header));
	keys->exact = at + sizeof(keys->header);
	keys->sites = keys->exact + keys->header.nexact * sizeof(uint64);
	keys->labels = keys->sites + keys->header.nsites * sizeof(uint64);
	keys->names = keys->labels + keys->header.nlabels * sizeof(uint64);
}
