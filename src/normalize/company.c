/*
 * company.c
 *		From a company's folded name to its match key and legal form.
 *
 * A match key must be its own match key: views, generated columns and blinded
 * files are made from keys, too. So there are two kinds of rules. Those that
 * look at punctuation (brackets, slashes, commas, dots) run once, first; in a
 * key they find nothing. Those that look at words run until none applies.
 */
#include "normalize/company_rules.h"

#include <string.h>

/* Write what is left; a word that does not fit goes, with all behind it */
static int
write_words(acm_name_words *n, char *out)
{
	int			left = n->end - n->first;
	int			len = acm_write_words(n->words + n->first, &left, out);

	n->end = n->first + left;
	return len;
}

/* Set n to the words of a folded name */
static void
start(acm_name_words *n, acm_fold *f, acm_trace trace, void *arg)
{
	n->first = 0;
	n->end = f->nwords;
	n->words = f->words;
	n->form = NULL;
	n->form_at_end = false;
	n->only_legal = false;
	n->letters = f->letters;
	n->expanded = false;
	n->trace = trace;
	n->trace_arg = arg;
}

/*
 * A name made of legal words only stays as it was. Whether it is, is asked
 * again without regard to punctuation, as it will be when the key is read.
 */
static void
keep_legal_words(acm_name_words *n, const char *text, size_t len, acm_fold *f)
{
	acm_trace	trace = n->trace;
	const acm_entry *form;

	acm_fold_name(text, len, f);
	start(n, f, NULL, n->trace_arg);
	for (int w = 0; w < n->end; w++)
		n->words[w].flags &= ACM_W_STATIC;
	acm_reduce_words(n);
	form = n->form;
	if (n->only_legal)
	{
		acm_fold_name(text, len, f);
		start(n, f, NULL, n->trace_arg);
	}
	n->form = form;
	n->trace = trace;
	ACM_TELL(n, "only legal words", n->words + n->first, n->words + n->end, "");
}

/* All of it: the match key to out, the legal form returned in *form */
static int
match(const char *text, size_t len, char *out, const acm_entry **form, acm_trace trace, void *arg)
{
	acm_fold	f;
	acm_name_words	n;
	int			end;
	int			written;

	*form = NULL;
	*out = '\0';
	if (acm_fold_name(text, len, &f) == 0)
		return 0;
	start(&n, &f, trace, arg);
	ACM_TELL(&n, "fold", n.words, n.words + n.end, "");
	if (f.ngroups > 0 || f.flags != 0)
		acm_read_punctuation(&n, f.ngroups);
	acm_reduce_words(&n);
	if (n.only_legal)
		keep_legal_words(&n, text, len, &f);
	*form = n.form;

	end = n.end;
	written = write_words(&n, out);
	if (n.end < end)
	{
		/* what was cut off may have stood behind a legal form */
		acm_reduce_words(&n);
		written = write_words(&n, out);
	}
	if (n.letters && n.expanded)
	{
		/* a letter may join the word behind an abbreviation, which is not in the text */
		const acm_entry *ignored;
		char		before[ACM_NAME_BUF];

		do
		{
			memcpy(before, out, written + 1);
			written = match(before, strlen(before), out, &ignored, NULL, NULL);
		} while (strcmp(before, out) != 0);
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

/* See company.h */
int
acm_legal_form(const char *text, size_t len, char *out)
{
	char		key[ACM_NAME_BUF];
	const acm_entry *form;
	int			n;

	*out = '\0';
	if (match(text, len, key, &form, NULL, NULL) == 0 || form == NULL)
		return 0;
	n = (int) strlen(form->name);
	memcpy(out, form->name, n + 1);
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
		trace(arg, "canonical legal form", form->name, form->codes);
}
