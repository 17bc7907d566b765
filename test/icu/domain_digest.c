/*
 * domain_digest.c
 *		One digest of the hosts that texts hold, for every code point and for
 *		files of texts, to compare one ICU with another.
 *
 * domain_digest [-v] FILE...: prints a line for all code points, alone, among
 * letters of both directions, joiners, marks and jamo, and as A-labels; and a
 * line per file, of each tab-separated field. With -v, every result too, to
 * find what differs. make test-unit compares it with domain_digest.txt beside
 * this file, which changes only with results or with the files it names.
 */
#include <stdio.h>
#include <string.h>

#include "normalize/domain.h"
#include "normalize/unicode.h"

/* FNV-1a, 64 bits (draft-eastlake-fnv) */
#define START UINT64_C(0xcbf29ce484222325)
#define PRIME UINT64_C(0x100000001b3)

static bool verbose = false;

/*
 * Add all that a text holds to the digest.
 */
static uint64_t
add_text(uint64_t digest, const char *text, size_t len)
{
	acm_domain	d;
	char		result[ACM_HOST_BUF + 40];
	int			n;

	acm_domain_parse(text, len, &d);
	n = snprintf(result, sizeof(result), "%.*s %d %d %d %d\n", d.host_len, d.host,
				 d.kind, d.suffix_off, d.reg_off, d.match_off);
	for (int i = 0; i < n; i++)
		digest = (digest ^ (unsigned char) result[i]) * PRIME;
	if (verbose)
		printf("%.*s: %s", (int) len, text, result);
	return digest;
}

/*
 * Write the A-label of a code point, not ASCII, behind "a" (RFC 3492, 6.3).
 * Returns its length.
 */
static int
put_a_label(uint32_t cp, char *out)
{
	uint32_t	q = (cp - 128) * 2 + 1;
	int			n = (int) strlen(strcpy(out, "xn--a-"));

	for (uint32_t k = 36;; k += 36)
	{
		uint32_t	threshold = k <= 72 ? 1 : k >= 72 + 26 ? 26 : k - 72;
		uint32_t	digit = q < threshold ? q : threshold + (q - threshold) % (36 - threshold);

		out[n++] = (char) (digit < 26 ? 'a' + digit : '0' + digit - 26);
		if (q < threshold)
			return n;
		q = (q - threshold) / (36 - threshold);
	}
}

/*
 * The digest of all code points in their surroundings.
 */
static uint64_t
code_points(void)
{
	static const char *const around[][2] = {
		{"", ".com"}, {"a", "b.com"}, {"http://a.", "/"},
		{"\xD7\x90", "\xD7\x90.com"}, {"\xD7\x90", ".com"}, {"\xD7\x90", "1.com"},
		{"\xD8\xA8\xE2\x80\x8C", "\xD8\xA8.com"}, {"\xD8\xA8", "\xE2\x80\x8C\xD8\xA8.com"},
		{"", "\xE2\x80\x8D.com"}, {"a", "\xCC\x81.com"}, {"a\xCC\xA3", "\xCC\x81.com"}, {"", "\xCC\x88" "b.com"},
		{"\xE1\x84\x80", ".com"}, {"", "\xE1\x85\xA1.com"}, {"\xEA\xB0\x80", ".com"},
		{"", "\xE3\x82\x99.com"}, {"\xE3\x81\x8B", ".com"}, {"\xE0\xA4\x95", "\xE0\xA4\xBC.com"}
	};
	uint64_t	digest = START;

	for (uint32_t cp = 0x20; cp <= 0x10FFFF; cp++)
	{
		char		text[64];
		int			n;

		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		{
			/* what is no character is none anywhere */
			if (i == 2 && !acm_unicode_assigned(cp))
				break;
			n = (int) strlen(strcpy(text, around[i][0]));
			n += acm_utf8_put(cp, text + n);
			n += (int) strlen(strcpy(text + n, around[i][1]));
			digest = add_text(digest, text, (size_t) n);
		}
		if (cp < 0x80)
			continue;
		n = put_a_label(cp, text);
		n += (int) strlen(strcpy(text + n, ".com"));
		digest = add_text(digest, text, (size_t) n);
	}
	return digest;
}

int
main(int argc, char **argv)
{
	int			first = 1;

	if (argc > 1 && strcmp(argv[1], "-v") == 0)
	{
		verbose = true;
		first++;
	}
	printf("%016llx code points\n", (unsigned long long) code_points());
	for (int i = first; i < argc; i++)
	{
		char		line[1 << 16];
		uint64_t	digest = START;
		FILE	   *f = fopen(argv[i], "rb");

		if (f == NULL)
		{
			perror(argv[i]);
			return 1;
		}
		while (fgets(line, sizeof(line), f) != NULL)
			for (char *field = strtok(line, "\t\n"); field != NULL; field = strtok(NULL, "\t\n"))
				digest = add_text(digest, field, strlen(field));
		fclose(f);
		printf("%016llx %s\n", (unsigned long long) digest, argv[i]);
	}
	return 0;
}
