/*
 * keys.c
 *		Numbering of match keys: equal byte strings get equal numbers. In
 *		memory up to a limit, after that by partitions in temporary files.
 *
 * A key that is met goes into a small batch first: its slot in the table is
 * prefetched while others are read, which hides most of what a table larger
 * than the processor's caches costs.
 */
#include "compat.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "overlap/keys.h"

#define BATCH 128
#define NPARTITIONS 32
#define FIRST_SLOTS 1024

/* A key in the table; empty if key is ACM_NO_KEY */
typedef struct slot
{
	uint32		hash;
	uint32		key;
	const char *bytes;			/* length as uint16, then the key */
} slot;

/* Where a number is owed: (*base)[index], stride bytes apart */
typedef struct owed
{
	char	  **base;			/* NULL: the key has number index already */
	uint32		stride;
	uint32		index;
} owed;

typedef struct pending
{
	uint32		hash;
	bool		stays;
	const char *bytes;
	owed		to;
} pending;

/* What a partition's file holds for each key met, before its bytes */
typedef struct entry
{
	uint32		hash;
	uint16		len;
	owed		to;
} entry;

struct acm_keys
{
	MemoryContext context;
	MemoryContext arena;		/* bytes that do not stay where they are */
	Size		limit;
	uint64		seed;
	slot	   *slots;
	uint32		nslots;			/* a power of two */
	uint32		nused;			/* in the table */
	uint32		nkeys;			/* given out */
	int			npending;
	pending		batch[BATCH];
	BufFile   **partitions;		/* NULL while all is in memory */
	uint64		spilled;
};

/* Read the length that stands before a key's bytes */
static inline uint16
key_length(const char *bytes)
{
	uint16		len;

	memcpy(&len, bytes, sizeof(len));
	return len;
}

/* Multiply to 128 bits and fold: every bit of both reaches every bit of the result */
static inline uint64
fold_multiply(uint64 a, uint64 b)
{
#ifdef HAVE_INT128
	uint128		r = (uint128) a * b;

	return (uint64) r ^ (uint64) (r >> 64);
#else
	uint64		lo = a * b;
	uint64		hi = (a >> 32) * (b >> 32) + (((a >> 32) * (b & 0xffffffff)) >> 32);

	return lo ^ hi;
#endif
}

/*
 * Hash of a key under a seed that nobody outside knows, so that nobody can
 * send names which collide. After wyhash and ahash: 8 bytes a step, folded.
 */
static inline uint32
hash_key(const char *p, uint32 len, uint64 seed)
{
	uint64		h = seed ^ ((uint64) len * UINT64CONST(0x9E3779B97F4A7C15));
	uint64		w;

	while (len > 8)
	{
		memcpy(&w, p, 8);
		h = fold_multiply(h ^ w, UINT64CONST(0xD6E8FEB86659FD93) ^ seed);
		p += 8;
		len -= 8;
	}
	w = 0;
	memcpy(&w, p, len);
	h = fold_multiply(h ^ w, UINT64CONST(0xA0761D6478BD642F) ^ (seed >> 17));
	return (uint32) (h ^ (h >> 32));
}

/* An empty table of n slots */
static slot *
make_slots(acm_keys *keys, uint32 n)
{
	slot	   *slots = MemoryContextAllocExtended(keys->context, (Size) n * sizeof(slot),
												   MCXT_ALLOC_HUGE);

	/* all bits set is ACM_NO_KEY */
	memset(slots, 0xff, (Size) n * sizeof(slot));
	return slots;
}

/* An empty numbering */
acm_keys *
acm_keys_create(Size memory_limit, uint64 seed)
{
	acm_keys   *keys = palloc0(sizeof(acm_keys));

	keys->context = CurrentMemoryContext;
	keys->arena = AllocSetContextCreate(CurrentMemoryContext, "accountmatch keys",
										ALLOCSET_DEFAULT_SIZES);
	keys->limit = memory_limit;
	keys->seed = seed;
	keys->nslots = FIRST_SLOTS;
	keys->slots = make_slots(keys, keys->nslots);
	return keys;
}

/* Double the table */
static void
grow(acm_keys *keys)
{
	slot	   *old = keys->slots;
	uint32		nold = keys->nslots;
	uint32		mask;

	keys->nslots = nold * 2;
	keys->slots = make_slots(keys, keys->nslots);
	mask = keys->nslots - 1;
	for (uint32 i = 0; i < nold; i++)
	{
		uint32		at = old[i].hash & mask;

		if (old[i].key == ACM_NO_KEY)
			continue;
		while (keys->slots[at].key != ACM_NO_KEY)
			at = (at + 1) & mask;
		keys->slots[at] = old[i];
	}
	pfree(old);
}

/* Put a key's bytes behind their length into the arena */
static const char *
keep_bytes(acm_keys *keys, const char *bytes)
{
	uint16		len = key_length(bytes);
	char	   *copy = MemoryContextAlloc(keys->arena, sizeof(len) + len);

	memcpy(copy, bytes, sizeof(len) + len);
	return copy;
}

/* The slot of a key, or the empty one where it belongs */
static inline slot *
find_slot(acm_keys *keys, uint32 hash, const char *bytes)
{
	uint32		mask = keys->nslots - 1;
	uint32		at = hash & mask;
	uint16		len = key_length(bytes);

	for (;; at = (at + 1) & mask)
	{
		slot	   *s = &keys->slots[at];

		if (s->key == ACM_NO_KEY)
			return s;
		if (s->hash == hash && key_length(s->bytes) == len &&
			memcmp(s->bytes + sizeof(len), bytes + sizeof(len), len) == 0)
			return s;
	}
}

/* Write a number where it is owed */
static inline void
pay(const owed *to, uint32 key)
{
	memcpy(*to->base + (Size) to->index * to->stride, &key, sizeof(key));
}

/* Find or add one key in the table, and pay its number */
static inline void
settle(acm_keys *keys, uint32 hash, const char *bytes, bool stays, const owed *to)
{
	slot	   *s = find_slot(keys, hash, bytes);

	if (s->key == ACM_NO_KEY)
	{
		s->hash = hash;
		s->bytes = stays ? bytes : keep_bytes(keys, bytes);
		s->key = to->base ? keys->nkeys++ : to->index;
		keys->nused++;
	}
	if (to->base)
		pay(to, s->key);
}

/* Write one key to the partition that its hash falls into */
static void
write_entry(acm_keys *keys, uint32 hash, const char *bytes, const owed *to)
{
	BufFile   **file = &keys->partitions[hash / (PG_UINT32_MAX / NPARTITIONS + 1)];
	entry		e;

	memset(&e, 0, sizeof(e));
	e.hash = hash;
	e.len = key_length(bytes);
	e.to = *to;
	if (*file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(keys->context);

		*file = BufFileCreateTemp(false);
		MemoryContextSwitchTo(old);
	}
	acm_buffile_write(*file, &e, sizeof(e));
	acm_buffile_write(*file, bytes + sizeof(uint16), e.len);
	keys->spilled += sizeof(e) + e.len;
}

/* Empty the table */
static void
clear(acm_keys *keys)
{
	memset(keys->slots, 0xff, (Size) keys->nslots * sizeof(slot));
	keys->nused = 0;
	MemoryContextReset(keys->arena);
}

/* Give up memory: the keys that have numbers go to the partitions with them */
static void
spill(acm_keys *keys)
{
	keys->partitions = MemoryContextAllocZero(keys->context, NPARTITIONS * sizeof(BufFile *));
	for (uint32 i = 0; i < keys->nslots; i++)
	{
		owed		known = {NULL, 0, keys->slots[i].key};

		if (keys->slots[i].key != ACM_NO_KEY)
			write_entry(keys, keys->slots[i].hash, keys->slots[i].bytes, &known);
	}
	clear(keys);
	pfree(keys->slots);
	keys->nslots = FIRST_SLOTS;
	keys->slots = make_slots(keys, keys->nslots);
}

/* Whether the table takes one batch more without passing 60 % */
static inline bool
has_room(acm_keys *keys)
{
	return keys->nused + BATCH <= keys->nslots / 5 * 3;
}

/* Bring the pending keys to the table, or to the partitions */
static void
flush_batch(acm_keys *keys)
{
	if (keys->partitions == NULL && !has_room(keys))
	{
		Size		after = (Size) keys->nslots * 2 * sizeof(slot);

		/* old and new table are there together for a moment */
		if (after + after / 2 + MemoryContextMemAllocated(keys->arena, false) > keys->limit)
			spill(keys);
		else
			grow(keys);
	}
	else if (keys->partitions == NULL && keys->limit < acm_keys_memory(keys))
		spill(keys);

	if (keys->partitions)
	{
		for (int i = 0; i < keys->npending; i++)
			write_entry(keys, keys->batch[i].hash, keys->batch[i].bytes, &keys->batch[i].to);
	}
	else
	{
		uint32		mask = keys->nslots - 1;

		/* the slots were prefetched; now the bytes that they point to */
		for (int i = 0; i < keys->npending; i++)
		{
			slot	   *s = &keys->slots[keys->batch[i].hash & mask];

			if (s->hash == keys->batch[i].hash && s->key != ACM_NO_KEY)
				__builtin_prefetch(s->bytes);
		}
		for (int i = 0; i < keys->npending; i++)
		{
			pending    *p = &keys->batch[i];

			settle(keys, p->hash, p->bytes, p->stays, &p->to);
		}
	}
	keys->npending = 0;
}

/* Number a key; see the header */
void
acm_keys_add(acm_keys *keys, const char *bytes, bool stays, char **base,
			 Size stride, uint32 index)
{
	pending    *p = &keys->batch[keys->npending++];

	p->hash = hash_key(bytes + sizeof(uint16), key_length(bytes), keys->seed);
	p->stays = stays;
	p->bytes = bytes;
	p->to.base = base;
	p->to.stride = stride;
	p->to.index = index;
	__builtin_prefetch(&keys->slots[p->hash & (keys->nslots - 1)]);
	/* bytes that do not stay cannot wait */
	if (keys->npending == BATCH || !stays)
		flush_batch(keys);
}

/* Read one partition back, and number its keys */
static void
read_partition(acm_keys *keys, BufFile *file)
{
	StringInfoData buf;
	entry		e;

	initStringInfo(&buf);
	if (BufFileSeek(file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not rewind temporary file of accountmatch: %m")));
	for (;;)
	{
		size_t		n = acm_buffile_read_maybe(file, &e, sizeof(e));

		if (n == 0)
			break;
		CHECK_FOR_INTERRUPTS();
		enlargeStringInfo(&buf, sizeof(uint16) + e.len);
		memcpy(buf.data, &e.len, sizeof(uint16));
		acm_buffile_read(file, buf.data + sizeof(uint16), e.len);
		if (!has_room(keys))
			grow(keys);
		settle(keys, e.hash, buf.data, false, &e.to);
	}
	pfree(buf.data);
	BufFileClose(file);
}

/* Write all numbers that are still owed, and let the table go */
void
acm_keys_finish(acm_keys *keys)
{
	flush_batch(keys);
	for (int i = 0; keys->partitions && i < NPARTITIONS; i++)
	{
		if (keys->partitions[i] == NULL)
			continue;
		clear(keys);
		read_partition(keys, keys->partitions[i]);
	}
	pfree(keys->slots);
	keys->slots = NULL;
	keys->nslots = 0;
	MemoryContextDelete(keys->arena);
	keys->arena = NULL;
}

/* How many different keys there are */
uint32
acm_keys_count(const acm_keys *keys)
{
	return keys->nkeys;
}

/* Bytes in memory */
Size
acm_keys_memory(const acm_keys *keys)
{
	return (Size) keys->nslots * sizeof(slot) +
		(keys->arena ? MemoryContextMemAllocated(keys->arena, false) : 0);
}

/* Bytes in files */
uint64
acm_keys_spilled(const acm_keys *keys)
{
	return keys->spilled;
}
