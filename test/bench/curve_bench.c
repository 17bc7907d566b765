/*
 * curve_bench.c
 *		CPU time of each pass of private set intersection over one element,
 *		beside OpenSSL's EC_POINT_mul of P-256 in the same rounds. The ratio
 *		is the median of the rounds' own.
 */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blind/curve.h"

#define ROUNDS 15
#define ELEMENTS 1000

/* CPU seconds of this process */
static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

/* Order of two numbers */
static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The middle of the rounds */
static double
median(double *rounds)
{
	qsort(rounds, ROUNDS, sizeof *rounds, compare);
	return rounds[ROUNDS / 2];
}

int
main(void)
{
	static const char dst[] = "benchmark of hashing to P-256";
	acm_curve  *curve = acm_curve_open();
	EC_GROUP   *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT   *point = EC_POINT_new(group);
	BN_CTX	   *bn = BN_CTX_new();
	uint8_t		bytes[ACM_SCALAR_LEN];
	uint8_t		seed[ACM_SCALAR_LEN] = {1};
	uint8_t		p[ELEMENTS][ACM_POINT_LEN];
	acm_scalar *scalar;
	BIGNUM	   *number;
	double		mul[ROUNDS];
	double		first[ROUNDS];
	double		second[ROUNDS];

	if (!acm_curve_derive(curve, seed, "bench", 5, bytes))
		return 1;
	scalar = acm_scalar_open(bytes);
	number = BN_bin2bn(bytes, sizeof bytes, NULL);
	if (!EC_POINT_mul(group, point, number, NULL, NULL, bn))
		return 1;
	for (int r = 0; r < ROUNDS; r++)
	{
		double		t[4];

		t[0] = now();
		for (int i = 0; i < ELEMENTS; i++)
			if (!EC_POINT_mul(group, point, NULL, point, number, bn))
				return 1;
		t[1] = now();
		for (int i = 0; i < ELEMENTS; i++)
		{
			char		key[32];
			int			len = snprintf(key, sizeof key, "host-%d-%d.example", r, i);

			if (!acm_curve_blind(curve, dst, sizeof dst - 1, key, (size_t) len, scalar, p[i]))
				return 1;
		}
		t[2] = now();
		for (int i = 0; i < ELEMENTS; i++)
			if (acm_curve_evaluate(curve, p[i], scalar, p[i]) != ACM_POINT_OK)
				return 1;
		t[3] = now();
		mul[r] = (t[1] - t[0]) / ELEMENTS;
		first[r] = (t[2] - t[1]) / (t[1] - t[0]);
		second[r] = (t[3] - t[2]) / (t[1] - t[0]);
	}
	printf("EC_POINT_mul of P-256                          %5.1f us\n", median(mul) * 1e6);
	printf("first pass: hash to the curve, multiply, export  %.2f times that\n", median(first));
	printf("second pass: import, check, multiply, export     %.2f times that\n", median(second));
	BN_free(number);
	acm_scalar_close(scalar);
	BN_CTX_free(bn);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	acm_curve_close(curve);
	return 0;
}
