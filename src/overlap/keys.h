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
 * bytes. The number is written to the first four bytes of element index of
 * *base, an array of the given stride: at once, later, or in
 * acm_keys_finish. *base may be moved meanwhile, not freed. If stays, bytes
 * must live as long as the numbering; else they are copied when need be.
 */
extern void acm_keys_add(acm_keys *keys, const char *bytes, bool stays,
						 char **base, Size stride, uint32 index);

/* Write all numbers that are still owed */
extern void acm_keys_finish(acm_keys *keys);

/* How many different keys there are; numbers are 0 .. count - 1. After finish */
extern uint32 acm_keys_count(const acm_keys *keys);

/* Bytes in memory, and in files */
extern Size acm_keys_memory(const acm_keys *keys);
extern uint64 acm_keys_spilled(const acm_keys *keys);

#endif							/* ACM_KEYS_H */
