/*
 * list.h
 *		A partner table read into memory: rows, their match keys by number,
 *		and the fields that a result shows.
 */
#ifndef ACM_LIST_H
#define ACM_LIST_H

#include "postgres.h"

#include "normalize/company.h"
#include "normalize/country.h"
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
	ACM_KIND_ID,				/* "lei:..."; tag: which column of identifiers */
	ACM_KIND_DOMAIN,			/* a match host; tag: where it comes from; parent: its match domain */
	ACM_KIND_NAME,				/* a match name without its blanks */
	ACM_KIND_FAMILY,			/* the domain of a parent company, by the user's aliases */
	ACM_NKINDS
} acm_kind;

/*
 * Tags of ACM_KIND_DOMAIN, in whose order a row's domains stand. A hosted one
 * (acme.myshopify.com) is a key, but not the company's own domain: it vetoes
 * nothing.
 */
#define ACM_FROM_WEBSITE	0
#define ACM_FROM_EMAIL		1
#define ACM_HOSTED			2

/*
 * What the store holds of a row. Offsets are from the start of the record;
 * 0: null. A field is a varlena with a short or an aligned 4-byte header.
 *
 * Keys follow each other in the order of their kinds, unaligned: uint16 length
 * of what is extra, uint16 length of the key, the key, the extra. Extra is, for
 * a domain, the match domain if it differs (uint16 length, bytes); for a name,
 * the lengths of its words (uint16 each).
 */
typedef struct acm_record
{
	uint16		field[ACM_NFIELDS];
	uint32		keys;			/* offset of the first key */
} acm_record;

/* A match key of a row; rows' keys of a kind stand one after the other */
typedef struct acm_link
{
	uint32		key;			/* number: equal keys of both lists share it */
	uint32		parent;			/* number of the match domain; ACM_NO_KEY: the key itself */
	uint32		row:30;
	uint32		tag:2;
} acm_link;

/* As many as the number of a row can have, less one that none has */
#define ACM_ROWS_MAX ((UINT32_C(1) << 30) - 1)

typedef struct acm_row
{
	acm_pos		pos;			/* of its record in the store */
	uint32		link[ACM_NKINDS];	/* its first key of each kind; the next row's ends them */
	acm_country country;
	acm_status	status;
	uint8		domain_kind:7;	/* acm_domain_kind: the best of its websites and domains, or ACM_NO_DOMAIN */
	uint8		has_site:1;		/* it has a domain of its own: see sites.h */
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

/* Columns whose values are compared with each other; see blinded_columns.h */
typedef enum acm_space
{
	ACM_SPACE_LEI,
	ACM_SPACE_DUNS,
	ACM_SPACE_VAT,
	ACM_SPACE_DOMAIN,
	ACM_SPACE_NAME,
	ACM_NSPACES
} acm_space;

/* Which key the blinded values of a space were blinded under */
typedef struct acm_blinding
{
	bool		seen;			/* there was a value */
	uint8		key_id[4];
	acm_attr	attr;			/* of the first one's column */
	char	   *spec;			/* of the key, if the list's domains are corrected under it */
} acm_blinding;

/* Accounts that have no account_id of their own */
typedef struct acm_bad_ids
{
	uint64		missing;
	uint64		repeated;		/* without the first one of each account_id */
} acm_bad_ids;

typedef struct acm_list
{
	acm_partner_table table;
	acm_blinding blinding[ACM_NSPACES];
	acm_status	default_status; /* of rows that have none of their own */
	acm_row    *rows;			/* nrows + 1: the last one ends the links */
	uint32		nrows;
	uint32		maxrows;
	acm_link   *links[ACM_NKINDS];
	uint32		nlinks[ACM_NKINDS];
	uint32		maxlinks[ACM_NKINDS];
	acm_store  *store;
	bool		only_matches;	/* of accounts that cannot have a match, only the account_id is kept */
	bool		late_names;		/* names do not stand among the keys of a record: see late_names.h */
	acm_unknown_word unknown_words[ACM_UNKNOWN_WORDS];
	int			nunknown_words;
	uint64		unknown_status; /* rows with a status word that stands for none */
	acm_bad_ids *bad_ids;		/* if not NULL, they are counted here; else they are an error */
	uint64		invalid_ids;	/* identifiers that are there, but not valid */
	uint64		suppressed;		/* rows that the user's overrides took out */
} acm_list;

/* Key numberings that both lists of a comparison share */
typedef struct acm_numbering
{
	acm_keys   *kind[ACM_NKINDS];
	uint32		later;			/* kinds, as bits, that are not numbered while the lists are read */
} acm_numbering;

/* An empty numbering in CurrentMemoryContext within the given memory (bytes) */
extern acm_numbering *acm_numbering_create(Size memory_limit);

/* Append a link of a kind to those of a row, the last one that has any; its key is owed */
extern acm_link *acm_list_add_link(acm_list *list, acm_kind kind, uint32 row);

/* A row's record; see acm_store_fetch */
extern const acm_record *acm_list_record(const acm_list *list, uint32 row, StringInfo scratch);

/* A key as a record holds it; none of the pointers is aligned. Not to be copied */
typedef struct acm_key
{
	const char *bytes;
	uint16		len;
	const char *extra;
	uint16		extra_len;
	struct
	{
		uint16		words[ACM_NAME_MAX];
		char		name[ACM_NAME_BUF];
	}			space;			/* for a name that stands in no record */
} acm_key;

/* The key that a link of the record's row stands for */
extern void acm_record_key(const acm_list *list, const acm_record *record,
						   acm_kind kind, uint32 link, acm_key *key);

/* How many keys of the row's record stand before that of a link */
extern uint32 acm_keys_before(const acm_list *list, acm_kind kind, uint32 link);

/* The key of a record that stands behind so many others */
extern void acm_nth_key(const acm_record *record, uint32 before, acm_key *key);

/* The match key of a name; false if it has none */
extern bool acm_make_name_key(const char *data, Size len, acm_key *key);

/* Read the key at a place in a record; returns the place behind it */
extern const char *acm_read_key(const char *at, acm_key *key);

/* The words of a name's key with single blanks between them; returns the length, out needs ACM_NAME_BUF */
extern int	acm_name_words(const acm_key *key, char *out);

/* A field of a record as a varlena datum; false if null */
static inline bool
acm_record_field(const acm_record *record, acm_field field, Datum *value)
{
	if (record->field[field] == 0)
		return false;
	*value = PointerGetDatum((const char *) record + record->field[field]);
	return true;
}

/* The first and the end of a row's links of a kind */
#define ACM_LINKS_OF(list, row, kind) \
	((list)->rows[row].link[kind])
#define ACM_LINKS_END(list, row, kind) \
	((list)->rows[(row) + 1].link[kind])

#endif							/* ACM_LIST_H */
