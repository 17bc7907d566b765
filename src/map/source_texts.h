/*
 * source_texts.h
 *		What is kept of the names, websites and addresses of a source: never an
 *		e-mail address, only its host.
 */
#ifndef ACM_SOURCE_TEXTS_H
#define ACM_SOURCE_TEXTS_H

#include "postgres.h"

#include "overlap/partner_table.h"

/* Append the texts of a value, which may be an array, to n elements, palloc'd or NULL; returns how many there are then */
extern int	acm_append_texts(const acm_column *column, Datum value, Datum **elements, int n);

/* Websites: where an address stands in the place of one, only its host is kept. Returns how many are left */
extern int	acm_reduce_addresses(Datum *elements, int n);

/* Contacts' addresses: only the hosts of companies are kept. Returns how many are left */
extern int	acm_reduce_to_hosts(Datum *elements, int n);

#endif							/* ACM_SOURCE_TEXTS_H */
