/*
 * engine.h
 *		The matching engine: two lists of accounts in, matches and companies
 *		out.
 *
 * Rules run in the order in which they decide. Each looks at groups of rows
 * that share a key and notes evidence for pairs: accepted, or rejected with
 * the reason. No rule uses anything but the rows of a group and what the
 * rules before it found for them, so that a part of the lists that is closed
 * under shared keys gives the same answer alone as within the whole.
 */
#ifndef ACM_ENGINE_H
#define ACM_ENGINE_H

#include "postgres.h"

#include "overlap/corrections.h"
#include "overlap/groups.h"
#include "overlap/list.h"
#include "overlap/status.h"

#define ACM_OURS	0
#define ACM_THEIRS	1

/* Rules in the order in which they decide */
typedef enum acm_rule
{
	ACM_RULE_PIN,				/* the user says so */
	ACM_RULE_ID,
	ACM_RULE_DOMAIN,
	ACM_RULE_EMAIL,
	ACM_RULE_NAME,
	ACM_RULE_NEAR,
	ACM_RULE_SIMILAR,
	ACM_RULE_FAMILY,			/* not the same company: parent and subsidiary */
	ACM_NRULES
} acm_rule;

/* What a piece of evidence rests on, or why it was rejected */
typedef enum acm_verdict
{
	ACM_PINNED,
	ACM_SAME_ID,
	ACM_SAME_HOST,
	ACM_SAME_HOST_SIMILAR_NAME, /* the host is shared by many names */
	ACM_SAME_SITE_SAME_NAME,	/* hosts differ below one registrable domain */
	ACM_SAME_NAME,
	ACM_SAME_COMMON_NAME,		/* as many organisations are called, but one row a list */
	ACM_SAME_BLINDED_NAME,		/* perhaps so, as nobody can read it, but one row a list */
	ACM_SAME_NAME_LABEL,		/* several bear it, or might; the domain says that it is this one */
	ACM_SAME_NAME_COUNTRY,		/* several bear it; same country */
	ACM_WORD_ORDER,
	ACM_LABEL_IS_NAME,
	ACM_TYPO,
	ACM_WEAK_TYPO,
	ACM_INITIALS,
	ACM_HANDLE,
	ACM_FAMILY,
	ACM_FIRST_REJECTION,		/* from here on: rejected */
	ACM_BLOCKED = ACM_FIRST_REJECTION,
	ACM_IDS_DIFFER,
	ACM_DOMAINS_DIFFER,
	ACM_COUNTRIES_DIFFER,
	ACM_HOST_CROWDED,
	ACM_NAME_COMMON,			/* a word that many organisations have in their name */
	ACM_NAME_BLINDED,			/* perhaps so, as nobody can read it */
	ACM_NAME_SEVERAL,			/* borne by several companies */
	ACM_NOT_BEST,				/* another candidate is as good */
	ACM_NVERDICTS
} acm_verdict;

/* A reason to believe, or not, that two accounts are the same company */
typedef struct acm_evidence
{
	uint32		row[2];			/* ours, theirs */
	uint32		link[2];		/* the key that both have, as link of the rule's kind; ACM_NO_KEY if none */
	uint32		count;			/* names under a crowded host */
	uint8		rule;
	uint8		verdict;
} acm_evidence;

/* A company: a connected component of matches, numbered from 0 */
typedef struct acm_company
{
	acm_status	status[2];		/* the strongest of each side */
} acm_company;

#define ACM_NO_COMPANY PG_UINT32_MAX

/* What the caller can choose */
typedef struct acm_options
{
	uint32		rules;			/* a bit for each acm_rule */
	int			domain_cap;		/* at most so many names of a list under a host that matches by itself */
	bool		only_matches;	/* nobody asks for accounts without a match */
	bool		all_evidence;	/* keep all evidence, also the rejected */
	const char *only_ids[2];	/* of this pair alone, if not NULL */
	uint32		only[2];		/* its rows; ACM_NO_ROW: of all. Set by the engine */
} acm_options;

/* A growing array of evidence */
typedef struct acm_evidence_list
{
	acm_evidence *items;
	uint32		n;
	uint32		max;
} acm_evidence_list;

typedef struct acm_engine
{
	/* set by the caller */
	acm_list	list[2];		/* table and default_status */
	acm_statuses *statuses;
	acm_corrections *corrections;	/* may be NULL */
	acm_options options;

	/* the result */
	acm_evidence_list matches;	/* one for each pair, by our row */
	acm_evidence_list evidence; /* with all_evidence: all, in the order of the rules */
	uint32	   *company[2];		/* of each row; ACM_NO_COMPANY if it has no match */
	acm_company *companies;
	uint32		ncompanies;

	/* while it runs */
	MemoryContext context;		/* of the result */
	acm_numbering *numbering;
	uint8	   *matched[2];		/* of each row: whether an earlier rule matched it */
	uint32		settled;		/* matches that are in matched[] already */
	StringInfoData scratch[2];	/* for records of either side */
} acm_engine;

/*
 * Read both lists and find their matches and companies. Everything is kept in
 * CurrentMemoryContext; work_mem * hash_mem_multiplier bounds what rows and
 * keys take before they go to temporary files (some 70 bytes a row stay in
 * memory). SPI must be connected.
 */
extern void acm_engine_run(acm_engine *engine);

/* Let go of what the end of the memory context would not free: temporary files */
extern void acm_engine_end(acm_engine *engine);

/* The name of a rule: "domain", ... */
extern const char *acm_rule_name(acm_rule rule);

/* The kind of key that the rule's evidence links to */
extern acm_kind acm_rule_kind(acm_rule rule);

/* The rule of a name, or -1 */
extern int	acm_find_rule(const char *name);

/* Whether the evidence makes a match */
static inline bool
acm_accepted(const acm_evidence *e)
{
	return e->verdict < ACM_FIRST_REJECTION;
}

/* Whether a match needs a person's confirmation */
static inline bool
acm_needs_review(const acm_evidence *e)
{
	return e->rule == ACM_RULE_SIMILAR;
}

/*
 * For the rules: note evidence for a pair by its links of the rule's kind, or
 * by its rows where there are none. An accepted pair that the user blocked, or
 * whose identifiers differ, is rejected here.
 */
extern void acm_note_links(acm_engine *engine, acm_rule rule, acm_verdict verdict,
						   uint32 our_link, uint32 their_link, uint32 count);
extern void acm_note_rows(acm_engine *engine, acm_rule rule, acm_verdict verdict,
						  uint32 our_row, uint32 their_row);

/* For the rules: from now on, rows of the matches noted so far count as matched */
extern void acm_settle(acm_engine *engine);

/* The rules, in their order: rules.c, names.c, near.c */
extern void acm_match_pins(acm_engine *engine);
extern void acm_match_by_id(acm_engine *engine);
extern void acm_match_by_domain(acm_engine *engine);
extern void acm_match_by_name(acm_engine *engine);
extern void acm_match_nearly(acm_engine *engine);
extern void acm_match_families(acm_engine *engine);

/*
 * For the rules: bytes of memory that are left of what is allowed, or where
 * the rows take nearly all of that, a small part of it.
 */
extern Size acm_engine_memory_left(const acm_engine *engine);

/* For the rules: the groups of a kind */
extern acm_groups *acm_engine_groups(acm_engine *engine, acm_kind kind);

/* Whether both rows have a country and they differ */
static inline bool
acm_countries_differ(const acm_engine *engine, uint32 ours, uint32 theirs)
{
	acm_country a = engine->list[ACM_OURS].rows[ours].country;
	acm_country b = engine->list[ACM_THEIRS].rows[theirs].country;

	return a != 0 && b != 0 && a != b;
}

#endif							/* ACM_ENGINE_H */
