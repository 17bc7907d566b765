/*
 * fuzz_similarity.c
 *		Any two texts as match names: no overrun, 0..1, 1 only if they are
 *		equal, and the same bits in either order.
 *
 * A libFuzzer target; the first zero byte parts the names.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/company.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *a = (const char *) data;
	const uint8_t *zero = memchr(data, 0, size);
	size_t		alen = zero ? (size_t) (zero - data) : size / 2;
	const char *b = a + alen + (zero != NULL);
	size_t		blen = size - alen - (zero != NULL);
	float		ab;
	float		ba;

	if (alen > ACM_NAME_MAX || blen > ACM_NAME_MAX)
		return 0;
	ab = acm_match_similarity(a, (int) alen, b, (int) blen);
	ba = acm_match_similarity(b, (int) blen, a, (int) alen);
	if (memcmp(&ab, &ba, sizeof(ab)) != 0 || !(ab >= 0 && ab <= 1))
		abort();
	if ((ab == 1) != (alen == blen && memcmp(a, b, alen) == 0))
		abort();
	return 0;
}
