/*
 * company_digest.c
 *		What names become, as digests, against those recorded: the same under
 *		every ICU.
 *
 * company_digest RECORDED: a file of lines "digest name"; the name is a file
 * of names, one a line, or "code points": every one, alone, inside a word and
 * with marks around. Prints TAP. An intended change is recorded by writing
 * what the diagnostics tell into the file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Every code point that may be assigned, in what may change it: Latin, kana, Arabic, Hangul jamo, marks */
static uint64_t
code_points(void)
{
	static const char *const around[][2] = {
		{"", ""}, {"a", "b"}, {"Acme ", " Ltd"}, {"e", "\xCC\x81"}, {"", "\xCC\x88"}, {"", "\xE3\x82\x99"},
		{"\xE3\x81\x8B", ""}, {"\xD8\xA7", "\xD9\x94"}, {"\xE1\x84\x80", ""}, {"", "\xE1\x85\xA1"},
		{"\xE0\xA4\x95", "\xE0\xA4\xBC"}
	};
	uint64_t	digest = START;
	char		name[32];

	for (int32_t cp = 0x20; cp <= 0x10FFFF; cp++)
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		{
			int			n = (int) strlen(strcpy(name, around[i][0]));

			if ((cp >= 0xD800 && cp < 0xE000) || (cp >= 0x34000 && cp < 0xE0000) || cp >= 0xE0200)
				continue;			/* surrogates; planes without characters, or private */
			U8_APPEND_UNSAFE(name, n, cp);
			strcpy(name + n, around[i][1]);
			digest = add_name(digest, name, n + strlen(around[i][1]));
		}
	return digest;
}

/* Every line of a file */
static uint64_t
file_lines(const char *file)
{
	static char line[1 << 16];
	uint64_t	digest = START;
	FILE	   *f = fopen(file, "rb");

	if (f == NULL)
	{
		perror(file);
		return 0;
	}
	while (fgets(line, sizeof(line), f) != NULL)
		digest = add_name(digest, line, strcspn(line, "\n"));
	fclose(f);
	return digest;
}

int
main(int argc, char **argv)
{
	FILE	   *recorded = argc == 2 ? fopen(argv[1], "r") : NULL;
	char		line[1024];
	int			tests = 0;
	int			failed = 0;

	if (recorded == NULL)
	{
		fprintf(stderr, "usage: company_digest RECORDED\n");
		return 1;
	}
	while (fgets(line, sizeof(line), recorded) != NULL)
	{
		char	   *name = strchr(line, ' ');
		uint64_t	digest;
		bool		same;

		line[strcspn(line, "\n")] = '\0';
		if (name == NULL)
			continue;
		*name++ = '\0';
		digest = strcmp(name, "code points") == 0 ? code_points() : file_lines(name);
		same = digest == strtoull(line, NULL, 16);
		failed += !same;
		printf("%sok %d - %s\n", same ? "" : "not ", ++tests, name);
		if (!same)
			printf("# now %016llx\n", (unsigned long long) digest);
	}
	fclose(recorded);
	printf("%sok %d - a result read again is itself\n1..%d\n", unstable > 0 ? "not " : "", tests + 1, tests + 1);
	return failed > 0 || unstable > 0;
}
