/*
 * pairs.c
 *		The pairs of rows under one key.
 */
#include "compat.h"

#include "miscadmin.h"

#include "overlap/pairs.h"

/* Both sides of a group */
void
acm_open_group(const acm_groups *groups, uint32 g, acm_group_side in[2])
{
	for (int side = 0; side < 2; side++)
	{
		in[side].links = groups->links[side] + groups->start[side][g];
		in[side].n = groups->start[side][g + 1] - groups->start[side][g];
	}
}

/*
 * The place of the row that a group too large for all its pairs is matched
 * around: the one with the smallest account_id, so that the order of rows does
 * not matter.
 */
static uint32
star_center(acm_engine *engine, int side, acm_kind kind, const uint32 *links, uint32 n)
{
	const acm_list *list = &engine->list[side];
	char	   *least = NULL;
	Size		least_len = 0;
	uint32		center = 0;

	for (uint32 i = 0; i < n; i++)
	{
		const acm_record *record = acm_list_record(list, list->links[kind][links[i]].row,
												   &engine->scratch[side]);
		Datum		id = (Datum) 0;
		const char *data;
		Size		len;
		int			cmp;

		CHECK_FOR_INTERRUPTS();
		acm_record_field(record, ACM_FIELD_ID, &id);
		data = VARDATA_ANY(DatumGetPointer(id));
		len = VARSIZE_ANY_EXHDR(DatumGetPointer(id));
		cmp = least ? memcmp(data, least, Min(len, least_len)) : -1;
		if (cmp < 0 || (cmp == 0 && len < least_len))
		{
			if (least)
				pfree(least);
			least = palloc(len + 1);
			memcpy(least, data, len);
			least_len = len;
			center = i;
		}
	}
	if (least)
		pfree(least);
	return center;
}

/* Call pair for the pairs of a group; see the header */
void
acm_each_pair(acm_engine *engine, acm_kind kind, const acm_group_side in[2],
			  acm_pair_function pair, void *arg)
{
	uint32		center[2];

	if ((uint64) in[0].n * in[1].n <= ACM_PAIRS_MAX)
	{
		for (uint32 i = 0; i < in[0].n; i++)
		{
			for (uint32 j = 0; j < in[1].n; j++)
			{
				/* a row may have a thousand keys of a kind, and a pair a million to compare */
				CHECK_FOR_INTERRUPTS();
				pair(engine, in[0].links[i], in[1].links[j], arg);
			}
		}
		return;
	}

	for (int side = 0; side < 2; side++)
		center[side] = star_center(engine, side, kind, in[side].links, in[side].n);
	for (uint32 i = 0; i < in[0].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pair(engine, in[0].links[i], in[1].links[center[1]], arg);
	}
	for (uint32 j = 0; j < in[1].n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		if (j != center[1])
			pair(engine, in[0].links[center[0]], in[1].links[j], arg);
	}
}
