/*
 * keys.c
 *		Numbering of match keys: equal byte strings get equal numbers. In
 *		memory up to a limit, after that by partitions in temporary files.
 *
 * Keys that are met are only noted. At the end they are sorted by the upper
 * bits of their hash into parts so small that the table which numbers a part
 * stays in the processor's cache: a table over all keys would miss the cache,
 * and the translation of its address, at every key. What went to files is
 * numbered in the same way, a file at a time.
 */
#include "compat.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "overlap/array.h"
#include "overlap/keys.h"

/* Arrays that one numbering can write to; their place is kept in the lowest bits of a hash */
#define TARGETS 8
#define TARGET_MASK (TARGETS - 1)

/* Files, and parts in memory, by the upper bits of the hash */
#define FILE_BITS 5
#define NFILES (1 << FILE_BITS)
#define MAX_PART_BITS 10

/* A part of about so many keys has a table of about 128 kB */
#define PART_KEYS 6000

/* Keys that are looked up together, so that their bytes are on the way before they are compared */
#define BATCH 64

/* Slots of the smallest table */
#define FIRST_SLOTS 64

/* Notes between two looks for a cancel, less one */
#define CHECK_EVERY 0xffff

#define FIRST_NOTES 4096

/* A key that was met: element index of a target is owed its number */
typedef struct note
{
	uint32		hash;			/* in its lowest bits, the target */
	uint32		index;
	const char *bytes;			/* length as uint16, then the key */
} note;

/* Where numbers go: see acm_keys_add */
typedef struct target
{
	char	  **base;
	uint16		stride;
	uint16		offset;
} target;

/* A slot of the table of one part */
typedef struct slot
{
	uint32		hash;
	uint32		first;			/* place of the first note with the key; NO_NOTE: empty */
} slot;

#define NO_NOTE PG_UINT32_MAX

/* What a file holds for each key met, before its bytes */
typedef struct entry
{
	uint32		hash;
	uint32		index;
	uint16		len;
} entry;

struct acm_keys
{
	MemoryContext context;
	MemoryContext arena;		/* bytes that do not stay where they are */
	Size		limit;
	uint64		seed;
	target		targets[TARGETS];
	int			ntargets;
	note	   *notes;
	Size		nnotes;
	Size		maxnotes;
	uint32		nkeys;			/* given out */
	BufFile   **files;			/* NULL while all is in memory */
	uint64		spilled;
	uint64	   *filter;			/* bits by hash; NULL: none */
	uint32		filter_mask;	/* of bits */
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

/* An empty numbering */
acm_keys *
acm_keys_create(Size memory_limit, uint64 seed)
{
	acm_keys   *keys = palloc0(sizeof(acm_keys));

	keys->context = CurrentMemoryContext;
	keys->arena = AllocSetContextCreate(CurrentMemoryContext, "accountmatch keys",
										ALLOCSET_DEFAULT_SIZES);
	/* sorting by parts takes a copy of the notes */
	keys->limit = memory_limit / 2;
	keys->seed = seed;
	return keys;
}

/* The place of a target in the list, which it enters if it is new */
static inline uint32
find_target(acm_keys *keys, char **base, uint16 stride, uint16 offset)
{
	int			i;

	for (i = 0; i < keys->ntargets; i++)
	{
		if (keys->targets[i].base == base && keys->targets[i].offset == offset)
			return i;
	}
	if (keys->ntargets == TARGETS)
		elog(ERROR, "too many targets of one numbering");
	keys->targets[i].base = base;
	keys->targets[i].stride = stride;
	keys->targets[i].offset = offset;
	keys->ntargets++;
	return i;
}

/* Bring all notes to the files, with their bytes, and the memory back */
static void
spill(acm_keys *keys)
{
	MemoryContext old = MemoryContextSwitchTo(keys->context);

	if (keys->files == NULL)
		keys->files = palloc0(NFILES * sizeof(BufFile *));
	for (Size i = 0; i < keys->nnotes; i++)
	{
		const note *n = &keys->notes[i];
		BufFile   **file = &keys->files[n->hash >> (32 - FILE_BITS)];
		entry		e;

		CHECK_FOR_INTERRUPTS();
		memset(&e, 0, sizeof(e));
		e.hash = n->hash;
		e.index = n->index;
		e.len = key_length(n->bytes);
		if (*file == NULL)
			*file = BufFileCreateTemp(false);
		acm_buffile_write(*file, &e, sizeof(e));
		acm_buffile_write(*file, n->bytes + sizeof(uint16), e.len);
		keys->spilled += sizeof(e) + e.len;
	}
	keys->nnotes = 0;
	MemoryContextReset(keys->arena);
	MemoryContextSwitchTo(old);
}

/* Make room for more notes, or spill */
static void
make_room(acm_keys *keys)
{
	Size		more = Max(FIRST_NOTES, keys->maxnotes * 2);

	if (more * sizeof(note) + MemoryContextMemAllocated(keys->arena, false) > keys->limit &&
		keys->maxnotes > 0)
	{
		spill(keys);
		return;
	}
	keys->maxnotes = more;
	keys->notes = keys->notes ? acm_grow_array(keys->notes, more, sizeof(note)) :
		MemoryContextAlloc(keys->context, more * sizeof(note));
}

/* Number a key; see the header */
void
acm_keys_add(acm_keys *keys, const char *bytes, bool stays, char **base,
			 uint16 stride, uint16 offset, uint32 index)
{
	uint16		len = key_length(bytes);
	note	   *n;

	if (keys->nnotes == keys->maxnotes)
		make_room(keys);
	n = &keys->notes[keys->nnotes++];
	n->hash = (hash_key(bytes + sizeof(uint16), len, keys->seed) & ~TARGET_MASK) |
		find_target(keys, base, stride, offset);
	n->index = index;
	n->bytes = bytes;
	if (!stays)
	{
		char	   *copy = MemoryContextAlloc(keys->arena, sizeof(len) + len);

		memcpy(copy, bytes, sizeof(len) + len);
		n->bytes = copy;
		if ((keys->nnotes & 0x3ff) == 0 &&
			keys->nnotes * sizeof(note) + MemoryContextMemAllocated(keys->arena, false) > keys->limit)
			spill(keys);
	}
}

/* Make a filter of the keys that were added; see the header */
void
acm_keys_make_filter(acm_keys *keys)
{
	MemoryContext old;
	Size		bytes = sizeof(uint64);

	/* what went to files will be looked for there */
	if (keys->files)
		return;
	/* eight bits a key, while there are hashes to tell them apart */
	while (bytes < keys->nnotes && bytes < UINT32_C(1) << (32 - 6))
		bytes *= 2;
	old = MemoryContextSwitchTo(keys->context);
	keys->filter = acm_make_array(bytes, 1, MCXT_ALLOC_ZERO);
	keys->filter_mask = bytes * BITS_PER_BYTE - 1;
	MemoryContextSwitchTo(old);
	for (Size i = 0; i < keys->nnotes; i++)
	{
		uint32		bit = keys->notes[i].hash / TARGETS & keys->filter_mask;

		if ((i & CHECK_EVERY) == 0)
			CHECK_FOR_INTERRUPTS();
		keys->filter[bit / 64] |= UINT64CONST(1) << (bit % 64);
	}
}

/* Whether a key may have been added before the filter was made */
bool
acm_keys_may_have(const acm_keys *keys, const char *bytes)
{
	uint32		bit;

	if (keys->filter == NULL)
		return true;
	bit = hash_key(bytes + sizeof(uint16), key_length(bytes), keys->seed) / TARGETS & keys->filter_mask;
	return (keys->filter[bit / 64] & UINT64CONST(1) << (bit % 64)) != 0;
}

/* Whether two notes are of the same key */
static inline bool
same_key(const note *a, const note *b)
{
	uint16		len = key_length(a->bytes);

	return key_length(b->bytes) == len &&
		memcmp(a->bytes + sizeof(len), b->bytes + sizeof(len), len) == 0;
}

/* Find or add the key of note i among all notes of its hash; returns its first note */
static uint32
find_exactly(slot *slots, uint32 mask, const note *notes, uint32 i)
{
	uint32		hash = notes[i].hash & ~TARGET_MASK;
	uint32		at = (hash / TARGETS) & mask;

	for (;; at = (at + 1) & mask)
	{
		if (slots[at].first == NO_NOTE)
		{
			slots[at].hash = hash;
			slots[at].first = i;
			return i;
		}
		if (slots[at].hash == hash && same_key(&notes[slots[at].first], &notes[i]))
			return slots[at].first;
	}
}

/*
 * Number the notes of one part with a table of mask + 1 slots; numbers has
 * room for one a note.
 */
static void
number_part(acm_keys *keys, const note *notes, uint32 n, slot *slots, uint32 mask, uint32 *numbers)
{
	uint32		first[BATCH];

	memset(slots, 0xff, ((Size) mask + 1) * sizeof(slot));
	for (uint32 start = 0; start < n; start += BATCH)
	{
		uint32		end = Min(start + BATCH, n);

		CHECK_FOR_INTERRUPTS();
		/* by hash alone, most often right */
		for (uint32 i = start; i < end; i++)
		{
			uint32		hash = notes[i].hash & ~TARGET_MASK;
			uint32		at = (hash / TARGETS) & mask;

			while (slots[at].first != NO_NOTE && slots[at].hash != hash)
				at = (at + 1) & mask;
			if (slots[at].first == NO_NOTE)
			{
				slots[at].hash = hash;
				slots[at].first = i;
			}
			else
			{
				__builtin_prefetch(notes[i].bytes);
				__builtin_prefetch(notes[slots[at].first].bytes);
			}
			first[i - start] = slots[at].first;
		}
		/* then by their bytes */
		for (uint32 i = start; i < end; i++)
		{
			uint32		f = first[i - start];
			const target *to = &keys->targets[notes[i].hash & TARGET_MASK];

			if (f != i && !same_key(&notes[f], &notes[i]))
				f = find_exactly(slots, mask, notes, i);
			numbers[i] = (f == i) ? keys->nkeys++ : numbers[f];
			memcpy(*to->base + (Size) notes[i].index * to->stride + to->offset,
				   &numbers[i], sizeof(uint32));
		}
	}
}

/* Number all notes in memory: sort them into parts, then part by part */
static void
number_notes(acm_keys *keys)
{
	Size		n = keys->nnotes;
	int			bits = 0;
	Size		nparts;
	Size	   *ends;
	note	   *sorted;
	slot	   *slots;
	uint32	   *numbers;
	Size		most = 0;
	uint32		nslots = FIRST_SLOTS;
	MemoryContext context;
	MemoryContext old;

	if (n == 0)
		return;
	context = AllocSetContextCreate(keys->context, "accountmatch numbering", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	while ((n >> bits) > PART_KEYS && bits < MAX_PART_BITS)
		bits++;
	nparts = (Size) 1 << bits;
	ends = palloc0((nparts + 1) * sizeof(Size));
	sorted = acm_make_array(n, sizeof(note), 0);

	/* within a file the upper bits are the same */
#define PART_OF(hash) (bits == 0 ? 0 : ((hash) << (keys->files ? FILE_BITS : 0)) >> (32 - bits))
	for (Size i = 0; i < n; i++)
	{
		if ((i & CHECK_EVERY) == 0)
			CHECK_FOR_INTERRUPTS();
		ends[PART_OF(keys->notes[i].hash) + 1]++;
	}
	for (Size p = 0; p < nparts; p++)
	{
		most = Max(most, ends[p + 1]);
		ends[p + 1] += ends[p];
	}
	for (Size i = 0; i < n; i++)
	{
		if ((i & CHECK_EVERY) == 0)
			CHECK_FOR_INTERRUPTS();
		sorted[ends[PART_OF(keys->notes[i].hash)]++] = keys->notes[i];
	}
#undef PART_OF

	/* now ends[p] is where part p ends */
	while (nslots < most * 3 / 2)
		nslots *= 2;
	slots = acm_make_array(nslots, sizeof(slot), 0);
	numbers = acm_make_array(most, sizeof(uint32), 0);
	for (Size p = 0; p < nparts; p++)
	{
		Size		start = p > 0 ? ends[p - 1] : 0;
		uint32		room = FIRST_SLOTS;

		/* a key that is everywhere makes its part large, not the tables of all */
		while (room < (ends[p] - start) * 3 / 2)
			room *= 2;
		number_part(keys, sorted + start, ends[p] - start, slots, room - 1, numbers);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Read a file back as notes */
static void
read_file(acm_keys *keys, BufFile *file)
{
	entry		e;

	keys->nnotes = 0;
	MemoryContextReset(keys->arena);
	if (BufFileSeek(file, 0, 0, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not rewind temporary file of accountmatch: %m")));
	while (acm_buffile_read_maybe(file, &e, sizeof(e)) > 0)
	{
		char	   *bytes = MemoryContextAlloc(keys->arena, sizeof(uint16) + e.len);
		note	   *n;

		CHECK_FOR_INTERRUPTS();
		memcpy(bytes, &e.len, sizeof(uint16));
		acm_buffile_read(file, bytes + sizeof(uint16), e.len);
		if (keys->nnotes == keys->maxnotes)
		{
			keys->maxnotes *= 2;
			keys->notes = acm_grow_array(keys->notes, keys->maxnotes, sizeof(note));
		}
		n = &keys->notes[keys->nnotes++];
		n->hash = e.hash;
		n->index = e.index;
		n->bytes = bytes;
	}
	BufFileClose(file);
}

/* Write all numbers that are owed, and let go of the memory */
void
acm_keys_finish(acm_keys *keys)
{
	if (keys->files == NULL)
		number_notes(keys);
	else
	{
		spill(keys);
		for (int i = 0; i < NFILES; i++)
		{
			if (keys->files[i] == NULL)
				continue;
			read_file(keys, keys->files[i]);
			number_notes(keys);
		}
	}
	if (keys->notes)
		pfree(keys->notes);
	if (keys->filter)
		pfree(keys->filter);
	keys->filter = NULL;
	keys->notes = NULL;
	MemoryContextDelete(keys->arena);
	keys->arena = NULL;
}

/* How many different keys there are */
uint32
acm_keys_count(const acm_keys *keys)
{
	return keys->nkeys;
}
