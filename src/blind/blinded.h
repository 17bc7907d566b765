/*
 * blinded.h
 *		The type blinded, and blinding.
 */
#ifndef ACM_BLINDED_H
#define ACM_BLINDED_H

#include "compat.h"

#include "blind/key.h"

#define ACM_TAG_LEN 16

/* A value of type blinded: passed by reference, without alignment; ordered as its bytes */
typedef struct acm_blinded
{
	uint8		key_id[ACM_KEY_ID_LEN];
	uint8		tag[ACM_TAG_LEN];
} acm_blinded;

#define ACM_BLINDED_LEN 20

#define PG_GETARG_BLINDED_P(n) ((acm_blinded *) PG_GETARG_POINTER(n))

/* Kinds of match keys, as they stand in the blinded message */
#define ACM_BLIND_DOMAIN "domain"
#define ACM_BLIND_NAME "name"
#define ACM_BLIND_ID "id"

/*
 * A key ready to blind, found by its spec (not NUL-terminated). Kept for the
 * process, but looked up anew, and its file, and the current user's right to
 * it, checked again, in every statement of the client; valid until the next
 * call. Errors as acm_key_find.
 */
typedef struct acm_blinder acm_blinder;
extern acm_blinder *acm_blinder_find(const char *spec, size_t len);

/*
 * Blind a match key that is normalized already: the tag is the first bytes of
 * HMAC-SHA-256 under the key of the framed message (crypto.h)
 * "accountmatch blinded v1", kind, scheme, value. Scheme is empty but for
 * kind id.
 */
extern void acm_blind(acm_blinder *blinder, const char *kind, const char *scheme,
					  const char *value, size_t len, acm_blinded *out);

#endif							/* ACM_BLINDED_H */
