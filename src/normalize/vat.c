/*
 * vat.c
 *		VAT numbers, country by country.
 *
 * Formats are those of the European Commission's VIES ("VAT identification
 * number structure") and of HMRC, the Swiss Federal Tax Administration and
 * the Norwegian Brønnøysund register; check digits those of the
 * Commission's "VIES VAT number algorithms" and of the national registers.
 */
#include "vat.h"

#include <stdbool.h>
#include <string.h>

#include "check_digit.h"
#include "identifier.h"

/* Each takes the number without its prefix, in one of the country's forms */
typedef bool (*vat_check) (const char *s, int n);

typedef struct vat_country
{
	const char *prefix;
	const char *forms;			/* separated by spaces: 9 digit, L letter, X either, S also + and *, else itself */
	vat_check	check;
} vat_country;

/* Weights that count down to 2, from the left */
static const signed char down[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
#define DOWN(n) (down + 9 - (n))	/* n of them */

/* Remainder that is never negative */
static int
mod(int a, int b)
{
	int			r = a % b;

	return r < 0 ? r + b : r;
}

/* Value of one digit */
static int
at(const char *s, int i)
{
	return s[i] - '0';
}

/* Whether a month, less its offset for century or sex, has such a day */
static bool
birth_date(int month, int day)
{
	static const signed char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* Czech and Slovak birth number: month plus 50 for women, plus 20 when a day's numbers ran out; from 1954 divisible by 11 */
static bool
birth_number(const char *s, int n)
{
	int			month = (int) acm_number(s + 2, 2) % 50 % 20;

	if (!birth_date(month, (int) acm_number(s + 4, 2)))
		return false;
	if (n == 9)
		return acm_number(s, 2) < 54 || acm_number(s, 2) >= 80;
	/* until 1985 a remainder of 10 was written 0 */
	return acm_number(s, 9) % 11 % 10 == at(s, 9);
}

/* Austria: Luhn's sum of the first seven digits, and 4 more */
static bool
check_at(const char *s, int n)
{
	return mod(6 - acm_luhn(s + 1, 7), 10) == at(s, n - 1);
}

/* Belgium: the last two digits make up the first eight to a multiple of 97 */
static bool
check_be(const char *s, int n)
{
	return s[0] <= '1' && (acm_number(s, n - 2) + acm_number(s + n - 2, 2)) % 97 == 0;
}

/* Bulgaria: nine digits of an entity; ten of a person, a foreigner or others, each with weights of its own */
static bool
check_bg(const char *s, int n)
{
	static const signed char entity[] = {1, 2, 3, 4, 5, 6, 7, 8};
	static const signed char entity_again[] = {3, 4, 5, 6, 7, 8, 9, 10};
	static const signed char person[] = {2, 4, 8, 5, 10, 9, 7, 3, 6};
	static const signed char foreigner[] = {21, 19, 17, 13, 11, 9, 7, 3, 1};
	static const signed char other[] = {4, 3, 2, 7, 6, 5, 4, 3, 2};
	int			last = at(s, n - 1);

	if (n == 9)
	{
		int			sum = acm_weighted(s, entity, 8) % 11;

		if (sum == 10)
			sum = acm_weighted(s, entity_again, 8) % 11;
		return sum % 10 == last;
	}
	/* the month of a birth date is 20 more before 1900 and 40 more from 2000 on */
	if (acm_weighted(s, person, 9) % 11 % 10 == last &&
		birth_date((int) acm_number(s + 2, 2) % 20, (int) acm_number(s + 4, 2)))
		return true;
	return acm_weighted(s, foreigner, 9) % 10 == last ||
		mod(-acm_weighted(s, other, 9), 11) == last;
}

/* Cyprus: every second digit through a table, the sum is a letter */
static bool
check_cy(const char *s, int n)
{
	static const signed char odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
	int			sum = 0;

	for (int i = 0; i < 8; i++)
		sum += i % 2 == 0 ? odd[at(s, i)] : at(s, i);
	return memcmp(s, "12", 2) != 0 && s[n - 1] == 'A' + sum % 26;
}

/* Czechia: eight digits of an entity; nine that begin with 6; or a birth number */
static bool
check_cz(const char *s, int n)
{
	if (n == 8)
	{
		int			check = mod(-acm_weighted(s, DOWN(7), 7), 11);

		return s[0] != '9' && (check == 0 ? 1 : check % 10) == at(s, 7);
	}
	if (n == 9 && s[0] == '6')
		return mod(8 - mod(10 - acm_weighted(s + 1, DOWN(7), 7) % 11, 11), 10) == at(s, 8);
	return birth_number(s, n);
}

/* Germany: ISO/IEC 7064, MOD 11,10 */
static bool
check_de(const char *s, int n)
{
	return s[0] != '0' && acm_mod_11_10(s, n);
}

/* Denmark: weights modulo 11 */
static bool
check_dk(const char *s, int n)
{
	static const signed char weights[] = {2, 7, 6, 5, 4, 3, 2, 1};

	return s[0] != '0' && acm_weighted(s, weights, n) % 11 == 0;
}

/* Estonia: weights modulo 10 */
static bool
check_ee(const char *s, int n)
{
	static const signed char weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};

	return acm_weighted(s, weights, n) % 10 == 0;
}

/* Greece: powers of two modulo 11, 10 is 0 */
static bool
check_el(const char *s, int n)
{
	int			sum = 0;

	/* weights are powers of two */
	for (int i = 0; i < n - 1; i++)
		sum = sum * 2 + at(s, i);
	return sum * 2 % 11 % 10 == at(s, n - 1);
}

/* Letter of a Spanish person's number */
static bool
spanish_letter(int number, char letter)
{
	return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter;
}

/* Spain: a person's letter by remainder of 23, an entity's digit or letter by Luhn's formula */
static bool
check_es(const char *s, int n)
{
	char		first = s[0];
	char		last = s[n - 1];
	int			check;

	if (!acm_digits(s + 1, 7))
		return false;
	if (first >= '0' && first <= '9')
		return spanish_letter((int) acm_number(s, 8), last);
	if (strchr("KLM", first))
		return spanish_letter((int) acm_number(s + 1, 7), last);
	if (strchr("XYZ", first))
		return spanish_letter((first - 'X') * 10000000 + (int) acm_number(s + 1, 7), last);
	if (!strchr("ABCDEFGHJNPQRSUVW", first))
		return false;
	/* sources disagree which kinds of entity end in a letter: either will do */
	for (check = 0; check < 10; check++)
	{
		char		all[9];

		memcpy(all, s + 1, 7);
		all[7] = '0' + check;
		all[8] = '\0';
		if (acm_luhn(all, 8) == 0)
			break;
	}
	return last == '0' + check || last == "JABCDEFGHI"[check];
}

/* Finland: weights modulo 11 */
static bool
check_fi(const char *s, int n)
{
	static const signed char weights[] = {7, 9, 10, 5, 8, 4, 2, 1};

	return acm_weighted(s, weights, n) % 11 == 0;
}

/* France: two characters that check a SIREN; since letters may be in them, in two ways */
static bool
check_fr(const char *s, int n)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	const char *first = strchr(alphabet, s[0]);
	const char *second = strchr(alphabet, s[1]);
	long long	siren = acm_number(s + 2, n - 2);
	int			key;

	if (first == NULL || second == NULL)
		return false;
	/* Monaco's numbers begin with 000 and are no SIREN */
	if (memcmp(s + 2, "000", 3) != 0 && acm_luhn(s + 2, 9) != 0)
		return false;
	if (acm_digits(s, 2))
		return acm_number(s, 2) == (siren * 100 + 12) % 97;
	if (acm_digits(s, 1))
		key = (int) (first - alphabet) * 24 + (int) (second - alphabet) - 10;
	else
		key = (int) (first - alphabet) * 34 + (int) (second - alphabet) - 100;
	return (siren + 1 + key / 11) % 11 == key % 11;
}

/* United Kingdom: weights modulo 97 */
static bool
check_gb(const char *s, int n)
{
	static const signed char weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 1};
	int			sum;

	/* government departments and health authorities have no check digit */
	if (memcmp(s, "GD", 2) == 0)
		return acm_number(s + 2, 3) < 500;
	if (memcmp(s, "HA", 2) == 0)
		return acm_number(s + 2, 3) >= 500;
	(void) n;
	sum = acm_weighted(s, weights, 9) % 97;
	/* since 2009 numbers may also be off by 55 */
	return sum == 0 || (s[0] != '0' && (sum == 42 || sum == 55));
}

/* Croatia: ISO/IEC 7064, MOD 11,10 */
static bool
check_hr(const char *s, int n)
{
	return acm_mod_11_10(s, n);
}

/* Hungary: weights modulo 10 */
static bool
check_hu(const char *s, int n)
{
	static const signed char weights[] = {9, 7, 3, 1, 9, 7, 3, 1};

	return acm_weighted(s, weights, n) % 10 == 0;
}

/* Ireland: weights modulo 23, as a letter; a second letter counts, too */
static bool
check_ie(const char *s, int n)
{
	static const char alphabet[] = "WABCDEFGHIJKLMNOPQRSTUV";
	const char *second;
	int			sum;

	if (s[1] >= '0' && s[1] <= '9')
	{
		second = n == 9 ? strchr(alphabet, s[8]) : alphabet;
		if (second == NULL)
			return false;
		sum = acm_weighted(s, DOWN(7), 7) + 9 * (int) (second - alphabet);
	}
	else
	{
		/* the old form: its first digit comes last in the sum */
		if (n != 8)
			return false;
		sum = acm_weighted(s + 2, DOWN(6), 5) + 2 * at(s, 0);
	}
	return alphabet[sum % 23] == s[7];
}

/* Italy: Luhn's formula, and three digits that tell the tax office */
static bool
check_it(const char *s, int n)
{
	int			office = (int) acm_number(s + 7, 3);

	return acm_number(s, 7) > 0 &&
		((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999) &&
		acm_luhn(s, n) == 0;
}

/* Lithuania: weights modulo 11, others if that gives 10; the digit before is 1 */
static bool
check_lt(const char *s, int n)
{
	int			first = 0;
	int			again = 0;

	for (int i = 0; i < n - 1; i++)
	{
		first += (1 + i % 9) * at(s, i);
		again += (1 + (i + 2) % 9) * at(s, i);
	}
	if (first % 11 != 10)
		again = first;
	return s[n - 2] == '1' && again % 11 % 10 == at(s, n - 1);
}

/* Luxembourg: remainder of 89 */
static bool
check_lu(const char *s, int n)
{
	return acm_number(s, n - 2) % 89 == acm_number(s + n - 2, 2);
}

/* Latvia: weights modulo 11, of an entity or of a person */
static bool
check_lv(const char *s, int n)
{
	static const signed char entity[] = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1};
	static const signed char person[] = {10, 5, 8, 4, 2, 1, 6, 3, 7, 9};

	if (s[0] > '3')
		return acm_weighted(s, entity, n) % 11 == 3;
	/* since 2017 personal codes begin with 32 and tell no birth date */
	if (memcmp(s, "32", 2) != 0 && !birth_date((int) acm_number(s + 2, 2), (int) acm_number(s, 2)))
		return false;
	return (1 + acm_weighted(s, person, 10)) % 11 % 10 == at(s, 10);
}

/* Malta: weights modulo 37 */
static bool
check_mt(const char *s, int n)
{
	static const signed char weights[] = {3, 4, 6, 7, 8, 9, 10, 1};

	return s[0] != '0' && acm_weighted(s, weights, n) % 37 == 0;
}

/* Netherlands: weights modulo 11 up to the B, or MOD 97-10 over everything */
static bool
check_nl(const char *s, int n)
{
	char		whole[3 + 12] = "NL";

	/* since 2020 sole traders have numbers by ISO/IEC 7064 MOD 97-10 over the whole */
	memcpy(whole + 2, s, n + 1);
	if (acm_number(s, 9) == 0 || acm_number(s + 10, 2) == 0)
		return false;
	return mod(acm_weighted(s, DOWN(8), 8) - at(s, 8), 11) == 0 || acm_mod_97(whole) == 1;
}

/* Norway: weights modulo 11 */
static bool
check_no(const char *s, int n)
{
	static const signed char weights[] = {3, 2, 7, 6, 5, 4, 3, 2, 1};

	return acm_weighted(s, weights, n) % 11 == 0;
}

/* Poland: weights modulo 11 */
static bool
check_pl(const char *s, int n)
{
	static const signed char weights[] = {6, 5, 7, 2, 3, 4, 5, 6, 7};

	return acm_weighted(s, weights, 9) % 11 == at(s, n - 1);
}

/* Portugal: weights modulo 11, 10 is 0 */
static bool
check_pt(const char *s, int n)
{
	return s[0] != '0' && mod(-acm_weighted(s, DOWN(8), 8), 11) % 10 == at(s, n - 1);
}

/* Romania: weights from the right, modulo 11, 10 is 0 */
static bool
check_ro(const char *s, int n)
{
	static const signed char weights[] = {7, 5, 3, 2, 1, 7, 5, 3, 2};

	return s[0] != '0' && acm_weighted(s, weights + (10 - n), n - 1) * 10 % 11 % 10 == at(s, n - 1);
}

/* Sweden: Luhn's formula over the first ten digits, then a number from 01 to 94 */
static bool
check_se(const char *s, int n)
{
	int			branch = (int) acm_number(s + n - 2, 2);

	return branch >= 1 && branch <= 94 && acm_luhn(s, 10) == 0;
}

/* Slovenia: weights modulo 11 */
static bool
check_si(const char *s, int n)
{
	int			check = 11 - acm_weighted(s, DOWN(7), 7) % 11;

	return s[0] != '0' && check != 11 && check % 10 == at(s, n - 1);
}

/* Slovakia: a multiple of 11, or a birth number */
static bool
check_sk(const char *s, int n)
{
	if (birth_number(s, n))
		return true;
	return s[0] != '0' && strchr("234789", s[2]) != NULL && acm_number(s, n) % 11 == 0;
}

/* Switzerland: weights modulo 11 */
static bool
check_ch(const char *s, int n)
{
	static const signed char weights[] = {5, 4, 3, 2, 7, 6, 5, 4};

	/* s begins with the E of CHE */
	return mod(-acm_weighted(s + 1, weights, 8), 11) == at(s, n - 1);
}

static const vat_country countries[] = {
	{"AT", "U99999999", check_at},
	{"BE", "9999999999", check_be},
	{"BG", "999999999 9999999999", check_bg},
	{"CH", "E999999999", check_ch},
	{"CY", "99999999L", check_cy},
	{"CZ", "99999999 999999999 9999999999", check_cz},
	{"DE", "999999999", check_de},
	{"DK", "99999999", check_dk},
	{"EE", "999999999", check_ee},
	{"EL", "999999999", check_el},
	{"ES", "X9999999X", check_es},
	{"FI", "99999999", check_fi},
	{"FR", "XX999999999", check_fr},
	{"GB", "999999999 GD999 HA999", check_gb},
	{"HR", "99999999999", check_hr},
	{"HU", "99999999", check_hu},
	{"IE", "9S99999L 9999999LL", check_ie},
	{"IT", "99999999999", check_it},
	{"LT", "999999999 999999999999", check_lt},
	{"LU", "99999999", check_lu},
	{"LV", "99999999999", check_lv},
	{"MT", "99999999", check_mt},
	{"NL", "999999999B99", check_nl},
	{"NO", "999999999", check_no},
	{"PL", "9999999999", check_pl},
	{"PT", "999999999", check_pt},
	{"RO", "99 999 9999 99999 999999 9999999 99999999 999999999 9999999999", check_ro},
	{"SE", "999999999999", check_se},
	{"SI", "99999999", check_si},
	{"SK", "9999999999", check_sk},
};

/* Whether s has one of the forms */
static bool
has_form(const char *s, const char *forms)
{
	size_t		n = strlen(s);

	while (*forms)
	{
		size_t		len = strcspn(forms, " ");
		size_t		i = 0;

		for (; len == n && i < n; i++)
		{
			bool		digit = s[i] >= '0' && s[i] <= '9';
			bool		letter = s[i] >= 'A' && s[i] <= 'Z';

			if (!(forms[i] == '9' ? digit :
				  forms[i] == 'L' ? letter :
				  forms[i] == 'X' ? digit || letter :
				  forms[i] == 'S' ? true : forms[i] == s[i]))
				break;
		}
		if (len == n && i == n)
			return true;
		forms += len + strspn(forms + len, " ");
	}
	return false;
}

/* Cut s behind n characters if what stands there is one of the suffixes */
static void
drop_suffix(char *s, size_t n, const char *const *suffixes)
{
	if (strlen(s) < n)
		return;
	for (; *suffixes; suffixes++)
	{
		if (strcmp(s + n, *suffixes) == 0)
			s[n] = '\0';
	}
}

/* Fill s with zeros in front up to n characters, if that many are missing at most */
static void
fill_zeros(char *s, size_t n, size_t missing)
{
	size_t		len = strlen(s);

	if (len >= n || n - len > missing)
		return;
	memmove(s + n - len, s, len + 1);
	memset(s, '0', n - len);
}

/* Bring the spellings of one number to the one that VIES or the country's register writes */
static void
one_spelling(const char *prefix, char *s)
{
	static const char *const swiss[] = {"MWST", "TVA", "IVA", "TPV", NULL};
	static const char *const norwegian[] = {"MVA", NULL};

	if (strcmp(prefix, "BE") == 0)
		fill_zeros(s, 10, 1);	/* nine digits until 2005 */
	else if (strcmp(prefix, "EL") == 0)
		fill_zeros(s, 9, 1);
	else if (strcmp(prefix, "NL") == 0)
		fill_zeros(s, 12, 3);
	else if (strcmp(prefix, "CH") == 0)
		drop_suffix(s, 10, swiss);
	else if (strcmp(prefix, "NO") == 0)
		drop_suffix(s, 9, norwegian);
	else if (strcmp(prefix, "GB") == 0 && strlen(s) == 12 && acm_digits(s, 12))
		s[9] = '\0';			/* a branch of the same trader */
}

/* Canonical form of a VAT number */
int
acm_vat(const char *number, char *out, const char **why)
{
	const char *s = number;
	char		prefix[3] = "";
	char		rest[ACM_IDENTIFIER_BUF];
	const vat_country *country = NULL;

	if (strlen(s) > 2)
		memcpy(prefix, s, 2);
	/* Greece is EL here, and Northern Ireland's numbers are British ones */
	if (strcmp(prefix, "GR") == 0)
		strcpy(prefix, "EL");
	if (strcmp(prefix, "XI") == 0)
		strcpy(prefix, "GB");
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
	{
		if (strcmp(prefix, countries[i].prefix) == 0)
			country = &countries[i];
	}
	if (country == NULL)
	{
		*why = "it does not begin with the prefix of a country whose VAT numbers are known";
		return 0;
	}
	strcpy(rest, s + 2);
	one_spelling(prefix, rest);
	if (!has_form(rest, country->forms))
		*why = "it does not have the form of that country's VAT numbers";
	else if (acm_placeholder_digits(rest))
		*why = "it is a placeholder, nobody's number";
	else if (!country->check(rest, (int) strlen(rest)))
		*why = "its check digit is wrong";
	else
	{
		strcpy(out, prefix);
		strcpy(out + 2, rest);
		return (int) strlen(out);
	}
	return 0;
}
