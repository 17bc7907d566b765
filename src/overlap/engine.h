/*
 * engine.h
 *		The matching engine: two lists of accounts in, matches and companies
 *		out.
 */
#ifndef ACM_ENGINE_H
#define ACM_ENGINE_H

#include "postgres.h"

#include "overlap/list.h"
#include "overlap/status.h"

#define ACM_OURS	0
#define ACM_THEIRS	1

/* Rules in the order in which they decide */
typedef enum acm_rule
{
	ACM_RULE_DOMAIN,
	ACM_NRULES
} acm_rule;

/* Two accounts that are the same company */
typedef struct acm_match
{
	uint32		row[2];			/* ours, theirs */
	uint32		link;			/* ours: the key that both have; of the rule's kind */
	uint8		rule;			/* that decided */
	bool		needs_review;
	float		confidence;		/* 0..1 */
} acm_match;

/* A company: a connected component of matches, numbered from 0 */
typedef struct acm_company
{
	acm_status	status[2];		/* the strongest of each side */
} acm_company;

typedef struct acm_engine
{
	acm_list	list[2];		/* set by the caller: table and default_status */
	acm_statuses *statuses;

	acm_match  *matches;		/* by our row */
	uint32		nmatches;
	uint32		maxmatches;

	uint32	   *company[2];		/* of each row; ACM_NO_COMPANY if it has no match */
	acm_company *companies;
	uint32		ncompanies;
} acm_engine;

#define ACM_NO_COMPANY PG_UINT32_MAX

/*
 * Read both lists and find their matches and companies. Everything is kept in
 * CurrentMemoryContext; work_mem * hash_mem_multiplier bounds what rows and
 * keys take before they go to temporary files (some 50 bytes a row stay in
 * memory). SPI must be connected.
 */
extern void acm_engine_run(acm_engine *engine);

/* Let go of what the end of the memory context would not free: temporary files */
extern void acm_engine_end(acm_engine *engine);

/* The name of a rule: "domain", ... */
extern const char *acm_rule_name(acm_rule rule);

#endif							/* ACM_ENGINE_H */
