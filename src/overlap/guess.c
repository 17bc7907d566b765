/*
 * guess.c
 *		guess_columns(): which column of a relation seems to hold which
 *		attribute of an account.
 */
#include "compat.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "overlap/headings.h"
#include "overlap/partner_table.h"

/* A sample value is cut to this many characters */
#define SAMPLE_CHARS 60

/* A value of the column as text, to recognize it by; NULL if it has none */
static char *
sample_value(const char *relname, const char *column)
{
	char	   *query = psprintf("SELECT pg_catalog.left(%s::pg_catalog.text, %d) FROM %s WHERE %s IS NOT NULL LIMIT 1",
								 quote_identifier(column), SAMPLE_CHARS, relname, quote_identifier(column));
	char	   *value = NULL;
	int			rc = SPI_execute(query, true, 1);

	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
	if (SPI_processed > 0)
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return value;
}

PG_FUNCTION_INFO_V1(acm_guess_columns);

/*
 * guess_columns(list regclass): a row per attribute that some column seems to
 * hold, with a sample value.
 */
Datum
acm_guess_columns(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			best[ACM_NATTRS];
	int			column[ACM_NATTRS];
	Relation	rel;
	TupleDesc	desc;
	char	   *relname;

	InitMaterializedSRF(fcinfo, 0);

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	relname = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
										 RelationGetRelationName(rel));
	desc = RelationGetDescr(rel);

	for (int i = 0; i < ACM_NATTRS; i++)
		best[i] = -1;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			h = att->attisdropped ? -1 : acm_find_heading(NameStr(att->attname));
		bool		preferred;
		char		category;

		if (h < 0)
			continue;
		get_type_category_preferred(att->atttypid, &category, &preferred);
		/* an amount must be a number: text would fail on "1,200" */
		if (acm_heading_attr(h) == ACM_ATTR_AMOUNT && category != TYPCATEGORY_NUMERIC)
			continue;

		if (best[acm_heading_attr(h)] < 0 || h < best[acm_heading_attr(h)])
		{
			best[acm_heading_attr(h)] = h;
			column[acm_heading_attr(h)] = i;
		}
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};
		char	   *name;
		char	   *sample;

		if (best[attr] < 0)
			continue;
		name = NameStr(TupleDescAttr(desc, column[attr])->attname);
		sample = sample_value(relname, name);
		values[0] = CStringGetTextDatum(acm_attr_name(attr));
		values[1] = CStringGetTextDatum(name);
		if (sample)
			values[2] = CStringGetTextDatum(sample);
		else
			nulls[2] = true;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	relation_close(rel, NoLock);

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_guess_headings);

/*
 * guess_headings(headings text[]): which of a file's headings holds which
 * attribute, by its place from 1; the same choice as for the columns of a table.
 */
Datum
acm_guess_headings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			best[ACM_NATTRS];
	int			place[ACM_NATTRS];
	Datum	   *names;
	bool	   *isnull;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ACM_NATTRS; i++)
		best[i] = -1;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &names, &isnull, &n);
	for (int i = 0; i < n; i++)
	{
		int			h = isnull[i] ? -1 : acm_find_heading(TextDatumGetCString(names[i]));

		if (h < 0)
			continue;
		if (best[acm_heading_attr(h)] < 0 || h < best[acm_heading_attr(h)])
		{
			best[acm_heading_attr(h)] = h;
			place[acm_heading_attr(h)] = i + 1;
		}
	}
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (best[attr] < 0)
			continue;
		values[0] = CStringGetTextDatum(acm_attr_name(attr));
		values[1] = Int32GetDatum(place[attr]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
