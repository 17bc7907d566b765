/*
 * late_names.c
 *		Match names of the rows that need them, where no rule goes by names.
 */
#include "compat.h"

#include "miscadmin.h"

#include "overlap/array.h"
#include "overlap/late_names.h"
#include "overlap/pairs.h"
#include "overlap/sites.h"

/* What is known of the number of a host or match domain; counts go to domain_cap + 1 */
typedef struct met
{
	uint16		rows[2];		/* of each side, with this host */
	bool		below[2];		/* rows of a side have this match domain */
	bool		split;			/* some have a host below it */
	bool		mail;			/* some have this host from a contact */
} met;

/* Whether names can wait; see the header */
bool
acm_names_can_wait(const acm_options *options)
{
	return (options->rules & (1 << ACM_RULE_NAME | 1 << ACM_RULE_NEAR | 1 << ACM_RULE_SIMILAR)) == 0 &&
		!options->all_evidence;
}

/* Count the rows under each host and match domain */
static met *
count_rows(acm_engine *engine)
{
	met		   *keys = acm_make_array(acm_keys_count(engine->numbering->kind[ACM_KIND_DOMAIN]),
									  sizeof(met), MCXT_ALLOC_ZERO);

	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		for (uint32 i = 0; i < list->nlinks[ACM_KIND_DOMAIN]; i++)
		{
			const acm_link *link = &list->links[ACM_KIND_DOMAIN][i];
			uint16	   *rows = &keys[link->key].rows[side];
			met		   *site = &keys[acm_site_of(link)];

			CHECK_FOR_INTERRUPTS();
			*rows = Min(*rows + 1, engine->options.domain_cap + 1);
			site->below[side] = true;
			site->split |= link->parent != ACM_NO_KEY;
			keys[link->key].mail |= link->tag == ACM_FROM_EMAIL;
		}
	}
	return keys;
}

/* Whether a rule will ask for the name of a row, by one of its domains */
static inline bool
needs_name(const acm_engine *engine, const met *keys, const acm_link *link)
{
	const met  *host = &keys[link->key];
	const met  *site = &keys[acm_site_of(link)];

	if (site->split && site->below[0] && site->below[1])
		return true;
	/* without rule email, a contact's host is no more than one under the same domain */
	return host->rows[0] > 0 && host->rows[1] > 0 &&
		(Max(host->rows[0], host->rows[1]) > engine->options.domain_cap ||
		 host->rows[0] * host->rows[1] > ACM_PAIRS_MAX ||
		 (host->mail && (engine->options.rules & (1 << ACM_RULE_EMAIL)) == 0));
}

/* Give a row its name */
static void
name_row(acm_engine *engine, int side, uint32 row)
{
	acm_list   *list = &engine->list[side];
	acm_key		key;
	Datum		name;
	acm_link   *link;
	char		bytes[sizeof(uint16) + ACM_NAME_BUF];

	if (!acm_record_field(acm_list_record(list, row, &engine->scratch[side]), ACM_FIELD_NAME, &name) ||
		!acm_make_name_key(VARDATA_ANY(DatumGetPointer(name)), VARSIZE_ANY_EXHDR(DatumGetPointer(name)), &key))
		return;
	link = acm_list_add_link(list, ACM_KIND_NAME, row);
	memcpy(bytes, &key.len, sizeof(key.len));
	memcpy(bytes + sizeof(key.len), key.bytes, key.len);
	acm_keys_add(engine->numbering->kind[ACM_KIND_NAME], bytes, false, (char **) &list->links[ACM_KIND_NAME],
				 sizeof(acm_link), offsetof(acm_link, key), link - list->links[ACM_KIND_NAME]);
}

/* Give rows that need it their names; see the header */
void
acm_name_rows(acm_engine *engine)
{
	met		   *keys = NULL;

	for (int side = 0; side < 2; side++)
	{
		acm_list   *list = &engine->list[side];

		if (!list->late_names)
			continue;
		if (keys == NULL)
			keys = count_rows(engine);
		for (uint32 row = 0; row < list->nrows; row++)
		{
			bool		needed = false;

			CHECK_FOR_INTERRUPTS();
			list->rows[row].link[ACM_KIND_NAME] = list->nlinks[ACM_KIND_NAME];
			for (uint32 i = ACM_LINKS_OF(list, row, ACM_KIND_DOMAIN);
				 !needed && i < ACM_LINKS_END(list, row, ACM_KIND_DOMAIN); i++)
				needed = needs_name(engine, keys, &list->links[ACM_KIND_DOMAIN][i]);
			if (needed)
				name_row(engine, side, row);
		}
		list->rows[list->nrows].link[ACM_KIND_NAME] = list->nlinks[ACM_KIND_NAME];
	}
	if (keys)
		pfree(keys);
}
