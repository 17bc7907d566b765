/*
 * account_keys.h
 *		All by which an account can be found from another one, in a few bytes:
 *		kept with each stored account, so that a re-map can tell how far a change
 *		reaches.
 */
#ifndef ACM_ACCOUNT_KEYS_H
#define ACM_ACCOUNT_KEYS_H

#include "postgres.h"

/*
 * The stored form: this header, then the exact keys, sites and labels (uint64
 * each), then the names (uint16 length and bytes). Nothing is aligned.
 *
 * Exact keys are hashes of match names, match hosts and identifiers, in this
 * order: the first nnames are those of the names. Sites are hashes of match
 * domains and match hosts. Labels are near keys of what a domain of its own can
 * be the name of. Names are match names as words with blanks.
 */
typedef struct acm_account_header
{
	uint16		bare;			/* no domain of its own */
	uint16		nexact;
	uint16		nsites;
	uint16		nlabels;
	uint16		nnames;
} acm_account_header;

/* Keys read back; the arrays are not aligned: see acm_account_key */
typedef struct acm_stored_keys
{
	acm_account_header header;
	const char *exact;
	const char *sites;
	const char *labels;
	const char *names;
} acm_stored_keys;

/* Read keys at a place */
extern void acm_stored_keys_read(const char *at, acm_stored_keys *keys);

/* The i-th number of one of the arrays */
static inline uint64
acm_account_key(const char *array, int i)
{
	uint64		key;

	memcpy(&key, array + i * sizeof(key), sizeof(key));
	return key;
}

/* The hash of a host or match domain among exact keys and sites */
extern uint64 acm_host_hash(const char *host, int len);

#endif							/* ACM_ACCOUNT_KEYS_H */
