/*
 * check_digit.c
 *		Check digits that several registries share.
 */
#include "check_digit.h"

#include <string.h>

/* Whether n characters are all digits */
bool
acm_digits(const char *s, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (s[i] < '0' || s[i] > '9')
			return false;
	}
	return true;
}

/* Value of n digits */
long long
acm_number(const char *s, int n)
{
	long long	value = 0;

	for (int i = 0; i < n; i++)
		value = value * 10 + (s[i] - '0');
	return value;
}

/* Sum of digits times weights */
int
acm_weighted(const char *s, const signed char *weights, int n)
{
	int			sum = 0;

	for (int i = 0; i < n; i++)
		sum += weights[i] * (s[i] - '0');
	return sum;
}

/* Luhn's sum modulo 10: every second digit from the right counts double, less 9 if over 9 */
int
acm_luhn(const char *s, int n)
{
	int			sum = 0;

	for (int i = 0; i < n; i++)
	{
		int			digit = s[n - 1 - i] - '0';

		if (i % 2 == 1)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10;
}

/* ISO/IEC 7064, MOD 11,10 */
bool
acm_mod_11_10(const char *s, int n)
{
	int			product = 10;

	for (int i = 0; i < n - 1; i++)
	{
		int			sum = (s[i] - '0' + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (product + s[n - 1] - '0') % 10 == 1;
}

/* ISO/IEC 7064, MOD 97-10 */
int
acm_mod_97(const char *s)
{
	int			rest = 0;

	for (; *s; s++)
	{
		if (*s >= '0' && *s <= '9')
			rest = (rest * 10 + (*s - '0')) % 97;
		else
			rest = (rest * 100 + (*s - 'A' + 10)) % 97;
	}
	return rest;
}

/* Whether a text is only digits that nobody was given */
bool
acm_placeholder_digits(const char *s)
{
	int			n = (int) strlen(s);
	int			step = n > 1 ? (s[1] - s[0] + 10) % 10 : 0;

	if (!acm_digits(s, n))
		return false;
	if (strspn(s, "0") == (size_t) n)
		return true;
	if (n < 6 || !(step == 0 || step == 1 || step == 9))
		return false;
	for (int i = 1; i < n; i++)
	{
		if ((s[i] - s[i - 1] + 10) % 10 != step)
			return false;
	}
	return true;
}
