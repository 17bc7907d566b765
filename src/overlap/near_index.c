/*
 * near_index.c
 *		Nodes under near keys: an array of entries, chained by buckets.
 *
 * Near keys are plain hashes that anybody can compute. A seed that nobody
 * knows goes over them, so that nobody can choose names that all fall into one
 * bucket.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "overlap/near_index.h"

#define FIRST_ENTRIES 1024

/* A key as the index has it */
static inline uint64
seeded(const acm_near_index *index, uint64 key)
{
	key = (key ^ index->seed) * UINT64CONST(0x9E3779B97F4A7C15);
	return key ^ (key >> 32);
}

/* The bucket of a seeded key */
static inline uint32 *
bucket_of(const acm_near_index *index, uint64 key)
{
	return &index->buckets[(key >> 24) & (index->nbuckets - 1)];
}

/* An empty index; see the header */
acm_near_index *
acm_near_index_create(uint32 npasses)
{
	acm_near_index *index = palloc0(sizeof(acm_near_index));

	if (!pg_strong_random(&index->seed, sizeof(index->seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	index->npasses = npasses;
	index->maxentries = FIRST_ENTRIES;
	index->entries = palloc(FIRST_ENTRIES * sizeof(acm_near_entry));
	return index;
}

/* Empty the index */
void
acm_near_index_start(acm_near_index *index, uint32 pass)
{
	index->pass = pass;
	index->nentries = 0;
	if (index->buckets)
	{
		pfree(index->buckets);
		pfree(index->filter);
	}
	index->buckets = NULL;
	index->filter = NULL;
}

/* Put a node under a key */
void
acm_near_index_add(acm_near_index *index, uint64 key, uint32 node, uint32 letters)
{
	acm_near_entry *e;

	key = seeded(index, key);
	if (key % index->npasses != index->pass)
		return;
	if (index->nentries == index->maxentries)
	{
		index->maxentries *= 2;
		index->entries = repalloc_huge(index->entries, (Size) index->maxentries * sizeof(acm_near_entry));
	}
	e = &index->entries[index->nentries++];
	e->key = key;
	e->node = node;
	e->letters = letters;
}

/*
 * Chain the entries into buckets by key. The filter, small enough for the
 * processor's caches, tells of most keys that nobody has them.
 */
void
acm_near_index_build(acm_near_index *index)
{
	index->nbuckets = FIRST_ENTRIES;
	while (index->nbuckets < index->nentries)
		index->nbuckets *= 2;
	index->buckets = MemoryContextAllocExtended(CurrentMemoryContext,
												(Size) index->nbuckets * sizeof(uint32), MCXT_ALLOC_HUGE);
	memset(index->buckets, 0xff, (Size) index->nbuckets * sizeof(uint32));
	index->filter = MemoryContextAllocExtended(CurrentMemoryContext, index->nbuckets,
											   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	index->filter_mask = (uint64) index->nbuckets * 8 - 1;
	for (uint32 i = 0; i < index->nentries; i++)
	{
		uint32	   *bucket = bucket_of(index, index->entries[i].key);
		uint64		bit = index->entries[i].key & index->filter_mask;

		CHECK_FOR_INTERRUPTS();
		index->filter[bit / 64] |= UINT64CONST(1) << (bit % 64);
		index->entries[i].next = *bucket;
		*bucket = i;
	}
}

/* From an entry on, the first with this key */
static inline uint32
find_entry(const acm_near_index *index, uint32 entry, uint64 key)
{
	while (entry != PG_UINT32_MAX && index->entries[entry].key != key)
		entry = index->entries[entry].next;
	return entry;
}

/* The first entry under a key; see the header */
uint32
acm_near_index_first(const acm_near_index *index, uint64 key, int crowd)
{
	uint32		first;
	uint32		entry;
	uint64		bit;

	key = seeded(index, key);
	bit = key & index->filter_mask;
	if ((index->filter[bit / 64] & (UINT64CONST(1) << (bit % 64))) == 0 ||
		key % index->npasses != index->pass)
		return PG_UINT32_MAX;
	first = find_entry(index, *bucket_of(index, key), key);
	for (entry = first; entry != PG_UINT32_MAX && crowd > 0; crowd--)
		entry = acm_near_index_next(index, entry);
	return entry == PG_UINT32_MAX ? first : PG_UINT32_MAX;
}

/* The next entry under the same key */
uint32
acm_near_index_next(const acm_near_index *index, uint32 entry)
{
	return find_entry(index, index->entries[entry].next, index->entries[entry].key);
}

/* A name's letters at a glance; see the header */
uint32
acm_letters_of(const char *name, int len)
{
	uint32		set = 0;
	uint32		n = 0;
	uint32		letter = 0;

	for (int i = 0; i < len; i++)
	{
		unsigned char c = name[i];

		if (c == ' ')
			continue;
		n++;
		/* bytes 10xxxxxx continue a letter of UTF-8 */
		letter = (c & 0xc0) == 0x80 ? letter * 31 + c : c;
		if (i + 1 == len || ((unsigned char) name[i + 1] & 0xc0) != 0x80)
			set |= UINT32_C(1) << (letter % 24);
	}
	return set << 8 | (n & 0xff);
}
