/*
 * key_set.h
 *		Sets of 64-bit keys that are filled, then asked for far more often than
 *		they hold: a bitmap answers nearly all that are not there.
 */
#ifndef ACM_KEY_SET_H
#define ACM_KEY_SET_H

#include "postgres.h"

#define ACM_NO_ENTRY PG_UINT32_MAX

/* A key, and where its values begin, if it has any */
typedef struct acm_key_entry
{
	uint64		key;
	uint32		first;			/* value; ACM_NO_ENTRY: none */
	bool		used;
} acm_key_entry;

typedef struct acm_key_set
{
	uint64	   *bitmap;
	acm_key_entry *slots;
	uint32		nslots;			/* a power of two */
	uint32		nkeys;
} acm_key_set;

#define ACM_KEY_BITS 22

/* An empty set in CurrentMemoryContext, with room for so many keys before it must grow */
extern void acm_key_set_init(acm_key_set *set, uint64 expected);

/* The entry of a key, which is added if it is new; valid until the next one is added */
extern acm_key_entry *acm_key_set_add(acm_key_set *set, uint64 key, bool *added);

/* The entry of a key that the bitmap has; NULL if it is none */
extern acm_key_entry *acm_key_set_look_up(const acm_key_set *set, uint64 key);

/* The entry of a key, or NULL */
static inline acm_key_entry *
acm_key_set_find(const acm_key_set *set, uint64 key)
{
	uint64		bit = key >> (64 - ACM_KEY_BITS);

	if ((set->bitmap[bit / 64] & (UINT64CONST(1) << (bit % 64))) == 0)
		return NULL;
	return acm_key_set_look_up(set, key);
}

#endif							/* ACM_KEY_SET_H */
