/*
 * near_join.h
 *		Nodes brought together by near keys: put under their keys, then handed
 *		out key by key.
 */
#ifndef ACM_NEAR_JOIN_H
#define ACM_NEAR_JOIN_H

#include "postgres.h"

#include "overlap/near_keys.h"

/* What a node is under a key for */
typedef enum acm_near_role
{
	ACM_NEAR_NAME,				/* its name, to be compared with others under the key */
	ACM_NEAR_OFFER,				/* its name, initials or handle, as what a label may be */
	ACM_NEAR_ASK				/* a label, which asks for offers */
} acm_near_role;

/* A node under a key */
typedef struct acm_near_entry
{
	uint64		hash;			/* of the key and a seed: 57 bits */
	uint32		node;
	uint32		info;			/* of a name: its letters; of what asks: the label's number; of a handle: its row */
} acm_near_entry;

/* The lowest bits of the hash tell what the entry is */
#define ACM_NEAR_SIDE(e)	((int) ((e)->hash & 1))
#define ACM_NEAR_SITE(e)	(((e)->hash & 2) != 0)
#define ACM_NEAR_ROLE(e)	((acm_near_role) ((e)->hash >> 2 & 3))
#define ACM_NEAR_KIND(e)	((acm_near_kind) ((e)->hash >> 4 & 7))
#define ACM_NEAR_BITS		7

/*
 * More nodes of a side without a domain than this under one key, and they
 * propose nothing: it is no trace of a typo.
 */
#define ACM_NEAR_CROWD 16

typedef struct acm_near_join acm_near_join;

/*
 * An empty join in CurrentMemoryContext, for about so many entries of nodes
 * without a domain, by side, and of others. It takes at most about
 * memory_limit bytes, more only where a single key does.
 */
extern acm_near_join *acm_near_join_create(const Size without_site[2], Size with_site, Size memory_limit);

/*
 * Put a node of a side under a key. Those without a domain first: one with a
 * domain is not even kept under a key that none of theirs has.
 */
extern void acm_near_join_add(acm_near_join *join, uint64 key, acm_near_kind kind, acm_near_role role,
							  int side, bool with_site, uint32 node, uint32 info);

/*
 * Hand out the entries of each key that can bring nodes together: names of
 * both sides, or what asks and what is offered on the other; among them, on a
 * side, between 1 and ACM_NEAR_CROWD without a domain. The order is undefined.
 */
extern void acm_near_join_groups(acm_near_join *join,
								 void (*take) (void *arg, const acm_near_entry *entries, uint32 n),
								 void *arg);

/* Let go of the file, if there is one */
extern void acm_near_join_close(acm_near_join *join);

#endif							/* ACM_NEAR_JOIN_H */
