/*
 * list.h
 *		A partner table read into memory: rows, their match keys by number,
 *		and the fields that a result shows.
 */
#ifndef ACM_LIST_H
#define ACM_LIST_H

#include "postgres.h"

#include "normalize/domain.h"
#include "overlap/keys.h"
#include "overlap/partner_table.h"
#include "overlap/status.h"
#include "overlap/store.h"

/* Fields kept of each row, to show */
typedef enum acm_field
{
	ACM_FIELD_ID,
	ACM_FIELD_NAME,
	ACM_FIELD_WEBSITE,
	ACM_FIELD_COUNTRY,
	ACM_FIELD_OWNER,
	ACM_FIELD_AMOUNT,			/* a numeric; the others are text */
	ACM_FIELD_CURRENCY,
	ACM_NFIELDS
} acm_field;

/* Kinds of match keys */
typedef enum acm_kind
{
	ACM_KIND_DOMAIN,
	ACM_NKINDS
} acm_kind;

/*
 * What the store holds of a row. Offsets are from the start of the record;
 * 0: null. A field is a varlena with a short or an aligned 4-byte header. The
 * keys follow each other: uint16 length, then the bytes, unaligned.
 */
typedef struct acm_record
{
	uint16		field[ACM_NFIELDS];
	uint16		nkeys;			/* of all kinds together; the account_id follows as one more */
	uint32		keys;			/* offset of the first key */
} acm_record;

/* A match key of a row; rows' keys of a kind stand one after the other */
typedef struct acm_link
{
	uint32		key;			/* number: equal keys of both lists share it */
	uint32		row;
} acm_link;

typedef struct acm_row
{
	uint64		pos;			/* of its record in the store */
	uint32		link[ACM_NKINDS];	/* its first key of each kind; the next row's ends them */
	acm_status	status;
	uint8		domain_kind;	/* acm_domain_kind: the best of its websites and domains, or ACM_NO_DOMAIN */
} acm_row;

/* No website or domain in the row at all; one beyond the kinds */
#define ACM_NO_DOMAIN (ACM_DOMAIN_INVALID + 1)

/* A status word that stands for no status */
typedef struct acm_unknown_word
{
	uint64		count;			/* rows */
	char		word[64];		/* cut; NUL-terminated */
} acm_unknown_word;

/* So many different ones are told apart */
#define ACM_UNKNOWN_WORDS 20

/* Key numberings that both lists of a comparison share */
typedef struct acm_numbering
{
	acm_keys   *kind[ACM_NKINDS];
} acm_numbering;

typedef struct acm_list
{
	acm_partner_table table;
	acm_status	default_status; /* of rows that have none of their own */
	acm_row    *rows;			/* nrows + 1: the last one ends the links */
	uint32		nrows;
	uint32		maxrows;
	acm_link   *links[ACM_NKINDS];
	uint32		nlinks[ACM_NKINDS];
	uint32		maxlinks[ACM_NKINDS];
	acm_store  *store;
	acm_unknown_word unknown_words[ACM_UNKNOWN_WORDS];
	int			nunknown_words;
	uint64		unknown_status; /* rows with a status word that stands for none */
} acm_list;

/* An empty numbering in CurrentMemoryContext within the given memory (bytes) */
extern acm_numbering *acm_numbering_create(Size memory_limit);

/* Settle all numbers of the lists read with it */
extern void acm_numbering_finish(acm_numbering *numbering);

/*
 * Read the partner table through the executor, with the rights of the current
 * user and the active snapshot. All that is kept is in CurrentMemoryContext;
 * rows go to a store that takes at most about memory_limit bytes. SPI must be
 * connected. Fails on a null or duplicate account_id.
 */
extern void acm_list_read(acm_list *list, acm_numbering *numbering,
						  const acm_statuses *statuses, Size memory_limit);

/* A row's record; see acm_store_fetch */
extern const acm_record *acm_list_record(const acm_list *list, uint32 row, StringInfo scratch);

/* The key that a link stands for: its bytes, unaligned, and their number in *len */
extern const char *acm_record_key(const acm_list *list, const acm_record *record,
								  acm_kind kind, uint32 link, uint16 *len);

/* A field of a record as a varlena datum; false if null */
static inline bool
acm_record_field(const acm_record *record, acm_field field, Datum *value)
{
	if (record->field[field] == 0)
		return false;
	*value = PointerGetDatum((const char *) record + record->field[field]);
	return true;
}

#endif							/* ACM_LIST_H */
