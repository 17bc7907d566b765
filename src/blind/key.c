/*
 * key.c
 *		Key records, and how two parties come to the same key.
 */
#include "blind/key.h"

#include <stdio.h>
#include <string.h>

static const char MAGIC[] = "acmkey01";

_Static_assert(sizeof(acm_key_record) == ACM_KEY_RECORD_LEN, "key file layout has holes");

/* A string constant as a field */
#define FIELD(s) ((acm_bytes) {(s), sizeof(s) - 1})

/* Begin a record */
void
acm_key_begin(acm_key_record *rec, acm_key_kind kind, uint32_t epoch, const char *role, const char *label)
{
	memset(rec, 0, sizeof *rec);
	memcpy(rec->magic, MAGIC, sizeof rec->magic);
	rec->kind[3] = (uint8_t) kind;
	rec->epoch[0] = (uint8_t) (epoch >> 24);
	rec->epoch[1] = (uint8_t) (epoch >> 16);
	rec->epoch[2] = (uint8_t) (epoch >> 8);
	rec->epoch[3] = (uint8_t) epoch;
	strncpy(rec->role, role, sizeof rec->role - 1);
	strncpy(rec->label, label, sizeof rec->label - 1);
}

/* Digest of a record's content */
static bool
record_digest(const acm_key_record *rec, uint8_t out[ACM_HASH_LEN])
{
	acm_bytes	content = {rec, offsetof(acm_key_record, digest)};

	return acm_sha256_fields(&content, 1, out);
}

/* Finish a record */
bool
acm_key_seal(acm_key_record *rec)
{
	return record_digest(rec, rec->digest);
}

/* Whether all bytes are zero */
static bool
all_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

/* Check a record that somebody may have damaged */
const char *
acm_key_problem(const acm_key_record *rec)
{
	uint8_t		digest[ACM_HASH_LEN];
	bool		pair = rec->kind[3] == ACM_KEY_PAIR;
	bool		agreed = rec->kind[3] == ACM_KEY_AGREED;

	if (memcmp(rec->magic, MAGIC, sizeof rec->magic) != 0)
		return "It is not a key file of this version of accountmatch";
	if (!record_digest(rec, digest))
		return "OpenSSL cannot compute SHA-256";
	if (memcmp(rec->digest, digest, sizeof digest) != 0)
		return "Its content does not have the digest at its end: it is damaged";
	if (!all_zero(rec->kind, 3) || rec->kind[3] < ACM_KEY_CREATED || rec->kind[3] > ACM_KEY_AGREED)
		return "It holds a kind of key that this version of accountmatch does not know";
	if (!rec->role[0] || rec->role[ACM_KEY_ROLE_MAX] ||
		(!rec->label[0] && !pair) || rec->label[ACM_KEY_LABEL_MAX] ||
		acm_p256_valid(rec->own_public) != (pair || agreed) ||
		acm_p256_valid(rec->their_public) != agreed ||
		!all_zero(rec->reserved, sizeof rec->reserved))
		return "A field of it has a value that accountmatch does not write";
	return NULL;
}

/* The kind of a record that acm_key_problem accepts */
acm_key_kind
acm_key_kind_of(const acm_key_record *rec)
{
	return (acm_key_kind) rec->kind[3];
}

/* Its epoch */
uint32_t
acm_key_epoch(const acm_key_record *rec)
{
	return (uint32_t) rec->epoch[0] << 24 | (uint32_t) rec->epoch[1] << 16 |
		(uint32_t) rec->epoch[2] << 8 | rec->epoch[3];
}

/* Its id */
bool
acm_key_id(const acm_key_record *rec, uint8_t id[ACM_KEY_ID_LEN])
{
	uint8_t		hash[ACM_HASH_LEN];
	acm_bytes	fields[] = {
		{rec->label, strlen(rec->label)},
		{rec->epoch, sizeof rec->epoch},
		{rec->secret, sizeof rec->secret}
	};
	bool		ok = acm_sha256_fields(fields, 3, hash);

	memcpy(id, hash, ACM_KEY_ID_LEN);
	acm_cleanse(hash, sizeof hash);
	return ok;
}

/* The two public keys in byte order */
static void
low_high(const acm_key_record *rec, const uint8_t **low, const uint8_t **high)
{
	bool		own_first = memcmp(rec->own_public, rec->their_public, ACM_PUBLIC_LEN) < 0;

	*low = own_first ? rec->own_public : rec->their_public;
	*high = own_first ? rec->their_public : rec->own_public;
}

/* Append a field to a framed message */
static uint8_t *
put_field(uint8_t *p, acm_bytes field)
{
	*p++ = 0;
	*p++ = 0;
	*p++ = 0;
	*p++ = (uint8_t) field.len; /* all fields here are shorter than 256 */
	memcpy(p, field.data, field.len);
	return p + field.len;
}

/* Compute the key that both sides of an agreement come to */
bool
acm_key_agree(acm_key_record *rec, const acm_key_record *pair, const uint8_t their[ACM_PUBLIC_LEN])
{
	uint8_t		shared[ACM_SECRET_LEN];
	uint8_t		info[512];
	uint8_t    *p = info;
	const uint8_t *low,
			   *high;
	bool		ok;

	memcpy(rec->own_public, pair->own_public, ACM_PUBLIC_LEN);
	memcpy(rec->their_public, their, ACM_PUBLIC_LEN);
	low_high(rec, &low, &high);
	p = put_field(p, FIELD("accountmatch agree v1"));
	p = put_field(p, (acm_bytes) {rec->label, strlen(rec->label)});
	p = put_field(p, (acm_bytes) {rec->epoch, sizeof rec->epoch});
	p = put_field(p, (acm_bytes) {low, ACM_PUBLIC_LEN});
	p = put_field(p, (acm_bytes) {high, ACM_PUBLIC_LEN});

	ok = acm_p256_ecdh(pair->secret, their, shared) &&
		acm_hkdf((acm_bytes) {"", 0}, (acm_bytes) {shared, sizeof shared},
				 (acm_bytes) {info, (size_t) (p - info)}, rec->secret, sizeof rec->secret);
	acm_cleanse(shared, sizeof shared);
	return ok;
}

/* Confirmation code, said by us or by them */
bool
acm_key_code(const acm_key_record *rec, bool own, char out[ACM_CODE_BUF])
{
	const uint8_t *speaker = own ? rec->own_public : rec->their_public;
	const uint8_t *listener = own ? rec->their_public : rec->own_public;
	acm_bytes	fields[] = {
		FIELD("accountmatch confirm v1"),
		{rec->label, strlen(rec->label)},
		{speaker, ACM_PUBLIC_LEN},
		{listener, ACM_PUBLIC_LEN}
	};
	acm_mac    *mac = acm_mac_open(rec->secret, sizeof rec->secret);
	uint8_t		code[ACM_HASH_LEN];
	bool		ok = mac && acm_mac_fields(mac, fields, 4, code);

	acm_mac_close(mac);
	if (!ok)
		return false;
	for (int i = 0; i < 8; i++)
	{
		acm_hex(code + 2 * i, 2, out + 5 * i);
		out[5 * i + 4] = i < 7 ? '-' : '\0';
	}
	return true;
}

/* Fingerprint of both public keys */
bool
acm_key_digits(const acm_key_record *rec, char out[ACM_FINGERPRINT_BUF])
{
	uint8_t		both[2 * ACM_PUBLIC_LEN];
	uint8_t		info[64];
	uint8_t		digest[60];
	const uint8_t *low,
			   *high;
	size_t		infolen = (size_t) (put_field(info, FIELD("accountmatch fingerprint v1")) - info);

	low_high(rec, &low, &high);
	memcpy(both, low, ACM_PUBLIC_LEN);
	memcpy(both + ACM_PUBLIC_LEN, high, ACM_PUBLIC_LEN);
	if (!acm_hkdf((acm_bytes) {"", 0}, (acm_bytes) {both, sizeof both},
				  (acm_bytes) {info, infolen}, digest, sizeof digest))
		return false;
	for (int i = 0; i < 12; i++)
	{
		uint64_t	n = 0;

		for (int j = 0; j < 5; j++)
			n = n << 8 | digest[5 * i + j];
		snprintf(out + 6 * i, 7, "%05u%s", (unsigned) (n % 100000), i < 11 ? " " : "");
	}
	return true;
}

/* Bytes to hex */
void
acm_hex(const uint8_t *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++)
	{
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

/* The value of a hex digit, or -1 */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Hex to bytes */
bool
acm_unhex(const char *digits, size_t len, uint8_t *out)
{
	for (size_t i = 0; i < len; i++)
	{
		int			high = hex_digit(digits[2 * i]);
		int			low = high < 0 ? -1 : hex_digit(digits[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (uint8_t) (high << 4 | low);
	}
	return true;
}
