/*
 * company_rules.h
 *		The rules that make a match key of the words of a company's name. Pure
 *		C: no server header, no setting.
 */
#ifndef ACM_COMPANY_RULES_H
#define ACM_COMPANY_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "normalize/company.h"
#include "normalize/name_fold.h"

/* What the tables say of a phrase */
typedef struct acm_entry
{
	uint8_t		kind;
	uint8_t		flags;
	const char *name;			/* a legal form's canonical spelling */
	const char *codes;			/* its ISO 20275 codes with countries: "2HBR DE, ..." */
} acm_entry;

/* Words of a name, those of its acm_fold, while rules take from both ends */
typedef struct acm_name_words
{
	int			first;
	int			end;			/* words[first..end) are left */
	acm_word   *words;
	const acm_entry *form;		/* the legal form met last at the end, else at the start */
	bool		form_at_end;
	bool		only_legal;		/* nothing but legal forms is left */
	bool		letters;		/* whether a word is a single byte */
	bool		expanded;		/* whether an abbreviation was written out */
	bool		rewritten;		/* whether a word was joined or cut in two */
	bool		abbreviations;	/* whether a word may be one */
	bool		markers;		/* whether a word may begin a marker */
	acm_trace	trace;			/* may be NULL */
	void	   *trace_arg;
} acm_name_words;

/*
 * The rules that look at punctuation: brackets, slashes, a comma or quote
 * before a word. Each runs once; a key holds nothing for them.
 */
extern void acm_read_punctuation(acm_name_words *n, int ngroups);

/*
 * The rules that look at words, until none applies. On return, if
 * n->only_legal, nothing but legal forms is left, and the name must stay as
 * it was.
 */
extern void acm_reduce_words(acm_name_words *n);

/* Tell n->trace what a rule took or made: words [from, to) */
extern void acm_tell_words(acm_name_words *n, const char *rule, const acm_word *from, const acm_word *to,
						   const char *note);

#define ACM_TELL(n, ...) do { if ((n)->trace) acm_tell_words((n), __VA_ARGS__); } while (0)

#endif							/* ACM_COMPANY_RULES_H */
