/*
 * near_nodes.c
 *		What rules near and similar compare: names of unmatched rows.
 */
#include "compat.h"

#include "miscadmin.h"

#include "overlap/array.h"
#include "overlap/near_nodes.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"

/* Links between two looks for a cancel, less one */
#define CHECK_EVERY 0xffff

/* Let a row count for its name's node */
static void
add_to_node(acm_nodes *nodes, uint32 *node_of_name, int side, uint32 i)
{
	const acm_list *list = &nodes->engine->list[side];
	const acm_link *link = &list->links[ACM_KIND_NAME][i];
	acm_country country = list->rows[link->row].country;
	acm_node   *n;

	if (node_of_name[link->key] == ACM_NO_NODE)
	{
		node_of_name[link->key] = nodes->n;
		n = &nodes->nodes[nodes->n++];
		memset(n, 0, sizeof(*n));
		n->side = side;
		n->best = ACM_NO_NODE;
	}
	n = &nodes->nodes[node_of_name[link->key]];
	n->nlinks++;
	n->with_site |= acm_has_site(list, link->row);
	if (country != 0 && n->country != 0 && n->country != country)
		n->countries = true;
	else if (country != 0)
		n->country = country;
}

/* Let a node have the name that a link stands for */
static void
set_link(const acm_nodes *nodes, acm_node *n, uint32 link)
{
	const acm_list *list = &nodes->engine->list[n->side];

	n->link = link;
	n->pos = list->rows[list->links[ACM_KIND_NAME][link].row].pos;
	n->keys_before = acm_keys_before(list, ACM_KIND_NAME, link);
}

/*
 * Give each node its links. Rows may spell one name with blanks in different
 * places; what sorts first stands for all.
 */
static void
collect_links(acm_nodes *nodes, const uint32 *node_of_name)
{
	StringInfo	scratch = &nodes->engine->scratch[0];
	uint32		total = 0;

	for (uint32 n = 0; n < nodes->n; n++)
	{
		nodes->nodes[n].first = total;
		total += nodes->nodes[n].nlinks;
		nodes->nodes[n].nlinks = 0;
	}
	nodes->links = acm_make_array(total, sizeof(uint32), 0);
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &nodes->engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_NAME][i];
			acm_node   *n;

			CHECK_FOR_INTERRUPTS();
			if (node_of_name[link->key] == ACM_NO_NODE || nodes->engine->matched[side][link->row])
				continue;
			n = &nodes->nodes[node_of_name[link->key]];
			nodes->links[n->first + n->nlinks++] = i;
			if (n->nlinks == 1)
				set_link(nodes, n, i);
			else
			{
				acm_node	old = *n;
				char		old_name[ACM_NAME_BUF];
				char		new_name[ACM_NAME_BUF];

				set_link(nodes, n, i);
				acm_node_name(nodes, &old, scratch, old_name);
				acm_node_name(nodes, n, scratch, new_name);
				if (strcmp(new_name, old_name) >= 0)
					*n = old;
			}
		}
	}
}

/* Make the nodes: the names that only one list has, of rows that are not matched */
acm_nodes *
acm_nodes_make(acm_engine *engine)
{
	acm_nodes  *nodes = palloc0(sizeof(acm_nodes));
	uint32		nnames = acm_keys_count(engine->numbering->kind[ACM_KIND_NAME]);
	uint8	   *sides = acm_make_array(nnames, sizeof(uint8), MCXT_ALLOC_ZERO);
	uint32	   *node_of_name = acm_make_array(nnames, sizeof(uint32), 0);
	Size		most = 0;

	nodes->engine = engine;
	memset(node_of_name, 0xff, (Size) nnames * sizeof(uint32));
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			if ((i & CHECK_EVERY) == 0)
				CHECK_FOR_INTERRUPTS();
			sides[list->links[ACM_KIND_NAME][i].key] |= 1 << side;
			most += !engine->matched[side][list->links[ACM_KIND_NAME][i].row];
		}
	}
	nodes->nodes = acm_make_array(Min(most, nnames), sizeof(acm_node), 0);
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_NAME]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_NAME][i];

			if ((i & CHECK_EVERY) == 0)
				CHECK_FOR_INTERRUPTS();
			if (sides[link->key] != 3 && !engine->matched[side][link->row])
				add_to_node(nodes, node_of_name, side, i);
		}
	}
	pfree(sides);
	collect_links(nodes, node_of_name);
	pfree(node_of_name);
	for (uint32 n = 0; n < nodes->n; n++)
		nodes->without_site[nodes->nodes[n].side] += !nodes->nodes[n].with_site;
	return nodes;
}

/* Read a node's name; see the header */
int
acm_node_name(const acm_nodes *nodes, const acm_node *n, StringInfo scratch, char *name)
{
	acm_key		key;

	acm_nth_key((const acm_record *) acm_store_fetch(nodes->engine->list[n->side].store, n->pos, scratch),
				n->keys_before, &key);
	return acm_name_words(&key, name);
}

/* The row of a node's i-th link */
static inline uint32
row_of(const acm_nodes *nodes, const acm_node *n, uint32 i)
{
	return nodes->engine->list[n->side].links[ACM_KIND_NAME][nodes->links[n->first + i]].row;
}

/* Ask for what acm_node_name will read */
void
acm_node_prefetch(const acm_nodes *nodes, const acm_node *n)
{
	acm_store_prefetch(nodes->engine->list[n->side].store, n->pos);
}

/* Read a label; see the header */
int
acm_read_label(const acm_nodes *nodes, int side, uint32 row, uint32 link, StringInfo scratch, char *label)
{
	const acm_list *list = &nodes->engine->list[side];
	const acm_record *record = acm_list_record(list, row, scratch);
	acm_key		key;

	if (link == ACM_NO_KEY)
		return acm_row_handle(list, row, record, label);
	acm_record_key(list, record, ACM_KIND_DOMAIN, link, &key);
	return acm_host_label(key.bytes, key.len, label);
}

/* For qsort */
static int
compare_labels(const void *a, const void *b)
{
	const acm_near_label *x = a;
	const acm_near_label *y = b;

	CHECK_FOR_INTERRUPTS();
	return x->key < y->key ? -1 : x->key > y->key;
}

/* The different handles or labels of a node's rows; see the header. Rows may be many, and alike */
Size
acm_node_labels(const acm_nodes *nodes, const acm_node *n, acm_near_kind kind,
				StringInfo scratch, acm_near_label **labels)
{
	const acm_list *list = &nodes->engine->list[n->side];
	Size		max = 16;
	Size		count = 0;
	Size		distinct = 0;

	*labels = palloc(max * sizeof(acm_near_label));
	for (uint32 i = 0; i < n->nlinks; i++)
	{
		uint32		row = row_of(nodes, n, i);
		bool		handle = (kind == ACM_NEAR_HANDLE);
		uint32		first = 0;
		uint32		end = 1;

		CHECK_FOR_INTERRUPTS();
		if (!handle)
			acm_row_sites(list, row, &first, &end);
		for (uint32 link = first; link < end; link++)
		{
			acm_near_label *at;
			char		label[ACM_HANDLE_MAX + 1];
			int			len;

			if (count == max)
			{
				max *= 2;
				*labels = acm_grow_array(*labels, max, sizeof(acm_near_label));
			}
			at = &(*labels)[count];
			at->row = row;
			at->link = handle ? ACM_NO_KEY : link;
			len = acm_read_label(nodes, n->side, row, at->link, scratch, label);
			at->key = acm_near_key(kind, label, len);
			count += (len > 0);
		}
	}
	qsort(*labels, count, sizeof(acm_near_label), compare_labels);
	for (Size i = 0; i < count; i++)
	{
		if (i == 0 || (*labels)[i].key != (*labels)[distinct - 1].key)
			(*labels)[distinct++] = (*labels)[i];
	}
	return distinct;
}
