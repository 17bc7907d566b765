/*
 * name_fold.c
 *		From text to words. Sixteen bytes at a time are brought to lower case
 *		and told apart, letters from all else; then words are found in the bits.
 *		What lies beyond ASCII goes through acm_fold_unicode first.
 */
#include "normalize/name_fold.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bits say which bytes of the text belong to words; at least one clear bit follows */
#define MASK_WORDS (ACM_FOLD_BUF / 64 + 2)

#ifdef __SSE2__

/*
 * Copy sixteen bytes from in to text, in lower case. Gives a bit for each byte
 * that belongs to a word: ASCII letters and digits, all bytes of other
 * letters; and sets *beyond if there are such. Signed comparisons: bytes of
 * other letters are negative.
 */
static inline uint64_t
fold_block(const char *in, char *text, bool *beyond)
{
	__m128i		bytes = _mm_loadu_si128((const __m128i *) in);
	__m128i		upper = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
									  _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
	__m128i		lower = _mm_or_si128(bytes, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
	__m128i		letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
									   _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
	__m128i		digit = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('0' - 1)),
									  _mm_cmplt_epi8(lower, _mm_set1_epi8('9' + 1)));
	unsigned	others = (unsigned) _mm_movemask_epi8(bytes);

	_mm_storeu_si128((__m128i *) text, lower);
	*beyond |= others != 0;
	return (unsigned) _mm_movemask_epi8(_mm_or_si128(letter, digit)) | others;
}

#else

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Half of it: a sum's high bit tells whether the byte is at least the letter */
static inline uint64_t
fold_eight(const char *in, char *text, bool *beyond)
{
	uint64_t	bytes;
	uint64_t	others;
	uint64_t	low;
	uint64_t	word;

	memcpy(&bytes, in, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	others = bytes & EVERY_BYTE(0x80);
	low = bytes & EVERY_BYTE(0x7F);
	word = (low + EVERY_BYTE(0x80 - 'A')) & ~(low + EVERY_BYTE(0x80 - 'Z' - 1)) & EVERY_BYTE(0x80) & ~others;
	bytes |= word >> 2;
	low |= word >> 2;
	word = (low + EVERY_BYTE(0x80 - 'a')) & ~(low + EVERY_BYTE(0x80 - 'z' - 1));
	word |= (low + EVERY_BYTE(0x80 - '0')) & ~(low + EVERY_BYTE(0x80 - '9' - 1));
	word = (word & EVERY_BYTE(0x80)) | others;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	memcpy(text, &bytes, 8);
	*beyond |= others != 0;
	/* gather the high bits */
	return ((word >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/*
 * Copy sixteen bytes from in to text, in lower case. Gives a bit for each byte
 * that belongs to a word: ASCII letters and digits, all bytes of other
 * letters; and sets *beyond if there are such.
 */
static inline uint64_t
fold_block(const char *in, char *text, bool *beyond)
{
	uint64_t	bits = fold_eight(in, text, beyond);

	return bits | fold_eight(in + 8, text + 8, beyond) << 8;
}

#endif

/*
 * Fold in[0..len) into text, which may be the same and has sixteen bytes more,
 * blanks afterwards, and set the bits of mask. Returns whether there is
 * anything beyond ASCII.
 */
static inline bool
fold_blocks(const char *in, int len, char *text, uint64_t *mask)
{
	bool		beyond = false;
	int			i;

	for (i = 0; i <= len / 64; i++)
		mask[i] = 0;
	for (i = 0; i + 16 <= len; i += 16)
		mask[i >> 6] |= fold_block(in + i, text + i, &beyond) << (i & 63);
	if (i < len)
	{
		char		last[16];

		memset(last, ' ', 16);
		memcpy(last, in + i, len - i);
		mask[i >> 6] |= fold_block(last, text + i, &beyond) << (i & 63);
	}
	memset(text + len, ' ', 16);
	return beyond;
}

/* The first bit at or after i that is set, len if there is none */
static inline int
next_set(const uint64_t *mask, int i, int len)
{
	uint64_t	bits = mask[i >> 6] >> (i & 63);

	if (bits != 0)
		return i + __builtin_ctzll(bits);
	for (i = (i | 63) + 1; i < len; i += 64)
		if (mask[i >> 6] != 0)
			return i + __builtin_ctzll(mask[i >> 6]);
	return len;
}

/* The first bit at or after i that is clear; there is one */
static inline int
next_clear(const uint64_t *mask, int i)
{
	uint64_t	bits = ~mask[i >> 6] >> (i & 63);

	if (bits != 0)
		return i + __builtin_ctzll(bits);
	for (i = (i | 63) + 1;; i += 64)
		if (~mask[i >> 6] != 0)
			return i + __builtin_ctzll(~mask[i >> 6]);
}

#define IS_WORD(i) ((mask[(i) >> 6] >> ((i) & 63)) & 1)

/* Whether word[0..len) is one character, and that no digit */
static inline bool
is_initial(const char *word, int len)
{
	unsigned char c = (unsigned char) *word;

	if (c < 0x80)
		return len == 1 && c > '9';
	return len <= 4 && len == (c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4);
}

/*
 * Append a word, as much of it as fits; until split is done, f->len counts a
 * blank behind each word. Returns whether it went in whole.
 */
static inline bool
add_word(acm_fold *f, const char *text, int len, uint8_t flags, uint8_t group)
{
	acm_word   *w = &f->words[f->nwords];
	bool		fits = f->len + len <= ACM_NAME_MAX;

	if (!fits)
	{
		/* end at a character */
		len = ACM_NAME_MAX - f->len;
		while (len > 0 && ((unsigned char) text[len] & 0xC0) == 0x80)
			len--;
		if (len <= 0)
			return false;
	}
	w->text = text;
	w->len = (uint16_t) len;
	w->flags = flags;
	w->group = group;
	f->nwords++;
	f->len += len + 1;
	f->letters |= len == 1;
	return fits;
}

/* What stands between words, and what it says of the next one */
typedef struct gap
{
	int			depth;			/* brackets open */
	uint8_t		flags;
	bool		and;			/* an ampersand, or a plus that joins */
} gap;

/* The bracket that a word stands in here, 0 for none */
static inline uint8_t
group_now(const acm_fold *f, const gap *g)
{
	return (uint8_t) (g->depth > 0 ? f->ngroups : 0);
}

/*
 * Read text[at..upto), between two words or after the last one. Returns
 * whether there is room for more.
 */
static bool
read_gap(acm_fold *f, const uint64_t *mask, int at, int upto, gap *g)
{
	const char *text = f->text;

	for (; at < upto; at++)
	{
		switch (text[at])
		{
			case '&':
				g->and = f->nwords > 0;
				break;
			case '+':
				/* ending a word, it is read out: Canal+, C++ */
				if (at > 0 && (IS_WORD(at - 1) || text[at - 1] == '+') && f->nwords > 0)
				{
					int			after = at;

					while (text[after] == '+')
						after++;
					if (!IS_WORD(after))
					{
						if (!g->and && !add_word(f, "plus", 4, ACM_W_STATIC, group_now(f, g)))
							return false;
						break;
					}
				}
				g->and = f->nwords > 0;
				break;
			case '(':
			case '[':
			case '{':
				if (g->depth++ == 0 && f->ngroups < 255)
					f->ngroups++;
				break;
			case ')':
			case ']':
			case '}':
				if (g->depth > 0)
					g->depth--;
				break;
			case ',':
			case ';':
				g->flags |= ACM_W_COMMA;
				break;
			case '/':
			case '\\':
				g->flags |= ACM_W_SLASH;
				break;
			case '"':
				g->flags |= ACM_W_QUOTE;
				break;
			case '-':
				if (at > 0 && text[at - 1] == ' ' && (text[at + 1] == ' ' || text[at + 1] == ','))
					g->flags |= ACM_W_DASH;
				break;
			case '|':
				g->flags |= ACM_W_DASH;
				break;
			default:
				break;
		}
	}
	return true;
}

/*
 * Where the run of what vanishes inside words ends: apostrophes, and between
 * Hebrew letters the quote that marks an abbreviation
 */
static inline int
skip_vanishing(const char *text, int i)
{
	while (text[i] == '\'' || text[i] == '`')
		i++;
	if (text[i] == '"' && i >= 2 && ((unsigned char) text[i - 2] & 0xFE) == 0xD6 &&
		((unsigned char) text[i + 1] & 0xFE) == 0xD6)
		i++;
	return i;
}

/* Whether the word at text goes on with the initials of the last one: S.A., A/S */
static inline bool
joins_initials(const acm_word *last, const char *text, int len)
{
	return (text[-1] == '.' || text[-1] == '/') && last->text + last->len == text - 1 &&
		is_initial(text, len) && ((last->flags & ACM_W_DOTTED) || is_initial(last->text, last->len));
}

/* Let it, closing the gap from the left; false if there is no room */
static bool
add_initial(acm_fold *f, char *text, int len, uint8_t flags)
{
	acm_word   *last = &f->words[f->nwords - 1];

	if (f->len - 1 + len > ACM_NAME_MAX)
		return false;
	last->flags |= flags | ACM_W_DOTTED | (text[-1] == '/' ? ACM_W_SLASHED : 0);
	f->flags |= last->flags;
	memmove(text - last->len, last->text, last->len);
	last->text = text - last->len;
	last->len = (uint16_t) (last->len + len);
	f->len += len;
	return true;
}

/*
 * Cut f->text[0..len), in lower case, into words by the mask. A word is a run
 * of letters and digits, apostrophes left out. Initials with a dot or slash
 * between are one word; & and a + that joins are the word and.
 */
static void
split(acm_fold *f, const uint64_t *mask, int len)
{
	char	   *text = f->text;
	gap			g = {0, 0, false};
	int			at = 0;			/* behind the last word */
	int			run_end = -2;	/* of the words that are plain */
	int			start;

	while ((start = next_set(mask, at, len)) < len)
	{
		int			end = next_clear(mask, start);
		int			word_end = end;
		bool		plain = start == at + 1 && text[at] == ' ';

		g.flags = 0;
		if (!plain && !read_gap(f, mask, at, start, &g))
			return;
		at = end;

		if (text[end] != ' ')
		{
			/* close the holes from the left, so that what follows stays */
			while ((at = skip_vanishing(text, end)) > end && at < len && IS_WORD(at))
			{
				memmove(text + start + (at - end), text + start, end - start);
				start += at - end;
				end = next_clear(mask, at);
			}
			word_end = end;
			if (text[word_end] == '.')
				g.flags |= ACM_W_DOT_AFTER;
		}

		if (!plain)
		{
			if (g.and)
			{
				if (text[start - 1] == '&' && memcmp(text + start, "amp;", 4) == 0)
					continue;	/* an ampersand as HTML writes it */
				g.and = false;
				if (!add_word(f, "and", 3, ACM_W_STATIC, group_now(f, &g)))
					return;
			}
			else if (f->nwords > 0 && joins_initials(&f->words[f->nwords - 1], text + start, word_end - start))
			{
				if (!add_initial(f, text + start, word_end - start, g.flags & ACM_W_DOT_AFTER))
					return;
				if (f->nplain == f->nwords && f->nwords > 1)
					f->nplain--;
				run_end = -2;
				continue;
			}
			f->flags |= g.flags & ~ACM_W_DOT_AFTER;
		}
		/* not so if an apostrophe vanished, behind the last word or in this one */
		if ((plain && start == run_end + 1) || f->nwords == 0)
		{
			f->nplain++;
			run_end = word_end;
		}
		if (!add_word(f, text + start, word_end - start, g.flags, group_now(f, &g)))
			return;
	}
	(void) read_gap(f, mask, at, len, &g);
}

/* See name_fold.h */
int
acm_fold_name(const char *text, size_t length, acm_fold *f)
{
	uint64_t	mask[MASK_WORDS];
	int			len = (int) length;

	f->nwords = 0;
	f->len = 0;
	f->ngroups = 0;
	f->nplain = 0;
	f->letters = false;
	f->flags = 0;
	if (length > ACM_NAME_INPUT_MAX)
		return 0;

	/* take it for ASCII; where it is not, ICU writes it anew */
	if (fold_blocks(text, len, f->text, mask))
	{
		len = acm_fold_unicode(text, length, f->text, ACM_FOLD_BUF);
		(void) fold_blocks(f->text, len, f->text, mask);
	}
	split(f, mask, len);
	if (f->nwords > 0)
		f->len--;
	return f->len;
}

/* See name_fold.h */
int
acm_write_words(const acm_word *words, int *nwords, char *out)
{
	int			len = 0;

	for (int w = 0; w < *nwords; w++)
	{
		int			wlen = words[w].len;

		if (len + (w > 0) + wlen > ACM_NAME_MAX)
		{
			*nwords = w;
			break;
		}
		if (w > 0)
			out[len++] = ' ';
		/* of fixed size, where both sides have the room: that takes no branch */
		if (len + wlen + 16 <= ACM_NAME_MAX && !(words[w].flags & ACM_W_STATIC))
			for (int i = 0; i < wlen; i += 16)
				memcpy(out + len + i, words[w].text + i, 16);
		else
			memcpy(out + len, words[w].text, wlen);
		len += wlen;
	}
	out[len] = '\0';
	return len;
}

/* See name_fold.h */
int
acm_write_plain(const acm_word *first, const acm_word *last, char *out)
{
	int			len = (int) (last->text + last->len - first->text);

	/* of fixed size, where both sides have the room */
	if (len <= ACM_NAME_MAX - 16)
		for (int i = 0; i < len; i += 16)
			memcpy(out + i, first->text + i, 16);
	else
		memcpy(out, first->text, len);
	out[len] = '\0';
	return len;
}

/* See company.h */
int
acm_normalize_company(const char *text, size_t len, char *out)
{
	acm_fold	f;

	acm_fold_name(text, len, &f);
	if (f.nwords > 0 && f.nplain == f.nwords)
		return acm_write_plain(f.words, f.words + f.nwords - 1, out);
	return acm_write_words(f.words, &f.nwords, out);
}
