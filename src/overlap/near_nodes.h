/*
 * near_nodes.h
 *		What rules near and similar compare: names, not rows. All unmatched rows
 *		of one list with a name are one node, so that duplicates change nothing.
 *		Names that both lists have are left out: they have an exact rival.
 */
#ifndef ACM_NEAR_NODES_H
#define ACM_NEAR_NODES_H

#include "overlap/engine.h"
#include "overlap/near_keys.h"

#define ACM_NO_NODE PG_UINT32_MAX

/* A name of unmatched rows of one side */
typedef struct acm_node
{
	uint32		first;			/* of its links in acm_nodes.links */
	uint32		nlinks;
	uint32		link;			/* with the spelling that sorts first */
	acm_pos		pos;			/* of its record */
	uint32		keys_before;	/* its name, in the record */
	uint32		best;			/* node */
	uint8		side;
	uint8		score;			/* of best; 0: none */
	uint8		verdict;
	bool		tie;
	bool		with_site;		/* some row has a domain */
	bool		countries;		/* the rows' countries disagree */
	acm_country country;		/* of the rows that have one, if they agree; else 0 */
} acm_node;

typedef struct acm_nodes
{
	acm_engine *engine;
	acm_node   *nodes;
	uint32		n;
	uint32		without_site[2];	/* how many of each side have no domain */
	uint32	   *links;			/* to names, by node */
} acm_nodes;

/* A handle of a row, or the label of one of its domains */
typedef struct acm_near_label
{
	uint64		key;			/* near key */
	uint32		row;
	uint32		link;			/* to the domain; ACM_NO_KEY: the handle */
} acm_near_label;

/* Make the nodes of both lists, in CurrentMemoryContext */
extern acm_nodes *acm_nodes_make(acm_engine *engine);

/* Read a node's name (words with blanks; ACM_NAME_BUF); returns its length. Records go to scratch */
extern int	acm_node_name(const acm_nodes *nodes, const acm_node *n, StringInfo scratch, char *name);

/* Ask the processor for what acm_node_name will read */
extern void acm_node_prefetch(const acm_nodes *nodes, const acm_node *n);

/*
 * The different handles of a node's rows (kind ACM_NEAR_HANDLE), or labels of
 * their domains (ACM_NEAR_LABEL), palloc'd; returns how many.
 */
extern Size acm_node_labels(const acm_nodes *nodes, const acm_node *n, acm_near_kind kind,
							StringInfo scratch, acm_near_label **labels);

/* Read a label of a row of a side (ACM_HANDLE_MAX + 1 bytes); returns its length */
extern int	acm_read_label(const acm_nodes *nodes, int side, uint32 row, uint32 link,
						   StringInfo scratch, char *label);

#endif							/* ACM_NEAR_NODES_H */
