/*
 * name_words.c
 *		A match name read into weighted words.
 */
#include "name_words.h"

#include <string.h>

#include "word_rarity.h"

/* Next code point of well-formed UTF-8 */
static uint32_t
next_char(const char *text, int len, int *i)
{
	uint32_t	c = (unsigned char) text[(*i)++];

	if (c < 0xC0)
		return c;
	c &= c >= 0xF0 ? 0x07 : c >= 0xE0 ? 0x0F : 0x1F;
	while (*i < len && (text[*i] & 0xC0) == 0x80)
		c = c << 6 | (text[(*i)++] & 0x3F);
	return c;
}

/* Whether word i is one of those before it again, or the beginning of one, where the name was cut */
static bool
repeats(const acm_words *n, int i)
{
	const acm_word *w = &n->words[i];

	for (int j = 0; j < i && w->len >= 3; j++)
	{
		if (w->len <= n->words[j].len &&
			memcmp(n->chars + w->start, n->chars + n->words[j].start, w->len * sizeof(uint32_t)) == 0)
			return true;
	}
	return false;
}

/*
 * Read a match name.
 *
 * A word weighs the square of its rarity, as in the cosine of TF-IDF vectors:
 * it counts in the shared part and in the length. The first word weighs half
 * as much again, since most names begin with what is theirs alone; a number a
 * third. Repeated words hardly weigh: exchanges write `SODEXO SA SODEXO`.
 */
void
acm_read_words(const char *name, int len, acm_words *n)
{
	int			i = 0;

	n->nwords = n->nchars = 0;
	if (len > ACM_NAME_MAX)
		len = ACM_NAME_MAX;
	while (i < len && n->nwords < ACM_WORDS_MAX)
	{
		acm_word   *w = &n->words[n->nwords];
		int			begin = i;

		if (name[i] == ' ')
		{
			i++;
			continue;
		}
		w->start = n->nchars;
		w->letters = 0;
		w->digits = true;
		while (i < len && name[i] != ' ')
		{
			uint32_t	c = next_char(name, len, &i);

			w->letters |= 1u << (c & 31);
			w->digits &= c >= '0' && c <= '9';
			n->chars[n->nchars++] = c;
		}
		w->len = n->nchars - w->start;
		w->matched = false;
		w->rarity = acm_word_rarity(name + begin, i - begin);
		w->conflict = w->rarity * ACM_RARITY_MAX;
		w->weight = w->rarity * w->rarity;
		if (w->digits)
			w->weight /= 3;
		else if (n->nwords == 0)
			w->weight += w->weight / 2;
		n->nwords++;
	}
	for (int j = 1; j < n->nwords; j++)
	{
		if (repeats(n, j))
		{
			n->words[j].weight /= 10;
			n->words[j].conflict /= 10;
		}
	}
}
