/*
 * idna.c
 *		UTS-46 through ICU, so that every ICU from 72 on gives the same: code
 *		points that the pinned version of Unicode does not know never reach
 *		ICU, those that were mapped otherwise later are mapped here first, and
 *		what an xn-- label stands for is checked here.
 */
#include "normalize/idna.h"

#include <string.h>
#include <unicode/uidna.h>

#include "normalize/unicode.h"

#if U_ICU_VERSION_MAJOR_NUM < 72
#error "accountmatch needs ICU 72 or later, which knows Unicode 15.0"
#endif

/*
 * Errors that the WHATWG URL standard does not ask for: hyphens anywhere, and
 * lengths, which are checked on the whole host later.
 */
#define TOLERATED (UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | \
				   UIDNA_ERROR_HYPHEN_3_4 | UIDNA_ERROR_EMPTY_LABEL | \
				   UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG)

/*
 * ICU's UTS-46 object, opened once. NULL if ICU cannot, which happens only
 * without its data.
 */
static const UIDNA *
uts46(void)
{
	static UIDNA *opened = NULL;

	if (opened == NULL)
	{
		UErrorCode	error = U_ZERO_ERROR;
		UIDNA	   *idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
										   UIDNA_NONTRANSITIONAL_TO_ASCII, &error);

		if (U_SUCCESS(error))
			opened = idna;
	}
	return opened;
}

/*
 * Whether the Punycode of an A-label (behind "xn--") stands for code points
 * that the pinned version of Unicode knows and maps to themselves, at least
 * one of them not ASCII (UTS #46, revision 33), and that do not look like an
 * A-label again (revision 31). RFC 3492, 6.2. ICU has checked the rest.
 */
static bool
a_label_known(const char *s, int len)
{
	char		head[4] = {0};	/* the code points, as far as they are ASCII */
	uint32_t	n = 128;
	uint64_t	i = 0;
	uint32_t	bias = 72;
	uint32_t	points = 0;
	int			in = 0;

	for (int j = len - 1; j > 0; j--)
	{
		if (s[j] == '-')
		{
			points = (uint32_t) j;
			in = j + 1;
			break;
		}
	}
	if (in >= len)
		return false;
	memcpy(head, s, points < 4 ? points : 4);
	while (in < len)
	{
		uint64_t	old = i;
		uint64_t	weight = 1;
		uint64_t	delta;
		uint32_t	k;

		for (k = 36;; k += 36)
		{
			uint32_t	threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			uint32_t	digit;

			if (in == len)
				return false;
			if (s[in] >= 'a' && s[in] <= 'z')
				digit = (uint32_t) (s[in] - 'a');
			else if (s[in] >= '0' && s[in] <= '9')
				digit = (uint32_t) (s[in] - '0' + 26);
			else
				return false;
			in++;
			i += digit * weight;
			if (i > UINT32_MAX)
				return false;
			if (digit < threshold)
				break;
			weight *= 36 - threshold;
			if (weight > UINT32_MAX)
				return false;
		}
		points++;
		delta = (i - old) / (old == 0 ? 700 : 2);
		delta += delta / points;
		for (k = 0; delta > 455; k += 36)
			delta /= 35;
		bias = (uint32_t) (k + 36 * delta / (delta + 38));
		n += (uint32_t) (i / points);
		i %= points;
		if (n > 0x10FFFF || acm_unicode_idna(n) != (int32_t) n)
			return false;

		/* a code point that is not ASCII within the first four settles it */
		if (i < 4)
		{
			memmove(head + i + 1, head + i, (size_t) (3 - i));
			head[i] = 0;
		}
		i++;
	}
	return memcmp(head, "xn--", 4) != 0;
}

int
acm_idna_to_ascii(const char *host, int len, char *out, int cap)
{
	const unsigned char *s = (const unsigned char *) host;
	const unsigned char *end = s + len;
	const UIDNA *idna = uts46();
	UIDNAInfo	info = UIDNA_INFO_INITIALIZER;
	UErrorCode	error = U_ZERO_ERROR;
	char		mapped[2 * ACM_IDNA_MAX];
	int			n = 0;

	if (idna == NULL || len > ACM_IDNA_MAX)
		return -1;
	while (s < end)
	{
		int32_t		cp = acm_unicode_idna(acm_utf8_next(&s, end));

		if (cp == ACM_IDNA_DISALLOWED)
			return -1;
		if (cp != ACM_IDNA_IGNORED)
			n += acm_utf8_put((uint32_t) cp, mapped + n);
	}
	n = uidna_nameToASCII_UTF8(idna, mapped, n, out, cap, &info, &error);
	if (U_FAILURE(error) || n > cap || (info.errors & ~TOLERATED) != 0)
		return -1;

	for (int i = 0, start = 0; i <= n; i++)
	{
		if (i < n && out[i] != '.')
			continue;
		if (i - start >= 4 && memcmp(out + start, "xn--", 4) == 0 &&
			!a_label_known(out + start + 4, i - start - 4))
			return -1;
		start = i + 1;
	}
	return n;
}
