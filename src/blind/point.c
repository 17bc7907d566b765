/*
 * point.c
 *		The types psi_point, 64 bytes, and psi_tag, 16 bytes; in text as hex.
 *		A psi_point is a point of P-256: what is none does not get in.
 */
#include "blind/point.h"

#include "blind/key.h"
#include "blind/keyfile.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

StaticAssertDecl(sizeof(acm_point) == ACM_POINT_LEN, "psi_point has holes");
StaticAssertDecl(sizeof(acm_tag) == ACM_PSI_TAG_BYTES, "psi_tag has holes");

/* The curve, opened once for the process */
acm_curve *
acm_process_curve(void)
{
	static acm_curve *curve = NULL;

	if (curve == NULL)
		curve = acm_curve_open();
	if (curve == NULL)
		acm_crypto_failed("open the curve P-256");
	return curve;
}

/* Whether bytes are a value of the type of this length; of psi_tag all are */
static bool
is_value(const uint8 *bytes, size_t len)
{
	acm_point_result r;

	if (len != ACM_POINT_LEN)
		return true;
	r = acm_curve_check(acm_process_curve(), bytes);
	if (r == ACM_POINT_FAILED)
		acm_crypto_failed("check a point");
	return r == ACM_POINT_OK;
}

/* Text output */
static char *
value_out(const uint8 *value, size_t len)
{
	char	   *str = palloc(2 * len + 1);

	acm_hex(value, len, str);
	return str;
}

/* Binary input */
static uint8 *
value_recv(StringInfo buf, const char *type, size_t len)
{
	uint8	   *value = palloc(len);

	memcpy(value, pq_getmsgbytes(buf, len), len);
	if (!is_value(value, len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", type)));
	return value;
}

/* The first 8 bytes as a number that has their order */
static uint64
head(const void *value)
{
	uint64		n;

	memcpy(&n, value, sizeof n);
	return pg_ntoh64(n);
}

/* Order of two values, for each type */
static int
sort_points(Datum a, Datum b, SortSupport ssup)
{
	return memcmp(DatumGetPointer(a), DatumGetPointer(b), ACM_POINT_LEN);
}

static int
sort_tags(Datum a, Datum b, SortSupport ssup)
{
	return memcmp(DatumGetPointer(a), DatumGetPointer(b), ACM_PSI_TAG_BYTES);
}

#if SIZEOF_DATUM == 8

/* As in blinded.c: both are as good as random, so abbreviation is never given up */
static Datum
abbreviate(Datum original, SortSupport ssup)
{
	return UInt64GetDatum(head(DatumGetPointer(original)));
}

static bool
never_abort(int memtupcount, SortSupport ssup)
{
	return false;
}

#endif

/* Sort support of the type with this comparison */
static void
prepare_sort(SortSupport ssup, int (*compare) (Datum, Datum, SortSupport))
{
	ssup->comparator = compare;
#if SIZEOF_DATUM == 8
	if (ssup->abbreviate)
	{
		ssup->comparator = ssup_datum_unsigned_cmp;
		ssup->abbrev_converter = abbreviate;
		ssup->abbrev_abort = never_abort;
		ssup->abbrev_full_comparator = compare;
	}
#endif
}

/* The functions of a comparison operator */
#define COMPARISON(type, name, len, op) \
	PG_FUNCTION_INFO_V1(acm_##type##_##name); \
	Datum \
	acm_##type##_##name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(memcmp(PG_GETARG_POINTER(0), PG_GETARG_POINTER(1), len) op 0); \
	}

/* All functions of a type of fixed length whose text is hex */
#define HEX_TYPE(type, len, sort) \
	PG_FUNCTION_INFO_V1(acm_##type##_in); \
	Datum \
	acm_##type##_in(PG_FUNCTION_ARGS) \
	{ \
		char	   *str = PG_GETARG_CSTRING(0); \
		uint8	   *value = palloc(len); \
\
		if (strlen(str) != 2 * (len) || !acm_unhex(str, len, value) || !is_value(value, len)) \
			acm_ereturn(fcinfo->context, (Datum) 0, \
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), \
						 errmsg("invalid input syntax for type %s: \"%s\"", #type, str))); \
		PG_RETURN_POINTER(value); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_out); \
	Datum \
	acm_##type##_out(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_CSTRING(value_out((uint8 *) PG_GETARG_POINTER(0), len)); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_recv); \
	Datum \
	acm_##type##_recv(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_POINTER(value_recv((StringInfo) PG_GETARG_POINTER(0), #type, len)); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_send); \
	Datum \
	acm_##type##_send(PG_FUNCTION_ARGS) \
	{ \
		StringInfoData buf; \
\
		pq_begintypsend(&buf); \
		pq_sendbytes(&buf, PG_GETARG_POINTER(0), len); \
		PG_RETURN_BYTEA_P(pq_endtypsend(&buf)); \
	} \
	COMPARISON(type, eq, len, ==) \
	COMPARISON(type, ne, len, !=) \
	COMPARISON(type, lt, len, <) \
	COMPARISON(type, le, len, <=) \
	COMPARISON(type, ge, len, >=) \
	COMPARISON(type, gt, len, >) \
	PG_FUNCTION_INFO_V1(acm_##type##_cmp); \
	Datum \
	acm_##type##_cmp(PG_FUNCTION_ARGS) \
	{ \
		int			order = memcmp(PG_GETARG_POINTER(0), PG_GETARG_POINTER(1), len); \
\
		PG_RETURN_INT32(order < 0 ? -1 : order > 0); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_sortsupport); \
	Datum \
	acm_##type##_sortsupport(PG_FUNCTION_ARGS) \
	{ \
		prepare_sort((SortSupport) PG_GETARG_POINTER(0), sort); \
		PG_RETURN_VOID(); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_hash); \
	Datum \
	acm_##type##_hash(PG_FUNCTION_ARGS) \
	{ \
		return hash_any((unsigned char *) PG_GETARG_POINTER(0), len); \
	} \
	PG_FUNCTION_INFO_V1(acm_##type##_hash_extended); \
	Datum \
	acm_##type##_hash_extended(PG_FUNCTION_ARGS) \
	{ \
		return hash_any_extended((unsigned char *) PG_GETARG_POINTER(0), len, PG_GETARG_INT64(1)); \
	}

HEX_TYPE(psi_point, ACM_POINT_LEN, sort_points)
HEX_TYPE(psi_tag, ACM_PSI_TAG_BYTES, sort_tags)
