/*
 * company.c
 *		From a company's folded name to its match key and legal form.
 *
 * A match key must be its own match key: views, generated columns and blinded
 * files are made from keys, too. So there are two kinds of rules. Those that
 * look at punctuation (brackets, slashes, commas, dots) run once, first; in a
 * key they find nothing. Those that look at words run until none applies; and
 * where one of them wrote a word that the name did not have (cut from a form,
 * joined with a letter), the key is read again until it stays. That ends: no
 * reading adds a word, only cutting one off changes letters beyond ASCII, and
 * what stands for an abbreviation is none.
 */
#include "normalize/company_rules.h"

#include <string.h>

/* Write what is left; a word that does not fit goes, with all behind it */
static int
write_words(acm_name_words *n, char *out)
{
	int			left = n->end - n->first;
	int			len;

	if (n->end <= n->nplain)
		return acm_write_plain(n->words + n->first, n->words + n->end - 1, out);
	len = acm_write_words(n->words + n->first, &left, out);

	n->end = n->first + left;
	return len;
}

/* Set n to the words of a folded name */
static void
start(acm_name_words *n, acm_fold *f, acm_trace trace, void *arg)
{
	n->first = 0;
	n->end = f->nwords;
	n->nplain = f->nplain;
	n->words = f->words;
	n->form = NULL;
	n->form_at_end = false;
	n->form_stays = false;
	n->only_legal = false;
	n->letters = f->letters;
	n->expanded = false;
	n->rewritten = false;
	n->trace = trace;
	n->trace_arg = arg;
}

/*
 * Read text once: its key to out, the legal form to *form. Returns the key's
 * length; sets *again if reading the key may give another.
 */
static int
read_name(const char *text, size_t len, char *out, const acm_entry **form, bool *again, acm_trace trace, void *arg)
{
	acm_fold	f;
	acm_name_words n;
	int			end;
	int			written;

	*form = NULL;
	*again = false;
	*out = '\0';
	if (acm_fold_name(text, len, &f) == 0)
		return 0;
	start(&n, &f, trace, arg);
	ACM_TELL(&n, "fold", n.words, n.words + n.end, "");
	if (f.ngroups > 0 || f.flags != 0)
		acm_read_punctuation(&n, f.ngroups, f.flags);
	acm_reduce_words(&n);
	*form = n.form;
	if (n.only_legal)
	{
		/* it stays as it was; without its punctuation it may be more than that */
		acm_fold_name(text, len, &f);
		start(&n, &f, trace, arg);
		ACM_TELL(&n, "only legal words", n.words, n.words + n.end, "");
		*again = true;
		return write_words(&n, out);
	}

	/* what was cut off may have stood behind a legal form; a letter may join what was written out */
	end = n.end;
	written = write_words(&n, out);
	*again = n.end < end || n.rewritten || (n.letters && n.expanded);
	return written;
}

/* All of it: the match key to out, the legal form to *form */
static int
match(const char *text, size_t len, char *out, const acm_entry **form, acm_trace trace, void *arg)
{
	bool		again;
	int			written = read_name(text, len, out, form, &again, trace, arg);

	while (again)
	{
		const acm_entry *later;
		char		key[ACM_NAME_BUF];

		memcpy(key, out, written + 1);
		written = read_name(key, written, out, &later, &again, NULL, NULL);
		if (strcmp(key, out) == 0)
			break;
		if (*form == NULL)
			*form = later;
		if (trace != NULL)
			(void) read_name(key, strlen(key), out, &later, &again, trace, arg);
	}
	return written;
}

/* See company.h */
int
acm_match_company(const char *text, size_t len, char *out)
{
	const acm_entry *form;

	return match(text, len, out, &form, NULL, NULL);
}

/* Whether text[0..len) has a spelling as words of its own */
static bool
is_spelled(const char *text, size_t len, const char *spelling)
{
	size_t		n = strlen(spelling);

	for (size_t at = 1; at + n <= len; at++)
		if (memcmp(text + at, spelling, n) == 0 && (text[at - 1] == ' ' || text[at - 1] == ',') &&
			(at + n == len || (unsigned char) text[at + n] <= '/'))
			return true;
	return false;
}

/* Forms that fold to the same text are told apart by how the name spells them */
static void
name_form(const acm_entry *form, const char *text, size_t len, const char **name, const char **codes)
{
	*name = form->name;
	*codes = form->codes;
	for (const acm_form_spelling *s = form->spellings; s != NULL && s->spelling != NULL; s++)
		if (is_spelled(text, len, s->spelling))
		{
			*name = s->name;
			*codes = s->codes;
			return;
		}
}

/* See company.h */
int
acm_legal_form(const char *text, size_t len, char *out)
{
	char		key[ACM_NAME_BUF];
	const acm_entry *form;
	const char *name;
	const char *codes;
	int			n;

	*out = '\0';
	if (match(text, len, key, &form, NULL, NULL) == 0 || form == NULL)
		return 0;
	name_form(form, text, len, &name, &codes);
	n = (int) strlen(name);
	memcpy(out, name, n + 1);
	return n;
}

/* See company.h */
void
acm_explain_company(const char *text, size_t len, acm_trace trace, void *arg)
{
	char		key[ACM_NAME_BUF];
	const acm_entry *form;

	if (match(text, len, key, &form, trace, arg) == 0)
	{
		trace(arg, "no name", "", "");
		return;
	}
	trace(arg, "match name", key, "");
	if (form != NULL)
	{
		const char *name;
		const char *codes;

		name_form(form, text, len, &name, &codes);
		trace(arg, "canonical legal form", name, codes);
	}
}
