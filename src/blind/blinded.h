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

/* The text form <8 hex>:<32 hex> and NUL */
#define ACM_BLINDED_TEXT_BUF 42

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

/*
 * The pinned form of the key with this id, palloc'd, if the current user may
 * blind with it; else the error of acm_key_find.
 */
extern char *acm_blinder_spec(const uint8 id[ACM_KEY_ID_LEN]);

/* The text form of a value, NUL-terminated */
extern void acm_blinded_text(const acm_blinded *value, char out[ACM_BLINDED_TEXT_BUF]);

/* The type's oid; InvalidOid if the extension is not there */
extern Oid	acm_blinded_type(void);

#endif							/* ACM_BLINDED_H */
