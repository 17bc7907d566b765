/*
 * fold.c
 *		Text that is not plain ASCII, made fit for cutting hosts out of it.
 */
#include "normalize/fold.h"

#include <stdint.h>
#include <string.h>

#include "normalize/unicode.h"

/* Not a character: drop it */
#define DROP 0

/*
 * What a code point stands for between hosts: an ASCII character, DROP, or
 * itself.
 */
static uint32_t
fold(uint32_t c)
{
	if (c < 0x80)
	{
		/* tab to carriage return, and the separators that databases export */
		if ((c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F))
			return ' ';
		return c < 0x20 || c == 0x7F ? DROP : c;
	}
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFF01 + 0x21;
	if (c >= 0x2000 && c <= 0x200A)
		return ' ';
	if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || (c >= 0xFE00 && c <= 0xFE0F))
		return DROP;
	switch (c)
	{
		case 0x0085:			/* next line */
		case 0x00A0:			/* no-break space */
		case 0x1680:
		case 0x2022:			/* bullet */
		case 0x2028:			/* line and paragraph separators */
		case 0x2029:
		case 0x202F:
		case 0x205F:
		case 0x3000:
			return ' ';
		case 0x00AD:			/* soft hyphen */
		case 0x034F:			/* combining grapheme joiner */
		case 0x061C:			/* direction marks */
		case 0x200B:			/* zero-width space */
		case 0x200E:
		case 0x200F:
		case 0xFEFF:			/* byte order mark */
			return DROP;
		case 0x00AB:			/* double quotes */
		case 0x00BB:
		case 0x201C:
		case 0x201D:
		case 0x201E:
		case 0x201F:
		case 0x300C:
		case 0x300D:
			return '"';
		case 0x00B4:			/* single quotes */
		case 0x2018:
		case 0x2019:
		case 0x201A:
		case 0x201B:
		case 0x2039:
		case 0x203A:
			return '\'';
		case 0x3001:			/* ideographic comma */
		case 0xFF64:
			return ',';
		case 0x3002:			/* ideographic full stop, a dot to UTS-46 */
		case 0xFF61:
			return '.';
		case 0x3008:			/* brackets */
		case 0x300A:
		case 0x3010:
		case 0x27E8:
			return '<';
		case 0x3009:
		case 0x300B:
		case 0x3011:
		case 0x27E9:
			return '>';
		default:
			return c;
	}
}

size_t
acm_fold_text(const char *text, size_t len, char *out)
{
	const unsigned char *s = (const unsigned char *) text;
	const unsigned char *end = s + len;
	size_t		n = 0;

	while (s < end)
	{
		uint32_t	c = acm_utf8_next(&s, end);

		if (c == UINT32_MAX)
		{
			out[n++] = (char) 0xFF;
			continue;
		}
		c = fold(c);
		if (c == DROP)
			continue;

		/* a joiner has no meaning behind ASCII; UTS-46 judges the others */
		if ((c == 0x200C || c == 0x200D) && (n == 0 || (unsigned char) out[n - 1] < 0x80))
			continue;
		n += (size_t) acm_utf8_put(c, out + n);
	}
	return n;
}

size_t
acm_drop_joiners(char *text, size_t len)
{
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
	{
		if (len - i >= 3 && (memcmp(text + i, "\xE2\x80\x8C", 3) == 0 || memcmp(text + i, "\xE2\x80\x8D", 3) == 0))
			i += 2;
		else
			text[n++] = text[i];
	}
	return n;
}
