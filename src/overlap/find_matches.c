/*
 * find_matches.c
 *		find_matches(): one account against a list, through the indexes that
 *		the list's owner made.
 *
 * Only the rows that share a key with the account are read, by conditions
 * that an expression index can serve. The engine gives for them the answer
 * that it gives on the whole list, as far as exact keys go.
 */
#include "compat.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "normalize/company.h"
#include "normalize/domain.h"
#include "normalize/identifier.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/result.h"

/* The arguments that describe the account, in their order from 1 on */
static const acm_attr arguments[] =
{
	ACM_ATTR_NAME, ACM_ATTR_WEBSITE, ACM_ATTR_EMAIL, ACM_ATTR_COUNTRY,
	ACM_ATTR_LEI, ACM_ATTR_DUNS, ACM_ATTR_VAT
};

/* The match key of a value of an attribute; false if it has none */
static bool
key_of(acm_attr attr, const char *value, char *key)
{
	acm_domain	d;
	const char *why;

	switch (attr)
	{
		case ACM_ATTR_NAME:
			return acm_match_company(value, strlen(value), key) > 0;
		case ACM_ATTR_WEBSITE:
		case ACM_ATTR_EMAIL:
			acm_domain_parse(value, strlen(value), &d);
			if (d.kind != ACM_DOMAIN_COMPANY)
				return false;
			memcpy(key, d.host + d.match_off, d.host_len - d.match_off);
			key[d.host_len - d.match_off] = '\0';
			return true;
		case ACM_ATTR_LEI:
		case ACM_ATTR_DUNS:
		case ACM_ATTR_VAT:
			return acm_normalize_identifier(acm_identifier_scheme(acm_attr_name(attr), strlen(acm_attr_name(attr))),
											value, strlen(value), key, &why) > 0;
		default:
			return false;
	}
}

/* Add "column = literal" for a blinded column, if the value has a key */
static void
add_blinded_condition(StringInfo where, const acm_partner_table *theirs, acm_attr attr, const char *value)
{
	const acm_column *column = &theirs->columns[attr];
	char	   *literal = acm_blinded_literal(theirs, attr, value);

	if (literal == NULL)
		return;
	if (where->len > 0)
		appendStringInfoString(where, " OR ");
	if (column->form == ACM_FORM_BLINDED_ARRAY)
		appendStringInfo(where, "%s OPERATOR(accountmatch.=) ANY (%s)", literal, quote_identifier(column->name));
	else
		appendStringInfo(where, "%s OPERATOR(accountmatch.=) %s", quote_identifier(column->name), literal);
}

/* Add "expression of column = key", for each element of an array; value is what the key is of */
static void
add_condition(StringInfo where, const acm_partner_table *theirs, acm_attr attr, const char *function,
			  const char *key, const char *value)
{
	const acm_column *column = &theirs->columns[attr];

	if (column->form == ACM_FORM_NONE)
		return;
	if (acm_column_blinded(column))
	{
		add_blinded_condition(where, theirs, attr, value);
		return;
	}
	if (where->len > 0)
		appendStringInfoString(where, " OR ");
	if (column->form == ACM_FORM_TEXT_ARRAY)
		appendStringInfo(where, "EXISTS (SELECT FROM pg_catalog.unnest(%s) e WHERE ",
						 quote_identifier(column->name));
	appendStringInfo(where, function, column->form == ACM_FORM_TEXT_ARRAY ? "e" : quote_identifier(column->name));
	appendStringInfo(where, " OPERATOR(pg_catalog.=) %s", quote_literal_cstr(key));
	if (column->form == ACM_FORM_TEXT_ARRAY)
		appendStringInfoChar(where, ')');
}

/* The condition that a row shares a key with the account */
static char *
candidates(const acm_partner_table *theirs, char *const *values)
{
	StringInfoData where;
	char		key[Max(Max(ACM_NAME_BUF, ACM_HOST_BUF), ACM_IDENTIFIER_BUF)];

	initStringInfo(&where);
	for (int i = 0; i < (int) lengthof(arguments); i++)
	{
		acm_attr	attr = arguments[i];

		if (values[i] == NULL || !key_of(attr, values[i], key))
			continue;
		switch (attr)
		{
			case ACM_ATTR_NAME:
				add_condition(&where, theirs, attr, "accountmatch.match_company(%s)", key, values[i]);
				break;
			case ACM_ATTR_WEBSITE:
			case ACM_ATTR_EMAIL:
				/* a contact's host can be the other's website */
				for (acm_attr other = ACM_ATTR_WEBSITE; other <= ACM_ATTR_EMAIL; other++)
					add_condition(&where, theirs, other, "accountmatch.match_host(%s)", key, values[i]);
				break;
			default:
				add_condition(&where, theirs, attr,
							  psprintf("accountmatch.normalize_identifier('%s', %%s)", acm_attr_name(attr)),
							  key, values[i]);
				break;
		}
	}
	return where.len > 0 ? where.data : "false";
}

/* A list of the one account, described by the arguments */
static void
make_account(acm_partner_table *table, char *const *values)
{
	StringInfoData query;
	int			pos = 0;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ''::pg_catalog.text");
	table->relname = "the account";
	table->columns[ACM_ATTR_ACCOUNT_ID].form = ACM_FORM_TEXT;
	table->columns[ACM_ATTR_ACCOUNT_ID].name = "account_id";
	table->columns[ACM_ATTR_ACCOUNT_ID].pos = pos++;
	for (int i = 0; i < (int) lengthof(arguments); i++)
	{
		acm_column *column = &table->columns[arguments[i]];

		if (values[i] == NULL)
			continue;
		column->form = ACM_FORM_TEXT;
		column->name = (char *) acm_attr_name(arguments[i]);
		column->pos = pos++;
		appendStringInfo(&query, ", %s::pg_catalog.text", quote_literal_cstr(values[i]));
	}
	table->query = query.data;
}

PG_FUNCTION_INFO_V1(acm_find_matches);

/*
 * find_matches(theirs, name, website, email, country, lei, duns, vat,
 * their_columns): the matches of one account.
 */
Datum
acm_find_matches(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			columns = 1 + lengthof(arguments);
	char	   *values[lengthof(arguments)];
	bool		has_key = false;
	acm_engine *engine;
	acm_partner_table *theirs;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("theirs must not be null")));
	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	for (int i = 0; i < (int) lengthof(arguments); i++)
	{
		values[i] = PG_ARGISNULL(1 + i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1 + i));
		has_key |= values[i] != NULL && arguments[i] != ACM_ATTR_COUNTRY;
	}
	if (!has_key)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("nothing to find the account by"),
				 errhint("Give at least one of name, website, email, lei, duns, vat.")));

	engine = palloc0(sizeof(acm_engine));
	engine->options.rules = (1 << ACM_RULE_ID) | (1 << ACM_RULE_DOMAIN) | (1 << ACM_RULE_EMAIL) |
		(1 << ACM_RULE_NAME);
	engine->options.domain_cap = 2;
	engine->statuses = acm_statuses_load();
	theirs = &engine->list[ACM_THEIRS].table;
	acm_partner_table_open(theirs, PG_GETARG_OID(0),
						   PG_ARGISNULL(columns) ? NULL : PG_GETARG_JSONB_P(columns), "their_columns");
	theirs->query = psprintf("%s WHERE %s", theirs->query, candidates(theirs, values));
	make_account(&engine->list[ACM_OURS].table, values);

	acm_engine_run(engine);
	acm_result_put(engine, false, false, rsinfo->setResult, rsinfo->setDesc);
	acm_engine_end(engine);
	SPI_finish();
	return (Datum) 0;
}
