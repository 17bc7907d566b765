/*
 * near.c
 *		Rules near and similar: names that are nearly equal, between rows that
 *		nothing else matched, at least one of them without a domain.
 *
 * Nodes (names, see near_nodes.h) are put under near keys; those that meet
 * under one are compared, if one of them has no domain. Two nodes match if
 * each is the only best that the other has found, and the rows of neither are
 * several companies by their domains.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "normalize/company.h"
#include "overlap/array.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/near_join.h"
#include "overlap/near_letters.h"
#include "overlap/near_nodes.h"
#include "overlap/pairs.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/typo.h"

/* About so many near keys has a name */
#define KEYS_EXPECTED 9

/* Nodes between asking for a record and reading it */
#define AHEAD 8

/* Two nodes, ours first, that are candidates for each other */
typedef struct candidate
{
	uint32		node[2];
} candidate;

typedef struct near_state
{
	acm_engine *engine;
	acm_rule	rule;
	acm_nodes  *nodes;
	acm_near_join *join;
	uint64	   *pairs;			/* to be compared: our node, their node in the lower half */
	Size		npairs;
	Size		maxpairs;
	Size		pairs_limit;
	candidate  *candidates;		/* all that were found, if all evidence is wanted */
	Size		ncandidates;
	Size		maxcandidates;
	StringInfoData scratch;		/* for records */
} near_state;

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

/* What a node without a domain offers to labels: its name, or its initials and handles */
static void
enter_offers(near_state *s, uint32 number, const char *name, int len)
{
	const acm_node *n = &s->nodes->nodes[number];
	char		text[ACM_NAME_BUF];
	acm_near_label *handles;
	Size		nhandles;

	if (s->rule == ACM_RULE_NEAR)
	{
		len = join_words(name, len, text);
		if (len >= ACM_LABEL_MIN)
			acm_near_join_add(s->join, acm_near_key(ACM_NEAR_LABEL, text, len), ACM_NEAR_LABEL,
							  ACM_NEAR_OFFER, n->side, false, number, 0);
		return;
	}
	len = acm_name_initials(name, len, text);
	if (len >= ACM_INITIALS_MIN)
		acm_near_join_add(s->join, acm_near_key(ACM_NEAR_INITIALS, text, len), ACM_NEAR_INITIALS,
						  ACM_NEAR_OFFER, n->side, false, number, 0);
	nhandles = acm_node_labels(s->nodes, n, ACM_NEAR_HANDLE, &s->scratch, &handles);
	for (Size i = 0; i < nhandles; i++)
	{
		if (acm_read_label(s->nodes, n->side, handles[i].row, handles[i].link, &s->scratch, text) >= ACM_LABEL_MIN)
			acm_near_join_add(s->join, handles[i].key, ACM_NEAR_HANDLE,
							  ACM_NEAR_OFFER, n->side, false, number, handles[i].row);
	}
	pfree(handles);
}

/* What a node with a domain asks for: whose name, initials or handle its label is */
static void
enter_asks(near_state *s, uint32 number)
{
	const acm_node *n = &s->nodes->nodes[number];
	acm_near_label *labels;
	Size		nlabels = acm_node_labels(s->nodes, n, ACM_NEAR_LABEL, &s->scratch, &labels);

	for (Size i = 0; i < nlabels; i++)
	{
		char		label[ACM_HANDLE_MAX + 1];
		int			len = acm_read_label(s->nodes, n->side, labels[i].row, labels[i].link, &s->scratch, label);

		if (s->rule == ACM_RULE_NEAR && len >= ACM_LABEL_MIN)
			acm_near_join_add(s->join, labels[i].key, ACM_NEAR_LABEL,
							  ACM_NEAR_ASK, n->side, true, number, labels[i].link);
		if (s->rule == ACM_RULE_SIMILAR && len >= ACM_LABEL_MIN)
			acm_near_join_add(s->join, acm_near_key(ACM_NEAR_HANDLE, label, len), ACM_NEAR_HANDLE,
							  ACM_NEAR_ASK, n->side, true, number, labels[i].link);
		if (s->rule == ACM_RULE_SIMILAR && len >= ACM_INITIALS_MIN)
			acm_near_join_add(s->join, acm_near_key(ACM_NEAR_INITIALS, label, len), ACM_NEAR_INITIALS,
							  ACM_NEAR_ASK, n->side, true, number, labels[i].link);
	}
	pfree(labels);
}

/* Put a node under all its near keys */
static void
enter_node(near_state *s, uint32 number)
{
	const acm_node *n = &s->nodes->nodes[number];
	char		name[ACM_NAME_BUF];
	int			len = acm_node_name(s->nodes, n, &s->scratch, name);
	uint32		letters = acm_letters_of(name, len);
	uint64_t	keys[ACM_NEAR_KEYS_MAX];
	int			nkeys = acm_near_keys(name, len, keys);

	for (int i = 0; i < nkeys; i++)
		acm_near_join_add(s->join, keys[i], ACM_NEAR_TYPO, ACM_NEAR_NAME,
						  n->side, n->with_site, number, letters);
	if (n->with_site)
		enter_asks(s, number);
	else
		enter_offers(s, number, name, len);
}

/* Whether two nodes are of one country as far as is known */
static inline bool
countries_agree(const acm_node *a, const acm_node *b)
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
				acm_grow_array(s->candidates, s->maxcandidates, sizeof(candidate)) :
				palloc(s->maxcandidates * sizeof(candidate));
		}
		s->candidates[s->ncandidates].node[s->nodes->nodes[a].side] = a;
		s->candidates[s->ncandidates++].node[s->nodes->nodes[b].side] = b;
	}
	for (int i = 0; i < 2; i++)
	{
		acm_node   *n = &s->nodes->nodes[pair[i]];
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
compare_names(near_state *s, uint32 a, const char *a_name, int a_len, uint32 b)
{
	char		b_name[ACM_NAME_BUF];
	int			b_len = acm_node_name(s->nodes, &s->nodes->nodes[b], &s->scratch, b_name);
	int			edits = 0;
	acm_typo	typo;

	if (acm_letters_of(a_name, a_len) == acm_letters_of(b_name, b_len) &&
		acm_same_words(a_name, a_len, b_name, b_len))
	{
		if (s->rule == ACM_RULE_NEAR)
			propose(s, a, b, ACM_WORD_ORDER, 90);
		return;
	}

	typo = acm_compare_typo(a_name, a_len, b_name, b_len, &edits);
	if (typo == ACM_NO_TYPO)
		return;
	if (acm_collision_prone(b_name, b_len) || acm_collision_prone(a_name, a_len))
		typo = Min(typo, ACM_PLAIN_TYPO);
	if (typo == ACM_SURE_TYPO && s->rule == ACM_RULE_NEAR)
		propose(s, a, b, ACM_TYPO, 72 - edits);
	else if (s->rule == ACM_RULE_SIMILAR)
		propose(s, a, b, ACM_WEAK_TYPO, (typo == ACM_SHORT_TYPO ? 50 : 54) - edits);
}

/* For qsort */
static int
compare_pairs(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	CHECK_FOR_INTERRUPTS();
	return x < y ? -1 : x > y;
}

/* Compare the pairs that were collected; many met under several keys */
static void
compare_collected(near_state *s)
{
	char		name[ACM_NAME_BUF];
	int			len = 0;
	uint32		ours = ACM_NO_NODE;

	qsort(s->pairs, s->npairs, sizeof(uint64), compare_pairs);
	for (Size i = 0; i < s->npairs; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i + 2 * AHEAD < s->npairs)
			__builtin_prefetch(&s->nodes->nodes[(uint32) s->pairs[i + 2 * AHEAD]]);
		if (i + AHEAD < s->npairs)
			acm_node_prefetch(s->nodes, &s->nodes->nodes[(uint32) s->pairs[i + AHEAD]]);
		if (i > 0 && s->pairs[i] == s->pairs[i - 1])
			continue;
		if (ours != s->pairs[i] >> 32)
		{
			ours = s->pairs[i] >> 32;
			len = acm_node_name(s->nodes, &s->nodes->nodes[ours], &s->scratch, name);
		}
		compare_names(s, ours, name, len, (uint32) s->pairs[i]);
	}
	s->npairs = 0;
}

/* Collect two nodes that share a near key, if at a glance their names may be near */
static void
collect_pair(near_state *s, const acm_near_entry *a, const acm_near_entry *b)
{
	uint64		ours = ACM_NEAR_SIDE(a) == ACM_OURS ? a->node : b->node;
	uint64		theirs = ACM_NEAR_SIDE(a) == ACM_OURS ? b->node : a->node;

	if (!acm_letters_agree(a->info, b->info) ||
		!countries_agree(&s->nodes->nodes[ours], &s->nodes->nodes[theirs]))
		return;
	if (s->npairs == s->pairs_limit)
		compare_collected(s);
	if (s->npairs == s->maxpairs)
	{
		s->maxpairs *= 2;
		s->pairs = acm_grow_array(s->pairs, s->maxpairs, sizeof(uint64));
	}
	s->pairs[s->npairs++] = ours << 32 | theirs;
}

/* Whether a label is what an offer holds: its node's name or initials, or the handle of one of its rows */
static bool
label_says(near_state *s, const acm_near_entry *offer, const char *label, int label_len)
{
	const acm_node *n = &s->nodes->nodes[offer->node];
	acm_near_kind kind = ACM_NEAR_KIND(offer);
	char		own[ACM_NAME_BUF];
	char		name[ACM_NAME_BUF];
	int			len;

	if (kind == ACM_NEAR_HANDLE)
		len = acm_read_label(s->nodes, n->side, offer->info, ACM_NO_KEY, &s->scratch, own);
	else
	{
		len = acm_node_name(s->nodes, n, &s->scratch, name);
		len = kind == ACM_NEAR_INITIALS ? acm_name_initials(name, len, own) : join_words(name, len, own);
	}
	return len == label_len && memcmp(own, label, len) == 0;
}

/* A node whose label asks, and one that offers: propose them to each other if the label says so */
static void
compare_label(near_state *s, const acm_near_entry *ask, const acm_near_entry *offer)
{
	const acm_node *n = &s->nodes->nodes[ask->node];
	const acm_node *o = &s->nodes->nodes[offer->node];
	uint32		row = s->engine->list[n->side].links[ACM_KIND_DOMAIN][ask->info].row;
	acm_near_kind kind = ACM_NEAR_KIND(ask);
	char		label[ACM_HANDLE_MAX + 1];
	int			len;

	if (kind != ACM_NEAR_KIND(offer) || !countries_agree(n, o) ||
		(kind == ACM_NEAR_INITIALS && (n->country == 0 || n->country != o->country)))
		return;
	len = acm_read_label(s->nodes, n->side, row, ask->info, &s->scratch, label);
	if (!label_says(s, offer, label, len))
		return;
	if (kind == ACM_NEAR_LABEL)
		propose(s, ask->node, offer->node, ACM_LABEL_IS_NAME, 80);
	else if (kind == ACM_NEAR_HANDLE)
		propose(s, ask->node, offer->node, ACM_HANDLE, 60);
	else
		propose(s, ask->node, offer->node, ACM_INITIALS, 40);
}

/* Nodes that meet under a key: collect what is to be compared */
static void
take_group(void *arg, const acm_near_entry *entries, uint32 n)
{
	near_state *s = arg;
	const acm_near_entry *bare[2][ACM_NEAR_CROWD];	/* without a domain, or offers, of each side */
	uint32		nbare[2] = {0, 0};

	for (uint32 i = 0; i < n; i++)
	{
		const acm_near_entry *e = &entries[i];
		int			side = ACM_NEAR_SIDE(e);

		if (ACM_NEAR_ROLE(e) == ACM_NEAR_ASK || (ACM_NEAR_ROLE(e) == ACM_NEAR_NAME && ACM_NEAR_SITE(e)))
			continue;
		if (nbare[side] < ACM_NEAR_CROWD)
			bare[side][nbare[side]] = e;
		nbare[side]++;
	}
	for (uint32 i = 0; i < n; i++)
	{
		const acm_near_entry *e = &entries[i];
		int			side = ACM_NEAR_SIDE(e);
		bool		asks = ACM_NEAR_ROLE(e) == ACM_NEAR_ASK;
		bool		is_bare = !asks && !ACM_NEAR_SITE(e);

		CHECK_FOR_INTERRUPTS();
		if (ACM_NEAR_ROLE(e) == ACM_NEAR_OFFER || nbare[1 - side] > ACM_NEAR_CROWD ||
			(is_bare && (side == ACM_THEIRS || nbare[side] > ACM_NEAR_CROWD)))
			continue;
		for (uint32 j = 0; j < nbare[1 - side]; j++)
		{
			const acm_near_entry *other = bare[1 - side][j];

			if (asks && ACM_NEAR_ROLE(other) == ACM_NEAR_OFFER)
				compare_label(s, e, other);
			else if (!asks && ACM_NEAR_ROLE(other) == ACM_NEAR_NAME)
				collect_pair(s, e, other);
		}
	}
}

/* Put all nodes with a domain, or without, under their keys */
static void
enter_nodes(near_state *s, bool with_site)
{
	const acm_nodes *nodes = s->nodes;

	for (uint32 i = 0; i < nodes->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i + AHEAD < nodes->n && nodes->nodes[i + AHEAD].with_site == with_site)
			acm_node_prefetch(nodes, &nodes->nodes[i + AHEAD]);
		if (nodes->nodes[i].with_site == with_site)
			enter_node(s, i);
	}
}

/* Whether two nodes are each other's only best */
static inline bool
mutually_best(const acm_node *nodes, uint32 a, uint32 b)
{
	return nodes[a].best == b && !nodes[a].tie && nodes[b].best == a && !nodes[b].tie;
}

/* Whether the rows of a node are several companies */
static bool
is_several(near_state *s, const acm_node *n)
{
	acm_group_side in[2] = {{NULL, 0}, {NULL, 0}};

	in[n->side].links = s->nodes->links + n->first;
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
	near_finding finding = {s->rule, s->nodes->nodes[c->node[ACM_OURS]].verdict};
	acm_group_side in[2];
	bool		several = false;

	for (int side = 0; side < 2; side++)
	{
		const acm_node *n = &s->nodes->nodes[c->node[side]];

		in[side].links = s->nodes->links + n->first;
		in[side].n = n->nlinks;
		several |= is_several(s, n);
	}
	if (!mutually_best(s->nodes->nodes, c->node[ACM_OURS], c->node[ACM_THEIRS]))
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
	for (uint32 i = 0; i < s->nodes->n && !s->engine->options.all_evidence; i++)
	{
		candidate	c = {{i, s->nodes->nodes[i].best}};

		if (s->nodes->nodes[i].side == ACM_OURS && c.node[ACM_THEIRS] != ACM_NO_NODE &&
			mutually_best(s->nodes->nodes, i, c.node[ACM_THEIRS]))
			note_candidate(s, &c);
	}
}

/* One of the two rules */
static void
match_by(acm_engine *engine, acm_rule rule)
{
	Size		memory;
	MemoryContext context;
	MemoryContext old;
	near_state *s;
	Size		without_site[2];

	if ((engine->options.rules & (1 << rule)) == 0)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "accountmatch near", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	s = palloc0(sizeof(near_state));
	s->engine = engine;
	s->rule = rule;
	initStringInfo(&s->scratch);
	s->nodes = acm_nodes_make(engine);
	if (s->nodes->without_site[ACM_OURS] + s->nodes->without_site[ACM_THEIRS] > 0)
	{
		/* with much less than the nodes take, parts would be read again and again */
		memory = Max(acm_engine_memory_left(engine), (Size) s->nodes->n * sizeof(acm_node) / 2);
		s->maxpairs = 1024;
		s->pairs = palloc(s->maxpairs * sizeof(uint64));
		s->pairs_limit = Max(s->maxpairs, memory / 8 / sizeof(uint64));
		for (int side = 0; side < 2; side++)
			without_site[side] = (Size) s->nodes->without_site[side] * KEYS_EXPECTED;
		s->join = acm_near_join_create(without_site, (Size) s->nodes->n * KEYS_EXPECTED, memory / 2);
		enter_nodes(s, false);
		enter_nodes(s, true);
		acm_near_join_groups(s->join, take_group, s);
		acm_near_join_close(s->join);
		compare_collected(s);
		note_pairs(s);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Rules near and similar; see above */
void
acm_match_nearly(acm_engine *engine)
{
	/* a blinded name is equal to another one, or it is not */
	if (acm_names_blinded(&engine->list[0]) || acm_names_blinded(&engine->list[1]))
		return;
	match_by(engine, ACM_RULE_NEAR);
	acm_settle(engine);
	match_by(engine, ACM_RULE_SIMILAR);
}
