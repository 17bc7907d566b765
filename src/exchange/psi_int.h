/*
 * psi_int.h
 *		What the files of the protocol's core share. Pure C.
 *
 * Within the core a failure jumps back to the function that the caller
 * called: acm_psi_fail. All memory is the session's arena's, and everything
 * else hangs off the session, so that nothing is lost by that.
 */
#ifndef ACM_PSI_INT_H
#define ACM_PSI_INT_H

#include <setjmp.h>

#include "exchange/psi.h"

/* A common row: place of its point in our file and in theirs */
typedef struct acm_psi_pair
{
	uint32_t	ours;
	uint32_t	theirs;
} acm_psi_pair;

/* What the second round gives for a common row */
typedef struct acm_psi_secret
{
	uint8_t		confirm[2][16]; /* said by the opener, the answerer */
	uint8_t		key[2][32];		/* of the opener's payload, the answerer's */
} acm_psi_secret;

/* What is known of one kind of keys */
typedef struct acm_psi_side
{
	uint8_t    *points;			/* ours, ACM_POINT_LEN each, ascending */
	uint32_t   *order;			/* of each of these, the key in our set */
	uint8_t    *reply;			/* of each of their points, our tag ... */
	uint8_t    *expected;		/* ... and the tag of theirs that would tell a common row */
	acm_psi_pair *pairs;		/* in the order of the opener's points */
	uint32_t	npairs;
	acm_psi_secret *secrets;	/* of each pair */
	uint8_t    *payloads;		/* of each pair, theirs, in plain */
} acm_psi_side;

/* Random bytes of a session */
typedef struct acm_psi_random
{
	uint8_t		nonce[32];
	uint8_t		seed[ACM_SCALAR_LEN];
	uint8_t		salt[32];
} acm_psi_random;

struct acm_psi
{
	acm_arena  *arena;
	jmp_buf		failed;
	acm_psi_fault fault;
	char		error[256];
	acm_psi_hook hook;
	void	   *hook_arg;

	acm_key_record key;
	acm_mac    *mac;			/* under the key */
	acm_curve  *curve;
	acm_scalar *scalar;			/* the one in use */
	acm_psi_kind kind_in_use;	/* by the functions for single elements: what the scalar is for */

	acm_psi_role role;
	uint32_t	step;
	bool		finished;
	bool		knows_common;
	acm_psi_terms terms;
	uint32_t	count[2][ACM_PSI_NKINDS];	/* keys: ours, theirs */
	uint32_t	common[ACM_PSI_NKINDS];
	uint8_t		nonce[2][32];	/* the opener's, the answerer's */
	uint8_t		sid[ACM_SID_LEN];
	uint8_t		offer[ACM_HASH_LEN];	/* digest of the first file */
	uint8_t		seed[ACM_SCALAR_LEN];
	uint8_t		salt[32];		/* of our commitment */
	uint8_t		commitment[2][ACM_HASH_LEN];
	uint8_t		points_digest[2][ACM_HASH_LEN];
	uint8_t		taken[ACM_HASH_LEN];	/* digest of the file taken in last */
	uint8_t		last[ACM_HASH_LEN]; /* digest of the file sent or taken in last */
	acm_psi_list *list;
	acm_psi_side side[ACM_PSI_NKINDS];
	acm_buffer	scratch;		/* for what is done with at once */
	const acm_psi_random *random;	/* for tests; NULL: drawn */
};

/* A string constant as a field */
#define ACM_FIELD(s) ((acm_bytes) {(s), sizeof(s) - 1})

/* Array of bytes as a field */
#define ACM_FIELD_OF(a) ((acm_bytes) {(a), sizeof(a)})

/* Whether a kind is among the terms' */
#define ACM_PSI_HAS(psi, kind) ((psi)->terms.kinds & (1u << (kind)))

/* The other role */
#define ACM_PSI_OTHER(role) ((acm_psi_role) (3 - (role)))

/* Place of a role in arrays of two */
#define ACM_PSI_AT(role) ((role) - 1)

/* Fail: jumps */
extern _Noreturn void acm_psi_fail(acm_psi *psi, acm_psi_fault fault, const char *format, ...)
			__attribute__((format(printf, 3, 4)));

/* Fail unless OpenSSL or malloc did its work */
extern void acm_psi_must(acm_psi *psi, bool ok);

/* Zeroed memory, or failure */
extern void *acm_psi_alloc(acm_psi *psi, size_t n, size_t size);

/* Give the caller a moment */
static inline void
acm_psi_pause(acm_psi *psi)
{
	if (psi->hook)
		psi->hook(psi->hook_arg);
}

/* Make a scalar out of the session's seed the one in use; info is a framed message's fields */
extern void acm_psi_use_scalar(acm_psi *psi, const acm_bytes *info, int n);

/* HKDF of key material with a framed message's fields as info */
extern void acm_psi_expand(acm_psi *psi, acm_bytes ikm, const acm_bytes *info, int n, uint8_t *out, size_t len);

/* message.c: files */
extern void acm_psi_begin_file(acm_psi *psi, acm_buffer *out);
extern acm_bytes acm_psi_end_file(acm_psi *psi, acm_buffer *out);
extern acm_source acm_psi_open_file(acm_psi *psi, acm_bytes in);
extern void acm_psi_put_terms(acm_psi *psi, acm_buffer *out);
extern void acm_psi_make_sid(acm_psi *psi);

/* round.c: the first round */
extern acm_bytes acm_psi_kind_field(acm_psi_kind kind);
extern void acm_psi_make_points(acm_psi *psi);
extern void acm_psi_put_points(acm_psi *psi, acm_buffer *out);
extern void acm_psi_take_points(acm_psi *psi, acm_source *in, const acm_psi_limits *limits);
extern void acm_psi_check_counts(acm_psi *psi, const acm_psi_limits *limits);
extern void acm_psi_commit(acm_psi *psi);
extern void acm_psi_put_tags(acm_psi *psi, acm_buffer *out);
extern void acm_psi_take_tags(acm_psi *psi, acm_source *in);

/* reveal.c: the second round */
extern void acm_psi_put_clean_text(acm_buffer *out, const uint8_t *s, size_t len);
extern void acm_psi_put_reveal_points(acm_psi *psi, acm_buffer *out);
extern void acm_psi_take_reveal_points(acm_psi *psi, acm_source *in);
extern void acm_psi_put_confirmations(acm_psi *psi, acm_buffer *out);
extern void acm_psi_take_confirmations(acm_psi *psi, acm_source *in);
extern void acm_psi_put_payloads(acm_psi *psi, acm_buffer *out);
extern void acm_psi_take_payloads(acm_psi *psi, acm_source *in);

/* For tests alone: these random bytes instead of fresh ones, for the next session that is opened or answered */
extern void acm_psi_fix_random(acm_psi *psi, const acm_psi_random *random);

#endif							/* ACM_PSI_INT_H */
