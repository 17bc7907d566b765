/*
 * key_set.c
 *		Sets of 64-bit keys behind a bitmap.
 */
#include "compat.h"

#include "utils/memutils.h"

#include "map/key_set.h"

#define FIRST_SLOTS 1024
#define SLOTS_MAX (UINT32_C(1) << 31)

/* An empty set; see the header */
void
acm_key_set_init(acm_key_set *set, uint64 expected)
{
	set->bitmap = palloc0((Size) 1 << (ACM_KEY_BITS - 3));
	set->nslots = FIRST_SLOTS;
	while (set->nslots / 2 <= expected && set->nslots < SLOTS_MAX)
		set->nslots *= 2;
	set->slots = palloc_extended((Size) set->nslots * sizeof(acm_key_entry), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	set->nkeys = 0;
}

/* Where a key is, or would be; its hash is itself, but the upper bits serve the bitmap */
static acm_key_entry *
place_of(const acm_key_set *set, uint64 key)
{
	uint32		at = (uint32) (key * UINT64CONST(0x9E3779B97F4A7C15) >> 32) & (set->nslots - 1);

	while (set->slots[at].used && set->slots[at].key != key)
		at = (at + 1) & (set->nslots - 1);
	return &set->slots[at];
}

/* Twice the slots */
static void
grow(acm_key_set *set)
{
	acm_key_entry *old = set->slots;
	uint32		n = set->nslots;

	set->nslots *= 2;
	set->slots = MemoryContextAllocExtended(GetMemoryChunkContext(old), (Size) set->nslots * sizeof(acm_key_entry),
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < n; i++)
	{
		if (old[i].used)
			*place_of(set, old[i].key) = old[i];
	}
	pfree(old);
}

/* The entry of a key; see the header */
acm_key_entry *
acm_key_set_add(acm_key_set *set, uint64 key, bool *added)
{
	acm_key_entry *e;
	uint64		bit = key >> (64 - ACM_KEY_BITS);

	if (set->nkeys > set->nslots / 2)
		grow(set);
	e = place_of(set, key);
	*added = !e->used;
	if (*added)
	{
		e->key = key;
		e->first = ACM_NO_ENTRY;
		e->used = true;
		set->nkeys++;
		set->bitmap[bit / 64] |= UINT64CONST(1) << (bit % 64);
	}
	return e;
}

/* The entry of a key that the bitmap has */
acm_key_entry *
acm_key_set_look_up(const acm_key_set *set, uint64 key)
{
	acm_key_entry *e = place_of(set, key);

	return e->used ? e : NULL;
}
