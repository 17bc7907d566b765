/*
 * similarity_sql.c
 *		SQL face of similarity.c.
 */
#include "compat.h"

#include "fmgr.h"

#include "normalize/company.h"

PG_FUNCTION_INFO_V1(acm_company_similarity);

/* company_similarity(a, b): how alike the match names are, 0..1; NULL where one has none */
Datum
acm_company_similarity(PG_FUNCTION_ARGS)
{
	text	   *a = PG_GETARG_TEXT_PP(0);
	text	   *b = PG_GETARG_TEXT_PP(1);
	char		a_name[ACM_NAME_BUF];
	char		b_name[ACM_NAME_BUF];
	int			a_len = acm_match_company(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), a_name);
	int			b_len = acm_match_company(VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b), b_name);

	if (a_len == 0 || b_len == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT4(acm_match_similarity(a_name, a_len, b_name, b_len));
}
