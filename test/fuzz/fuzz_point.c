/*
 * fuzz_point.c
 *		Any bytes as a point from outside: what passes is what OpenSSL's own
 *		parser takes for a point, and so is what comes out; any bytes as a
 *		message hash to a point.
 *
 * A libFuzzer target.
 */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

#include "blind/curve.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether OpenSSL reads 04 || x || y as a point */
static int
openssl_takes(const uint8_t *point)
{
	static EC_GROUP *group;
	static EC_POINT *p;
	uint8_t		octets[1 + ACM_POINT_LEN] = {4};
	int			r;

	if (group == NULL)
	{
		group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
		p = EC_POINT_new(group);
	}
	memcpy(octets + 1, point, ACM_POINT_LEN);
	r = EC_POINT_oct2point(group, p, octets, sizeof octets, NULL);
	ERR_clear_error();
	return r;
}

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static acm_curve *curve;
	static acm_scalar *scalar;
	uint8_t		bytes[ACM_SCALAR_LEN] = {[31] = 7};
	uint8_t		out[ACM_POINT_LEN];
	acm_point_result r;

	if (curve == NULL)
	{
		curve = acm_curve_open();
		scalar = acm_scalar_open(bytes);
	}
	if (!acm_curve_blind(curve, "fuzz", 4, data, size, scalar, out) || !openssl_takes(out))
		abort();
	if (size < ACM_POINT_LEN)
		return 0;
	r = acm_curve_check(curve, data);
	if (r == ACM_POINT_FAILED || (r == ACM_POINT_OK) != openssl_takes(data) ||
		acm_curve_evaluate(curve, data, scalar, out) != r ||
		(r == ACM_POINT_OK && !openssl_takes(out)) || ERR_peek_error() != 0)
		abort();
	return 0;
}
