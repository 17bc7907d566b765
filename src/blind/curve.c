/*
 * curve.c
 *		Hashing to P-256, scalars, and points times scalars.
 *
 * Field elements are in Montgomery form, except where a comment says "plain".
 */
#include "blind/curve.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

#define HASH_LEN 32				/* b_in_bytes of SHA-256 */
#define HASH_BLOCK 64			/* s_in_bytes */
#define EXPAND_LEN 48			/* L: ceil((256 + 128) / 8), of the field and of the scalars */

/* The names that RFC 9380, F.2 gives to steps of the map; more for sqrt_ratio; powers of power() */
typedef enum temporary
{
	TV1, TV2, TV3, TV4, TV5, TV6, Y, S, W, UV, VV,
	X2, X4, X8, X16, X32,
	NTEMPORARIES
} temporary;

struct acm_curve
{
	EC_GROUP   *group;
	BN_CTX	   *bn;
	BN_MONT_CTX *mont;			/* modulo p */
	EVP_MD	   *sha256;
	EVP_MD_CTX *md;
	BIGNUM	   *p;				/* plain */
	const BIGNUM *order;		/* of the group, plain */
	BIGNUM	   *one;
	BIGNUM	   *a;
	BIGNUM	   *b;
	BIGNUM	   *z;				/* Z = -10 (RFC 9380, 8.2) */
	BIGNUM	   *root;			/* sqrt(-Z) */
	BIGNUM	   *t[NTEMPORARIES];
	BIGNUM	   *u;
	BIGNUM	   *plain;			/* plain, as are the next two */
	BIGNUM	   *x;
	BIGNUM	   *y;
	EC_POINT   *q0;
	EC_POINT   *q1;
};

/* Leave no errors behind, as in crypto.c */
static bool
result(bool ok)
{
	if (!ok)
		ERR_clear_error();
	return ok;
}

/* r = a b */
static bool
mul(acm_curve *c, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	return BN_mod_mul_montgomery(r, a, b, c->mont, c->bn);
}

/* r = a^(2^n) b, n not 0; r may be a or b */
static bool
shift_mul(acm_curve *c, BIGNUM *r, const BIGNUM *a, int n, const BIGNUM *b)
{
	BIGNUM	   *s = c->t[S];

	if (!mul(c, s, a, a))
		return false;
	while (--n > 0)
		if (!mul(c, s, s, s))
			return false;
	return mul(c, r, s, b);
}

/*
 * r = a^((p - 3) / 4): the exponent, 2^254 - 2^222 + 2^190 + 2^94 - 1, is in
 * binary 32 ones, 31 zeros, a one, 96 zeros, 94 ones. Xn is a to n ones.
 */
static bool
power(acm_curve *c, BIGNUM *r, const BIGNUM *a)
{
	BIGNUM	  **t = c->t;

	return shift_mul(c, t[X2], a, 1, a) &&
		shift_mul(c, t[X4], t[X2], 2, t[X2]) &&
		shift_mul(c, t[X8], t[X4], 4, t[X4]) &&
		shift_mul(c, t[X16], t[X8], 8, t[X8]) &&
		shift_mul(c, t[X32], t[X16], 16, t[X16]) &&
		shift_mul(c, r, t[X32], 32, a) &&
		shift_mul(c, r, r, 96 + 32, t[X32]) &&
		shift_mul(c, r, r, 32, t[X32]) &&
		shift_mul(c, r, r, 16, t[X16]) &&
		shift_mul(c, r, r, 8, t[X8]) &&
		shift_mul(c, r, r, 4, t[X4]) &&
		shift_mul(c, r, r, 2, t[X2]);
}

/* A number in Montgomery form */
static bool
set_word(acm_curve *c, BIGNUM *r, unsigned w, bool negative)
{
	return BN_set_word(r, w) && (!negative || BN_sub(r, c->p, r)) &&
		BN_to_montgomery(r, r, c->mont, c->bn);
}

/* Open the curve */
acm_curve *
acm_curve_open(void)
{
	acm_curve  *c = OPENSSL_zalloc(sizeof *c);
	bool		ok;

	if (c == NULL)
		return NULL;
	c->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	c->bn = BN_CTX_new();
	c->mont = BN_MONT_CTX_new();
	c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	c->md = EVP_MD_CTX_new();
	ok = c->group && c->bn && c->mont && c->sha256 && c->md;
	ok = ok &&
		(c->p = BN_new()) && (c->one = BN_new()) && (c->a = BN_new()) && (c->b = BN_new()) &&
		(c->z = BN_new()) && (c->root = BN_new()) && (c->u = BN_new()) &&
		(c->plain = BN_new()) && (c->x = BN_new()) && (c->y = BN_new());
	for (int i = 0; ok && i < NTEMPORARIES; i++)
		ok = (c->t[i] = BN_new()) != NULL;
	ok = ok &&
		(c->q0 = EC_POINT_new(c->group)) && (c->q1 = EC_POINT_new(c->group)) &&
		(c->order = EC_GROUP_get0_order(c->group)) &&
		EC_GROUP_get_curve(c->group, c->p, c->a, c->b, c->bn) &&
		BN_MONT_CTX_set(c->mont, c->p, c->bn) &&
		BN_to_montgomery(c->a, c->a, c->mont, c->bn) &&
		BN_to_montgomery(c->b, c->b, c->mont, c->bn) &&
		set_word(c, c->one, 1, false) &&
		set_word(c, c->z, 10, true) &&
		BN_set_word(c->u, 10) && BN_mod_sqrt(c->root, c->u, c->p, c->bn) &&
		BN_to_montgomery(c->root, c->root, c->mont, c->bn);
	if (!ok)
	{
		acm_curve_close(c);
		c = NULL;
	}
	result(ok);
	return c;
}

/* Close it; what is left of secrets is zeroed */
void
acm_curve_close(acm_curve *c)
{
	if (c == NULL)
		return;
	EC_POINT_clear_free(c->q0);
	EC_POINT_clear_free(c->q1);
	for (int i = 0; i < NTEMPORARIES; i++)
		BN_clear_free(c->t[i]);
	BN_clear_free(c->u);
	BN_clear_free(c->plain);
	BN_clear_free(c->x);
	BN_clear_free(c->y);
	BN_free(c->p);
	BN_free(c->one);
	BN_free(c->a);
	BN_free(c->b);
	BN_free(c->z);
	BN_free(c->root);
	EVP_MD_CTX_free(c->md);
	EVP_MD_free(c->sha256);
	BN_MONT_CTX_free(c->mont);
	BN_CTX_free(c->bn);
	EC_GROUP_free(c->group);
	OPENSSL_free(c);
}

/* A scalar from bytes */
acm_scalar *
acm_scalar_open(const uint8_t bytes[ACM_SCALAR_LEN])
{
	EC_GROUP   *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM	   *s = BN_secure_new();

	if (group && s && BN_bin2bn(bytes, ACM_SCALAR_LEN, s) &&
		!BN_is_zero(s) && BN_cmp(s, EC_GROUP_get0_order(group)) < 0)
		BN_set_flags(s, BN_FLG_CONSTTIME);
	else
	{
		BN_clear_free(s);
		s = NULL;
	}
	EC_GROUP_free(group);
	result(s != NULL);
	return s;
}

/* Zero and free a scalar */
void
acm_scalar_close(acm_scalar *scalar)
{
	BN_clear_free(scalar);
}

/* SHA-256 of up to five stretches */
static bool
hash(acm_curve *c, uint8_t out[HASH_LEN], const void *const data[], const size_t len[], int n)
{
	bool		ok = EVP_DigestInit_ex2(c->md, c->sha256, NULL);

	for (int i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(c->md, data[i], len[i]);
	return ok && EVP_DigestFinal_ex(c->md, out, NULL);
}

/* expand_message_xmd (RFC 9380, 5.3.1) of a message in two pieces, for a length that HASH_LEN divides or not */
static bool
expand(acm_curve *c, const void *dst, size_t dstlen, const void *msg, size_t msglen,
	   const void *more, size_t morelen, uint8_t *out, size_t outlen)
{
	static const uint8_t z_pad[HASH_BLOCK];
	uint8_t		b0[HASH_LEN];
	uint8_t		bi[HASH_LEN + 1];
	uint8_t		dst_prime[ACM_DST_MAX + 1];
	uint8_t		l_i_b[3] = {(uint8_t) (outlen >> 8), (uint8_t) outlen, 0};
	bool		ok;

	if (dstlen == 0 || dstlen > ACM_DST_MAX)
		return false;
	memcpy(dst_prime, dst, dstlen);
	dst_prime[dstlen] = (uint8_t) dstlen;
	ok = hash(c, b0, (const void *[]) {z_pad, msg, more, l_i_b, dst_prime},
			  (size_t[]) {HASH_BLOCK, msglen, morelen, sizeof l_i_b, dstlen + 1}, 5);
	memset(bi, 0, HASH_LEN);
	for (int i = 1; ok && outlen > 0; i++)
	{
		size_t		n = outlen < HASH_LEN ? outlen : HASH_LEN;

		/* b_1 is over b_0 itself: b_0 xor 0 */
		for (int j = 0; j < HASH_LEN; j++)
			bi[j] ^= b0[j];
		bi[HASH_LEN] = (uint8_t) i;
		ok = hash(c, bi, (const void *[]) {bi, dst_prime}, (size_t[]) {HASH_LEN + 1, dstlen + 1}, 2);
		memcpy(out, bi, n);
		out += n;
		outlen -= n;
	}
	OPENSSL_cleanse(b0, sizeof b0);
	OPENSSL_cleanse(bi, sizeof bi);
	return ok;
}

/* Derive a scalar */
bool
acm_curve_derive(acm_curve *c, const uint8_t seed[ACM_SCALAR_LEN],
				 const void *info, size_t infolen, uint8_t out[ACM_SCALAR_LEN])
{
	static const char dst[] = "DeriveKeyPairOPRFV1-\0-P256-SHA256";
	uint8_t		uniform[EXPAND_LEN];
	uint8_t    *input;
	size_t		len = ACM_SCALAR_LEN + 2 + infolen;
	bool		ok;
	bool		found = false;

	if (infolen > 0xffff || (input = OPENSSL_malloc(len)) == NULL)
		return result(false);
	memcpy(input, seed, ACM_SCALAR_LEN);
	input[ACM_SCALAR_LEN] = (uint8_t) (infolen >> 8);
	input[ACM_SCALAR_LEN + 1] = (uint8_t) infolen;
	memcpy(input + ACM_SCALAR_LEN + 2, info, infolen);
	ok = true;
	for (int counter = 0; ok && !found && counter < 256; counter++)
	{
		uint8_t		byte = (uint8_t) counter;

		ok = expand(c, dst, sizeof dst - 1, input, len, &byte, 1, uniform, sizeof uniform) &&
			BN_bin2bn(uniform, sizeof uniform, c->x) &&
			BN_nnmod(c->y, c->x, c->order, c->bn) &&
			BN_bn2binpad(c->y, out, ACM_SCALAR_LEN) == ACM_SCALAR_LEN;
		found = ok && !BN_is_zero(c->y);
	}
	BN_clear(c->x);
	BN_clear(c->y);
	OPENSSL_cleanse(uniform, sizeof uniform);
	OPENSSL_clear_free(input, len);
	return result(found);
}

/*
 * map_to_curve_simple_swu (RFC 9380, F.2, with sqrt_ratio of F.2.1.2) of a
 * plain field element; x and y come out plain. No inversion: with w = u v^3
 * and s = w^((p - 3) / 4), s^4 = w^(p - 3) = w^-2, so that the power which
 * sqrt_ratio takes gives 1 / w = w s^4 and 1 / v = u v^2 / w as well; and v is
 * tv4^3. u and v are never zero: the curve has no point with y = 0, and tv4 is
 * not zero by its choice.
 */
static bool
map_to_curve(acm_curve *c, const BIGNUM *plain, BIGNUM *x, BIGNUM *y)
{
	BIGNUM	  **t = c->t;
	const BIGNUM *p = c->p;
	bool		square;

	if (!(BN_to_montgomery(c->u, plain, c->mont, c->bn) &&
		  mul(c, t[TV1], c->u, c->u) && mul(c, t[TV1], t[TV1], c->z) &&
		  mul(c, t[TV2], t[TV1], t[TV1]) && BN_mod_add_quick(t[TV2], t[TV2], t[TV1], p) &&
		  BN_mod_add_quick(t[TV3], t[TV2], c->one, p) && mul(c, t[TV3], t[TV3], c->b) &&
		  (BN_is_zero(t[TV2]) ? BN_copy(t[TV4], c->z) != NULL : BN_sub(t[TV4], p, t[TV2])) &&
		  mul(c, t[TV4], t[TV4], c->a) &&
		  mul(c, t[TV2], t[TV3], t[TV3]) &&
		  mul(c, t[VV], t[TV4], t[TV4]) &&	/* tv4^2 */
		  mul(c, t[TV5], t[VV], c->a) &&
		  BN_mod_add_quick(t[TV2], t[TV2], t[TV5], p) && mul(c, t[TV2], t[TV2], t[TV3]) &&
		  mul(c, t[TV6], t[VV], t[TV4]) &&
		  mul(c, t[TV5], t[TV6], c->b) && BN_mod_add_quick(t[TV2], t[TV2], t[TV5], p)))
		return false;

	/* sqrt_ratio(u = tv2, v = tv6), into y */
	if (!(mul(c, t[TV5], t[TV6], t[TV6]) && mul(c, t[UV], t[TV2], t[TV6]) &&
		  mul(c, t[W], t[TV5], t[UV]) && power(c, t[Y], t[W]) &&
		  mul(c, t[S], t[Y], t[Y]) && mul(c, t[S], t[S], t[S]) &&	/* s^4 */
		  mul(c, t[W], t[W], t[S]) &&	/* 1 / w */
		  mul(c, t[Y], t[Y], t[UV]) &&
		  mul(c, t[S], t[Y], t[Y]) && mul(c, t[S], t[S], t[TV6])))
		return false;
	square = BN_cmp(t[S], t[TV2]) == 0;

	/* 1 / tv4 = tv4^2 / v, into w */
	if (!(mul(c, t[W], t[W], t[TV5]) && mul(c, t[W], t[W], t[TV2]) && mul(c, t[W], t[W], t[VV])))
		return false;
	if (!square &&
		!(mul(c, t[Y], t[Y], c->root) && mul(c, t[TV3], t[TV3], t[TV1]) &&
		  mul(c, t[Y], t[Y], t[TV1]) && mul(c, t[Y], t[Y], c->u)))
		return false;
	if (!(mul(c, t[TV3], t[TV3], t[W]) &&
		  BN_from_montgomery(x, t[TV3], c->mont, c->bn) &&
		  BN_from_montgomery(y, t[Y], c->mont, c->bn)))
		return false;
	return BN_is_odd(plain) == BN_is_odd(y) || BN_sub(y, p, y);
}

/* A point of the curve as 64 bytes; false for the point at infinity */
static bool
put_point(acm_curve *c, const EC_POINT *q, uint8_t out[ACM_POINT_LEN])
{
	return EC_POINT_get_affine_coordinates(c->group, q, c->x, c->y, c->bn) &&
		BN_bn2binpad(c->x, out, ACM_POINT_LEN / 2) == ACM_POINT_LEN / 2 &&
		BN_bn2binpad(c->y, out + ACM_POINT_LEN / 2, ACM_POINT_LEN / 2) == ACM_POINT_LEN / 2;
}

/* Hash to the curve, and multiply */
bool
acm_curve_blind(acm_curve *c, const void *dst, size_t dstlen, const void *msg, size_t msglen,
				const acm_scalar *scalar, uint8_t out[ACM_POINT_LEN])
{
	uint8_t		uniform[2 * EXPAND_LEN];
	EC_POINT   *q[2] = {c->q0, c->q1};
	bool		ok = expand(c, dst, dstlen, msg, msglen, NULL, 0, uniform, sizeof uniform);

	for (int i = 0; ok && i < 2; i++)
		ok = BN_bin2bn(uniform + i * EXPAND_LEN, EXPAND_LEN, c->x) &&
			BN_nnmod(c->plain, c->x, c->p, c->bn) &&
			map_to_curve(c, c->plain, c->x, c->y) &&
			EC_POINT_set_affine_coordinates(c->group, q[i], c->x, c->y, c->bn);
	ok = ok && EC_POINT_add(c->group, q[0], q[0], q[1], c->bn) &&
		(scalar == NULL || EC_POINT_mul(c->group, q[0], NULL, q[0], scalar, c->bn)) &&
		put_point(c, q[0], out);
	OPENSSL_cleanse(uniform, sizeof uniform);
	return result(ok);
}

/* A point from outside into q */
static acm_point_result
get_point(acm_curve *c, const uint8_t in[ACM_POINT_LEN], EC_POINT *q)
{
	if (!BN_bin2bn(in, ACM_POINT_LEN / 2, c->x) ||
		!BN_bin2bn(in + ACM_POINT_LEN / 2, ACM_POINT_LEN / 2, c->y))
		return ACM_POINT_FAILED;
	if (BN_cmp(c->x, c->p) >= 0 || BN_cmp(c->y, c->p) >= 0)
		return ACM_POINT_BAD;
	/* this checks the equation */
	return EC_POINT_set_affine_coordinates(c->group, q, c->x, c->y, c->bn) ? ACM_POINT_OK : ACM_POINT_BAD;
}

/* Check a point from outside */
acm_point_result
acm_curve_check(acm_curve *c, const uint8_t in[ACM_POINT_LEN])
{
	acm_point_result r = get_point(c, in, c->q0);

	result(r == ACM_POINT_OK);
	return r;
}

/* Multiply a point from outside */
acm_point_result
acm_curve_evaluate(acm_curve *c, const uint8_t in[ACM_POINT_LEN], const acm_scalar *scalar, uint8_t out[ACM_POINT_LEN])
{
	acm_point_result r = get_point(c, in, c->q0);

	if (r == ACM_POINT_OK &&
		!(EC_POINT_mul(c->group, c->q0, NULL, c->q0, scalar, c->bn) && put_point(c, c->q0, out)))
		r = ACM_POINT_FAILED;
	result(r == ACM_POINT_OK);
	return r;
}
