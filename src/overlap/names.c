/*
 * names.c
 *		Rule name, and rule domain where hosts differ below one registrable
 *		domain: accounts with equal match names.
 */
#include "compat.h"

#include "miscadmin.h"

#include "normalize/company.h"
#include "overlap/array.h"
#include "overlap/blinded_columns.h"
#include "overlap/engine.h"
#include "overlap/pairs.h"
#include "overlap/sites.h"

/* Groups between asking for a row and reading it */
#define AHEAD 8

/* What is asked once for a group, if at all */
typedef enum answer
{
	NOT_ASKED,
	NO,
	YES,
	NOBODY_KNOWS				/* blinded in both lists */
} answer;

/* What is known of the rows that bear a name, on both sides */
typedef struct name_group
{
	acm_group_side in[2];
	bool		large;			/* not all its pairs are looked at */
	bool		several;		/* see borne_by_several */
	answer		common;			/* it holds, or may hold, a word that many organisations have in theirs */
	answer		only[2];		/* all that is unmatched of a side is one company with a domain */
} name_group;

/* The row of a link to a name */
static inline uint32
row_of(const acm_list *list, uint32 link)
{
	return list->links[ACM_KIND_NAME][link].row;
}

/*
 * Whether rows of different domains bear the name, or in one list rows without
 * a domain of different countries. Nearly always each has one domain at most;
 * else it takes a look at which rows others hold together.
 */
static bool
borne_by_several(acm_engine *engine, const acm_group_side in[2])
{
	uint32		site = ACM_NO_KEY;
	bool		differ = false;
	bool		more = false;	/* a row has several domains */

	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];
		acm_country country = 0;	/* of rows without a domain */

		for (uint32 i = 0; i < in[side].n; i++)
		{
			uint32		row = row_of(list, in[side].links[i]);
			uint32		first;
			uint32		end;

			CHECK_FOR_INTERRUPTS();
			if (!acm_has_site(list, row))
			{
				acm_country own = list->rows[row].country;

				if (own != 0 && country != 0 && own != country)
					return true;
				country = Max(country, own);
				continue;
			}
			acm_row_sites(list, row, &first, &end);
			more |= end - first > 1;
			if (site == ACM_NO_KEY)
				site = acm_site_of(&list->links[ACM_KIND_DOMAIN][first]);
			differ |= acm_site_of(&list->links[ACM_KIND_DOMAIN][first]) != site;
		}
	}
	return more ? acm_site_parts(engine, in, NULL) > 1 : differ;
}

/* The words of the name that a link stands for; none of a blinded one */
static int
words_of(acm_engine *engine, int side, uint32 link, char *out)
{
	const acm_list *list = &engine->list[side];
	const acm_record *record = acm_list_record(list, row_of(list, link), &engine->scratch[side]);
	acm_key		key;

	if (acm_names_blinded(list))
		return 0;
	acm_record_key(list, record, ACM_KIND_NAME, link, &key);
	return acm_name_words(&key, out);
}

/*
 * Whether the name is one of which there are many. It may be spelled with
 * blanks in different places: one spelling that says so is enough. Blinded in
 * both lists, it may be one.
 */
static bool
is_common(acm_engine *engine, name_group *group)
{
	char		last[ACM_NAME_BUF];
	int			last_len = 0;

	if (group->common != NOT_ASKED)
		return group->common != NO;
	group->common = NOBODY_KNOWS;
	for (int side = 0; side < 2; side++)
	{
		if (acm_names_blinded(&engine->list[side]))
			continue;
		group->common = NO;
		for (uint32 i = 0; i < group->in[side].n; i++)
		{
			char		name[ACM_NAME_BUF];
			int			len = words_of(engine, side, group->in[side].links[i], name);

			CHECK_FOR_INTERRUPTS();
			if (len == last_len && memcmp(name, last, len) == 0)
				continue;
			if (acm_collision_prone(name, len))
			{
				group->common = YES;
				return true;
			}
			memcpy(last, name, len);
			last_len = len;
		}
	}
	return group->common != NO;
}

/* Whether all that is unmatched of a side is one company with a domain */
static bool
only_one_left(acm_engine *engine, name_group *group, int side)
{
	const acm_list *list = &engine->list[side];
	uint32		first = side == ACM_OURS ? 0 : group->in[ACM_OURS].n;
	uint32		left = ACM_NO_ROW;
	uint32	   *part;

	if (group->only[side] != NOT_ASKED)
		return group->only[side] == YES;
	group->only[side] = YES;
	acm_site_parts(engine, group->in, &part);
	for (uint32 i = 0; i < group->in[side].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (engine->matched[side][row_of(list, group->in[side].links[i])])
			continue;
		if (left == ACM_NO_ROW)
			left = part[first + i];
		if (part[first + i] == ACM_NO_ROW || part[first + i] != left)
			group->only[side] = NO;
	}
	pfree(part);
	return group->only[side] == YES;
}

/*
 * Whether the domain of the row of side with_site says that it is the other
 * one of a pair of links to a name: its label looks like the name, as either
 * spells it, or is what the other is called on a social network or by a host.
 */
static bool
domain_supports(acm_engine *engine, int with_site, const uint32 link[2], const uint32 row[2])
{
	const acm_list *list = &engine->list[with_site];
	const acm_list *other = &engine->list[1 - with_site];
	char		name[2][ACM_NAME_BUF];
	int			len[2];
	char		handle[ACM_HANDLE_MAX + 1];
	int			handle_len;
	const acm_record *record;

	for (int side = 0; side < 2; side++)
		len[side] = words_of(engine, side, link[side], name[side]);
	handle_len = acm_row_handle(other, row[1 - with_site],
								acm_list_record(other, row[1 - with_site], &engine->scratch[1 - with_site]), handle);
	record = acm_list_record(list, row[with_site], &engine->scratch[with_site]);
	return acm_label_resembles(list, row[with_site], record, name[0], len[0]) ||
		acm_label_resembles(list, row[with_site], record, name[1], len[1]) ||
		(handle_len > 0 && acm_label_is(list, row[with_site], record, handle, handle_len));
}

/* A pair of rows with the name, and a match domain in common */
static void
note_same_site(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	acm_note_links(engine, ACM_RULE_NAME, ACM_SAME_SITE_SAME_NAME, ours, theirs, 0);
}

/*
 * A pair of rows with the name: by their domains if both have one, else by
 * the name alone, as far as the group allows it.
 */
static void
pair_by_name(acm_engine *engine, uint32 ours, uint32 theirs, void *arg)
{
	name_group *group = arg;
	uint32		link[2] = {ours, theirs};
	uint32		row[2] = {row_of(&engine->list[ACM_OURS], ours), row_of(&engine->list[ACM_THEIRS], theirs)};
	acm_sites	sites = acm_compare_sites(engine, ACM_OURS, row[0], ACM_THEIRS, row[1]);
	bool		by_name = (engine->options.rules & (1 << ACM_RULE_NAME)) != 0;
	acm_verdict verdict = ACM_SAME_NAME;
	int			with_site;

	if (sites == ACM_SITES_SHARED)
	{
		/* of a large group, these have been noted */
		if ((engine->options.rules & (1 << ACM_RULE_DOMAIN)) && !group->large)
			note_same_site(engine, ours, theirs, NULL);
		return;
	}
	if (!by_name)
		return;

	with_site = acm_has_site(&engine->list[0], row[0]) ? 0 : acm_has_site(&engine->list[1], row[1]) ? 1 : -1;
	if (sites == ACM_SITES_DIFFER)
		verdict = ACM_DOMAINS_DIFFER;
	else if (acm_countries_differ(engine, row[0], row[1]))
		verdict = ACM_COUNTRIES_DIFFER;
	else if (group->several || is_common(engine, group))
	{
		acm_country country = engine->list[0].rows[row[0]].country;
		bool		same_country = country != 0 && country == engine->list[1].rows[row[1]].country;

		/* which of several, or of possibly many, is it? */
		verdict = group->several ? ACM_NAME_SEVERAL :
			group->common == YES ? ACM_NAME_COMMON : ACM_NAME_BLINDED;
		if (!group->several && group->in[0].n == 1 && group->in[1].n == 1)
			verdict = group->common == YES ? ACM_SAME_COMMON_NAME : ACM_SAME_BLINDED_NAME;
		if (with_site >= 0 &&
			(!group->several ||
			 (!engine->matched[0][row[0]] && !engine->matched[1][row[1]] &&
			  only_one_left(engine, group, with_site))))
		{
			if (domain_supports(engine, with_site, link, row))
				verdict = ACM_SAME_NAME_LABEL;
			else if (same_country && !is_common(engine, group))
				verdict = ACM_SAME_NAME_COUNTRY;
		}
	}
	acm_note_links(engine, ACM_RULE_NAME, verdict, ours, theirs, 0);
}

/*
 * Match the rows that bear a name. Where they are too many for all pairs, rows
 * of one match domain are still matched among themselves, whoever else bears
 * the name: whether they match is not a question of the name alone.
 */
static void
match_group(acm_engine *engine, name_group *group)
{
	group->large = (uint64) group->in[0].n * group->in[1].n > ACM_PAIRS_MAX;
	if (group->large && (engine->options.rules & (1 << ACM_RULE_DOMAIN)))
		acm_each_pair_by_site(engine, group->in, note_same_site, NULL);
	acm_each_pair(engine, ACM_KIND_NAME, group->in, pair_by_name, group);
}

/*
 * Ask for what the groups ahead need: links, and later rows. They stand
 * anywhere in memory, and each would be waited for.
 */
static inline void
prefetch_ahead(const acm_engine *engine, const acm_groups *groups, uint32 g)
{
	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];
		const acm_link *links = list->links[ACM_KIND_NAME];

		if (g + 2 * AHEAD < groups->ngroups)
			__builtin_prefetch(&links[groups->links[side][groups->start[side][g + 2 * AHEAD]]]);
		if (g + AHEAD < groups->ngroups)
			__builtin_prefetch(&list->rows[links[groups->links[side][groups->start[side][g + AHEAD]]].row]);
	}
}

/*
 * Rule name. First the names that one company bears, as far as domains and
 * countries tell: their rows are duplicates. Then those that several companies bear, for the
 * rows that are left.
 */
void
acm_match_by_name(acm_engine *engine)
{
	acm_groups *groups;
	bool	   *several;

	if ((engine->options.rules & ((1 << ACM_RULE_DOMAIN) | (1 << ACM_RULE_NAME))) == 0)
		return;
	groups = acm_engine_groups(engine, ACM_KIND_NAME);
	several = acm_make_array(groups->ngroups, sizeof(bool), 0);

	for (int pass = 0; pass < 2; pass++)
	{
		for (uint32 g = 0; g < groups->ngroups; g++)
		{
			name_group	group;

			CHECK_FOR_INTERRUPTS();
			prefetch_ahead(engine, groups, g);
			memset(&group, 0, sizeof(group));
			acm_open_group(groups, g, group.in);
			if (pass == 0)
				several[g] = borne_by_several(engine, group.in);
			if (several[g] != (pass == 1))
				continue;
			group.several = several[g];
			match_group(engine, &group);
		}
		acm_settle(engine);
	}
	pfree(several);
	acm_groups_free(groups);
}
