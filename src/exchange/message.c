/*
 * message.c
 *		Files of a session: a manifest, which is authenticated and names the
 *		file before, and a body.
 */
#include <stdio.h>
#include <string.h>

#include "exchange/psi_int.h"

/* Where the fields of a manifest stand */
#define HEAD_STEP 8
#define HEAD_SENDER 9
#define HEAD_EPOCH 12
#define HEAD_SID 16
#define HEAD_PREVIOUS 48
#define HEAD_OFFER 80
#define HEAD_FROM 112
#define HEAD_TO 145
#define HEAD_BODY_LEN 184
#define HEAD_BODY_DIGEST 192
#define HEAD_MAC 224
#define HEAD_LEN 256

static const char magic[] = "acmpsi01";
static const char suite[] = "P256_XMD:SHA-256_SSWU_RO_";

/* Read the head of a file */
const char *
acm_psi_read_head(acm_bytes in, acm_psi_head *head)
{
	const uint8_t *p = in.data;
	acm_source	s;
	static const uint8_t zero[8];

	memset(head, 0, sizeof *head);
	if (in.len < HEAD_LEN || memcmp(p, magic, sizeof magic - 1) != 0)
		return "it is not a file of private set intersection by accountmatch";
	head->step = p[HEAD_STEP];
	head->sender = (acm_psi_role) p[HEAD_SENDER];
	s = (acm_source) {p + HEAD_EPOCH, 4, false};
	head->epoch = (uint32_t) acm_take_number(&s, 4);
	memcpy(head->sid, p + HEAD_SID, sizeof head->sid);
	memcpy(head->previous, p + HEAD_PREVIOUS, sizeof head->previous);
	memcpy(head->offer, p + HEAD_OFFER, sizeof head->offer);
	memcpy(head->from, p + HEAD_FROM, sizeof head->from);
	memcpy(head->to, p + HEAD_TO, sizeof head->to);
	s = (acm_source) {p + HEAD_BODY_LEN, 8, false};
	head->body_len = acm_take_number(&s, 8);
	if (head->step < 1 || head->step > 9 ||
		head->sender != (head->step % 2 == 1 ? ACM_PSI_OPENER : ACM_PSI_ANSWERER) ||
		memcmp(p + HEAD_SENDER + 1, zero, HEAD_EPOCH - HEAD_SENDER - 1) != 0 ||
		memcmp(p + HEAD_TO + ACM_PUBLIC_LEN, zero, HEAD_BODY_LEN - HEAD_TO - ACM_PUBLIC_LEN) != 0)
		return "its manifest has a value that accountmatch does not write";
	if (head->body_len > in.len - HEAD_LEN)
		return "it is cut off";
	if (head->body_len < in.len - HEAD_LEN)
		return "something follows its end";
	return NULL;
}

/* The digest of a file, as the next one names it */
bool
acm_psi_digest(acm_bytes file, uint8_t out[ACM_HASH_LEN])
{
	return acm_sha256_fields(&file, 1, out);
}

/* The digest of the offer that a file's session began with */
bool
acm_psi_offer_of(acm_bytes file, const acm_psi_head *head, uint8_t out[ACM_HASH_LEN])
{
	if (head->step == 1)
		return acm_psi_digest(file, out);
	memcpy(out, head->offer, ACM_HASH_LEN);
	return true;
}

/* The code over a manifest, under a key for this direction alone */
static void
manifest_code(acm_psi *psi, const uint8_t *manifest, uint8_t out[ACM_HASH_LEN])
{
	acm_bytes	info[] = {
		ACM_FIELD("accountmatch psi manifest v1"),
		{psi->key.label, strlen(psi->key.label)},
		ACM_FIELD_OF(psi->key.epoch),
		{manifest + HEAD_FROM, ACM_PUBLIC_LEN},
		{manifest + HEAD_TO, ACM_PUBLIC_LEN}
	};
	acm_bytes	signed_part = {manifest, HEAD_MAC};
	uint8_t		key[ACM_SECRET_LEN];
	acm_mac    *mac;
	bool		ok;

	acm_psi_expand(psi, ACM_FIELD_OF(psi->key.secret), info, 5, key, sizeof key);
	mac = acm_mac_open(key, sizeof key);
	acm_cleanse(key, sizeof key);
	ok = mac && acm_mac_fields(mac, &signed_part, 1, out);
	acm_mac_close(mac);
	acm_psi_must(psi, ok);
}

/* Begin the file of the next step: leave room for the manifest */
void
acm_psi_begin_file(acm_psi *psi, acm_buffer *out)
{
	static const uint8_t zero[HEAD_LEN];

	*out = (acm_buffer) {.arena = psi->arena};
	acm_put(out, zero, sizeof zero);
	psi->step++;
}

/* End it: write the manifest. The file becomes the one that the next has to name. */
acm_bytes
acm_psi_end_file(acm_psi *psi, acm_buffer *out)
{
	acm_buffer	head = {.arena = psi->arena};
	acm_bytes	body;
	acm_bytes	file;

	acm_psi_must(psi, !out->failed);
	body = (acm_bytes) {out->data + HEAD_LEN, out->len - HEAD_LEN};
	acm_put(&head, magic, sizeof magic - 1);
	acm_put_number(&head, psi->step, 1);
	acm_put_number(&head, psi->role, 1);
	acm_put_number(&head, 0, 2);
	acm_put(&head, psi->key.epoch, sizeof psi->key.epoch);
	acm_put(&head, psi->sid, sizeof psi->sid);
	acm_put(&head, psi->last, sizeof psi->last);
	acm_put(&head, psi->offer, sizeof psi->offer);
	acm_put(&head, psi->key.own_public, ACM_PUBLIC_LEN);
	acm_put(&head, psi->key.their_public, ACM_PUBLIC_LEN);
	acm_put_number(&head, 0, HEAD_BODY_LEN - HEAD_TO - ACM_PUBLIC_LEN);
	acm_put_number(&head, body.len, 8);
	acm_psi_must(psi, !head.failed);
	memcpy(out->data, head.data, head.len);
	acm_psi_must(psi, acm_sha256_fields(&body, 1, out->data + HEAD_BODY_DIGEST));
	manifest_code(psi, out->data, out->data + HEAD_MAC);
	file = (acm_bytes) {out->data, out->len};
	acm_psi_must(psi, acm_sha256_fields(&file, 1, psi->last));
	if (psi->step == 1)
		memcpy(psi->offer, psi->last, sizeof psi->offer);
	return file;
}

/* Check the file of the next step, all but its content; returns the body. It becomes the one that ours has to name. */
acm_source
acm_psi_open_file(acm_psi *psi, acm_bytes in)
{
	acm_psi_head head;
	const uint8_t *p = in.data;
	const char *problem = acm_psi_read_head(in, &head);
	uint8_t		digest[ACM_HASH_LEN];
	acm_bytes	body;

	if (problem)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "%s", problem);
	if (memcmp(head.from, psi->key.own_public, ACM_PUBLIC_LEN) == 0)
		acm_psi_fail(psi, ACM_PSI_FORGED, "it is a file of our own side");
	if (memcmp(head.from, psi->key.their_public, ACM_PUBLIC_LEN) != 0 ||
		memcmp(head.to, psi->key.own_public, ACM_PUBLIC_LEN) != 0)
		acm_psi_fail(psi, ACM_PSI_FORGED, "it is not from the other side of this key to us");
	manifest_code(psi, p, digest);
	if (!acm_equal_secret(digest, p + HEAD_MAC, sizeof digest))
		acm_psi_fail(psi, ACM_PSI_FORGED, "its manifest was changed on its way, or was not made by the other side of this key");
	body = (acm_bytes) {p + HEAD_LEN, in.len - HEAD_LEN};
	acm_psi_must(psi, acm_sha256_fields(&body, 1, digest));
	if (memcmp(digest, p + HEAD_BODY_DIGEST, sizeof digest) != 0)
		acm_psi_fail(psi, ACM_PSI_FORGED, "its content was changed on its way");

	/* from here on the other side has said it */
	if (memcmp(p + HEAD_EPOCH, psi->key.epoch, sizeof psi->key.epoch) != 0)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "it is of normalization epoch %u, this key is of epoch %u",
					 head.epoch, acm_key_epoch(&psi->key));
	if (head.step != psi->step + 1)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "it is file %u of a session, and file %u is what comes next",
					 head.step, psi->step + 1);
	if (memcmp(head.previous, psi->last, sizeof psi->last) != 0 || memcmp(head.offer, psi->offer, sizeof psi->offer) != 0)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "it does not follow our last file: it is of another session");
	/* the answerer's first file brings the session id; its reader makes it and compares */
	if (head.step != 2 && memcmp(head.sid, psi->sid, sizeof psi->sid) != 0)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "it is of another session");
	psi->step = head.step;
	acm_psi_must(psi, acm_sha256_fields(&in, 1, psi->last));
	memcpy(psi->taken, psi->last, sizeof psi->taken);
	if (psi->step == 1)
		memcpy(psi->offer, psi->last, sizeof psi->offer);
	return (acm_source) {body.data, body.len, false};
}

/* What is wrong with terms */
const char *
acm_psi_terms_problem(const acm_psi_terms *terms)
{
	if (terms->kinds == 0 || terms->kinds >= 1 << ACM_PSI_NKINDS)
		return "It needs kinds of keys among id, domain and name";
	if (terms->mode < ACM_PSI_BOTH || terms->mode > ACM_PSI_COUNT)
		return "It has a mode that is not known";
	if (terms->reveal >= 1 << ACM_PSI_NATTRS)
		return "It reveals an attribute that is not known";
	if (terms->reveal != 0 && terms->mode != ACM_PSI_BOTH)
		return "Something can be revealed only where both sides learn the common accounts";
	if (terms->domain_cap < 1 || terms->domain_cap > 1000 || terms->name_cap < 1 || terms->name_cap > 1000)
		return "Its caps must be from 1 to 1000";
	if (terms->reveal != 0 && (terms->payload < ACM_PSI_PAYLOAD_MIN || terms->payload > ACM_PSI_PAYLOAD_MAX))
		return "The length of what is revealed of a common key must be from 64 to 65535 bytes";
	if (terms->reveal == 0 && terms->payload != 0)
		return "It has a length for what is revealed, but reveals nothing";
	return NULL;
}

/* Terms as bytes */
void
acm_psi_put_terms(acm_psi *psi, acm_buffer *out)
{
	acm_put_number(out, psi->terms.kinds, 1);
	acm_put_number(out, psi->terms.mode, 1);
	acm_put_number(out, psi->terms.reveal, 2);
	acm_put_number(out, psi->terms.domain_cap, 4);
	acm_put_number(out, psi->terms.name_cap, 4);
	acm_put_number(out, psi->terms.payload, 4);
	/* the opener's counts are as much part of the terms */
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		acm_put_number(out, psi->count[psi->role == ACM_PSI_OPENER ? 0 : 1][kind], 4);
}

/* Read an offer */
const char *
acm_psi_read_offer(acm_bytes offer, acm_psi_terms *terms, const uint8_t **nonce,
				   uint32_t counts[ACM_PSI_NKINDS], acm_bytes *label)
{
	acm_psi_head head;
	const char *problem = acm_psi_read_head(offer, &head);
	acm_source	s;

	if (problem)
		return problem;
	if (head.step != 1)
		return "it is not an offer";
	s = (acm_source) {(const uint8_t *) offer.data + HEAD_LEN, offer.len - HEAD_LEN, false};
	*nonce = acm_take(&s, 32);
	*label = acm_take_counted(&s);
	terms->kinds = (uint8_t) acm_take_number(&s, 1);
	terms->mode = (uint8_t) acm_take_number(&s, 1);
	terms->reveal = (uint16_t) acm_take_number(&s, 2);
	terms->domain_cap = (uint32_t) acm_take_number(&s, 4);
	terms->name_cap = (uint32_t) acm_take_number(&s, 4);
	terms->payload = (uint32_t) acm_take_number(&s, 4);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		counts[kind] = (uint32_t) acm_take_number(&s, 4);
		if (counts[kind] > 0 && !(terms->kinds & (1u << kind)))
			return "it counts keys of a kind that it does not have";
	}
	if (!acm_source_done(&s) || label->len > ACM_KEY_LABEL_MAX)
		return "its offer does not have the form of one";
	return acm_psi_terms_problem(terms) ? "its terms cannot be kept" : NULL;
}

/* The id of the session */
void
acm_psi_make_sid(acm_psi *psi)
{
	bool		opener = psi->role == ACM_PSI_OPENER;
	acm_buffer	terms = {.arena = psi->arena};
	acm_bytes	fields[10];

	acm_psi_put_terms(psi, &terms);
	acm_psi_must(psi, !terms.failed);
	fields[0] = ACM_FIELD("accountmatch psi session v1");
	fields[1] = ACM_FIELD(suite);
	fields[2] = ACM_FIELD_OF(psi->key.epoch);
	fields[3] = (acm_bytes) {opener ? psi->key.own_public : psi->key.their_public, ACM_PUBLIC_LEN};
	fields[4] = (acm_bytes) {opener ? psi->key.their_public : psi->key.own_public, ACM_PUBLIC_LEN};
	fields[5] = (acm_bytes) {psi->key.label, strlen(psi->key.label)};
	fields[6] = ACM_FIELD_OF(psi->nonce[0]);
	fields[7] = ACM_FIELD_OF(psi->nonce[1]);
	fields[8] = (acm_bytes) {terms.data, terms.len};
	acm_psi_must(psi, acm_sha256_fields(fields, 9, psi->sid));
}
