/*
 * sites.h
 *		What the domains of rows say of each other.
 *
 * A row's own domains are those of its websites or, if it has none, of its
 * e-mail addresses. Sites that somebody hosts (acme.myshopify.com) and pages of
 * social networks are not among them; they have handles.
 */
#ifndef ACM_SITES_H
#define ACM_SITES_H

#include "postgres.h"

#include "overlap/engine.h"
#include "overlap/pairs.h"

typedef enum acm_sites
{
	ACM_SITES_UNKNOWN,			/* at least one side has none */
	ACM_SITES_SHARED,			/* a match domain in common */
	ACM_SITES_DIFFER
} acm_sites;

/* The number of a link's match domain */
static inline uint32
acm_site_of(const acm_link *link)
{
	return link->parent == ACM_NO_KEY ? link->key : link->parent;
}

/* Whether two rows, of any side, can be one company by their own domains */
extern acm_sites acm_compare_sites(const acm_engine *engine, int side_a, uint32 row_a,
								   int side_b, uint32 row_b);

/*
 * Which rows of a group of names belong together by their own domains: rows
 * with a match domain in common are of one part, and whatever these share one
 * with. Returns how many parts there are; part, if not NULL, gets the part of
 * each row, ours first (any number below the number of rows; ACM_NO_ROW for a
 * row without a domain), palloc'd.
 */
extern uint32 acm_site_parts(const acm_engine *engine, const acm_group_side in[2], uint32 **part);

/*
 * Call pair for the pairs of rows of a group of names that have an own match
 * domain in common: acm_each_pair for the rows of each such domain.
 */
extern void acm_each_pair_by_site(acm_engine *engine, const acm_group_side in[2],
								  acm_pair_function pair, void *arg);

/* The links to a row's own domains: from *first up to *end */
extern void acm_row_sites(const acm_list *list, uint32 row, uint32 *first, uint32 *end);

/* Whether a row has a domain of its own */
static inline bool
acm_has_site(const acm_list *list, uint32 row)
{
	return list->rows[row].has_site;
}

/* A handle or label has at most so many bytes */
#define ACM_HANDLE_MAX 63

/*
 * What a row is called on a social network or by a host: the last part of the
 * address of its page, or the first label of its site. Writes letters and
 * digits to out (ACM_HANDLE_MAX bytes); returns the length, 0 if it has none.
 */
extern int	acm_row_handle(const acm_list *list, uint32 row, const acm_record *record, char *out);

/* Whether the label of one of a row's own domains is this handle */
extern bool acm_label_is(const acm_list *list, uint32 row, const acm_record *record,
						 const char *handle, int len);

/* Whether the label of one of a row's own domains looks like a match name (words with blanks) */
extern bool acm_label_resembles(const acm_list *list, uint32 row, const acm_record *record,
								const char *name, int len);

#endif							/* ACM_SITES_H */
