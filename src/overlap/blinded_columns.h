/*
 * blinded_columns.h
 *		Key columns of type blinded.
 *
 * Columns are compared in spaces: names with names, domains with websites,
 * domains and e-mail addresses, identifiers with those of their scheme. If a
 * column of a space is blinded, all values of that space are compared blinded,
 * under one key: plain ones are blinded for it, once both lists are read, if
 * the current user may use the key. Records keep plain keys as they are; a
 * blinded one is its text form, with the scheme in front if it is an
 * identifier. Nothing plain contains a colon but that scheme.
 */
#ifndef ACM_BLINDED_COLUMNS_H
#define ACM_BLINDED_COLUMNS_H

#include "postgres.h"

#include "overlap/engine.h"
#include "overlap/reader.h"

/* Whether a column is blinded */
static inline bool
acm_column_blinded(const acm_column *column)
{
	return column->form == ACM_FORM_BLINDED || column->form == ACM_FORM_BLINDED_ARRAY;
}

/* Whether a list's names are blinded */
static inline bool
acm_names_blinded(const acm_list *list)
{
	return acm_column_blinded(&list->table.columns[ACM_ATTR_NAME]);
}

/* Whether a host or name, as a key, is blinded */
static inline bool
acm_key_blinded(const char *bytes, int len)
{
	return memchr(bytes, ':', len) != NULL;
}

/* While a row is read: its keys from the value of a blinded column */
extern void acm_put_blinded(acm_reader *reader, const acm_column *column, Datum value);

/* Show the value, or the first element of an array that is not null, in text form */
extern void acm_show_blinded(acm_reader *reader, const acm_column *column, acm_field field, Datum value);

/* The kinds, as bits, with a blinded column in one of the lists, whose numbering acm_number_blinded does */
extern uint32 acm_blinded_kinds(const acm_list lists[2]);

/*
 * Number the keys of these kinds in both lists, which are read. An error if
 * the lists have columns blinded under different keys, or if there are plain
 * values to be blinded under a key that the current user may not use.
 */
extern void acm_number_blinded(acm_engine *engine);

/*
 * The value of a blinded column that a row must have to share a key with the
 * text, as a literal; NULL if there is none. Reads from the table which key
 * its values are blinded under. SPI must be connected.
 */
extern char *acm_blinded_literal(const acm_partner_table *table, acm_attr attr, const char *value);

/* Id of the key of a list's blinded domains or names, in hex and palloc'd; NULL if there are none */
extern char *acm_blinded_key_id(const acm_list *list, acm_attr attr);

#endif							/* ACM_BLINDED_COLUMNS_H */
