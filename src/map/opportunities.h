/*
 * opportunities.h
 *		What the opportunities of a list's accounts say of them.
 */
#ifndef ACM_OPPORTUNITIES_H
#define ACM_OPPORTUNITIES_H

#include "postgres.h"

/* Of one account: whether it has a won or an open one, and what is open, by currency */
typedef struct acm_opportunity_summary
{
	const char *account_id;		/* NUL-terminated */
	bool		won;
	bool		open;
	int			namounts;
	struct acm_amount *amounts; /* in the order of their currencies */
} acm_opportunity_summary;

typedef struct acm_amount
{
	const char *currency;		/* NUL-terminated; "" if it has none */
	Datum		amount;			/* numeric */
} acm_amount;

typedef struct acm_opportunities acm_opportunities;

/*
 * Read opportunities by a query with the columns account_id, currency (text),
 * won, open (boolean), amount (numeric), ordered by the first two, with the
 * rights of the relation's owner. All is in CurrentMemoryContext. SPI must be
 * connected.
 */
extern acm_opportunities *acm_opportunities_read(Oid relid, const char *query);

/* The summary of an account; NULL if it has no opportunities */
extern const acm_opportunity_summary *acm_opportunities_of(const acm_opportunities *all, const char *id, Size len);

#endif							/* ACM_OPPORTUNITIES_H */
