/*
 * company_punctuation.c
 *		What a name's punctuation says: which words are no part of the name.
 */
#include "normalize/company_rules.h"

/* Words [at..upto) fall away, if anything else is left */
static void
take_out(acm_name_words *n, int at, int upto, const char *rule)
{
	if (at == n->first && upto == n->end)
		return;
	ACM_TELL(n, rule, n->words + at, n->words + upto, "");
	if (upto < n->end)
		n->nplain = 0;
	memmove(n->words + at, n->words + upto, (n->end - upto) * sizeof(acm_word));
	n->end -= upto - at;
}

/*
 * Whether a bracket's words[from..end) tell where or what the company was,
 * not who: tags, alone or joined by "and", or anything after "formerly".
 */
static bool
is_tag(const acm_word *words, int from, int end)
{
	while (from < end)
	{
		int			past;
		const acm_entry *e = acm_longest_phrase('B', words, from, end, &past);

		if (e == NULL)
			return false;
		if (e->kind == K_OPENER)
			return true;
		from = past;
		if (from + 1 < end && acm_word_is(&words[from], "and"))
			from++;
	}
	return true;
}

/*
 * Whether the word is made of the initials of words[from..end): small words
 * may be passed over (Itissalat Al-Maghrib (IAM))
 */
static bool
are_initials(const acm_word *word, const acm_word *words, int from, int end)
{
	int			i = 0;

	if (word->len < 3)
		return false;
	for (; from < end; from++)
	{
		if (i < word->len && words[from].text[0] == word->text[i])
			i++;
		else if (i == 0 || words[from].len > 3)
			return false;
	}
	return i == word->len;
}

/* Whether a word has a digit */
static bool
has_digit(const acm_word *w)
{
	for (int i = 0; i < w->len; i++)
		if (w->text[i] >= '0' && w->text[i] <= '9')
			return true;
	return false;
}

/* Whether a tail may begin at word w: a comma or dash stands before it */
#define IS_APART(w) (((w)->flags & (ACM_W_COMMA | ACM_W_DASH)) != 0)

/* What the keepers of a list write behind a name: Acme Ltd - DUPLICATE */
static void
strip_status(acm_name_words *n)
{
	for (int w = n->first + 1; w < n->end; w++)
	{
		int			past;

		if (IS_APART(&n->words[w]) && acm_longest_phrase('D', n->words, w, n->end, &past) != NULL && past == n->end)
		{
			take_out(n, w, n->end, "status");
			return;
		}
	}
}

/*
 * Whether a form that ends before a comma, dash or bracket surely is one.
 * Short ones are so only with dots; without, two letters may be a state.
 */
static bool
is_sure(const acm_entry *e, const acm_word *last)
{
	return e->kind == K_LEGAL && ((e->flags & F_TAIL) || (last->flags & ACM_W_DOTTED));
}

/*
 * What stands behind a legal form, apart from it: the seat, a branch, the name
 * once more (GmbH, Berlin; S.A. - Petrobras; Corporation (KEPCO); Inc. (NASDAQ:
 * ACME)). The form ends the name, so up to three words fall away. More words,
 * or a number, may tell two companies apart: then only the form goes.
 */
static void
strip_tail(acm_name_words *n)
{
	int			end_at = -1;	/* where the form at the end begins, n->end if there is none */

	for (int w = n->first + 1; w < n->end; w++)
	{
		acm_name_words head = *n;
		const acm_entry *e;
		int			at = 0;
		bool		bracket = n->words[w].group != 0 && n->words[w].group != n->words[w - 1].group;
		bool		digits = false;
		bool		cents = true;

		if (!bracket && !IS_APART(&n->words[w]))
			continue;
		/* a bracket must be the end; what ends in a form is no tail */
		if (end_at < 0 && acm_form_at_end(n, &end_at) == NULL)
			end_at = n->end;
		if (end_at < (bracket ? w : n->end))
			continue;
		if (bracket && n->words[n->end - 1].group != n->words[w].group)
			continue;
		head.end = w;
		e = acm_form_at_end(&head, &at);
		if (e == NULL || at == n->first || !is_sure(e, &n->words[w - 1]))
			continue;

		for (int i = w; i < n->end; i++)
		{
			digits |= has_digit(&n->words[i]);
			cents &= n->words[i].text[0] == '0';
		}
		if (cents || (n->end - w <= 3 && !digits))
			take_out(n, w, n->end, "behind the legal form");
		else
		{
			n->form = e;
			take_out(n, at, w, "legal form");
		}
		return;
	}
}

/* (Europe), (HQ), (formerly Acme), (The) */
static void
read_brackets(acm_name_words *n, int ngroups)
{
	for (int g = 1; g <= ngroups; g++)
	{
		int			at = n->first;
		int			upto;

		while (at < n->end && n->words[at].group != g)
			at++;
		upto = at;
		while (upto < n->end && n->words[upto].group == g)
			upto++;
		if (upto == at)
			continue;
		if (is_tag(n->words, at, upto))
			take_out(n, at, upto, "bracket");
		else if (upto == at + 1 && are_initials(&n->words[at], n->words, n->first, at))
			take_out(n, at, upto, "initials in brackets");
	}
}

/* M/s Acme, A/S Acme, SIA "Acme" */
static void
read_lead(acm_name_words *n)
{
	const acm_word *w = &n->words[n->first];

	if (n->end - n->first > 1 && ((w->flags & ACM_W_SLASHED) || (w[1].flags & ACM_W_QUOTE)))
	{
		const acm_entry *e = acm_word_form(w);

		if (e != NULL || acm_word_is(w, "ms") || acm_word_is(w, "ta"))
		{
			n->form = e;
			n->form_stays = e != NULL;
			take_out(n, n->first, n->first + 1, "leading legal form");
		}
	}
}

/* See company_rules.h */
void
acm_read_punctuation(acm_name_words *n, int ngroups, uint8_t flags)
{
	read_brackets(n, ngroups);

	/* CORP /DE/, INC/MI, CO /NEW/: as the SEC writes the state, or a later namesake */
	if ((flags & ACM_W_SLASH) && n->end - n->first > 2 && (n->words[n->end - 1].flags & ACM_W_SLASH) &&
		n->words[n->end - 1].len <= 3 && acm_word_form(&n->words[n->end - 2]))
		take_out(n, n->end - 1, n->end, "state");
	if ((flags & ACM_W_COMMA) && n->end - n->first > 1 && (n->words[n->end - 1].flags & ACM_W_COMMA) &&
		acm_word_is(&n->words[n->end - 1], "the"))
		take_out(n, n->end - 1, n->end, "article");
	/* O.N., no par value */
	if ((flags & ACM_W_DOTTED) && n->end - n->first > 1 && (n->words[n->end - 1].flags & ACM_W_DOTTED) &&
		acm_word_is(&n->words[n->end - 1], "on"))
		take_out(n, n->end - 1, n->end, "par value");
	if (flags & (ACM_W_SLASHED | ACM_W_QUOTE))
		read_lead(n);

	/* Acme t/a Brand, Acme c/o Agent */
	for (int w = n->first + 1; w < n->end && (flags & ACM_W_SLASHED); w++)
		if ((n->words[w].flags & ACM_W_SLASHED) && (acm_word_is(&n->words[w], "ta") || acm_word_is(&n->words[w], "co")))
			take_out(n, w, n->end, "other name");

	if (flags & (ACM_W_COMMA | ACM_W_DASH))
		strip_status(n);
	if (ngroups > 0 || (flags & (ACM_W_COMMA | ACM_W_DASH)))
		strip_tail(n);
}
