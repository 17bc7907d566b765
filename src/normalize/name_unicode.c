/*
 * name_unicode.c
 *		What folding a name does beyond ASCII.
 *
 * Text is cut where normalization can never join two code points (UAX 15,
 * "normalization boundary"). Nearly every piece is one code point, whose
 * folded form is remembered; so ICU is asked about each character once.
 */
#include <stdbool.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "normalize/name_fold.h"
#include "normalize/generated/separators.h"
#include "normalize/unicode.h"

/*
 * Code points folded at once, and those left of them: what joins more is cut
 * there, and falls away. The second is lower, so that what is left fits when
 * it is read again.
 */
#define PIECE_MAX 64
#define PIECE_KEPT 32

/* The longest decomposition under NFKC has 18 code points (U+FDFA) */
#define PIECE_BUF (PIECE_MAX * 18 * 2)

/* What a code point of the BMP folds to alone */
typedef struct char_memo
{
	uint8_t		state;			/* MEMO_*, else 1 + length of text */
	char		text[7];
} char_memo;

#define MEMO_UNKNOWN	0
#define MEMO_JOINS		255		/* can change or vanish with what precedes it */
#define MEMO_LONG		254		/* stands alone, but its form does not fit */

static char_memo memo[0x10000];

/* Letters that Unicode does not decompose (CLDR, transform Latin-ASCII) */
static const struct
{
	uint16_t	from;
	char		to[3];
}			latin_letters[] = {
	{0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"},
	{0x0127, "h"}, {0x0131, "i"}, {0x0138, "q"}, {0x0142, "l"}, {0x014B, "n"},
	{0x0153, "oe"}, {0x0167, "t"}, {0x0180, "b"}, {0x0183, "b"}, {0x0188, "c"},
	{0x018C, "d"}, {0x0192, "f"}, {0x0199, "k"}, {0x019A, "l"}, {0x019E, "n"},
	{0x01A5, "p"}, {0x01AB, "t"}, {0x01AD, "t"}, {0x01B4, "y"}, {0x01B6, "z"},
	{0x01E5, "g"}, {0x0221, "d"}, {0x0225, "z"}, {0x0234, "l"}, {0x0235, "n"},
	{0x0236, "t"}, {0x0237, "j"}, {0x023C, "c"}, {0x023F, "s"}, {0x0240, "z"},
	{0x0247, "e"}, {0x0249, "j"}, {0x024B, "q"}, {0x024D, "r"}, {0x024F, "y"},
	{0x0253, "b"}, {0x0256, "d"}, {0x0257, "d"}, {0x0259, "e"}, {0x0260, "g"},
	{0x0268, "i"}, {0x026B, "l"}, {0x0272, "n"}, {0x0289, "u"}, {0x2C61, "l"},
	{0x2C65, "a"}, {0x2C66, "t"}
};

/*
 * Arabic letters that are written for one another: forms of alef, yeh and
 * dotless yeh, heh and teh marbuta, and the Persian keheh and yeh (as in
 * Apache Lucene's ArabicNormalizer and PersianNormalizer).
 */
static const uint16_t arabic_letters[][2] = {
	{0x0622, 0x0627}, {0x0623, 0x0627}, {0x0625, 0x0627}, {0x0629, 0x0647},
	{0x0649, 0x064A}, {0x0671, 0x0627}, {0x06A9, 0x0643}, {0x06CC, 0x064A}
};

/* Marks that fall away wherever they stand: diacritics, points, tatweel */
static const uint16_t marks[][2] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},
	{0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A},
	{0x0640, 0x0640}, {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},
	{0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x08CA, 0x08E1},
	{0x08E3, 0x08FF}, {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0},
	{0xFE20, 0xFE2F}
};

/*
 * Letters of their own that Unicode decomposes into another letter and a
 * mark: Cyrillic short i, short u, yi, gje, kje
 */
static const uint16_t kept_letters[] = {0x0439, 0x045E, 0x0457, 0x0453, 0x045C};

/* Punctuation that means what an ASCII character means */
static const struct
{
	uint16_t	from;
	char		to;
}			punctuation[] = {
	{0x00AB, '"'}, {0x00B4, '\''}, {0x00BB, '"'}, {0x02B9, '\''}, {0x02BA, '\''},
	{0x02BB, '\''}, {0x02BC, '\''}, {0x02BD, '\''}, {0x02BE, '\''}, {0x02BF, '\''},
	{0x02C8, '\''}, {0x02CA, '\''}, {0x02CB, '\''}, {0x055A, '\''}, {0x05F3, '\''},
	{0x05F4, '\''}, {0x060C, ','}, {0x1FBD, '\''}, {0x1FBF, '\''}, {0x2010, '-'},
	{0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2015, '-'},
	{0x2018, '\''}, {0x2019, '\''}, {0x201A, ','}, {0x201B, '\''}, {0x201C, '"'},
	{0x201D, '"'}, {0x201E, '"'}, {0x201F, '"'}, {0x2032, '\''}, {0x2035, '\''},
	{0x2044, '/'}, {0x204A, '&'}, {0x2212, '-'}, {0x2215, '/'}, {0x2308, '('},
	{0x2309, ')'}, {0x27E8, '('}, {0x27E9, ')'}, {0x3001, ','}, {0x3008, '('},
	{0x3009, ')'}, {0x3010, '('}, {0x3011, ')'}, {0x3014, '('}, {0x3015, ')'},
	{0x3016, '('}, {0x3017, ')'}, {0xA78B, '\''}, {0xA78C, '\''}
};

/* Whether cp separates words and means nothing else (sorted ranges) */
static bool
is_separator(uint32_t cp)
{
	int			lo = 0;
	int			hi = (int) (sizeof(acm_separators) / sizeof(acm_separators[0])) - 1;

	while (lo <= hi)
	{
		int			mid = (lo + hi) / 2;

		if (cp < acm_separators[mid][0])
			hi = mid - 1;
		else if (cp > acm_separators[mid][1])
			lo = mid + 1;
		else
			return true;
	}
	return false;
}

/* Append cp to out, which has room for it */
static int
put(uint32_t cp, UChar *out, int n)
{
	U16_APPEND_UNSAFE(out, n, cp);
	return n;
}

/*
 * Append to out (UTF-16) what one code point of normalized text becomes:
 * nothing for a mark, ASCII punctuation, a letter without diacritics, itself
 */
static int
fold_char(const UNormalizer2 *nfd, UChar32 cp, UChar *out, int n)
{
	UErrorCode	err = U_ZERO_ERROR;
	UChar		parts[32];
	int			len;

	if (cp < 0x80)
		return put(cp, out, n);
	if (cp > 0xFFFF)
		return put(is_separator(cp) ? ' ' : cp, out, n);

	for (size_t i = 0; i < sizeof(punctuation) / sizeof(punctuation[0]); i++)
		if (punctuation[i].from == cp)
			return put(punctuation[i].to, out, n);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (cp >= marks[i][0] && cp <= marks[i][1])
			return n;
	if (is_separator(cp))
		return put(' ', out, n);
	for (size_t i = 0; i < sizeof(kept_letters) / sizeof(kept_letters[0]); i++)
		if (kept_letters[i] == cp)
			return put(cp, out, n);
	for (size_t i = 0; i < sizeof(arabic_letters) / sizeof(arabic_letters[0]); i++)
		if (arabic_letters[i][0] == cp)
			return put(arabic_letters[i][1], out, n);

	/* Latin, Greek, Cyrillic: the letter without what stands on and below it */
	if (cp < 0x0530 || (cp >= 0x1E00 && cp < 0x2000))
	{
		len = unorm2_getDecomposition(nfd, cp, parts, 32, &err);
		if (len > 0 && U_SUCCESS(err))
			cp = parts[0];
	}
	for (size_t i = 0; i < sizeof(latin_letters) / sizeof(latin_letters[0]); i++)
		if (latin_letters[i].from == cp)
		{
			for (const char *s = latin_letters[i].to; *s; s++)
				n = put(*s, out, n);
			return n;
		}
	return put(cp, out, n);
}

/*
 * Characters that must not reach NFKC casefold: those that it would glue to
 * the word (trade marks), turn into a blank and a mark, or whose mapping
 * later versions changed. Gives 0 for all others.
 */
static const char *
premapped(UChar32 cp)
{
	switch (cp)
	{
		case 0x00A9:			/* copyright, registered, service mark, trade mark */
		case 0x00AE:
		case 0x2120:
		case 0x2122:
			return " ";
		case 0x00B4:			/* acute accent, Greek psili and koronis: apostrophes */
		case 0x1FBD:
		case 0x1FBF:
			return "'";
		case 0x1E9E:			/* capital sharp s */
			return "ss";
		default:
			return NULL;
	}
}

/*
 * Fold a piece of n code points, all assigned, into UTF-16. What marks leave
 * behind may join in turn, so go on until nothing changes.
 */
static int
fold_piece(const UNormalizer2 *nfkc, const UNormalizer2 *nfd,
		   const UChar32 *piece, int n, UChar *out)
{
	UChar		text[PIECE_BUF];
	UChar		last[PIECE_BUF];
	int			len = 0;
	int			last_len;

	for (int i = 0; i < n; i++)
	{
		const char *s = premapped(piece[i]);

		if (s == NULL)
			len = put(piece[i], out, len);
		else
			while (*s)
				len = put(*s++, out, len);
	}
	do
	{
		UErrorCode	err = U_ZERO_ERROR;
		int			text_len = unorm2_normalize(nfkc, out, len, text, PIECE_BUF, &err);

		memcpy(last, out, len * sizeof(UChar));
		last_len = len;
		if (U_FAILURE(err))
			return len;			/* cannot be: the buffer holds the longest */
		len = 0;
		for (int i = 0; i < text_len;)
		{
			UChar32		cp;

			U16_NEXT(text, i, text_len, cp);
			len = fold_char(nfd, cp, out, len);
		}
	} while (n > 1 && (len != last_len || memcmp(last, out, len * sizeof(UChar)) != 0));
	return len;
}

/* Find out what cp, assigned and not ASCII, is alone; memo may be NULL */
static int
look_up(const UNormalizer2 *nfkc, const UNormalizer2 *nfd, UChar32 cp, char_memo *m)
{
	UChar		folded[PIECE_BUF];
	char		text[sizeof(m->text)];
	int			n;
	int			len = 0;
	int			state;

	n = fold_piece(nfkc, nfd, &cp, 1, folded);
	if (n == 0 || !unorm2_hasBoundaryBefore(nfkc, cp))
		state = MEMO_JOINS;
	else
	{
		for (int i = 0; i < n && len >= 0;)
		{
			UChar32		c;

			U16_NEXT(folded, i, n, c);
			if (len + U8_LENGTH(c) > (int) sizeof(text))
				len = -1;
			else
				U8_APPEND_UNSAFE(text, len, c);
		}
		state = len < 0 ? MEMO_LONG : len + 1;
	}
	if (m != NULL)
	{
		if (len > 0)
			memcpy(m->text, text, len);
		m->state = (uint8_t) state;
	}
	return state;
}

/* Read one code point at text[*i]; a byte that is no valid UTF-8 is a blank */
static inline UChar32
next_char(const char *text, int32_t *i, int32_t len)
{
	UChar32		cp;

	U8_NEXT(text, *i, len, cp);
	return cp < 0 ? ' ' : cp;
}

/* What is remembered of cp, not ASCII; MEMO_UNKNOWN if it is not assigned */
static inline int
char_state(const UNormalizer2 *nfkc, const UNormalizer2 *nfd, UChar32 cp)
{
	if (cp <= 0xFFFF && memo[cp].state != MEMO_UNKNOWN)
		return memo[cp].state;
	if (!acm_unicode_assigned((uint32_t) cp))
		return MEMO_UNKNOWN;
	return look_up(nfkc, nfd, cp, cp <= 0xFFFF ? &memo[cp] : NULL);
}

/* Whether c is ASCII, and neither letter, digit nor blank */
static inline bool
is_punctuation(char c)
{
	return c > ' ' && (unsigned char) c < 0x80 && (unsigned) (c & 0xDF) - 'A' >= 26 && (unsigned) c - '0' >= 10;
}

/*
 * Fold the code points at text[i..) that cannot be told apart: one, and all
 * after it that join it. Writes at out + n, and gives the new n, or -1 if
 * there is no room; sets *next behind what was read.
 */
static int
fold_joined(const UNormalizer2 *nfkc, const UNormalizer2 *nfd, const char *text, int32_t i, int32_t len,
			char *out, int n, int outsize, int32_t *next)
{
	UChar32		piece[PIECE_MAX];
	UChar		folded[PIECE_BUF];
	int			npiece = 1;
	int			nfolded;

	piece[0] = next_char(text, &i, len);
	*next = i;
	if (piece[0] >= 0x80 && !acm_unicode_assigned((uint32_t) piece[0]))
		nfolded = put(piece[0], folded, 0);
	else
	{
		while (i < len)
		{
			UChar32		cp = next_char(text, &i, len);

			if (cp < 0x80 || char_state(nfkc, nfd, cp) != MEMO_JOINS)
				break;
			if (npiece < PIECE_MAX)
				piece[npiece++] = cp;
			*next = i;
		}
		nfolded = fold_piece(nfkc, nfd, piece, npiece, folded);
	}
	for (int j = 0, kept = 0; j < nfolded && kept < PIECE_KEPT; kept++)
	{
		UChar32		cp;

		U16_NEXT(folded, j, nfolded, cp);
		/* a mark has no letter in punctuation, and must not get one when an apostrophe vanishes */
		if (n > 0 && n < outsize && is_punctuation(out[n - 1]) && cp >= 0x80 && char_state(nfkc, nfd, cp) == MEMO_JOINS)
			out[n++] = ' ';
		if (n + U8_LENGTH(cp) > outsize)
			return -1;
		U8_APPEND_UNSAFE(out, n, cp);
	}
	return n;
}

/* See name_fold.h */
int
acm_fold_unicode(const char *text, size_t length, char *out, int outsize)
{
	UErrorCode	err = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&err);
	const UNormalizer2 *nfd = unorm2_getNFDInstance(&err);
	int32_t		len = (int32_t) length;
	int32_t		i = 0;
	int			n = 0;
	int32_t		last_i = -1;	/* where in text the code point began that others may join */
	int			last_n = 0;		/* and where in out */

	if (U_FAILURE(err))
		return 0;

	while (i < len && n < outsize)
	{
		int32_t		here = i;
		UChar32		cp;
		int			state;

		/* ASCII stays: its case is folded where words are cut */
		if ((unsigned char) text[i] < 0x80)
		{
			last_i = i++;
			last_n = n;
			out[n++] = text[last_i];
			continue;
		}

		cp = next_char(text, &i, len);
		if (cp < 0x80)
		{
			last_i = here;
			last_n = n;
			out[n++] = (char) cp;
			continue;
		}
		state = char_state(nfkc, nfd, cp);
		if (state > MEMO_UNKNOWN && state < MEMO_LONG && cp <= 0xFFFF)
		{
			if (n + state - 1 > outsize)
				break;
			last_i = here;
			last_n = n;
			memcpy(out + n, memo[cp].text, state - 1);
			n += state - 1;
			continue;
		}

		/* what joins is folded anew together with what it joins; of ASCII, a letter or digit */
		if (state != MEMO_JOINS || last_i < 0 ||
			((unsigned char) text[last_i] <= ' ' || is_punctuation(text[last_i])))
		{
			last_i = here;
			last_n = n;
		}
		last_n = fold_joined(nfkc, nfd, text, last_i, len, out, last_n, outsize, &i);
		if (last_n < 0)
			break;
		n = last_n;
		last_i = -1;
	}
	return n;
}
