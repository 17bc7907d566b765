/*
 * company_digest.c
 *		One digest of what names become, for every code point and for files of
 *		names, to compare one ICU with another.
 *
 * company_digest FILE...: prints a line for all code points, alone, inside a
 * word and with marks behind, and a line per file, a name a line. Compare with
 * company_digest.txt beside this file: make test-icu does.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unicode/utf8.h>

#include "normalize/company.h"

/* FNV-1a, 64 bits (draft-eastlake-fnv) */
static uint64_t
add(uint64_t digest, const char *text)
{
	for (; *text; text++)
		digest = (digest ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
	return (digest ^ '\n') * UINT64_C(0x100000001b3);
}

#define START UINT64_C(0xcbf29ce484222325)

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
	digest = add(digest, out);
	acm_match_company(name, len, out);
	acm_match_company(out, strlen(out), again);
	unstable += strcmp(out, again) != 0;
	digest = add(digest, out);
	acm_legal_form(name, len, out);
	return add(digest, out);
}

int
main(int argc, char **argv)
{
	/* what stands before and behind a code point: nothing, Latin, kana, Arabic, Hangul jamo, marks */
	static const char *const around[][2] = {
		{"", ""}, {"a", "b"}, {"Acme ", " Ltd"}, {"e", "\xCC\x81"}, {"", "\xCC\x88"}, {"", "\xE3\x82\x99"},
		{"\xE3\x81\x8B", ""}, {"\xD8\xA7", "\xD9\x94"}, {"\xE1\x84\x80", ""}, {"", "\xE1\x85\xA1"}, {"\xE0\xA4\x95", "\xE0\xA4\xBC"}
	};
	uint64_t	digest = START;
	char		line[1 << 16];

	for (int32_t cp = 0x20; cp <= 0x10FFFF; cp++)
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		{
			int			n = (int) strlen(strcpy(line, around[i][0]));

			if (cp >= 0xD800 && cp < 0xE000)
				continue;
			U8_APPEND_UNSAFE(line, n, cp);
			strcpy(line + n, around[i][1]);
			digest = add_name(digest, line, n + strlen(around[i][1]));
		}
	printf("%016llx code points\n", (unsigned long long) digest);

	for (int i = 1; i < argc; i++)
	{
		FILE	   *f = fopen(argv[i], "rb");

		if (f == NULL)
		{
			perror(argv[i]);
			return 1;
		}
		digest = START;
		while (fgets(line, sizeof(line), f) != NULL)
			digest = add_name(digest, line, strcspn(line, "\n"));
		fclose(f);
		printf("%016llx %s\n", (unsigned long long) digest, argv[i]);
	}
	if (unstable > 0)
		fprintf(stderr, "%d results change when they are read again\n", unstable);
	return unstable > 0;
}
