/*
 * engine.c
 *		The matching engine: reads both lists, lets the rules find matches, and
 *		joins matches to companies.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "overlap/array.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/late_names.h"
#include "overlap/read.h"
#include "overlap/stages.h"
#include "overlap/union_find.h"

static const struct
{
	const char *name;
	acm_kind	kind;
}			rules[ACM_NRULES] =
{
	{"pin", ACM_NKINDS},
	{"id", ACM_KIND_ID},
	{"domain", ACM_KIND_DOMAIN},
	{"email", ACM_KIND_DOMAIN},
	{"name", ACM_KIND_NAME},
	{"near", ACM_KIND_NAME},
	{"similar", ACM_KIND_NAME},
	{"family", ACM_KIND_FAMILY}
};

/* The name of a rule */
const char *
acm_rule_name(acm_rule rule)
{
	return rules[rule].name;
}

/* The kind of key that the rule's evidence links to */
acm_kind
acm_rule_kind(acm_rule rule)
{
	return rules[rule].kind;
}

/* The rule of a name, or -1 */
int
acm_find_rule(const char *name)
{
	for (int i = 0; i < ACM_NRULES; i++)
	{
		if (strcmp(rules[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* Append to a list of evidence */
static void
append_evidence(acm_engine *engine, acm_evidence_list *list, const acm_evidence *e)
{
	if (list->n == list->max)
	{
		list->max = list->max ? list->max * 2 : 1024;
		list->items = list->items ?
			acm_grow_array(list->items, list->max, sizeof(acm_evidence)) :
			MemoryContextAlloc(engine->context, list->max * sizeof(acm_evidence));
	}
	list->items[list->n++] = *e;
}

/* Whether both rows have an identifier of one scheme, and no identifier in common */
static bool
ids_differ(const acm_engine *engine, uint32 ours, uint32 theirs)
{
	const acm_list *a = &engine->list[ACM_OURS];
	const acm_list *b = &engine->list[ACM_THEIRS];
	bool		same_scheme = false;

	for (uint32 i = ACM_LINKS_OF(a, ours, ACM_KIND_ID); i < ACM_LINKS_END(a, ours, ACM_KIND_ID); i++)
	{
		for (uint32 j = ACM_LINKS_OF(b, theirs, ACM_KIND_ID); j < ACM_LINKS_END(b, theirs, ACM_KIND_ID); j++)
		{
			if (a->links[ACM_KIND_ID][i].key == b->links[ACM_KIND_ID][j].key)
				return false;
			same_scheme |= a->links[ACM_KIND_ID][i].tag == b->links[ACM_KIND_ID][j].tag;
		}
	}
	return same_scheme;
}

/* Note a piece of evidence, after what overrules every rule */
static void
note(acm_engine *engine, acm_evidence *e)
{
	if (acm_accepted(e) && e->rule != ACM_RULE_PIN)
	{
		if (acm_pair_blocked(engine->corrections, e->row[0], e->row[1]))
			e->verdict = ACM_BLOCKED;
		else if (e->rule != ACM_RULE_ID && e->rule != ACM_RULE_FAMILY &&
				 (engine->options.rules & (1 << ACM_RULE_ID)) &&
				 ids_differ(engine, e->row[0], e->row[1]))
			e->verdict = ACM_IDS_DIFFER;
	}
	if (acm_accepted(e))
		append_evidence(engine, &engine->matches, e);
	if (engine->options.all_evidence &&
		(engine->options.only[ACM_OURS] == ACM_NO_ROW ||
		 (engine->options.only[ACM_OURS] == e->row[ACM_OURS] &&
		  engine->options.only[ACM_THEIRS] == e->row[ACM_THEIRS])))
		append_evidence(engine, &engine->evidence, e);
}

/* Note evidence for a pair by its links */
void
acm_note_links(acm_engine *engine, acm_rule rule, acm_verdict verdict,
			   uint32 our_link, uint32 their_link, uint32 count)
{
	acm_kind	kind = rules[rule].kind;
	acm_evidence e;

	e.row[ACM_OURS] = engine->list[ACM_OURS].links[kind][our_link].row;
	e.row[ACM_THEIRS] = engine->list[ACM_THEIRS].links[kind][their_link].row;
	e.link[ACM_OURS] = our_link;
	e.link[ACM_THEIRS] = their_link;
	e.count = count;
	e.rule = rule;
	e.verdict = verdict;
	note(engine, &e);
}

/* Note evidence for a pair by its rows */
void
acm_note_rows(acm_engine *engine, acm_rule rule, acm_verdict verdict,
			  uint32 our_row, uint32 their_row)
{
	acm_evidence e;

	e.row[ACM_OURS] = our_row;
	e.row[ACM_THEIRS] = their_row;
	e.link[ACM_OURS] = e.link[ACM_THEIRS] = ACM_NO_KEY;
	e.count = 0;
	e.rule = rule;
	e.verdict = verdict;
	note(engine, &e);
}

/* From now on, rows of the matches noted so far count as matched */
void
acm_settle(acm_engine *engine)
{
	for (; engine->settled < engine->matches.n; engine->settled++)
	{
		for (int side = 0; side < 2; side++)
			engine->matched[side][engine->matches.items[engine->settled].row[side]] = 1;
	}
}

/* Memory that is left; see the header */
Size
acm_engine_memory_left(const acm_engine *engine)
{
	Size		limit = get_hash_memory_limit();
	Size		used = MemoryContextMemAllocated(engine->context, true);

	return Max(limit / 8, used < limit ? limit - used : 0);
}

/* The groups of a kind */
acm_groups *
acm_engine_groups(acm_engine *engine, acm_kind kind)
{
	return acm_groups_make(&engine->list[ACM_OURS], &engine->list[ACM_THEIRS], kind,
						   acm_keys_count(engine->numbering->kind[kind]));
}

/* Which key of a side stands behind evidence, for comparing; the pairs' rows are the same */
static int
compare_keys(acm_engine *engine, int side, const acm_evidence *a, const acm_evidence *b)
{
	const acm_list *list = &engine->list[side];
	const acm_record *record = acm_list_record(list, a->row[side], &engine->scratch[side]);
	acm_key		x;
	acm_key		y;
	int			cmp;

	acm_record_key(list, record, rules[a->rule].kind, a->link[side], &x);
	acm_record_key(list, record, rules[b->rule].kind, b->link[side], &y);
	cmp = memcmp(x.bytes, y.bytes, Min(x.len, y.len));
	return cmp != 0 ? cmp : (int) x.len - (int) y.len;
}

/*
 * Whether one piece of evidence comes before another one for the same pair: by
 * rule, then what it rests on, then the keys. The order in which they were
 * noted does not matter, as it depends on the order of the rows.
 */
static bool
comes_before(acm_engine *engine, const acm_evidence *a, const acm_evidence *b)
{
	int			cmp = (int) a->rule - (int) b->rule;

	if (cmp == 0)
		cmp = (int) a->verdict - (int) b->verdict;
	for (int side = 0; cmp == 0 && side < 2; side++)
	{
		if (a->link[side] != b->link[side])
			cmp = compare_keys(engine, side, a, b);
	}
	return cmp < 0;
}

/* Bring the matches into the order of our rows, and keep the first one of each pair */
static void
order_matches(acm_engine *engine)
{
	uint32		nrows = engine->list[ACM_OURS].nrows;
	acm_evidence_list *matches = &engine->matches;
	uint32	   *start = acm_make_array(nrows, sizeof(uint32), MCXT_ALLOC_ZERO);
	acm_evidence *sorted = acm_make_array(matches->n, sizeof(acm_evidence), 0);
	Size		ntheirs = engine->list[ACM_THEIRS].nrows;
	uint32	   *last = acm_make_array(ntheirs, sizeof(uint32), 0);
	uint32		n = 0;

	/* last[their row]: where its last match stands in the result */
	memset(last, 0xff, ntheirs * sizeof(uint32));

	for (uint32 i = 0; i < matches->n; i++)
		start[matches->items[i].row[ACM_OURS] + 1]++;
	for (uint32 row = 0; row < nrows; row++)
		start[row + 1] += start[row];
	for (uint32 i = 0; i < matches->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sorted[start[matches->items[i].row[ACM_OURS]]++] = matches->items[i];
	}

	for (uint32 i = 0; i < matches->n; i++)
	{
		uint32	   *met = &last[sorted[i].row[ACM_THEIRS]];

		CHECK_FOR_INTERRUPTS();
		if (*met != PG_UINT32_MAX && sorted[*met].row[ACM_OURS] == sorted[i].row[ACM_OURS])
		{
			if (comes_before(engine, &sorted[i], &sorted[*met]))
				sorted[*met] = sorted[i];
			continue;
		}
		*met = n;
		sorted[n++] = sorted[i];
	}
	pfree(last);
	pfree(start);
	if (matches->items)
		pfree(matches->items);
	matches->items = sorted;
	matches->n = n;
}

/* The stronger of two statuses; unknown is the weakest */
static acm_status
stronger(acm_status a, acm_status b)
{
	if (a == ACM_STATUS_UNKNOWN || b == ACM_STATUS_UNKNOWN)
		return Max(a, b);
	return Min(a, b);
}

/* Join matches to companies; a family match joins nothing */
static void
find_companies(acm_engine *engine)
{
	uint32		nours = engine->list[ACM_OURS].nrows;
	Size		nrows = (Size) nours + engine->list[ACM_THEIRS].nrows;
	uint32	   *parent;
	uint32		maxcompanies = 1024;

	if (nrows >= PG_UINT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the two lists have more than %u accounts", PG_UINT32_MAX)));
	parent = acm_make_array(nrows, sizeof(uint32), 0);
	for (Size i = 0; i < nrows; i++)
		parent[i] = (uint32) i;
	for (uint32 i = 0; i < engine->matches.n; i++)
	{
		const acm_evidence *m = &engine->matches.items[i];
		uint32		a = acm_find_root(parent, m->row[ACM_OURS]);
		uint32		b = acm_find_root(parent, nours + m->row[ACM_THEIRS]);

		CHECK_FOR_INTERRUPTS();
		if (m->rule == ACM_RULE_FAMILY)
			continue;
		/* the root is the smallest: one of ours */
		if (a < b)
			parent[b] = a;
		else
			parent[a] = b;
	}

	for (int side = 0; side < 2; side++)
	{
		Size		n = engine->list[side].nrows;

		engine->company[side] = acm_make_array(n, sizeof(uint32), 0);
		memset(engine->company[side], 0xff, n * sizeof(uint32));
	}
	engine->companies = palloc(maxcompanies * sizeof(acm_company));
	for (uint32 i = 0; i < engine->matches.n; i++)
	{
		const acm_evidence *m = &engine->matches.items[i];
		uint32		root = acm_find_root(parent, m->row[ACM_OURS]);
		uint32	   *company = &engine->company[ACM_OURS][root];

		CHECK_FOR_INTERRUPTS();
		if (m->rule == ACM_RULE_FAMILY)
			continue;
		if (*company == ACM_NO_COMPANY)
		{
			if (engine->ncompanies == maxcompanies)
			{
				maxcompanies *= 2;
				engine->companies = acm_grow_array(engine->companies, maxcompanies, sizeof(acm_company));
			}
			*company = engine->ncompanies++;
			memset(&engine->companies[*company], 0, sizeof(acm_company));
		}
		for (int side = 0; side < 2; side++)
		{
			acm_status *status = &engine->companies[*company].status[side];

			engine->company[side][m->row[side]] = *company;
			*status = stronger(*status, engine->list[side].rows[m->row[side]].status);
		}
	}
	pfree(parent);
}

/* The rows of the one pair whose evidence is wanted; an error if they are not there */
static void
find_only_rows(acm_engine *engine)
{
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];
		const char *id = engine->options.only_ids[side];

		engine->options.only[side] = ACM_NO_ROW;
		for (uint32 row = 0; id && row < list->nrows; row++)
		{
			Datum		value = (Datum) 0;

			CHECK_FOR_INTERRUPTS();
			acm_record_field(acm_list_record(list, row, &engine->scratch[side]), ACM_FIELD_ID, &value);
			if (VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == strlen(id) &&
				memcmp(VARDATA_ANY(DatumGetPointer(value)), id, strlen(id)) == 0)
			{
				engine->options.only[side] = row;
				break;
			}
		}
		if (id && engine->options.only[side] == ACM_NO_ROW)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND),
					 errmsg("%s has no account with account_id \"%s\"", list->table.relname, id),
					 list->suppressed > 0 ? errhint("It may be suppressed by the overrides.") : 0));
	}
}

/* Read both lists and find their matches; see the header */
void
acm_engine_run(acm_engine *engine)
{
	static const char *const reading[2] = {"read ours", "read theirs"};
	Size		budget = get_hash_memory_limit();

	engine->context = CurrentMemoryContext;
	acm_stages_start();
	engine->numbering = acm_numbering_create(budget / 2);
	engine->numbering->later = acm_blinded_kinds(engine->list);
	for (int side = 0; side < 2; side++)
	{
		engine->list[side].late_names = acm_names_can_wait(&engine->options) &&
			(engine->numbering->later & (1 << ACM_KIND_NAME)) == 0;
		engine->list[side].only_matches = engine->options.only_matches && engine->list[side].late_names &&
			engine->numbering->later == 0 && engine->corrections == NULL;
		acm_list_read(&engine->list[side], side, engine->numbering, engine->statuses,
					  engine->corrections, budget / 4);
		acm_stage_done(reading[side], engine->list[side].nrows);
		initStringInfo(&engine->scratch[side]);
		engine->matched[side] = acm_make_array(engine->list[side].nrows, 1, MCXT_ALLOC_ZERO);
	}
	acm_number_blinded(engine);
	for (int kind = 0; kind < ACM_NKINDS; kind++)
	{
		if (kind == ACM_KIND_NAME)
			acm_name_rows(engine);
		acm_keys_finish(engine->numbering->kind[kind]);
	}
	acm_stage_done("number keys", acm_keys_count(engine->numbering->kind[ACM_KIND_DOMAIN]) +
				   acm_keys_count(engine->numbering->kind[ACM_KIND_NAME]));

	find_only_rows(engine);
	acm_match_pins(engine);
	acm_match_by_id(engine);
	acm_settle(engine);
	acm_match_by_domain(engine);
	acm_settle(engine);
	acm_stage_done("match by id, domain, email", engine->matches.n);
	acm_match_by_name(engine);
	acm_settle(engine);
	acm_stage_done("match by name", engine->matches.n);
	acm_match_nearly(engine);
	acm_settle(engine);
	acm_stage_done("match nearly", engine->matches.n);
	acm_match_families(engine);

	order_matches(engine);
	find_companies(engine);
	acm_stage_done("find companies", engine->ncompanies);
}

/* Let go of temporary files */
void
acm_engine_end(acm_engine *engine)
{
	for (int side = 0; side < 2; side++)
		acm_store_close(engine->list[side].store);
}
