/*
 * corrections.h
 *		What the user knows better: pairs pinned or blocked, accounts and
 *		domains suppressed, domains that stand for others. From relations of
 *		the user's own, read when an overlap is computed.
 */
#ifndef ACM_CORRECTIONS_H
#define ACM_CORRECTIONS_H

#include "postgres.h"

#define ACM_NO_ROW PG_UINT32_MAX

typedef enum acm_action
{
	ACM_ACTION_PIN,
	ACM_ACTION_BLOCK,
	ACM_ACTION_SUPPRESS
} acm_action;

/* A row of the overrides relation that names accounts */
typedef struct acm_override
{
	acm_action	action;
	char	   *id[2];			/* account_id of ours and theirs; NULL if not given */
	uint32		row[2];			/* that the account has in its list; ACM_NO_ROW if none */
} acm_override;

typedef struct acm_corrections acm_corrections;

/*
 * Read the relations, either of which may be InvalidOid.
 *
 * overrides has the columns action ('pin', 'block', 'suppress') and our_id,
 * their_id, domain, all text: pin and block need both ids, suppress any one of
 * the three. aliases has the columns domain, canonical and, if there is one,
 * kind: 'same' (the default), domain is another name of canonical, or
 * 'family', domain is a subsidiary's and canonical the parent's. Both may go on
 * in chains.
 *
 * In CurrentMemoryContext; SPI must be connected. NULL if both are InvalidOid.
 */
extern acm_corrections *acm_corrections_read(Oid overrides, Oid aliases);

/*
 * The same from queries, either of which may be NULL, whose columns are texts:
 * action, our_id, their_id, domain; and domain, canonical, kind.
 */
extern acm_corrections *acm_corrections_query(const char *overrides, const char *aliases);

/*
 * Note that an account stands in this row of a list, or in none if that is
 * ACM_NO_ROW; false if it is suppressed. corrections may be NULL.
 */
extern bool acm_corrections_note(acm_corrections *corrections, int side,
								 const char *id, int len, uint32 row);

/* Whether a match host or match domain is suppressed */
extern bool acm_domain_suppressed(const acm_corrections *corrections, const char *domain, int len);

/* Whether there are domains among the corrections */
extern bool acm_corrections_domains(const acm_corrections *corrections);

/*
 * Let all domains also be found by another form of theirs, which blind writes
 * to out (64 bytes, NUL-terminated). Done once; further calls do nothing.
 */
extern void acm_corrections_blind(acm_corrections *corrections,
								  void (*blind) (const char *domain, char *out, void *arg), void *arg);

/*
 * The domain that a match host or match domain is another name of; NULL if
 * none. NUL-terminated, lives as long as the corrections.
 */
extern const char *acm_domain_canonical(const acm_corrections *corrections, const char *domain, int len);

/* The top parent's domain if this one is a parent's or a subsidiary's; NULL if none */
extern const char *acm_domain_family(const acm_corrections *corrections, const char *domain, int len);

/* The overrides that pin or block a pair of rows that exist, n of them */
extern const acm_override *acm_corrections_pairs(acm_corrections *corrections, int *n);

/* Whether a pair of rows is blocked. After acm_corrections_pairs */
extern bool acm_pair_blocked(const acm_corrections *corrections, uint32 ours, uint32 theirs);

#endif							/* ACM_CORRECTIONS_H */
