/*
 * typo.c
 *		Whether two match names differ by a typing error.
 */
#include <stdint.h>
#include <string.h>

#include "normalize/company.h"
#include "normalize/word_rarity.h"
#include "overlap/typo.h"

/* Shorter one in characters, blanks not counted: from here on one edit, or two */
#define ONE_EDIT_SHORT 6
#define ONE_EDIT 10
#define TWO_EDITS 16

/* Words in a name beyond these are not looked at */
#define WORDS_MAX 64

/* A name as code points without blanks */
typedef struct spelled
{
	int			n;
	uint32_t	chars[ACM_NAME_BUF];
} spelled;

/* Decode UTF-8 that is known to be valid, without blanks */
static void
spell(const char *s, int len, spelled *out)
{
	out->n = 0;
	for (int i = 0; i < len;)
	{
		unsigned char c = s[i];
		int			more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		uint32_t	cp = c < 0x80 ? c : c & (0x3f >> more);

		for (int j = 1; j <= more && i + j < len; j++)
			cp = cp << 6 | (s[i + j] & 0x3f);
		i += more + 1;
		if (cp != ' ')
			out->chars[out->n++] = cp;
	}
}

/*
 * Optimal string alignment distance, if at most max (1 or 2), else max + 1.
 * Only the band of max around the diagonal is filled.
 */
static int
band_distance(const uint32_t *a, int alen, const uint32_t *b, int blen, int max)
{
	int			rows[3][ACM_NAME_BUF + 1];
	int			far = max + 1;

	for (int j = 0; j <= blen; j++)
		rows[0][j] = j <= max ? j : far;
	for (int i = 1; i <= alen; i++)
	{
		int		   *row = rows[i % 3];
		const int  *up = rows[(i + 2) % 3];
		const int  *up2 = rows[(i + 1) % 3];
		int			first = i - max > 1 ? i - max : 1;
		int			last = i + max < blen ? i + max : blen;
		int			least;

		row[first - 1] = (first == 1 && i <= max) ? i : far;
		least = row[first - 1];
		for (int j = first; j <= last; j++)
		{
			int			d = up[j - 1] + (a[i - 1] != b[j - 1]);

			/* outside the band a cell counts as far */
			if (j < i + max && up[j] + 1 < d)
				d = up[j] + 1;
			if (row[j - 1] + 1 < d)
				d = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && up2[j - 2] + 1 < d)
				d = up2[j - 2] + 1;
			row[j] = d < far ? d : far;
			if (row[j] < least)
				least = row[j];
		}
		if (least >= far)
			return far;
	}
	return rows[alen % 3][blen];
}

/* The distance of two names, if at most max; what they begin and end with alike does not count */
static int
distance(const spelled *a, const spelled *b, int max)
{
	int			start = 0;
	int			alen = a->n;
	int			blen = b->n;

	if (alen - blen > max || blen - alen > max)
		return max + 1;
	while (start < alen && start < blen && a->chars[start] == b->chars[start])
		start++;
	while (alen > start && blen > start && a->chars[alen - 1] == b->chars[blen - 1])
	{
		alen--;
		blen--;
	}
	return band_distance(a->chars + start, alen - start, b->chars + start, blen - start, max);
}

/* Whether both names have the same digits in the same order */
static bool
same_digits(const spelled *a, const spelled *b)
{
	int			i = 0;
	int			j = 0;

	for (;;)
	{
		while (i < a->n && !(a->chars[i] >= '0' && a->chars[i] <= '9'))
			i++;
		while (j < b->n && !(b->chars[j] >= '0' && b->chars[j] <= '9'))
			j++;
		if (i == a->n || j == b->n)
			return i == a->n && j == b->n;
		if (a->chars[i++] != b->chars[j++])
			return false;
	}
}

/* A word of a name */
typedef struct word
{
	const char *s;
	int			len;
} word;

/* Split a name at its blanks */
static int
split(const char *s, int len, word *words)
{
	int			n = 0;

	for (int i = 0; i < len && n < WORDS_MAX; i++)
	{
		int			start = i;

		while (i < len && s[i] != ' ')
			i++;
		words[n].s = s + start;
		words[n++].len = i - start;
	}
	return n;
}

/* Whether a name has a word that the other lacks and that no dictionary has */
static bool
has_strange_word(const word *own, int nown, const word *other, int nother)
{
	for (int i = 0; i < nown; i++)
	{
		int			j = 0;

		while (j < nother && !(own[i].len == other[j].len && memcmp(own[i].s, other[j].s, own[i].len) == 0))
			j++;
		if (j == nother && acm_word_rarity(own[i].s, own[i].len) == ACM_RARITY_MAX)
			return true;
	}
	return false;
}

/* Whether two names have the same words; see the header */
bool
acm_same_words(const char *a, int alen, const char *b, int blen)
{
	word		words[2][WORDS_MAX];
	int			n = split(a, alen, words[0]);

	if (alen != blen || split(b, blen, words[1]) != n)
		return false;
	for (int i = 0; i < n; i++)
	{
		int			j = i;

		while (j < n && !(words[0][i].len == words[1][j].len &&
						  memcmp(words[0][i].s, words[1][j].s, words[0][i].len) == 0))
			j++;
		if (j == n)
			return false;
		/* what was found goes to the front: the rest is left to find */
		{
			word		found = words[1][j];

			words[1][j] = words[1][i];
			words[1][i] = found;
		}
	}
	return true;
}

/* Compare two match names; see the header */
acm_typo
acm_compare_typo(const char *a, int alen, const char *b, int blen, int *edits)
{
	spelled		x;
	spelled		y;
	word		words[2][WORDS_MAX];
	int			n[2];
	int			shorter;
	int			max;

	spell(a, alen, &x);
	spell(b, blen, &y);
	shorter = x.n < y.n ? x.n : y.n;
	if (shorter < ONE_EDIT_SHORT || x.chars[0] != y.chars[0])
		return ACM_NO_TYPO;
	max = shorter >= TWO_EDITS ? 2 : 1;
	*edits = distance(&x, &y, max);
	if (*edits > max || !same_digits(&x, &y))
		return ACM_NO_TYPO;
	if (shorter < ONE_EDIT)
		return ACM_SHORT_TYPO;

	n[0] = split(a, alen, words[0]);
	n[1] = split(b, blen, words[1]);
	if (has_strange_word(words[0], n[0], words[1], n[1]) ||
		has_strange_word(words[1], n[1], words[0], n[0]))
		return ACM_SURE_TYPO;
	return ACM_PLAIN_TYPO;
}
