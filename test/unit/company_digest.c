/*
 * company_digest.c
 *		What names become, as digests, against those recorded. Prints TAP.
 *
 * company_digest RECORDED: see digest.h. A line of a file is a name; code
 * points stand alone, inside a word and with marks around.
 */
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "normalize/company.h"

/* Names whose result changes when it is read again; there must be none */
static int	unstable = 0;

/* All results of one name */
static uint64_t
add_name(uint64_t digest, const char *name, size_t len)
{
	char		out[ACM_NAME_BUF];
	char		again[ACM_NAME_BUF];

	acm_normalize_company(name, len, out);
	acm_normalize_company(out, strlen(out), again);
	unstable += strcmp(out, again) != 0;
	digest = digest_add(digest, out);
	acm_match_company(name, len, out);
	acm_match_company(out, strlen(out), again);
	unstable += strcmp(out, again) != 0;
	digest = digest_add(digest, out);
	acm_legal_form(name, len, out);
	return digest_add(digest, out);
}

/* Every code point, in what may change it: Latin, kana, Arabic, Hangul jamo, marks */
static uint64_t
code_points(void)
{
	static const char *const around[][2] = {
		{"", ""}, {"a", "b"}, {"Acme ", " Ltd"}, {"e", "\xCC\x81"}, {"", "\xCC\x88"}, {"", "\xE3\x82\x99"},
		{"\xE3\x81\x8B", ""}, {"\xD8\xA7", "\xD9\x94"}, {"\xE1\x84\x80", ""}, {"", "\xE1\x85\xA1"},
		{"\xE0\xA4\x95", "\xE0\xA4\xBC"}
	};
	uint64_t	digest = DIGEST_START;
	char		name[32];

	for (uint32_t cp = 0x20; cp <= 0x10FFFF; cp = digest_next(cp))
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
			digest = add_name(digest, name, digest_surround(around[i][0], cp, around[i][1], name));
	return digest;
}

int
main(int argc, char **argv)
{
	int			tests;
	bool		passed;

	if (argc != 2)
	{
		fprintf(stderr, "usage: company_digest RECORDED\n");
		return 1;
	}
	passed = digest_check(argv[1], code_points, add_name, &tests) && unstable == 0;
	printf("%sok %d - a result read again is itself\n1..%d\n", unstable > 0 ? "not " : "", tests + 1, tests + 1);
	return !passed;
}
