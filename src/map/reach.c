/*
 * reach.c
 *		How far a change reaches: which stored accounts the engine must see to
 *		give the same answer for what may have changed as it gives on all.
 *
 * The rules id, domain, email and name look at accounts with a key in common and
 * at what earlier rules found for them. So what a changed account can reach by
 * them are all accounts linked with it through keys, however long the chain:
 * the closure. Within it nothing depends on anything outside.
 *
 * Rule near compares names under near keys and takes the mutually best. A pair
 * depends on the candidates of both its names, not on longer chains: if level 0
 * is what changed, candidates may have changed for the names near to it (level
 * 1). Their candidates (level 2) and what these would prefer (level 3) must be
 * seen to decide on them. Each level is closed under keys, so that who is
 * unmatched is known. Near keys that too many names without a domain have propose
 * nothing: for every key under which two names of these levels meet, all
 * accounts without a domain are seen, too (level 4), so that the engine counts
 * what it counts in the whole. Where a change may bring a key over that limit or
 * back, all names that meet under it are level 1.
 *
 * What the engine then finds for pairs with an account of level 0 or 1 takes the
 * place of what was stored for them. All of this is a matter of being generous:
 * an account too many does no harm.
 */
#include "compat.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "map/reach.h"

/* Note the exact keys of a member as reached */
static void
take_exact_keys(acm_reached *r, const acm_member *m)
{
	bool		added;

	for (uint32 i = 0; i < m->nexact; i++)
		acm_key_set_add(&r->exact, r->exact_keys[m->exact + i], &added);
}

/* Whether a member has one of the exact keys that were reached */
static inline bool
has_exact_key(const acm_reached *r, const acm_member *m)
{
	for (uint32 i = 0; i < m->nexact; i++)
	{
		if (acm_key_set_find(&r->exact, r->exact_keys[m->exact + i]))
			return true;
	}
	return false;
}

/* Close what was reached from place `from` on under keys and links, at a level; false if it is too much */
static bool
close_level(acm_reached *r, uint32 from, uint8 level)
{
	bool		grows = true;

	/* what accounts were when they changed reaches as far as what they are */
	for (uint32 m = r->nstored; level == ACM_LEVEL_CHANGED && m < r->n; m++)
		take_exact_keys(r, &r->members[m]);
	while (grows)
	{
		uint32		before = r->nreached;

		for (; from < r->nreached; from++)
			take_exact_keys(r, &r->members[r->reached[from]]);
		for (uint32 m = 0; m < r->nstored; m++)
		{
			CHECK_FOR_INTERRUPTS();
			if (r->members[m].level == ACM_LEVEL_NONE && has_exact_key(r, &r->members[m]))
				acm_reach_member(r, m, level);
		}
		for (Size i = 0; i < r->nlinks; i++)
		{
			const acm_tie *l = &r->links[i];

			for (int side = 0; side < 2; side++)
			{
				if (r->members[l->member[side]].level <= level)
					acm_reach_member(r, l->member[1 - side], level);
			}
		}
		if (r->nreached > r->limit)
			return false;
		grows = r->nreached > before;
	}
	return true;
}

/* Reach all levels; false if it is too much */
static bool
reach_all(acm_reached *r)
{
	uint32		from = 0;

	if (!close_level(r, 0, ACM_LEVEL_CHANGED))
		return false;
	if (!r->near_rule)
		return true;
	for (uint8 level = ACM_LEVEL_NEAR; level <= ACM_LEVEL_LAST; level++)
	{
		uint32		end = r->nreached;

		acm_reach_near(r, from, level);
		if (level == ACM_LEVEL_NEAR)
			acm_reach_by_crowds(r);
		from = end;
		if (!close_level(r, end, level))
			return false;
	}
	from = r->nreached;
	acm_reach_crowds(r);
	return close_level(r, from, ACM_LEVEL_CROWD);
}

PG_FUNCTION_INFO_V1(acm_reach);

/*
 * reach(our_list, their_list, map_id, our_version, their_version, corrections,
 * changed_corrections, near_rule, share): what a change reaches, with its level.
 * A row without account_id: more than that share of all, too much to be worth it.
 */
Datum
acm_reach(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	acm_reached *r;
	char	   *corrections = text_to_cstring(PG_GETARG_TEXT_PP(5));
	char	   *changed = text_to_cstring(PG_GETARG_TEXT_PP(6));
	Datum		values[3];
	bool		nulls[3] = {false, false, false};
	int			lists[2] = {PG_GETARG_INT32(0), PG_GETARG_INT32(1)};
	int64		versions[2] = {PG_GETARG_INT64(3), PG_GETARG_INT64(4)};
	bool		worth_it;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	r = palloc0(sizeof(acm_reached));
	r->context = CurrentMemoryContext;
	r->near_rule = PG_GETARG_BOOL(7);
	acm_key_set_init(&r->exact, 0);
	acm_key_set_init(&r->met, 0);

	worth_it = acm_reach_load(r, lists, PG_GETARG_INT32(2), versions, corrections, changed, PG_GETARG_FLOAT8(8)) &&
		reach_all(r);
	if (!worth_it)
	{
		nulls[0] = nulls[1] = nulls[2] = true;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	for (uint32 i = 0; worth_it && i < r->nreached; i++)
	{
		const acm_member *m = &r->members[r->reached[i]];

		CHECK_FOR_INTERRUPTS();
		values[0] = BoolGetDatum(m->side == ACM_REACH_OURS);
		values[1] = CStringGetTextDatum(m->id);
		values[2] = BoolGetDatum(m->level <= ACM_LEVEL_NEAR);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		pfree(DatumGetPointer(values[1]));
	}
	SPI_finish();
	return (Datum) 0;
}
