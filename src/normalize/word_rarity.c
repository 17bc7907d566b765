/*
 * word_rarity.c
 *		Look-up in the pinned words: one table with open addressing, made at
 *		build time by gen_words.pl.
 */
#include "word_rarity.h"

#include <stdint.h>
#include <string.h>

#include "generated/words.h"

/* FNV-1a, with the high bits folded in, as in gen_words.pl */
static uint32_t
hash_word(const char *word, int len)
{
	uint32_t	h = 2166136261u;

	for (int i = 0; i < len; i++)
		h = (h ^ (unsigned char) word[i]) * 16777619u;
	return h ^ h >> 15;
}

/* Rarity of a word */
int
acm_word_rarity(const char *word, int len)
{
	uint32_t	slot = hash_word(word, len) & WORD_SLOT_MASK;

	for (; word_slots[slot] != 0; slot = (slot + 1) & WORD_SLOT_MASK)
	{
		/* an entry is rarity, length, bytes */
		const unsigned char *entry = word_entries + word_slots[slot];

		if (entry[1] == len && memcmp(entry + 2, word, len) == 0)
			return entry[0];
	}
	return ACM_RARITY_MAX;
}
