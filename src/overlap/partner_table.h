/*
 * partner_table.h
 *		Partner tables: which column of a relation holds which attribute of an
 *		account, and the query that reads them.
 */
#ifndef ACM_PARTNER_TABLE_H
#define ACM_PARTNER_TABLE_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/rel.h"

/* The attributes of an account; acm_attributes[] has one entry for each, in this order */
typedef enum acm_attr
{
	ACM_ATTR_ACCOUNT_ID,
	ACM_ATTR_NAME,
	ACM_ATTR_WEBSITE,
	ACM_ATTR_DOMAIN,
	ACM_ATTR_EMAIL,
	ACM_ATTR_LEI,
	ACM_ATTR_DUNS,
	ACM_ATTR_VAT,
	ACM_ATTR_COUNTRY,
	ACM_ATTR_STATUS,
	ACM_ATTR_STAGE,
	ACM_ATTR_OWNER,
	ACM_ATTR_INDUSTRY,
	ACM_ATTR_REGION,
	ACM_ATTR_AMOUNT,
	ACM_ATTR_CURRENCY,
	ACM_NATTRS
} acm_attr;

/* How the values of a column come out of the query that reads the table */
typedef enum acm_form
{
	ACM_FORM_NONE,				/* the table has no such column */
	ACM_FORM_TEXT,				/* a text datum */
	ACM_FORM_TEXT_ARRAY,		/* a text[] datum; each element is a key */
	ACM_FORM_INT4,
	ACM_FORM_INT8,
	ACM_FORM_NUMERIC,
	ACM_FORM_BLINDED,			/* see blinded_columns.h */
	ACM_FORM_BLINDED_ARRAY
} acm_form;

typedef struct acm_column
{
	acm_form	form;
	char	   *name;			/* the relation's column, palloc'd; NULL if none */
	int			pos;			/* place in the query's result, from 0 */
} acm_column;

/* A relation opened as a list of accounts */
typedef struct acm_partner_table
{
	Oid			relid;
	char	   *relname;		/* schema-qualified and quoted, palloc'd */
	acm_column	columns[ACM_NATTRS];
	char	   *query;			/* reads the columns above; palloc'd */
} acm_partner_table;

/* The attribute's name in the contract: "account_id", ... */
extern const char *acm_attr_name(acm_attr attr);

/*
 * Open a relation as a partner table. mapping is the caller's jsonb object
 * {attribute: column} or NULL; argument is the SQL argument's name, for
 * errors. Takes an AccessShareLock that lasts until the end of the
 * transaction. All errors name the relation, the column, and what to write.
 */
extern void acm_partner_table_open(acm_partner_table *table, Oid relid,
								   Jsonb *mapping, const char *argument);

/* Best guess which attribute a column of this name holds; -1 if none */
extern int	acm_guess_attr(const char *column);

#endif							/* ACM_PARTNER_TABLE_H */
