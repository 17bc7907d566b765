/*
 * domain_digest.c
 *		What hosts texts hold, as digests, against those recorded. Prints TAP.
 *
 * domain_digest RECORDED: see digest.h. The fields of a line are set apart by
 * tabs; code points stand alone, among letters of both directions, joiners,
 * marks and jamo, and in A-labels. With DOMAIN_DIGEST_VERBOSE in the
 * environment every result is printed too, to find what differs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "normalize/domain.h"

/*
 * Add all that a text holds to the digest.
 */
static uint64_t
add_text(uint64_t digest, const char *text, size_t len)
{
	acm_domain	d;
	char		result[ACM_HOST_BUF + 40];

	acm_domain_parse(text, len, &d);
	snprintf(result, sizeof(result), "%.*s %d %d %d %d", d.host_len, d.host,
			 d.kind, d.suffix_off, d.reg_off, d.match_off);
	if (getenv("DOMAIN_DIGEST_VERBOSE"))
		printf("# %.*s: %s\n", (int) len, text, result);
	return digest_add(digest, result);
}

/*
 * Add the fields of a line.
 */
static uint64_t
add_line(uint64_t digest, const char *line, size_t len)
{
	const char *end = line + len;

	while (line <= end)
	{
		const char *tab = memchr(line, '\t', (size_t) (end - line));
		size_t		n = (size_t) ((tab ? tab : end) - line);

		digest = add_text(digest, line, n);
		line += n + 1;
	}
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
 * Every code point in its surroundings.
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
	uint64_t	digest = DIGEST_START;
	char		text[64];

	for (uint32_t cp = 0x20; cp <= 0x10FFFF; cp = digest_next(cp))
	{
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
			digest = add_text(digest, text, digest_surround(around[i][0], cp, around[i][1], text));
		if (cp >= 0x80)
		{
			int			n = put_a_label(cp, text);

			digest = add_text(digest, text, (size_t) n + strlen(strcpy(text + n, ".com")));
		}
	}
	return digest;
}

int
main(int argc, char **argv)
{
	int			tests;
	bool		passed;

	if (argc != 2)
	{
		fprintf(stderr, "usage: domain_digest RECORDED\n");
		return 1;
	}
	passed = digest_check(argv[1], code_points, add_line, &tests);
	printf("1..%d\n", tests);
	return !passed;
}
