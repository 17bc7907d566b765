/*
 * reader.h
 *		What read.c and pack.c share: the receiver of a list's rows.
 */
#ifndef ACM_READER_H
#define ACM_READER_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "tcop/dest.h"

#include "overlap/read.h"

/* An account_id may not be longer (bytes) */
#define ACM_ID_MAX 1000

/* Words that are remembered, and their length: see meaning_of_word */
#define WORD_CACHE 512
#define WORD_CACHE_LEN 30

typedef struct acm_cached_word
{
	uint8		len;			/* 0: empty */
	uint16		meaning;		/* a status or a country */
	char		word[WORD_CACHE_LEN];
} acm_cached_word;

/* The receiver, and what it needs for each row */
typedef struct acm_reader
{
	DestReceiver pub;			/* must be first */
	acm_list   *list;
	int			side;
	acm_numbering *numbering;
	const acm_statuses *statuses;
	acm_corrections *corrections;
	bool		suppressed;		/* the row at hand */
	bool		hosted;			/* it has a hosted site */
	bool		no_id;			/* it has no account_id */
	MemoryContext context;		/* what is kept */
	MemoryContext per_row;		/* what is not */
	acm_draft	record;			/* of the row at hand */
	int			kind_start;		/* in the record: keys of the kind at hand */
	Size		memory_limit;	/* for ids */
	char		last_id[ACM_ID_MAX];	/* while the account_ids come in order */
	Size		last_id_len;
	acm_keys   *ids;			/* to find duplicates, once they do not */
	uint32	   *id_numbers;
	acm_cached_word status_words[WORD_CACHE];
	acm_cached_word countries[WORD_CACHE];
} acm_reader;

/* acm_text_of for what is compressed or stored elsewhere */
extern const char *acm_detoast_text(Datum value, int32 limit, Size *len);

/*
 * The text of a value without a copy where that can be had: at most limit + 1
 * bytes of what is compressed or stored elsewhere, so that one can tell that
 * there are more.
 */
static inline const char *
acm_text_of(Datum value, int32 limit, Size *len)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTENDED(v) && !VARATT_IS_SHORT(v))
		return acm_detoast_text(value, limit, len);
	*len = VARSIZE_ANY_EXHDR(v);
	return VARDATA_ANY(v);
}

/* The fields of the record in the making */
static inline acm_record *
acm_record_of(acm_reader *reader)
{
	return (acm_record *) reader->record.data;
}

/* Give the record in the making more room than it has; an error if it gets too long */
extern void acm_enlarge_record(acm_reader *reader, uint32 more);

/* Where the record in the making goes on: room for so many bytes */
static inline char *
acm_record_room(acm_reader *reader, uint32 more)
{
	if (unlikely(reader->record.max - reader->record.len < more))
		acm_enlarge_record(reader, more);
	return reader->record.data + reader->record.len;
}

/* Append a field of the given bytes to the record, as a varlena */
extern void acm_put_field(acm_reader *reader, acm_field field, const char *data, Size len);

/* Append a text field, cut at a character if need be */
extern void acm_put_text_field(acm_reader *reader, acm_field field, Datum value);

/* Show the value, or the first element of an array that is not null */
extern void acm_show_text(acm_reader *reader, const acm_column *column, acm_field field, Datum value);

/*
 * Append a key to the record and to the row's keys of its kind; NULL if the
 * row has it already.
 */
extern acm_link *acm_put_key(acm_reader *reader, acm_kind kind, const char *data, uint16 len,
							 const char *extra, uint16 extra_len);

/* Keys of the next kind start here in the record */
extern void acm_start_kind(acm_reader *reader);

/* Call put for the value, or for each element of an array */
extern void acm_each_text(const acm_column *column, Datum value, acm_reader *reader,
						  void (*put) (acm_reader *, const char *, Size, int), int arg);

/* A column of identifiers, by its place in this table, which is also the tag of its keys */
typedef struct acm_identifier_column
{
	acm_attr	attr;
	const char *scheme;
} acm_identifier_column;

#define ACM_IDENTIFIER_COLUMNS 3
extern const acm_identifier_column acm_identifier_columns[ACM_IDENTIFIER_COLUMNS];

/* For acm_each_text: the keys that a text gives; arg of an identifier is its column */
extern void acm_put_website(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_email(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_hosted(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_name(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_identifier(acm_reader *reader, const char *data, Size len, int column);

/* The families of the row's domains, after these were put */
extern void acm_put_families(acm_reader *reader);

#endif							/* ACM_READER_H */
