/*
 * fuzz_identifier.c
 *		Any bytes as an identifier of any scheme: no overrun, and what comes
 *		out is canonical, printable and stays as it is.
 *
 * A libFuzzer target; the first byte chooses the scheme.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/identifier.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char		once[ACM_IDENTIFIER_BUF];
	char		twice[ACM_IDENTIFIER_BUF];
	const char *why;
	int			scheme;
	int			len;

	if (size == 0)
		return 0;
	scheme = data[0] % acm_identifier_schemes();
	len = acm_normalize_identifier(scheme, (const char *) data + 1, size - 1, once, &why);
	if (len == 0)
	{
		if (why == NULL)
			abort();
		return 0;
	}
	if (why != NULL || (int) strlen(once) != len ||
		strspn(once, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+*") != (size_t) len)
		abort();
	if (acm_normalize_identifier(scheme, once, len, twice, NULL) != len || strcmp(once, twice) != 0)
		abort();
	return 0;
}
