/*
 * company_rules.c
 *		What is taken from a company's name, and what is written out, until its
 *		match key is left.
 */
#include "normalize/company_rules.h"

#include "normalize/company_data.h"
#include "normalize/word_rarity.h"

/* See company_rules.h */
void
acm_tell_words(acm_name_words *n, const char *rule, const acm_word *from, const acm_word *to, const char *note)
{
	char		text[ACM_NAME_BUF];
	int			len = 0;

	for (; from < to; from++)
	{
		int			cut = from->len;

		if (len + cut + 1 > ACM_NAME_MAX)
			break;
		if (len > 0)
			text[len++] = ' ';
		memcpy(text + len, from->text, cut);
		len += cut;
	}
	text[len] = '\0';
	n->trace(n->trace_arg, rule, text, note);
}

/*
 * Walk words[from..end) through the trie, blanks left out, from root's letter
 * on. Gives the entry of the longest run of whole words, and in *past the
 * word after it; NULL if there is none.
 */
static const acm_entry *
longest_from(char root, const acm_word *words, int from, int end, int *past)
{
	const acm_entry *found = NULL;
	uint32_t	node = acm_step(ACM_ROOT, (unsigned char) root);

	for (int w = from; w < end; w++)
	{
		for (int i = 0; i < words[w].len; i++)
			if ((node = acm_step(node, (unsigned char) words[w].text[i])) == ACM_NO_NODE)
				return found;
		if (acm_node_entry(node))
		{
			found = &acm_entries[acm_node_entry(node)];
			*past = w + 1;
		}
	}
	return found;
}

/* The legal form that one word is, or NULL */
static const acm_entry *
word_form(const acm_word *word)
{
	uint32_t	node = acm_step(ACM_ROOT, 'E');
	const acm_entry *e;

	for (int i = word->len - 1; i >= 0 && node != ACM_NO_NODE; i--)
		node = acm_step(node, (unsigned char) word->text[i]);
	if (node == ACM_NO_NODE || acm_node_entry(node) == 0)
		return NULL;
	e = &acm_entries[acm_node_entry(node)];
	return e->kind == K_LEGAL ? e : NULL;
}

/*
 * The longest form at the end of what is left. It starts at word *w, where
 * *keep bytes of that word are no part of it (scripts without blanks).
 */
static const acm_entry *
form_at_end(const acm_name_words *n, int *at, int *keep)
{
	uint32_t	found = ACM_NO_NODE;
	uint32_t	node = acm_step(ACM_ROOT, 'E');

	for (int w = n->end - 1; w >= n->first && node != ACM_NO_NODE; w--)
	{
		const char *text = n->words[w].text;

		for (int i = n->words[w].len - 1; i >= 0; i--)
		{
			node = acm_step(node, (unsigned char) text[i]);
			if (node == ACM_NO_NODE)
				break;
			if (acm_node_ends(node, i > 0) && ((unsigned char) text[i] & 0xC0) != 0x80)
			{
				found = node;
				*at = w;
				*keep = i;
			}
		}
	}
	return found == ACM_NO_NODE ? NULL : &acm_entries[acm_node_entry(found)];
}

/* The longest form at the start; it ends before byte *skip of word *at */
static const acm_entry *
form_at_start(const acm_name_words *n, int *at, int *skip)
{
	uint32_t	found = ACM_NO_NODE;
	uint32_t	node = acm_step(ACM_ROOT, 'S');

	for (int w = n->first; w < n->end && node != ACM_NO_NODE; w++)
	{
		const char *text = n->words[w].text;
		int			len = n->words[w].len;

		for (int i = 0; i < len; i++)
		{
			bool		within = i + 1 < len;

			node = acm_step(node, (unsigned char) text[i]);
			if (node == ACM_NO_NODE)
				break;
			if (acm_node_ends(node, within) && (!within || ((unsigned char) text[i + 1] & 0xC0) != 0x80))
			{
				found = node;
				*at = within ? w : w + 1;
				*skip = within ? i + 1 : 0;
			}
		}
	}
	return found == ACM_NO_NODE ? NULL : &acm_entries[acm_node_entry(found)];
}

/* What taking an entry off the end is called */
static const char *
end_rule(const acm_entry *e)
{
	return e->kind == K_LEGAL ? "legal form" : e->kind == K_STATUS ? "status" : "share class";
}

/*
 * Take the longest legal form or stock word off the end. Returns whether
 * there was one; if it is all that is left, takes nothing and notes that.
 */
static bool
strip_end(acm_name_words *n)
{
	int			at = 0;
	int			keep = 0;
	const acm_word *last = &n->words[n->end - 1];
	const acm_entry *e;

	if (!acm_may_end(last->text, last->len))
		return false;
	e = form_at_end(n, &at, &keep);
	if (e == NULL)
		return false;
	if (at == n->first && keep == 0)
	{
		n->only_legal = e->kind == K_LEGAL && !(e->flags & F_NAME);
		return false;
	}
	if (e->kind == K_AND)
	{
		n->end = at;
		return true;
	}
	if (e->kind == K_LEGAL && !n->form_stays)
	{
		n->form = e;
		n->form_at_end = true;
	}
	if (keep > 0)
	{
		acm_word	form = n->words[at];

		form.text += keep;
		form.len -= keep;
		ACM_TELL(n, "legal form", &form, &form + 1, e->codes);
		n->words[at].len = (uint16_t) keep;
		n->rewritten = true;
		at++;
	}
	else
		ACM_TELL(n, end_rule(e), n->words + at, n->words + n->end, e->codes);
	n->end = at;
	return true;
}

/* Whether something may stand at the start: the first letters tell, mostly no */
static inline bool
may_lead(const acm_name_words *n)
{
	const acm_word *first = &n->words[n->first];
	uint32_t	node = acm_step(ACM_ROOT, 'S');

	for (int i = 0; i < first->len && i < 4; i++)
		if ((node = acm_step(node, (unsigned char) first->text[i])) == ACM_NO_NODE)
			return false;
	return true;
}

/* Take the article or a leading legal form off, likewise */
static bool
strip_start(acm_name_words *n)
{
	int			at = 0;
	int			skip = 0;
	const acm_entry *e = form_at_start(n, &at, &skip);

	if (e == NULL || (e->flags & F_RARE))
		return false;
	if (at == n->end)
	{
		n->only_legal = !(e->flags & F_NAME);
		return false;
	}
	if (e->kind == K_LEGAL && !n->form_at_end && !n->form_stays)
		n->form = e;
	if (skip > 0)
	{
		acm_word	form = n->words[at];

		form.len = (uint16_t) skip;
		ACM_TELL(n, "leading legal form", &form, &form + 1, e->codes);
		n->words[at].text += skip;
		n->words[at].len -= skip;
		n->rewritten = true;
	}
	else
		ACM_TELL(n, e->kind == K_LEGAL ? "leading legal form" : "article", n->words + n->first, n->words + at, e->codes);
	n->first = at;
	return true;
}

/* In less than one of 8,000 names; johnson and hospital are in more */
#define RARE 225

/*
 * Whether a word tells a name from others: it is in few names of companies.
 * Short ones and numbers never do.
 */
static bool
is_rare(const acm_word *w)
{
	return w->len >= 4 && !acm_is_digits(w->text, w->len) && acm_word_rarity(w->text, w->len) >= RARE;
}

/* Whether what stands before a name may be a form, given the one that ended it */
static bool
may_precede(const acm_entry *lead, const acm_entry *form)
{
	const char *list = lead->before;

	if (*list == '\0')
		return true;
	if (form == NULL)
		return false;
	for (; *list != '\0'; list += strlen(list) + 1)
		if (strcmp(list, form->name) == 0)
			return true;
	return false;
}

/*
 * Take a short leading form off that other names begin with, too (UAB
 * Hospital, SIA Engineering): only before a word that is rare in names, when
 * all else is done.
 */
static bool
strip_doubtful_start(acm_name_words *n)
{
	int			at = 0;
	int			skip = 0;
	const acm_entry *e = form_at_start(n, &at, &skip);

	if (e == NULL || !(e->flags & F_RARE) || !may_precede(e, n->form_at_end ? n->form : NULL))
		return false;
	for (int w = at; w < n->end; w++)
	{
		if (!is_rare(&n->words[w]))
			continue;
		if (n->form == NULL)
			n->form = e;
		ACM_TELL(n, "leading legal form", n->words + n->first, n->words + at, e->codes);
		n->first = at;
		return true;
	}
	return false;
}

/*
 * The par value at the end of a security's name: a currency's short name and
 * digits ("DL-,01", "EO1"), and what tells the class of share before it
 */
static bool
strip_par_value(acm_name_words *n)
{
	static const char *const units[] = {
		"dl", "eo", "ls", "sf", "sk", "nk", "dk", "yn", "yc", "hd", "zy", "dh", "rc", "adr"
	};
	static const char *const classes[] = {
		"new", "neue", "nam", "nom", "na", "inh", "vz", "vzo", "st", "sp", "konv", "port", "pfd", "ord"
	};
	int			at = n->end;
	bool		found = false;
	const acm_word *last = &n->words[n->end - 1];

	if (last->text[last->len - 1] > '9')
		return false;			/* nearly always */
	while (at > n->first && acm_is_digits(n->words[at - 1].text, n->words[at - 1].len))
		at--;
	if (at == n->first)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && !found; i++)
	{
		const acm_word *w = &n->words[at - 1];
		int			len = (int) strlen(units[i]);

		found = w->len >= len && memcmp(w->text, units[i], len) == 0 &&
			(w->len > len ? acm_is_digits(w->text + len, w->len - len) : at < n->end);
	}
	if (!found || --at == n->first)
		return false;
	while (found && at > n->first + 1)
	{
		const acm_word *w = &n->words[at - 1];

		found = w->len == 1 && w->text[0] > '9';
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]) && !found; i++)
			found = w->len == strlen(classes[i]) && memcmp(w->text, classes[i], w->len) == 0;
		if (found)
			at--;
	}
	ACM_TELL(n, "par value", n->words + at, n->words + n->end, "");
	n->end = at;
	return true;
}

/*
 * A letter that lost its apostrophe goes back to its word: O Brien, L Oreal,
 * Macy s Stores. Words stand apart in the text of the acm_fold, so there is
 * room for the letter.
 */
static bool
join_letters(acm_name_words *n)
{
	bool		changed = false;

	for (int w = n->first; w + 1 < n->end; w++)
	{
		acm_word   *a = &n->words[w];
		acm_word   *b = a + 1;
		int			gone = -1;

		if (a->len != 1 && b->len != 1)
			continue;
		if (a->len == 1 && b->len >= 4 && !(b->flags & ACM_W_STATIC) && !acm_word_is(b, "plus") && strchr("odl", a->text[0]) != NULL &&
			(w == n->first || (a[-1].len > 1 && !acm_word_is(&a[-1], "and"))))
		{
			b->text--;
			b->len++;
			*(char *) b->text = a->text[0];
			gone = w;
		}
		else if (b->len == 1 && b->text[0] == 's' && a->len >= 3 && !(a->flags & ACM_W_STATIC) &&
				 w + 2 < n->end && !acm_word_is(a, "and") && !acm_word_is(a, "plus"))
		{
			*(char *) (a->text + a->len) = 's';
			a->len++;
			gone = w + 1;
		}
		if (gone >= 0)
		{
			n->rewritten = true;
			n->nplain = 0;
			n->end--;
			memmove(n->words + gone, n->words + gone + 1, (n->end - gone) * sizeof(acm_word));
			changed = true;
		}
	}
	return changed;
}

/* Cut at "doing business as", "formerly" and the like: the name before stands */
static bool
strip_after_marker(acm_name_words *n)
{
	for (int w = n->first + 1; w + 1 < n->end; w++)
	{
		int			past;

		if (longest_from('M', n->words, w, n->end, &past) != NULL && past < n->end)
		{
			ACM_TELL(n, "other name", n->words + w, n->words + n->end, "");
			n->end = w;
			return true;
		}
	}
	return false;
}

/* What the table of words tells of a word, NULL if it is not there */
static inline const acm_special_word *
special_word(const acm_word *w)
{
	uint64_t	k;
	unsigned	slot;

	if (w->len > ACM_SPECIAL_MAX || (w->flags & ACM_W_STATIC))
		return NULL;
	memcpy(&k, w->text, 8);		/* acm_fold has the room */
	slot = acm_special_slot(k, w->len);
	if (!(acm_special_bits[slot >> 6] >> (slot & 63) & 1))
		return NULL;			/* nearly always */
	for (; acm_special_slots[slot] != 0;
		 slot = (slot + 1) & ((1 << ACM_SPECIAL_BITS) - 1))
	{
		const acm_special_word *s = &acm_special_words[acm_special_slots[slot]];

		if (s->len == w->len && memcmp(s->text, w->text, s->len) == 0)
			return s;
	}
	return NULL;
}

/* Note which rules about single words can apply at all: few names need any */
static void
look_for_special(acm_name_words *n)
{
	n->abbreviations = n->markers = false;
	for (int w = n->first; w < n->end; w++)
	{
		const acm_special_word *s = special_word(&n->words[w]);

		if (s != NULL)
		{
			n->abbreviations |= s->word != NULL;
			n->markers |= s->marker;
		}
	}
}

/* Write out abbreviations */
static bool
expand(acm_name_words *n)
{
	bool		changed = false;

	for (int w = n->first; w < n->end; w++)
	{
		const acm_special_word *a = special_word(&n->words[w]);

		if (a != NULL && a->word != NULL &&
			(a->when == A_ALWAYS || (a->when == A_BETWEEN && w > n->first && w < n->end - 1) ||
			 (a->when == A_DOTTED && (n->words[w].flags & ACM_W_DOT_AFTER))))
		{
			ACM_TELL(n, "abbreviation", n->words + w, n->words + w + 1, a->word);
			n->words[w].text = a->word;
			n->words[w].len = a->word_len;
			n->words[w].flags |= ACM_W_STATIC;
			changed = n->expanded = true;
			n->nplain = 0;
		}
	}
	return changed;
}

/* See company_rules.h */
void
acm_reduce_words(acm_name_words *n)
{
	bool		lead;
	bool		looked = false;

	do
	{
		do
		{
			n->only_legal = false;
			while ((lead = may_lead(n)) && strip_start(n))
				;
			while (strip_end(n) || strip_par_value(n))
				;
			if (!looked)
				look_for_special(n);
			looked = true;
		} while ((n->markers && strip_after_marker(n)) || (lead && strip_start(n)));
	} while ((n->letters && join_letters(n)) || (n->abbreviations && expand(n)) ||
			 (lead && strip_doubtful_start(n)));
}

/* See company_rules.h */
const acm_entry *
acm_longest_phrase(char root, const acm_word *words, int from, int end, int *past)
{
	return longest_from(root, words, from, end, past);
}

/* See company_rules.h */
const acm_entry *
acm_form_at_end(const acm_name_words *n, int *at)
{
	int			keep;

	return form_at_end(n, at, &keep);
}

/* See company_rules.h */
const acm_entry *
acm_word_form(const acm_word *word)
{
	return word_form(word);
}

/* See company.h */
bool
acm_collision_prone(const char *name, int len)
{
	/* from the start of each word on, over blanks: phrases are stored without */
	for (int start = 0; start < len; start++)
	{
		uint32_t	node = acm_step(ACM_ROOT, 'C');

		if (start > 0 && name[start - 1] != ' ')
			continue;
		for (int i = start; i < len; i++)
		{
			if (name[i] == ' ')
				continue;
			node = acm_step(node, (unsigned char) name[i]);
			if (node == ACM_NO_NODE)
				break;
			if (acm_node_entry(node) && (i + 1 == len || name[i + 1] == ' '))
				return true;
		}
	}
	return false;
}
