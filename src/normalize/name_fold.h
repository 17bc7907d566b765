/*
 * name_fold.h
 *		A company's name as words: case, accents, punctuation and width folded
 *		away, in any script. Pure C: no server header, no setting.
 *
 * Folding is Unicode's NFKC_Casefold (UAX 31, 5.3; UTR 44), restricted to the
 * code points of ACM_UNICODE_VERSION, and after it diacritics of Latin, Greek
 * and Cyrillic letters and the points of Arabic and Hebrew taken off.
 */
#ifndef ACM_NAME_FOLD_H
#define ACM_NAME_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "normalize/company.h"

/* ACM_NAME_MAX bytes hold at most this many words */
#define ACM_WORDS_MAX (ACM_NAME_MAX / 2)

/* What stood around a word, in acm_word.flags */
#define ACM_W_DOTTED	0x01	/* initials, joined: S.A., A/S */
#define ACM_W_SLASHED	0x02	/* initials, at least one joined by a slash */
#define ACM_W_COMMA		0x04	/* a comma right before */
#define ACM_W_SLASH		0x08	/* a slash before: CORP /DE/ */
#define ACM_W_QUOTE		0x10	/* a double quote before: SIA "Acme" */
#define ACM_W_DOT_AFTER	0x20	/* a dot right after: Tech. */
#define ACM_W_STATIC	0x40	/* not in acm_fold.text: a sign or an abbreviation written out */
#define ACM_W_DASH		0x80	/* a dash between blanks before, or a bar */

typedef struct acm_word
{
	const char *text;			/* not NUL-terminated */
	uint16_t	len;			/* bytes, at least 1 */
	uint8_t		flags;
	uint8_t		group;			/* number of the bracket it stands in, 0 for none */
} acm_word;

/* Longer names are none (8 kB) */
#define ACM_NAME_INPUT_MAX 8192

/* Room for what ICU makes of ACM_NAME_INPUT_MAX bytes; the rest is cut */
#define ACM_FOLD_BUF 16384

typedef struct acm_fold
{
	int			nwords;
	int			ngroups;		/* brackets seen, at most 255 */
	int			len;			/* bytes of all words and a blank between two */
	int			nplain;			/* words[0..nplain) stand in text as they are written out */
	bool		letters;		/* whether a word is a single byte */
	uint8_t		flags;			/* of any word, without ACM_W_DOT_AFTER */
	acm_word	words[ACM_WORDS_MAX];	/* point into text */
	char		text[ACM_FOLD_BUF + 16];	/* sixteen bytes can be read from any word */
} acm_fold;

/*
 * Fold UTF-8 text[0..len). Returns f->len, at most ACM_NAME_MAX, 0 if there
 * is no letter or digit, or if the text is too long. Bytes that are no valid UTF-8
 * count as blanks. Allocates nothing, but the first text beyond ASCII opens
 * ICU's normalizers, which stay for the process.
 */
extern int	acm_fold_name(const char *text, size_t len, acm_fold *f);

/*
 * Write words to out (ACM_NAME_BUF bytes), a blank between two and a NUL
 * behind; from the first that does not fit on they are left out. Returns the
 * length; *nwords becomes the number written.
 */
extern int	acm_write_words(const acm_word *words, int *nwords, char *out);

/* The same for words that stand in acm_fold.text as they are written out: first to last */
extern int	acm_write_plain(const acm_word *first, const acm_word *last, char *out);

/*
 * The part of acm_fold_name that is beyond ASCII: writes to out (of size
 * outsize) folded letters as UTF-8, everything else as ASCII punctuation.
 * Returns the bytes written; what does not fit is cut.
 */
extern int	acm_fold_unicode(const char *text, size_t len, char *out, int outsize);

#endif							/* ACM_NAME_FOLD_H */
