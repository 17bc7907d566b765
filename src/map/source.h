/*
 * source.h
 *		Sources of accounts: relations that belong to somebody, read as he may
 *		read them, and compared with what is stored.
 */
#ifndef ACM_SOURCE_H
#define ACM_SOURCE_H

#include "postgres.h"

#include "overlap/partner_table.h"
#include "tcop/dest.h"

/*
 * The relation of a qualified name, locked against being dropped until the end
 * of the transaction; an error that says so if there is none.
 */
extern Oid	acm_source_resolve(const char *name);

/* Open a relation as a list of accounts that can be stored; see acm_partner_table_open */
extern void acm_source_open(acm_partner_table *table, Oid relid, Jsonb *columns);

/*
 * Run a query with the rights of a relation's owner, in a security-restricted
 * operation, and hand its rows to the receiver. SPI must be connected.
 */
extern void acm_source_query(Oid relid, const char *query, DestReceiver *receiver);

#endif							/* ACM_SOURCE_H */
