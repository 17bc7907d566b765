/*
 * near_join.c
 *		Nodes brought together by near keys.
 *
 * Entries are dealt out by the upper bits of their hash to parts so small that
 * the table which counts the entries of each key of a part stays in the
 * processor's cache. Most keys are one node's alone: only entries of keys that
 * can bring nodes together are collected by key. Parts are lists of blocks;
 * past the limit of memory, full blocks go to a temporary file. A filter of
 * bits tells of most entries of nodes with a domain that they will meet none.
 *
 * Near keys are plain hashes that anybody can compute. A seed that nobody
 * knows goes over them, so that nobody can choose names that all fall into one
 * part.
 */
#include "compat.h"

#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "overlap/array.h"
#include "overlap/near_join.h"

#define PARTS_MAX_BITS 11

/* A block, in memory and in the file */
#define BLOCK_ENTRIES 256
#define BLOCK_SIZE (BLOCK_ENTRIES * sizeof(acm_near_entry))

/* Memory for blocks is taken so many at a time, at most */
#define SLAB_BLOCKS_MAX 1024

#define FIRST_SLOTS 64

/* Bytes of the smallest filter */
#define FILTER_MIN 1024

/* What is known of a key */
typedef struct slot
{
	uint64		hash;			/* 0: free */
	uint8		names[2][2];	/* by side, with a domain; as many as matter */
	uint8		offers[2];		/* by side */
	uint8		asks[2];
	uint32		n;				/* entries */
	uint32		start;			/* of them in the collected ones; NOT_TAKEN */
} slot;

#define NOT_TAKEN PG_UINT32_MAX

/* Entries of some hashes */
typedef struct part
{
	acm_near_entry *block;		/* being filled; NULL at first */
	uint32		n;				/* entries in it */
	uint32		nblocks;		/* full ones */
	uint32		maxblocks;
	uint64	   *blocks;			/* addresses, or places in the file with IN_FILE set */
} part;

#define IN_FILE 1

struct acm_near_join
{
	MemoryContext context;
	Size		limit;			/* bytes */
	Size		used;
	uint64		seed;
	int			bits;
	part	   *parts;
	uint64	   *filter[2];		/* keys of nodes without a domain, of each side */
	uint64		filter_mask[2]; /* of bits */
	char	   *slab;			/* blocks that are free */
	Size		slab_blocks;
	BufFile    *file;			/* NULL while all is in memory */
	uint64		file_blocks;

	/* of the part that is handed out */
	slot	   *slots;
	Size		maxslots;
	acm_near_entry *taken;
	Size		maxtaken;
	acm_near_entry *read;		/* a block */
};

/* An empty join; see the header */
acm_near_join *
acm_near_join_create(const Size without_site[2], Size with_site, Size memory_limit)
{
	acm_near_join *join = palloc0(sizeof(acm_near_join));
	Size		expected = without_site[0] + without_site[1] + with_site / 8;

	if (!pg_strong_random(&join->seed, sizeof(join->seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	join->context = CurrentMemoryContext;
	/* the table and the entries collected of a part take some of it, too */
	join->limit = memory_limit / 2;
	/* each part has a block to fill */
	while (join->bits < PARTS_MAX_BITS &&
		   expected >> join->bits > 8 * BLOCK_ENTRIES &&
		   BLOCK_SIZE << (join->bits + 2) <= join->limit)
		join->bits++;
	join->parts = palloc0(sizeof(part) << join->bits);
	for (int side = 0; side < 2; side++)
	{
		Size		bytes = FILTER_MIN;

		/* eight bits a key */
		while (bytes < without_site[side] && bytes * 16 <= memory_limit)
			bytes *= 2;
		join->filter[side] = acm_make_array(bytes, 1, MCXT_ALLOC_ZERO);
		join->filter_mask[side] = (uint64) bytes * BITS_PER_BYTE - 1;
	}
	return join;
}

/* A free block */
static acm_near_entry *
new_block(acm_near_join *join)
{
	char	   *block;

	if (join->slab_blocks == 0)
	{
		/* a quarter of what there is, so that a few entries take little */
		join->slab_blocks = Min(SLAB_BLOCKS_MAX, 16 + join->used / BLOCK_SIZE / 4);
		join->slab = MemoryContextAlloc(join->context, join->slab_blocks * BLOCK_SIZE);
		acm_expect_to_fill(join->slab, join->slab_blocks * BLOCK_SIZE);
	}
	block = join->slab;
	join->slab += BLOCK_SIZE;
	join->slab_blocks--;
	join->used += BLOCK_SIZE;
	return (acm_near_entry *) block;
}

/* The block of a part is full: put it on the list, or write it, and give the part a free one */
static void
next_block(acm_near_join *join, part *p)
{
	if (p->block)
	{
		if (p->nblocks == p->maxblocks)
		{
			p->maxblocks = Max(16, p->maxblocks * 2);
			p->blocks = p->blocks ? repalloc(p->blocks, p->maxblocks * sizeof(uint64)) :
				MemoryContextAlloc(join->context, p->maxblocks * sizeof(uint64));
		}
		if (join->used + BLOCK_SIZE > join->limit)
		{
			if (join->file == NULL)
			{
				MemoryContext old = MemoryContextSwitchTo(join->context);

				join->file = BufFileCreateTemp(false);
				MemoryContextSwitchTo(old);
			}
			acm_buffile_write(join->file, p->block, BLOCK_SIZE);
			p->blocks[p->nblocks++] = join->file_blocks++ << 1 | IN_FILE;
			p->n = 0;
			return;
		}
		p->blocks[p->nblocks++] = (uint64) (uintptr_t) p->block;
	}
	p->block = new_block(join);
	p->n = 0;
}

/* Put a node under a key; see the header */
void
acm_near_join_add(acm_near_join *join, uint64 key, acm_near_kind kind, acm_near_role role,
				  int side, bool with_site, uint32 node, uint32 info)
{
	acm_near_entry *e;
	part	   *p;

	key = (key ^ join->seed) * UINT64CONST(0x9E3779B97F4A7C15);
	key ^= key >> 32;
	if (with_site)
	{
		uint64		bit = key & join->filter_mask[1 - side];

		if ((join->filter[1 - side][bit / 64] & UINT64CONST(1) << (bit % 64)) == 0)
			return;
	}
	else
	{
		uint64		bit = key & join->filter_mask[side];

		join->filter[side][bit / 64] |= UINT64CONST(1) << (bit % 64);
	}
	p = &join->parts[join->bits == 0 ? 0 : key >> (64 - join->bits)];
	if (p->block == NULL || p->n == BLOCK_ENTRIES)
		next_block(join, p);
	e = &p->block[p->n++];
	e->hash = key << ACM_NEAR_BITS | kind << 4 | role << 2 | (with_site ? 2 : 0) | side;
	e->node = node;
	e->info = info;
}

/* The entries of a block of a part, the one being filled last; until the next is read */
static const acm_near_entry *
read_block(acm_near_join *join, const part *p, uint32 i, uint32 *n)
{
	*n = i < p->nblocks ? BLOCK_ENTRIES : p->n;
	if (i == p->nblocks)
		return p->block;
	if ((p->blocks[i] & IN_FILE) == 0)
		return (const acm_near_entry *) (uintptr_t) p->blocks[i];
	if (BufFileSeekBlock(join->file, (p->blocks[i] >> 1) / (BLCKSZ / BLOCK_SIZE)) != 0 ||
		BufFileSeek(join->file, 0, (p->blocks[i] >> 1) % (BLCKSZ / BLOCK_SIZE) * BLOCK_SIZE, SEEK_CUR) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in temporary file of accountmatch: %m")));
	acm_buffile_read(join->file, join->read, BLOCK_SIZE);
	return join->read;
}

/* The slot of an entry's key, which is there or free */
static inline slot *
find_slot(slot *slots, uint32 mask, const acm_near_entry *e)
{
	uint64		hash = e->hash >> ACM_NEAR_BITS | UINT64CONST(1) << 63;
	uint32		at = (uint32) hash & mask;

	while (slots[at].hash != hash && slots[at].hash != 0)
		at = (at + 1) & mask;
	slots[at].hash = hash;
	return &slots[at];
}

/* Count one more, as far as it matters */
static inline void
count(uint8 *n)
{
	*n += (*n <= ACM_NEAR_CROWD);
}

/* Whether so many of a side are there, and not too many */
static inline bool
few(uint8 n)
{
	return n > 0 && n <= ACM_NEAR_CROWD;
}

/* Whether the entries of a key can bring nodes together */
static bool
is_useful(const slot *s)
{
	for (int side = 0; side < 2; side++)
	{
		if (few(s->names[side][false]) &&
			(s->names[1 - side][true] > 0 || few(s->names[1 - side][false])))
			return true;
		if (few(s->offers[side]) && s->asks[1 - side] > 0)
			return true;
	}
	return false;
}

/* The slots of a part, free: more than the entries it is expected to have */
static slot *
make_slots(acm_near_join *join, Size expected, uint32 *nslots)
{
	*nslots = FIRST_SLOTS;
	while (*nslots < expected * 3 / 2)
		*nslots *= 2;
	if (*nslots > join->maxslots)
	{
		if (join->slots)
			pfree(join->slots);
		join->slots = acm_make_array(*nslots, sizeof(slot), 0);
		join->maxslots = *nslots;
	}
	memset(join->slots, 0, *nslots * sizeof(slot));
	return join->slots;
}

/* Hand out the useful keys of a part, of those whose hash leaves the remainder pass by npasses */
static void
join_part(acm_near_join *join, const part *p, uint32 pass, uint32 npasses, Size expected,
		  void (*take) (void *arg, const acm_near_entry *entries, uint32 n), void *arg)
{
	uint32		nslots;
	slot	   *slots = make_slots(join, expected, &nslots);
	uint32		nkeys = 0;
	uint32		total = 0;

	for (uint32 b = 0; b <= p->nblocks; b++)
	{
		uint32		n;
		const acm_near_entry *block = read_block(join, p, b, &n);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
		{
			const acm_near_entry *e = &block[i];
			slot	   *s;

			if (npasses > 1 && (e->hash >> 32) % npasses != pass)
				continue;
			s = find_slot(slots, nslots - 1, e);
			nkeys += (s->n++ == 0);
			if (nkeys == nslots)
				elog(ERROR, "near keys of one part are more than expected");
			switch (ACM_NEAR_ROLE(e))
			{
				case ACM_NEAR_NAME:
					count(&s->names[ACM_NEAR_SIDE(e)][ACM_NEAR_SITE(e)]);
					break;
				case ACM_NEAR_OFFER:
					count(&s->offers[ACM_NEAR_SIDE(e)]);
					break;
				case ACM_NEAR_ASK:
					count(&s->asks[ACM_NEAR_SIDE(e)]);
					break;
			}
		}
	}
	for (uint32 i = 0; i < nslots && nkeys > 0; i++)
	{
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		slots[i].start = NOT_TAKEN;
		if (is_useful(&slots[i]))
		{
			slots[i].start = total;
			total += slots[i].n;
			slots[i].n = 0;
		}
	}

	if (total > join->maxtaken)
	{
		if (join->taken)
			pfree(join->taken);
		join->maxtaken = (Size) total * 2;
		join->taken = acm_make_array(join->maxtaken, sizeof(acm_near_entry), 0);
	}
	for (uint32 b = 0; total > 0 && b <= p->nblocks; b++)
	{
		uint32		n;
		const acm_near_entry *block = read_block(join, p, b, &n);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
		{
			slot	   *s;

			if (npasses > 1 && (block[i].hash >> 32) % npasses != pass)
				continue;
			s = find_slot(slots, nslots - 1, &block[i]);
			if (s->start != NOT_TAKEN)
				join->taken[s->start + s->n++] = block[i];
		}
	}
	for (uint32 i = 0; total > 0 && i < nslots; i++)
	{
		if (slots[i].start == NOT_TAKEN)
			continue;
		CHECK_FOR_INTERRUPTS();
		take(arg, &join->taken[slots[i].start], slots[i].n);
	}
}

/* Hand out the entries by key; see the header */
void
acm_near_join_groups(acm_near_join *join,
					 void (*take) (void *arg, const acm_near_entry *entries, uint32 n), void *arg)
{
	join->read = palloc(BLOCK_SIZE);
	for (uint32 i = 0; i < UINT32_C(1) << join->bits; i++)
	{
		const part *p = &join->parts[i];
		Size		n = (Size) p->nblocks * BLOCK_ENTRIES + p->n;
		uint32		npasses = 1 + n * (2 * sizeof(slot) + sizeof(acm_near_entry)) / Max(join->limit, BLOCK_SIZE);

		/* in memory, another look at the part costs more than the table */
		if (join->file == NULL)
			npasses = 1;
		for (uint32 pass = 0; pass < npasses && n > 0; pass++)
			join_part(join, p, pass, npasses, npasses == 1 ? n : n / npasses * 5 / 4 + FIRST_SLOTS, take, arg);
	}
}

/* Let go of the file; see the header */
void
acm_near_join_close(acm_near_join *join)
{
	if (join->file)
		BufFileClose(join->file);
	join->file = NULL;
}
