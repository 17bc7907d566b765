/*
 * corrections.c
 *		What the user knows better: pairs pinned or blocked, accounts and
 *		domains suppressed, domains that stand for others.
 */
#include "compat.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "normalize/domain.h"
#include "overlap/corrections.h"

/* A domain and what is known of it */
typedef struct domain_entry
{
	char	   *domain;
	char	   *canonical;		/* it is another name of this one */
	char	   *family;			/* the parent's domain */
	bool		suppressed;
} domain_entry;

struct acm_corrections
{
	acm_override *overrides;	/* that name accounts */
	int			noverrides;
	int		   *by_id[2];		/* those with an id of the side, by id */
	int			nby_id[2];
	acm_override *pairs;		/* pinned or blocked, by rows */
	int			npairs;
	domain_entry *domains;		/* by domain; one entry each */
	int			ndomains;
	int			maxdomains;
};

/* What sorting by id needs to know; qsort takes no argument */
static const acm_override *sort_overrides;
static int	sort_side;

/* For qsort: numbers of overrides by the id of a side */
static int
compare_ids(const void *a, const void *b)
{
	return strcmp(sort_overrides[*(const int *) a].id[sort_side],
				  sort_overrides[*(const int *) b].id[sort_side]);
}

/* For qsort and bsearch: overrides by their rows */
static int
compare_pairs(const void *a, const void *b)
{
	const acm_override *x = a;
	const acm_override *y = b;

	for (int side = 0; side < 2; side++)
	{
		if (x->row[side] != y->row[side])
			return x->row[side] < y->row[side] ? -1 : 1;
	}
	return (int) x->action - (int) y->action;
}

/* For qsort and bsearch: domains by name */
static int
compare_domains(const void *a, const void *b)
{
	return strcmp(((const domain_entry *) a)->domain, ((const domain_entry *) b)->domain);
}

/* Read a relation of corrections; columns are its target list. The result is in SPI_tuptable */
static void
read_relation(Oid relid, const char *columns, const char *what)
{
	char	   *name = get_rel_name(relid);
	char	   *query;
	int			rc;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("%s: relation with OID %u does not exist", what, relid)));
	query = psprintf("SELECT %s FROM %s", columns,
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name));
	rc = SPI_execute(query, true, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

/* Complain if the relation lacks a column; whether it has it, if that is optional */
static bool
has_column(Oid relid, const char *column, const char *what, bool optional)
{
	if (get_attnum(relid, column) > 0)
		return true;
	if (!optional)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s: relation %s has no column \"%s\"", what,
						get_rel_name(relid) ? quote_identifier(get_rel_name(relid)) : "?", column),
				 strcmp(what, "aliases") == 0 ?
				 errhint("It needs domain and canonical, and may have kind ('same' or 'family').") :
				 errhint("It needs action ('pin', 'block' or 'suppress'), our_id, their_id and domain.")));
	return false;
}

/* Column n of row i of the result, in context; NULL if null or empty */
static char *
value_of(uint64 i, int n, MemoryContext context)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, n);

	return value && *value ? MemoryContextStrdup(context, value) : NULL;
}

/* The match domain of what a user wrote as a domain, or the host if it is one below; an error if it is none */
static char *
read_domain(const char *text, const char *what, MemoryContext context)
{
	acm_domain	d;
	char	   *domain;

	acm_domain_parse(text, strlen(text), &d);
	if (d.kind != ACM_DOMAIN_COMPANY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: \"%s\" is not a company's domain", what, text),
				 errhint("See accountmatch.explain_domain.")));
	domain = MemoryContextAllocZero(context, d.host_len - d.match_off + 1);
	memcpy(domain, d.host + d.match_off, d.host_len - d.match_off);
	return domain;
}

/* A new entry for a domain */
static domain_entry *
add_domain(acm_corrections *c, char *domain, MemoryContext context)
{
	domain_entry *entry;

	if (c->ndomains == c->maxdomains)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		c->maxdomains = Max(64, c->maxdomains * 2);
		c->domains = c->domains ? repalloc(c->domains, c->maxdomains * sizeof(domain_entry)) :
			palloc(c->maxdomains * sizeof(domain_entry));
		MemoryContextSwitchTo(old);
	}
	entry = &c->domains[c->ndomains++];
	memset(entry, 0, sizeof(*entry));
	entry->domain = domain;
	return entry;
}

/* Read the overrides relation */
static void
read_overrides(acm_corrections *c, Oid relid, MemoryContext context)
{
	static const char *const columns[] = {"action", "our_id", "their_id", "domain"};

	for (int i = 0; i < (int) lengthof(columns); i++)
		has_column(relid, columns[i], "overrides", false);
	read_relation(relid, "action::pg_catalog.text, our_id::pg_catalog.text, "
				  "their_id::pg_catalog.text, domain::pg_catalog.text", "overrides");

	c->overrides = MemoryContextAlloc(context, (SPI_processed + 1) * sizeof(acm_override));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *action = value_of(i, 1, context);
		char	   *domain = value_of(i, 4, context);
		acm_override *o = &c->overrides[c->noverrides];
		bool		complete;

		if (action && strcmp(action, "pin") == 0)
			o->action = ACM_ACTION_PIN;
		else if (action && strcmp(action, "block") == 0)
			o->action = ACM_ACTION_BLOCK;
		else if (action && strcmp(action, "suppress") == 0)
			o->action = ACM_ACTION_SUPPRESS;
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("overrides: unknown action \"%s\"", action ? action : ""),
					 errhint("Use pin, block or suppress.")));
		for (int side = 0; side < 2; side++)
		{
			o->id[side] = value_of(i, 2 + side, context);
			o->row[side] = ACM_NO_ROW;
		}
		complete = (o->action == ACM_ACTION_SUPPRESS) ? (o->id[0] || o->id[1] || domain) :
			(o->id[0] && o->id[1]);
		if (!complete)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("overrides: \"%s\" without the account that it is about", action),
					 errhint("pin and block need our_id and their_id; suppress one of our_id, their_id, domain.")));
		if (o->id[0] || o->id[1])
			c->noverrides++;
		if (domain && o->action == ACM_ACTION_SUPPRESS)
			add_domain(c, read_domain(domain, "overrides", context), context)->suppressed = true;
	}
	SPI_freetuptable(SPI_tuptable);

	for (int side = 0; side < 2; side++)
	{
		c->by_id[side] = MemoryContextAlloc(context, (c->noverrides + 1) * sizeof(int));
		for (int i = 0; i < c->noverrides; i++)
		{
			if (c->overrides[i].id[side])
				c->by_id[side][c->nby_id[side]++] = i;
		}
		sort_overrides = c->overrides;
		sort_side = side;
		qsort(c->by_id[side], c->nby_id[side], sizeof(int), compare_ids);
	}
}

/* Read the aliases relation */
static void
read_aliases(acm_corrections *c, Oid relid, MemoryContext context)
{
	bool		has_kind;

	has_column(relid, "domain", "aliases", false);
	has_column(relid, "canonical", "aliases", false);
	has_kind = has_column(relid, "kind", "aliases", true);
	read_relation(relid, has_kind ?
				  "domain::pg_catalog.text, canonical::pg_catalog.text, kind::pg_catalog.text" :
				  "domain::pg_catalog.text, canonical::pg_catalog.text, NULL::pg_catalog.text", "aliases");

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *domain = value_of(i, 1, context);
		char	   *canonical = value_of(i, 2, context);
		char	   *kind = value_of(i, 3, context);

		if (domain == NULL || canonical == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("aliases: domain and canonical must not be null")));
		domain = read_domain(domain, "aliases", context);
		canonical = read_domain(canonical, "aliases", context);
		if (kind == NULL || strcmp(kind, "same") == 0)
			add_domain(c, domain, context)->canonical = canonical;
		else if (strcmp(kind, "family") == 0)
		{
			add_domain(c, domain, context)->family = canonical;
			add_domain(c, canonical, context)->family = canonical;
		}
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("aliases: unknown kind \"%s\"", kind),
					 errhint("Use same or family.")));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Join the entries of one domain; two canonical names for one are an error */
static void
merge_domains(acm_corrections *c)
{
	int			n = 0;

	qsort(c->domains, c->ndomains, sizeof(domain_entry), compare_domains);
	for (int i = 0; i < c->ndomains; i++)
	{
		domain_entry *d = &c->domains[i];
		domain_entry *last = n > 0 ? &c->domains[n - 1] : NULL;

		if (last == NULL || strcmp(last->domain, d->domain) != 0)
		{
			c->domains[n++] = *d;
			continue;
		}
		if ((last->canonical && d->canonical && strcmp(last->canonical, d->canonical) != 0) ||
			(last->family && d->family && strcmp(last->family, d->family) != 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("aliases: \"%s\" stands for two domains, \"%s\" and \"%s\"", d->domain,
							last->canonical && d->canonical ? last->canonical : last->family,
							last->canonical && d->canonical ? d->canonical : d->family)));
		if (d->canonical)
			last->canonical = d->canonical;
		if (d->family)
			last->family = d->family;
		last->suppressed |= d->suppressed;
	}
	c->ndomains = n;
}

/* Read the relations; see the header */
acm_corrections *
acm_corrections_read(Oid overrides, Oid aliases)
{
	MemoryContext context = CurrentMemoryContext;
	acm_corrections *c;

	if (!OidIsValid(overrides) && !OidIsValid(aliases))
		return NULL;
	c = palloc0(sizeof(acm_corrections));
	if (OidIsValid(overrides))
		read_overrides(c, overrides, context);
	if (OidIsValid(aliases))
		read_aliases(c, aliases, context);
	merge_domains(c);
	return c;
}

/* Note that an account stands in a row; false if it is suppressed */
bool
acm_corrections_note(acm_corrections *c, int side, const char *id, int len, uint32 row)
{
	int			low = 0;
	int			high;
	bool		kept = true;

	if (c == NULL)
		return true;
	high = c->nby_id[side];
	while (low < high)
	{
		int			mid = (low + high) / 2;
		const char *other = c->overrides[c->by_id[side][mid]].id[side];
		int			cmp = strncmp(other, id, len);

		if (cmp == 0 && other[len] != '\0')
			cmp = 1;
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->nby_id[side]; low++)
	{
		acm_override *o = &c->overrides[c->by_id[side][low]];

		if (strncmp(o->id[side], id, len) != 0 || o->id[side][len] != '\0')
			break;
		o->row[side] = row;
		if (o->action == ACM_ACTION_SUPPRESS)
			kept = false;
	}
	return kept;
}

/* The entry of a domain, or NULL */
static const domain_entry *
find_domain(const acm_corrections *c, const char *domain, int len)
{
	char		name[ACM_HOST_BUF];
	domain_entry key = {name, NULL, NULL, false};

	if (c == NULL || c->ndomains == 0 || len >= ACM_HOST_BUF)
		return NULL;
	memcpy(name, domain, len);
	name[len] = '\0';
	return bsearch(&key, c->domains, c->ndomains, sizeof(domain_entry), compare_domains);
}

/* Whether a domain is suppressed */
bool
acm_domain_suppressed(const acm_corrections *c, const char *domain, int len)
{
	const domain_entry *d = find_domain(c, domain, len);

	return d && d->suppressed;
}

/* The domain that this one is another name of */
const char *
acm_domain_canonical(const acm_corrections *c, const char *domain, int len)
{
	const domain_entry *d = find_domain(c, domain, len);

	return d ? d->canonical : NULL;
}

/* The parent's domain */
const char *
acm_domain_family(const acm_corrections *c, const char *domain, int len)
{
	const domain_entry *d = find_domain(c, domain, len);

	return d ? d->family : NULL;
}

/* The overrides that pin or block rows that exist */
const acm_override *
acm_corrections_pairs(acm_corrections *c, int *n)
{
	*n = 0;
	if (c == NULL || c->noverrides == 0)
		return NULL;
	if (c->pairs == NULL)
	{
		c->pairs = palloc(c->noverrides * sizeof(acm_override));
		for (int i = 0; i < c->noverrides; i++)
		{
			const acm_override *o = &c->overrides[i];

			if (o->action != ACM_ACTION_SUPPRESS && o->row[0] != ACM_NO_ROW && o->row[1] != ACM_NO_ROW)
				c->pairs[c->npairs++] = *o;
		}
		qsort(c->pairs, c->npairs, sizeof(acm_override), compare_pairs);
	}
	*n = c->npairs;
	return c->pairs;
}

/* Whether a pair of rows is blocked */
bool
acm_pair_blocked(const acm_corrections *c, uint32 ours, uint32 theirs)
{
	acm_override key = {ACM_ACTION_BLOCK, {NULL, NULL}, {ours, theirs}};

	return c && c->npairs > 0 &&
		bsearch(&key, c->pairs, c->npairs, sizeof(acm_override), compare_pairs) != NULL;
}
