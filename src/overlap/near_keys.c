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
 * Bytes of a word that stand for its beginning or end: in a name of three and
 * more words the others tell enough.
 */
#define PART 2

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

/* The two keys of a word: the others, and so many bytes of its beginning, or of its end */
static inline int
word_keys(uint64_t others, const char *word, int len, int part, uint64_t *keys)
{
	keys[0] = mix(others + hash_bytes64(word, part));
	keys[1] = mix(others + ~hash_bytes64(word + len - part, part));
	return 2;
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
	for (int i = 0; i < nwords && n + 4 <= ACM_NEAR_KEYS_MAX; i++)
	{
		uint64_t	others = in_order - mix(hash[i] + i) + ((uint64_t) ACM_NEAR_TYPO << 32) + i;
		int			part = length[i] / 2;

		if (length[i] < 2)
			continue;
		if (nwords > 2 && part > PART)
			part = PART;
		n += word_keys(others, word[i], length[i], part, keys + n);
		/* halves: a word with one letter more or less has its own */
		if (nwords <= 2 && length[i] > 3)
			n += word_keys(others, word[i], length[i], length[i] % 2 == 0 ? part - 1 : part + 1, keys + n);
	}
	return n;
}
