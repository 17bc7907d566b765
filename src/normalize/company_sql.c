/*
 * company_sql.c
 *		SQL face of company.c.
 */
#include "compat.h"

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "normalize/company.h"

/* The result of one of company.h's functions from text to text */
static Datum
text_result(FunctionCallInfo fcinfo, int (*function) (const char *, size_t, char *))
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	char		out[ACM_NAME_BUF];
	int			len = function(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg), out);

	PG_FREE_IF_COPY(arg, 0);
	if (len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, len));
}

/* normalize_company(text): the folded name */
PG_FUNCTION_INFO_V1(acm_normalize_company_sql);
Datum
acm_normalize_company_sql(PG_FUNCTION_ARGS)
{
	return text_result(fcinfo, acm_normalize_company);
}

/* match_company(text): the name match key */
PG_FUNCTION_INFO_V1(acm_match_company_sql);
Datum
acm_match_company_sql(PG_FUNCTION_ARGS)
{
	return text_result(fcinfo, acm_match_company);
}

/* legal_form(text): the canonical legal form */
PG_FUNCTION_INFO_V1(acm_legal_form_sql);
Datum
acm_legal_form_sql(PG_FUNCTION_ARGS)
{
	return text_result(fcinfo, acm_legal_form);
}

/* Where the rows of explain_company go */
typedef struct explain_state
{
	ReturnSetInfo *rsinfo;
	int			step;
} explain_state;

/* acm_trace: one row */
static void
explain_step(void *arg, const char *rule, const char *value, const char *note)
{
	explain_state *state = arg;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	values[0] = Int32GetDatum(++state->step);
	values[1] = CStringGetTextDatum(rule);
	values[2] = PointerGetDatum(*note != '\0' ?
								cstring_to_text(psprintf("%s (%s)", value, note)) :
								cstring_to_text(value));
	nulls[2] = *value == '\0';
	tuplestore_putvalues(state->rsinfo->setResult, state->rsinfo->setDesc, values, nulls);
}

/* explain_company(text): each step from text to match key */
PG_FUNCTION_INFO_V1(acm_explain_company_sql);
Datum
acm_explain_company_sql(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	explain_state state = {(ReturnSetInfo *) fcinfo->resultinfo, 0};

	InitMaterializedSRF(fcinfo, 0);
	acm_explain_company(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg), explain_step, &state);
	return (Datum) 0;
}
