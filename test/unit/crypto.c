/*
 * crypto.c
 *		Published vectors through the very functions that blinding uses, and
 *		the properties of key records and agreements. Prints TAP.
 */
#include "tap.h"

/* RFC 4231, section 4: HMAC-SHA-256 */
static void
test_hmac(void)
{
	const struct
	{
		const char *name;
		acm_bytes	key;
		acm_bytes	data;
		const char *mac;
	}			cases[] = {
		{"RFC 4231 case 1", repeated(0x0b, 20), string("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"RFC 4231 case 2", string("Jefe"), string("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"RFC 4231 case 3", repeated(0xaa, 20), repeated(0xdd, 50),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{"RFC 4231 case 4", bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), repeated(0xcd, 50),
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
		{"RFC 4231 case 5, truncated to 128 bits", repeated(0x0c, 20), string("Test With Truncation"),
		"a3b6167473100ee06e0c796c2955552b"},
		{"RFC 4231 case 6", repeated(0xaa, 131), string("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{"RFC 4231 case 7", repeated(0xaa, 131),
			string("This is a test using a larger than block-size key and a larger than block-size data. "
				   "The key needs to be hashed before being used by the HMAC algorithm."),
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		acm_mac    *mac = acm_mac_open(cases[i].key.data, cases[i].key.len);
		uint8_t		out[ACM_HASH_LEN];

		/* twice, for the schedule is used again and again */
		ok(acm_mac_bytes(mac, "another", 7, out), "some other message first");
		ok(acm_mac_bytes(mac, cases[i].data.data, cases[i].data.len, out), "computes");
		is(out, cases[i].mac, cases[i].name);
		acm_mac_close(mac);
	}
}

/* RFC 5869, appendix A: HKDF-SHA-256 */
static void
test_hkdf(void)
{
	uint8_t		out[82];

	ok(acm_hkdf(bytes("000102030405060708090a0b0c"), repeated(0x0b, 22), bytes("f0f1f2f3f4f5f6f7f8f9"), out, 42), "computes");
	is(out, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865", "RFC 5869 A.1");
	ok(acm_hkdf(bytes("606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
					  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
					  "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
				bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
					  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
					  "404142434445464748494a4b4c4d4e4f"),
				bytes("b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
					  "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
					  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), out, 82), "computes");
	is(out, "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
	   "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
	   "cc30c58179ec3e87c14c01d5c1f3434f1d87", "RFC 5869 A.2");
	ok(acm_hkdf(string(""), repeated(0x0b, 22), string(""), out, 42), "computes");
	is(out, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8", "RFC 5869 A.3");
}

/* A public key in our form from its coordinates */
static void
compress(const char *x, const char *y, uint8_t pub[ACM_PUBLIC_LEN])
{
	acm_bytes	xb = bytes(x);
	acm_bytes	yb = bytes(y);

	pub[0] = 2 + (((const uint8_t *) yb.data)[31] & 1);
	memcpy(pub + 1, xb.data, 32);
}

/* ECDH on P-256: NIST CAVS 14.1, ECC CDH primitive, counts 0 to 5; RFC 5903, 8.1 */
static void
test_ecdh(void)
{
	static const struct
	{
		const char *name,
				   *secret,
				   *x,
				   *y,
				   *shared;
	}			cases[] = {
		{"NIST CAVS 14.1, 0",
			"7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
			"700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
			"db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
		"46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"},
		{"NIST CAVS 14.1, 1",
			"38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
			"809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae",
			"b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3",
		"057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67"},
		{"NIST CAVS 14.1, 2",
			"1accfaf1b97712b85a6f54b148985a1bdc4c9bec0bd258cad4b3d603f49f32c8",
			"a2339c12d4a03c33546de533268b4ad667debf458b464d77443636440ee7fec3",
			"ef48a3ab26e20220bcda2c1851076839dae88eae962869a497bf73cb66faf536",
		"2d457b78b4614132477618a5b077965ec90730a8c81a1c75d6d4ec68005d67ec"},
		{"NIST CAVS 14.1, 3",
			"207c43a79bfee03db6f4b944f53d2fb76cc49ef1c9c4d34d51b6c65c4db6932d",
			"df3989b9fa55495719b3cf46dccd28b5153f7808191dd518eff0c3cff2b705ed",
			"422294ff46003429d739a33206c8752552c8ba54a270defc06e221e0feaf6ac4",
		"96441259534b80f6aee3d287a6bb17b5094dd4277d9e294f8fe73e48bf2a0024"},
		{"NIST CAVS 14.1, 4",
			"59137e38152350b195c9718d39673d519838055ad908dd4757152fd8255c09bf",
			"41192d2813e79561e6a1d6f53c8bc1a433a199c835e141b05a74a97b0faeb922",
			"1af98cc45e98a7e041b01cf35f462b7562281351c8ebf3ffa02e33a0722a1328",
		"19d44c8d63e8e8dd12c22a87b8cd4ece27acdde04dbf47f7f27537a6999a8e62"},
		{"NIST CAVS 14.1, 5",
			"f5f8e0174610a661277979b58ce5c90fee6c9b3bb346a90a7196255e40b132ef",
			"33e82092a0f1fb38f5649d5867fba28b503172b7035574bf8e5b7100a3052792",
			"f2cf6b601e0a05945e335550bf648d782f46186c772c0f20d3cd0d6b8ca14b2f",
		"664e45d5bba4ac931cd65d52017e4be9b19a515f669bea4703542a2c525cd3d3"},
		{"RFC 5903 8.1, initiator",
			"c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
			"d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
			"56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
		{"RFC 5903 8.1, responder",
			"c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
			"dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
			"5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
	};
	uint8_t		out[ACM_SECRET_LEN];
	uint8_t		pub[ACM_PUBLIC_LEN];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
	{
		compress(cases[i].x, cases[i].y, pub);
		ok(acm_p256_ecdh(bytes(cases[i].secret).data, pub, out), "computes");
		is(out, cases[i].shared, cases[i].name);
	}

	/* x^3 - 3x + b is a square modulo p for x = 5, and none for x = 1 (Euler's criterion) */
	ok(!acm_p256_valid(bytes("02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff").data), "x = p is no point");
	ok(!acm_p256_valid(bytes("02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff").data), "x > p is no point");
	ok(acm_p256_valid(bytes("020000000000000000000000000000000000000000000000000000000000000005").data), "x = 5 is a point");
	ok(!acm_p256_valid(bytes("020000000000000000000000000000000000000000000000000000000000000001").data), "x = 1 is no point");
	ok(!acm_p256_valid(bytes("000000000000000000000000000000000000000000000000000000000000000000").data), "zeros are no point");
	for (int form = 0; form < 256; form++)
	{
		pub[0] = (uint8_t) form;
		if (acm_p256_valid(pub) != (form == 2 || form == 3))
			ok(false, "a first byte other than 2 or 3 is no point");
	}
	ok(!acm_p256_ecdh(bytes(cases[0].secret).data,
					  bytes("020000000000000000000000000000000000000000000000000000000000000001").data, out),
	   "no agreement with what is no point");
}

/* A framed message can be taken apart in one way only, however it is handed to OpenSSL */
static void
test_framing(void)
{
	acm_bytes	ab_c[] = {string("ab"), string("c")};
	acm_bytes	a_bc[] = {string("a"), string("bc")};
	uint8_t		one[ACM_HASH_LEN];
	uint8_t		other[ACM_HASH_LEN];
	acm_mac    *mac = acm_mac_open("key", 3);

	ok(acm_sha256_fields(ab_c, 2, one) && acm_sha256_fields(a_bc, 2, other) && memcmp(one, other, sizeof one) != 0,
	   "hash tells (ab, c) from (a, bc)");
	ok(acm_mac_fields(mac, ab_c, 2, one) && acm_mac_fields(mac, a_bc, 2, other) && memcmp(one, other, sizeof one) != 0,
	   "code tells (ab, c) from (a, bc)");

	/* any lengths, and so any way of cutting into stretches, give the code of the message in one piece */
	for (size_t a = 0; a < 2600; a += 61)
		for (size_t b = 0; b < 2600; b += 257)
		{
			acm_bytes	fields[] = {repeated('a', a + 1), repeated('b', b), string("c")};
			uint8_t		message[6000];
			uint8_t    *p = message;

			fields[0].len--;
			for (int i = 0; i < 3; i++)
			{
				*p++ = 0;
				*p++ = 0;
				*p++ = (uint8_t) (fields[i].len >> 8);
				*p++ = (uint8_t) fields[i].len;
				memcpy(p, fields[i].data, fields[i].len);
				p += fields[i].len;
			}
			if (!acm_mac_fields(mac, fields, 3, one) ||
				!acm_mac_bytes(mac, message, (size_t) (p - message), other) ||
				memcmp(one, other, sizeof one) != 0)
				ok(false, "code of a framed message");
			free((void *) fields[0].data);
			free((void *) fields[1].data);
		}
	ok(true, "codes of framed messages");
	acm_mac_close(mac);
}

/* One side of an agreement */
static void
side(acm_key_record *pair)
{
	acm_key_begin(pair, ACM_KEY_PAIR, 1, "someone", "");
	if (!acm_p256_generate(pair->secret, pair->own_public) || !acm_key_seal(pair))
		abort();
}

/* Its agreement */
static acm_key_record
agree(const acm_key_record *own, const acm_key_record *their, const char *label, uint32_t epoch)
{
	acm_key_record rec;

	acm_key_begin(&rec, ACM_KEY_AGREED, epoch, "someone", label);
	if (!acm_key_agree(&rec, own, their->own_public) || !acm_key_seal(&rec))
		abort();
	return rec;
}

/* Two sides come to one key, nobody else does, and codes serve one way */
static void
test_agreement(void)
{
	acm_key_record a,
				b,
				c,
				ab,
				ba;
	char		code[ACM_CODE_BUF];
	char		other[ACM_CODE_BUF];
	char		digits[ACM_FINGERPRINT_BUF];
	char		digits2[ACM_FINGERPRINT_BUF];
	uint8_t		id[ACM_KEY_ID_LEN];
	uint8_t		id2[ACM_KEY_ID_LEN];

	side(&a);
	side(&b);
	side(&c);
	ab = agree(&a, &b, "label", 1);
	ba = agree(&b, &a, "label", 1);
	ok(memcmp(ab.secret, ba.secret, sizeof ab.secret) == 0, "both sides come to the same key");
	ok(acm_key_id(&ab, id) && acm_key_id(&ba, id2) && memcmp(id, id2, sizeof id) == 0, "with the same id");
	ba = agree(&b, &a, "labels", 1);
	ok(memcmp(ab.secret, ba.secret, sizeof ab.secret) != 0, "another label, another key");
	ba = agree(&b, &a, "label", 2);
	ok(memcmp(ab.secret, ba.secret, sizeof ab.secret) != 0, "another epoch, another key");
	ba = agree(&b, &c, "label", 1);
	ok(memcmp(ab.secret, ba.secret, sizeof ab.secret) != 0, "another party, another key");

	ba = agree(&b, &a, "label", 1);
	ok(acm_key_code(&ab, true, code) && acm_key_code(&ba, false, other) && strcmp(code, other) == 0,
	   "the code of one side is what the other expects");
	ok(acm_key_code(&ab, false, other) && strcmp(code, other) != 0, "and not what it says itself");
	ok(strlen(code) == 39, "a code is 32 digits in groups of four");
	ok(acm_key_digits(&ab, digits) && acm_key_digits(&ba, digits2) && strcmp(digits, digits2) == 0,
	   "both sides have the same fingerprint");
	ok(strlen(digits) == 71, "of 60 digits in groups of five");
	ba = agree(&b, &c, "label", 1);
	ok(acm_key_digits(&ba, digits2) && strcmp(digits, digits2) != 0, "which another party does not have");
}

/* Every byte of a record counts */
static void
test_records(void)
{
	acm_key_record a,
				b,
				rec,
				bad;
	int			unseen = 0;

	side(&a);
	side(&b);
	rec = agree(&a, &b, "label", 1);
	ok(acm_key_problem(&rec) == NULL, "an agreed key is in order");
	ok(acm_key_problem(&a) == NULL, "a pair is in order");
	for (size_t i = 0; i < sizeof rec; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			bad = rec;
			((uint8_t *) &bad)[i] ^= (uint8_t) (1 << bit);
			unseen += acm_key_problem(&bad) == NULL;
		}
	ok(unseen == 0, "no bit of it can be turned unseen");

	/* also by somebody who computes the digest anew */
#define BREAK(what, change) \
	do { bad = rec; change; ok(acm_key_seal(&bad) && acm_key_problem(&bad) != NULL, what); } while (0)
	BREAK("unknown magic", bad.magic[7] = '2');
	BREAK("unknown kind", bad.kind[3] = 4);
	BREAK("no kind", bad.kind[3] = 0);
	BREAK("kind in the wrong byte", bad.kind[0] = 1);
	BREAK("an agreed key as a pair", bad.kind[3] = ACM_KEY_PAIR);
	BREAK("an agreed key as a created one", bad.kind[3] = ACM_KEY_CREATED);
	BREAK("no role", memset(bad.role, 0, sizeof bad.role));
	BREAK("role without end", memset(bad.role, 'x', sizeof bad.role));
	BREAK("no label", memset(bad.label, 0, sizeof bad.label));
	BREAK("label without end", memset(bad.label, 'x', sizeof bad.label));
	BREAK("own public key is no point", bad.own_public[0] = 4);
	BREAK("their public key is no point", bad.their_public[0] = 0);
	BREAK("something in the reserved bytes", bad.reserved[100] = 1);
}

int
main(void)
{
	test_hmac();
	test_hkdf();
	test_ecdh();
	test_framing();
	test_agreement();
	test_records();
	return done_testing();
}
