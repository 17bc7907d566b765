/*
 * near_keys.c
 *		Keys that names which are nearly equal have in common.
 */
#include <stdbool.h>
#include <string.h>

#include "overlap/near_keys.h"

/* Words beyond these do not count; no name has so many */
#define WORDS_MAX 40

/*
 * Bytes of a word that stand for its beginning or end: one if it is short, else
 * two. A typing error can make a word of the one kind one of the other, so that
 * words in between have both.
 */
#define PART_MAX 2
#define SHORT_MAX 4
#define LONG_MIN 4

/* Finalizer of MurmurHash3: spreads every bit over all */
static inline uint64_t
mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

/* FNV-1a, then mixed */
static uint64_t
hash_bytes64(const char *bytes, int len)
{
	uint64_t	h = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < len; i++)
		h = (h ^ (unsigned char) bytes[i]) * UINT64_C(0x100000001b3);
	return mix(h);
}

/* The hash under which a thing of a kind is found */
uint64_t
acm_near_key(acm_near_kind kind, const char *bytes, int len)
{
	return mix(hash_bytes64(bytes, len) + kind);
}

/* The near keys of a name; see the header */
int
acm_near_keys(const char *name, int len, uint64_t *keys)
{
	const char *word[WORDS_MAX];
	int			length[WORDS_MAX];
	uint64_t	hash[WORDS_MAX];
	uint64_t	in_order = 0;
	uint64_t	any_order = 0;
	int			nwords = 0;
	int			n = 0;

	for (int i = 0; i < len && nwords < WORDS_MAX; i++)
	{
		int			start = i;

		while (i < len && name[i] != ' ')
			i++;
		word[nwords] = name + start;
		length[nwords] = i - start;
		hash[nwords] = hash_bytes64(name + start, i - start);
		any_order += hash[nwords];
		/* sums can be taken back word by word, and the place counts */
		in_order += mix(hash[nwords] + nwords);
		nwords++;
	}

	if (nwords > 1)
		keys[n++] = mix(any_order + ACM_NEAR_ORDER);
	for (int i = 0; i < nwords && n + 2 * PART_MAX <= ACM_NEAR_KEYS_MAX; i++)
	{
		uint64_t	others = in_order - mix(hash[i] + i) + ((uint64_t) ACM_NEAR_TYPO << 32) + i;

		for (int part = 1; part <= PART_MAX; part++)
		{
			if (length[i] < 2 || (part == 1 ? length[i] > SHORT_MAX : length[i] < LONG_MIN))
				continue;
			keys[n++] = mix(others + hash_bytes64(word[i], part));
			keys[n++] = mix(others + ~hash_bytes64(word[i] + length[i] - part, part));
		}
	}
	return n;
}
