/*
 * psi_list.c
 *		One's own list of accounts for private set intersection.
 */
#include "exchange/psi_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/domain.h"
#include "normalize/identifier.h"
#include "normalize/name_key.h"

static const char *const kind_names[ACM_PSI_NKINDS] = {"id", "domain", "name"};
static const char *const attr_names[ACM_PSI_NATTRS] = {
	"account_id", "name", "website", "country", "status", "owner", "amount", "currency", "industry", "region"
};

/* The name of a kind */
const char *
acm_psi_kind_name(acm_psi_kind kind)
{
	return kind_names[kind];
}

/* The name of an attribute */
const char *
acm_psi_attr_name(acm_psi_attr attr)
{
	return attr_names[attr];
}

/* The attribute of a name */
int
acm_psi_find_attr(const char *name)
{
	for (int i = 0; i < ACM_PSI_NATTRS; i++)
		if (strcmp(attr_names[i], name) == 0)
			return i;
	return -1;
}

/* An empty list */
acm_psi_list *
acm_psi_list_new(acm_arena *arena)
{
	acm_psi_list *list = acm_arena_alloc(arena, sizeof *list);

	if (list)
		list->arena = arena;
	return list;
}

/* A copy of bytes in the arena */
static acm_bytes
keep(acm_psi_list *list, const void *data, size_t len)
{
	char	   *copy = acm_arena_alloc(list->arena, len + 1);

	if (copy == NULL)
	{
		list->failed = true;
		return (acm_bytes) {NULL, 0};
	}
	memcpy(copy, data, len);
	return (acm_bytes) {copy, len};
}

/* An array of n elements with room for one more; NULL without memory */
static void *
room(acm_psi_list *list, void *array, size_t n, size_t max, size_t size)
{
	void	   *grown;

	if (n < max)
		return array;
	grown = acm_arena_alloc(list->arena, (max ? max * 2 : 256) * size);
	if (grown == NULL)
		list->failed = true;
	else if (n > 0)
		memcpy(grown, array, n * size);
	return grown;
}

/* Add an account */
void
acm_psi_add_account(acm_psi_list *list)
{
	if (list->naccounts == UINT32_MAX / 4)
		list->failed = true;
	if (list->failed)
		return;
	list->accounts = room(list, list->accounts, list->naccounts, list->maxaccounts, sizeof *list->accounts);
	if (list->failed)
		return;
	if (list->naccounts == list->maxaccounts)
		list->maxaccounts = list->maxaccounts ? list->maxaccounts * 2 : 256;
	list->naccounts++;
}

/* The account added last */
static acm_psi_account *
last(acm_psi_list *list)
{
	return &list->accounts[list->naccounts - 1];
}

/* A field of it */
void
acm_psi_add_field(acm_psi_list *list, acm_psi_attr attr, const char *data, size_t len)
{
	if (list->failed)
		return;
	if (len > ACM_PSI_FIELD_MAX)
	{
		len = ACM_PSI_FIELD_MAX;
		while (len > 0 && ((unsigned char) data[len] & 0xc0) == 0x80)
			len--;
	}
	last(list)->field[attr] = keep(list, data, len);
}

/* A key of it */
static void
add_key(acm_psi_list *list, acm_psi_kind kind, const char *data, size_t len)
{
	acm_psi_entry *entry;

	if (list->failed)
		return;
	list->entries[kind] = room(list, list->entries[kind], list->nentries[kind], list->maxentries[kind], sizeof *entry);
	if (list->failed)
		return;
	if (list->nentries[kind] == list->maxentries[kind])
		list->maxentries[kind] = list->maxentries[kind] ? list->maxentries[kind] * 2 : 256;
	entry = &list->entries[kind][list->nentries[kind]++];
	entry->key = keep(list, data, len);
	entry->account = list->naccounts - 1;
}

/* The match host in a website, domain or address */
void
acm_psi_add_host(acm_psi_list *list, const char *data, size_t len, bool email)
{
	acm_domain	d;

	acm_domain_parse(data, len, &d);
	/* somebody's address at a site builder's is no site of theirs */
	if (d.kind == ACM_DOMAIN_COMPANY && !(d.hosted && email))
		add_key(list, ACM_PSI_DOMAIN, d.host + d.match_off, (size_t) (d.host_len - d.match_off));
}

/* A name */
void
acm_psi_add_name(acm_psi_list *list, const char *data, size_t len)
{
	char		name[ACM_NAME_BUF];
	char		spaced[2 * ACM_NAME_BUF];
	uint16_t	words[ACM_NAME_MAX];
	int			nwords;
	int			n = acm_name_key(data, len, name, words, &nwords);
	int			at = 0;
	int			out = 0;

	if (n == 0 || list->failed)
		return;
	if (last(list)->name.len == 0)
		last(list)->name = keep(list, name, (size_t) n);
	for (int i = 0; i < nwords; i++)
	{
		if (i > 0)
			spaced[out++] = ' ';
		memcpy(spaced + out, name + at, words[i]);
		out += words[i];
		at += words[i];
	}
	if (!acm_collision_prone(spaced, out))
		add_key(list, ACM_PSI_NAME, name, (size_t) n);
}

/* An identifier */
void
acm_psi_add_identifier(acm_psi_list *list, const char *scheme, const char *data, size_t len)
{
	int			number = acm_identifier_scheme(scheme, strlen(scheme));
	char		value[ACM_IDENTIFIER_BUF];
	char		key[ACM_IDENTIFIER_BUF + 32];

	if (number >= 0 && acm_normalize_identifier(number, data, len, value, NULL) > 0)
	{
		int			n = snprintf(key, sizeof key, "%s:%s", acm_identifier_name(number), value);

		add_key(list, ACM_PSI_ID, key, (size_t) n);
	}
}

/* A value of an attribute */
void
acm_psi_add_value(acm_psi_list *list, acm_attr attr, const char *data, size_t len)
{
	static const int shown[ACM_NATTRS] = {
		[ACM_ATTR_ACCOUNT_ID] = ACM_PSI_ACCOUNT_ID, [ACM_ATTR_NAME] = ACM_PSI_ACCOUNT_NAME,
		[ACM_ATTR_WEBSITE] = ACM_PSI_WEBSITE, [ACM_ATTR_DOMAIN] = ACM_PSI_WEBSITE,
		[ACM_ATTR_EMAIL] = -1, [ACM_ATTR_LEI] = -1, [ACM_ATTR_DUNS] = -1, [ACM_ATTR_VAT] = -1,
		[ACM_ATTR_COUNTRY] = ACM_PSI_COUNTRY, [ACM_ATTR_STATUS] = ACM_PSI_STATUS, [ACM_ATTR_STAGE] = ACM_PSI_STATUS,
		[ACM_ATTR_OWNER] = ACM_PSI_OWNER, [ACM_ATTR_INDUSTRY] = ACM_PSI_INDUSTRY, [ACM_ATTR_REGION] = ACM_PSI_REGION,
		[ACM_ATTR_AMOUNT] = ACM_PSI_AMOUNT, [ACM_ATTR_CURRENCY] = ACM_PSI_CURRENCY
	};

	if (len == 0 || list->failed)
		return;
	if (shown[attr] >= 0 && last(list)->field[shown[attr]].data == NULL)
		acm_psi_add_field(list, (acm_psi_attr) shown[attr], data, len);
	switch (attr)
	{
		case ACM_ATTR_NAME:
			acm_psi_add_name(list, data, len);
			break;
		case ACM_ATTR_WEBSITE:
		case ACM_ATTR_DOMAIN:
		case ACM_ATTR_EMAIL:
			acm_psi_add_host(list, data, len, attr == ACM_ATTR_EMAIL);
			break;
		case ACM_ATTR_LEI:
			acm_psi_add_identifier(list, "lei", data, len);
			break;
		case ACM_ATTR_DUNS:
			acm_psi_add_identifier(list, "duns", data, len);
			break;
		case ACM_ATTR_VAT:
			acm_psi_add_identifier(list, "vat", data, len);
			break;
		default:
			break;
	}
}

/* Order of bytes */
static int
compare_bytes(const acm_bytes *a, const acm_bytes *b)
{
	int			cmp = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

	return cmp ? cmp : (a->len > b->len) - (a->len < b->len);
}

/* For qsort: by key, then account */
static int
compare_entries(const void *a, const void *b)
{
	const acm_psi_entry *x = a;
	const acm_psi_entry *y = b;
	int			cmp = compare_bytes(&x->key, &y->key);

	return cmp ? cmp : (x->account > y->account) - (x->account < y->account);
}

/* Whether more than cap different names stand under a key */
static bool
crowded(const acm_psi_list *list, const uint32_t *accounts, uint32_t n, uint32_t cap, acm_bytes *seen)
{
	uint32_t	names = 0;

	for (uint32_t i = 0; i < n && names <= cap; i++)
	{
		const acm_bytes *name = &list->accounts[accounts[i]].name;
		uint32_t	j = 0;

		if (name->len == 0)
			continue;
		while (j < names && compare_bytes(&seen[j], name) != 0)
			j++;
		if (j == names)
			seen[names++] = *name;
	}
	return names > cap;
}

/* Make the set of one kind */
static bool
make_set(acm_psi_list *list, acm_psi_kind kind, uint32_t cap)
{
	acm_psi_entry *entries = list->entries[kind];
	size_t		n = list->nentries[kind];
	uint32_t   *accounts = acm_arena_alloc(list->arena, (n + 1) * sizeof *accounts);
	acm_psi_key *keys = acm_arena_alloc(list->arena, (n + 1) * sizeof *keys);
	acm_bytes  *seen = acm_arena_alloc(list->arena, ((size_t) cap + 1) * sizeof *seen);
	acm_psi_set *set = &list->set[kind];

	if (!accounts || !keys || !seen)
		return false;
	if (n > 0)
		qsort(entries, n, sizeof *entries, compare_entries);
	set->keys = keys;
	set->n = set->kept = 0;
	for (size_t i = 0; i < n;)
	{
		acm_psi_key *key = &keys[set->n];
		size_t		first = i;
		bool		stays;

		key->key = entries[i].key;
		key->accounts = accounts;
		key->naccounts = 0;
		for (; i < n && compare_bytes(&entries[i].key, &entries[first].key) == 0; i++)
			/* an account can have a key twice, in two spellings */
			if (key->naccounts == 0 || accounts[key->naccounts - 1] != entries[i].account)
				accounts[key->naccounts++] = entries[i].account;
		if (kind == ACM_PSI_DOMAIN)
			stays = crowded(list, accounts, key->naccounts, cap, seen);
		else
			stays = kind == ACM_PSI_NAME && key->naccounts > cap;
		set->kept += stays;
		set->n += !stays;
		if (!stays)
			accounts += key->naccounts;
	}
	return true;
}

/* Make the sets */
bool
acm_psi_make_sets(acm_psi_list *list, unsigned kinds, uint32_t domain_cap, uint32_t name_cap)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if ((kinds & (1u << kind)) && !list->failed &&
			!make_set(list, kind, kind == ACM_PSI_DOMAIN ? domain_cap : name_cap))
			list->failed = true;
	return !list->failed;
}
