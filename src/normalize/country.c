/*
 * country.c
 *		The country that a list's text stands for.
 */
#include <string.h>

#include "normalize/country.h"
#include "normalize/generated/countries.h"

/* No country has a name of more bytes */
#define NAME_MAX_BYTES 128

/* The country that a text names; see the header */
acm_country
acm_country_of(const char *text, size_t len)
{
	char		key[NAME_MAX_BYTES];
	size_t		n = 0;
	size_t		low = 0;
	size_t		high = sizeof(countries) / sizeof(countries[0]);

	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
		{
			if (n == NAME_MAX_BYTES - 1)
				return 0;
			key[n++] = c;
		}
	}
	key[n] = '\0';

	while (low < high)
	{
		size_t		mid = (low + high) / 2;
		int			cmp = strcmp(key, countries[mid].name);

		if (cmp == 0)
			return ((acm_country) (unsigned char) countries[mid].code[0] << 8) |
				(unsigned char) countries[mid].code[1];
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}
