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

/* An empty store in CurrentMemoryContext that takes at most about memory_limit bytes of it */
extern acm_store *acm_store_create(Size memory_limit);

/*
 * Keep a copy of data[0..len), 8-aligned; returns its position. *where is set
 * to the copy if it stays in memory for the life of the store, else to NULL.
 */
extern uint64 acm_store_append(acm_store *store, const void *data, uint32 len, const char **where);

/*
 * The record at a position. Points into the store, or into scratch, which is
 * overwritten: valid until the next fetch with the same scratch.
 */
extern const char *acm_store_fetch(acm_store *store, uint64 pos, StringInfo scratch);

/* Remove the file, if there is one; nothing can be fetched any more */
extern void acm_store_close(acm_store *store);

/* Bytes in memory, and in the file */
extern Size acm_store_memory(const acm_store *store);
extern uint64 acm_store_spilled(const acm_store *store);

#endif							/* ACM_STORE_H */
