/*
 * similarity.c
 *		How alike two match names are: words aligned one by one, each with
 *		the weight of its rarity.
 *
 * A soft TF-IDF measure in the manner of Cohen, Ravikumar and Fienberg, "A
 * comparison of string distance metrics for name-matching tasks" (2003), with
 * what names of companies need: abbreviations, initials, joined words. All
 * arithmetic is in integers up to one last division, so that every machine
 * computes the same bits.
 */
#include "company.h"

#include <string.h>

#include "name_words.h"
#include "word_rarity.h"

/* How alike two words are is told in parts of this */
#define SAME 256

/* What joined words, and words in several pieces, are alike at most */
#define JOINED 245
#define ACRONYM 205
#define ACRONYM_OF_TWO 128

/* No two names that differ are more alike than this, in parts of 1000 */
#define ALMOST 980

/* Words of more characters are only equal or not */
#define EDIT_MAX 48

/* The two names and what they share so far, each word times how alike it is */
typedef struct side
{
	acm_words	n;
	int64_t		shared;
} side;

/* Whether two stretches of characters are equal */
static bool
same_chars(const uint32_t *a, const uint32_t *b, int len)
{
	return memcmp(a, b, len * sizeof(uint32_t)) == 0;
}

/* Characters of a word */
static const uint32_t *
chars_of(const side *s, const acm_word *w)
{
	return s->n.chars + w->start;
}

/*
 * Count words [i, end) of a and word j of b as one thing, alike / SAME. Of two
 * spellings the rarer is the other's misspelling or abbreviation, and says no
 * more than that one.
 */
static void
match_words(side *a, int i, int end, side *b, int j, int alike)
{
	acm_word   *w = &b->n.words[j];
	int			weight = 0;

	for (int k = i; k < end; k++)
		weight += a->n.words[k].weight;
	if (weight > w->weight)
		weight = w->weight;
	for (int k = i; k < end; k++)
	{
		a->n.words[k].matched = true;
		a->n.words[k].weight = 0;
	}
	a->n.words[i].weight = weight;
	w->matched = true;
	w->weight = weight;
	a->shared += (int64_t) alike * weight;
	b->shared += (int64_t) alike * weight;
}

/* Equal words, each with the first equal one that is left; tells whether their order differs */
static bool
match_equal(side *a, side *b)
{
	bool		inverted = false;
	int			last = -1;

	for (int i = 0; i < a->n.nwords; i++)
	{
		acm_word   *v = &a->n.words[i];

		for (int j = 0; j < b->n.nwords; j++)
		{
			acm_word   *w = &b->n.words[j];

			if (w->matched || v->len != w->len || v->letters != w->letters ||
				!same_chars(chars_of(a, v), chars_of(b, w), v->len))
				continue;
			inverted |= j < last;
			last = j;
			match_words(a, i, i + 1, b, j, SAME);
			break;
		}
	}
	return inverted;
}

/* Two or more words of a that are one word of b: `face book`, `i b m` */
static void
match_joined(side *a, side *b)
{
	for (int j = 0; j < b->n.nwords; j++)
	{
		acm_word   *w = &b->n.words[j];

		for (int i = 0; !w->matched && i + 1 < a->n.nwords; i++)
		{
			int			end = i;
			int			len = 0;

			while (end < a->n.nwords && !a->n.words[end].matched && len < w->len)
				len += a->n.words[end++].len;
			if (len == w->len && end >= i + 2 &&
				same_chars(chars_of(a, &a->n.words[i]), chars_of(b, w), len))
				match_words(a, i, end, b, j, JOINED);
		}
	}
}

/*
 * Where the words of n from i on stop whose initials are the characters s; i
 * if they are others. Common words in between may lack (`of`, `and`).
 */
static int
initials_end(const acm_words *n, int i, const uint32_t *s, int len)
{
	int			end = i;

	for (int k = 0; k < len; end++)
	{
		const acm_word *w = &n->words[end];

		if (end == n->nwords || w->matched)
			return i;
		if (n->chars[w->start] == s[k])
			k++;
		else if (k == 0 || w->rarity > ACM_RARITY_MAX / 4)
			return i;
	}
	return end;
}

/* A word of b made of the initials of two or more words of a */
static void
match_acronyms(side *a, side *b)
{
	for (int j = 0; j < b->n.nwords; j++)
	{
		acm_word   *w = &b->n.words[j];

		for (int i = 0; !w->matched && w->len >= 2 && w->len <= 10 && i + 1 < a->n.nwords; i++)
		{
			int			end = initials_end(&a->n, i, chars_of(b, w), w->len);

			if (end >= i + 2)
				match_words(a, i, end, b, j, w->len == 2 ? ACRONYM_OF_TWO : ACRONYM);
		}
	}
}

/*
 * Edits from a to b: characters put in, left out, replaced, or neighbours
 * swapped (optimal string alignment); limit + 1 if more than limit. Neither is
 * longer than EDIT_MAX.
 */
static int
edit_distance(const uint32_t *a, int alen, const uint32_t *b, int blen, int limit)
{
	int16_t		rows[3][EDIT_MAX + 1];

	for (int j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (int i = 1; i <= alen; i++)
	{
		int16_t    *row = rows[i % 3];
		int16_t    *above = rows[(i + 2) % 3];
		int16_t    *above2 = rows[(i + 1) % 3];
		int			least = i;

		row[0] = i;
		for (int j = 1; j <= blen; j++)
		{
			int			d = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < d)
				d = above[j] + 1;
			if (row[j - 1] + 1 < d)
				d = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && above2[j - 2] + 1 < d)
				d = above2[j - 2] + 1;
			row[j] = d;
			if (d < least)
				least = d;
		}
		if (least > limit)
			return limit + 1;
	}
	return rows[alen % 3][blen];
}

/* How many bits are set */
static int
count_bits(uint32_t x)
{
	int			n = 0;

	for (; x != 0; x &= x - 1)
		n++;
	return n;
}

/*
 * How alike a short word s is to a longer one t that it may abbreviate: its
 * beginning (`tech`, `technologies`), its first letter, or letters of it in
 * order from the first to the last (`regl`, `regional`).
 */
static int
abbreviates(const uint32_t *s, int len, const uint32_t *t, int tlen)
{
	int			i = 0;

	while (i < len && s[i] == t[i])
		i++;
	if (i == len)
	{
		/* to abbreviate saves two letters at least; one more is a plural, or another word (mila, milan) */
		if (tlen == len + 1 && t[len] != 's')
			return 0;
		return len == 1 ? SAME / 3 : SAME * 7 / 10 + SAME * 3 / 10 * len / tlen;
	}
	if (i == 0 || len * 3 > tlen * 2 + 1 || s[len - 1] != t[tlen - 1])
		return 0;
	for (int k = i; k < tlen && i < len; k++)
		i += s[i] == t[k];
	return i == len ? SAME * 7 / 10 : 0;
}

/* How alike two words are that are not equal, in parts of SAME */
static int
near_words(const side *a, const acm_word *v, const side *b, const acm_word *w)
{
	const uint32_t *s = chars_of(a, v);
	const uint32_t *t = chars_of(b, w);
	int			limit;
	int			edits;
	int			alike;

	if (v->len > w->len)
		return near_words(b, w, a, v);
	if (v->digits || w->digits)
		return 0;
	if (v->len < w->len && (v->letters & ~w->letters) == 0)
	{
		alike = abbreviates(s, v->len, t, w->len);
		if (alike > 0)
			return alike;
	}
	/* the longer a word, the more typing errors may be in it */
	limit = w->len < 4 ? 0 : w->len < 8 ? 1 : w->len < 13 ? 2 : 3;
	if (w->len > EDIT_MAX || w->len - v->len > limit || count_bits(v->letters ^ w->letters) > 2 * limit)
		return 0;
	edits = edit_distance(s, v->len, t, w->len, limit);
	if (edits > limit)
		return 0;
	alike = SAME - SAME * 5 / 4 * edits / w->len;
	/* two words that both are known are hardly one of them mistyped; and the first letter rarely is */
	if (v->rarity < ACM_RARITY_MAX && w->rarity < ACM_RARITY_MAX)
		alike /= 2;
	if (s[0] != t[0])
		alike = alike * 3 / 4;
	return alike;
}

/* Words that are only near to each other, those first that bring most */
static void
match_near(side *a, side *b)
{
	struct
	{
		int8_t		i;
		int8_t		j;
		int16_t		alike;
		int			brings;		/* times the weight that would be shared */
	}			found[ACM_WORDS_MAX * ACM_WORDS_MAX];
	int			nfound = 0;

	for (int i = 0; i < a->n.nwords; i++)
	{
		const acm_word *v = &a->n.words[i];

		for (int j = 0; !v->matched && j < b->n.nwords; j++)
		{
			const acm_word *w = &b->n.words[j];
			int			alike = w->matched ? 0 : near_words(a, v, b, w);

			if (alike == 0)
				continue;
			found[nfound].i = i;
			found[nfound].j = j;
			found[nfound].alike = alike;
			found[nfound++].brings = alike * (v->weight < w->weight ? v->weight : w->weight);
		}
	}
	for (;;)
	{
		int			best = -1;

		for (int k = 0; k < nfound; k++)
		{
			if (!a->n.words[found[k].i].matched && !b->n.words[found[k].j].matched &&
				(best < 0 || found[k].brings > found[best].brings))
				best = k;
		}
		if (best < 0)
			return;
		match_words(a, found[best].i, found[best].i + 1, b, found[best].j, found[best].alike);
	}
}

/* What a name's words say beyond what is shared, and what those left over say against it */
static int64_t
unshared(const side *s, int64_t *conflict)
{
	int64_t		weight = 0;

	*conflict = 0;
	for (int i = 0; i < s->n.nwords; i++)
	{
		weight += s->n.words[i].weight;
		if (!s->n.words[i].matched)
			*conflict += s->n.words[i].conflict;
	}
	return weight * SAME - s->shared;
}

/* How alike two match names are, 0..1 */
float
acm_match_similarity(const char *a, int alen, const char *b, int blen)
{
	side		x;
	side		y;
	int			order = memcmp(a, b, alen < blen ? alen : blen);
	bool		inverted;
	int64_t		rest;
	int64_t		x_conflict;
	int64_t		y_conflict;
	float		result;

	if (order == 0 && alen == blen)
		return 1;
	/* one order for both, so that ties are broken alike whichever comes first */
	if (order > 0 || (order == 0 && alen > blen))
		return acm_match_similarity(b, blen, a, alen);

	acm_read_words(a, alen, &x.n);
	acm_read_words(b, blen, &y.n);
	x.shared = y.shared = 0;
	if (x.n.nchars == y.n.nchars && same_chars(x.n.chars, y.n.chars, x.n.nchars))
		return ALMOST / 1000.0f;
	inverted = match_equal(&x, &y);
	match_joined(&x, &y);
	match_joined(&y, &x);
	match_acronyms(&x, &y);
	match_acronyms(&y, &x);
	match_near(&x, &y);

	/*
	 * Dice's coefficient of the weights, but: what one name has more is often
	 * only left out of the other, while something else in its place speaks
	 * against both being one. And names of common words alone have to agree
	 * the more closely.
	 */
	rest = unshared(&x, &x_conflict) + unshared(&y, &y_conflict);
	rest += SAME * (x_conflict < y_conflict ? x_conflict : y_conflict);
	rest += SAME * (int64_t) ACM_WEIGHT_MAX / 16;
	if (inverted)
		rest += SAME * (int64_t) ACM_WEIGHT_MAX / 5;
	result = (float) (x.shared + y.shared) / (float) (x.shared + y.shared + rest);
	return result < ALMOST / 1000.0f ? result : ALMOST / 1000.0f;
}
