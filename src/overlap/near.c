/*
 * near.c
 *		Rules near and similar: names that are nearly equal, between rows that
 *		nothing else matched, at least one of them without a domain.
 *
 * What is compared are names, not rows: all unmatched rows of one list with a
 * name are one node, so that duplicates change nothing. Names that both lists
 * have are left out: they have an exact rival. Nodes without a domain go into
 * an index by near keys; the nodes of the other side are looked up there. Two
 * nodes match if each is the only best that the other has found, and the rows
 * of neither are several companies by their domains.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "normalize/company.h"
#include "overlap/engine.h"
#include "overlap/near_index.h"
#include "overlap/near_keys.h"
#include "overlap/pairs.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/typo.h"

/* More names than this under one near key, and it proposes nothing: it is no trace of a typo */
#define CROWD_MAX 16

/* A label that is a whole name, or initials, has at least so many bytes */
#define LABEL_MIN 4
#define INITIALS_MIN 3

#define NO_NODE PG_UINT32_MAX

/* Two names mostly share several near keys: so many are remembered as compared */
#define SEEN 16

/* A name of unmatched rows of one side */
typedef struct node
{
	uint32		first;			/* of its links in near_state.links */
	uint32		nlinks;
	uint32		link;			/* with the spelling that sorts first */
	uint32		best;			/* node */
	uint8		side;
	uint8		score;			/* of best; 0: none */
	uint8		verdict;
	bool		tie;
	bool		with_site;		/* some row has a domain */
	acm_country country;		/* of the rows that have one, if they agree; else 0 */
	bool		countries;		/* they disagree */
} node;

/* Two nodes, ours first, that are candidates for each other */
typedef struct candidate
{
	uint32		node[2];
} candidate;

typedef struct near_state
{
	acm_engine *engine;
	acm_rule	rule;
	acm_near_index *index[2];	/* the nodes without a domain of each side */
	node	   *nodes;
	uint32		nnodes;
	uint32	   *node_of_name;	/* NO_NODE if none */
	uint32	   *links;			/* to names, by node */
	candidate  *candidates;		/* all that were found, if all evidence is wanted */
	Size		ncandidates;
	Size		maxcandidates;
	char		name[ACM_NAME_BUF]; /* of the node at hand, with blanks */
	int			len;
	uint32		letters;		/* of that name */
	uint32		seen[SEEN];		/* nodes that it was compared with, the last ones */
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
		n->side = side;
		n->best = NO_NODE;
	}
	n = &s->nodes[s->node_of_name[link->key]];
	n->nlinks++;
	n->with_site |= acm_has_site(list, link->row);
	if (country != 0 && n->country != 0 && n->country != country)
		n->countries = true;
	else if (country != 0)
		n->country = country;
}

/* Read the name that a link of a side stands for, with its record in scratch; returns the record */
static const acm_record *
read_name(near_state *s, int side, uint32 link, StringInfo scratch, char *name, int *len)
{
	const acm_list *list = &s->engine->list[side];
	const acm_record *record = acm_list_record(list, list->links[ACM_KIND_NAME][link].row, scratch);
	acm_key		key;

	acm_record_key(list, record, ACM_KIND_NAME, link, &key);
	*len = acm_name_words(&key, name);
	return record;
}

/*
 * Give each node its links. Rows may spell one name with blanks in different
 * places; what sorts first stands for all.
 */
static void
collect_links(near_state *s)
{
	uint32		total = 0;

	for (uint32 n = 0; n < s->nnodes; n++)
	{
		s->nodes[n].first = total;
		total += s->nodes[n].nlinks;
		s->nodes[n].nlinks = 0;
	}
	s->links = MemoryContextAllocExtended(CurrentMemoryContext, ((Size) total + 1) * sizeof(uint32),
										  MCXT_ALLOC_HUGE);
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &s->engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_NAME][i];
			char		name[ACM_NAME_BUF];
			int			len;
			node	   *n;

			CHECK_FOR_INTERRUPTS();
			if (s->node_of_name[link->key] == NO_NODE || s->engine->matched[side][link->row])
				continue;
			n = &s->nodes[s->node_of_name[link->key]];
			s->links[n->first + n->nlinks++] = i;
			if (n->nlinks == 1)
				n->link = i;
			else
			{
				read_name(s, side, n->link, &s->engine->scratch[0], s->name, &s->len);
				read_name(s, side, i, &s->engine->scratch[0], name, &len);
				if (strcmp(name, s->name) < 0)
					n->link = i;
			}
		}
	}
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

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			CHECK_FOR_INTERRUPTS();
			sides[list->links[ACM_KIND_NAME][i].key] |= 1 << side;
			most += !engine->matched[side][list->links[ACM_KIND_NAME][i].row];
		}
	}
	most = Min(most, nnames);
	s->nodes = MemoryContextAllocExtended(CurrentMemoryContext, (most + 1) * sizeof(node), MCXT_ALLOC_HUGE);
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_NAME][i];

			CHECK_FOR_INTERRUPTS();
			if (sides[link->key] != 3 && !engine->matched[side][link->row])
				add_to_node(s, side, i);
		}
	}
	pfree(sides);
	collect_links(s);
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

/* A handle of a row, or the label of one of its domains */
typedef struct placed_label
{
	uint64		key;			/* near key */
	uint32		row;
	uint32		link;			/* to the domain; ACM_NO_KEY: the handle */
} placed_label;

/* For qsort */
static int
compare_labels(const void *a, const void *b)
{
	const placed_label *x = a;
	const placed_label *y = b;

	CHECK_FOR_INTERRUPTS();
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Read a label with the row's record in scratch; returns its length */
static int
read_label(near_state *s, int side, const placed_label *at, StringInfo scratch, char *label)
{
	const acm_list *list = &s->engine->list[side];
	const acm_record *record = acm_list_record(list, at->row, scratch);
	acm_key		key;

	if (at->link == ACM_NO_KEY)
		return acm_row_handle(list, at->row, record, label);
	acm_record_key(list, record, ACM_KIND_DOMAIN, at->link, &key);
	return acm_host_label(key.bytes, key.len, label);
}

/*
 * The different handles of a node's rows, or labels of their domains, palloc'd;
 * returns how many. Rows may be many, and alike.
 */
static Size
collect_labels(near_state *s, const node *n, acm_near_kind kind, placed_label **labels)
{
	const acm_list *list = &s->engine->list[n->side];
	Size		max = 16;
	Size		count = 0;
	Size		distinct = 0;

	*labels = palloc(max * sizeof(placed_label));
	for (uint32 i = 0; i < n->nlinks; i++)
	{
		uint32		row = list->links[ACM_KIND_NAME][s->links[n->first + i]].row;
		bool		handle = (kind == ACM_NEAR_HANDLE);
		uint32		first = 0;
		uint32		end = 1;

		CHECK_FOR_INTERRUPTS();
		if (!handle)
			acm_row_sites(list, row, &first, &end);
		for (uint32 link = first; link < end; link++)
		{
			placed_label *at;
			char		label[ACM_HANDLE_MAX + 1];
			int			len;

			if (count == max)
			{
				max *= 2;
				*labels = repalloc_huge(*labels, max * sizeof(placed_label));
			}
			at = &(*labels)[count];
			at->row = row;
			at->link = handle ? ACM_NO_KEY : link;
			len = read_label(s, n->side, at, &s->other, label);
			at->key = acm_near_key(kind, label, len);
			count += (len > 0);
		}
	}
	qsort(*labels, count, sizeof(placed_label), compare_labels);
	for (Size i = 0; i < count; i++)
	{
		if (i == 0 || (*labels)[i].key != (*labels)[distinct - 1].key)
			(*labels)[distinct++] = (*labels)[i];
	}
	return distinct;
}

/* The keys under which a node without a domain can be found; its name was read */
static void
index_node(near_state *s, uint32 number)
{
	const node *n = &s->nodes[number];
	acm_near_index *index = s->index[n->side];
	uint64_t	keys[ACM_NEAR_KEYS_MAX];
	char		joined[ACM_NAME_BUF];
	int			nkeys = acm_near_keys(s->name, s->len, keys);
	int			len = join_words(s->name, s->len, joined);
	placed_label *handles;
	Size		nhandles;

	for (int i = 0; i < nkeys; i++)
		acm_near_index_add(index, keys[i], number, s->letters);
	if (len >= LABEL_MIN)
		acm_near_index_add(index, acm_near_key(ACM_NEAR_LABEL, joined, len), number, s->letters);
	if (s->rule != ACM_RULE_SIMILAR)
		return;
	len = acm_name_initials(s->name, s->len, joined);
	if (len >= INITIALS_MIN)
		acm_near_index_add(index, acm_near_key(ACM_NEAR_INITIALS, joined, len), number, s->letters);
	nhandles = collect_labels(s, n, ACM_NEAR_HANDLE, &handles);
	for (Size i = 0; i < nhandles; i++)
	{
		if (read_label(s, n->side, &handles[i], &s->other, joined) >= LABEL_MIN)
			acm_near_index_add(index, handles[i].key, number, s->letters);
	}
	pfree(handles);
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

	if (s->engine->options.all_evidence)
	{
		if (s->ncandidates == s->maxcandidates)
		{
			s->maxcandidates = s->maxcandidates ? s->maxcandidates * 2 : 1024;
			s->candidates = s->candidates ?
				repalloc_huge(s->candidates, s->maxcandidates * sizeof(candidate)) :
				palloc(s->maxcandidates * sizeof(candidate));
		}
		s->candidates[s->ncandidates].node[s->nodes[a].side] = a;
		s->candidates[s->ncandidates++].node[s->nodes[b].side] = b;
	}
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
	int			len;
	int			edits = 0;
	acm_typo	typo;
	uint32	   *seen = &s->seen[other % SEEN];

	if (*seen == other)
		return;
	*seen = other;

	read_name(s, s->nodes[other].side, s->nodes[other].link, &s->other, name, &len);
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

/* Whether a label is what a node of the index says by its name, initials or handles */
static bool
label_says(near_state *s, uint32 number, acm_verdict verdict, const char *label, int label_len)
{
	const node *n = &s->nodes[number];
	const acm_list *list = &s->engine->list[n->side];
	char		name[ACM_NAME_BUF];
	char		own[ACM_NAME_BUF];
	int			len;

	if (verdict != ACM_HANDLE)
	{
		read_name(s, n->side, n->link, &s->other, name, &len);
		len = verdict == ACM_INITIALS ? acm_name_initials(name, len, own) : join_words(name, len, own);
		return len == label_len && memcmp(own, label, len) == 0;
	}
	for (uint32 i = 0; i < n->nlinks; i++)
	{
		uint32		row = list->links[ACM_KIND_NAME][s->links[n->first + i]].row;

		len = acm_row_handle(list, row, acm_list_record(list, row, &s->other), own);
		if (len == label_len && memcmp(own, label, len) == 0)
			return true;
	}
	return false;
}

/*
 * Look a key up for a node. Nodes of the other side under it are compared by
 * name or, if there is a label, proposed with the verdict where it says so.
 */
static void
look_up(near_state *s, uint32 number, uint64 key, acm_verdict verdict, uint8 score,
		const char *label, int label_len)
{
	const node *n = &s->nodes[number];
	const acm_near_index *index = s->index[1 - n->side];

	for (uint32 i = acm_near_index_first(index, key, CROWD_MAX); i != NO_NODE;
		 i = acm_near_index_next(index, i))
	{
		const acm_near_entry *e = &index->entries[i];
		const node *o = &s->nodes[e->node];

		CHECK_FOR_INTERRUPTS();
		if (label == NULL && !acm_letters_agree(e->letters, s->letters))
			continue;
		if (!countries_agree(n, o))
			continue;
		if (label == NULL)
			compare_names(s, number, e->node, e->letters == s->letters);
		else if ((verdict != ACM_INITIALS || (n->country != 0 && n->country == o->country)) &&
				 label_says(s, e->node, verdict, label, label_len))
			propose(s, number, e->node, verdict, score);
	}
}

/* Look a node up under its near keys, and if its rows have domains, under their labels */
static void
look_up_node(near_state *s, uint32 number)
{
	const node *n = &s->nodes[number];
	uint64_t	keys[ACM_NEAR_KEYS_MAX];
	int			nkeys = acm_near_keys(s->name, s->len, keys);
	placed_label *labels;
	Size		nlabels;

	for (int i = 0; i < nkeys; i++)
		look_up(s, number, keys[i], ACM_NVERDICTS, 0, NULL, 0);

	if (!n->with_site)
		return;
	nlabels = collect_labels(s, n, ACM_NEAR_LABEL, &labels);
	for (Size i = 0; i < nlabels; i++)
	{
		char		label[ACM_HANDLE_MAX + 1];
		int			len = read_label(s, n->side, &labels[i], &s->other, label);

		if (s->rule == ACM_RULE_NEAR && len >= LABEL_MIN)
			look_up(s, number, labels[i].key, ACM_LABEL_IS_NAME, 80, label, len);
		if (s->rule == ACM_RULE_SIMILAR && len >= LABEL_MIN)
			look_up(s, number, acm_near_key(ACM_NEAR_HANDLE, label, len), ACM_HANDLE, 60, label, len);
		if (s->rule == ACM_RULE_SIMILAR && len >= INITIALS_MIN)
			look_up(s, number, acm_near_key(ACM_NEAR_INITIALS, label, len), ACM_INITIALS, 40, label, len);
	}
	pfree(labels);
}

/* Make a node the one at hand: read its name */
static void
take_node(near_state *s, uint32 number)
{
	const node *n = &s->nodes[number];

	read_name(s, n->side, n->link, &s->engine->scratch[0], s->name, &s->len);
	s->letters = acm_letters_of(s->name, s->len);
	memset(s->seen, 0xff, sizeof(s->seen));
}

/*
 * Go through all nodes: index those without a domain, then look up the others
 * on the other side, and of those without a domain ours among theirs.
 */
static void
find_candidates(near_state *s, uint32 pass)
{
	for (int side = 0; side < 2; side++)
		acm_near_index_start(s->index[side], pass);
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (s->nodes[i].with_site)
			continue;
		take_node(s, i);
		index_node(s, i);
	}
	for (int side = 0; side < 2; side++)
		acm_near_index_build(s->index[side]);
	for (uint32 i = 0; i < s->nnodes; i++)
	{
		const node *n = &s->nodes[i];

		CHECK_FOR_INTERRUPTS();
		if (s->index[1 - n->side]->nentries == 0 || (!n->with_site && n->side == ACM_THEIRS))
			continue;
		take_node(s, i);
		look_up_node(s, i);
	}
}

/* Whether two nodes are each other's only best */
static inline bool
mutually_best(const node *nodes, uint32 a, uint32 b)
{
	return nodes[a].best == b && !nodes[a].tie && nodes[b].best == a && !nodes[b].tie;
}

/* Whether the rows of a node are several companies */
static bool
is_several(near_state *s, const node *n)
{
	acm_group_side in[2] = {{NULL, 0}, {NULL, 0}};

	in[n->side].links = s->links + n->first;
	in[n->side].n = n->nlinks;
	return n->with_site && n->nlinks > 1 && acm_site_parts(s->engine, in, NULL) > 1;
}

/* What two nodes are to each other, for their pairs of rows */
typedef struct near_finding
{
	acm_rule	rule;
	acm_verdict verdict;
} near_finding;

/* A pair of rows of two nodes; one of the nodes has no domain, and countries agree */
static void
pair_nearly(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	const near_finding *finding = arg;

	acm_note_links(engine, finding->rule, finding->verdict, ours, theirs, 0);
}

/* Note the pairs of rows of two nodes */
static void
note_candidate(near_state *s, const candidate *c)
{
	near_finding finding = {s->rule, s->nodes[c->node[ACM_OURS]].verdict};
	acm_group_side in[2];
	bool		several = false;

	for (int side = 0; side < 2; side++)
	{
		const node *n = &s->nodes[c->node[side]];

		in[side].links = s->links + n->first;
		in[side].n = n->nlinks;
		several |= is_several(s, n);
	}
	if (!mutually_best(s->nodes, c->node[ACM_OURS], c->node[ACM_THEIRS]))
		finding.verdict = ACM_NOT_BEST;
	else if (several)
		finding.verdict = ACM_NAME_SEVERAL;
	acm_each_pair(s->engine, ACM_KIND_NAME, in, pair_nearly, &finding);
}

/* For qsort */
static int
compare_candidates(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return memcmp(a, b, sizeof(candidate));
}

/* Note the nodes that match; or all candidates, if all evidence is wanted */
static void
note_pairs(near_state *s)
{
	qsort(s->candidates, s->ncandidates, sizeof(candidate), compare_candidates);
	for (Size i = 0; i < s->ncandidates; i++)
	{
		/* several keys may have led to one candidate */
		if (i == 0 || compare_candidates(&s->candidates[i - 1], &s->candidates[i]) != 0)
			note_candidate(s, &s->candidates[i]);
	}
	for (uint32 i = 0; i < s->nnodes && !s->engine->options.all_evidence; i++)
	{
		candidate	c = {{i, s->nodes[i].best}};

		if (s->nodes[i].side == ACM_OURS && c.node[ACM_THEIRS] != NO_NODE &&
			mutually_best(s->nodes, i, c.node[ACM_THEIRS]))
			note_candidate(s, &c);
	}
}

/* One of the two rules */
static void
match_by(acm_engine *engine, acm_rule rule)
{
	MemoryContext context;
	MemoryContext old;
	near_state *s;
	Size		limit;
	uint32		npasses;

	if ((engine->options.rules & (1 << rule)) == 0)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "accountmatch near", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	s = palloc0(sizeof(near_state));
	s->engine = engine;
	s->rule = rule;
	initStringInfo(&s->other);
	make_nodes(s);

	/*
	 * Some ten keys a node, in as many passes as memory asks for. Each reads
	 * all names again, perhaps from a file: not for less than what the nodes
	 * take themselves.
	 */
	limit = Max(get_hash_memory_limit(), (Size) s->nnodes * sizeof(node));
	npasses = 1 + (Size) s->nnodes * 10 * ACM_NEAR_ENTRY_SIZE / limit;
	for (int side = 0; side < 2; side++)
		s->index[side] = acm_near_index_create(npasses);
	for (uint32 pass = 0; pass < npasses; pass++)
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
