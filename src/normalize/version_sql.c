/*
 * version_sql.c
 *		What normalized values depend on: the versions compiled in, and ICU's.
 */
#include "compat.h"

#include <unicode/uversion.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "normalize/epoch.h"
#include "normalize/generated/data_versions.h"

#define VERSION_ATTRIBUTES 6

/*
 * A date of the data, 'YYYY-MM-DD', as a Datum.
 */
static Datum
iso_date(const char *text)
{
	return DirectFunctionCall1(date_in, CStringGetDatum(text));
}

/*
 * normalization_version() returns normalization_info: one row. The version of
 * ICU is that of the library at run time, not of the headers.
 */
PG_FUNCTION_INFO_V1(acm_normalization_version);
Datum
acm_normalization_version(PG_FUNCTION_ARGS)
{
	TupleDesc	tupdesc;
	UVersionInfo icu;
	char		icu_text[U_MAX_VERSION_STRING_LENGTH];
	Datum		values[VERSION_ATTRIBUTES];
	bool		nulls[VERSION_ATTRIBUTES] = {false};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	u_getVersion(icu);
	u_versionToString(icu, icu_text);

	values[0] = Int32GetDatum(ACM_EPOCH);
	values[1] = CStringGetTextDatum(ACM_DERIVED_AGE_VERSION);
	values[2] = CStringGetTextDatum(icu_text);
	values[3] = iso_date(ACM_PUBLIC_SUFFIX_LIST_DATE);
	values[4] = CStringGetTextDatum(ACM_PUBLIC_SUFFIX_LIST_VERSION);
	values[5] = iso_date(ACM_FREE_EMAIL_DOMAINS_DATE);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
