/*
 * arena.c
 *		Memory that is zeroed and freed at once, and bytes to append and read.
 */
#include "exchange/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65536
#define ALIGNMENT 16

/* A piece of memory from malloc; what is asked for follows the head */
typedef struct block
{
	struct block *next;
	size_t		size;			/* of what follows */
	size_t		used;
} block;

#define HEAD ((sizeof(block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct acm_arena
{
	block	   *blocks;			/* the one that small pieces are cut from comes first */
};

/* An empty arena */
acm_arena *
acm_arena_new(void)
{
	return calloc(1, sizeof(acm_arena));
}

/* Zero and free all */
void
acm_arena_free(acm_arena *arena)
{
	if (arena == NULL)
		return;
	while (arena->blocks)
	{
		block	   *b = arena->blocks;

		arena->blocks = b->next;
		acm_cleanse(b, HEAD + b->size);
		free(b);
	}
	free(arena);
}

/* Zeroed bytes */
void *
acm_arena_alloc(acm_arena *arena, size_t size)
{
	block	   *first = arena->blocks;
	block	   *b;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (first && first->size - first->used >= size)
	{
		first->used += size;
		return (char *) first + HEAD + first->used - size;
	}
	b = calloc(1, HEAD + (size < BLOCK_SIZE ? BLOCK_SIZE : size));
	if (b == NULL)
		return NULL;
	b->size = size < BLOCK_SIZE ? BLOCK_SIZE : size;
	b->used = size;
	/* a large piece goes behind, so that the first block is still cut from */
	if (first && size >= BLOCK_SIZE)
	{
		b->next = first->next;
		first->next = b;
	}
	else
	{
		b->next = first;
		arena->blocks = b;
	}
	return (char *) b + HEAD;
}

/* Append bytes */
void
acm_put(acm_buffer *b, const void *data, size_t len)
{
	if (!b->failed && b->max - b->len < len)
	{
		size_t		max = b->max < 512 ? 1024 : b->max * 2;
		uint8_t    *grown;

		if (max - b->len < len)
			max = b->len + len;
		grown = acm_arena_alloc(b->arena, max);
		if (grown && b->len > 0)
			memcpy(grown, b->data, b->len);
		b->failed = grown == NULL;
		b->data = grown;
		b->max = max;
	}
	if (b->failed || len == 0)
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

/* Append a number */
void
acm_put_number(acm_buffer *b, uint64_t n, int bytes)
{
	uint8_t		out[8];

	for (int i = 0; i < bytes; i++)
		out[i] = (uint8_t) (n >> (8 * (bytes - 1 - i)));
	acm_put(b, out, (size_t) bytes);
}

/* Append a field after its length */
void
acm_put_counted(acm_buffer *b, const void *data, size_t len)
{
	acm_put_number(b, len, 4);
	acm_put(b, data, len);
}

/* The next bytes */
const uint8_t *
acm_take(acm_source *s, size_t len)
{
	const uint8_t *at = s->data;

	if (s->failed || s->len < len)
	{
		s->failed = true;
		return NULL;
	}
	s->data += len;
	s->len -= len;
	return at;
}

/* A number */
uint64_t
acm_take_number(acm_source *s, int bytes)
{
	const uint8_t *at = acm_take(s, (size_t) bytes);
	uint64_t	n = 0;

	for (int i = 0; at && i < bytes; i++)
		n = n << 8 | at[i];
	return n;
}

/* A field after its length */
acm_bytes
acm_take_counted(acm_source *s)
{
	size_t		len = (size_t) acm_take_number(s, 4);
	const uint8_t *at = acm_take(s, len);

	return (acm_bytes) {at ? (const void *) at : "", at ? len : 0};
}
