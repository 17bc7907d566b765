/*
 * state.c
 *		A session as bytes, to be kept between two files. They are for the
 *		program that wrote them: a digest detects damage, not forgery.
 */
#include <string.h>

#include "exchange/psi_int.h"

static const char magic[] = "acmpss01";

/* Append the accounts and the sets of our list */
static void
put_list(const acm_psi *psi, acm_buffer *out)
{
	const acm_psi_list *list = psi->list;

	acm_put_number(out, list->naccounts, 4);
	for (uint32_t i = 0; i < list->naccounts; i++)
	{
		uint32_t	present = 0;

		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
			present |= (list->accounts[i].field[attr].data != NULL) << attr;
		acm_put_number(out, present, 2);
		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
			if (present & (1u << attr))
				acm_put_counted(out, list->accounts[i].field[attr].data, list->accounts[i].field[attr].len);
	}
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		const acm_psi_set *set = &list->set[kind];

		acm_put_number(out, set->n, 4);
		for (uint32_t i = 0; i < set->n; i++)
		{
			acm_put_counted(out, set->keys[i].key.data, set->keys[i].key.len);
			acm_put_number(out, set->keys[i].naccounts, 4);
			for (uint32_t j = 0; j < set->keys[i].naccounts; j++)
				acm_put_number(out, set->keys[i].accounts[j], 4);
		}
	}
}

/* A copy of the next bytes */
static uint8_t *
take_copy(acm_psi *psi, acm_source *in, size_t n, size_t size)
{
	const uint8_t *at = acm_take(in, n * size);
	uint8_t    *copy;

	if (at == NULL)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	copy = acm_psi_alloc(psi, n, size);
	memcpy(copy, at, n * size);
	return copy;
}

/* A number that has to be below a bound */
static uint32_t
take_below(acm_psi *psi, acm_source *in, uint64_t bound)
{
	uint64_t	n = acm_take_number(in, 4);

	if (in->failed || n >= bound)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	return (uint32_t) n;
}

/* A copy of the next counted field */
static acm_bytes
take_field(acm_psi *psi, acm_source *in)
{
	uint32_t	len = take_below(psi, in, (uint64_t) in->len + 1);

	return (acm_bytes) {take_copy(psi, in, len, 1), len};
}

/* Read the accounts and sets; every element takes at least two bytes, which bounds what is asked for */
static void
take_list(acm_psi *psi, acm_source *in)
{
	acm_psi_list *list = psi->list;

	list->naccounts = take_below(psi, in, in->len);
	list->accounts = acm_psi_alloc(psi, list->naccounts, sizeof *list->accounts);
	for (uint32_t i = 0; i < list->naccounts; i++)
	{
		uint32_t	present = (uint32_t) acm_take_number(in, 2);

		for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
			if (present & (1u << attr))
				list->accounts[i].field[attr] = take_field(psi, in);
	}
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		acm_psi_set *set = &list->set[kind];

		set->n = take_below(psi, in, (uint64_t) in->len + 1);
		set->keys = acm_psi_alloc(psi, set->n, sizeof *set->keys);
		for (uint32_t i = 0; i < set->n; i++)
		{
			uint32_t   *accounts;

			set->keys[i].key = take_field(psi, in);
			set->keys[i].naccounts = take_below(psi, in, (uint64_t) in->len + 1);
			accounts = acm_psi_alloc(psi, set->keys[i].naccounts, sizeof *accounts);
			for (uint32_t j = 0; j < set->keys[i].naccounts; j++)
				accounts[j] = take_below(psi, in, list->naccounts);
			set->keys[i].accounts = accounts;
		}
	}
}

/* Append what is known of one kind */
static void
put_side(const acm_psi *psi, acm_psi_kind kind, acm_buffer *out)
{
	const acm_psi_side *side = &psi->side[kind];
	uint32_t	ours = psi->count[0][kind];
	uint32_t	theirs = psi->count[1][kind];

	acm_put_number(out, side->points != NULL, 1);
	for (uint32_t i = 0; side->points && i < ours; i++)
	{
		acm_put_number(out, side->order[i], 4);
		acm_put(out, side->points + (size_t) i * ACM_POINT_LEN, ACM_POINT_LEN);
	}
	acm_put_number(out, side->reply != NULL, 1);
	if (side->reply)
	{
		acm_put(out, side->reply, (size_t) theirs * ACM_PSI_TAG_LEN);
		acm_put(out, side->expected, (size_t) theirs * ACM_PSI_TAG_LEN);
	}
	acm_put_number(out, side->npairs, 4);
	for (uint32_t j = 0; j < side->npairs; j++)
	{
		acm_put_number(out, side->pairs[j].ours, 4);
		acm_put_number(out, side->pairs[j].theirs, 4);
	}
	acm_put_number(out, side->secrets && !psi->finished, 1);
	if (side->secrets && !psi->finished)
		acm_put(out, side->secrets, side->npairs * sizeof *side->secrets);
	acm_put_number(out, side->payloads != NULL, 1);
	if (side->payloads)
		acm_put(out, side->payloads, (size_t) side->npairs * psi->terms.payload);
}

/* Read it */
static void
take_side(acm_psi *psi, acm_psi_kind kind, acm_source *in)
{
	acm_psi_side *side = &psi->side[kind];
	uint32_t	ours = psi->count[0][kind];
	uint32_t	theirs = psi->count[1][kind];

	if (acm_take_number(in, 1))
	{
		if (in->len / (ACM_POINT_LEN + 4) < ours)
			acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
		side->points = acm_psi_alloc(psi, ours, ACM_POINT_LEN);
		side->order = acm_psi_alloc(psi, ours, sizeof *side->order);
		for (uint32_t i = 0; i < ours; i++)
		{
			side->order[i] = take_below(psi, in, psi->list->set[kind].n);
			memcpy(side->points + (size_t) i * ACM_POINT_LEN, acm_take(in, ACM_POINT_LEN), ACM_POINT_LEN);
		}
	}
	if (acm_take_number(in, 1))
	{
		side->reply = take_copy(psi, in, theirs, ACM_PSI_TAG_LEN);
		side->expected = take_copy(psi, in, theirs, ACM_PSI_TAG_LEN);
	}
	side->npairs = take_below(psi, in, (uint64_t) ours + 1);
	side->pairs = acm_psi_alloc(psi, side->npairs, sizeof *side->pairs);
	for (uint32_t j = 0; j < side->npairs; j++)
	{
		side->pairs[j].ours = take_below(psi, in, ours);
		side->pairs[j].theirs = take_below(psi, in, theirs);
	}
	if (acm_take_number(in, 1))
		side->secrets = (acm_psi_secret *) take_copy(psi, in, side->npairs, sizeof *side->secrets);
	if (acm_take_number(in, 1))
		side->payloads = take_copy(psi, in, side->npairs, psi->terms.payload);
}

/* Save a session */
bool
acm_psi_save(acm_psi *psi, acm_bytes *out)
{
	acm_buffer	b;
	acm_bytes	all;
	uint8_t		digest[ACM_HASH_LEN];

	if (setjmp(psi->failed))
		return false;
	b = (acm_buffer) {.arena = psi->arena};
	acm_put(&b, magic, sizeof magic - 1);
	acm_put(&b, psi->key.own_public, ACM_PUBLIC_LEN);
	acm_put(&b, psi->key.their_public, ACM_PUBLIC_LEN);
	acm_put_number(&b, psi->role, 1);
	acm_put_number(&b, psi->step, 1);
	acm_put_number(&b, psi->finished, 1);
	acm_put_number(&b, psi->knows_common, 1);
	acm_put_number(&b, psi->terms.kinds, 1);
	acm_put_number(&b, psi->terms.mode, 1);
	acm_put_number(&b, psi->terms.reveal, 2);
	acm_put_number(&b, psi->terms.domain_cap, 4);
	acm_put_number(&b, psi->terms.name_cap, 4);
	acm_put_number(&b, psi->terms.payload, 4);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		acm_put_number(&b, psi->count[0][kind], 4);
		acm_put_number(&b, psi->count[1][kind], 4);
		acm_put_number(&b, psi->common[kind], 4);
	}
	acm_put(&b, psi->nonce, sizeof psi->nonce);
	acm_put(&b, psi->sid, sizeof psi->sid);
	acm_put(&b, psi->offer, sizeof psi->offer);
	acm_put(&b, psi->seed, sizeof psi->seed);
	acm_put(&b, psi->salt, sizeof psi->salt);
	acm_put(&b, psi->commitment, sizeof psi->commitment);
	acm_put(&b, psi->points_digest, sizeof psi->points_digest);
	acm_put(&b, psi->taken, sizeof psi->taken);
	acm_put(&b, psi->last, sizeof psi->last);
	put_list(psi, &b);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (ACM_PSI_HAS(psi, kind))
			put_side(psi, kind, &b);
	acm_psi_must(psi, !b.failed);
	all = (acm_bytes) {b.data, b.len};
	acm_psi_must(psi, acm_sha256_fields(&all, 1, digest));
	acm_put(&b, digest, sizeof digest);
	acm_psi_must(psi, !b.failed);
	*out = (acm_bytes) {b.data, b.len};
	return true;
}

/* Copy the next bytes to a place that has room for them */
static void
take_into(acm_psi *psi, acm_source *in, void *to, size_t len)
{
	const uint8_t *at = acm_take(in, len);

	if (at == NULL)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	memcpy(to, at, len);
}

/* Load a session */
bool
acm_psi_load(acm_psi *psi, acm_bytes in)
{
	acm_source	s;
	acm_bytes	content;
	uint8_t		digest[ACM_HASH_LEN];
	const uint8_t *own;
	const uint8_t *their;

	if (setjmp(psi->failed))
		return false;
	if (in.len < sizeof magic - 1 + sizeof digest || memcmp(in.data, magic, sizeof magic - 1) != 0)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is not of this version");
	content = (acm_bytes) {in.data, in.len - sizeof digest};
	acm_psi_must(psi, acm_sha256_fields(&content, 1, digest));
	if (memcmp(digest, (const uint8_t *) in.data + content.len, sizeof digest) != 0)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	s = (acm_source) {content.data, content.len, false};
	acm_take(&s, sizeof magic - 1);
	own = acm_take(&s, ACM_PUBLIC_LEN);
	their = acm_take(&s, ACM_PUBLIC_LEN);
	if (s.failed || memcmp(own, psi->key.own_public, ACM_PUBLIC_LEN) != 0 ||
		memcmp(their, psi->key.their_public, ACM_PUBLIC_LEN) != 0)
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session is of another key");
	psi->role = (acm_psi_role) acm_take_number(&s, 1);
	psi->step = (uint32_t) acm_take_number(&s, 1);
	psi->finished = acm_take_number(&s, 1) != 0;
	psi->knows_common = acm_take_number(&s, 1) != 0;
	psi->terms.kinds = (uint8_t) acm_take_number(&s, 1);
	psi->terms.mode = (uint8_t) acm_take_number(&s, 1);
	psi->terms.reveal = (uint16_t) acm_take_number(&s, 2);
	psi->terms.domain_cap = (uint32_t) acm_take_number(&s, 4);
	psi->terms.name_cap = (uint32_t) acm_take_number(&s, 4);
	psi->terms.payload = (uint32_t) acm_take_number(&s, 4);
	if ((psi->role != ACM_PSI_OPENER && psi->role != ACM_PSI_ANSWERER) || acm_psi_terms_problem(&psi->terms))
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		psi->count[0][kind] = (uint32_t) acm_take_number(&s, 4);
		psi->count[1][kind] = (uint32_t) acm_take_number(&s, 4);
		psi->common[kind] = (uint32_t) acm_take_number(&s, 4);
	}
	take_into(psi, &s, psi->nonce, sizeof psi->nonce);
	take_into(psi, &s, psi->sid, sizeof psi->sid);
	take_into(psi, &s, psi->offer, sizeof psi->offer);
	take_into(psi, &s, psi->seed, sizeof psi->seed);
	take_into(psi, &s, psi->salt, sizeof psi->salt);
	take_into(psi, &s, psi->commitment, sizeof psi->commitment);
	take_into(psi, &s, psi->points_digest, sizeof psi->points_digest);
	take_into(psi, &s, psi->taken, sizeof psi->taken);
	take_into(psi, &s, psi->last, sizeof psi->last);
	take_list(psi, &s);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (ACM_PSI_HAS(psi, kind))
			take_side(psi, kind, &s);
	if (!acm_source_done(&s))
		acm_psi_fail(psi, ACM_PSI_MALFORMED, "the session's state is damaged");
	return true;
}
