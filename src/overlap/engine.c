/*
 * engine.c
 *		The matching engine: reads both lists, lets the rules find matches, and
 *		joins matches to companies.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "overlap/engine.h"
#include "overlap/groups.h"

/*
 * A group of more pairs than this is matched as a star: every row with the
 * first one of the other side. All rows match, and are one company, without
 * the product of their numbers.
 */
#define PAIRS_MAX 1000

static const char *const rule_names[ACM_NRULES] = {"domain"};

/* The name of a rule */
const char *
acm_rule_name(acm_rule rule)
{
	return rule_names[rule];
}

/* Note a match */
static void
add_match(acm_engine *engine, acm_rule rule, uint32 ours, uint32 theirs, uint32 link, float confidence)
{
	acm_match  *m;

	if (engine->nmatches == engine->maxmatches)
	{
		engine->maxmatches = engine->maxmatches ? engine->maxmatches * 2 : 1024;
		engine->matches = engine->matches ?
			repalloc_huge(engine->matches, (Size) engine->maxmatches * sizeof(acm_match)) :
			palloc(engine->maxmatches * sizeof(acm_match));
	}
	m = &engine->matches[engine->nmatches++];
	m->row[ACM_OURS] = ours;
	m->row[ACM_THEIRS] = theirs;
	m->link = link;
	m->rule = rule;
	m->needs_review = false;
	m->confidence = confidence;
}

/*
 * Rule domain: accounts with the same match host. A row with several of them
 * is matched by the first that it shares.
 */
static void
match_by_domain(acm_engine *engine, const acm_groups *groups)
{
	const acm_link *links[2];

	for (int side = 0; side < 2; side++)
		links[side] = engine->list[side].links[ACM_KIND_DOMAIN];

	for (uint32 g = 0; g < groups->ngroups; g++)
	{
		const uint32 *in[2];
		uint32		n[2];

		CHECK_FOR_INTERRUPTS();
		for (int side = 0; side < 2; side++)
		{
			in[side] = groups->links[side] + groups->start[side][g];
			n[side] = groups->start[side][g + 1] - groups->start[side][g];
		}
		for (uint32 i = 0; i < n[0]; i++)
		{
			uint32		last = ((uint64) n[0] * n[1] <= PAIRS_MAX || i == 0) ? n[1] : 1;

			for (uint32 j = 0; j < last; j++)
				add_match(engine, ACM_RULE_DOMAIN, links[0][in[0][i]].row, links[1][in[1][j]].row,
						  in[0][i], 0.98f);
		}
	}
}

/*
 * Bring the matches into the order of our rows, and keep one of each pair: by
 * the first rule, then the first key.
 */
static void
order_matches(acm_engine *engine)
{
	uint32		nrows = engine->list[ACM_OURS].nrows;
	uint32	   *start = MemoryContextAllocExtended(CurrentMemoryContext,
												   ((Size) nrows + 1) * sizeof(uint32),
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	acm_match  *sorted = MemoryContextAllocExtended(CurrentMemoryContext,
													((Size) engine->nmatches + 1) * sizeof(acm_match),
													MCXT_ALLOC_HUGE);
	Size		lastsize = ((Size) engine->list[ACM_THEIRS].nrows + 1) * sizeof(uint32);
	uint32	   *last = MemoryContextAllocExtended(CurrentMemoryContext, lastsize, MCXT_ALLOC_HUGE);
	uint32		n = 0;

	/* last[their row]: the last of our rows that was matched with it */
	memset(last, 0xff, lastsize);

	/* a counting sort keeps the order of the rules within a row */
	for (uint32 i = 0; i < engine->nmatches; i++)
		start[engine->matches[i].row[ACM_OURS] + 1]++;
	for (uint32 row = 0; row < nrows; row++)
		start[row + 1] += start[row];
	for (uint32 i = 0; i < engine->nmatches; i++)
		sorted[start[engine->matches[i].row[ACM_OURS]]++] = engine->matches[i];

	for (uint32 i = 0; i < engine->nmatches; i++)
	{
		uint32	   *met = &last[sorted[i].row[ACM_THEIRS]];

		if (*met == sorted[i].row[ACM_OURS])
			continue;
		*met = sorted[i].row[ACM_OURS];
		sorted[n++] = sorted[i];
	}
	pfree(last);
	pfree(start);
	if (engine->matches)
		pfree(engine->matches);
	engine->matches = sorted;
	engine->nmatches = n;
}

/* The representative of a node's component, halving the path to it */
static uint32
find_root(uint32 *parent, uint32 node)
{
	while (parent[node] != node)
	{
		parent[node] = parent[parent[node]];
		node = parent[node];
	}
	return node;
}

/* The stronger of two statuses; unknown is the weakest */
static acm_status
stronger(acm_status a, acm_status b)
{
	if (a == ACM_STATUS_UNKNOWN || b == ACM_STATUS_UNKNOWN)
		return Max(a, b);
	return Min(a, b);
}

/* Join matches to companies */
static void
find_companies(acm_engine *engine)
{
	uint32		nours = engine->list[ACM_OURS].nrows;
	Size		nrows = (Size) nours + engine->list[ACM_THEIRS].nrows;
	uint32	   *parent = MemoryContextAllocExtended(CurrentMemoryContext, (nrows + 1) * sizeof(uint32),
													MCXT_ALLOC_HUGE);
	uint32		maxcompanies = 1024;

	if (nrows >= PG_UINT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the two lists have more than %u accounts", PG_UINT32_MAX)));
	for (Size i = 0; i < nrows; i++)
		parent[i] = (uint32) i;
	for (uint32 i = 0; i < engine->nmatches; i++)
	{
		uint32		a = find_root(parent, engine->matches[i].row[ACM_OURS]);
		uint32		b = find_root(parent, nours + engine->matches[i].row[ACM_THEIRS]);

		/* the root is the smallest: one of ours */
		if (a < b)
			parent[b] = a;
		else
			parent[a] = b;
	}

	for (int side = 0; side < 2; side++)
	{
		Size		size = ((Size) engine->list[side].nrows + 1) * sizeof(uint32);

		engine->company[side] = MemoryContextAllocExtended(CurrentMemoryContext, size, MCXT_ALLOC_HUGE);
		memset(engine->company[side], 0xff, size);
	}
	engine->companies = palloc(maxcompanies * sizeof(acm_company));
	for (uint32 i = 0; i < engine->nmatches; i++)
	{
		const uint32 *row = engine->matches[i].row;
		uint32		root = find_root(parent, row[ACM_OURS]);
		uint32	   *company = &engine->company[ACM_OURS][root];

		if (*company == ACM_NO_COMPANY)
		{
			if (engine->ncompanies == maxcompanies)
			{
				maxcompanies *= 2;
				engine->companies = repalloc_huge(engine->companies, (Size) maxcompanies * sizeof(acm_company));
			}
			*company = engine->ncompanies++;
			memset(&engine->companies[*company], 0, sizeof(acm_company));
		}
		for (int side = 0; side < 2; side++)
		{
			acm_status *status = &engine->companies[*company].status[side];

			engine->company[side][row[side]] = *company;
			*status = stronger(*status, engine->list[side].rows[row[side]].status);
		}
	}
	pfree(parent);
}

/* Read both lists and find their matches; see the header */
void
acm_engine_run(acm_engine *engine)
{
	Size		budget = get_hash_memory_limit();
	acm_numbering *numbering = acm_numbering_create(budget / 2);
	acm_groups *groups;

	for (int side = 0; side < 2; side++)
		acm_list_read(&engine->list[side], numbering, engine->statuses, budget / 4);
	acm_numbering_finish(numbering);

	groups = acm_groups_make(&engine->list[ACM_OURS], &engine->list[ACM_THEIRS], ACM_KIND_DOMAIN,
							 acm_keys_count(numbering->kind[ACM_KIND_DOMAIN]));
	match_by_domain(engine, groups);
	acm_groups_free(groups);

	order_matches(engine);
	find_companies(engine);
}

/* Let go of temporary files */
void
acm_engine_end(acm_engine *engine)
{
	for (int side = 0; side < 2; side++)
		acm_store_close(engine->list[side].store);
}
