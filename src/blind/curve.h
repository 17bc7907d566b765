/*
 * curve.h
 *		Points and scalars of P-256 for private set intersection: hashing to
 *		the curve, deriving scalars, blinding, evaluation. Pure C over OpenSSL's
 *		EC_POINT and BN: no server header, no setting.
 *
 * Sources: RFC 9380, suite P256_XMD:SHA-256_SSWU_RO_; RFC 9497, suite
 * P256-SHA256, mode 0 (DeriveKeyPair, and the group operations of Blind and
 * BlindEvaluate). OpenSSL's BN functions do not run in constant time: see the
 * README on what that means.
 */
#ifndef ACM_CURVE_H
#define ACM_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACM_POINT_LEN 64		/* x and y, 32 bytes each, big-endian */
#define ACM_SCALAR_LEN 32		/* big-endian */
#define ACM_DST_MAX 255			/* bytes of a domain separation tag (RFC 9380, 3.1) */

/* What became of a point from outside */
typedef enum acm_point_result
{
	ACM_POINT_OK,
	ACM_POINT_BAD,				/* a coordinate is not below p, or it is not on the curve */
	ACM_POINT_FAILED			/* OpenSSL failed: out of memory */
} acm_point_result;

/*
 * The curve with all that the functions below need for their work. NULL if
 * OpenSSL fails. Not to be used by two threads at once; closing zeroes it.
 */
typedef struct acm_curve acm_curve;
extern acm_curve *acm_curve_open(void);
extern void acm_curve_close(acm_curve *curve);

/* A scalar ready for use; NULL unless it is from 1 to the group's order less 1. Closing zeroes it. */
typedef struct bignum_st acm_scalar;
extern acm_scalar *acm_scalar_open(const uint8_t bytes[ACM_SCALAR_LEN]);
extern void acm_scalar_close(acm_scalar *scalar);

/* Functions that return bool give false where OpenSSL fails; output is then undefined. */

/*
 * RFC 9497, 3.2.1, DeriveKeyPair with the context string of mode 0: a scalar
 * from a seed of 32 bytes and public information of at most 65535.
 */
extern bool acm_curve_derive(acm_curve *curve, const uint8_t seed[ACM_SCALAR_LEN],
							 const void *info, size_t infolen, uint8_t out[ACM_SCALAR_LEN]);

/*
 * hash_to_curve of a message (RFC 9380, 3), times a scalar unless that is
 * NULL. dst is a domain separation tag of 1 to ACM_DST_MAX bytes.
 */
extern bool acm_curve_blind(acm_curve *curve, const void *dst, size_t dstlen,
							const void *msg, size_t msglen,
							const acm_scalar *scalar, uint8_t out[ACM_POINT_LEN]);

/*
 * A point from outside times a scalar. It is checked: both coordinates below
 * p, on the curve; 64 bytes cannot be the point at infinity, and the group has
 * no other small subgroup. out may be in.
 */
extern acm_point_result acm_curve_evaluate(acm_curve *curve, const uint8_t in[ACM_POINT_LEN],
										   const acm_scalar *scalar, uint8_t out[ACM_POINT_LEN]);

/* The check alone */
extern acm_point_result acm_curve_check(acm_curve *curve, const uint8_t in[ACM_POINT_LEN]);

#endif							/* ACM_CURVE_H */
