/*
 * scan.h
 *		What the bytes of a text are, one by one and 16 at a time. For domain.c
 *		alone.
 */
#ifndef ACM_SCAN_H
#define ACM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* What a byte is to the search for a host */
enum
{
	HOST,						/* letter, digit, - . _ */
	SPACE,						/* ends a value */
	LIST,						/* ends a value, but may stand in a path */
	SLASH,
	QUERY,						/* ? # */
	COLON,
	AT,
	ODD,						/* other printable ASCII: quotes, %, ... */
	FOLD						/* control characters, not ASCII: fold.h */
};

#define O ODD
#define F FOLD
#define S SPACE
#define H HOST
#define F16 F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F
static const uint8_t class_of[256] = {
	F, F, F, F, F, F, F, F, F, S, S, S, S, S, F, F,
	F, F, F, F, F, F, F, F, F, F, F, F, S, S, S, S,
	/* space ! " # $ % & ' ( ) * + , - . / */
	S, O, S, QUERY, O, O, O, O, LIST, LIST, O, O, LIST, H, H, SLASH,
	/* 0-9 : ; < = > ? */
	H, H, H, H, H, H, H, H, H, H, COLON, LIST, S, O, S, QUERY,
	AT, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	/* P-Z [ \ ] ^ _ */
	H, H, H, H, H, H, H, H, H, H, H, O, SLASH, O, O, H,
	O, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
	/* p-z { | } ~ DEL */
	H, H, H, H, H, H, H, H, H, H, H, LIST, LIST, LIST, O, F,
	F16, F16, F16, F16, F16, F16, F16, F16
};
#undef O
#undef F
#undef S
#undef H
#undef F16

/* The first bytes of a text, which hold the host nearly always */
#define WINDOW 64

typedef struct window
{
	uint64_t	other;			/* bit set: not a host character, or behind the end */
	uint64_t	dots;
	uint64_t	capitals;
} window;

#if defined(__SSE2__)
/*
 * Tell which of 16 bytes are host characters, dots and capitals.
 */
static inline void
scan16(__m128i v, int pos, uint64_t *host, uint64_t *dots, uint64_t *capitals)
{
	/* moved to the top of the signed range, where one comparison tells */
	__m128i		letter = _mm_cmpgt_epi8(_mm_add_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)),
													 _mm_set1_epi8(127 - 'z')),
										_mm_set1_epi8(127 - 26));
	__m128i		digit = _mm_cmpgt_epi8(_mm_add_epi8(v, _mm_set1_epi8(127 - '9')),
									   _mm_set1_epi8(127 - ('9' - '-' + 1)));
	__m128i		line = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));

	/* - . / 0..9 are neighbours; all but / are host characters */
	digit = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('/')), digit);
	*host |= (uint64_t) _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), line)) << pos;
	*dots |= (uint64_t) _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('.'))) << pos;

	/* capitals lack the bit 0x20, which is moved to where movemask looks */
	*capitals |= (uint64_t) _mm_movemask_epi8(_mm_andnot_si128(_mm_slli_epi16(v, 2), letter)) << pos;
}

/*
 * Load the 1..15 bytes of a short text, and nothing beyond.
 */
static inline __m128i
load_short(const char *t, size_t len)
{
	uint64_t	lo = 0;
	uint64_t	hi = 0;

	if (len >= 8)
	{
		memcpy(&lo, t, 8);
		memcpy(&hi, t + len - 8, 8);
		hi = len == 8 ? 0 : hi >> (8 * (16 - len));
	}
	else if (len >= 4)
	{
		uint32_t	a;
		uint32_t	b;

		memcpy(&a, t, 4);
		memcpy(&b, t + len - 4, 4);
		lo = a | (uint64_t) b << (8 * (len - 4));
	}
	else
	{
		lo = (unsigned char) t[0];
		lo |= (uint64_t) (unsigned char) t[len / 2] << (8 * (len / 2));
		lo |= (uint64_t) (unsigned char) t[len - 1] << (8 * (len - 1));
	}
	return _mm_set_epi64x((int64_t) hi, (int64_t) lo);
}

/*
 * Read the window.
 */
static inline void
acm_read_window(const char *text, size_t len, window *w)
{
	uint64_t	host = 0;
	uint64_t	dots = 0;
	uint64_t	capitals = 0;

	if (len > WINDOW)
		len = WINDOW;
	if (len >= 16)
	{
		/* most texts take two steps, which overlap unless there are more */
		scan16(_mm_loadu_si128((const __m128i *) text), 0, &host, &dots, &capitals);
		for (size_t pos = 16; pos + 16 < len; pos += 16)
			scan16(_mm_loadu_si128((const __m128i *) (text + pos)), (int) pos,
				   &host, &dots, &capitals);
		scan16(_mm_loadu_si128((const __m128i *) (text + len - 16)), (int) len - 16,
			   &host, &dots, &capitals);
	}
	else if (len > 0)
		scan16(load_short(text, len), 0, &host, &dots, &capitals);
	w->other = ~host;
	w->dots = dots;
	w->capitals = capitals;
}
#else
static inline void
acm_read_window(const char *text, size_t len, window *w)
{
	uint64_t	host = 0;
	uint64_t	dots = 0;
	uint64_t	capitals = 0;

	if (len > WINDOW)
		len = WINDOW;
	for (size_t i = 0; i < len; i++)
	{
		char		c = text[i];

		host |= (uint64_t) (class_of[(unsigned char) c] == HOST) << i;
		dots |= (uint64_t) (c == '.') << i;
		capitals |= (uint64_t) (c >= 'A' && c <= 'Z') << i;
	}
	w->other = ~host;
	w->dots = dots;
	w->capitals = capitals;
}
#endif

#endif							/* ACM_SCAN_H */
