/*
 * near_keys.h
 *		Keys that names which are nearly equal have in common, so that not all
 *		pairs need be compared. Pure C.
 */
#ifndef ACM_NEAR_KEYS_H
#define ACM_NEAR_KEYS_H

#include <stdint.h>

/* No name has more near keys */
#define ACM_NEAR_KEYS_MAX 90

/*
 * Hashes under which a match name (words with single blanks) can be found
 * again: one of its words in another order; two or four a word, of the name
 * with only the beginning or the end of that word, so that a typing error
 * within a word leaves one of them. They only propose: whoever finds a name by one compares
 * the names. Returns how many were written.
 */
extern int	acm_near_keys(const char *name, int len, uint64_t *keys);

/* The hash under which a name, a domain's label, initials or a handle is found; kind keeps them apart */
typedef enum acm_near_kind
{
	ACM_NEAR_ORDER = 1,
	ACM_NEAR_TYPO,
	ACM_NEAR_LABEL,
	ACM_NEAR_INITIALS,
	ACM_NEAR_HANDLE
} acm_near_kind;
extern uint64_t acm_near_key(acm_near_kind kind, const char *bytes, int len);

/* A label that is a whole name, or a handle, has at least so many bytes; initials so many */
#define ACM_LABEL_MIN 4
#define ACM_INITIALS_MIN 3

#endif							/* ACM_NEAR_KEYS_H */
