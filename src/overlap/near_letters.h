/*
 * near_letters.h
 *		A name's letters at a glance: most pairs of names that are not near can
 *		be told by them.
 */
#ifndef ACM_NEAR_LETTERS_H
#define ACM_NEAR_LETTERS_H

#include "postgres.h"

#include "port/pg_bitutils.h"

/*
 * What a name's letters have to say at a glance, blanks left out: the set of them
 * by a hash modulo 24, and the number of bytes in the lowest 8 bits.
 */
extern uint32 acm_letters_of(const char *name, int len);

/*
 * Whether two names may differ by no more than two edits, going by their
 * letters: an edit changes at most two members and four bytes.
 */
static inline bool
acm_letters_agree(uint32 a, uint32 b)
{
	uint8		by = (uint8) ((a & 0xff) - (b & 0xff));

	return (by <= 8 || by >= 248) && pg_popcount32((a ^ b) >> 8) <= 4;
}

#endif							/* ACM_NEAR_LETTERS_H */
