/*
 * crypto.c
 *		The few primitives that blinding rests on, through OpenSSL 3's EVP.
 */
#include "blind/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

/*
 * Leave no errors behind: a program that uses OpenSSL for TLS as well would
 * take them for its own.
 */
static bool
result(bool ok)
{
	if (!ok)
		ERR_clear_error();
	return ok;
}

/* The 4 bytes that precede a field of a framed message */
static void
put_length(uint8_t out[4], size_t len)
{
	out[0] = (uint8_t) (len >> 24);
	out[1] = (uint8_t) (len >> 16);
	out[2] = (uint8_t) (len >> 8);
	out[3] = (uint8_t) len;
}

/* SHA-256 over a framed message */
bool
acm_sha256_fields(const acm_bytes *fields, int n, uint8_t out[ACM_HASH_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool		ok;

	ok = ctx && EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL);
	for (int i = 0; ok && i < n; i++)
	{
		uint8_t		prefix[4];

		put_length(prefix, fields[i].len);
		ok = EVP_DigestUpdate(ctx, prefix, sizeof prefix) &&
			EVP_DigestUpdate(ctx, fields[i].data, fields[i].len);
	}
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	return result(ok);
}

/* Random bytes from the generator that OpenSSL keeps for secrets */
bool
acm_random_secret(void *out, size_t len)
{
	return result(RAND_priv_bytes(out, (int) len) == 1);
}

/* Overwrite memory */
void
acm_cleanse(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

/* Compare in constant time */
bool
acm_equal_secret(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/* Compute the key schedule of HMAC-SHA-256 */
acm_mac *
acm_mac_open(const void *key, size_t len)
{
	static EVP_MAC *hmac = NULL;	/* fetched once for the process */
	char		digest[] = "SHA256";
	OSSL_PARAM	params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC_CTX *mac;

	if (!hmac)
		hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	if (mac && !EVP_MAC_init(mac, key, len, params))
	{
		EVP_MAC_CTX_free(mac);
		mac = NULL;
	}
	result(mac != NULL);
	return mac;
}

/* Code of a message that lies in one piece */
bool
acm_mac_bytes(acm_mac *mac, const void *data, size_t len, uint8_t out[ACM_HASH_LEN])
{
	size_t		outlen;

	/* without a key, init starts anew under the one that is there */
	return result(EVP_MAC_init(mac, NULL, 0, NULL) &&
				  EVP_MAC_update(mac, data, len) &&
				  EVP_MAC_final(mac, out, &outlen, ACM_HASH_LEN));
}

/* Code of a framed message */
bool
acm_mac_fields(acm_mac *mac, const acm_bytes *fields, int n, uint8_t out[ACM_HASH_LEN])
{
	uint8_t		message[1024];
	size_t		len = 0;
	size_t		outlen;
	bool		ok = true;
	bool		flushed = false;

	/* Calls into a provider cost more than copying: hand over long stretches */
	for (int i = 0; ok && i < n; i++)
	{
		if (len + 4 + fields[i].len > sizeof message)
		{
			ok = (flushed || EVP_MAC_init(mac, NULL, 0, NULL)) && EVP_MAC_update(mac, message, len);
			flushed = true;
			len = 0;
		}
		put_length(message + len, fields[i].len);
		len += 4;
		if (fields[i].len <= sizeof message - len)
		{
			memcpy(message + len, fields[i].data, fields[i].len);
			len += fields[i].len;
		}
		else
		{
			ok = ok && EVP_MAC_update(mac, message, len) &&
				EVP_MAC_update(mac, fields[i].data, fields[i].len);
			len = 0;
		}
	}
	if (!flushed)
		return acm_mac_bytes(mac, message, len, out);
	return result(ok && EVP_MAC_update(mac, message, len) &&
				  EVP_MAC_final(mac, out, &outlen, ACM_HASH_LEN));
}

/* Free a key schedule; OpenSSL zeroes it */
void
acm_mac_close(acm_mac *mac)
{
	EVP_MAC_CTX_free(mac);
}

/* HKDF-SHA-256 */
bool
acm_hkdf(acm_bytes salt, acm_bytes ikm, acm_bytes info, uint8_t *out, size_t outlen)
{
	EVP_KDF    *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = hkdf ? EVP_KDF_CTX_new(hkdf) : NULL;
	char		digest[] = "SHA256";
	OSSL_PARAM	params[5];
	OSSL_PARAM *p = params;
	bool		ok;

	/* OpenSSL reads parameters only, though their type is not const */
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *) ikm.data, ikm.len);
	if (salt.len > 0)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *) salt.data, salt.len);
	if (info.len > 0)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *) info.data, info.len);
	*p = OSSL_PARAM_construct_end();
	ok = ctx && EVP_KDF_derive(ctx, out, outlen, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(hkdf);
	return result(ok);
}

/* A P-256 key for EVP from a point, or from a scalar if there is no point */
static EVP_PKEY *
p256_key(const uint8_t *secret, const uint8_t *pub)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY   *key = NULL;
	char		group[] = "P-256";
	uint8_t		native[ACM_SECRET_LEN]; /* numbers go in in the machine's byte order */
	OSSL_PARAM	params[3];
	int			selection;

	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[2] = OSSL_PARAM_construct_end();
	if (pub)
	{
		params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *) pub, ACM_PUBLIC_LEN);
		selection = EVP_PKEY_PUBLIC_KEY;
	}
	else
	{
		const uint16_t one = 1;
		bool		little = *(const uint8_t *) &one == 1;

		for (int i = 0; i < ACM_SECRET_LEN; i++)
			native[i] = secret[little ? ACM_SECRET_LEN - 1 - i : i];
		params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native);
		selection = EVP_PKEY_KEYPAIR;
	}
	/* the first byte: SEC 1's hybrid and uncompressed forms have other lengths, infinity is one byte */
	if (ctx && (!pub || pub[0] == 2 || pub[0] == 3) &&
		EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
		key = NULL;
	OPENSSL_cleanse(native, sizeof native);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* A fresh key pair */
bool
acm_p256_generate(uint8_t secret[ACM_SECRET_LEN], uint8_t pub[ACM_PUBLIC_LEN])
{
	EVP_PKEY   *key = EVP_EC_gen("P-256");
	BIGNUM	   *scalar = NULL;
	uint8_t		point[2 * ACM_PUBLIC_LEN - 1];
	size_t		len = 0;
	bool		ok;

	ok = key &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) &&
		BN_bn2binpad(scalar, secret, ACM_SECRET_LEN) == ACM_SECRET_LEN &&
		EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) &&
		len == sizeof point && point[0] == 4;
	if (ok)
	{
		/* 04 || x || y becomes 02 or 03, by the parity of y, || x */
		pub[0] = 2 + (point[len - 1] & 1);
		memcpy(pub + 1, point + 1, ACM_PUBLIC_LEN - 1);
	}
	BN_clear_free(scalar);
	EVP_PKEY_free(key);
	return result(ok);
}

/* The shared secret of two parties */
bool
acm_p256_ecdh(const uint8_t secret[ACM_SECRET_LEN], const uint8_t their[ACM_PUBLIC_LEN],
			  uint8_t out[ACM_SECRET_LEN])
{
	EVP_PKEY   *own = p256_key(secret, NULL);
	EVP_PKEY   *peer = p256_key(NULL, their);
	EVP_PKEY_CTX *ctx = own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
	size_t		len = ACM_SECRET_LEN;
	bool		ok;

	/* set_peer checks the point once more */
	ok = ctx && peer &&
		EVP_PKEY_derive_init(ctx) == 1 &&
		EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		EVP_PKEY_derive(ctx, out, &len) == 1 &&
		len == ACM_SECRET_LEN;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return result(ok);
}

/* Whether the bytes are a point */
bool
acm_p256_valid(const uint8_t pub[ACM_PUBLIC_LEN])
{
	EVP_PKEY   *key = p256_key(NULL, pub);
	bool		ok = key != NULL;

	EVP_PKEY_free(key);
	return result(ok);
}
