/*
 * groups.h
 *		Which rows of two lists stand under the same key.
 */
#ifndef ACM_GROUPS_H
#define ACM_GROUPS_H

#include "postgres.h"

#include "overlap/list.h"

/*
 * The links of both lists under each key that both have. A key that only one
 * list has is no group.
 */
typedef struct acm_groups
{
	uint32		ngroups;
	uint32	   *start[2];		/* ngroups + 1: first place in links of each group */
	uint32	   *links[2];		/* numbers of links, by group, then in the list's order */
} acm_groups;

/* Collect the groups of a kind, in CurrentMemoryContext; nkeys: how many keys were numbered */
extern acm_groups *acm_groups_make(const acm_list *ours, const acm_list *theirs,
								   acm_kind kind, uint32 nkeys);

extern void acm_groups_free(acm_groups *groups);

#endif							/* ACM_GROUPS_H */
