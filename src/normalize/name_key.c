/*
 * name_key.c
 *		The key by which names are compared between lists.
 */
#include "normalize/name_key.h"

#include <string.h>

/*
 * Whether a match name is what people write where a name must stand and there
 * is none: it is no company's.
 */
static bool
is_placeholder(const char *name, int len)
{
	/* in the order of their first letters */
#define P(word) {word, sizeof(word) - 1}
	static const struct
	{
		const char *word;
		int			len;
	}			placeholders[] =
	{
		P("account"), P("anonymous"), P("asdf"), P("client"), P("company"), P("company name"), P("confidential"),
		P("contact"), P("customer"), P("delete"), P("demo"), P("demo account"), P("do not use"), P("dummy"),
		P("duplicate"), P("empty"), P("example"), P("freelance"), P("freelancer"), P("individual"), P("me"),
		P("misc"), P("missing"), P("myself"), P("n a"), P("na"), P("name"), P("new account"), P("new company"),
		P("nil"), P("no company"), P("no name"), P("none"), P("not applicable"), P("not available"),
		P("not known"), P("null"), P("other"), P("personal"), P("privat"), P("private"), P("private individual"),
		P("prospect"), P("retired"), P("sample"), P("self"), P("self employed"), P("selfemployed"), P("student"),
		P("tba"), P("tbc"), P("tbd"), P("test"), P("test account"), P("test company"), P("testing"),
		P("undefined"), P("unemployed"), P("unknown"), P("unknown company"), P("unnamed"), P("various"), P("x"),
		P("xx"), P("xxx"), P("xxxx")
	};
#undef P
	enum
	{
		N = sizeof(placeholders) / sizeof(placeholders[0])
	};
	static uint8_t start[27];	/* by letter: its first, of all */

	if (start[26] == 0)
	{
		for (int i = 0; i < N; i++)
			start[placeholders[i].word[0] - 'a' + 1] = (uint8_t) (i + 1);
		for (int letter = 1; letter <= 26; letter++)
		{
			if (start[letter] < start[letter - 1])
				start[letter] = start[letter - 1];
		}
	}
	if (name[0] < 'a' || name[0] > 'z')
		return false;
	for (int i = start[name[0] - 'a']; i < start[name[0] - 'a' + 1]; i++)
	{
		if (placeholders[i].len == len && memcmp(placeholders[i].word, name, len) == 0)
			return true;
	}
	return false;
}

/* The key of a name; see the header */
int
acm_name_key(const char *text, size_t len, char *out, uint16_t *words, int *nwords)
{
	char		name[ACM_NAME_BUF];
	int			n = acm_match_company(text, len, name);
	int			outlen = 0;
	int			count = 0;

	if (n > 0 && is_placeholder(name, n))
		n = 0;
	for (int start = 0; start < n;)
	{
		const char *blank = memchr(name + start, ' ', n - start);
		int			word = blank ? (int) (blank - name) - start : n - start;

		memcpy(out + outlen, name + start, word);
		outlen += word;
		if (words)
			words[count++] = (uint16_t) word;
		start += word + 1;
	}
	out[outlen] = '\0';
	if (words)
		*nwords = count;
	return outlen;
}
