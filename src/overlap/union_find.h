/*
 * union_find.h
 *		Which things belong together: each points to another of its component,
 *		its representative to itself.
 */
#ifndef ACM_UNION_FIND_H
#define ACM_UNION_FIND_H

#include "postgres.h"

/* The representative of a thing's component, halving the path to it */
static inline uint32
acm_find_root(uint32 *parent, uint32 thing)
{
	while (parent[thing] != thing)
	{
		parent[thing] = parent[parent[thing]];
		thing = parent[thing];
	}
	return thing;
}

#endif							/* ACM_UNION_FIND_H */
