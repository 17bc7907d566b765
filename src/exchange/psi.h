/*
 * psi.h
 *		A session of private set intersection, as both the server and the
 *		partner's command-line program run it. Pure C: no server header, no
 *		setting, no file, no network. doc/psi.md has the protocol byte for byte.
 *
 * A session is an acm_psi. It is made for an agreed key, takes in files of the
 * other side and gives files for it; between two files it can be saved and
 * loaded. The opener sends the files of odd steps, the answerer those of even
 * ones:
 *
 *		1  offer						2  points
 *		3  points, commitment			4  commitment
 *		5  tags							6  tags, reveal points
 *		7  reveal points, confirmations	8  confirmations, payloads
 *		9  payloads
 *
 * Steps 7 to 9 are there only if the terms say that something is revealed.
 *
 * Functions that return bool give false on any failure: acm_psi_error tells
 * what happened, and nothing can be asked of the session then but its error,
 * and to be freed. A file that the other side made and that breaks the
 * protocol, the terms or the limits (ACM_PSI_OTHER_TERMS and the faults behind
 * it) ends the session for good; after another fault it can go on from where
 * it was saved, so that nobody who can write into a folder can end it.
 */
#ifndef ACM_PSI_H
#define ACM_PSI_H

#include "blind/curve.h"
#include "blind/key.h"
#include "exchange/psi_list.h"

#define ACM_SID_LEN 32
#define ACM_PSI_TAG_LEN 16

typedef enum acm_psi_role
{
	ACM_PSI_OPENER = 1,
	ACM_PSI_ANSWERER = 2
} acm_psi_role;

/* Who learns what */
typedef enum acm_psi_mode
{
	ACM_PSI_BOTH = 1,			/* both sides learn the common rows */
	ACM_PSI_OPENER_LEARNS = 2,	/* the opener does, if the answerer follows the protocol ... */
	ACM_PSI_ANSWERER_LEARNS = 3,
	ACM_PSI_COUNT = 4			/* both learn how many */
} acm_psi_mode;

/* What both sides agree on for a session; part of its id */
typedef struct acm_psi_terms
{
	uint8_t		kinds;			/* a bit for each acm_psi_kind */
	uint8_t		mode;
	uint16_t	reveal;			/* a bit for each acm_psi_attr that both tell of common rows */
	uint32_t	domain_cap;		/* a host with more names in a list stays at home */
	uint32_t	name_cap;		/* likewise a name with more accounts */
	uint32_t	payload;		/* bytes of plaintext for each common key, if something is revealed */
} acm_psi_terms;

#define ACM_PSI_PAYLOAD_MIN 64
#define ACM_PSI_PAYLOAD_MAX 65535

/* What one's own side allows */
typedef struct acm_psi_limits
{
	uint32_t	max_keys;		/* of either side, of each kind */
	uint32_t	min_keys;		/* of the other side, of each kind of which it has any */
	uint32_t	max_ratio;		/* of their keys of a kind to ours */
} acm_psi_limits;

/* What kind of failure */
typedef enum acm_psi_fault
{
	ACM_PSI_NO_FAULT,
	ACM_PSI_MACHINE,			/* OpenSSL failed, or there is no memory */
	ACM_PSI_MALFORMED,			/* not a file of ours, cut off, or with something behind */
	ACM_PSI_FORGED,				/* not made by the other side of the key for us */
	ACM_PSI_WRONG_FILE,			/* genuine, but not what comes next in this session */
	ACM_PSI_OTHER_TERMS,		/* offered terms are not those that we accept */
	ACM_PSI_LIMIT,				/* beyond what our side allows */
	ACM_PSI_BREACH				/* the other side does not follow the protocol */
} acm_psi_fault;

/* The head of a file, which anybody can read: not authenticated */
typedef struct acm_psi_head
{
	uint32_t	step;
	uint32_t	epoch;
	acm_psi_role sender;
	uint8_t		sid[ACM_SID_LEN];	/* zero in step 1 */
	uint8_t		previous[ACM_HASH_LEN]; /* digest of the file before; zero in step 1 */
	uint8_t		offer[ACM_HASH_LEN];	/* digest of the session's offer; zero in step 1 */
	uint8_t		from[ACM_PUBLIC_LEN];
	uint8_t		to[ACM_PUBLIC_LEN];
	uint64_t	body_len;
} acm_psi_head;

/* Called between two elements of long work; may jump out of the core for good, if the session is then freed */
typedef void (*acm_psi_hook) (void *arg);

typedef struct acm_psi acm_psi;

/* A session for the record of an agreed key, which is copied. NULL without memory. hook may be NULL. */
extern acm_psi *acm_psi_new(const acm_key_record *key, acm_psi_hook hook, void *arg);

/* Zero and free it, and all that it gave */
extern void acm_psi_free(acm_psi *psi);

/* What went wrong: lower case, without full stop; never with a key or an account in it */
extern const char *acm_psi_error(const acm_psi *psi, acm_psi_fault *fault);

/* A list to fill in for this session; it lives as long as the session */
extern acm_psi_list *acm_psi_own_list(acm_psi *psi);

/* Open a session over the list: out is the offer. Bytes given out live as long as the session. */
extern bool acm_psi_open(acm_psi *psi, const acm_psi_terms *terms, const acm_psi_limits *limits, acm_bytes *out);

/* Answer an offer with these terms, and no other, over the list */
extern bool acm_psi_reply(acm_psi *psi, acm_bytes offer, const acm_psi_terms *accepted,
						   const acm_psi_limits *limits, acm_bytes *out);

/* Take in the next file; out is what to send, empty if that was the last one */
extern bool acm_psi_next(acm_psi *psi, acm_bytes in, const acm_psi_limits *limits, acm_bytes *out);

/*
 * What the session does to a single element: the point of a match key, another
 * point times our scalar, the tag that a role says of the result. For a session
 * that is open and has an id; not to be mixed with acm_psi_next.
 */
extern bool acm_psi_blind_one(acm_psi *psi, acm_psi_kind kind, acm_bytes key, uint8_t out[ACM_POINT_LEN]);
extern bool acm_psi_evaluate_one(acm_psi *psi, acm_psi_kind kind, const uint8_t in[ACM_POINT_LEN], uint8_t out[ACM_POINT_LEN]);
extern bool acm_psi_tag_one(acm_psi *psi, acm_psi_kind kind, acm_psi_role role, const uint8_t point[ACM_POINT_LEN],
							uint8_t out[ACM_PSI_TAG_LEN]);

/* A keyed hash of key number n of our set, the same in every session, to count different ones by. It never leaves. */
extern bool acm_psi_ledger_hash(acm_psi *psi, acm_psi_kind kind, uint32_t n, uint8_t out[8]);

/* The session as bytes, which hold secrets and the list; and back, into a new one for the same key */
extern bool acm_psi_save(acm_psi *psi, acm_bytes *out);
extern bool acm_psi_load(acm_psi *psi, acm_bytes in);

/* Read the head of a file; NULL or what is wrong with it */
extern const char *acm_psi_read_head(acm_bytes in, acm_psi_head *head);

/* The digest of a file. False if OpenSSL fails. */
extern bool acm_psi_digest(acm_bytes file, uint8_t out[ACM_HASH_LEN]);

/* The digest of the offer that its session began with, by which both sides call a session. False if OpenSSL fails. */
extern bool acm_psi_offer_of(acm_bytes file, const acm_psi_head *head, uint8_t out[ACM_HASH_LEN]);

/* Read the terms, the nonce (32 bytes), the counts and the label of an offer; NULL or what is wrong */
extern const char *acm_psi_read_offer(acm_bytes offer, acm_psi_terms *terms, const uint8_t **nonce,
									  uint32_t counts[ACM_PSI_NKINDS], acm_bytes *label);

/* NULL, or what is wrong with terms, as a sentence without its full stop */
extern const char *acm_psi_terms_problem(const acm_psi_terms *terms);

/*
 * What a file holds, line by line, in words for somebody who does not read
 * protocols. Nothing of it is checked against a key.
 */
extern void acm_psi_describe(acm_bytes file, void (*line) (void *arg, const char *text), void *arg);

/* Facts about a session */
typedef struct acm_psi_facts
{
	acm_psi_role role;			/* ours */
	uint32_t	step;			/* the last file sent or taken in */
	bool		finished;
	uint8_t		offer[ACM_HASH_LEN];	/* digest of the offer */
	uint8_t		taken[ACM_HASH_LEN];	/* of the file taken in last; zero if there was none */
	acm_psi_terms terms;
	uint32_t	ours[ACM_PSI_NKINDS];	/* keys */
	uint32_t	theirs[ACM_PSI_NKINDS];
	bool		knows_common;	/* whether the next are known */
	uint32_t	common[ACM_PSI_NKINDS];
} acm_psi_facts;
extern void acm_psi_tell(const acm_psi *psi, acm_psi_facts *facts);

/* What each side knows by now, as a sentence each */
extern const char *acm_psi_we_know(const acm_psi_facts *facts);
extern const char *acm_psi_they_know(const acm_psi_facts *facts);

/* A common key of a finished session in mode ACM_PSI_BOTH */
typedef struct acm_psi_common
{
	acm_psi_kind kind;
	acm_bytes	key;
	const uint32_t *accounts;	/* ours with this key, numbers in the list */
	uint32_t	naccounts;
	uint32_t	their_accounts; /* how many they have with it, if they reveal something; else 0 */
	uint32_t	shown;			/* how many of these are told */
	acm_bytes	payload;		/* of these, for acm_psi_their_field */
} acm_psi_common;

/* The common keys, one after the other; false behind the last */
extern bool acm_psi_common_key(const acm_psi *psi, size_t n, acm_psi_common *common);

/* An attribute of one of their shown accounts, from 0; data is NULL if they have none or do not tell it */
extern acm_bytes acm_psi_their_field(const acm_psi *psi, const acm_psi_common *common, uint32_t account, acm_psi_attr attr);

#endif							/* ACM_PSI_H */
