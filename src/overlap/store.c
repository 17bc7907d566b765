/*
 * store.c
 *		Where the rows of a list are kept: in memory up to a limit, after that
 *		in a temporary file.
 */
#include "compat.h"

#include "storage/buffile.h"
#include "utils/memutils.h"

#include "overlap/array.h"
#include "overlap/store.h"

/* Memory is taken in pieces of a power of two between these, by the limit */
#define CHUNK_MIN_BITS 16
#define CHUNK_MAX_BITS 23

/* The first size of the buffer for records that go to the file */
#define BUFFER_MIN 8192

/* What positions count, and the bit of those in the file */
#define UNIT 8
#define IN_FILE ((acm_pos) 1 << 31)

struct acm_store
{
	MemoryContext context;
	Size		limit;			/* bytes */
	int			chunk_bits;		/* a chunk has 1 << chunk_bits bytes */
	Size		chunk_size;
	char	  **chunks;
	int			nchunks;
	int			maxchunks;
	Size		used;			/* of the last chunk */
	bool		full;			/* from now on, records go to the file */
	char	   *buffer;			/* for them */
	uint32		buffer_size;
	BufFile    *file;
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
	store->chunk_bits = CHUNK_MIN_BITS;
	while (store->chunk_bits < CHUNK_MAX_BITS && (Size) 8 << store->chunk_bits <= memory_limit)
		store->chunk_bits++;
	store->chunk_size = (Size) 1 << store->chunk_bits;
	store->used = store->chunk_size;
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

/* Complain that positions have come to their end */
static void
check_position(uint64 pos)
{
	if (pos / UNIT >= IN_FILE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the accounts of one list take more than %d GB", UNIT * 2)));
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
	return pos;
}

/* Take one more chunk */
static void
add_chunk(acm_store *store)
{
	MemoryContext old = MemoryContextSwitchTo(store->context);

	if (store->nchunks == store->maxchunks)
	{
		store->maxchunks = Max(16, store->maxchunks * 2);
		store->chunks = store->chunks ?
			repalloc(store->chunks, store->maxchunks * sizeof(char *)) :
			palloc(store->maxchunks * sizeof(char *));
	}
	store->chunks[store->nchunks] = palloc(store->chunk_size);
	/* a short list does not fill the first */
	if (store->nchunks++ > 0)
		acm_expect_to_fill(store->chunks[store->nchunks - 1], store->chunk_size);
	store->used = 0;
	MemoryContextSwitchTo(old);
}

/*
 * Give a draft its room: never more than a record may have, so that whether
 * one is too long does not depend on what stood before it.
 */
static void
set_room(acm_draft *draft, char *data, Size room)
{
	draft->data = data;
	draft->max = Min(room, ACM_RECORD_MAX);
}

/* Start a record; see the header */
void
acm_store_start(acm_store *store, acm_draft *draft)
{
	draft->len = 0;
	if (store->full)
		set_room(draft, store->buffer, store->buffer_size);
	else
		set_room(draft, store->nchunks > 0 ? store->chunks[store->nchunks - 1] + store->used : NULL,
				 store->chunk_size - store->used);
}

/* Give a draft more room; see the header */
void
acm_store_enlarge(acm_store *store, acm_draft *draft, uint32 more)
{
	const char *data = draft->data;
	Size		need = (Size) draft->len + more;

	if (!store->full && need <= store->chunk_size &&
		(Size) (store->nchunks + 1) * store->chunk_size <= store->limit)
	{
		add_chunk(store);
		set_room(draft, store->chunks[store->nchunks - 1], store->chunk_size);
		if (draft->len > 0)
			memcpy(draft->data, data, draft->len);
		return;
	}

	if (!store->full)
	{
		store->full = true;
		store->buffer_size = Max(BUFFER_MIN, need * 2);
		store->buffer = MemoryContextAlloc(store->context, store->buffer_size);
		if (draft->len > 0)
			memcpy(store->buffer, data, draft->len);
	}
	else if (need > store->buffer_size)
	{
		store->buffer_size = need * 2;
		store->buffer = repalloc(store->buffer, store->buffer_size);
	}
	set_room(draft, store->buffer, store->buffer_size);
}

/* Keep the draft; see the header */
acm_pos
acm_store_keep(acm_store *store, const acm_draft *draft, bool *stays)
{
	MemoryContext old;
	uint64		pos;

	Assert(draft->len <= ACM_RECORD_MAX);
	*stays = !store->full;
	if (*stays)
	{
		pos = (Size) (store->nchunks - 1) * store->chunk_size + store->used;
		check_position(pos);
		store->used += MAXALIGN(draft->len);
		return (acm_pos) (pos / UNIT);
	}
	old = MemoryContextSwitchTo(store->context);
	pos = append_to_file(store, draft->data, draft->len);
	MemoryContextSwitchTo(old);
	check_position(pos);
	return (acm_pos) (pos / UNIT) | IN_FILE;
}

/* The place of a record in memory */
static inline const char *
in_memory(const acm_store *store, acm_pos pos)
{
	Size		at = (Size) pos * UNIT;

	return store->chunks[at >> store->chunk_bits] + (at & (store->chunk_size - 1));
}

/* The record at a position; see the header */
const char *
acm_store_fetch(acm_store *store, acm_pos pos, StringInfo scratch)
{
	uint64		header;

	if ((pos & IN_FILE) == 0)
		return in_memory(store, pos);

	store->at_end = false;
	seek(store, (uint64) (pos & ~IN_FILE) * UNIT);
	acm_buffile_read(store->file, &header, sizeof(header));
	resetStringInfo(scratch);
	enlargeStringInfo(scratch, (int) header);
	acm_buffile_read(store->file, scratch->data, header);
	scratch->len = (int) header;
	return scratch->data;
}

/* Ask for a record: the fields that are shown mostly stand in its first two lines */
void
acm_store_prefetch(const acm_store *store, acm_pos pos)
{
	if ((pos & IN_FILE) == 0)
	{
		const char *record = in_memory(store, pos);

		__builtin_prefetch(record);
		__builtin_prefetch(record + 64);
	}
}

/* Remove the file; see the header */
void
acm_store_close(acm_store *store)
{
	if (store->file)
		BufFileClose(store->file);
	store->file = NULL;
}
