/*
 * name_words.h
 *		A match name read into words, each with the weight it has when names
 *		are compared. Pure C.
 */
#ifndef ACM_NAME_WORDS_H
#define ACM_NAME_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "company.h"

/* Words beyond these many count for nothing; no name comes near */
#define ACM_WORDS_MAX 40

typedef struct acm_word
{
	int			start;			/* of its first character within acm_words.chars */
	int			len;			/* in characters */
	uint32_t	letters;		/* set of its characters modulo 32 */
	bool		digits;			/* holds nothing else */
	bool		matched;		/* by the caller */
	int			rarity;			/* see acm_word_rarity */
	int			weight;			/* what sharing it says */
	int			conflict;		/* what it says when the other name has something else */
} acm_word;

/* Weight of a word that nobody else bears, not the first one */
#define ACM_WEIGHT_MAX (255 * 255)

/* About 4 kB, meant for the stack */
typedef struct acm_words
{
	int			nwords;
	int			nchars;
	acm_word	words[ACM_WORDS_MAX];
	uint32_t	chars[ACM_NAME_BUF];	/* code points of all words, without spaces */
} acm_words;

/* Read name[0..len), a result of acm_match_company */
extern void acm_read_words(const char *name, int len, acm_words *words);

#endif							/* ACM_NAME_WORDS_H */
