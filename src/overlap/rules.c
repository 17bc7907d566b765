/*
 * rules.c
 *		The rules that need a key in common and little else: pins, identifiers,
 *		domains, families.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "normalize/company.h"
#include "overlap/array.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/pairs.h"
#include "overlap/sites.h"

/* Names under a crowded host at least so alike are one company's */
#define CROWDED_SIMILARITY 0.85f

/* Pairs of names under a crowded host beyond which only equal ones are compared */
#define CROWDED_PAIRS_MAX 4096

/* Rule pin: pairs that the user pinned */
void
acm_match_pins(acm_engine *engine)
{
	int			n;
	const acm_override *pairs = acm_corrections_pairs(engine->corrections, &n);

	for (int i = 0; i < n; i++)
	{
		bool		again = i > 0 && pairs[i].action == pairs[i - 1].action &&
			pairs[i].row[0] == pairs[i - 1].row[0] && pairs[i].row[1] == pairs[i - 1].row[1];

		if (pairs[i].action == ACM_ACTION_PIN && !again)
			acm_note_rows(engine, ACM_RULE_PIN, ACM_PINNED, pairs[i].row[0], pairs[i].row[1]);
	}
}

/* A pair with the same identifier */
static void
pair_by_id(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	acm_note_links(engine, ACM_RULE_ID, ACM_SAME_ID, ours, theirs, 0);
}

/* Rule id: the same valid identifier */
void
acm_match_by_id(acm_engine *engine)
{
	acm_groups *groups;

	if ((engine->options.rules & (1 << ACM_RULE_ID)) == 0)
		return;
	groups = acm_engine_groups(engine, ACM_KIND_ID);
	for (uint32 g = 0; g < groups->ngroups; g++)
	{
		acm_group_side in[2];

		CHECK_FOR_INTERRUPTS();
		acm_open_group(groups, g, in);
		acm_each_pair(engine, ACM_KIND_ID, in, pair_by_id, NULL);
	}
	acm_groups_free(groups);
}

/* The number of the first name of a link's row; ACM_NO_KEY if it has none */
static inline uint32
name_of(const acm_list *list, const acm_link *link)
{
	uint32		first = ACM_LINKS_OF(list, link->row, ACM_KIND_NAME);

	if (first == ACM_LINKS_END(list, link->row, ACM_KIND_NAME))
		return ACM_NO_KEY;
	return list->links[ACM_KIND_NAME][first].key;
}

/*
 * How many different names stand under a host in one list, counted to cap + 1:
 * more do not matter.
 */
static int
count_names(const acm_list *list, const acm_group_side *in, int cap, uint32 *seen)
{
	int			n = 0;

	for (uint32 i = 0; i < in->n && n <= cap; i++)
	{
		uint32		name = name_of(list, &list->links[ACM_KIND_DOMAIN][in->links[i]]);
		int			j = 0;

		CHECK_FOR_INTERRUPTS();
		if (name == ACM_NO_KEY)
			continue;
		while (j < n && seen[j] != name)
			j++;
		if (j == n)
			seen[n++] = name;
	}
	return n;
}

/*
 * The rule by which a pair with a host in common counts: email if one has it
 * from a contact, else domain; false if that rule is off, or if it is a
 * contact's host while the websites differ.
 */
static bool
rule_of_hosts(acm_engine *engine, uint32 ours, uint32 theirs, acm_rule *rule)
{
	const acm_link *a = &engine->list[ACM_OURS].links[ACM_KIND_DOMAIN][ours];
	const acm_link *b = &engine->list[ACM_THEIRS].links[ACM_KIND_DOMAIN][theirs];

	*rule = (a->tag == ACM_FROM_EMAIL || b->tag == ACM_FROM_EMAIL) ? ACM_RULE_EMAIL : ACM_RULE_DOMAIN;
	return (engine->options.rules & (1 << *rule)) != 0;
}

/* Note a pair with a host in common, or that its websites differ */
static void
note_hosts(acm_engine *engine, acm_verdict verdict, uint32 ours, uint32 theirs, uint32 count)
{
	acm_rule	rule;

	if (!rule_of_hosts(engine, ours, theirs, &rule))
		return;
	if (rule == ACM_RULE_EMAIL && verdict < ACM_FIRST_REJECTION &&
		acm_compare_sites(engine, ACM_OURS, engine->list[ACM_OURS].links[ACM_KIND_DOMAIN][ours].row,
						  ACM_THEIRS, engine->list[ACM_THEIRS].links[ACM_KIND_DOMAIN][theirs].row) == ACM_SITES_DIFFER)
		verdict = ACM_DOMAINS_DIFFER;
	acm_note_links(engine, rule, verdict, ours, theirs, count);
}

/* A pair under a host that few names share */
static void
pair_by_host(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	note_hosts(engine, ACM_SAME_HOST, ours, theirs, 0);
}

/* A pair under a crowded host with equal names */
static void
pair_by_host_and_name(acm_engine *engine, uint32 ours, uint32 theirs, void *count)
{
	note_hosts(engine, ACM_SAME_HOST_SIMILAR_NAME, ours, theirs, *(uint32 *) count);
}

/* A link under a crowded host, to sort by name */
typedef struct named_link
{
	uint32		name;
	uint32		link;
} named_link;

/* The links of one side under a crowded host whose rows have one name */
typedef struct name_run
{
	uint32		name;
	acm_group_side in;
	char	   *words;			/* with blanks where they sort first; NULL: not read */
	int			len;
} name_run;

/* For qsort: by name, then in the list's order */
static int
compare_named(const void *a, const void *b)
{
	const named_link *x = a;
	const named_link *y = b;

	CHECK_FOR_INTERRUPTS();
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->link < y->link ? -1 : x->link > y->link;
}

/* The names under a host in one list, in their order, each with its links; palloc'd in the current context */
static name_run *
make_runs(const acm_list *list, const acm_group_side *in, uint32 *nruns)
{
	named_link *named = acm_make_array(in->n, sizeof(named_link), 0);
	uint32	   *links = acm_make_array(in->n, sizeof(uint32), 0);
	name_run   *runs;
	uint32		n = 0;

	for (uint32 i = 0; i < in->n; i++)
	{
		uint32		name = name_of(list, &list->links[ACM_KIND_DOMAIN][in->links[i]]);

		if (name == ACM_NO_KEY)
			continue;
		named[n].name = name;
		named[n++].link = in->links[i];
	}
	qsort(named, n, sizeof(named_link), compare_named);
	*nruns = 0;
	for (uint32 i = 0; i < n; i++)
		*nruns += (i == 0 || named[i].name != named[i - 1].name);
	runs = acm_make_array(*nruns, sizeof(name_run), MCXT_ALLOC_ZERO);
	*nruns = 0;
	for (uint32 i = 0; i < n; i++)
	{
		if (i == 0 || named[i].name != named[i - 1].name)
		{
			runs[*nruns].name = named[i].name;
			runs[(*nruns)++].in.links = links + i;
		}
		runs[*nruns - 1].in.n++;
		links[i] = named[i].link;
	}
	pfree(named);
	return runs;
}

/* Read the name of a run */
static void
read_run(acm_engine *engine, int side, name_run *run)
{
	const acm_list *list = &engine->list[side];

	for (uint32 i = 0; i < run->in.n; i++)
	{
		uint32		row = list->links[ACM_KIND_DOMAIN][run->in.links[i]].row;
		const acm_record *record = acm_list_record(list, row, &engine->scratch[side]);
		acm_key		key;
		char		words[ACM_NAME_BUF];
		int			len;

		CHECK_FOR_INTERRUPTS();
		acm_record_key(list, record, ACM_KIND_NAME, ACM_LINKS_OF(list, row, ACM_KIND_NAME), &key);
		len = acm_name_words(&key, words);
		if (run->words == NULL || strcmp(words, run->words) < 0)
		{
			run->words = pstrdup(words);
			run->len = len;
		}
	}
}

/* A pair under a crowded host with names that are not similar */
static void
pair_in_crowd(acm_engine *engine, uint32 ours, uint32 theirs, void *count)
{
	note_hosts(engine, ACM_HOST_CROWDED, ours, theirs, *(uint32 *) count);
}

/*
 * A host that many names share: pairs with equal names match; those with
 * similar ones too, where the names are few enough to compare, and not blinded.
 */
static void
match_crowded_host(acm_engine *engine, const acm_group_side in[2])
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "accountmatch crowded host",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	name_run   *runs[2];
	uint32		n[2];
	uint32		count;
	uint32		at[2] = {0, 0};
	bool		readable = !acm_names_blinded(&engine->list[0]) && !acm_names_blinded(&engine->list[1]);

	for (int side = 0; side < 2; side++)
		runs[side] = make_runs(&engine->list[side], &in[side], &n[side]);
	count = Max(n[0], n[1]);

	while (at[0] < n[0] && at[1] < n[1])
	{
		const name_run *ours = &runs[ACM_OURS][at[ACM_OURS]];
		const name_run *theirs = &runs[ACM_THEIRS][at[ACM_THEIRS]];

		CHECK_FOR_INTERRUPTS();
		if (ours->name == theirs->name)
		{
			acm_group_side same[2] = {ours->in, theirs->in};

			acm_each_pair(engine, ACM_KIND_DOMAIN, same, pair_by_host_and_name, &count);
		}
		at[ACM_OURS] += (ours->name <= theirs->name);
		at[ACM_THEIRS] += (theirs->name <= ours->name);
	}

	if ((uint64) n[0] * n[1] <= CROWDED_PAIRS_MAX)
	{
		for (int side = 0; side < 2 && readable; side++)
		{
			for (uint32 i = 0; i < n[side]; i++)
				read_run(engine, side, &runs[side][i]);
		}
		for (uint32 i = 0; i < n[0]; i++)
		{
			for (uint32 j = 0; j < n[1]; j++)
			{
				const name_run *ours = &runs[ACM_OURS][i];
				const name_run *theirs = &runs[ACM_THEIRS][j];
				acm_group_side pair[2] = {ours->in, theirs->in};
				bool		alike = false;

				CHECK_FOR_INTERRUPTS();
				if (ours->name == theirs->name)
					continue;
				if (readable)
					alike = acm_match_similarity(ours->words, ours->len, theirs->words, theirs->len) >= CROWDED_SIMILARITY;
				/* rows may be many: a rejection that nobody wants to see is not worth a look at them */
				if (alike || engine->options.all_evidence)
					acm_each_pair(engine, ACM_KIND_DOMAIN, pair, alike ? pair_by_host_and_name : pair_in_crowd, &count);
			}
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Rules domain and email: the same match host */
void
acm_match_by_domain(acm_engine *engine)
{
	int			cap = engine->options.domain_cap;
	uint32	   *seen = palloc((cap + 1) * sizeof(uint32));
	acm_groups *groups;

	if ((engine->options.rules & ((1 << ACM_RULE_DOMAIN) | (1 << ACM_RULE_EMAIL))) == 0)
		return;
	groups = acm_engine_groups(engine, ACM_KIND_DOMAIN);
	for (uint32 g = 0; g < groups->ngroups; g++)
	{
		acm_group_side in[2];
		bool		crowded = false;

		CHECK_FOR_INTERRUPTS();
		acm_open_group(groups, g, in);
		for (int side = 0; side < 2 && !crowded; side++)
			crowded = in[side].n > (uint32) cap &&
				count_names(&engine->list[side], &in[side], cap, seen) > cap;
		if (crowded)
			match_crowded_host(engine, in);
		else
			acm_each_pair(engine, ACM_KIND_DOMAIN, in, pair_by_host, NULL);
	}
	acm_groups_free(groups);
	pfree(seen);
}

/* A pair of one family */
static void
pair_by_family(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	acm_note_links(engine, ACM_RULE_FAMILY, ACM_FAMILY, ours, theirs, 0);
}

/* Rule family: accounts of a parent and its subsidiaries, by the user's aliases */
void
acm_match_families(acm_engine *engine)
{
	acm_groups *groups;

	if (engine->corrections == NULL)
		return;
	groups = acm_engine_groups(engine, ACM_KIND_FAMILY);
	for (uint32 g = 0; g < groups->ngroups; g++)
	{
		acm_group_side in[2];

		CHECK_FOR_INTERRUPTS();
		acm_open_group(groups, g, in);
		acm_each_pair(engine, ACM_KIND_FAMILY, in, pair_by_family, NULL);
	}
	acm_groups_free(groups);
}
