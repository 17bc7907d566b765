/*
 * fuzz_company.c
 *		Any bytes as a company's name: no overrun, results within their size
 *		and in valid UTF-8, a match key its own match key, never empty where
 *		the folded name is not, and ASCII the same with and without ICU.
 *
 * A libFuzzer target.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "normalize/company.h"
#include "normalize/name_fold.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds for every result: words of valid UTF-8 with one blank between */
static void
check_words(const char *text, int len)
{
	if (len < 0 || len > ACM_NAME_MAX || strlen(text) != (size_t) len)
		abort();
	for (int i = 0; i < len;)
	{
		UChar32		cp;
		bool		blank = text[i] == ' ';

		if (blank && (i == 0 || i + 1 == len || text[i + 1] == ' '))
			abort();
		U8_NEXT(text, i, len, cp);
		if (cp < 0 || (cp < 0x80 && !blank && !((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))))
			abort();
	}
}

/* acm_trace that reads its arguments */
static void
read_step(void *arg, const char *rule, const char *value, const char *note)
{
	*(size_t *) arg += strlen(rule) + strlen(value) + strlen(note);
}

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char		folded[ACM_NAME_BUF];
	char		key[ACM_NAME_BUF];
	char		again[ACM_NAME_BUF];
	char		form[ACM_NAME_BUF];
	size_t		steps = 0;
	bool		ascii = true;
	int			folded_len = acm_normalize_company(text, size, folded);
	int			key_len = acm_match_company(text, size, key);

	check_words(folded, folded_len);
	check_words(key, key_len);
	if ((folded_len == 0) != (key_len == 0))
		abort();
	if (acm_normalize_company(folded, folded_len, again) != folded_len || strcmp(folded, again) != 0)
		abort();
	if (acm_match_company(key, key_len, again) != key_len || strcmp(key, again) != 0)
		abort();
	if (acm_normalize_company(key, key_len, again) != key_len || strcmp(key, again) != 0)
		abort();
	if (acm_legal_form(text, size, form) > 0 && key_len == 0)
		abort();
	acm_explain_company(text, size, read_step, &steps);
	(void) acm_collision_prone(key, key_len);

	/* the way through ICU gives the same words of ASCII */
	for (size_t i = 0; i < size; i++)
		ascii &= data[i] < 0x80;
	if (ascii && size <= ACM_NAME_INPUT_MAX)
	{
		char		through[ACM_NAME_INPUT_MAX + 1];
		int			n = acm_fold_unicode(text, size, through, sizeof(through));

		if (n != (int) size || acm_normalize_company(through, n, again) != folded_len ||
			strcmp(folded, again) != 0)
			abort();
	}
	return 0;
}
