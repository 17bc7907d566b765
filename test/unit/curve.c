/*
 * curve.c
 *		Published vectors of hashing to the curve, of scalars and of points,
 *		through the very functions that private set intersection uses. Prints
 *		TAP.
 */
#include "blind/curve.h"
#include "tap.h"

static acm_curve *curve;

/* RFC 9380, J.1.1: P256_XMD:SHA-256_SSWU_RO_ */
static void
test_hash_to_curve(void)
{
	static const char dst[] = "QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_RO_";
	char		q128[5 + 128] = "q128_";
	char		a512[5 + 512] = "a512_";
	const struct
	{
		const char *name;
		acm_bytes	msg;
		const char *point;
	}			cases[] = {
		{"RFC 9380 J.1.1, empty", string(""),
			"2c15230b26dbc6fc9a37051158c95b79656e17a1a920b11394ca91c44247d3e4"
		"8a7a74985cc5c776cdfe4b1f19884970453912e9d31528c060be9ab5c43e8415"},
		{"RFC 9380 J.1.1, abc", string("abc"),
			"0bb8b87485551aa43ed54f009230450b492fead5f1cc91658775dac4a3388a0f"
		"5c41b3d0731a27a7b14bc0bf0ccded2d8751f83493404c84a88e71ffd424212e"},
		{"RFC 9380 J.1.1, abcdef0123456789", string("abcdef0123456789"),
			"65038ac8f2b1def042a5df0b33b1f4eca6bff7cb0f9c6c1526811864e544ed80"
		"cad44d40a656e7aff4002a8de287abc8ae0482b5ae825822bb870d6df9b56ca3"},
		{"RFC 9380 J.1.1, q128", {q128, sizeof q128},
			"4be61ee205094282ba8a2042bcb48d88dfbb609301c49aa8b078533dc65a0b5d"
		"98f8df449a072c4721d241a3b1236d3caccba603f916ca680f4539d2bfb3c29e"},
		{"RFC 9380 J.1.1, a512", {a512, sizeof a512},
			"457ae2981f70ca85d8e24c308b14db22f3e3862c5ea0f652ca38b5e49cd64bc5"
		"ecb9f0eadc9aeed232dabc53235368c1394c78de05dd96893eefa62b0f4757dc"},
	};
	uint8_t		out[ACM_POINT_LEN];

	memset(q128 + 5, 'q', 128);
	memset(a512 + 5, 'a', 512);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		ok(acm_curve_blind(curve, dst, sizeof dst - 1, cases[i].msg.data, cases[i].msg.len, NULL, out), "computes");
		is(out, cases[i].point, cases[i].name);
		ok(acm_curve_check(curve, out) == ACM_POINT_OK, "on the curve");
	}
	ok(!acm_curve_blind(curve, "", 0, "abc", 3, NULL, out), "no domain separation tag, no point");
	ok(!acm_curve_blind(curve, a512, ACM_DST_MAX + 1, "abc", 3, NULL, out), "nor with one that is too long");
}

/* A point in our form in SEC 1's compressed form */
static void
compress(const uint8_t point[ACM_POINT_LEN], uint8_t out[33])
{
	out[0] = 2 + (point[ACM_POINT_LEN - 1] & 1);
	memcpy(out + 1, point, 32);
}

/* RFC 9497, A.3.1: P256-SHA256, mode 0: DeriveKeyPair, Blind, BlindEvaluate */
static void
test_oprf(void)
{
	static const char dst[] = "HashToGroup-OPRFV1-\0-P256-SHA256";
	acm_scalar *blind = acm_scalar_open(bytes("3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364").data);
	acm_scalar *key;
	const struct
	{
		acm_bytes	input;
		const char *blinded;
		const char *evaluated;
	}			cases[] = {
		{bytes("00"),
			"03723a1e5c09b8b9c18d1dcbca29e8007e95f14f4732d9346d490ffc195110368d",
		"030de02ffec47a1fd53efcdd1c6faf5bdc270912b8749e783c7ca75bb412958832"},
		{repeated(0x5a, 17),
			"03cc1df781f1c2240a64d1c297b3f3d16262ef5d4cf102734882675c26231b0838",
		"03a0395fe3828f2476ffcd1f4fe540e5a8489322d398be3c4e5a869db7fcb7c52c"},
	};
	uint8_t		secret[ACM_SCALAR_LEN];
	uint8_t		point[ACM_POINT_LEN];
	uint8_t		short_form[33];

	ok(acm_curve_derive(curve, repeated(0xa3, 32).data, "test key", 8, secret), "computes");
	is(secret, "159749d750713afe245d2d39ccfaae8381c53ce92d098a9375ee70739c7ac0bf", "RFC 9497 A.3.1, skSm");
	key = acm_scalar_open(secret);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		ok(acm_curve_blind(curve, dst, sizeof dst - 1, cases[i].input.data, cases[i].input.len, blind, point), "computes");
		compress(point, short_form);
		is(short_form, cases[i].blinded, "RFC 9497 A.3.1, BlindedElement");
		ok(acm_curve_evaluate(curve, point, key, point) == ACM_POINT_OK, "computes");
		compress(point, short_form);
		is(short_form, cases[i].evaluated, "RFC 9497 A.3.1, EvaluationElement");
	}
	acm_scalar_close(key);
	acm_scalar_close(blind);
}

/* Whether bytes pass as a point, and the two functions that take one agree */
static acm_point_result
check(const char *x, const char *y)
{
	uint8_t		point[ACM_POINT_LEN];
	uint8_t		out[ACM_POINT_LEN];
	uint8_t		three[ACM_SCALAR_LEN] = {[ACM_SCALAR_LEN - 1] = 3};
	acm_scalar *scalar = acm_scalar_open(three);
	acm_point_result r;

	memcpy(point, bytes(x).data, 32);
	memcpy(point + 32, bytes(y).data, 32);
	r = acm_curve_check(curve, point);
	if (acm_curve_evaluate(curve, point, scalar, out) != r)
		r = ACM_POINT_FAILED;
	acm_scalar_close(scalar);
	return r;
}

/* Points from outside. G: SP 800-186, 3.2.1.3 */
static void
test_points(void)
{
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
	/* x = 5 is on the curve, with this square root of 5^3 - 15 + b; p + 5 has the same residue */
#define Y5 "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc"
#define P5 "ffffffff00000001000000000000000000000001000000000000000000000004"

	ok(check(GX, GY) == ACM_POINT_OK, "the generator is a point");
	ok(check(GY, GX) == ACM_POINT_BAD, "coordinates exchanged");
	ok(check(GX, GX) == ACM_POINT_BAD, "not on the curve");
	ok(check(ZERO, ZERO) == ACM_POINT_BAD, "zeros, as some write the point at infinity");
	ok(check(P, GY) == ACM_POINT_BAD, "x = p");
	ok(check(GX, P) == ACM_POINT_BAD, "y = p");
	ok(check(ZERO, P) == ACM_POINT_BAD, "0, p");
	ok(check("0000000000000000000000000000000000000000000000000000000000000005", Y5) == ACM_POINT_OK, "x = 5 is a point");
	ok(check(P5, Y5) == ACM_POINT_BAD, "x = p + 5 is another spelling of it");
	ok(check("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
			 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff") == ACM_POINT_BAD, "ones");
	/* G of secp256k1 (SEC 2, 2.4.1) */
	ok(check("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
			 "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8") == ACM_POINT_BAD, "a point of another curve");
}

/* Scalars are from 1 to the order less 1 */
static void
test_scalars(void)
{
	const char *order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	const char *less = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
	acm_scalar *scalar;
	uint8_t		g[ACM_POINT_LEN];

	ok(acm_scalar_open(bytes(ZERO).data) == NULL, "0 is no scalar");
	ok(acm_scalar_open(bytes(order).data) == NULL, "nor is the order");
	scalar = acm_scalar_open(bytes(less).data);
	ok(scalar != NULL, "the order less 1 is one");
	memcpy(g, bytes(GX GY).data, sizeof g);
	ok(acm_curve_evaluate(curve, g, scalar, g) == ACM_POINT_OK, "and gives");
	is(g, GX "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a", "the negative point");
	acm_scalar_close(scalar);
}

/* Both orders of two scalars give one point: what the protocol rests on */
static void
test_commutes(void)
{
	uint8_t		a[ACM_SCALAR_LEN];
	uint8_t		b[ACM_SCALAR_LEN];
	uint8_t		ab[ACM_POINT_LEN];
	uint8_t		ba[ACM_POINT_LEN];
	acm_scalar *sa,
			   *sb;
	int			good = 0;

	ok(acm_curve_derive(curve, repeated(1, 32).data, "a", 1, a) &&
	   acm_curve_derive(curve, repeated(2, 32).data, "b", 1, b), "two scalars");
	sa = acm_scalar_open(a);
	sb = acm_scalar_open(b);
	for (int i = 0; i < 500; i++)
		good += acm_curve_blind(curve, "dst", 3, &i, sizeof i, sa, ab) &&
			acm_curve_evaluate(curve, ab, sb, ab) == ACM_POINT_OK &&
			acm_curve_blind(curve, "dst", 3, &i, sizeof i, sb, ba) &&
			acm_curve_evaluate(curve, ba, sa, ba) == ACM_POINT_OK &&
			memcmp(ab, ba, sizeof ab) == 0;
	ok(good == 500, "commute");
	ok(acm_curve_blind(curve, "dst", 3, "x", 1, sa, ab) && acm_curve_blind(curve, "dsu", 3, "x", 1, sa, ba) &&
	   memcmp(ab, ba, sizeof ab) != 0, "another domain separation tag, another point");
	acm_scalar_close(sa);
	acm_scalar_close(sb);
}

int
main(void)
{
	curve = acm_curve_open();
	if (curve == NULL)
		return 1;
	test_hash_to_curve();
	test_oprf();
	test_points();
	test_scalars();
	test_commutes();
	acm_curve_close(curve);
	return done_testing();
}
