/*
 * name_fold.c
 *		From text to words. ASCII is read straight through one table; what
 *		lies beyond goes through acm_fold_unicode first, and then the same way.
 */
#include <stdbool.h>
#include <string.h>

#include "normalize/name_fold.h"

/* Room for what ICU makes of ACM_NAME_INPUT_MAX bytes; the rest is cut */
#define ACM_UNICODE_BUF 16384

/*
 * What a byte is to a name: a letter or digit gives itself folded (0x80 and
 * above are letters here), everything else a value below 0x20.
 */
enum
{
	SP = 0,						/* separates words, says nothing */
	AP = 1,						/* apostrophe: vanishes */
	DT = 2,						/* dot */
	AN = 3,						/* ampersand */
	PL = 4,						/* plus */
	OP = 5,						/* opening bracket */
	CL = 6,						/* closing bracket */
	CM = 7,						/* comma */
	SL = 8,						/* slash */
	QU = 9						/* double quote */
};

#define IS_WORD(c) (char_map[(unsigned char) (c)] >= 0x20)

static const unsigned char char_map[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	SP, SP, QU, SP, SP, SP, AN, AP, OP, CL, SP, PL, CM, SP, DT, SL,
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', SP, CM, SP, SP, SP, SP,
	SP, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', OP, SL, CL, SP, SP,
	AP, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', OP, SP, CL, SP, SP,
	0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F,
	0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F,
	0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF,
	0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE, 0xBF,
	0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xCF,
	0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF,
	0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF,
	0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
};

/* Whether all of text[0..len) is ASCII */
static inline bool
is_ascii(const unsigned char *text, size_t len)
{
	uint64_t	seen = 0;
	uint64_t	chunk;

	for (; len >= 8; text += 8, len -= 8)
	{
		memcpy(&chunk, text, 8);
		seen |= chunk;
	}
	for (; len > 0; text++, len--)
		seen |= *text;
	return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* Whether word[0..len) is one character, and that no digit */
static inline bool
is_initial(const char *word, int len)
{
	unsigned char c = (unsigned char) *word;

	if (c < 0x80)
		return len == 1 && c > '9';
	return len == (c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4);
}

/* Append a word that the text does not spell itself: and, plus */
static void
add_word(acm_fold *f, const char *word, int len, uint8_t group)
{
	int			at = f->len + (f->nwords > 0);

	if (at + len > ACM_NAME_MAX)
	{
		f->len = ACM_NAME_MAX;	/* full: nothing comes after */
		return;
	}
	if (f->nwords > 0)
		f->text[f->len] = ' ';
	memcpy(f->text + at, word, len);
	f->words[f->nwords++] = (acm_word)
	{
		f->text + at, (uint16_t) len, 0, group
	};
	f->len = at + len;
}

/*
 * Cut text into words. A word is a run of letters and digits, apostrophes
 * left out. Initials with a dot or slash between are one word; & and a + that
 * joins are the word and, a + that ends a word is the word plus.
 */
static void
split(const unsigned char *p, const unsigned char *end, acm_fold *f)
{
	const unsigned char *join = NULL;	/* where a letter would go on with initials */
	bool		pending_and = false;
	uint8_t		flags = 0;		/* of the next word */
	int			depth = 0;
	uint8_t		group = 0;
	char	   *text = f->text;

	while (p < end)
	{
		unsigned char c = char_map[*p];

		if (c >= 0x20)
		{
			const unsigned char *start = p;
			acm_word   *w;
			int			at;
			int			o;

			if (pending_and)
			{
				add_word(f, "and", 3, depth > 0 ? group : 0);
				pending_and = false;
			}
			at = f->len + (f->nwords > 0);
			if (at >= ACM_NAME_MAX)
				break;
			o = at;
			do
			{
				if (c >= 0x20)
				{
					if (o == ACM_NAME_MAX)
						break;
					text[o++] = (char) c;
				}
				else if (c != AP &&
						 !(c == QU && p - start >= 2 && p + 1 < end &&
						   (p[-2] & 0xFE) == 0xD6 && (p[1] & 0xFE) == 0xD6))
					break;		/* but Hebrew writes its abbreviations with a quote inside */
				if (++p == end)
					break;
				c = char_map[*p];
			} while (true);

			/* Full: end at a character, and there */
			if (o == ACM_NAME_MAX && p < end && (*p & 0xC0) == 0x80)
			{
				while (((unsigned char) text[--o] & 0xC0) == 0x80)
					;
				if (o == at)
				{
					f->len = at - (f->nwords > 0);
					break;
				}
			}

			w = &f->words[f->nwords];
			if (start == join && is_initial(text + at, o - at) &&
				(p == end || !IS_WORD(*p)))
			{
				/* one more initial: close the gap, which is the blank's */
				w--;
				memmove(text + f->len, text + at, o - at);
				w->len = (uint16_t) (w->len + (o - at));
				w->flags |= ACM_W_DOTTED | (start[-1] != '.' ? ACM_W_SLASHED : 0);
				f->len += o - at;
			}
			else
			{
				if (f->nwords > 0)
					text[f->len] = ' ';
				w->text = text + at;
				w->len = (uint16_t) (o - at);
				w->flags = flags;
				w->group = depth > 0 ? group : 0;
				f->nwords++;
				f->len = o;
			}
			flags = 0;
			if (p < end && *p == '.')
				w->flags |= ACM_W_DOT_AFTER;
			/* does a letter after this one dot or slash join? */
			join = NULL;
			if (p + 1 < end && (char_map[*p] == DT || char_map[*p] == SL) && IS_WORD(p[1]) &&
				((w->flags & ACM_W_DOTTED) || is_initial(w->text, w->len)))
				join = p + 1;
			if (o == ACM_NAME_MAX)
				break;
			continue;
		}

		switch (c)
		{
			case AN:
				pending_and = f->nwords > 0;
				if (end - p >= 5 && memcmp(p, "&amp;", 5) == 0)
					p += 4;
				break;
			case PL:
				if (f->nwords > 0 && IS_WORD(p[-1]))
				{
					const unsigned char *q = p;

					while (q < end && *q == '+')
						q++;
					if (q == end || !IS_WORD(*q))
					{
						for (; p < q && p[-1] != ' ' && f->len < ACM_NAME_MAX; p++)
							add_word(f, "plus", 4, depth > 0 ? group : 0);
						p = q;
						continue;
					}
				}
				pending_and = f->nwords > 0;
				break;
			case OP:
				if (depth++ == 0 && group < 255)
					group++;
				break;
			case CL:
				if (depth > 0)
					depth--;
				break;
			case CM:
				flags |= ACM_W_COMMA;
				break;
			case QU:
				flags |= ACM_W_QUOTE;
				break;
			case SL:
				flags |= ACM_W_SLASH;
				break;
			default:
				break;
		}
		p++;
	}
	f->ngroups = group;
}

/* See name_fold.h */
int
acm_fold_name(const char *text, size_t len, acm_fold *f)
{
	f->nwords = 0;
	f->len = 0;
	f->ngroups = 0;
	if (len <= ACM_NAME_INPUT_MAX)
	{
		const unsigned char *p = (const unsigned char *) text;

		if (is_ascii(p, len))
			split(p, p + len, f);
		else
		{
			char		buf[ACM_UNICODE_BUF];
			int			n = acm_fold_unicode(text, len, buf, sizeof(buf));

			p = (const unsigned char *) buf;
			split(p, p + n, f);
		}
	}
	/* a blank at the cut, or a name that was full before its first word */
	if (f->nwords == 0)
		f->len = 0;
	else
		f->len = (int) (f->words[f->nwords - 1].text - f->text) + f->words[f->nwords - 1].len;
	f->text[f->len] = '\0';
	return f->len;
}

/* See company.h */
int
acm_normalize_company(const char *text, size_t len, char *out)
{
	acm_fold	f;
	int			n = acm_fold_name(text, len, &f);

	memcpy(out, f.text, n + 1);
	return n;
}
