/*
 * round.c
 *		The first round: points, commitments, tags, and which rows are common.
 */
#include <stdlib.h>
#include <string.h>

#include "exchange/psi_int.h"

/* Hashing to the curve, a domain separation tag for each kind */
static const char *const dsts[ACM_PSI_NKINDS] = {
	"accountmatch-psi-v1-id-P256_XMD:SHA-256_SSWU_RO_",
	"accountmatch-psi-v1-domain-P256_XMD:SHA-256_SSWU_RO_",
	"accountmatch-psi-v1-name-P256_XMD:SHA-256_SSWU_RO_"
};

/* The name of a kind as a field */
acm_bytes
acm_psi_kind_field(acm_psi_kind kind)
{
	return (acm_bytes) {acm_psi_kind_name(kind), strlen(acm_psi_kind_name(kind))};
}

/* Make our scalar for a kind the one in use */
static void
use_kind_scalar(acm_psi *psi, acm_psi_kind kind)
{
	uint8_t		role = (uint8_t) psi->role;
	acm_bytes	info[] = {
		ACM_FIELD("accountmatch psi scalar v1"),
		ACM_FIELD_OF(psi->sid),
		{&role, 1},
		acm_psi_kind_field(kind)
	};

	acm_psi_use_scalar(psi, info, 4);
}

/* The point of a key under the scalar in use */
static void
blind_key(acm_psi *psi, acm_psi_kind kind, acm_bytes key, uint8_t out[ACM_POINT_LEN])
{
	acm_bytes	fields[] = {ACM_FIELD("accountmatch psi input v1"), acm_psi_kind_field(kind), key};
	uint8_t		input[ACM_HASH_LEN];

	acm_psi_must(psi, acm_mac_fields(psi->mac, fields, 3, input) &&
				 acm_curve_blind(psi->curve, dsts[kind], strlen(dsts[kind]), input, sizeof input, psi->scalar, out));
	acm_cleanse(input, sizeof input);
}

/* A point of ours, and the key that it is of */
typedef struct own_point
{
	uint8_t		point[ACM_POINT_LEN];
	uint32_t	key;
} own_point;

/* For qsort */
static int
compare_points(const void *a, const void *b)
{
	return memcmp(a, b, ACM_POINT_LEN);
}

/* Blind the keys of all our sets */
void
acm_psi_make_points(acm_psi *psi)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		const acm_psi_set *set = &psi->list->set[kind];
		acm_psi_side *side = &psi->side[kind];
		own_point  *points;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		use_kind_scalar(psi, kind);
		points = acm_psi_alloc(psi, set->n, sizeof *points);
		for (uint32_t i = 0; i < set->n; i++)
		{
			acm_psi_pause(psi);
			blind_key(psi, kind, set->keys[i].key, points[i].point);
			points[i].key = i;
		}
		if (set->n > 0)
			qsort(points, set->n, sizeof *points, compare_points);
		side->points = acm_psi_alloc(psi, set->n, ACM_POINT_LEN);
		side->order = acm_psi_alloc(psi, set->n, sizeof *side->order);
		for (uint32_t i = 0; i < set->n; i++)
		{
			memcpy(side->points + (size_t) i * ACM_POINT_LEN, points[i].point, ACM_POINT_LEN);
			side->order[i] = points[i].key;
		}
	}
}

/* A keyed hash to count keys by */
bool
acm_psi_ledger_hash(acm_psi *psi, acm_psi_kind kind, uint32_t n, uint8_t out[8])
{
	acm_bytes	fields[] = {ACM_FIELD("accountmatch psi ledger v1"), acm_psi_kind_field(kind), psi->list->set[kind].keys[n].key};
	uint8_t		code[ACM_HASH_LEN];

	if (!acm_mac_fields(psi->mac, fields, 3, code))
		return false;
	memcpy(out, code, 8);
	return true;
}

/* Digest of a part of a body */
static void
digest_of(acm_psi *psi, const uint8_t *data, size_t len, uint8_t out[ACM_HASH_LEN])
{
	acm_bytes	field = {data, len};

	acm_psi_must(psi, acm_sha256_fields(&field, 1, out));
}

/* Append our points */
void
acm_psi_put_points(acm_psi *psi, acm_buffer *out)
{
	size_t		start = out->len;

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		if (!ACM_PSI_HAS(psi, kind))
			continue;
		acm_put_number(out, psi->count[0][kind], 4);
		acm_put(out, psi->side[kind].points, (size_t) psi->count[0][kind] * ACM_POINT_LEN);
	}
	acm_psi_must(psi, !out->failed);
	digest_of(psi, out->data + start, out->len - start, psi->points_digest[ACM_PSI_AT(psi->role)]);
}

/* Refuse counts that our side does not allow */
void
acm_psi_check_counts(acm_psi *psi, const acm_psi_limits *limits)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	ours = psi->count[0][kind];
		uint32_t	theirs = psi->count[1][kind];
		const char *name = acm_psi_kind_name(kind);

		if (ours > limits->max_keys)
			acm_psi_fail(psi, ACM_PSI_LIMIT, "our list has %u keys of kind %s, the limit is %u", ours, name, limits->max_keys);
		if (theirs > limits->max_keys)
			acm_psi_fail(psi, ACM_PSI_LIMIT, "their list has %u keys of kind %s, the limit is %u", theirs, name, limits->max_keys);
		if (theirs > 0 && theirs < limits->min_keys)
			acm_psi_fail(psi, ACM_PSI_LIMIT, "their list has %u keys of kind %s, at least %u are required", theirs, name, limits->min_keys);
		/* where we have none, there is nothing to learn of us */
		if (ours > 0 && theirs > (uint64_t) ours * limits->max_ratio)
			acm_psi_fail(psi, ACM_PSI_LIMIT, "their list has %u keys of kind %s, more than %u times our %u",
						 theirs, name, limits->max_ratio, ours);
	}
}

/* The tag by which a role tells what a doubly blinded point is */
static void
make_tag(acm_psi *psi, acm_psi_kind kind, acm_psi_role evaluator, const uint8_t *point, uint8_t *out)
{
	uint8_t		role = (uint8_t) evaluator;
	uint8_t		hash[ACM_HASH_LEN];
	acm_bytes	fields[] = {
		ACM_FIELD("accountmatch psi tag v1"),
		ACM_FIELD_OF(psi->sid),
		acm_psi_kind_field(kind),
		{&role, 1},
		{point, ACM_POINT_LEN}
	};

	acm_psi_must(psi, acm_sha256_fields(fields, 5, hash));
	memcpy(out, hash, ACM_PSI_TAG_LEN);
}

/* Fail if a point of theirs is one of ours: two scalars drawn apart do not give the same one */
static void
refuse_own_points(acm_psi *psi, acm_psi_kind kind, const uint8_t *theirs, uint32_t n)
{
	const uint8_t *ours = psi->side[kind].points;
	uint32_t	i = 0;

	/* both ascend */
	for (uint32_t k = 0; k < n; k++)
	{
		int			cmp = 1;

		while (i < psi->count[0][kind] &&
			   (cmp = memcmp(ours + (size_t) i * ACM_POINT_LEN, theirs + (size_t) k * ACM_POINT_LEN, ACM_POINT_LEN)) < 0)
			i++;
		if (i < psi->count[0][kind] && cmp == 0)
			acm_psi_fail(psi, ACM_PSI_BREACH, "its point %u of kind %s is one of ours, sent back", k + 1, acm_psi_kind_name(kind));
	}
}

/*
 * Take in their points: check each, and make of it our tag and the one that we
 * would get if it were common. The opener meets the counts here for the first
 * time; the answerer knows them from the offer.
 */
void
acm_psi_take_points(acm_psi *psi, acm_source *in, const acm_psi_limits *limits)
{
	const uint8_t *start = in->data;
	const uint8_t *points[ACM_PSI_NKINDS] = {NULL};

	/* all of the form before any of the work */
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	n;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		n = (uint32_t) acm_take_number(in, 4);
		points[kind] = acm_take(in, (size_t) n * ACM_POINT_LEN);
		if (in->failed)
			acm_psi_fail(psi, ACM_PSI_BREACH, "its points are fewer than it says");
		if (psi->role == ACM_PSI_OPENER)
			psi->count[1][kind] = n;
		else if (n != psi->count[1][kind])
			acm_psi_fail(psi, ACM_PSI_BREACH, "it has %u points of kind %s, the offer said %u",
						 n, acm_psi_kind_name(kind), psi->count[1][kind]);
		for (uint32_t k = 1; k < n; k++)
			if (memcmp(points[kind] + (size_t) (k - 1) * ACM_POINT_LEN, points[kind] + (size_t) k * ACM_POINT_LEN, ACM_POINT_LEN) >= 0)
				acm_psi_fail(psi, ACM_PSI_BREACH, "its point %u of kind %s is not above the one before",
							 k + 1, acm_psi_kind_name(kind));
	}
	digest_of(psi, start, (size_t) (in->data - start), psi->points_digest[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))]);
	acm_psi_check_counts(psi, limits);

	/* the answerer made his when he answered */
	if (psi->role == ACM_PSI_OPENER)
		acm_psi_make_points(psi);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	n = psi->count[1][kind];
		acm_psi_side *side = &psi->side[kind];
		uint8_t		point[ACM_POINT_LEN];

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		refuse_own_points(psi, kind, points[kind], n);
		side->reply = acm_psi_alloc(psi, n, ACM_PSI_TAG_LEN);
		side->expected = acm_psi_alloc(psi, n, ACM_PSI_TAG_LEN);
		use_kind_scalar(psi, kind);
		for (uint32_t k = 0; k < n; k++)
		{
			acm_point_result r;

			acm_psi_pause(psi);
			r = acm_curve_evaluate(psi->curve, points[kind] + (size_t) k * ACM_POINT_LEN, psi->scalar, point);
			if (r == ACM_POINT_BAD)
				acm_psi_fail(psi, ACM_PSI_BREACH, "its point %u of kind %s is no point of P-256", k + 1, acm_psi_kind_name(kind));
			acm_psi_must(psi, r == ACM_POINT_OK);
			make_tag(psi, kind, psi->role, point, side->reply + (size_t) k * ACM_PSI_TAG_LEN);
			make_tag(psi, kind, ACM_PSI_OTHER(psi->role), point, side->expected + (size_t) k * ACM_PSI_TAG_LEN);
		}
		acm_cleanse(point, sizeof point);
	}
}

/* Fail unless the session has scalars, and the kind */
static void
need_scalars(acm_psi *psi, acm_psi_kind kind)
{
	if (psi->finished)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "the session is finished: its scalars are gone");
	if (psi->role == ACM_PSI_OPENER && psi->step < 2)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "the session has no scalars before its offer is answered");
	if (!ACM_PSI_HAS(psi, kind))
		acm_psi_fail(psi, ACM_PSI_OTHER_TERMS, "the session has no keys of kind %s", acm_psi_kind_name(kind));
	if (psi->scalar == NULL || psi->kind_in_use != kind)
		use_kind_scalar(psi, kind);
	psi->kind_in_use = kind;
}

/* The point of one key */
bool
acm_psi_blind_one(acm_psi *psi, acm_psi_kind kind, acm_bytes key, uint8_t out[ACM_POINT_LEN])
{
	if (setjmp(psi->failed))
		return false;
	need_scalars(psi, kind);
	blind_key(psi, kind, key, out);
	return true;
}

/* A point times our scalar */
bool
acm_psi_evaluate_one(acm_psi *psi, acm_psi_kind kind, const uint8_t in[ACM_POINT_LEN], uint8_t out[ACM_POINT_LEN])
{
	if (setjmp(psi->failed))
		return false;
	need_scalars(psi, kind);
	acm_psi_must(psi, acm_curve_evaluate(psi->curve, in, psi->scalar, out) == ACM_POINT_OK);
	return true;
}

/* The tag of a point that both have blinded */
bool
acm_psi_tag_one(acm_psi *psi, acm_psi_kind kind, acm_psi_role role, const uint8_t point[ACM_POINT_LEN],
				uint8_t out[ACM_PSI_TAG_LEN])
{
	if (setjmp(psi->failed))
		return false;
	need_scalars(psi, kind);
	make_tag(psi, kind, role, point, out);
	return true;
}

/* Whether a role tells its tags in this mode */
static bool
replies(const acm_psi *psi, acm_psi_role role)
{
	switch (psi->terms.mode)
	{
		case ACM_PSI_OPENER_LEARNS:
			return role == ACM_PSI_ANSWERER;
		case ACM_PSI_ANSWERER_LEARNS:
			return role == ACM_PSI_OPENER;
		default:
			return true;
	}
}

/* For qsort */
static int
compare_tags(const void *a, const void *b)
{
	return memcmp(a, b, ACM_PSI_TAG_LEN);
}

/* Our tags as they stand in a file: in the order of their points, or sorted where only the number shall be known */
static void
put_tags_alone(acm_psi *psi, acm_buffer *out)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	n = replies(psi, psi->role) ? psi->count[1][kind] : 0;
		uint8_t    *tags = psi->side[kind].reply;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		if (psi->terms.mode == ACM_PSI_COUNT && n > 0)
		{
			tags = acm_psi_alloc(psi, n, ACM_PSI_TAG_LEN);
			memcpy(tags, psi->side[kind].reply, (size_t) n * ACM_PSI_TAG_LEN);
			qsort(tags, n, ACM_PSI_TAG_LEN, compare_tags);
		}
		acm_put_number(out, n, 4);
		acm_put(out, tags, (size_t) n * ACM_PSI_TAG_LEN);
	}
	acm_psi_must(psi, !out->failed);
}

/* What a role commits to: both point files, its tags, and 32 random bytes */
static void
make_commitment(acm_psi *psi, acm_psi_role role, const uint8_t *tags, size_t len, const uint8_t *salt,
				uint8_t out[ACM_HASH_LEN])
{
	uint8_t		who = (uint8_t) role;
	uint8_t		digest[ACM_HASH_LEN];
	acm_bytes	fields[] = {
		ACM_FIELD("accountmatch psi commitment v1"),
		ACM_FIELD_OF(psi->sid),
		{&who, 1},
		ACM_FIELD_OF(psi->points_digest[0]),
		ACM_FIELD_OF(psi->points_digest[1]),
		ACM_FIELD_OF(digest),
		{salt, 32}
	};

	digest_of(psi, tags, len, digest);
	acm_psi_must(psi, acm_sha256_fields(fields, 7, out));
}

/* Make our commitment */
void
acm_psi_commit(acm_psi *psi)
{
	acm_buffer	tags = {.arena = psi->arena};

	put_tags_alone(psi, &tags);
	make_commitment(psi, psi->role, tags.data, tags.len, psi->salt, psi->commitment[ACM_PSI_AT(psi->role)]);
}

/* Open our commitment: its random bytes and the tags */
void
acm_psi_put_tags(acm_psi *psi, acm_buffer *out)
{
	acm_put(out, psi->salt, sizeof psi->salt);
	put_tags_alone(psi, out);
}

/* A tag and the place that it stands at */
typedef struct placed_tag
{
	uint8_t		tag[ACM_PSI_TAG_LEN];
	uint32_t	place;
} placed_tag;

/* Tags in their order, with their places */
static placed_tag *
sort_tags(acm_psi *psi, const uint8_t *tags, uint32_t n)
{
	placed_tag *sorted = acm_psi_alloc(psi, n, sizeof *sorted);

	for (uint32_t i = 0; i < n; i++)
	{
		memcpy(sorted[i].tag, tags + (size_t) i * ACM_PSI_TAG_LEN, ACM_PSI_TAG_LEN);
		sorted[i].place = i;
	}
	if (n > 0)
		qsort(sorted, n, sizeof *sorted, compare_tags);
	return sorted;
}

/* For qsort: the opener's points come first in pairs as they are sorted */
static int
compare_ours(const void *a, const void *b)
{
	const acm_psi_pair *x = a;
	const acm_psi_pair *y = b;

	return (x->ours > y->ours) - (x->ours < y->ours);
}

static int
compare_theirs(const void *a, const void *b)
{
	const acm_psi_pair *x = a;
	const acm_psi_pair *y = b;

	return (x->theirs > y->theirs) - (x->theirs < y->theirs);
}

/*
 * Which of their tags are what we computed ourselves for their role. One that
 * we did not compute says nothing, whatever it is.
 */
static void
match_tags(acm_psi *psi, acm_psi_kind kind, const uint8_t *tags)
{
	acm_psi_side *side = &psi->side[kind];
	uint32_t	nours = psi->count[0][kind];
	uint32_t	ntheirs = psi->count[1][kind];
	placed_tag *said = sort_tags(psi, tags, nours);
	placed_tag *expected = sort_tags(psi, side->expected, ntheirs);
	uint32_t	k = 0;

	side->pairs = acm_psi_alloc(psi, nours, sizeof *side->pairs);
	for (uint32_t i = 0; i < nours; i++)
	{
		int			cmp = 1;

		if (i > 0 && compare_tags(&said[i - 1], &said[i]) == 0)
			acm_psi_fail(psi, ACM_PSI_BREACH, "two of its tags of kind %s are the same", acm_psi_kind_name(kind));
		while (k < ntheirs && (cmp = compare_tags(&expected[k], &said[i])) < 0)
			k++;
		if (k < ntheirs && cmp == 0)
			side->pairs[side->npairs++] = (acm_psi_pair) {said[i].place, expected[k].place};
	}
	psi->common[kind] = side->npairs;
	if (psi->terms.mode == ACM_PSI_COUNT)
		side->npairs = 0;		/* the places mean nothing */
	if (side->npairs > 0)
		qsort(side->pairs, side->npairs, sizeof *side->pairs,
			  psi->role == ACM_PSI_OPENER ? compare_ours : compare_theirs);
}

/* Take in their tags: they must be what they committed to */
void
acm_psi_take_tags(acm_psi *psi, acm_source *in)
{
	acm_psi_role other = ACM_PSI_OTHER(psi->role);
	const uint8_t *salt = acm_take(in, 32);
	const uint8_t *start = in->data;
	const uint8_t *tags[ACM_PSI_NKINDS] = {NULL};
	uint8_t		commitment[ACM_HASH_LEN];

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		uint32_t	n;
		uint32_t	due = replies(psi, other) ? psi->count[0][kind] : 0;

		if (!ACM_PSI_HAS(psi, kind))
			continue;
		n = (uint32_t) acm_take_number(in, 4);
		tags[kind] = acm_take(in, (size_t) n * ACM_PSI_TAG_LEN);
		if (in->failed)
			acm_psi_fail(psi, ACM_PSI_BREACH, "its tags are fewer than it says");
		if (n != due)
			acm_psi_fail(psi, ACM_PSI_BREACH, "it has %u tags of kind %s, and not %u", n, acm_psi_kind_name(kind), due);
	}
	make_commitment(psi, other, start, (size_t) (in->data - start), salt, commitment);
	if (!acm_equal_secret(commitment, psi->commitment[ACM_PSI_AT(other)], sizeof commitment))
		acm_psi_fail(psi, ACM_PSI_BREACH, "its tags are not those that the other side committed to");
	psi->knows_common = replies(psi, other);
	for (int kind = 0; psi->knows_common && kind < ACM_PSI_NKINDS; kind++)
		if (ACM_PSI_HAS(psi, kind))
			match_tags(psi, kind, tags[kind]);
}
