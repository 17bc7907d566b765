/*
 * company_rules.h
 *		The rules that make a match key of the words of a company's name. Pure
 *		C: no server header, no setting.
 */
#ifndef ACM_COMPANY_RULES_H
#define ACM_COMPANY_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "normalize/company.h"
#include "normalize/name_fold.h"

/* What a phrase means */
enum
{
	K_LEGAL = 1,				/* a legal form */
	K_ARTICLE,					/* the */
	K_STOCK,					/* share class and the like */
	K_STATUS,					/* in liquidation */
	K_AND,						/* what is left of & Co */
	K_TAG,						/* a bracket's contents: a country, HQ */
	K_OPENER,					/* a bracket's first word: formerly */
	K_MARKER,					/* between two names: d/b/a */
	K_COLLISION					/* city, county */
};

#define F_NAME	0x01			/* so short that it may be a name when alone */
#define F_RARE	0x02			/* leads only before a word rare in names */
#define F_TAIL	0x04			/* surely a form where a comma or bracket follows */

/* A legal form that has another name where it is spelled so: A.Ş. */
typedef struct acm_form_spelling
{
	const char *spelling;		/* NULL ends a list */
	const char *name;
	const char *codes;
} acm_form_spelling;

/* What the tables say of a phrase */
typedef struct acm_entry
{
	uint8_t		kind;
	uint8_t		flags;
	const char *name;			/* a legal form's canonical spelling */
	const char *codes;			/* its ISO 20275 codes with countries: "2HBR DE, ..." */
	const char *before;			/* leads only where one of these ends the name, each with a NUL; "" for any */
	const acm_form_spelling *spellings; /* NULL for most */
} acm_entry;

/* Words of a name, those of its acm_fold, while rules take from both ends */
typedef struct acm_name_words
{
	int			first;
	int			end;			/* words[first..end) are left */
	int			nplain;			/* of acm_fold, 0 once words were moved or rewritten */
	acm_word   *words;
	const acm_entry *form;		/* the legal form met last at the end, else at the start */
	bool		form_at_end;
	bool		form_stays;		/* the form was before a name in quotes: what ends that is none */
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
 * before a word; ngroups and flags are those of the acm_fold. Each runs once;
 * a key holds nothing for them.
 */
extern void acm_read_punctuation(acm_name_words *n, int ngroups, uint8_t flags);

/* The entry of the longest phrase of kind root at words[from..end); *past is the word after it */
extern const acm_entry *acm_longest_phrase(char root, const acm_word *words, int from, int end, int *past);

/* The entry of the longest legal form or the like at the end of what is left, from word *at on; or NULL */
extern const acm_entry *acm_form_at_end(const acm_name_words *n, int *at);

/* The legal form that one word is, or NULL */
extern const acm_entry *acm_word_form(const acm_word *word);

/* Whether word is s, a literal */
#define acm_word_is(word, s) \
	((word)->len == sizeof(s) - 1 && memcmp((word)->text, (s), sizeof(s) - 1) == 0)

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
