/*
 * near_index.h
 *		Nodes (numbers) under near keys: filled, then built, then looked up.
 */
#ifndef ACM_NEAR_INDEX_H
#define ACM_NEAR_INDEX_H

#include "postgres.h"

#include "port/pg_bitutils.h"

/* An entry of the index: a node under a seeded key */
typedef struct acm_near_entry
{
	uint64		key;
	uint32		node;
	uint32		letters;		/* of its name: see acm_letters_agree */
	uint32		next;			/* in the bucket; PG_UINT32_MAX ends it */
} acm_near_entry;

typedef struct acm_near_index
{
	uint64		seed;
	acm_near_entry *entries;
	uint32		nentries;
	uint32		maxentries;
	uint32	   *buckets;
	uint32		nbuckets;		/* a power of two */
	uint64	   *filter;			/* bits by key: nobody has a key whose bit is not set */
	uint64		filter_mask;
	uint32		pass;			/* of npasses: only keys of this remainder */
	uint32		npasses;
} acm_near_index;

/* What an entry of the index and its bucket take in memory */
#define ACM_NEAR_ENTRY_SIZE (sizeof(acm_near_entry) + sizeof(uint32))

/* An empty index in CurrentMemoryContext, to be filled npasses times */
extern acm_near_index *acm_near_index_create(uint32 npasses);

/* Empty the index for the next pass */
extern void acm_near_index_start(acm_near_index *index, uint32 pass);

/* Put a node under a key, if this pass takes the key */
extern void acm_near_index_add(acm_near_index *index, uint64 key, uint32 node, uint32 letters);

/* After all nodes are in, before the first look-up */
extern void acm_near_index_build(acm_near_index *index);

/*
 * The first entry under a key, if this pass takes it; PG_UINT32_MAX if there is
 * none, or more than crowd.
 */
extern uint32 acm_near_index_first(const acm_near_index *index, uint64 key, int crowd);

/* The next entry under the same key; PG_UINT32_MAX if there is none */
extern uint32 acm_near_index_next(const acm_near_index *index, uint32 entry);

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

#endif							/* ACM_NEAR_INDEX_H */
