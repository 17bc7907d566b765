/*
 * near_index.h
 *		Nodes (numbers) under near keys: filled, then built, then looked up.
 */
#ifndef ACM_NEAR_INDEX_H
#define ACM_NEAR_INDEX_H

#include "postgres.h"

/* An entry of the index: a node under a seeded key */
typedef struct acm_near_entry
{
	uint64		key;
	uint32		node;
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
extern void acm_near_index_add(acm_near_index *index, uint64 key, uint32 node);

/* After all nodes are in, before the first look-up */
extern void acm_near_index_build(acm_near_index *index);

/*
 * The first entry under a key, if this pass takes it; PG_UINT32_MAX if there is
 * none, or more than crowd.
 */
extern uint32 acm_near_index_first(const acm_near_index *index, uint64 key, int crowd);

/* The next entry under the same key; PG_UINT32_MAX if there is none */
extern uint32 acm_near_index_next(const acm_near_index *index, uint32 entry);

#endif							/* ACM_NEAR_INDEX_H */
