/*
 * stored.c
 *		The engine on stored accounts: all of two lists, or some of each.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "overlap/engine.h"
#include "overlap/result.h"

/* Columns of _accountmatch.account that the engine reads, in this order */
static const struct
{
	acm_attr	attr;
	acm_form	form;
}			stored_columns[] =
{
	{ACM_ATTR_ACCOUNT_ID, ACM_FORM_TEXT},
	{ACM_ATTR_NAME, ACM_FORM_TEXT_ARRAY},
	{ACM_ATTR_WEBSITE, ACM_FORM_TEXT_ARRAY},
	{ACM_ATTR_EMAIL, ACM_FORM_TEXT_ARRAY},
	{ACM_ATTR_LEI, ACM_FORM_TEXT},
	{ACM_ATTR_DUNS, ACM_FORM_TEXT},
	{ACM_ATTR_VAT, ACM_FORM_TEXT},
	{ACM_ATTR_COUNTRY, ACM_FORM_TEXT},
	{ACM_ATTR_STATUS, ACM_FORM_TEXT},
	{ACM_ATTR_STAGE, ACM_FORM_TEXT},
	{ACM_ATTR_OWNER, ACM_FORM_TEXT},
	{ACM_ATTR_AMOUNT, ACM_FORM_NUMERIC},
	{ACM_ATTR_CURRENCY, ACM_FORM_TEXT}
};

/* Arguments of map_overlap */
typedef enum argument
{
	ARG_OUR_LIST,
	ARG_THEIR_LIST,
	ARG_OUR_IDS,
	ARG_THEIR_IDS,
	ARG_OUR_STATUS,
	ARG_THEIR_STATUS,
	ARG_RULES,
	ARG_SIMILAR,
	ARG_DOMAIN_CAP,
	ARG_MAP
} argument;

/* A list of stored accounts as a partner table; ids is a text[] as text, or NULL for all */
static void
open_stored(acm_partner_table *table, int list_id, const char *ids)
{
	StringInfoData query;

	initStringInfo(&query);
	for (int i = 0; i < (int) lengthof(stored_columns); i++)
	{
		acm_column *column = &table->columns[stored_columns[i].attr];

		column->form = stored_columns[i].form;
		column->name = (char *) acm_attr_name(stored_columns[i].attr);
		column->pos = i;
		appendStringInfo(&query, "%s%s", i > 0 ? ", " : "SELECT ", column->name);
	}
	appendStringInfo(&query, " FROM _accountmatch.account WHERE list_id = %d", list_id);
	if (ids)
		appendStringInfo(&query, " AND account_id = ANY (%s::pg_catalog.text[])", quote_literal_cstr(ids));
	table->relname = psprintf("list %d", list_id);
	table->query = query.data;
}

/* An array argument as text; NULL if it is null */
static char *
array_argument(FunctionCallInfo fcinfo, int arg)
{
	Oid			output;
	bool		varlena;

	if (PG_ARGISNULL(arg))
		return NULL;
	getTypeOutputInfo(TEXTARRAYOID, &output, &varlena);
	return OidOutputFunctionCall(output, PG_GETARG_DATUM(arg));
}

/* The rules of an array, as bits */
static uint32
rules_argument(FunctionCallInfo fcinfo, int arg)
{
	uint32		rules = 0;
	Datum	   *names;
	bool	   *nulls;
	int			n;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		int			rule = nulls[i] ? -1 : acm_find_rule(TextDatumGetCString(names[i]));

		if (rule < ACM_RULE_ID || rule > ACM_RULE_SIMILAR)
			elog(ERROR, "unknown rule");
		rules |= 1 << rule;
	}
	return rules;
}

/* The corrections in force for a map. SPI must be connected */
static acm_corrections *
read_corrections(int map_id)
{
	return acm_corrections_query(psprintf("SELECT action, our_id, their_id, domain FROM _accountmatch.override "
										  "WHERE undone_at IS NULL AND (map_id IS NULL OR map_id = %d)", map_id),
								 "SELECT domain, canonical, kind FROM _accountmatch.alias WHERE undone_at IS NULL");
}

PG_FUNCTION_INFO_V1(acm_check_corrections);

/* check_corrections(): an error if the domains among the corrections are none, or contradict each other */
Datum
acm_check_corrections(PG_FUNCTION_ARGS)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	acm_corrections_query("SELECT action, our_id, their_id, domain FROM _accountmatch.override "
						  "WHERE undone_at IS NULL AND domain IS NOT NULL",
						  "SELECT domain, canonical, kind FROM _accountmatch.alias WHERE undone_at IS NULL");
	SPI_finish();
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(acm_map_overlap);

/*
 * map_overlap(our_list, their_list, our_ids, their_ids, our_status,
 * their_status, rules, similar, domain_cap, map_id): the matches between stored
 * accounts, under the map's corrections. Null ids: all of the list.
 */
Datum
acm_map_overlap(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	static const char *const status_names[2] = {"our_status", "their_status"};
	acm_engine *engine;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	engine = palloc0(sizeof(acm_engine));
	engine->options.rules = rules_argument(fcinfo, ARG_RULES);
	if (PG_GETARG_BOOL(ARG_SIMILAR))
		engine->options.rules |= 1 << ACM_RULE_SIMILAR;
	engine->options.domain_cap = PG_GETARG_INT32(ARG_DOMAIN_CAP);
	engine->statuses = acm_statuses_load();
	for (int side = 0; side < 2; side++)
	{
		if (!PG_ARGISNULL(ARG_OUR_STATUS + side))
			engine->list[side].default_status =
				acm_status_argument(engine->statuses, text_to_cstring(PG_GETARG_TEXT_PP(ARG_OUR_STATUS + side)),
									status_names[side]);
		open_stored(&engine->list[side].table, PG_GETARG_INT32(ARG_OUR_LIST + side),
					array_argument(fcinfo, ARG_OUR_IDS + side));
	}
	engine->corrections = read_corrections(PG_GETARG_INT32(ARG_MAP));
	acm_engine_run(engine);
	acm_result_put(engine, false, false, rsinfo->setResult, rsinfo->setDesc);
	acm_engine_end(engine);
	SPI_finish();
	return (Datum) 0;
}
