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
#define WORD_CACHE 64
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
	MemoryContext context;		/* what is kept */
	MemoryContext per_row;		/* what is not */
	StringInfoData record;		/* of the row at hand */
	int			kind_start;		/* in the record: keys of the kind at hand */
	Size		memory_limit;	/* for ids */
	char		last_id[ACM_ID_MAX];	/* while the account_ids come in order */
	Size		last_id_len;
	acm_keys   *ids;			/* to find duplicates, once they do not */
	uint32	   *id_numbers;
	acm_cached_word status_words[WORD_CACHE];
	acm_cached_word countries[WORD_CACHE];
} acm_reader;

/*
 * The text of a value without a copy where that can be had: at most limit + 1
 * bytes of it, so that one can tell that there are more.
 */
extern const char *acm_text_of(Datum value, int32 limit, Size *len);

/* Append a field of the given bytes to the record, as a varlena */
extern void acm_put_field(acm_reader *reader, acm_field field, const char *data, Size len);

/* Append a text field, cut at a character if need be */
extern void acm_put_text_field(acm_reader *reader, acm_field field, Datum value);

/* Show the value, or the first element of an array that is not null */
extern void acm_show_text(acm_reader *reader, const acm_column *column, acm_field field, Datum value);

/* Keys of the next kind start here in the record */
extern void acm_start_kind(acm_reader *reader);

/* Call put for the value, or for each element of an array */
extern void acm_each_text(const acm_column *column, Datum value, acm_reader *reader,
						  void (*put) (acm_reader *, const char *, Size, int), int arg);

/* For acm_each_text: the keys that a text gives; arg of an identifier is its scheme */
extern void acm_put_website(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_email(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_hosted(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_name(acm_reader *reader, const char *data, Size len, int arg);
extern void acm_put_identifier(acm_reader *reader, const char *data, Size len, int scheme);

/* The families of the row's domains, after these were put */
extern void acm_put_families(acm_reader *reader);

#endif							/* ACM_READER_H */
