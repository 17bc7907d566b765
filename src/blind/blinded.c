/*
 * blinded.c
 *		The type blinded: a key id of 4 bytes and a tag of 16, ordered as
 *		bytes. In text <8 hex>:<32 hex>.
 */
#include "blind/blinded.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"
#include "utils/syscache.h"

#define KEY_ID_DIGITS (2 * ACM_KEY_ID_LEN)
#define TAG_DIGITS (2 * ACM_TAG_LEN)

StaticAssertDecl(sizeof(acm_blinded) == ACM_BLINDED_LEN, "blinded has holes");

/* Order of two values */
static inline int
compare(const acm_blinded *a, const acm_blinded *b)
{
	return memcmp(a, b, ACM_BLINDED_LEN);
}

/*
 * Text input
 */
PG_FUNCTION_INFO_V1(acm_blinded_in);
Datum
acm_blinded_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	acm_blinded *result = palloc(sizeof *result);

	if (strlen(str) != KEY_ID_DIGITS + 1 + TAG_DIGITS || str[KEY_ID_DIGITS] != ':' ||
		!acm_unhex(str, ACM_KEY_ID_LEN, result->key_id) ||
		!acm_unhex(str + KEY_ID_DIGITS + 1, ACM_TAG_LEN, result->tag))
		acm_ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", "blinded", str)));
	PG_RETURN_POINTER(result);
}

/* The text form of a value */
void
acm_blinded_text(const acm_blinded *value, char out[ACM_BLINDED_TEXT_BUF])
{
	acm_hex(value->key_id, ACM_KEY_ID_LEN, out);
	out[KEY_ID_DIGITS] = ':';
	acm_hex(value->tag, ACM_TAG_LEN, out + KEY_ID_DIGITS + 1);
}

/* The type's oid */
Oid
acm_blinded_type(void)
{
	Oid			schema = get_namespace_oid("accountmatch", true);

	return OidIsValid(schema) ?
		GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("blinded"), ObjectIdGetDatum(schema)) :
		InvalidOid;
}

/*
 * Text output
 */
PG_FUNCTION_INFO_V1(acm_blinded_out);
Datum
acm_blinded_out(PG_FUNCTION_ARGS)
{
	char	   *str = palloc(ACM_BLINDED_TEXT_BUF);

	acm_blinded_text(PG_GETARG_BLINDED_P(0), str);
	PG_RETURN_CSTRING(str);
}

/*
 * Binary input: the 20 bytes
 */
PG_FUNCTION_INFO_V1(acm_blinded_recv);
Datum
acm_blinded_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	acm_blinded *result = palloc(sizeof *result);

	memcpy(result, pq_getmsgbytes(buf, ACM_BLINDED_LEN), ACM_BLINDED_LEN);
	PG_RETURN_POINTER(result);
}

/*
 * Binary output
 */
PG_FUNCTION_INFO_V1(acm_blinded_send);
Datum
acm_blinded_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, PG_GETARG_POINTER(0), ACM_BLINDED_LEN);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Key id: which key made a value
 */
PG_FUNCTION_INFO_V1(acm_blind_key_id);
Datum
acm_blind_key_id(PG_FUNCTION_ARGS)
{
	char		digits[KEY_ID_DIGITS + 1];

	acm_hex(PG_GETARG_BLINDED_P(0)->key_id, ACM_KEY_ID_LEN, digits);
	PG_RETURN_TEXT_P(cstring_to_text(digits));
}

/*
 * The six comparisons
 */
PG_FUNCTION_INFO_V1(acm_blinded_eq);
Datum
acm_blinded_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) == 0);
}

PG_FUNCTION_INFO_V1(acm_blinded_ne);
Datum
acm_blinded_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) != 0);
}

PG_FUNCTION_INFO_V1(acm_blinded_lt);
Datum
acm_blinded_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) < 0);
}

PG_FUNCTION_INFO_V1(acm_blinded_le);
Datum
acm_blinded_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) <= 0);
}

PG_FUNCTION_INFO_V1(acm_blinded_ge);
Datum
acm_blinded_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) >= 0);
}

PG_FUNCTION_INFO_V1(acm_blinded_gt);
Datum
acm_blinded_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1)) > 0);
}

/*
 * Order, for btree
 */
PG_FUNCTION_INFO_V1(acm_blinded_cmp);
Datum
acm_blinded_cmp(PG_FUNCTION_ARGS)
{
	int			order = compare(PG_GETARG_BLINDED_P(0), PG_GETARG_BLINDED_P(1));

	PG_RETURN_INT32(order < 0 ? -1 : order > 0);
}

/* Order without the function manager in between */
static int
sort_full(Datum a, Datum b, SortSupport ssup)
{
	return compare((acm_blinded *) DatumGetPointer(a), (acm_blinded *) DatumGetPointer(b));
}

#if SIZEOF_DATUM == 8

/* The first 8 bytes as a number that has their order: key id and a quarter of the tag */
static Datum
abbreviate(Datum original, SortSupport ssup)
{
	uint64		head;

	memcpy(&head, DatumGetPointer(original), sizeof head);
	return UInt64GetDatum(pg_ntoh64(head));
}

/*
 * Abbreviation costs one load and is never given up: tags are as good as
 * random, so equal heads mean equal values or another key.
 */
static bool
never_abort(int memtupcount, SortSupport ssup)
{
	return false;
}

#endif

/*
 * Sort support
 */
PG_FUNCTION_INFO_V1(acm_blinded_sortsupport);
Datum
acm_blinded_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = sort_full;
#if SIZEOF_DATUM == 8
	if (ssup->abbreviate)
	{
		ssup->comparator = ssup_datum_unsigned_cmp;
		ssup->abbrev_converter = abbreviate;
		ssup->abbrev_abort = never_abort;
		ssup->abbrev_full_comparator = sort_full;
	}
#endif
	PG_RETURN_VOID();
}

/*
 * Hash
 */
PG_FUNCTION_INFO_V1(acm_blinded_hash);
Datum
acm_blinded_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_POINTER(0), ACM_BLINDED_LEN);
}

/*
 * Hash with a seed, for partitions
 */
PG_FUNCTION_INFO_V1(acm_blinded_hash_extended);
Datum
acm_blinded_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_POINTER(0), ACM_BLINDED_LEN, PG_GETARG_INT64(1));
}
