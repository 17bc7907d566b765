/*
 * word_rarity.h
 *		How seldom a word stands in names of companies and organisations, and
 *		whether it is one of those that exchanges put behind a name. Pure C.
 */
#ifndef ACM_WORD_RARITY_H
#define ACM_WORD_RARITY_H

/* Rarity of a word that practically only one organisation bears */
#define ACM_RARITY_MAX 255

/*
 * Rarity of a word of a match name, 1..ACM_RARITY_MAX, from pinned counts:
 * about 40 for `of`, 125 for `resources`. It is proportional to log(N / n) for
 * a word in n of N names, the information that sharing the word gives; words
 * in fewer than three names have no count, and the maximum.
 */
extern int	acm_word_rarity(const char *word, int len);

/* Points of a word behind an issuer's name, see data/security_words.txt */
typedef enum acm_security_word
{
	ACM_SECURITY_NONE,			/* no such word */
	ACM_SECURITY_WEAK,			/* 0 points */
	ACM_SECURITY_LIKELY,		/* 1 point */
	ACM_SECURITY_SURE,			/* 2 points */
	ACM_SECURITY_CURRENCY		/* 2 points if a number follows */
} acm_security_word;

/* Both at once: rarity, and in *security which of those words it is */
extern int	acm_word_look_up(const char *word, int len, acm_security_word *security);

#endif							/* ACM_WORD_RARITY_H */
