/*
 * key.h
 *		A key as the record that a key file holds, what is derived from it, and
 *		how two parties come to the same one. Pure C: no server header, no
 *		setting.
 *
 * Two parties agree by ECDH on P-256 and HKDF-SHA-256; "low" and "high" are
 * the two public keys in byte order, so that both sides, and no side, is
 * first. Functions that return bool are as in crypto.h.
 */
#ifndef ACM_KEY_H
#define ACM_KEY_H

#include "blind/crypto.h"

#define ACM_KEY_ID_LEN 4
#define ACM_KEY_LABEL_MAX 127	/* bytes */
#define ACM_KEY_ROLE_MAX 63		/* bytes: a PostgreSQL name */

/* A confirmation code: 32 hex digits in groups of four, and NUL */
#define ACM_CODE_BUF 40

/* A fingerprint of two public keys: 60 digits in groups of five, and NUL */
#define ACM_FINGERPRINT_BUF 72

typedef enum acm_key_kind
{
	ACM_KEY_CREATED = 1,		/* drawn at random on one side */
	ACM_KEY_PAIR = 2,			/* own half of an agreement: secret scalar and public key */
	ACM_KEY_AGREED = 3			/* what both sides computed */
} acm_key_kind;

/*
 * The content of a key file, byte for byte. Numbers are big-endian, strings
 * are padded with NUL, of which there is at least one; whatever a kind does
 * not have is zero. digest is SHA-256 over all that precedes it: it detects
 * damage, not forgery, since whoever can write the file can compute it.
 */
typedef struct acm_key_record
{
	char		magic[8];		/* "acmkey01" */
	uint8_t		kind[4];
	uint8_t		epoch[4];		/* normalization epoch at creation */
	char		role[ACM_KEY_ROLE_MAX + 1];		/* who may use the key */
	char		label[ACM_KEY_LABEL_MAX + 1];
	uint8_t		secret[ACM_SECRET_LEN];
	uint8_t		own_public[ACM_PUBLIC_LEN];
	uint8_t		their_public[ACM_PUBLIC_LEN];
	uint8_t		reserved[174];	/* zero */
	uint8_t		digest[ACM_HASH_LEN];
} acm_key_record;

#define ACM_KEY_RECORD_LEN 512

/*
 * Begin a record: magic, kind, epoch, role, label (which must fit); all else
 * zero. acm_key_seal computes the digest once the rest is filled in.
 */
extern void acm_key_begin(acm_key_record *rec, acm_key_kind kind, uint32_t epoch,
						  const char *role, const char *label);
extern bool acm_key_seal(acm_key_record *rec);

/* What is wrong with a record as read from a file, as a sentence without its full stop; NULL if nothing */
extern const char *acm_key_problem(const acm_key_record *rec);

extern acm_key_kind acm_key_kind_of(const acm_key_record *rec);
extern uint32_t acm_key_epoch(const acm_key_record *rec);

/* Key id: the first bytes of SHA-256 over label, epoch (4 bytes, big-endian), secret */
extern bool acm_key_id(const acm_key_record *rec, uint8_t id[ACM_KEY_ID_LEN]);

/*
 * Fill in the secret and the public keys of a record of kind ACM_KEY_AGREED,
 * begun with the agreed label, from the own pair and the other side's key:
 * HKDF without salt, of the ECDH secret, with the framed message
 * "accountmatch agree v1", label, epoch, low, high for info.
 */
extern bool acm_key_agree(acm_key_record *rec, const acm_key_record *pair,
						  const uint8_t their[ACM_PUBLIC_LEN]);

/*
 * The code by which one side of an agreed key shows the other that it holds
 * the same one: the first 16 bytes of HMAC under the secret of "accountmatch
 * confirm v1", label, the public key of who says it, the public key of who
 * hears it. It does not serve for the way back.
 */
extern bool acm_key_code(const acm_key_record *rec, bool own, char out[ACM_CODE_BUF]);

/*
 * 60 digits that two people read to each other: 12 times 5 bytes, big-endian,
 * modulo 100000, of HKDF without salt of low || high, with the framed message
 * "accountmatch fingerprint v1" for info.
 */
extern bool acm_key_digits(const acm_key_record *rec, char out[ACM_FINGERPRINT_BUF]);

/* Hex, lower case, NUL-terminated: out has 2 * len + 1 bytes */
extern void acm_hex(const uint8_t *data, size_t len, char *out);

/* The reverse, of exactly 2 * len digits in either case; false if they are not */
extern bool acm_unhex(const char *digits, size_t len, uint8_t *out);

#endif							/* ACM_KEY_H */
