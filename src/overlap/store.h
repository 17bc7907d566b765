/*
 * store.h
 *		Where the rows of a list are kept: in memory up to a limit, after that
 *		in a temporary file.
 */
#ifndef ACM_STORE_H
#define ACM_STORE_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* No record may be longer than this (bytes) */
#define ACM_RECORD_MAX (512 * 1024)

typedef struct acm_store acm_store;

/* Where a record stands, in units of 8 bytes */
typedef uint32 acm_pos;

/*
 * A record in the making: data[0..len), 8-aligned, of max bytes. It is made
 * where it will stay, if that is in memory.
 */
typedef struct acm_draft
{
	char	   *data;
	uint32		len;
	uint32		max;
} acm_draft;

/* An empty store in CurrentMemoryContext that takes at most about memory_limit bytes of it */
extern acm_store *acm_store_create(Size memory_limit);

/* Start a record: a draft of len 0. There is one at a time */
extern void acm_store_start(acm_store *store, acm_draft *draft);

/* Give a draft room for at least more bytes behind its len; data may move */
extern void acm_store_enlarge(acm_store *store, acm_draft *draft, uint32 more);

/*
 * Keep the draft. *stays tells whether its data are part of the store for as
 * long as that lives; else they are valid until the next draft. Fails if the
 * store is full: at 16 GB in memory or in the file.
 */
extern acm_pos acm_store_keep(acm_store *store, const acm_draft *draft, bool *stays);

/*
 * The record at a position. Points into the store, or into scratch, which is
 * overwritten: valid until the next fetch with the same scratch.
 */
extern const char *acm_store_fetch(acm_store *store, acm_pos pos, StringInfo scratch);

/* Ask the processor for a record that will be fetched soon */
extern void acm_store_prefetch(const acm_store *store, acm_pos pos);

/* Remove the file, if there is one; nothing can be fetched any more */
extern void acm_store_close(acm_store *store);

#endif							/* ACM_STORE_H */
