/*
 * identifier.c
 *		Registry identifiers: one table of schemes, one function each.
 */
#include "identifier.h"

#include <stdbool.h>
#include <string.h>

#include "check_digit.h"
#include "vat.h"

#define INPUT_MAX 8192

static const char *const WRONG_LENGTH = "it does not have the length of such an identifier";
static const char *const NOT_DIGITS = "it holds something other than digits";
static const char *const WRONG_CHECK = "its check digit is wrong";
static const char *const PLACEHOLDER = "it is a placeholder, nobody's number";

/*
 * Each takes the cleaned text (NUL-terminated, len bytes), writes the
 * canonical form to out and returns its length, or 0 and a reason.
 */
typedef int (*scheme_fn) (const char *s, int len, char *out, const char **why);

typedef struct scheme
{
	const char *name;
	const char *label;			/* written in front of a value, dropped */
	const char *title;
	scheme_fn	normalize;
} scheme;

/* Refuse with a reason */
static int
refuse(const char **why, const char *reason)
{
	*why = reason;
	return 0;
}

/* Copy s as it stands */
static int
accept(const char *s, int len, char *out)
{
	memcpy(out, s, len + 1);
	return len;
}

/* Whether exactly n digits stand there that are no placeholder */
static bool
plain_digits(const char *s, int len, int n, const char **why)
{
	if (!acm_digits(s, len))
		*why = NOT_DIGITS;
	else if (len != n)
		*why = WRONG_LENGTH;
	else if (acm_placeholder_digits(s))
		*why = PLACEHOLDER;
	else
		return true;
	return false;
}

/* ISO 17442-1: 18 letters and digits, two check digits by ISO/IEC 7064 MOD 97-10 */
static int
normalize_lei(const char *s, int len, char *out, const char **why)
{
	if (len != 20)
		return refuse(why, WRONG_LENGTH);
	if (strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 20 || !acm_digits(s + 18, 2))
		return refuse(why, "an LEI is 18 letters and digits, then two check digits");
	if (acm_mod_97(s) != 1)
		return refuse(why, WRONG_CHECK);
	if (strspn(s, (char[]) {s[0], '\0'}) >= 18)
		return refuse(why, PLACEHOLDER);
	return accept(s, len, out);
}

/*
 * Nine digits. Dun & Bradstreet gave up the check digit, so nothing could tell
 * a number that lost its leading zeros from a wrong one: shorter ones are not
 * filled up.
 */
static int
normalize_duns(const char *s, int len, char *out, const char **why)
{
	if (len < 9 && acm_digits(s, len))
		return refuse(why, "a D-U-N-S number has nine digits; a spreadsheet may have dropped leading zeros");
	return plain_digits(s, len, 9, why) ? accept(s, len, out) : 0;
}

/* INSEE: nine digits by Luhn's formula */
static int
normalize_siren(const char *s, int len, char *out, const char **why)
{
	if (!plain_digits(s, len, 9, why))
		return 0;
	return acm_luhn(s, 9) == 0 ? accept(s, len, out) : refuse(why, WRONG_CHECK);
}

/*
 * INSEE: a SIREN and five digits of the establishment, by Luhn's formula. La
 * Poste ran out of those and has, at SIREN 356000000, numbers whose digits
 * sum up to a multiple of five instead.
 */
static int
normalize_siret(const char *s, int len, char *out, const char **why)
{
	int			sum = 0;

	if (!plain_digits(s, len, 14, why))
		return 0;
	if (acm_luhn(s, 9) != 0 || acm_number(s, 9) == 0)
		return refuse(why, "its first nine digits are no SIREN");
	for (int i = 0; i < 14; i++)
		sum += s[i] - '0';
	if (acm_luhn(s, 14) == 0 || (memcmp(s, "356000000", 9) == 0 && sum % 5 == 0))
		return accept(s, len, out);
	return refuse(why, WRONG_CHECK);
}

/*
 * Companies House: eight characters, of which up to two letters in front tell
 * the register, and registered societies may end in letters. Leading zeros of
 * the number are often left out, and put back here.
 */
static int
normalize_uk_company(const char *s, int len, char *out, const char **why)
{
	/* Companies House, "Company number prefixes" of its URI guide and API documentation */
	static const char registers[][3] = {
		"AC", "CE", "CS", "ES", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP",
		"NA", "NC", "NF", "NI", "NL", "NO", "NP", "NR", "NV", "NZ", "OC", "OE",
		"PC", "R", "RC", "RS", "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO",
		"SP", "SR", "SZ", "ZC"
	};
	int			letters = (int) strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	int			digits;
	int			tail;
	bool		known = letters == 0;

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
	{
		if ((int) strlen(registers[i]) == letters && memcmp(s, registers[i], letters) == 0)
			known = true;
	}
	if (!known)
		return refuse(why, "its letters are no register of Companies House");
	digits = (int) strspn(s + letters, "0123456789");
	tail = len - letters - digits;
	if (digits == 0 || strspn(s + letters + digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != (size_t) tail)
		return refuse(why, "a company number is up to two letters, then digits");
	/* `IP12345R`: only numbers that are complete may end in letters */
	if (len > 8 || tail > 3 || (tail > 0 && (len != 8 || letters != 2)))
		return refuse(why, WRONG_LENGTH);
	if (acm_number(s + letters, digits) == 0 || (letters == 0 && acm_placeholder_digits(s)))
		return refuse(why, PLACEHOLDER);
	memcpy(out, s, letters);
	memset(out + letters, '0', 8 - len);
	memcpy(out + letters + 8 - len, s + letters, digits + tail + 1);
	return 8;
}

/* SEC: a number of up to ten digits, written with all ten in EDGAR's addresses */
static int
normalize_cik(const char *s, int len, char *out, const char **why)
{
	if (!acm_digits(s, len))
		return refuse(why, NOT_DIGITS);
	if (len > 10)
		return refuse(why, WRONG_LENGTH);
	if (acm_placeholder_digits(s))
		return refuse(why, PLACEHOLDER);
	memset(out, '0', 10 - len);
	memcpy(out + 10 - len, s, len + 1);
	return 10;
}

/* IRS: nine digits, of which the first two tell the office that gave it */
static int
normalize_ein(const char *s, int len, char *out, const char **why)
{
	/* IRS, "How EINs are assigned and valid EIN prefixes": these are none */
	static const char unassigned[][3] = {
		"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70",
		"78", "79", "89", "96", "97"
	};

	if (!plain_digits(s, len, 9, why))
		return 0;
	for (size_t i = 0; i < sizeof(unassigned) / sizeof(unassigned[0]); i++)
	{
		if (memcmp(s, unassigned[i], 2) == 0)
			return refuse(why, "its first two digits were never assigned");
	}
	return accept(s, len, out);
}

/* Australian Business Register: eleven digits, weighted, less one in the first, modulo 89 */
static int
normalize_abn(const char *s, int len, char *out, const char **why)
{
	static const signed char weights[11] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};

	if (!plain_digits(s, len, 11, why))
		return 0;
	/* the two check digits are at least 11 */
	if (acm_number(s, 2) < 11 || (acm_weighted(s, weights, 11) - 10) % 89 != 0)
		return refuse(why, WRONG_CHECK);
	return accept(s, len, out);
}

/* VAT numbers have a file of their own */
static int
normalize_vat(const char *s, int len, char *out, const char **why)
{
	(void) len;
	return acm_vat(s, out, why);
}

/* In the order of their names */
static const scheme schemes[] = {
	{"abn", "ABN", "Australian Business Number", normalize_abn},
	{"cik", "CIK", "Central Index Key of the SEC", normalize_cik},
	{"duns", "DUNS", "D-U-N-S number of Dun & Bradstreet", normalize_duns},
	{"ein", "EIN", "Employer Identification Number of the IRS", normalize_ein},
	{"lei", "LEI", "Legal Entity Identifier, ISO 17442", normalize_lei},
	{"siren", "SIREN", "French enterprise, INSEE", normalize_siren},
	{"siret", "SIRET", "French establishment, INSEE", normalize_siret},
	{"uk_company", NULL, "company number of Companies House", normalize_uk_company},
	{"vat", "VAT", "VAT number with its country prefix: European Union, CH, GB, NO, XI", normalize_vat},
};

/* How many schemes there are */
int
acm_identifier_schemes(void)
{
	return (int) (sizeof(schemes) / sizeof(schemes[0]));
}

/* Name of a scheme */
const char *
acm_identifier_name(int scheme)
{
	return schemes[scheme].name;
}

/* What a scheme is */
const char *
acm_identifier_title(int scheme)
{
	return schemes[scheme].title;
}

/* The scheme of a name, whatever its case */
int
acm_identifier_scheme(const char *name, size_t len)
{
	for (int i = 0; i < acm_identifier_schemes(); i++)
	{
		size_t		j = 0;

		while (j < len && schemes[i].name[j] != '\0' &&
			   (name[j] >= 'A' && name[j] <= 'Z' ? name[j] + 32 : name[j]) == schemes[i].name[j])
			j++;
		if (j == len && schemes[i].name[j] == '\0')
			return i;
	}
	return -1;
}

/*
 * Read one character of UTF-8 that may stand in an identifier or between its
 * parts. Returns the number of bytes, 0 if it may not; *c is the upper case
 * character, or 0 for a separator. Beyond ASCII these are the spaces, dashes
 * and invisible characters that spreadsheets and web pages put in, and the
 * full-width forms (U+FF01..U+FF5E).
 */
static int
read_character(const unsigned char *s, size_t len, char *c)
{
	unsigned int cp = s[0];
	int			n = 1;

	if (cp >= 0xC2 && cp <= 0xDF && len >= 2 && (s[1] & 0xC0) == 0x80)
	{
		cp = (cp & 0x1F) << 6 | (s[1] & 0x3F);
		n = 2;
	}
	else if ((cp & 0xF0) == 0xE0 && len >= 3 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80)
	{
		cp = (cp & 0x0F) << 12 | (s[1] & 0x3F) << 6 | (s[2] & 0x3F);
		n = 3;
	}
	else if (cp >= 0x80)
		return 0;
	*c = 0;
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFF01 - '!';
	if (cp >= 'a' && cp <= 'z')
		cp -= 'a' - 'A';
	if ((cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || cp == '+' || cp == '*')
		*c = (char) cp;
	else if (cp < 0x80)
		return cp != 0 && strchr(" \t\r\n.,:;/-_'\"()[]#=`", (int) cp) != NULL ? n : 0;
	else if (!(cp == 0xA0 || cp == 0xAD || cp == 0xB7 || cp == 0x3000 || cp == 0xFEFF || cp == 0x2212 ||
			   (cp >= 0x2000 && cp <= 0x2015) || cp == 0x2018 || cp == 0x2019 || cp == 0x202F || cp == 0x2060))
		return 0;
	return n;
}

/* Letters and digits of the text, without a label in front */
int
acm_clean_identifier(int scheme, const char *text, size_t len, char *out, const char **why)
{
	const char *label = schemes[scheme].label;
	const char *ignored;
	size_t		n = 0;

	if (why == NULL)
		why = &ignored;
	out[0] = '\0';
	if (len > INPUT_MAX)
		return refuse(why, "it is longer than 8 kB");

	/* `320193.0`: a number that went through a floating-point column */
	if (len > 2 && text[len - 1] == '0' && text[len - 2] == '.' && acm_digits(text, (int) len - 2))
		len -= 2;
	while (len > 0)
	{
		char		c;
		int			bytes = read_character((const unsigned char *) text, len, &c);

		if (bytes == 0 || (c != 0 && n == ACM_IDENTIFIER_BUF - 1))
		{
			out[0] = '\0';
			return refuse(why, bytes == 0 ? "it holds a character that no identifier has" : WRONG_LENGTH);
		}
		if (c != 0)
			out[n++] = c;
		text += bytes;
		len -= bytes;
	}
	out[n] = '\0';
	if (label != NULL && strncmp(out, label, strlen(label)) == 0)
	{
		n -= strlen(label);
		memmove(out, out + strlen(label), n + 1);
	}
	if (n == 0)
		*why = "it is empty";
	return (int) n;
}

/* Canonical form of an identifier */
int
acm_normalize_identifier(int scheme, const char *text, size_t len, char *out, const char **why)
{
	char		clean[ACM_IDENTIFIER_BUF];
	const char *ignored;
	int			n;

	if (why == NULL)
		why = &ignored;
	*why = NULL;
	out[0] = '\0';
	n = acm_clean_identifier(scheme, text, len, clean, why);
	return n == 0 ? 0 : schemes[scheme].normalize(clean, n, out, why);
}
