/*
 * session.c
 *		The steps of a session, one file in and one file out.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exchange/psi_int.h"

/* Fail */
void
acm_psi_fail(acm_psi *psi, acm_psi_fault fault, const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(psi->error, sizeof psi->error, format, args);
	va_end(args);
	psi->fault = fault;
	longjmp(psi->failed, 1);
}

/* Fail unless OpenSSL or malloc did its work */
void
acm_psi_must(acm_psi *psi, bool ok)
{
	if (!ok)
		acm_psi_fail(psi, ACM_PSI_MACHINE, "out of memory, or OpenSSL does not offer P-256, SHA-256, HMAC, HKDF and AES-256-GCM");
}

/* Memory, or failure; never NULL */
void *
acm_psi_alloc(acm_psi *psi, size_t n, size_t size)
{
	void	   *p = n > SIZE_MAX / 4 / size ? NULL : acm_arena_alloc(psi->arena, n * size + 1);

	acm_psi_must(psi, p != NULL);
	return p;
}

/* A framed message, in the scratch buffer */
static acm_bytes
frame(acm_psi *psi, const acm_bytes *fields, int n)
{
	acm_buffer *b = &psi->scratch;

	b->len = 0;
	for (int i = 0; i < n; i++)
		acm_put_counted(b, fields[i].data, fields[i].len);
	acm_psi_must(psi, !b->failed);
	return (acm_bytes) {b->data, b->len};
}

/* Make a scalar the one in use */
void
acm_psi_use_scalar(acm_psi *psi, const acm_bytes *info, int n)
{
	acm_bytes	message = frame(psi, info, n);
	uint8_t		bytes[ACM_SCALAR_LEN];

	acm_scalar_close(psi->scalar);
	psi->scalar = NULL;
	acm_psi_must(psi, acm_curve_derive(psi->curve, psi->seed, message.data, message.len, bytes));
	psi->scalar = acm_scalar_open(bytes);
	acm_cleanse(bytes, sizeof bytes);
	acm_psi_must(psi, psi->scalar != NULL);
}

/* HKDF */
void
acm_psi_expand(acm_psi *psi, acm_bytes ikm, const acm_bytes *info, int n, uint8_t *out, size_t len)
{
	acm_psi_must(psi, acm_hkdf((acm_bytes) {"", 0}, ikm, frame(psi, info, n), out, len));
}

/* A new session */
acm_psi *
acm_psi_new(const acm_key_record *key, acm_psi_hook hook, void *arg)
{
	acm_arena  *arena = acm_arena_new();
	acm_psi    *psi = arena ? acm_arena_alloc(arena, sizeof *psi) : NULL;

	if (psi == NULL)
	{
		acm_arena_free(arena);
		return NULL;
	}
	psi->arena = arena;
	psi->key = *key;
	psi->hook = hook;
	psi->hook_arg = arg;
	psi->scratch.arena = arena;
	psi->list = acm_psi_list_new(arena);
	psi->mac = acm_mac_open(key->secret, sizeof key->secret);
	psi->curve = acm_curve_open();
	if (!psi->list || !psi->mac || !psi->curve)
	{
		acm_psi_free(psi);
		return NULL;
	}
	return psi;
}

/* Zero and free it */
void
acm_psi_free(acm_psi *psi)
{
	if (psi == NULL)
		return;
	acm_scalar_close(psi->scalar);
	acm_curve_close(psi->curve);
	if (psi->mac)
		acm_mac_close(psi->mac);
	acm_arena_free(psi->arena);
}

/* What went wrong */
const char *
acm_psi_error(const acm_psi *psi, acm_psi_fault *fault)
{
	if (fault)
		*fault = psi->fault;
	return psi->error;
}

/* The list */
acm_psi_list *
acm_psi_own_list(acm_psi *psi)
{
	return psi->list;
}

/* For tests: fix the random bytes */
void
acm_psi_fix_random(acm_psi *psi, const acm_psi_random *random)
{
	psi->random = random;
}

/* Draw what has to be random, and make the sets of our list */
static void
prepare(acm_psi *psi)
{
	uint8_t    *nonce = psi->nonce[ACM_PSI_AT(psi->role)];

	if (psi->random)
	{
		memcpy(nonce, psi->random->nonce, 32);
		memcpy(psi->seed, psi->random->seed, sizeof psi->seed);
		memcpy(psi->salt, psi->random->salt, sizeof psi->salt);
	}
	else
		acm_psi_must(psi, acm_random_secret(nonce, 32) &&
					 acm_random_secret(psi->seed, sizeof psi->seed) &&
					 acm_random_secret(psi->salt, sizeof psi->salt));
	acm_psi_must(psi, acm_psi_make_sets(psi->list, psi->terms.kinds, psi->terms.domain_cap, psi->terms.name_cap));
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		psi->count[0][kind] = ACM_PSI_HAS(psi, kind) ? psi->list->set[kind].n : 0;
}

/* Open a session */
bool
acm_psi_open(acm_psi *psi, const acm_psi_terms *terms, const acm_psi_limits *limits, acm_bytes *out)
{
	acm_buffer	file;

	if (setjmp(psi->failed))
		return false;
	if (acm_psi_terms_problem(terms))
		acm_psi_fail(psi, ACM_PSI_OTHER_TERMS, "%s", acm_psi_terms_problem(terms));
	psi->role = ACM_PSI_OPENER;
	psi->terms = *terms;
	prepare(psi);
	/* theirs are not known yet: ours alone */
	acm_psi_check_counts(psi, limits);
	acm_psi_begin_file(psi, &file);
	acm_put(&file, psi->nonce[0], sizeof psi->nonce[0]);
	acm_put_counted(&file, psi->key.label, strlen(psi->key.label));
	acm_psi_put_terms(psi, &file);
	*out = acm_psi_end_file(psi, &file);
	return true;
}

/* Fail unless the terms of an offer are those that we accept */
static void
compare_terms(acm_psi *psi, const acm_psi_terms *offered, const acm_psi_terms *accepted)
{
	const char *what = NULL;

	if (offered->kinds != accepted->kinds)
		what = "kinds of keys";
	else if (offered->mode != accepted->mode)
		what = "a mode";
	else if (offered->reveal != accepted->reveal)
		what = "attributes to reveal";
	else if (offered->domain_cap != accepted->domain_cap || offered->name_cap != accepted->name_cap)
		what = "caps";
	else if (offered->payload != accepted->payload)
		what = "a length of what is revealed";
	if (what)
		acm_psi_fail(psi, ACM_PSI_OTHER_TERMS, "the offer has %s other than those that we accept", what);
}

/* Answer an offer */
bool
acm_psi_reply(acm_psi *psi, acm_bytes offer, const acm_psi_terms *accepted, const acm_psi_limits *limits, acm_bytes *out)
{
	acm_buffer	file;
	acm_psi_terms terms;
	const uint8_t *nonce;
	acm_bytes	label;
	const char *problem;

	if (setjmp(psi->failed))
		return false;
	psi->role = ACM_PSI_ANSWERER;
	acm_psi_open_file(psi, offer);
	problem = acm_psi_read_offer(offer, &terms, &nonce, psi->count[1], &label);
	if (problem)
		acm_psi_fail(psi, ACM_PSI_BREACH, "%s", problem);
	if (label.len != strlen(psi->key.label) || memcmp(label.data, psi->key.label, label.len) != 0)
		acm_psi_fail(psi, ACM_PSI_BREACH, "its label is not that of the key");
	compare_terms(psi, &terms, accepted);
	psi->terms = terms;
	memcpy(psi->nonce[0], nonce, sizeof psi->nonce[0]);
	prepare(psi);
	acm_psi_check_counts(psi, limits);
	acm_psi_make_sid(psi);
	acm_psi_make_points(psi);
	acm_psi_begin_file(psi, &file);
	acm_put(&file, psi->nonce[1], sizeof psi->nonce[1]);
	acm_psi_put_points(psi, &file);
	*out = acm_psi_end_file(psi, &file);
	return true;
}

/* Fail if a body has more than it should */
static void
must_end(acm_psi *psi, const acm_source *in)
{
	if (!acm_source_done(in))
		acm_psi_fail(psi, ACM_PSI_BREACH, in->failed ? "its content is cut off" : "something follows its content");
}

/* Take in a commitment that is not our own */
static void
take_commitment(acm_psi *psi, acm_source *in)
{
	acm_psi_role other = ACM_PSI_OTHER(psi->role);
	const uint8_t *commitment = acm_take(in, ACM_HASH_LEN);

	must_end(psi, in);
	if (memcmp(commitment, psi->commitment[ACM_PSI_AT(psi->role)], ACM_HASH_LEN) == 0)
		acm_psi_fail(psi, ACM_PSI_BREACH, "its commitment is a copy of ours");
	memcpy(psi->commitment[ACM_PSI_AT(other)], commitment, ACM_HASH_LEN);
}

/* The second file: the session has an id from now on */
static void
take_answer(acm_psi *psi, acm_source *in, acm_bytes file, const acm_psi_limits *limits)
{
	const uint8_t *nonce = acm_take(in, sizeof psi->nonce[1]);
	acm_psi_head head;

	if (nonce == NULL)
		must_end(psi, in);
	memcpy(psi->nonce[1], nonce, sizeof psi->nonce[1]);
	acm_psi_make_sid(psi);
	acm_psi_read_head(file, &head);
	if (memcmp(head.sid, psi->sid, sizeof psi->sid) != 0)
		acm_psi_fail(psi, ACM_PSI_BREACH, "its session id is not made of what both sides said");
	acm_psi_take_points(psi, in, limits);
	must_end(psi, in);
}

/* Take in the next file, which came well authenticated */
static void
take_file(acm_psi *psi, acm_source *in, acm_bytes file, const acm_psi_limits *limits)
{
	switch (psi->step)
	{
		case 2:
			take_answer(psi, in, file, limits);
			break;
		case 3:
			acm_psi_take_points(psi, in, limits);
			acm_psi_commit(psi);
			take_commitment(psi, in);
			break;
		case 4:
			take_commitment(psi, in);
			break;
		case 5:
			acm_psi_take_tags(psi, in);
			must_end(psi, in);
			break;
		case 6:
			acm_psi_take_tags(psi, in);
			if (psi->terms.reveal)
				acm_psi_take_reveal_points(psi, in);
			must_end(psi, in);
			break;
		case 7:
			acm_psi_take_reveal_points(psi, in);
			acm_psi_take_confirmations(psi, in);
			must_end(psi, in);
			break;
		case 8:
			acm_psi_take_confirmations(psi, in);
			acm_psi_take_payloads(psi, in);
			must_end(psi, in);
			break;
		case 9:
			acm_psi_take_payloads(psi, in);
			must_end(psi, in);
			break;
	}
}

/* What goes into the body of the step that file begins */
static void
put_file(acm_psi *psi, acm_buffer *file)
{
	switch (psi->step)
	{
		case 3:
			acm_psi_put_points(psi, file);
			acm_psi_commit(psi);
			acm_put(file, psi->commitment[0], ACM_HASH_LEN);
			break;
		case 4:
			acm_put(file, psi->commitment[1], ACM_HASH_LEN);
			break;
		case 5:
			acm_psi_put_tags(psi, file);
			break;
		case 6:
			acm_psi_put_tags(psi, file);
			if (psi->terms.reveal)
				acm_psi_put_reveal_points(psi, file);
			break;
		case 7:
			acm_psi_put_reveal_points(psi, file);
			acm_psi_put_confirmations(psi, file);
			break;
		case 8:
			acm_psi_put_confirmations(psi, file);
			acm_psi_put_payloads(psi, file);
			break;
		case 9:
			acm_psi_put_payloads(psi, file);
			break;
	}
}

/* Take in the next file and give the one after it */
bool
acm_psi_next(acm_psi *psi, acm_bytes in, const acm_psi_limits *limits, acm_bytes *out)
{
	acm_source	body;
	acm_buffer	file;
	uint32_t	end;			/* the last file of the session */

	if (setjmp(psi->failed))
		return false;
	end = psi->terms.reveal ? 9 : 6;
	*out = (acm_bytes) {"", 0};
	if (psi->finished)
		acm_psi_fail(psi, ACM_PSI_WRONG_FILE, "the session is finished");
	body = acm_psi_open_file(psi, in);
	take_file(psi, &body, in, limits);
	if (psi->step < end)
	{
		acm_psi_begin_file(psi, &file);
		put_file(psi, &file);
		*out = acm_psi_end_file(psi, &file);
	}
	psi->finished = psi->step == end;
	if (psi->finished)
		acm_cleanse(psi->seed, sizeof psi->seed);
	return true;
}
