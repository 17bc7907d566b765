/*
 * scan_check.c
 *		The masks of acm_read_window, which reads 16 bytes at a time where the
 *		machine can, beside the table that tells of one byte. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>

#include "normalize/scan.h"

/*
 * Whether all three masks are what the table says of text[0..len).
 */
static bool
right(const char *text, size_t len)
{
	window		w;
	window		want = {~UINT64_C(0), 0, 0};

	acm_read_window(text, len, &w);
	for (size_t i = 0; i < len && i < WINDOW; i++)
	{
		if (class_of[(unsigned char) text[i]] == HOST)
			want.other &= ~(UINT64_C(1) << i);
		if (text[i] == '.')
			want.dots |= UINT64_C(1) << i;
		if (text[i] >= 'A' && text[i] <= 'Z')
			want.capitals |= UINT64_C(1) << i;
	}
	return w.other == want.other && w.dots == want.dots && w.capitals == want.capitals;
}

int
main(void)
{
	int			wrong = 0;
	int			host = 0;

	/* every byte at every place of a text of every length, in memory of that length */
	for (size_t len = 0; len <= 80; len++)
	{
		for (size_t at = 0; at < len; at++)
		{
			char	   *text = malloc(len);

			for (int byte = 0; byte < 256; byte++)
			{
				for (size_t i = 0; i < len; i++)
					text[i] = "a.Z/-_@9 \xC3"[i % 10];
				text[at] = (char) byte;
				wrong += !right(text, len);
			}
			free(text);
		}
	}
	printf("%s 1 - masks of every byte at every place\n", wrong == 0 && right("", 0) ? "ok" : "not ok");

	for (int byte = 0; byte < 256; byte++)
	{
		bool		is = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			(byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';

		host += (class_of[byte] == HOST) == is;
	}
	printf("%s 2 - host characters are letters, digits, hyphen, dot and underscore\n1..2\n",
		   host == 256 ? "ok" : "not ok");
	return wrong != 0 || host != 256;
}
