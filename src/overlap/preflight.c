/*
 * preflight.c
 *		preflight(): what a list is good for, before anyone shares it.
 */
#include "compat.h"

#include <math.h>

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "overlap/array.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/read.h"

/* The result under way */
typedef struct preflight
{
	acm_list	list;
	Tuplestorestate *store;
	TupleDesc	desc;
	StringInfoData scratch;
} preflight;

/* Put a row: so many accounts, and one of them as example (a text, or 0) */
static void
put_check(preflight *p, const char *check, uint64 accounts, Datum example, const char *advice)
{
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = CStringGetTextDatum(check);
	values[1] = Int64GetDatum(accounts);
	nulls[2] = (p->list.nrows == 0);
	values[2] = Float8GetDatum(p->list.nrows ? rint(1000.0 * accounts / p->list.nrows) / 10 : 0);
	nulls[3] = (example == (Datum) 0);
	values[3] = example;
	nulls[4] = (advice == NULL || accounts == 0);
	if (!nulls[4])
		values[4] = CStringGetTextDatum(advice);
	tuplestore_putvalues(p->store, p->desc, values, nulls);
}

/* What a row shows: its website, or its name if that is first, else the other, else its id; 0 if it has none of them */
static Datum
example_of(preflight *p, uint32 row, acm_field first)
{
	const acm_record *record = acm_list_record(&p->list, row, &p->scratch);
	Datum		value;

	if (!acm_record_field(record, first, &value) &&
		!acm_record_field(record, ACM_FIELD_WEBSITE, &value) &&
		!acm_record_field(record, ACM_FIELD_NAME, &value) &&
		!acm_record_field(record, ACM_FIELD_ID, &value))
		return (Datum) 0;
	return PointerGetDatum(cstring_to_text_with_len(VARDATA_ANY(DatumGetPointer(value)),
													VARSIZE_ANY_EXHDR(DatumGetPointer(value))));
}

/* Count the rows whose best domain is of a kind */
static void
check_domain_kind(preflight *p, int kind, const char *check, const char *advice)
{
	uint64		n = 0;
	Datum		example = (Datum) 0;

	for (uint32 row = 0; row < p->list.nrows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (p->list.rows[row].domain_kind == kind && n++ == 0)
			example = example_of(p, row, ACM_FIELD_WEBSITE);
	}
	put_check(p, check, n, example, advice);
}

/* Count the rows without a domain of their own whose contacts' addresses have one, if there are any */
static void
check_emails(preflight *p)
{
	uint64		n = 0;
	Datum		example = (Datum) 0;

	for (uint32 row = 0; row < p->list.nrows; row++)
	{
		bool		has = false;

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = ACM_LINKS_OF(&p->list, row, ACM_KIND_DOMAIN);
			 i < ACM_LINKS_END(&p->list, row, ACM_KIND_DOMAIN) && p->list.rows[row].domain_kind != ACM_DOMAIN_COMPANY; i++)
			has |= p->list.links[ACM_KIND_DOMAIN][i].tag == ACM_FROM_EMAIL;
		if (has && n++ == 0)
			example = example_of(p, row, ACM_FIELD_WEBSITE);
	}
	if (n > 0)
		put_check(p, "matchable by e-mail only", n, example, NULL);
}

/* Count the rows that have keys of the kinds, given as bits, or if not wanted, that have none */
static void
check_keys(preflight *p, int kinds, bool wanted, const char *check, const char *advice)
{
	uint64		n = 0;
	Datum		example = (Datum) 0;

	for (uint32 row = 0; row < p->list.nrows; row++)
	{
		bool		has = false;

		CHECK_FOR_INTERRUPTS();
		for (int kind = 0; kind < ACM_NKINDS; kind++)
			has |= (kinds & (1 << kind)) != 0 && ACM_LINKS_OF(&p->list, row, kind) < ACM_LINKS_END(&p->list, row, kind);
		if (has == wanted && n++ == 0)
			example = example_of(p, row, kinds & (1 << ACM_KIND_NAME) ? ACM_FIELD_NAME : ACM_FIELD_WEBSITE);
	}
	put_check(p, check, n, example, advice);
}

/* Count the rows that share a key of a kind with another row */
static void
check_duplicates(preflight *p, acm_kind kind, uint32 nkeys, const char *check, const char *advice)
{
	const acm_list *list = &p->list;
	uint32	   *count = acm_make_array(nkeys, sizeof(uint32), MCXT_ALLOC_ZERO);
	uint64		n = 0;
	Datum		example = (Datum) 0;

	for (uint32 i = 0; i < list->nlinks[kind]; i++)
	{
		CHECK_FOR_INTERRUPTS();
		count[list->links[kind][i].key]++;
	}
	for (uint32 row = 0; row < list->nrows; row++)
	{
		bool		shares = false;

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = ACM_LINKS_OF(list, row, kind); i < ACM_LINKS_END(list, row, kind); i++)
			shares |= count[list->links[kind][i].key] > 1;
		if (shares && n++ == 0)
			example = example_of(p, row, kind == ACM_KIND_NAME ? ACM_FIELD_NAME : ACM_FIELD_WEBSITE);
	}
	put_check(p, check, n, example, advice);
	pfree(count);
}

/* Count the rows with a key from blinded columns, whose first attribute is attr, if there are such columns */
static void
check_blinded(preflight *p, acm_attr attr, acm_kind kind, const char *check, const char *limits)
{
	const char *id = acm_blinded_key_id(&p->list, attr);
	uint64		n = 0;
	Datum		example = (Datum) 0;

	if (id == NULL)
		return;
	for (uint32 row = 0; row < p->list.nrows; row++)
	{
		const acm_record *record = acm_list_record(&p->list, row, &p->scratch);
		bool		has = false;

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = ACM_LINKS_OF(&p->list, row, kind); i < ACM_LINKS_END(&p->list, row, kind) && !has; i++)
		{
			acm_key		key;

			acm_record_key(&p->list, record, kind, i, &key);
			has = acm_key_blinded(key.bytes, key.len);
		}
		if (has && n++ == 0)
			example = example_of(p, row, ACM_FIELD_NAME);
	}
	put_check(p, check, n, example,
			  psprintf("Compared for equality only, under key %s: %s", id, limits));
}

/* For qsort: unknown words, the most frequent first */
static int
compare_unknown(const void *a, const void *b)
{
	const acm_unknown_word *x = a;
	const acm_unknown_word *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->word, y->word);
}

/* List the status words that stand for no status */
static void
check_status(preflight *p)
{
	if (p->list.table.columns[ACM_ATTR_STATUS].form == ACM_FORM_NONE &&
		p->list.table.columns[ACM_ATTR_STAGE].form == ACM_FORM_NONE)
	{
		put_check(p, "no status", p->list.nrows, (Datum) 0,
				  "The list has no status column: give our_status or their_status to overlap().");
		return;
	}
	put_check(p, "unknown status word", p->list.unknown_status, (Datum) 0,
			  "Say what these words stand for with accountmatch.set_status_word.");
	qsort(p->list.unknown_words, p->list.nunknown_words, sizeof(acm_unknown_word), compare_unknown);
	for (int i = 0; i < p->list.nunknown_words; i++)
		put_check(p, "unknown status word:", p->list.unknown_words[i].count,
				  CStringGetTextDatum(p->list.unknown_words[i].word), NULL);
}

PG_FUNCTION_INFO_V1(acm_preflight);

/* preflight(list, columns): a row per check */
Datum
acm_preflight(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	preflight  *p;
	acm_numbering *numbering;
	Size		budget = get_hash_memory_limit();
	acm_bad_ids bad_ids = {0, 0};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("list must not be null")));
	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	p = palloc0(sizeof(preflight));
	p->store = rsinfo->setResult;
	p->desc = rsinfo->setDesc;
	initStringInfo(&p->scratch);
	acm_partner_table_open(&p->list.table, PG_GETARG_OID(0),
						   PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1), "columns");
	p->list.bad_ids = &bad_ids;
	numbering = acm_numbering_create(budget / 2);
	acm_list_read(&p->list, ACM_OURS, numbering, acm_statuses_load(), NULL, budget / 2);
	for (int kind = 0; kind < ACM_NKINDS; kind++)
		acm_keys_finish(numbering->kind[kind]);

	put_check(p, "accounts", p->list.nrows, (Datum) 0, NULL);
	if (bad_ids.missing > 0)
		put_check(p, "missing account_id", bad_ids.missing, (Datum) 0,
				  "An overlap needs one in each account: leave these out, or make one with row_number().");
	if (bad_ids.repeated > 0)
		put_check(p, "repeated account_id", bad_ids.repeated, (Datum) 0,
				  "An overlap needs a different one in each account: use a view with DISTINCT ON, or another column.");
	check_domain_kind(p, ACM_DOMAIN_COMPANY, "matchable by domain", NULL);
	check_domain_kind(p, ACM_NO_DOMAIN, "blank domain",
					  "These accounts can only be matched by e-mail, name or identifier.");
	check_domain_kind(p, ACM_DOMAIN_FREEMAIL, "free-mail domain",
					  "A mail provider's domain says nothing about the company: ask for the website.");
	check_domain_kind(p, ACM_DOMAIN_SHARED, "shared domain",
					  "A social network or site builder is not the company's own site: ask for that.");
	check_domain_kind(p, ACM_DOMAIN_IP, "IP address", "Replace addresses by host names.");
	check_domain_kind(p, ACM_DOMAIN_SUFFIX, "public suffix",
					  "A public suffix such as co.uk belongs to nobody: the name before it is missing.");
	check_domain_kind(p, ACM_DOMAIN_INVALID, "invalid domain",
					  "No host can be read from these; accountmatch.explain_domain says why.");
	check_emails(p);
	check_keys(p, 1 << ACM_KIND_NAME, true, "matchable by name", NULL);
	check_keys(p, 1 << ACM_KIND_ID, true, "matchable by identifier", NULL);
	if (p->list.invalid_ids > 0)
		put_check(p, "invalid identifier", p->list.invalid_ids, (Datum) 0,
				  "Of a wrong length or with wrong check digits; accountmatch.explain_identifier says why.");
	check_keys(p, 1 << ACM_KIND_ID | 1 << ACM_KIND_DOMAIN | 1 << ACM_KIND_NAME, false, "not matchable",
			   "These accounts have neither a name, nor a domain, nor an identifier that tells them from others.");
	check_duplicates(p, ACM_KIND_DOMAIN, acm_keys_count(numbering->kind[ACM_KIND_DOMAIN]), "duplicate domain",
					 "Several accounts have the same domain: duplicates, or branches of one company.");
	check_duplicates(p, ACM_KIND_NAME, acm_keys_count(numbering->kind[ACM_KIND_NAME]), "duplicate name",
					 "Several accounts have the same name: duplicates, or companies that only a domain can tell apart.");
	check_blinded(p, ACM_ATTR_DOMAIN, ACM_KIND_DOMAIN, "blinded domain",
				  "different hosts of one domain do not match, and a domain speaks for no name.");
	check_blinded(p, ACM_ATTR_NAME, ACM_KIND_NAME, "blinded name",
				  "the rules near and similar do not see these names, nor does a host that many names share.");
	check_status(p);

	acm_store_close(p->list.store);
	SPI_finish();
	return (Datum) 0;
}
