/*
 * ipaddr.c
 *		IP addresses as hosts, in the forms of the WHATWG URL standard.
 */
#include "normalize/host.h"

/*
 * The value of a hexadecimal digit, or -1.
 */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Read one part of an IPv4 address: 0x hexadecimal, 0 octal, else decimal.
 * "0x" alone is 0. Values over 32 bits stay over 32 bits.
 */
static bool
ipv4_number(const char *s, int len, uint64_t *value)
{
	int			base = 10;

	if (len == 0)
		return false;
	if (len >= 2 && s[0] == '0' && s[1] == 'x')
	{
		base = 16;
		s += 2;
		len -= 2;
	}
	else if (len >= 2 && s[0] == '0')
	{
		base = 8;
		s++;
		len--;
	}
	*value = 0;
	for (int i = 0; i < len; i++)
	{
		int			digit = hex_value(s[i]);

		if (digit < 0 || digit >= base)
			return false;
		if (*value <= UINT32_MAX)
			*value = *value * base + digit;
	}
	return true;
}

bool
acm_ends_in_number(const char *label, int len)
{
	uint64_t	value;
	int			i = 0;

	while (i < len && label[i] >= '0' && label[i] <= '9')
		i++;
	return i == len || ipv4_number(label, len, &value);
}

int
acm_ipv4_parse(const char *host, int len, uint32_t *ip)
{
	uint64_t	part[4];
	int			parts = 0;
	int			start = 0;

	for (int i = 0; i <= len; i++)
	{
		if (i < len && host[i] != '.')
			continue;
		if (parts == 4 || !ipv4_number(host + start, i - start, &part[parts]))
			return 0;
		parts++;
		start = i + 1;
	}

	/* the last part fills what the others leave */
	if (part[parts - 1] >= (uint64_t) 1 << (8 * (5 - parts)))
		return 0;
	*ip = (uint32_t) part[parts - 1];
	for (int i = 0; i < parts - 1; i++)
	{
		if (part[i] > 255)
			return 0;
		*ip |= (uint32_t) part[i] << (8 * (3 - i));
	}
	return parts;
}

/*
 * Read the dotted decimal tail of an IPv6 address: exactly four numbers up to
 * 255, without leading zeros.
 */
static bool
ipv6_tail(const char *s, int len, uint16_t *piece)
{
	int			i = 0;

	for (int n = 0; n < 4; n++)
	{
		int			value = 0;
		int			start;

		if (n > 0 && (i >= len || s[i++] != '.'))
			return false;
		start = i;
		while (i < len && s[i] >= '0' && s[i] <= '9')
		{
			if (i > start && value == 0)
				return false;
			value = value * 10 + (s[i++] - '0');
			if (value > 255)
				return false;
		}
		if (i == start)
			return false;
		piece[n / 2] = (uint16_t) (n % 2 ? piece[n / 2] | value : value << 8);
	}
	return i == len;
}

bool
acm_ipv6_parse(const char *text, int len, uint16_t piece[8])
{
	uint16_t	found[8] = {0};
	int			n = 0;
	int			gap = -1;
	int			i = 0;

	if (len >= 2 && text[0] == ':' && text[1] == ':')
	{
		gap = 0;
		i = 2;
	}
	while (i < len)
	{
		int			start = i;
		int			value = 0;

		if (n == 8)
			return false;
		while (i < len && i - start < 4 && hex_value(text[i]) >= 0)
			value = value * 16 + hex_value(text[i++]);
		if (i < len && text[i] == '.')
		{
			if (n > 6 || !ipv6_tail(text + start, len - start, &found[n]))
				return false;
			n += 2;
			break;
		}
		if (i == start)
			return false;
		found[n++] = (uint16_t) value;
		if (i == len)
			break;
		if (text[i++] != ':' || i == len)
			return false;
		if (text[i] == ':')
		{
			if (gap >= 0)
				return false;
			gap = n;
			i++;
		}
	}
	if (gap < 0 ? n != 8 : n == 8)
		return false;
	for (int j = 0; j < 8; j++)
		piece[j] = gap < 0 || j < gap ? found[j] :
			j < 8 - (n - gap) ? 0 : found[j - (8 - n)];
	return true;
}

/*
 * Write a number in decimal; returns the length.
 */
static int
put_decimal(int value, char *out)
{
	int			n = 0;

	if (value > 99)
		out[n++] = (char) ('0' + value / 100);
	if (value > 9)
		out[n++] = (char) ('0' + value / 10 % 10);
	out[n++] = (char) ('0' + value % 10);
	return n;
}

int
acm_ipv4_print(uint32_t ip, char *out)
{
	int			n = 0;

	for (int shift = 24; shift >= 0; shift -= 8)
	{
		n += put_decimal(ip >> shift & 255, out + n);
		if (shift > 0)
			out[n++] = '.';
	}
	return n;
}

int
acm_ipv6_print(const uint16_t piece[8], char *out)
{
	int			gap = -1;
	int			gap_len = 1;	/* a single zero is not shortened */
	int			n = 0;

	for (int i = 0; i < 8; i++)
	{
		int			j = i;

		while (j < 8 && piece[j] == 0)
			j++;
		if (j - i > gap_len)
		{
			gap = i;
			gap_len = j - i;
		}
	}
	out[n++] = '[';
	for (int i = 0; i < 8; i++)
	{
		bool		begun = false;

		if (i == gap)
		{
			out[n++] = ':';
			if (i == 0)
				out[n++] = ':';
			i += gap_len - 1;
			continue;
		}
		for (int shift = 12; shift >= 0; shift -= 4)
		{
			int			digit = piece[i] >> shift & 15;

			if (digit != 0 || shift == 0)
				begun = true;
			if (begun)
				out[n++] = "0123456789abcdef"[digit];
		}
		if (i < 7)
			out[n++] = ':';
	}
	out[n++] = ']';
	return n;
}
