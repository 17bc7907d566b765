/*
 * reveal.c
 *		The second round, over common rows alone: a Diffie-Hellman of its own
 *		for each, on a point that only who knows the key can make; then, once
 *		both sides have confirmed all of them, payloads of one length.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "exchange/psi_int.h"

#define GCM_TAG_LEN 16
#define ABSENT 0xffff			/* length of a field without a value */

static const char dst[] = "accountmatch-psi-v1-reveal-P256_XMD:SHA-256_SSWU_RO_";

/* The places of a common row's points, the opener's first */
static void
places(const acm_psi *psi, const acm_psi_pair *pair, uint8_t out[8])
{
	uint32_t	p[2];

	p[ACM_PSI_AT(psi->role)] = pair->ours;
	p[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))] = pair->theirs;
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t) (p[i / 4] >> (8 * (3 - i % 4)));
}

/* Make our scalar for a common row the one in use */
static void
use_row_scalar(acm_psi *psi, acm_psi_kind kind, const uint8_t place[8])
{
	uint8_t		role = (uint8_t) psi->role;
	acm_bytes	info[] = {
		ACM_FIELD("accountmatch psi reveal scalar v1"),
		ACM_FIELD_OF(psi->sid),
		{&role, 1},
		acm_psi_kind_field(kind),
		{place, 8}
	};

	acm_psi_use_scalar(psi, info, 5);
}

/* What the base point of a common row is the hash of */
static void
reveal_input(acm_psi *psi, acm_psi_kind kind, const acm_psi_pair *pair, uint8_t out[ACM_HASH_LEN])
{
	const acm_psi_key *key = &psi->list->set[kind].keys[psi->side[kind].order[pair->ours]];
	acm_bytes	fields[] = {
		ACM_FIELD("accountmatch psi reveal v1"),
		ACM_FIELD_OF(psi->sid),
		acm_psi_kind_field(kind),
		key->key
	};

	acm_psi_must(psi, acm_mac_fields(psi->mac, fields, 4, out));
}

/* Our point for a common row */
static void
make_reveal_point(acm_psi *psi, acm_psi_kind kind, const acm_psi_pair *pair, uint8_t out[ACM_POINT_LEN])
{
	uint8_t		place[8];
	uint8_t		input[ACM_HASH_LEN];

	places(psi, pair, place);
	reveal_input(psi, kind, pair, input);
	use_row_scalar(psi, kind, place);
	acm_psi_must(psi, acm_curve_blind(psi->curve, dst, sizeof dst - 1, input, sizeof input, psi->scalar, out));
	acm_cleanse(input, sizeof input);
}

/* Digest of all common rows: both sides must mean the same ones */
static void
pairs_digest(acm_psi *psi, uint8_t out[ACM_HASH_LEN])
{
	acm_buffer	b = {.arena = psi->arena};
	acm_bytes	fields[3];

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		if (!ACM_PSI_HAS(psi, kind))
			continue;
		acm_put_number(&b, psi->side[kind].npairs, 4);
		for (uint32_t j = 0; j < psi->side[kind].npairs; j++)
		{
			uint8_t		place[8];

			places(psi, &psi->side[kind].pairs[j], place);
			acm_put(&b, place, sizeof place);
		}
	}
	acm_psi_must(psi, !b.failed);
	fields[0] = ACM_FIELD("accountmatch psi pairs v1");
	fields[1] = ACM_FIELD_OF(psi->sid);
	fields[2] = (acm_bytes) {b.data, b.len};
	acm_psi_must(psi, acm_sha256_fields(fields, 3, out));
}

/* Append our points for the common rows, and what these are */
void
acm_psi_put_reveal_points(acm_psi *psi, acm_buffer *out)
{
	uint8_t		digest[ACM_HASH_LEN];

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		if (!ACM_PSI_HAS(psi, kind))
			continue;
		acm_put_number(out, psi->side[kind].npairs, 4);
		for (uint32_t j = 0; j < psi->side[kind].npairs; j++)
		{
			uint8_t		point[ACM_POINT_LEN];

			acm_psi_pause(psi);
			make_reveal_point(psi, kind, &psi->side[kind].pairs[j], point);
			acm_put(out, point, sizeof point);
		}
	}
	pairs_digest(psi, digest);
	acm_put(out, digest, sizeof digest);
	acm_psi_must(psi, !out->failed);
}

/* Take in a count of common rows, which both sides must know alike */
static uint32_t
take_row_count(acm_psi *psi, acm_source *in, acm_psi_kind kind)
{
	uint32_t	n = (uint32_t) acm_take_number(in, 4);

	if (in->failed)
		acm_psi_fail(psi, ACM_PSI_BREACH, "its content is cut off");
	if (n != psi->side[kind].npairs)
		acm_psi_fail(psi, ACM_PSI_BREACH, "it tells of %u common keys of kind %s, and there are %u",
					 n, acm_psi_kind_name(kind), psi->side[kind].npairs);
	return n;
}

/*
 * The secrets of a common row. The shared point alone would not do: who knows
 * one common key could offer its point for another row, and would share that
 * row's secret. So the row's own input goes in as well.
 */
static void
make_secrets(acm_psi *psi, acm_psi_kind kind, const acm_psi_pair *pair, const uint8_t *theirs, acm_psi_secret *secret)
{
	uint8_t		place[8];
	uint8_t		own[ACM_POINT_LEN];
	uint8_t		material[ACM_POINT_LEN + ACM_HASH_LEN];
	bool		opener = psi->role == ACM_PSI_OPENER;
	acm_point_result r;
	acm_bytes	info[] = {
		ACM_FIELD("accountmatch psi reveal key v1"),
		ACM_FIELD_OF(psi->sid),
		acm_psi_kind_field(kind),
		ACM_FIELD_OF(place),
		{opener ? own : theirs, ACM_POINT_LEN},
		{opener ? theirs : own, ACM_POINT_LEN}
	};

	places(psi, pair, place);
	make_reveal_point(psi, kind, pair, own);
	if (memcmp(own, theirs, sizeof own) == 0)
		acm_psi_fail(psi, ACM_PSI_BREACH, "one of its reveal points is ours, sent back");
	r = acm_curve_evaluate(psi->curve, theirs, psi->scalar, material);
	if (r == ACM_POINT_BAD)
		acm_psi_fail(psi, ACM_PSI_BREACH, "one of its reveal points of kind %s is no point of P-256", acm_psi_kind_name(kind));
	acm_psi_must(psi, r == ACM_POINT_OK);
	reveal_input(psi, kind, pair, material + ACM_POINT_LEN);
	acm_psi_expand(psi, ACM_FIELD_OF(material), info, 6, (uint8_t *) secret, sizeof *secret);
	acm_cleanse(material, sizeof material);
}

_Static_assert(sizeof(acm_psi_secret) == 96, "secrets have holes");

/* Take in their points for the common rows */
void
acm_psi_take_reveal_points(acm_psi *psi, acm_source *in)
{
	const uint8_t *points[ACM_PSI_NKINDS];
	uint8_t		digest[ACM_HASH_LEN];
	const uint8_t *said;

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (ACM_PSI_HAS(psi, kind))
			points[kind] = acm_take(in, (size_t) take_row_count(psi, in, kind) * ACM_POINT_LEN);
	said = acm_take(in, sizeof digest);
	if (in->failed)
		acm_psi_fail(psi, ACM_PSI_BREACH, "its content is cut off");
	pairs_digest(psi, digest);
	if (memcmp(said, digest, sizeof digest) != 0)
		acm_psi_fail(psi, ACM_PSI_BREACH, "the rows that it takes for common are not those that are");
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		acm_psi_side *side = &psi->side[kind];

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		side->secrets = acm_psi_alloc(psi, side->npairs, sizeof *side->secrets);
		for (uint32_t j = 0; j < side->npairs; j++)
		{
			acm_psi_pause(psi);
			make_secrets(psi, kind, &side->pairs[j], points[kind] + (size_t) j * ACM_POINT_LEN, &side->secrets[j]);
		}
	}
}

/* Append our confirmations */
void
acm_psi_put_confirmations(acm_psi *psi, acm_buffer *out)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		if (!ACM_PSI_HAS(psi, kind))
			continue;
		acm_put_number(out, psi->side[kind].npairs, 4);
		for (uint32_t j = 0; j < psi->side[kind].npairs; j++)
			acm_put(out, psi->side[kind].secrets[j].confirm[ACM_PSI_AT(psi->role)], 16);
	}
	acm_psi_must(psi, !out->failed);
}

/* Take in theirs: one that is wrong ends the session */
void
acm_psi_take_confirmations(acm_psi *psi, acm_source *in)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	n;
		const uint8_t *said;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		n = take_row_count(psi, in, kind);
		said = acm_take(in, (size_t) n * 16);
		if (said == NULL)
			acm_psi_fail(psi, ACM_PSI_BREACH, "its content is cut off");
		for (uint32_t j = 0; j < n; j++)
			if (!acm_equal_secret(said + (size_t) j * 16,
								  psi->side[kind].secrets[j].confirm[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))], 16))
				acm_psi_fail(psi, ACM_PSI_BREACH, "it does not confirm that a key of kind %s is common", acm_psi_kind_name(kind));
	}
}

/* AES-256-GCM under a key that is used once, so that the nonce is zero; false if it fails or, opening, does not fit */
static bool
gcm(const uint8_t key[32], bool seal, const uint8_t *in, uint32_t len, uint8_t *out)
{
	static const uint8_t nonce[12];
	static const char label[] = "accountmatch psi payload v1";
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int			n;
	bool		ok;

	ok = ctx && EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, nonce, seal, NULL) &&
		EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *) label, sizeof label - 1) &&
		(seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_LEN, (void *) (in + len))) &&
		EVP_CipherUpdate(ctx, out, &n, in, (int) len) &&
		EVP_CipherFinal_ex(ctx, out + n, &n) &&
		(!seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_LEN, out + len));
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}

/*
 * Bytes of the character at the front, if it is well-formed UTF-8 (RFC 3629)
 * and no control character but tab and line ends; else 0
 */
static size_t
clean_character(const uint8_t *s, size_t len)
{
	uint8_t		c = s[0];
	size_t		n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (n == 0 || n > len || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xc2 && s[1] < 0xa0) || (c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) ||
		(c == 0xf0 && s[1] < 0x90) || (c == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* Whether a text is nothing but such characters */
static bool
is_clean_text(const uint8_t *s, size_t len)
{
	for (size_t n; len > 0; s += n, len -= n)
		if ((n = clean_character(s, len)) == 0)
			return false;
	return true;
}

/* Append a text, with a question mark for each byte of what is no clean character */
void
acm_psi_put_clean_text(acm_buffer *out, const uint8_t *s, size_t len)
{
	for (size_t n; len > 0; s += n, len -= n)
	{
		n = clean_character(s, len);
		acm_put(out, n ? (const void *) s : "?", n ? n : 1);
		n = n ? n : 1;
	}
}

/*
 * What we reveal of a common key: how many accounts of ours have it, how many
 * of these follow, and of each the attributes of the terms, as many as fit.
 */
static void
make_payload(acm_psi *psi, const acm_psi_key *key, uint8_t *out)
{
	acm_buffer *b = &psi->scratch;
	size_t		room = psi->terms.payload - 4;
	uint32_t	total = key->naccounts < ABSENT ? key->naccounts : ABSENT;
	uint32_t	shown = 0;
	size_t		len = 0;

	b->len = 0;
	while (shown < total)
	{
		const acm_psi_account *account = &psi->list->accounts[key->accounts[shown]];

		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
		{
			const acm_bytes *field = &account->field[attr];

			if (!(psi->terms.reveal & (1u << attr)))
				continue;
			acm_put_number(b, field->data ? field->len : ABSENT, 2);
			acm_psi_put_clean_text(b, field->data, field->len);
		}
		acm_psi_must(psi, !b->failed);
		if (b->len > room)
			break;
		len = b->len;
		shown++;
	}
	memset(out, 0, psi->terms.payload);
	out[0] = (uint8_t) (total >> 8);
	out[1] = (uint8_t) total;
	out[2] = (uint8_t) (shown >> 8);
	out[3] = (uint8_t) shown;
	if (len > 0)
		memcpy(out + 4, b->data, len);
}

/* Append our payloads */
void
acm_psi_put_payloads(acm_psi *psi, acm_buffer *out)
{
	uint8_t    *plain = acm_psi_alloc(psi, psi->terms.payload, 1);
	uint8_t    *sealed = acm_psi_alloc(psi, (size_t) psi->terms.payload + GCM_TAG_LEN, 1);

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		acm_psi_side *side = &psi->side[kind];

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		acm_put_number(out, side->npairs, 4);
		for (uint32_t j = 0; j < side->npairs; j++)
		{
			acm_psi_pause(psi);
			make_payload(psi, &psi->list->set[kind].keys[side->order[side->pairs[j].ours]], plain);
			acm_psi_must(psi, gcm(side->secrets[j].key[ACM_PSI_AT(psi->role)], true, plain, psi->terms.payload, sealed));
			acm_put(out, sealed, (size_t) psi->terms.payload + GCM_TAG_LEN);
		}
	}
	acm_psi_must(psi, !out->failed);
}

/* Whether a payload has the form of one */
static bool
payload_fits(const acm_psi *psi, const uint8_t *payload)
{
	acm_source	s = {payload, psi->terms.payload, false};
	uint32_t	total = (uint32_t) acm_take_number(&s, 2);
	uint32_t	shown = (uint32_t) acm_take_number(&s, 2);

	if (total == 0 || shown > total)
		return false;
	for (uint32_t i = 0; i < shown; i++)
		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
		{
			size_t		len;
			const uint8_t *text;

			if (!(psi->terms.reveal & (1u << attr)))
				continue;
			len = (size_t) acm_take_number(&s, 2);
			text = acm_take(&s, len == ABSENT ? 0 : len);
			if (s.failed || (len != ABSENT && !is_clean_text(text, len)))
				return false;
		}
	while (s.len > 0)
		if (acm_take_number(&s, 1) != 0)
			return false;
	return true;
}

/* Take in their payloads */
void
acm_psi_take_payloads(acm_psi *psi, acm_source *in)
{
	size_t		sealed = (size_t) psi->terms.payload + GCM_TAG_LEN;

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		acm_psi_side *side = &psi->side[kind];
		uint32_t	n;
		const uint8_t *payloads;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		n = take_row_count(psi, in, kind);
		payloads = acm_take(in, n * sealed);
		if (payloads == NULL)
			acm_psi_fail(psi, ACM_PSI_BREACH, "its content is cut off");
		side->payloads = acm_psi_alloc(psi, n, psi->terms.payload);
		for (uint32_t j = 0; j < n; j++)
		{
			uint8_t    *plain = side->payloads + (size_t) j * psi->terms.payload;

			acm_psi_pause(psi);
			if (!gcm(side->secrets[j].key[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))], false,
					 payloads + j * sealed, psi->terms.payload, plain))
				acm_psi_fail(psi, ACM_PSI_BREACH, "a payload of kind %s does not open", acm_psi_kind_name(kind));
			if (!payload_fits(psi, plain))
				acm_psi_fail(psi, ACM_PSI_BREACH, "a payload of kind %s does not have the form of one", acm_psi_kind_name(kind));
		}
	}
}

/* A common key */
bool
acm_psi_common_key(const acm_psi *psi, size_t n, acm_psi_common *common)
{
	if (!psi->finished || psi->terms.mode == ACM_PSI_COUNT || !psi->knows_common)
		return false;
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		const acm_psi_side *side = &psi->side[kind];
		const acm_psi_key *key;

		if (n >= side->npairs)
		{
			n -= side->npairs;
			continue;
		}
		key = &psi->list->set[kind].keys[side->order[side->pairs[n].ours]];
		memset(common, 0, sizeof *common);
		common->kind = kind;
		common->key = key->key;
		common->accounts = key->accounts;
		common->naccounts = key->naccounts;
		if (side->payloads)
		{
			const uint8_t *p = side->payloads + n * psi->terms.payload;

			common->their_accounts = (uint32_t) (p[0] << 8 | p[1]);
			common->shown = (uint32_t) (p[2] << 8 | p[3]);
			common->payload = (acm_bytes) {p, psi->terms.payload};
		}
		return true;
	}
	return false;
}

/* An attribute of one of their accounts */
acm_bytes
acm_psi_their_field(const acm_psi *psi, const acm_psi_common *common, uint32_t account, acm_psi_attr attr)
{
	acm_source	s = {common->payload.data, common->payload.len, false};
	acm_bytes	field = {NULL, 0};

	if (account >= common->shown || !(psi->terms.reveal & (1u << attr)))
		return field;
	acm_take(&s, 4);
	for (uint32_t i = 0; i <= account; i++)
		for (int a = 0; a < ACM_PSI_NATTRS; a++)
		{
			size_t		len;
			const uint8_t *text;

			if (!(psi->terms.reveal & (1u << a)))
				continue;
			len = (size_t) acm_take_number(&s, 2);
			text = acm_take(&s, len == ABSENT ? 0 : len);
			if (i == account && a == (int) attr && len != ABSENT)
				field = (acm_bytes) {text, len};
		}
	return field;
}
