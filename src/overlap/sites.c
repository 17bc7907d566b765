/*
 * sites.c
 *		What the domains of rows say of each other.
 */
#include "compat.h"

#include "overlap/resemble.h"
#include "overlap/sites.h"

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

/* The number of a link's match domain */
static inline uint32
site_of(const acm_link *link)
{
	return link->parent == ACM_NO_KEY ? link->key : link->parent;
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

	acm_row_sites(a, row_a, &first_a, &end_a);
	acm_row_sites(b, row_b, &first_b, &end_b);
	if (first_a == end_a || first_b == end_b)
		return ACM_SITES_UNKNOWN;
	for (uint32 i = first_a; i < end_a; i++)
	{
		for (uint32 j = first_b; j < end_b; j++)
		{
			if (site_of(&a->links[ACM_KIND_DOMAIN][i]) == site_of(&b->links[ACM_KIND_DOMAIN][j]))
				return ACM_SITES_SHARED;
		}
	}
	return ACM_SITES_DIFFER;
}

/* Whether a row has a domain of its own */
bool
acm_has_site(const acm_list *list, uint32 row)
{
	uint32		first;
	uint32		end;

	acm_row_sites(list, row, &first, &end);
	return first < end;
}

/* What a row is called on a social network or by a host; see the header */
int
acm_row_handle(const acm_list *list, uint32 row, const acm_record *record, char *out)
{
	uint32		first = ACM_LINKS_OF(list, row, ACM_KIND_DOMAIN);
	Datum		value;
	const char *url;
	int			start;
	int			end;
	int			len = 0;

	if (first < ACM_LINKS_END(list, row, ACM_KIND_DOMAIN) &&
		list->links[ACM_KIND_DOMAIN][first].tag == ACM_HOSTED)
	{
		acm_key		key = acm_record_key(list, record, ACM_KIND_DOMAIN, first);

		return acm_host_label(key.bytes, key.len, out);
	}
	if (list->rows[row].domain_kind != ACM_DOMAIN_SHARED ||
		!acm_record_field(record, ACM_FIELD_WEBSITE, &value))
		return 0;
	url = VARDATA_ANY(DatumGetPointer(value));
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
		acm_key		key = acm_record_key(list, record, ACM_KIND_DOMAIN, i);
		char		label[ACM_HANDLE_MAX + 1];

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
		acm_key		key = acm_record_key(list, record, ACM_KIND_DOMAIN, i);

		if (acm_host_resembles(key.bytes, key.len, name, len))
			return true;
	}
	return false;
}
