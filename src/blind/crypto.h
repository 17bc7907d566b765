/*
 * crypto.h
 *		The few primitives that blinding rests on, all through OpenSSL 3's EVP:
 *		SHA-256, HMAC-SHA-256, HKDF-SHA-256, ECDH on P-256. Pure C: no server
 *		header, no setting.
 *
 * Functions that return bool give false where OpenSSL refuses or fails (bad
 * point, no such algorithm under the loaded provider, out of memory) and
 * leave OpenSSL's error queue empty; their output is then undefined.
 */
#ifndef ACM_CRYPTO_H
#define ACM_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes in bytes */
#define ACM_HASH_LEN 32			/* SHA-256 and what is made of it */
#define ACM_SECRET_LEN 32		/* symmetric keys, P-256 scalars and x coordinates */
#define ACM_PUBLIC_LEN 33		/* compressed point, SEC 1 version 2, 2.3.3 */

/* A stretch of memory that somebody else owns */
typedef struct acm_bytes
{
	const void *data;
	size_t		len;
} acm_bytes;

/*
 * Several fields as one message that can be taken apart in one way only: each
 * is preceded by its length in bytes as 4 bytes, big-endian. All hashes and
 * codes of accountmatch are over messages framed in this way.
 */
extern bool acm_sha256_fields(const acm_bytes *fields, int n, uint8_t out[ACM_HASH_LEN]);

/* Random bytes fit for secrets */
extern bool acm_random_secret(void *out, size_t len);

/* Overwrite memory in a way that no compiler removes */
extern void acm_cleanse(void *p, size_t len);

/* Compare in a time that depends on len alone */
extern bool acm_equal_secret(const void *a, const void *b, size_t len);

/*
 * HMAC-SHA-256 (RFC 2104) under one key; the key schedule is computed once,
 * by acm_mac_open (NULL if OpenSSL fails), and zeroed by acm_mac_close. Not
 * to be used by two threads at once. The second function takes a framed
 * message.
 */
typedef struct evp_mac_ctx_st acm_mac;
extern acm_mac *acm_mac_open(const void *key, size_t len);
extern bool acm_mac_bytes(acm_mac *mac, const void *data, size_t len, uint8_t out[ACM_HASH_LEN]);
extern bool acm_mac_fields(acm_mac *mac, const acm_bytes *fields, int n, uint8_t out[ACM_HASH_LEN]);
extern void acm_mac_close(acm_mac *mac);

/* HKDF-SHA-256, extract and expand (RFC 5869); salt or info may be empty */
extern bool acm_hkdf(acm_bytes salt, acm_bytes ikm, acm_bytes info, uint8_t *out, size_t outlen);

/* A fresh P-256 key pair: scalar, big-endian, and compressed point */
extern bool acm_p256_generate(uint8_t secret[ACM_SECRET_LEN], uint8_t pub[ACM_PUBLIC_LEN]);

/*
 * ECDH (SP 800-56A, 5.7.1.2): the x coordinate of secret * their. False also
 * where their is no point of the curve. A compressed point is on the curve or
 * is nothing, and it cannot be the point at infinity.
 */
extern bool acm_p256_ecdh(const uint8_t secret[ACM_SECRET_LEN], const uint8_t their[ACM_PUBLIC_LEN],
						  uint8_t out[ACM_SECRET_LEN]);

/* Whether the bytes are a point of P-256 in compressed form */
extern bool acm_p256_valid(const uint8_t pub[ACM_PUBLIC_LEN]);

#endif							/* ACM_CRYPTO_H */
