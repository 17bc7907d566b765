/*
 * identifier_sql.c
 *		SQL face of identifier.c.
 */
#include "compat.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "normalize/identifier.h"

/* The scheme named by the user, or an error that lists the known ones */
static int
get_scheme(text *name)
{
	int			scheme = acm_identifier_scheme(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	StringInfoData known;

	if (scheme >= 0)
		return scheme;
	initStringInfo(&known);
	for (int i = 0; i < acm_identifier_schemes(); i++)
		appendStringInfo(&known, "%s%s", i > 0 ? ", " : "", acm_identifier_name(i));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown identifier scheme \"%s\"", text_to_cstring(name)),
			 errhint("Known schemes are %s.", known.data)));
}

PG_FUNCTION_INFO_V1(acm_normalize_identifier_sql);

/* normalize_identifier(scheme, value): canonical form, NULL if invalid */
Datum
acm_normalize_identifier_sql(PG_FUNCTION_ARGS)
{
	int			scheme = get_scheme(PG_GETARG_TEXT_PP(0));
	text	   *value = PG_GETARG_TEXT_PP(1);
	char		out[ACM_IDENTIFIER_BUF];
	int			len = acm_normalize_identifier(scheme, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), out, NULL);

	if (len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, len));
}

/* Add one explain_row; no value is NULL */
static void
put_row(ReturnSetInfo *rsinfo, int step, const char *rule, const char *value)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, value == NULL};

	values[0] = Int32GetDatum(step);
	values[1] = CStringGetTextDatum(rule);
	values[2] = value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(acm_explain_identifier);

/* explain_identifier(scheme, value): what was read, and why it is invalid or what it is */
Datum
acm_explain_identifier(PG_FUNCTION_ARGS)
{
	int			scheme = get_scheme(PG_GETARG_TEXT_PP(0));
	text	   *value = PG_GETARG_TEXT_PP(1);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char		out[ACM_IDENTIFIER_BUF];
	const char *why = NULL;
	int			step = 1;

	InitMaterializedSRF(fcinfo, 0);
	if (acm_clean_identifier(scheme, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), out, &why) > 0)
	{
		put_row(rsinfo, step++, "letters and digits, upper case, no label", out);
		if (acm_normalize_identifier(scheme, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), out, &why) > 0)
			put_row(rsinfo, step, acm_identifier_title(scheme), out);
	}
	if (why != NULL)
		put_row(rsinfo, step, psprintf("invalid: %s", why), NULL);
	PG_RETURN_NULL();
}
