/*
 * keys.h
 *		Numbering of match keys: equal byte strings get equal numbers. In
 *		memory up to a limit, after that by partitions in temporary files.
 */
#ifndef ACM_KEYS_H
#define ACM_KEYS_H

#include "postgres.h"

#define ACM_NO_KEY PG_UINT32_MAX

typedef struct acm_keys acm_keys;

/*
 * An empty numbering in CurrentMemoryContext that takes at most about
 * memory_limit bytes of it. seed makes the hash unpredictable: the keys come
 * from outside.
 */
extern acm_keys *acm_keys_create(Size memory_limit, uint64 seed);

/*
 * Number a key: bytes is its length as uint16 (any alignment), then so many
 * bytes. In acm_keys_finish the number is written at the given offset into
 * element index of *base, an array of the given stride, which may be moved
 * until then. If stays, bytes must live as long; else they are copied. One
 * numbering can write to eight arrays or offsets.
 */
extern void acm_keys_add(acm_keys *keys, const char *bytes, bool stays,
						 char **base, uint16 stride, uint16 offset, uint32 index);

/* Make it quick to tell of most other keys that they were not added by now */
extern void acm_keys_make_filter(acm_keys *keys);

/* Whether a key may have been added before the filter was made; true if there is none */
extern bool acm_keys_may_have(const acm_keys *keys, const char *bytes);

/* Write all numbers */
extern void acm_keys_finish(acm_keys *keys);

/* How many different keys there are; numbers are 0 .. count - 1. After finish */
extern uint32 acm_keys_count(const acm_keys *keys);

#endif							/* ACM_KEYS_H */
