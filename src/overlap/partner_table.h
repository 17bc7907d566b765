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

#include "overlap/headings.h"

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

/*
 * For the receiver of the query's rows: an error if they have other types than
 * when the relation was opened. Its lock does not keep the session itself from
 * making it anew, as a function in a view may do while another list is read.
 */
extern void acm_partner_table_check(const acm_partner_table *table, TupleDesc desc);

#endif							/* ACM_PARTNER_TABLE_H */
