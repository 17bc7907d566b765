/*
 * arena.h
 *		Memory that is zeroed and freed at once, whatever became of those who
 *		asked for it; and bytes to append to or to read from. Pure C.
 */
#ifndef ACM_ARENA_H
#define ACM_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blind/crypto.h"

typedef struct acm_arena acm_arena;

/* An empty arena; NULL without memory. Freeing it zeroes all that it gave. */
extern acm_arena *acm_arena_new(void);
extern void acm_arena_free(acm_arena *arena);

/* So many zeroed bytes, aligned for any type; NULL without memory */
extern void *acm_arena_alloc(acm_arena *arena, size_t size);

/* A growing stretch of bytes; one that could not grow is marked and takes nothing more */
typedef struct acm_buffer
{
	acm_arena  *arena;
	uint8_t    *data;
	size_t		len;
	size_t		max;
	bool		failed;
} acm_buffer;

/* Append bytes; numbers go in big-endian */
extern void acm_put(acm_buffer *b, const void *data, size_t len);
extern void acm_put_number(acm_buffer *b, uint64_t n, int bytes);

/* Append a field after its length in 4 bytes */
extern void acm_put_counted(acm_buffer *b, const void *data, size_t len);

/* Bytes that are read from the front; once they do not suffice, every reading gives zeros */
typedef struct acm_source
{
	const uint8_t *data;
	size_t		len;
	bool		failed;
} acm_source;

/* The next bytes, in place; NULL if there are not so many */
extern const uint8_t *acm_take(acm_source *s, size_t len);
extern uint64_t acm_take_number(acm_source *s, int bytes);
extern acm_bytes acm_take_counted(acm_source *s);

/* Whether all was read and all was there */
static inline bool
acm_source_done(const acm_source *s)
{
	return !s->failed && s->len == 0;
}

#endif							/* ACM_ARENA_H */
