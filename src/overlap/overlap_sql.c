/*
 * overlap_sql.c
 *		The functions that compare two lists: arguments in, the engine, rows
 *		out.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/evidence.h"
#include "overlap/result.h"
#include "overlap/segments.h"

/* More names than this under one host can never be told apart by it */
#define DOMAIN_CAP_MAX 1000

/* Where the options stand that all functions have, in this order, behind the first */
typedef enum option
{
	OPT_RULES,
	OPT_SIMILAR,
	OPT_DOMAIN_CAP,
	OPT_OUR_STATUS,
	OPT_THEIR_STATUS,
	OPT_OUR_COLUMNS,
	OPT_THEIR_COLUMNS,
	OPT_OVERRIDES,
	OPT_ALIASES
} option;

/* Complain of an argument that may not be null */
static void
require_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/* The rules that an array names, as bits; null is the default */
static uint32
read_rules(FunctionCallInfo fcinfo, int arg)
{
	uint32		rules = 0;
	Datum	   *names;
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(arg))
		return (1 << ACM_RULE_ID) | (1 << ACM_RULE_DOMAIN) | (1 << ACM_RULE_EMAIL) |
			(1 << ACM_RULE_NAME) | (1 << ACM_RULE_NEAR);

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *name = nulls[i] ? "null" : TextDatumGetCString(names[i]);
		int			rule = acm_find_rule(name);

		/* pins and families come with their relations */
		if (rule < ACM_RULE_ID || rule > ACM_RULE_SIMILAR)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown rule \"%s\"", name),
					 errhint("The rules are id, domain, email, name, near and similar.")));
		rules |= 1 << rule;
	}
	return rules;
}

/*
 * Read ours and theirs (arguments 0 and 1) and the options, which start at
 * argument first, into a new engine. SPI must be connected.
 */
static acm_engine *
make_engine(FunctionCallInfo fcinfo, int first)
{
	static const char *const list_names[2] = {"ours", "theirs"};
	static const char *const status_names[2] = {"our_status", "their_status"};
	static const char *const column_names[2] = {"our_columns", "their_columns"};
	acm_engine *engine = palloc0(sizeof(acm_engine));
	int			similar = first + OPT_SIMILAR;
	int			cap = first + OPT_DOMAIN_CAP;
	int			overrides = first + OPT_OVERRIDES;
	int			aliases = first + OPT_ALIASES;

	engine->options.rules = read_rules(fcinfo, first + OPT_RULES);
	if (!PG_ARGISNULL(similar) && PG_GETARG_BOOL(similar))
		engine->options.rules |= 1 << ACM_RULE_SIMILAR;
	engine->options.domain_cap = PG_ARGISNULL(cap) ? 2 : PG_GETARG_INT32(cap);
	if (engine->options.domain_cap < 0 || engine->options.domain_cap > DOMAIN_CAP_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("domain_cap %d is not between 0 and %d", engine->options.domain_cap, DOMAIN_CAP_MAX)));

	engine->statuses = acm_statuses_load();
	for (int side = 0; side < 2; side++)
	{
		int			status = first + OPT_OUR_STATUS + side;
		int			columns = first + OPT_OUR_COLUMNS + side;

		require_argument(fcinfo, side, list_names[side]);
		if (!PG_ARGISNULL(status))
			engine->list[side].default_status =
				acm_status_argument(engine->statuses, text_to_cstring(PG_GETARG_TEXT_PP(status)),
									status_names[side]);
		acm_partner_table_open(&engine->list[side].table, PG_GETARG_OID(side),
							   PG_ARGISNULL(columns) ? NULL : PG_GETARG_JSONB_P(columns),
							   column_names[side]);
	}
	engine->corrections = acm_corrections_read(PG_ARGISNULL(overrides) ? InvalidOid : PG_GETARG_OID(overrides),
											   PG_ARGISNULL(aliases) ? InvalidOid : PG_GETARG_OID(aliases));
	return engine;
}

/* Begin: a tuplestore for the result, and SPI */
static ReturnSetInfo *
begin(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	return (ReturnSetInfo *) fcinfo->resultinfo;
}

/* End: temporary files and SPI */
static Datum
end(acm_engine *engine)
{
	acm_engine_end(engine);
	SPI_finish();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_overlap);

/* overlap(ours, theirs, one_sided, best, options): a row per match */
Datum
acm_overlap(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = begin(fcinfo);
	acm_engine *engine = make_engine(fcinfo, 4);
	bool		one_sided = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	bool		best = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);

	engine->options.only_matches = !one_sided;
	acm_engine_run(engine);
	acm_result_put(engine, one_sided, best, rsinfo->setResult, rsinfo->setDesc);
	return end(engine);
}

PG_FUNCTION_INFO_V1(acm_segments);

/* segments(ours, theirs, options): the totals */
Datum
acm_segments(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = begin(fcinfo);
	acm_engine *engine = make_engine(fcinfo, 2);

	acm_engine_run(engine);
	acm_segments_put(engine, rsinfo->setResult, rsinfo->setDesc);
	return end(engine);
}

/* A text datum, or null */
static void
set_text(Datum *value, bool *null, const char *s)
{
	*null = (s == NULL);
	if (s)
		*value = CStringGetTextDatum(s);
}

/* The text of a record's field, or NULL */
static char *
field_text(const acm_record *record, acm_field field)
{
	Datum		value;

	return acm_record_field(record, field, &value) ? TextDatumGetCString(value) : NULL;
}

PG_FUNCTION_INFO_V1(acm_overlap_evidence);

/* overlap_evidence(ours, theirs, options): every reason, accepted or not */
Datum
acm_overlap_evidence(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = begin(fcinfo);
	acm_engine *engine = make_engine(fcinfo, 2);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch evidence",
												  ALLOCSET_DEFAULT_SIZES);

	engine->options.all_evidence = true;
	acm_engine_run(engine);
	for (uint32 i = 0; i < engine->evidence.n; i++)
	{
		const acm_evidence *e = &engine->evidence.items[i];
		MemoryContext old = MemoryContextSwitchTo(per_row);
		const acm_record *records[2];
		Datum		values[9];
		bool		nulls[9] = {false};

		CHECK_FOR_INTERRUPTS();
		for (int side = 0; side < 2; side++)
		{
			records[side] = acm_list_record(&engine->list[side], e->row[side], &engine->scratch[side]);
			set_text(&values[side], &nulls[side], field_text(records[side], ACM_FIELD_NAME));
			set_text(&values[5 + side], &nulls[5 + side], acm_evidence_key(engine, e, side, records[side]));
			set_text(&values[7 + side], &nulls[7 + side], field_text(records[side], ACM_FIELD_ID));
		}
		set_text(&values[2], &nulls[2], acm_rule_name(e->rule));
		values[3] = BoolGetDatum(acm_accepted(e));
		set_text(&values[4], &nulls[4], acm_evidence_reason(e));
		MemoryContextSwitchTo(old);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(per_row);
	}
	return end(engine);
}

/* Whether the pair stands among the matches, and by which rule */
static const acm_evidence *
find_match(const acm_engine *engine, const uint32 row[2])
{
	for (uint32 i = 0; i < engine->matches.n; i++)
	{
		if (engine->matches.items[i].row[0] == row[0] && engine->matches.items[i].row[1] == row[1])
			return &engine->matches.items[i];
	}
	return NULL;
}

/* Whether one of the pair's rows has a domain from an e-mail address */
static bool
has_email(const acm_engine *engine)
{
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];
		uint32		row = engine->options.only[side];

		for (uint32 i = ACM_LINKS_OF(list, row, ACM_KIND_DOMAIN); i < ACM_LINKS_END(list, row, ACM_KIND_DOMAIN); i++)
		{
			if (list->links[ACM_KIND_DOMAIN][i].tag == ACM_FROM_EMAIL)
				return true;
		}
	}
	return false;
}

/* Whether the pair has a key of a rule in common */
static bool
have_common_key(const acm_engine *engine, acm_rule rule)
{
	acm_kind	kind = acm_rule_kind(rule);
	const acm_list *a = &engine->list[ACM_OURS];
	const acm_list *b = &engine->list[ACM_THEIRS];
	const uint32 *row = engine->options.only;

	for (uint32 i = ACM_LINKS_OF(a, row[0], kind); i < ACM_LINKS_END(a, row[0], kind); i++)
	{
		const acm_link *x = &a->links[kind][i];

		for (uint32 j = ACM_LINKS_OF(b, row[1], kind); j < ACM_LINKS_END(b, row[1], kind); j++)
		{
			const acm_link *y = &b->links[kind][j];
			bool		email = kind == ACM_KIND_DOMAIN && (x->tag == ACM_FROM_EMAIL || y->tag == ACM_FROM_EMAIL);

			if (x->key == y->key && email == (rule == ACM_RULE_EMAIL))
				return true;
		}
	}
	return false;
}

/* What one rule found for a pair: its evidence, or why there is none */
static const char *
finding(const acm_engine *engine, acm_rule rule, char *const keys[2], const acm_evidence **found)
{
	*found = NULL;
	for (uint32 i = 0; i < engine->evidence.n; i++)
	{
		const acm_evidence *e = &engine->evidence.items[i];

		/* several keys may give evidence: the accepted counts */
		if (e->rule == rule && (*found == NULL || (acm_accepted(e) && !acm_accepted(*found))))
			*found = e;
	}
	if (*found)
		return acm_evidence_reason(*found);
	if (rule != ACM_RULE_PIN && rule != ACM_RULE_FAMILY && (engine->options.rules & (1 << rule)) == 0)
		return "rule is off";
	if (rule == ACM_RULE_PIN)
		return "not pinned";
	if (rule == ACM_RULE_FAMILY)
		return "no family in common";
	if (rule == ACM_RULE_EMAIL && !has_email(engine))
		return "neither has an e-mail address";
	if (keys[0] == NULL && keys[1] == NULL)
		return "neither has a key";
	/* a contact's address is compared with the other's site, too */
	if ((keys[0] == NULL || keys[1] == NULL) && rule != ACM_RULE_EMAIL)
		return rule >= ACM_RULE_NEAR ? "one has no name" : "one has no key";
	if (rule >= ACM_RULE_NEAR &&
		(acm_names_blinded(&engine->list[ACM_OURS]) || acm_names_blinded(&engine->list[ACM_THEIRS])))
		return "blinded names are equal or not, never nearly so";
	if (rule >= ACM_RULE_NEAR && engine->company[0][engine->options.only[0]] != ACM_NO_COMPANY)
		return "ours is matched already";
	if (rule >= ACM_RULE_NEAR && engine->company[1][engine->options.only[1]] != ACM_NO_COMPANY)
		return "theirs is matched already";
	if (rule >= ACM_RULE_NEAR)
		return "not alike enough";
	/* too many accounts or names have it to note every pair, or another rule does */
	return have_common_key(engine, rule) ? "key in common, but this pair is not decided by it" : "no key in common";
}

/* The verdict on a pair that is no match: the last word that a rule had on it */
static const char *
why_not(const acm_engine *engine)
{
	const acm_evidence *last = NULL;

	for (uint32 i = 0; i < engine->evidence.n; i++)
	{
		if (!acm_accepted(&engine->evidence.items[i]) &&
			(last == NULL || engine->evidence.items[i].rule <= last->rule))
			last = &engine->evidence.items[i];
	}
	return last ? psprintf("Not a match: %s.", acm_evidence_reason(last)) : "Not a match: nothing in common.";
}

PG_FUNCTION_INFO_V1(acm_explain_match);

/* explain_match(ours, theirs, our_id, their_id, options): a row per rule, and the verdict */
Datum
acm_explain_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = begin(fcinfo);
	acm_engine *engine = make_engine(fcinfo, 4);
	const acm_record *records[2];
	const uint32 *row = engine->options.only;
	const acm_evidence *match;
	Datum		values[5];
	bool		nulls[5] = {false};

	require_argument(fcinfo, 2, "our_id");
	require_argument(fcinfo, 3, "their_id");
	engine->options.all_evidence = true;
	for (int side = 0; side < 2; side++)
		engine->options.only_ids[side] = text_to_cstring(PG_GETARG_TEXT_PP(2 + side));
	acm_engine_run(engine);
	for (int side = 0; side < 2; side++)
		records[side] = acm_list_record(&engine->list[side], row[side], &engine->scratch[side]);

	for (acm_rule rule = 0; rule < ACM_NRULES; rule++)
	{
		acm_kind	kind = acm_rule_kind(rule);
		char	   *keys[2] = {NULL, NULL};
		const acm_evidence *e;

		for (int side = 0; side < 2 && kind < ACM_NKINDS; side++)
			keys[side] = acm_row_keys(engine, side, row[side], rule, records[side]);
		set_text(&values[0], &nulls[0], acm_rule_name(rule));
		set_text(&values[3], &nulls[3], finding(engine, rule, keys, &e));
		for (int side = 0; side < 2; side++)
			set_text(&values[1 + side], &nulls[1 + side], keys[side]);
		nulls[4] = (e == NULL);
		values[4] = BoolGetDatum(e && acm_accepted(e));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}

	match = find_match(engine, row);
	set_text(&values[0], &nulls[0], "verdict");
	for (int side = 0; side < 2; side++)
		set_text(&values[1 + side], &nulls[1 + side], field_text(records[side], ACM_FIELD_NAME));
	if (match)
		set_text(&values[3], &nulls[3], text_to_cstring(acm_evidence_sentence(engine, match, records)));
	else if (engine->company[0][row[0]] != ACM_NO_COMPANY &&
			 engine->company[0][row[0]] == engine->company[1][row[1]])
		set_text(&values[3], &nulls[3], "Not a pair, but both belong to one company through other accounts.");
	else
		set_text(&values[3], &nulls[3], why_not(engine));
	values[4] = BoolGetDatum(match != NULL);
	nulls[4] = false;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return end(engine);
}
