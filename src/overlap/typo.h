/*
 * typo.h
 *		Whether two match names differ by a typing error. Pure C.
 */
#ifndef ACM_TYPO_H
#define ACM_TYPO_H

#include <stdbool.h>

typedef enum acm_typo
{
	ACM_NO_TYPO,				/* they differ by more */
	ACM_SHORT_TYPO,				/* by one edit, in a name of 6 to 9 characters */
	ACM_PLAIN_TYPO,				/* it may be a typo, but also two words that both exist */
	ACM_SURE_TYPO				/* a long name, and a word that is in no dictionary */
} acm_typo;

/*
 * Compare two match names (UTF-8, words with single blanks; blanks do not
 * count). *edits is the number of insertions, deletions, substitutions and
 * transpositions (optimal string alignment) between them: at most one from 6
 * characters of the shorter one, two from 16. First letter and digits must be
 * the same.
 */
extern acm_typo acm_compare_typo(const char *a, int alen, const char *b, int blen, int *edits);

/* Whether two names have the same words, each as often, in whatever order */
extern bool acm_same_words(const char *a, int alen, const char *b, int blen);

#endif							/* ACM_TYPO_H */
