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

/*
 * Which kind of word behind an issuer's name this is: in data, or a currency
 * and a number in one (`eo10`), or a number.
 */
static acm_security_word
security_kind(const char *word, int len, acm_security_word found, bool digits)
{
	acm_security_word currency;
	int			i = 2;

	if (digits)
		return ACM_SECURITY_WEAK;
	if (found != ACM_SECURITY_NONE || len < 3)
		return found;
	while (i < len && word[i] >= '0' && word[i] <= '9')
		i++;
	if (i < len)
		return ACM_SECURITY_NONE;
	acm_word_look_up(word, 2, &currency);
	return currency == ACM_SECURITY_CURRENCY ? ACM_SECURITY_SURE : ACM_SECURITY_NONE;
}

/*
 * Where the words that an exchange put behind the name begin; nwords if
 * nowhere. The first word is always the name's, and so are a number or a
 * single letter right behind it (`school 12`).
 */
static int
find_security_tail(const acm_words *n, const acm_security_word *kinds)
{
	int			tail = n->nwords;
	int			points = 0;

	while (tail > 1 && kinds[tail - 1] != ACM_SECURITY_NONE)
		tail--;
	while (tail < n->nwords && (n->words[tail].digits || n->words[tail].len == 1))
		tail++;
	for (int i = tail; i < n->nwords; i++)
	{
		if (kinds[i] == ACM_SECURITY_SURE)
			points += 2;
		else if (kinds[i] == ACM_SECURITY_LIKELY)
			points += 1;
		else if (kinds[i] == ACM_SECURITY_CURRENCY && i + 1 < n->nwords && n->words[i + 1].digits)
			points += 2;
	}
	return points >= 2 ? tail : n->nwords;
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
 * third. Words that an exchange added and repeated words hardly weigh.
 */
void
acm_read_words(const char *name, int len, acm_words *n)
{
	acm_security_word kinds[ACM_WORDS_MAX];
	int			i = 0;
	int			tail;

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
		w->rarity = acm_word_look_up(name + begin, i - begin, &kinds[n->nwords]);
		kinds[n->nwords] = security_kind(name + begin, i - begin, kinds[n->nwords], w->digits);
		w->conflict = w->rarity * ACM_RARITY_MAX;
		w->weight = w->rarity * w->rarity;
		if (w->digits)
			w->weight /= 3;
		else if (n->nwords == 0)
			w->weight += w->weight / 2;
		n->nwords++;
	}
	tail = find_security_tail(n, kinds);
	for (int j = 1; j < n->nwords; j++)
	{
		int			part = j >= tail ? 20 : repeats(n, j) ? 10 : 1;

		n->words[j].weight /= part;
		n->words[j].conflict /= part;
	}
}
