/*
 * domain_sql.c
 *		The SQL face of domain normalization.
 */
#include "compat.h"

#include "access/detoast.h"
#include "catalog/pg_enum.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "normalize/domain.h"

/*
 * Read the host in a text argument, which is copied only where it is stored
 * compressed or out of line, and not even then if it is too long to hold one. The
 * host may lie in the copy, which is left to the memory context.
 */
static inline void
parse_argument(FunctionCallInfo fcinfo, acm_domain *d,
			   void (*parse) (const char *, size_t, acm_domain *))
{
	struct varlena *value = (struct varlena *) PG_GETARG_POINTER(0);
	struct varlena *text = value;

	if (unlikely(VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value)))
	{
		if (toast_raw_datum_size(PointerGetDatum(value)) - VARHDRSZ > ACM_INPUT_MAX)
		{
			parse(NULL, ACM_INPUT_MAX + 1, d);
			return;
		}
		text = pg_detoast_datum_packed(value);
	}
	parse(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), d);
}

/*
 * Return the host from an offset on, NULL if that is negative. An argument that
 * is all of it already is returned as it is.
 */
static inline Datum
host_from(FunctionCallInfo fcinfo, const acm_domain *d, int off)
{
	struct varlena *value = (struct varlena *) PG_GETARG_POINTER(0);
	text	   *result;
	int			len = d->host_len - off;

	if (off < 0)
		PG_RETURN_NULL();
	if (d->host + off == VARDATA_ANY(value) && len == (int) VARSIZE_ANY_EXHDR(value))
		PG_RETURN_POINTER(value);
	result = (text *) palloc(VARHDRSZ + len);
	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), d->host + off, len);
	PG_RETURN_TEXT_P(result);
}

/*
 * The host, in A-labels and lower case.
 */
PG_FUNCTION_INFO_V1(acm_normalize_domain);
Datum
acm_normalize_domain(PG_FUNCTION_ARGS)
{
	acm_domain	d;

	parse_argument(fcinfo, &d, acm_domain_parse_registrable);
	return host_from(fcinfo, &d, d.kind == ACM_DOMAIN_INVALID ? -1 : 0);
}

/*
 * The public suffix and one label more.
 */
PG_FUNCTION_INFO_V1(acm_registrable_domain);
Datum
acm_registrable_domain(PG_FUNCTION_ARGS)
{
	acm_domain	d;

	parse_argument(fcinfo, &d, acm_domain_parse_registrable);
	return host_from(fcinfo, &d, d.reg_off);
}

/*
 * The public suffix of a host that has a registrable domain.
 */
PG_FUNCTION_INFO_V1(acm_public_suffix);
Datum
acm_public_suffix(PG_FUNCTION_ARGS)
{
	acm_domain	d;

	parse_argument(fcinfo, &d, acm_domain_parse_registrable);
	return host_from(fcinfo, &d, d.reg_off < 0 ? -1 : d.suffix_off);
}

/*
 * The registrable domain, if it may identify a company.
 */
PG_FUNCTION_INFO_V1(acm_match_domain);
Datum
acm_match_domain(PG_FUNCTION_ARGS)
{
	acm_domain	d;

	parse_argument(fcinfo, &d, acm_domain_parse_registrable);
	return host_from(fcinfo, &d, d.kind == ACM_DOMAIN_COMPANY ? d.reg_off : -1);
}

/*
 * The host less generic leading labels, if it may identify a company.
 */
PG_FUNCTION_INFO_V1(acm_match_host);
Datum
acm_match_host(PG_FUNCTION_ARGS)
{
	acm_domain	d;

	parse_argument(fcinfo, &d, acm_domain_parse);
	return host_from(fcinfo, &d, d.match_off);
}

/* Oids of the values of accountmatch.domain_kind, and of the type they are of */
typedef struct kind_cache
{
	Oid			type;
	Oid			value[ACM_DOMAIN_INVALID + 1];
} kind_cache;

/*
 * Look the values of the function's own result type up, once per call site.
 */
static kind_cache *
find_kinds(FunctionCallInfo fcinfo)
{
	static const char *const name[] = {
		[ACM_DOMAIN_COMPANY] = "company",
		[ACM_DOMAIN_FREEMAIL] = "freemail",
		[ACM_DOMAIN_SHARED] = "shared",
		[ACM_DOMAIN_IP] = "ip",
		[ACM_DOMAIN_SUFFIX] = "suffix",
		[ACM_DOMAIN_INVALID] = "invalid"
	};
	kind_cache *cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(kind_cache));

	cache->type = get_func_rettype(fcinfo->flinfo->fn_oid);
	for (int i = 0; i <= ACM_DOMAIN_INVALID; i++)
	{
		cache->value[i] = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
										  ObjectIdGetDatum(cache->type), CStringGetDatum(name[i]));
		if (!OidIsValid(cache->value[i]))
			ereport(ERROR,
					errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("type %s has no value \"%s\"", format_type_be(cache->type), name[i]),
					errhint("Bring the extension up to date with ALTER EXTENSION accountmatch UPDATE."));
	}
	fcinfo->flinfo->fn_extra = cache;
	return cache;
}

/*
 * What the host tells of a company.
 */
PG_FUNCTION_INFO_V1(acm_domain_class);
Datum
acm_domain_class(PG_FUNCTION_ARGS)
{
	kind_cache *cache = fcinfo->flinfo->fn_extra;
	acm_domain	d;

	if (unlikely(cache == NULL))
		cache = find_kinds(fcinfo);
	parse_argument(fcinfo, &d, acm_domain_parse_registrable);
	PG_RETURN_OID(cache->value[d.kind]);
}

/*
 * Add one step of the explanation to the result.
 */
static void
add_step(void *arg, const char *rule, const char *value, int len)
{
	FunctionCallInfo fcinfo = arg;
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[3];
	bool		nulls[3] = {false, false, value == NULL};

	values[0] = Int32GetDatum((int32) tuplestore_tuple_count(rsinfo->setResult) + 1);
	values[1] = CStringGetTextDatum(rule);
	values[2] = value == NULL ? (Datum) 0 :
		PointerGetDatum(cstring_to_text_with_len(value, len));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Every rule that was applied to a text, and what it gave.
 */
PG_FUNCTION_INFO_V1(acm_explain_domain);
Datum
acm_explain_domain(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	acm_domain	d;

	InitMaterializedSRF(fcinfo, 0);
	acm_domain_explain(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &d, add_step, fcinfo);
	return (Datum) 0;
}
