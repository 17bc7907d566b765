/*
 * unicode.h
 *		Text under one pinned version of Unicode, whatever ICU is installed.
 *		Pure C: no server header, no setting.
 */
#ifndef ACM_UNICODE_H
#define ACM_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a code point was assigned in ACM_UNICODE_VERSION (from DerivedAge) */
extern bool acm_unicode_assigned(uint32_t cp);

/* Results of acm_unicode_idna that are no code point */
#define ACM_IDNA_IGNORED	(-1)
#define ACM_IDNA_DISALLOWED (-2)

/*
 * What to give to UTS-46 for a code point: itself, or where its mapping changed
 * after the pinned version (data/idna_changes.txt), what it is mapped to; or
 * ACM_IDNA_IGNORED, or ACM_IDNA_DISALLOWED, which unassigned ones are too.
 */
extern int32_t acm_unicode_idna(uint32_t cp);

/*
 * Read one code point of UTF-8 text at *p, which is before end, and move *p
 * behind it. Returns UINT32_MAX, and moves by one byte, where the text is not
 * well-formed (Unicode 15.0, table 3-7).
 */
static inline uint32_t
acm_utf8_next(const unsigned char **p, const unsigned char *end)
{
	const unsigned char *s = *p;
	uint32_t	c = *s;
	uint32_t	least;
	int			more;

	*p = s + 1;
	if (c < 0x80)
		return c;
	if (c >= 0xC2 && c <= 0xDF)
		c &= 0x1F, more = 1, least = 0x80;
	else if (c >= 0xE0 && c <= 0xEF)
		c &= 0x0F, more = 2, least = 0x800;
	else if (c >= 0xF0 && c <= 0xF4)
		c &= 0x07, more = 3, least = 0x10000;
	else
		return UINT32_MAX;
	if (end - s <= more)
		return UINT32_MAX;
	for (int i = 1; i <= more; i++)
	{
		if ((s[i] & 0xC0) != 0x80)
			return UINT32_MAX;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return UINT32_MAX;
	*p = s + more + 1;
	return c;
}

/* Write a code point as UTF-8 to out; returns the length, 1..4 */
static inline int
acm_utf8_put(uint32_t c, char *out)
{
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xC0 | c >> 6);
		out[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (char) (0xE0 | c >> 12);
		out[1] = (char) (0x80 | (c >> 6 & 0x3F));
		out[2] = (char) (0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | c >> 18);
	out[1] = (char) (0x80 | (c >> 12 & 0x3F));
	out[2] = (char) (0x80 | (c >> 6 & 0x3F));
	out[3] = (char) (0x80 | (c & 0x3F));
	return 4;
}

#endif							/* ACM_UNICODE_H */
