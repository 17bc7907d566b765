/*
 * near.c
 *		Rules near and similar: names that are nearly equal, between rows that
 *		nothing else matched, at least one of them without a domain.
 *
 * What is compared are names, not rows: all unmatched rows of one list with a
 * name are one node, so that duplicates change nothing. Names that both lists
 * have are left out: they have an exact rival. Nodes without a domain go into
 * an index of their side by near keys; the nodes of the other side are looked
 * up there. Two nodes match if each is the best that the other has found.
 */
#include "compat.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "normalize/company.h"
#include "overlap/engine.h"
#include "overlap/near_keys.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/typo.h"

/* More names than this under one near key, and it proposes nothing: it is no trace of a typo */
#define CROWD_MAX 32

/* A label that is a whole name, or initials, has at least so many bytes */
#define LABEL_MIN 4
#define INITIALS_MIN 3

#define NO_NODE PG_UINT32_MAX

/* Two names mostly share several near keys: so many are remembered as compared */
#define SEEN 16

/* A name of unmatched rows of one side */
typedef struct node
{
	uint64		pos;			/* of the record of its first row */
	uint32		key;			/* in that record: where the name's key stands */
	uint32		link;			/* of its first row */
	uint32		best;			/* node */
	uint8		side;
	uint8		score;			/* of best; 0: none */
	uint8		verdict;
	bool		tie;
	bool		with_site;		/* some row has a domain */
	acm_country country;		/* of the rows that have one, if they agree; else 0 */
	bool		countries;		/* they disagree */
} node;

/* An entry of the index: a node under a near key */
typedef struct near_entry
{
	uint64		key;
	uint32		node;
	uint32		letters;		/* of its name: see letters_of */
} near_entry;

/* The nodes without a domain of one side, by their near keys */
typedef struct near_index
{
	near_entry *entries;		/* sorted by key once all are there */
	uint32		nentries;
	uint32		maxentries;
	uint32	   *starts;			/* of the entries by the upper bits of their keys */
	int			start_bits;
	uint64	   *filter;			/* bits by the lower bits of the keys: no entry has what is not set */
	uint64		filter_mask;
} near_index;

typedef struct near_state
{
	acm_engine *engine;
	acm_rule	rule;
	node	   *nodes;
	uint32		nnodes;
	uint32	   *node_of_name;	/* NO_NODE if none */
	near_index	index[2];		/* of each side */
	uint32		pass;			/* of npasses: keys of this remainder */
	uint32		npasses;
	char		name[ACM_NAME_BUF]; /* of the node at hand, with blanks */
	int			len;
	uint32		letters;
	uint32		seen[SEEN];		/* nodes that it was compared with, the last ones */
	StringInfoData other;		/* record of the node that it is compared with */
} near_state;

/* Note where the name of a link stands */
static void
find_name(near_state *s, node *n, int side, uint32 link)
{
	const acm_list *list = &s->engine->list[side];
	uint32		row = list->links[ACM_KIND_NAME][link].row;
	const acm_record *record = acm_list_record(list, row, &s->engine->scratch[side]);
	acm_key		key = acm_record_key(list, record, ACM_KIND_NAME, link);

	n->pos = list->rows[row].pos;
	n->key = key.bytes - 2 * sizeof(uint16) - (const char *) record;
}

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
		find_name(s, n, side, i);
		n->side = side;
		n->best = NO_NODE;
	}
	n = &s->nodes[s->node_of_name[link->key]];
	if (acm_has_site(list, link->row))
		n->with_site = true;
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

/* Read the key of a node's name, with its record in scratch */
static const acm_record *
read_key(near_state *s, const node *n, StringInfo scratch, acm_key *key)
{
	const acm_record *record = (const acm_record *) acm_store_fetch(s->engine->list[n->side].store, n->pos, scratch);

	acm_read_key((const char *) record + n->key, key);
	return record;
}

/*
 * The set of a name's bytes modulo 24, and its length in the lowest 8 bits. An
 * edit changes at most two members and, of UTF-8, four bytes.
 */
static uint32
letters_of(const char *bytes, int len)
{
	uint32		set = 0;

	for (int i = 0; i < len; i++)
		set |= UINT32_C(1) << ((unsigned char) bytes[i] % 24);
	return set << 8 | (len & 0xff);
}

/* Whether two names may differ by no more than two edits, going by their letters */
static inline bool
letters_agree(uint32 a, uint32 b)
{
	uint8		by = (uint8) ((a & 0xff) - (b & 0xff));

	return (by <= 8 || by >= 248) && pg_popcount32((a ^ b) >> 8) <= 4;
}

/* Make a node the one at hand: read its name. Returns its record */
static const acm_record *
take_node(near_state *s, uint32 number)
{
	const node *n = &s->nodes[number];
	acm_key		key;
	const acm_record *record = read_key(s, n, &s->engine->scratch[0], &key);

	s->len = acm_name_words(&key, s->name);
	s->letters = letters_of(key.bytes, key.len);
	memset(s->seen, 0xff, sizeof(s->seen));
	return record;
}

/* Put a node into its side's index under a key */
static void
add_entry(near_state *s, uint64 key, uint32 n)
{
	near_index *index = &s->index[s->nodes[n].side];
	near_entry *e;

	if (key % s->npasses != s->pass)
		return;
	if (index->nentries == index->maxentries)
	{
		index->maxentries = index->maxentries ? index->maxentries * 2 : 1024;
		index->entries = index->entries ?
			repalloc_huge(index->entries, (Size) index->maxentries * sizeof(near_entry)) :
			palloc(index->maxentries * sizeof(near_entry));
	}
	e = &index->entries[index->nentries++];
	e->key = key;
	e->node = n;
	e->letters = s->letters;
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

/* The keys under which a node without a domain can be found; take_node was called */
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

/* For qsort: by key, then by node */
static int
compare_entries(const void *a, const void *b)
{
	const near_entry *x = a;
	const near_entry *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/*
 * Sort the entries by key, and leave out those of crowds. A filter tells of
 * most keys that nobody has them, without a look at the entries.
 */
static void
build_index(near_index *index)
{
	uint32		n = 0;
	uint64		bits = 1024;
	Size		nstarts;

	qsort(index->entries, index->nentries, sizeof(near_entry), compare_entries);
	for (uint32 i = 0; i < index->nentries;)
	{
		uint32		end = i;

		while (end < index->nentries && index->entries[end].key == index->entries[i].key)
			end++;
		if (end - i <= CROWD_MAX)
		{
			memmove(&index->entries[n], &index->entries[i], (end - i) * sizeof(near_entry));
			n += end - i;
		}
		i = end;
	}
	index->nentries = n;

	while (bits < (uint64) n * 8)
		bits *= 2;
	index->filter = MemoryContextAllocExtended(CurrentMemoryContext, bits / 8, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	index->filter_mask = bits - 1;
	index->start_bits = 1;
	while (((Size) 1 << index->start_bits) < n)
		index->start_bits++;
	nstarts = (Size) 1 << index->start_bits;
	index->starts = MemoryContextAllocExtended(CurrentMemoryContext, (nstarts + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0, start = 0; start <= nstarts; start++)
	{
		while (i < n && (index->entries[i].key >> (64 - index->start_bits)) < start)
			i++;
		index->starts[start] = i;
	}
	for (uint32 i = 0; i < n; i++)
	{
		uint64		bit = index->entries[i].key & index->filter_mask;

		index->filter[bit / 64] |= UINT64CONST(1) << (bit % 64);
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
compare_names(near_state *s, uint32 number, uint32 other, bool same_letters)
{
	char		name[ACM_NAME_BUF];
	uint32	   *seen = &s->seen[other % SEEN];
	int			len;
	int			edits = 0;
	acm_typo	typo;
	acm_key		key;

	if (*seen == other)
		return;
	*seen = other;

	read_key(s, &s->nodes[other], &s->other, &key);
	len = acm_name_words(&key, name);
	if (same_letters && acm_same_words(s->name, s->len, name, len))
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
 * if a verdict is given, proposed with it.
 */
static void
look_up(near_state *s, uint32 number, uint64 key, acm_verdict verdict, uint8 score)
{
	const node *n = &s->nodes[number];
	const near_index *index = &s->index[1 - n->side];
	uint64		bit = key & index->filter_mask;
	uint32		start;

	if ((index->filter[bit / 64] & (UINT64CONST(1) << (bit % 64))) == 0 || key % s->npasses != s->pass)
		return;
	start = index->starts[key >> (64 - index->start_bits)];
	while (start < index->nentries && index->entries[start].key < key)
		start++;
	for (uint32 i = start; i < index->nentries && index->entries[i].key == key; i++)
	{
		const near_entry *e = &index->entries[i];
		const node *o = &s->nodes[e->node];

		if (verdict == ACM_NVERDICTS && !letters_agree(e->letters, s->letters))
			continue;
		if (!countries_agree(n, o))
			continue;
		if (verdict == ACM_NVERDICTS)
			compare_names(s, number, e->node, e->letters == s->letters);
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

/*
 * Go through all nodes: index those without a domain, then look up the others
 * on the other side, and of those without a domain ours among theirs.
 */
static void
find_candidates(near_state *s, uint32 pass)
{
	s->pass = pass;
	for (int side = 0; side < 2; side++)
		s->index[side].nentries = 0;
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!s->nodes[i].with_site)
			index_node(s, i, take_node(s, i));
	}
	for (int side = 0; side < 2; side++)
		build_index(&s->index[side]);
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		const node *n = &s->nodes[i];

		CHECK_FOR_INTERRUPTS();
		if (s->index[1 - n->side].nentries > 0 && (n->with_site || n->side == ACM_OURS))
			look_up_node(s, i, take_node(s, i));
	}
	for (int side = 0; side < 2; side++)
	{
		pfree(s->index[side].starts);
		pfree(s->index[side].filter);
	}
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

/* How many nodes go into the index */
static uint32
count_without_site(const near_state *s)
{
	uint32		count = 0;

	for (uint32 i = 0; i < s->nnodes; i++)
		count += !s->nodes[i].with_site;
	return count;
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

	/* some ten entries a node without a domain, in as many passes as memory asks for */
	s->npasses = 1 + (Size) count_without_site(s) * 10 * 2 * sizeof(near_entry) / get_hash_memory_limit();
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
