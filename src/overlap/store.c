/*
 * store.c
 *		Where the rows of a list are kept: in memory up to a limit, after that
 *		in a temporary file.
 */
#include "compat.h"

#include "storage/buffile.h"
#include "utils/memutils.h"

#include "overlap/store.h"

#define CHUNK_SIZE ((Size) 1024 * 1024)

/* A position with this bit is an offset in the file */
#define IN_FILE (UINT64CONST(1) << 63)

struct acm_store
{
	MemoryContext context;
	Size		limit;			/* bytes */
	char	  **chunks;			/* CHUNK_SIZE bytes each */
	int			nchunks;
	int			maxchunks;
	Size		used;			/* of the last chunk */
	BufFile    *file;			/* NULL until the limit is reached */
	uint64		file_size;
	bool		at_end;			/* the file's position is its end */
};

/* An empty store */
acm_store *
acm_store_create(Size memory_limit)
{
	acm_store  *store = palloc0(sizeof(acm_store));

	store->context = CurrentMemoryContext;
	store->limit = memory_limit;
	store->used = CHUNK_SIZE;
	return store;
}

/* Go to a position of the file */
static void
seek(acm_store *store, uint64 pos)
{
	if (BufFileSeekBlock(store->file, pos / BLCKSZ) != 0 ||
		BufFileSeek(store->file, 0, pos % BLCKSZ, SEEK_CUR) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in temporary file of accountmatch: %m")));
}

/* Add a record to the file: its length, then its bytes, padded to 8 */
static uint64
append_to_file(acm_store *store, const void *data, uint32 len)
{
	static const char zeros[8] = {0};
	uint64		pos = store->file_size;
	uint64		header = len;

	if (store->file == NULL)
		store->file = BufFileCreateTemp(false);
	else if (!store->at_end)	/* somebody has read in between */
		seek(store, pos);
	store->at_end = true;
	acm_buffile_write(store->file, &header, sizeof(header));
	acm_buffile_write(store->file, data, len);
	acm_buffile_write(store->file, zeros, MAXALIGN(len) - len);
	store->file_size += sizeof(header) + MAXALIGN(len);
	return pos | IN_FILE;
}

/* Keep a copy of a record; see the header */
uint64
acm_store_append(acm_store *store, const void *data, uint32 len, const char **where)
{
	Size		room = MAXALIGN(len);
	char	   *to;

	Assert(len <= ACM_RECORD_MAX);
	if (store->file == NULL && store->used + room > CHUNK_SIZE &&
		(Size) (store->nchunks + 1) * CHUNK_SIZE <= store->limit)
	{
		MemoryContext old = MemoryContextSwitchTo(store->context);

		if (store->nchunks == store->maxchunks)
		{
			store->maxchunks = Max(16, store->maxchunks * 2);
			store->chunks = store->chunks ?
				repalloc_huge(store->chunks, store->maxchunks * sizeof(char *)) :
				palloc(store->maxchunks * sizeof(char *));
		}
		store->chunks[store->nchunks++] = palloc(CHUNK_SIZE);
		store->used = 0;
		MemoryContextSwitchTo(old);
	}
	if (store->file != NULL || store->used + room > CHUNK_SIZE)
	{
		MemoryContext old = MemoryContextSwitchTo(store->context);
		uint64		pos = append_to_file(store, data, len);

		MemoryContextSwitchTo(old);
		*where = NULL;
		return pos;
	}

	to = store->chunks[store->nchunks - 1] + store->used;
	memcpy(to, data, len);
	*where = to;
	store->used += room;
	return (uint64) (store->nchunks - 1) * CHUNK_SIZE + (to - store->chunks[store->nchunks - 1]);
}

/* The record at a position; see the header */
const char *
acm_store_fetch(acm_store *store, uint64 pos, StringInfo scratch)
{
	uint64		header;

	if ((pos & IN_FILE) == 0)
		return store->chunks[pos / CHUNK_SIZE] + pos % CHUNK_SIZE;

	pos &= ~IN_FILE;
	store->at_end = false;
	seek(store, pos);
	acm_buffile_read(store->file, &header, sizeof(header));
	resetStringInfo(scratch);
	enlargeStringInfo(scratch, (int) header);
	acm_buffile_read(store->file, scratch->data, header);
	scratch->len = (int) header;
	return scratch->data;
}

/* Remove the file; see the header */
void
acm_store_close(acm_store *store)
{
	if (store->file)
		BufFileClose(store->file);
	store->file = NULL;
}

/* Bytes in memory */
Size
acm_store_memory(const acm_store *store)
{
	return (Size) store->nchunks * CHUNK_SIZE;
}

/* Bytes in the file */
uint64
acm_store_spilled(const acm_store *store)
{
	return store->file_size;
}
