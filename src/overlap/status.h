/*
 * status.h
 *		What an account is to its owner, and what a pair of them means:
 *		status words, segments, tiers.
 */
#ifndef ACM_STATUS_H
#define ACM_STATUS_H

#include "postgres.h"

/*
 * A status by number: 0 unknown, then from the strongest to the weakest the
 * built-in ones, then the user's own in alphabetical order.
 */
typedef uint8 acm_status;

#define ACM_STATUS_UNKNOWN		0
#define ACM_STATUS_CUSTOMER		1
#define ACM_STATUS_OPPORTUNITY	2
#define ACM_STATUS_PROSPECT		3
#define ACM_STATUS_MAX			250

typedef struct acm_tier
{
	int			tier;			/* 1 (act now) .. 4; 0: none */
	const char *priority;		/* NULL if there is no tier */
	const char *play;			/* NULL if there is no tier */
} acm_tier;

typedef struct acm_statuses acm_statuses;

/*
 * Load the built-in words and tiers and what the user set over them. In
 * CurrentMemoryContext; needs SPI to be connected.
 */
extern acm_statuses *acm_statuses_load(void);

/* The status that a word of a list stands for; ACM_STATUS_UNKNOWN if it is none that is known */
extern acm_status acm_status_of_word(const acm_statuses *statuses, const char *word, int len);

/* The same for an argument: what is no status is an error */
extern acm_status acm_status_argument(const acm_statuses *statuses, const char *word, const char *argument);

/* "customer", ...; NULL for ACM_STATUS_UNKNOWN */
extern const char *acm_status_name(const acm_statuses *statuses, acm_status status);

/*
 * The segment of a match, "customer-prospect"; with_ours or with_theirs is
 * false on the side without an account: "customer-none". palloc'd.
 */
extern char *acm_segment_name(const acm_statuses *statuses, acm_status ours, acm_status theirs,
							  bool with_ours, bool with_theirs);

/* The tier of a match with an account on both sides */
extern acm_tier acm_tier_of(const acm_statuses *statuses, acm_status ours, acm_status theirs);

/* How many statuses there are, ACM_STATUS_UNKNOWN included */
extern int	acm_status_count(const acm_statuses *statuses);

#endif							/* ACM_STATUS_H */
