/*
 * groups.c
 *		Which rows of two lists stand under the same key: a counting sort of
 *		their links by key number.
 */
#include "compat.h"

#include "miscadmin.h"

#include "overlap/array.h"
#include "overlap/groups.h"

/* Links between two looks for a cancel */
#define CHECK_EVERY 0xffff

/* Collect the groups of a kind; see the header */
acm_groups *
acm_groups_make(const acm_list *ours, const acm_list *theirs, acm_kind kind, uint32 nkeys)
{
	const acm_list *lists[2] = {ours, theirs};
	acm_groups *groups = palloc0(sizeof(acm_groups));
	uint32	   *count[2];
	uint32	   *group;			/* of each key */

	for (int side = 0; side < 2; side++)
	{
		const acm_link *links = lists[side]->links[kind];

		count[side] = acm_make_array(nkeys, sizeof(uint32), MCXT_ALLOC_ZERO);
		for (uint32 i = 0; i < lists[side]->nlinks[kind]; i++)
		{
			if ((i & CHECK_EVERY) == 0)
				CHECK_FOR_INTERRUPTS();
			count[side][links[i].key]++;
		}
	}

	group = acm_make_array(nkeys, sizeof(uint32), 0);
	for (uint32 key = 0; key < nkeys; key++)
		group[key] = (count[0][key] && count[1][key]) ? groups->ngroups++ : ACM_NO_KEY;

	for (int side = 0; side < 2; side++)
	{
		const acm_link *links = lists[side]->links[kind];
		uint32	   *start = acm_make_array(groups->ngroups, sizeof(uint32), 0);
		uint32		total = 0;

		/* start[g] is where the next link of g goes, until all are placed */
		for (uint32 key = 0; key < nkeys; key++)
		{
			if (group[key] != ACM_NO_KEY)
			{
				start[group[key]] = total;
				total += count[side][key];
			}
		}
		groups->links[side] = acm_make_array(total, sizeof(uint32), 0);
		for (uint32 i = 0; i < lists[side]->nlinks[kind]; i++)
		{
			uint32		g = group[links[i].key];

			if ((i & CHECK_EVERY) == 0)
				CHECK_FOR_INTERRUPTS();
			if (g != ACM_NO_KEY)
				groups->links[side][start[g]++] = i;
		}
		/* now start[g] is where g ends: move up by one */
		memmove(start + 1, start, groups->ngroups * sizeof(uint32));
		start[0] = 0;
		groups->start[side] = start;
		pfree(count[side]);
	}
	pfree(group);
	return groups;
}

/* Let the groups go */
void
acm_groups_free(acm_groups *groups)
{
	for (int side = 0; side < 2; side++)
	{
		pfree(groups->start[side]);
		pfree(groups->links[side]);
	}
	pfree(groups);
}
