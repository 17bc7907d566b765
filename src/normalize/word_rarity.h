/*
 * word_rarity.h
 *		How seldom a word stands in names of companies and organisations. Pure C.
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

#endif							/* ACM_WORD_RARITY_H */
