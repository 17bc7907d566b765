/*
 * tap.h
 *		What the unit tests of cryptography share: TAP output, and bytes
 *		written as hex. For one source file a program.
 */
#ifndef ACM_TEST_TAP_H
#define ACM_TEST_TAP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind/key.h"

static int	tests = 0;
static int	failures = 0;

/* One test */
static void
ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	failures += !good;
}

/* Whether bytes are what the hex says */
static void
is(const uint8_t *got, const char *expected, const char *what)
{
	size_t		len = strlen(expected) / 2;
	char	   *hex = malloc(2 * len + 1);

	acm_hex(got, len, hex);
	ok(strcmp(hex, expected) == 0, what);
	if (strcmp(hex, expected) != 0)
		printf("# got %s\n# not %s\n", hex, expected);
	free(hex);
}

/* Bytes of a hex string, never freed */
static acm_bytes
bytes(const char *hex)
{
	size_t		len = strlen(hex) / 2;
	uint8_t    *out = malloc(len + 1);

	if (!acm_unhex(hex, len, out))
		abort();
	return (acm_bytes) {out, len};
}

/* So many times one byte */
static acm_bytes
repeated(int byte, size_t len)
{
	return (acm_bytes) {memset(malloc(len), byte, len), len};
}

/* A string's bytes */
static acm_bytes
string(const char *s)
{
	return (acm_bytes) {s, strlen(s)};
}

/* The end of main() */
static int
done_testing(void)
{
	printf("1..%d\n", tests);
	return failures > 0;
}

#endif							/* ACM_TEST_TAP_H */
