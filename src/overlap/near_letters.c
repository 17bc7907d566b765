/*
 * near_letters.c
 *		A name's letters at a glance.
 */
#include "postgres.h"

#include "overlap/near_letters.h"

/* A name's letters at a glance; see the header */
uint32
acm_letters_of(const char *name, int len)
{
	uint32		set = 0;
	uint32		n = 0;
	uint32		letter = 0;

	for (int i = 0; i < len; i++)
	{
		unsigned char c = name[i];

		if (c == ' ')
			continue;
		n++;
		/* bytes 10xxxxxx continue a letter of UTF-8 */
		letter = (c & 0xc0) == 0x80 ? letter * 31 + c : c;
		if (i + 1 == len || ((unsigned char) name[i + 1] & 0xc0) != 0x80)
			set |= UINT32_C(1) << (letter % 24);
	}
	return set << 8 | (n & 0xff);
}
