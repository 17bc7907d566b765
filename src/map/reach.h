/*
 * reach.h
 *		What the parts of reach.c share: what was loaded, and what was reached.
 */
#ifndef ACM_REACH_H
#define ACM_REACH_H

#include "postgres.h"

#include "utils/memutils.h"

#include "map/account_keys.h"
#include "map/key_set.h"

#define ACM_REACH_OURS 0
#define ACM_REACH_THEIRS 1

/* Levels; see above */
#define ACM_LEVEL_CHANGED 0
#define ACM_LEVEL_NEAR 1
#define ACM_LEVEL_LAST 3
#define ACM_LEVEL_CROWD 4
#define ACM_LEVEL_NONE 255

/* An account, or what one was before it changed */
typedef struct acm_member
{
	const char *id;				/* NUL-terminated; NULL: as it was */
	const char *keys;			/* as stored */
	Size		exact;			/* first of its exact keys */
	uint32		nexact;
	uint32		letters;		/* of its name; 0: it has none, or several */
	Size		near;			/* first of its near keys: those of its names, then its labels */
	uint32		nnear;
	uint32		nlabels;		/* of them, the last */
	uint8		level;
	uint8		side;
	bool		bare;			/* no domain of its own */
	bool		matched;		/* by a rule before near */
} acm_member;

/* Two accounts that are linked whatever their keys: a stored match, or a pin */
typedef struct acm_tie
{
	uint32		member[2];
} acm_tie;

/* A domain with an alias or family: all that are connected are one class */
typedef struct acm_alias_class
{
	uint64		host;
	uint64		class;
	uint64		label;			/* near key of its label */
} acm_alias_class;

typedef struct acm_reached
{
	acm_member *members;		/* ours, theirs, then those as they were */
	uint32		n;
	uint32		nstored;		/* of them are accounts */
	uint32		max;
	uint64	   *exact_keys;		/* of all members, in a row: they are gone through again and again */
	Size		nexact;
	Size		maxexact;
	uint64	   *near;
	Size		nnear;
	Size		maxnear;
	acm_key_set ids[2];			/* hash of an account_id to its acm_member */
	acm_tie    *links;
	Size		nlinks;
	Size		maxlinks;
	uint64	   *suppressed;		/* hosts that are left out, or were */
	bool	   *suppression_changed;	/* of each: it came or went */
	int			nsuppressed;
	acm_alias_class *classes;
	int			nclasses;
	uint32	   *reached;		/* members with a level, in the order in which they got it */
	uint32		nreached;
	uint32		limit;			/* more of them, and all is matched */
	acm_key_set exact;			/* keys of all that were reached */
	acm_key_set met;			/* near keys under which names met */
	bool		near_rule;
	int			side;			/* while loading */
	MemoryContext context;
} acm_reached;

/* Grow an array that may be more than a gigabyte */
static inline void *
acm_grow_keys(void *array, Size n, Size size)
{
	return array ? repalloc_huge(array, n * size) : palloc_extended(n * size, MCXT_ALLOC_HUGE);
}

/* Reach a member, at a level */
static inline void
acm_reach_member(acm_reached *r, uint32 m, uint8 level)
{
	if (r->members[m].level == ACM_LEVEL_NONE)
	{
		r->members[m].level = level;
		r->reached[r->nreached++] = m;
	}
}

/*
 * Load two lists, the matches and corrections of their map (ids as int8[] in
 * text), and reach what changed since the versions. False if it is too much:
 * more than that share of all accounts may not be reached. SPI must be
 * connected.
 */
extern bool acm_reach_load(acm_reached *r, const int lists[2], int map_id, const int64 versions[2],
						   const char *corrections, const char *changed, double share);

/* Reach all that is near to what was reached from place from on, at a level */
extern void acm_reach_near(acm_reached *r, uint32 from, uint8 level);

/*
 * Where a change may bring a key over the limit of names that may stand under
 * it, or back, reach all that meet under it
 */
extern void acm_reach_by_crowds(acm_reached *r);

/* Reach all without a domain under the keys under which names met */
extern void acm_reach_crowds(acm_reached *r);

#endif							/* ACM_REACH_H */
