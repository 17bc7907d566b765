/*
 * psi_list.h
 *		One's own list of accounts for private set intersection: fields to
 *		show or reveal, and one set of match keys for each kind. Pure C.
 *
 * Keys are those of overlap(): identifiers as "scheme:value", match hosts
 * without regard to where they come from, match names without blanks. Those
 * that are no evidence on their own stay at home: hosts that many names of the
 * list share, names that many accounts bear or that many organisations are
 * called, placeholders.
 */
#ifndef ACM_PSI_LIST_H
#define ACM_PSI_LIST_H

#include "exchange/arena.h"
#include "overlap/headings.h"

typedef enum acm_psi_kind
{
	ACM_PSI_ID,
	ACM_PSI_DOMAIN,
	ACM_PSI_NAME,
	ACM_PSI_NKINDS
} acm_psi_kind;

/* "id", "domain", "name" */
extern const char *acm_psi_kind_name(acm_psi_kind kind);

/* Attributes of an account that can be revealed; in this order in payloads and in the terms' bits */
typedef enum acm_psi_attr
{
	ACM_PSI_ACCOUNT_ID,
	ACM_PSI_ACCOUNT_NAME,
	ACM_PSI_WEBSITE,
	ACM_PSI_COUNTRY,
	ACM_PSI_STATUS,				/* as its owner's list has it */
	ACM_PSI_OWNER,
	ACM_PSI_AMOUNT,
	ACM_PSI_CURRENCY,
	ACM_PSI_INDUSTRY,
	ACM_PSI_REGION,
	ACM_PSI_NATTRS
} acm_psi_attr;

/* "account_id", ...; and the reverse, or -1 */
extern const char *acm_psi_attr_name(acm_psi_attr attr);
extern int	acm_psi_find_attr(const char *name);

/* A field may have so many bytes; longer ones are cut, at a character */
#define ACM_PSI_FIELD_MAX 1000

/* An account of the list; a field without a value has data NULL */
typedef struct acm_psi_account
{
	acm_bytes	field[ACM_PSI_NATTRS];
	acm_bytes	name;			/* first match name, without blanks; empty if it has none */
} acm_psi_account;

/* A key of a set, and the accounts that have it, in ascending order of their numbers */
typedef struct acm_psi_key
{
	acm_bytes	key;
	const uint32_t *accounts;
	uint32_t	naccounts;
} acm_psi_key;

typedef struct acm_psi_set
{
	acm_psi_key *keys;			/* in the order of their bytes */
	uint32_t	n;
	uint32_t	kept;			/* keys that stay at home */
} acm_psi_set;

/* A key of the account that was added last, before sets are made */
typedef struct acm_psi_entry
{
	acm_bytes	key;
	uint32_t	account;
} acm_psi_entry;

typedef struct acm_psi_list
{
	acm_arena  *arena;
	acm_psi_account *accounts;
	uint32_t	naccounts;
	uint32_t	maxaccounts;
	acm_psi_entry *entries[ACM_PSI_NKINDS];
	size_t		nentries[ACM_PSI_NKINDS];
	size_t		maxentries[ACM_PSI_NKINDS];
	acm_psi_set set[ACM_PSI_NKINDS];
	bool		failed;			/* there was no memory */
} acm_psi_list;

/* An empty list in an arena; NULL without memory */
extern acm_psi_list *acm_psi_list_new(acm_arena *arena);

/* Add an account without fields and keys */
extern void acm_psi_add_account(acm_psi_list *list);

/* Of the account added last: a field, and what keys are made of, copied. Texts are UTF-8. */
extern void acm_psi_add_field(acm_psi_list *list, acm_psi_attr attr, const char *data, size_t len);
extern void acm_psi_add_host(acm_psi_list *list, const char *data, size_t len, bool email);
extern void acm_psi_add_name(acm_psi_list *list, const char *data, size_t len);
extern void acm_psi_add_identifier(acm_psi_list *list, const char *scheme, const char *data, size_t len);

/*
 * A value of a partner table or a CSV file: what of the above its attribute
 * calls for. Of several values of an attribute the first is shown; a contact's
 * e-mail address gives a key, but is never shown.
 */
extern void acm_psi_add_value(acm_psi_list *list, acm_attr attr, const char *data, size_t len);

/* Make the sets of these kinds (bits). False without memory. */
extern bool acm_psi_make_sets(acm_psi_list *list, unsigned kinds, uint32_t domain_cap, uint32_t name_cap);

#endif							/* ACM_PSI_LIST_H */
