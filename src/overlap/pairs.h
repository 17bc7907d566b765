/*
 * pairs.h
 *		The pairs of rows under one key.
 */
#ifndef ACM_PAIRS_H
#define ACM_PAIRS_H

#include "postgres.h"

#include "overlap/engine.h"
#include "overlap/groups.h"

/* Pairs of one group beyond which it is matched as a star: see acm_each_pair */
#define ACM_PAIRS_MAX 1000

/* One side of a group: links of a kind */
typedef struct acm_group_side
{
	const uint32 *links;
	uint32		n;
} acm_group_side;

/* What is done with a pair of links */
typedef void (*acm_pair_function) (acm_engine *engine, uint32 our_link, uint32 their_link, void *arg);

/* Both sides of a group */
extern void acm_open_group(const acm_groups *groups, uint32 g, acm_group_side in[2]);

/*
 * Call pair for all pairs of links of a group. Of more than ACM_PAIRS_MAX pairs
 * only a star: every row with the row of the other side that has the smallest
 * account_id. All rows are met, without the product of their numbers.
 */
extern void acm_each_pair(acm_engine *engine, acm_kind kind, const acm_group_side in[2],
						  acm_pair_function pair, void *arg);

#endif							/* ACM_PAIRS_H */
