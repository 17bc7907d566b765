/*
 * sites.c
 *		What the domains of rows say of each other.
 */
#include "compat.h"

#include "miscadmin.h"

#include "overlap/array.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/union_find.h"

/* A row's domains: see the header */
void
acm_row_sites(const acm_list *list, uint32 row, uint32 *first, uint32 *end)
{
	const acm_link *links = list->links[ACM_KIND_DOMAIN];

	*first = ACM_LINKS_OF(list, row, ACM_KIND_DOMAIN);
	*end = ACM_LINKS_END(list, row, ACM_KIND_DOMAIN);
	/* links stand in the order of their tags */
	while (*end > *first && links[*end - 1].tag != links[*first].tag)
		(*end)--;
	if (*end > *first && links[*first].tag == ACM_HOSTED)
		*end = *first;
}

/* Whether two rows can be one company by their domains; see the header */
acm_sites
acm_compare_sites(const acm_engine *engine, int side_a, uint32 row_a, int side_b, uint32 row_b)
{
	const acm_list *a = &engine->list[side_a];
	const acm_list *b = &engine->list[side_b];
	uint32		first_a;
	uint32		end_a;
	uint32		first_b;
	uint32		end_b;

	if (!acm_has_site(a, row_a) || !acm_has_site(b, row_b))
		return ACM_SITES_UNKNOWN;
	acm_row_sites(a, row_a, &first_a, &end_a);
	acm_row_sites(b, row_b, &first_b, &end_b);
	for (uint32 i = first_a; i < end_a; i++)
	{
		for (uint32 j = first_b; j < end_b; j++)
		{
			if (acm_site_of(&a->links[ACM_KIND_DOMAIN][i]) == acm_site_of(&b->links[ACM_KIND_DOMAIN][j]))
				return ACM_SITES_SHARED;
		}
	}
	return ACM_SITES_DIFFER;
}

/* A row of a group, by its place there, under one of its match domains */
typedef struct placed_site
{
	uint32		site;
	uint32		place;
} placed_site;

/* For qsort */
static int
compare_placed(const void *a, const void *b)
{
	const placed_site *x = a;
	const placed_site *y = b;

	CHECK_FOR_INTERRUPTS();
	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* The match domains of all rows of a group to out, if not NULL; returns how many */
static Size
collect_sites(const acm_engine *engine, const acm_group_side in[2], placed_site *out)
{
	Size		n = 0;
	uint32		place = 0;

	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		for (uint32 i = 0; i < in[side].n; i++, place++)
		{
			uint32		first;
			uint32		end;

			CHECK_FOR_INTERRUPTS();
			acm_row_sites(list, list->links[ACM_KIND_NAME][in[side].links[i]].row, &first, &end);
			for (uint32 link = first; link < end; link++, n++)
			{
				if (out)
				{
					out[n].site = acm_site_of(&list->links[ACM_KIND_DOMAIN][link]);
					out[n].place = place;
				}
			}
		}
	}
	return n;
}

/* Which rows of a group belong together by their domains; see the header */
uint32
acm_site_parts(const acm_engine *engine, const acm_group_side in[2], uint32 **part)
{
	Size		nrows = (Size) in[0].n + in[1].n;
	Size		n = collect_sites(engine, in, NULL);
	placed_site *sites = acm_make_array(n, sizeof(placed_site), 0);
	uint32	   *parent = acm_make_array(nrows, sizeof(uint32), 0);
	uint32		parts = 0;

	collect_sites(engine, in, sites);
	qsort(sites, n, sizeof(placed_site), compare_placed);
	memset(parent, 0xff, nrows * sizeof(uint32));
	for (Size i = 0; i < n; i++)
	{
		if (parent[sites[i].place] == ACM_NO_ROW)
			parent[sites[i].place] = sites[i].place;
		if (i > 0 && sites[i].site == sites[i - 1].site)
			parent[acm_find_root(parent, sites[i].place)] = acm_find_root(parent, sites[i - 1].place);
	}
	for (Size i = 0; i < nrows; i++)
	{
		if (parent[i] == ACM_NO_ROW)
			continue;
		parts += (parent[i] == i);
		parent[i] = acm_find_root(parent, i);
	}
	pfree(sites);
	if (part)
		*part = parent;
	else
		pfree(parent);
	return parts;
}

/* Call pair for the pairs with a match domain in common; see the header */
void
acm_each_pair_by_site(acm_engine *engine, const acm_group_side in[2], acm_pair_function pair, void *arg)
{
	Size		n = collect_sites(engine, in, NULL);
	placed_site *sites = acm_make_array(n, sizeof(placed_site), 0);
	uint32	   *links = acm_make_array(n, sizeof(uint32), 0);
	Size		next;

	collect_sites(engine, in, sites);
	qsort(sites, n, sizeof(placed_site), compare_placed);
	for (Size i = 0; i < n; i = next)
	{
		acm_group_side with_site[2] = {{NULL, 0}, {NULL, 0}};
		Size		at = i;

		CHECK_FOR_INTERRUPTS();
		for (next = i; next < n && sites[next].site == sites[i].site; next++)
		{
			uint32		place = sites[next].place;
			int			side = place < in[0].n ? ACM_OURS : ACM_THEIRS;

			/* two hosts of one row may stand below one domain */
			if (next > i && place == sites[next - 1].place)
				continue;
			/* places of ours come first */
			if (with_site[side].n++ == 0)
				with_site[side].links = links + at;
			links[at++] = in[side].links[side == ACM_OURS ? place : place - in[0].n];
		}
		if (with_site[ACM_OURS].n > 0 && with_site[ACM_THEIRS].n > 0)
			acm_each_pair(engine, ACM_KIND_NAME, with_site, pair, arg);
	}
	pfree(links);
	pfree(sites);
}

/* What a row is called on a social network or by a host; see the header */
int
acm_row_handle(const acm_list *list, uint32 row, const acm_record *record, char *out)
{
	uint32		first = ACM_LINKS_OF(list, row, ACM_KIND_DOMAIN);
	Datum		value;
	acm_domain	d;
	const char *url;
	int			start;
	int			end;
	int			len = 0;

	if (first < ACM_LINKS_END(list, row, ACM_KIND_DOMAIN) &&
		list->links[ACM_KIND_DOMAIN][first].tag == ACM_HOSTED)
	{
		acm_key		key;

		acm_record_key(list, record, ACM_KIND_DOMAIN, first, &key);
		return acm_host_label(key.bytes, key.len, out);
	}
	if (list->rows[row].domain_kind != ACM_DOMAIN_SHARED ||
		!acm_record_field(record, ACM_FIELD_WEBSITE, &value))
		return 0;
	/* it may be another value that is the social page; that one is not kept */
	url = VARDATA_ANY(DatumGetPointer(value));
	acm_domain_parse(url, VARSIZE_ANY_EXHDR(DatumGetPointer(value)), &d);
	if (d.kind != ACM_DOMAIN_SHARED)
		return 0;
	end = 0;
	while (end < (int) VARSIZE_ANY_EXHDR(DatumGetPointer(value)) && url[end] != '?' && url[end] != '#')
		end++;
	while (end > 0 && (url[end - 1] == '/' || url[end - 1] == ' '))
		end--;
	for (start = end; start > 0 && url[start - 1] != '/'; start--)
		;
	/* without a path there is no handle, only the host */
	if (start < 2 || url[start - 2] == '/')
		return 0;
	for (int i = start; i < end && len < ACM_HANDLE_MAX; i++)
	{
		char		c = url[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[len++] = c;
	}
	return len;
}

/* Whether the label of one of a row's own domains is this handle */
bool
acm_label_is(const acm_list *list, uint32 row, const acm_record *record, const char *handle, int len)
{
	uint32		first;
	uint32		end;

	acm_row_sites(list, row, &first, &end);
	for (uint32 i = first; i < end; i++)
	{
		acm_key		key;
		char		label[ACM_HANDLE_MAX + 1];

		acm_record_key(list, record, ACM_KIND_DOMAIN, i, &key);
		if (acm_host_label(key.bytes, key.len, label) == len && memcmp(label, handle, len) == 0)
			return true;
	}
	return false;
}

/* Whether the label of one of a row's own domains looks like a match name */
bool
acm_label_resembles(const acm_list *list, uint32 row, const acm_record *record, const char *name, int len)
{
	uint32		first;
	uint32		end;

	acm_row_sites(list, row, &first, &end);
	for (uint32 i = first; i < end; i++)
	{
		acm_key		key;

		acm_record_key(list, record, ACM_KIND_DOMAIN, i, &key);
		if (acm_host_resembles(key.bytes, key.len, name, len))
			return true;
	}
	return false;
}
