/*
 * near.c
 *		Rules near and similar: names that are nearly equal, between rows that
 *		nothing else matched, at least one of them without a domain.
 *
 * What is compared are names, not rows: all unmatched rows of one list with a
 * name are one node, so that duplicates change nothing. Names that both lists
 * have are left out: they have an exact rival. Nodes without a domain go into
 * an index by near keys; the nodes of the other side are looked up there. Two
 * nodes match if each is the best that the other has found.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "normalize/company.h"
#include "overlap/engine.h"
#include "overlap/near_keys.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/typo.h"

/* More names than this under one near key, and it proposes nothing: it is no trace of a typo */
#define CROWD_MAX 64

/* A label that is a whole name, or initials, has at least so many bytes */
#define LABEL_MIN 4
#define INITIALS_MIN 3

#define NO_NODE PG_UINT32_MAX

/* A name of unmatched rows of one side */
typedef struct node
{
	uint32		link;			/* of its first row */
	uint32		best;			/* node */
	uint8		side;
	uint8		score;			/* of best; 0: none */
	uint8		verdict;
	bool		tie;
	bool		with_site;		/* some row has a domain */
	bool		without_site;	/* some row has none */
	acm_country country;		/* of the rows that have one, if they agree; else 0 */
	bool		countries;		/* they disagree */
} node;

/* An entry of the index: a node under a near key */
typedef struct near_entry
{
	uint64		key;
	uint32		node;
	uint32		next;			/* in the bucket; NO_NODE ends it */
} near_entry;

typedef struct near_state
{
	acm_engine *engine;
	acm_rule	rule;
	node	   *nodes;
	uint32		nnodes;
	uint32	   *node_of_name;	/* NO_NODE if none */
	near_entry *entries;
	uint32		nentries;
	uint32		maxentries;
	uint32	   *buckets;
	uint32		nbuckets;		/* a power of two */
	uint32		pass;			/* of npasses: keys of this remainder */
	uint32		npasses;
	char		name[ACM_NAME_BUF]; /* of the node at hand, with blanks */
	int			len;
	StringInfoData other;		/* record of the node that it is compared with */
} near_state;

/* Let a row count for its name's node */
static void
add_to_node(near_state *s, int side, uint32 i)
{
	const acm_list *list = &s->engine->list[side];
	const acm_link *link = &list->links[ACM_KIND_NAME][i];
	acm_country country = list->rows[link->row].country;
	node	   *n;

	if (s->node_of_name[link->key] == NO_NODE)
	{
		s->node_of_name[link->key] = s->nnodes;
		n = &s->nodes[s->nnodes++];
		memset(n, 0, sizeof(*n));
		n->link = i;
		n->side = side;
		n->best = NO_NODE;
	}
	n = &s->nodes[s->node_of_name[link->key]];
	if (acm_has_site(list, link->row))
		n->with_site = true;
	else
		n->without_site = true;
	if (country != 0 && n->country != 0 && n->country != country)
		n->countries = true;
	else if (country != 0)
		n->country = country;
}

/* Make the nodes: the names that only one list has, of rows that are not matched */
static void
make_nodes(near_state *s)
{
	acm_engine *engine = s->engine;
	uint32		nnames = acm_keys_count(engine->numbering->kind[ACM_KIND_NAME]);
	uint8	   *sides = MemoryContextAllocExtended(CurrentMemoryContext, (Size) nnames + 1,
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	Size		most = 0;

	s->node_of_name = MemoryContextAllocExtended(CurrentMemoryContext,
												 ((Size) nnames + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	memset(s->node_of_name, 0xff, (Size) nnames * sizeof(uint32));
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			sides[list->links[ACM_KIND_NAME][i].key] |= 1 << side;
			most += !engine->matched[side][list->links[ACM_KIND_NAME][i].row];
		}
	}
	most = Min(most, nnames);
	s->nodes = MemoryContextAllocExtended(CurrentMemoryContext, (most + 1) * sizeof(node), MCXT_ALLOC_HUGE);
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_NAME][i];

			if (sides[link->key] != 3 && !engine->matched[side][link->row])
				add_to_node(s, side, i);
		}
	}
	pfree(sides);
}

/* Read the name of a node, with its record in scratch; returns the record */
static const acm_record *
read_name(near_state *s, const node *n, StringInfo scratch, char *name, int *len)
{
	const acm_list *list = &s->engine->list[n->side];
	const acm_record *record = acm_list_record(list, list->links[ACM_KIND_NAME][n->link].row, scratch);
	acm_key		key = acm_record_key(list, record, ACM_KIND_NAME, n->link);

	*len = acm_name_words(&key, name);
	return record;
}

/* Put a node into the index under a key */
static void
add_entry(near_state *s, uint64 key, uint32 n)
{
	near_entry *e;

	if (key % s->npasses != s->pass)
		return;
	if (s->nentries == s->maxentries)
	{
		s->maxentries = s->maxentries ? s->maxentries * 2 : 1024;
		s->entries = s->entries ?
			repalloc_huge(s->entries, (Size) s->maxentries * sizeof(near_entry)) :
			palloc(s->maxentries * sizeof(near_entry));
	}
	e = &s->entries[s->nentries++];
	e->key = key;
	e->node = n;
}

/* The name's letters without blanks; returns how many */
static int
join_words(const char *name, int len, char *out)
{
	int			n = 0;

	for (int i = 0; i < len; i++)
	{
		if (name[i] != ' ')
			out[n++] = name[i];
	}
	return n;
}

/* The keys under which a node without a domain can be found; read_name was called */
static void
index_node(near_state *s, uint32 number, const acm_record *record)
{
	uint64_t	keys[ACM_NEAR_KEYS_MAX];
	char		joined[ACM_NAME_BUF];
	const acm_list *list = &s->engine->list[s->nodes[number].side];
	int			n = acm_near_keys(s->name, s->len, keys);
	int			len = join_words(s->name, s->len, joined);

	for (int i = 0; i < n; i++)
		add_entry(s, keys[i], number);
	if (len >= LABEL_MIN)
		add_entry(s, acm_near_key(ACM_NEAR_LABEL, joined, len), number);
	if (s->rule == ACM_RULE_SIMILAR)
	{
		len = acm_name_initials(s->name, s->len, joined);
		if (len >= INITIALS_MIN)
			add_entry(s, acm_near_key(ACM_NEAR_INITIALS, joined, len), number);
		len = acm_row_handle(list, list->links[ACM_KIND_NAME][s->nodes[number].link].row, record, joined);
		if (len >= LABEL_MIN)
			add_entry(s, acm_near_key(ACM_NEAR_HANDLE, joined, len), number);
	}
}

/* Chain the entries into buckets by key */
static void
build_index(near_state *s)
{
	s->nbuckets = 1024;
	while (s->nbuckets < s->nentries)
		s->nbuckets *= 2;
	s->buckets = MemoryContextAllocExtended(CurrentMemoryContext, (Size) s->nbuckets * sizeof(uint32),
											MCXT_ALLOC_HUGE);
	memset(s->buckets, 0xff, (Size) s->nbuckets * sizeof(uint32));
	for (uint32 i = 0; i < s->nentries; i++)
	{
		uint32	   *bucket = &s->buckets[(s->entries[i].key >> 20) & (s->nbuckets - 1)];

		s->entries[i].next = *bucket;
		*bucket = i;
	}
}

/* Whether two nodes are of one country as far as is known */
static inline bool
countries_agree(const node *a, const node *b)
{
	return !a->countries && !b->countries &&
		(a->country == 0 || b->country == 0 || a->country == b->country);
}

/* Note for both nodes what they are to each other */
static void
propose(near_state *s, uint32 a, uint32 b, acm_verdict verdict, uint8 score)
{
	uint32		pair[2] = {a, b};

	for (int i = 0; i < 2; i++)
	{
		node	   *n = &s->nodes[pair[i]];
		uint32		other = pair[1 - i];

		if (score > n->score)
		{
			n->score = score;
			n->best = other;
			n->verdict = verdict;
			n->tie = false;
		}
		else if (score == n->score && n->best != other)
			n->tie = true;
	}
}

/* What the names of two nodes that share a near key are to each other */
static void
compare_names(near_state *s, uint32 number, uint32 other)
{
	char		name[ACM_NAME_BUF];
	int			len;
	int			edits = 0;
	acm_typo	typo;

	read_name(s, &s->nodes[other], &s->other, name, &len);
	if (acm_same_words(s->name, s->len, name, len))
	{
		if (s->rule == ACM_RULE_NEAR)
			propose(s, number, other, ACM_WORD_ORDER, 90);
		return;
	}

	typo = acm_compare_typo(s->name, s->len, name, len, &edits);
	if (typo == ACM_NO_TYPO)
		return;
	if (acm_collision_prone(name, len) || acm_collision_prone(s->name, s->len))
		typo = Min(typo, ACM_PLAIN_TYPO);
	if (typo == ACM_SURE_TYPO && s->rule == ACM_RULE_NEAR)
		propose(s, number, other, ACM_TYPO, 72 - edits);
	else if (s->rule == ACM_RULE_SIMILAR)
		propose(s, number, other, ACM_WEAK_TYPO, (typo == ACM_SHORT_TYPO ? 50 : 54) - edits);
}

/*
 * Look a key up for a node. Nodes of the other side under it are compared or,
 * if the key says all, proposed with the verdict.
 */
static void
look_up(near_state *s, uint32 number, uint64 key, acm_verdict verdict, uint8 score)
{
	const node *n = &s->nodes[number];
	int			crowd = 0;

	if (key % s->npasses != s->pass)
		return;
	for (uint32 i = s->buckets[(key >> 20) & (s->nbuckets - 1)]; i != NO_NODE; i = s->entries[i].next)
		crowd += (s->entries[i].key == key);
	if (crowd == 0 || crowd > CROWD_MAX)
		return;
	for (uint32 i = s->buckets[(key >> 20) & (s->nbuckets - 1)]; i != NO_NODE; i = s->entries[i].next)
	{
		const near_entry *e = &s->entries[i];
		const node *o = &s->nodes[e->node];

		if (e->key != key || o->side == n->side || !countries_agree(n, o))
			continue;
		if (verdict == ACM_NVERDICTS)
			compare_names(s, number, e->node);
		else if (verdict != ACM_INITIALS || (n->country != 0 && n->country == o->country))
			propose(s, number, e->node, verdict, score);
	}
}

/* Look a node up under its near keys, and if it has domains, under their labels */
static void
look_up_node(near_state *s, uint32 number, const acm_record *record)
{
	const node *n = &s->nodes[number];
	const acm_list *list = &s->engine->list[n->side];
	uint64_t	keys[ACM_NEAR_KEYS_MAX];
	int			nkeys = acm_near_keys(s->name, s->len, keys);
	uint32		first;
	uint32		end;

	for (int i = 0; i < nkeys; i++)
		look_up(s, number, keys[i], ACM_NVERDICTS, 0);

	acm_row_sites(list, list->links[ACM_KIND_NAME][n->link].row, &first, &end);
	for (uint32 i = first; i < end; i++)
	{
		acm_key		key = acm_record_key(list, record, ACM_KIND_DOMAIN, i);
		char		label[64];
		int			len = acm_host_label(key.bytes, key.len, label);

		if (s->rule == ACM_RULE_NEAR && len >= LABEL_MIN)
			look_up(s, number, acm_near_key(ACM_NEAR_LABEL, label, len), ACM_LABEL_IS_NAME, 80);
		if (s->rule == ACM_RULE_SIMILAR && len >= LABEL_MIN)
			look_up(s, number, acm_near_key(ACM_NEAR_HANDLE, label, len), ACM_HANDLE, 60);
		if (s->rule == ACM_RULE_SIMILAR && len >= INITIALS_MIN)
			look_up(s, number, acm_near_key(ACM_NEAR_INITIALS, label, len), ACM_INITIALS, 40);
	}
}

/* Go through all nodes: index those without a domain, then look all up */
static void
find_candidates(near_state *s, uint32 pass)
{
	s->pass = pass;
	s->nentries = 0;
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (s->nodes[i].without_site && !s->nodes[i].with_site)
		{
			const acm_record *record = read_name(s, &s->nodes[i], &s->engine->scratch[0], s->name, &s->len);

			index_node(s, i, record);
		}
	}
	if (s->nentries == 0)
		return;
	build_index(s);
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		const acm_record *record;

		CHECK_FOR_INTERRUPTS();
		record = read_name(s, &s->nodes[i], &s->engine->scratch[0], s->name, &s->len);
		look_up_node(s, i, record);
	}
	pfree(s->buckets);
}

/* Whether two nodes are each other's only best */
static inline bool
mutually_best(const near_state *s, uint32 number)
{
	const node *n = &s->nodes[number];

	return n->best != NO_NODE && !n->tie &&
		s->nodes[n->best].best == number && !s->nodes[n->best].tie;
}

/* Note the pairs of rows of the nodes that match */
static void
note_pairs(near_state *s)
{
	acm_engine *engine = s->engine;
	const acm_list *theirs = &engine->list[ACM_THEIRS];
	uint32	   *start;
	uint32	   *links;
	uint32		total = 0;

	/* links of their rows by node: only of nodes that match */
	start = MemoryContextAllocExtended(CurrentMemoryContext, ((Size) s->nnodes + 2) * sizeof(uint32),
									   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int fill = 0; fill < 2; fill++)
	{
		links = fill ? MemoryContextAllocExtended(CurrentMemoryContext, ((Size) total + 1) * sizeof(uint32),
												  MCXT_ALLOC_HUGE) : NULL;
		for (uint32 i = 0; i < theirs->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &theirs->links[ACM_KIND_NAME][i];
			uint32		n = s->node_of_name[link->key];

			if (n == NO_NODE || engine->matched[ACM_THEIRS][link->row] || s->nodes[n].best == NO_NODE)
				continue;
			if (fill)
				links[start[n + 1]++] = i;
			else
			{
				start[n + 2]++;
				total++;
			}
		}
		for (uint32 n = 0; !fill && n < s->nnodes; n++)
			start[n + 2] += start[n + 1];
	}

	for (uint32 i = 0; i < engine->list[ACM_OURS].nlinks[ACM_KIND_NAME]; i++)
	{
		const acm_link *link = &engine->list[ACM_OURS].links[ACM_KIND_NAME][i];
		uint32		n = s->node_of_name[link->key];
		acm_verdict verdict;

		CHECK_FOR_INTERRUPTS();
		if (n == NO_NODE || engine->matched[ACM_OURS][link->row] || s->nodes[n].best == NO_NODE)
			continue;
		verdict = mutually_best(s, n) ? s->nodes[n].verdict : ACM_NOT_BEST;
		for (uint32 j = start[s->nodes[n].best]; j < start[s->nodes[n].best + 1]; j++)
		{
			uint32		their_row = theirs->links[ACM_KIND_NAME][links[j]].row;

			if (acm_has_site(&engine->list[ACM_OURS], link->row) && acm_has_site(theirs, their_row))
				continue;
			acm_note_links(engine, s->rule, acm_countries_differ(engine, link->row, their_row) ?
						   ACM_COUNTRIES_DIFFER : verdict, i, links[j], 0);
		}
	}
	pfree(start);
	pfree(links);
}

/* One of the two rules */
static void
match_by(acm_engine *engine, acm_rule rule)
{
	MemoryContext context;
	MemoryContext old;
	near_state *s;

	if ((engine->options.rules & (1 << rule)) == 0)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "accountmatch near", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	s = palloc0(sizeof(near_state));
	s->engine = engine;
	s->rule = rule;
	initStringInfo(&s->other);
	make_nodes(s);

	/* an entry and its bucket for each of some ten keys a node, in as many passes as memory asks for */
	s->npasses = 1 + (Size) s->nnodes * 10 * (sizeof(near_entry) + sizeof(uint32)) / get_hash_memory_limit();
	for (uint32 pass = 0; pass < s->npasses; pass++)
		find_candidates(s, pass);
	note_pairs(s);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Rules near and similar; see above */
void
acm_match_nearly(acm_engine *engine)
{
	match_by(engine, ACM_RULE_NEAR);
	acm_settle(engine);
	match_by(engine, ACM_RULE_SIMILAR);
}
