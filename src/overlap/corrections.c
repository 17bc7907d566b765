/*
 * corrections.c
 *		What the user knows better: pairs pinned or blocked, accounts and
 *		domains suppressed, domains that stand for others.
 */
#include "compat.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "normalize/domain.h"
#include "overlap/corrections.h"

/* A domain, and another one that it leads to */
typedef struct domain_pair
{
	char	   *domain;
	char	   *to;
} domain_pair;

/* Pairs by domain; sorted, and one for each domain, once all are in */
typedef struct domain_map
{
	domain_pair *pairs;
	int			n;
	int			max;
} domain_map;

struct acm_corrections
{
	MemoryContext context;		/* of all of it */
	bool		blinded;		/* domains can be found by their blinded forms */
	acm_override *overrides;	/* that name accounts */
	int			noverrides;
	int		   *by_id[2];		/* those with an id of the side, by id */
	int			nby_id[2];
	acm_override *pairs;		/* pinned or blocked, by rows */
	int			npairs;
	domain_map	suppressed;		/* to themselves */
	domain_map	names;			/* to what they are other names of */
	domain_map	families;		/* to the parent's domain, which leads to itself */
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

/* For qsort and bsearch: pairs by domain */
static int
compare_domains(const void *a, const void *b)
{
	return strcmp(((const domain_pair *) a)->domain, ((const domain_pair *) b)->domain);
}

/* The query that reads a relation of corrections; columns are its target list */
static char *
relation_query(Oid relid, const char *columns, const char *what)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("%s: relation with OID %u does not exist", what, relid)));
	return psprintf("SELECT %s FROM %s", columns,
					quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name));
}

/* Read corrections. The result is in SPI_tuptable */
static void
read_rows(const char *query)
{
	int			rc = SPI_execute(query, true, 0);

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

/* Add a pair */
static void
add_pair(domain_map *map, char *domain, char *to, MemoryContext context)
{
	if (map->n == map->max)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		map->max = Max(64, map->max * 2);
		map->pairs = map->pairs ? repalloc(map->pairs, map->max * sizeof(domain_pair)) :
			palloc(map->max * sizeof(domain_pair));
		MemoryContextSwitchTo(old);
	}
	map->pairs[map->n].domain = domain;
	map->pairs[map->n++].to = to;
}

/* The place of a domain; NULL if the map has none */
static domain_pair *
find_pair(const domain_map *map, const char *domain, int len)
{
	char		name[ACM_HOST_BUF];
	domain_pair key = {name, NULL};

	if (map->n == 0 || len >= ACM_HOST_BUF)
		return NULL;
	memcpy(name, domain, len);
	name[len] = '\0';
	return bsearch(&key, map->pairs, map->n, sizeof(domain_pair), compare_domains);
}

/* Sort the pairs and keep one for each domain; leading to two others is an error */
static void
sort_pairs(domain_map *map, const char *complaint)
{
	int			n = 0;

	qsort(map->pairs, map->n, sizeof(domain_pair), compare_domains);
	for (int i = 0; i < map->n; i++)
	{
		const domain_pair *pair = &map->pairs[i];
		const domain_pair *last = n > 0 ? &map->pairs[n - 1] : NULL;

		if (last == NULL || strcmp(last->domain, pair->domain) != 0)
			map->pairs[n++] = *pair;
		else if (strcmp(last->to, pair->to) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("aliases: \"%s\" %s, \"%s\" and \"%s\"", pair->domain, complaint,
							last->to, pair->to)));
	}
	map->n = n;
}

/* Where a domain leads to at last; of a circle, to what sorts first in it */
static char *
end_of_chain(const domain_map *map, char *domain)
{
	const domain_pair *pair;
	char	   *least;

	for (int i = 0; i <= map->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pair = find_pair(map, domain, strlen(domain));
		if (pair == NULL || strcmp(pair->to, domain) == 0)
			return domain;
		domain = pair->to;
	}
	/* more steps than pairs: it goes round, and here it is in the circle */
	least = domain;
	for (pair = find_pair(map, domain, strlen(domain)); strcmp(pair->to, domain) != 0;
		 pair = find_pair(map, pair->to, strlen(pair->to)))
	{
		if (strcmp(pair->to, least) < 0)
			least = pair->to;
	}
	return least;
}

/* Let every domain lead to the end of its chain */
static void
follow_chains(domain_map *map)
{
	for (int i = 0; i < map->n; i++)
		map->pairs[i].to = end_of_chain(map, map->pairs[i].to);
}

/* What a domain of the user's is called after all aliases */
static char *
canonical_name(const acm_corrections *c, char *domain)
{
	const char *site;
	acm_domain	d;
	const domain_pair *pair = find_pair(&c->names, domain, strlen(domain));

	if (pair == NULL)
	{
		acm_domain_parse(domain, strlen(domain), &d);
		site = d.host + d.reg_off;
		pair = find_pair(&c->names, site, d.host_len - d.reg_off);
	}
	return pair ? pair->to : domain;
}

/*
 * Bring the aliases to their ends. Families are between canonical names, and
 * all of a family lead to its top, however many parents are between.
 */
static void
finish_aliases(acm_corrections *c, MemoryContext context)
{
	int			n = 0;

	sort_pairs(&c->names, "stands for two domains");
	follow_chains(&c->names);
	for (int i = 0; i < c->families.n; i++)
	{
		domain_pair pair = c->families.pairs[i];

		pair.domain = canonical_name(c, pair.domain);
		pair.to = canonical_name(c, pair.to);
		if (strcmp(pair.domain, pair.to) != 0)
			c->families.pairs[n++] = pair;
	}
	c->families.n = n;
	sort_pairs(&c->families, "has two parents");
	follow_chains(&c->families);
	n = c->families.n;
	for (int i = 0; i < n; i++)
		add_pair(&c->families, c->families.pairs[i].to, c->families.pairs[i].to, context);
	sort_pairs(&c->families, "has two parents");
}

/* The query that reads the overrides relation */
static char *
overrides_query(Oid relid)
{
	static const char *const columns[] = {"action", "our_id", "their_id", "domain"};

	for (int i = 0; i < (int) lengthof(columns); i++)
		has_column(relid, columns[i], "overrides", false);
	return relation_query(relid, "action::pg_catalog.text, our_id::pg_catalog.text, "
						  "their_id::pg_catalog.text, domain::pg_catalog.text", "overrides");
}

/* Read overrides: action, our_id, their_id, domain */
static void
read_overrides(acm_corrections *c, const char *query, MemoryContext context)
{
	read_rows(query);
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
		{
			domain = read_domain(domain, "overrides", context);
			add_pair(&c->suppressed, domain, domain, context);
		}
	}
	SPI_freetuptable(SPI_tuptable);
	sort_pairs(&c->suppressed, "");

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

/* The query that reads the aliases relation */
static char *
aliases_query(Oid relid)
{
	bool		has_kind;

	has_column(relid, "domain", "aliases", false);
	has_column(relid, "canonical", "aliases", false);
	has_kind = has_column(relid, "kind", "aliases", true);
	return relation_query(relid, has_kind ?
						  "domain::pg_catalog.text, canonical::pg_catalog.text, kind::pg_catalog.text" :
						  "domain::pg_catalog.text, canonical::pg_catalog.text, NULL::pg_catalog.text", "aliases");
}

/* Read aliases: domain, canonical, kind */
static void
read_aliases(acm_corrections *c, const char *query, MemoryContext context)
{
	read_rows(query);
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
			add_pair(&c->names, domain, canonical, context);
		else if (strcmp(kind, "family") == 0)
			add_pair(&c->families, domain, canonical, context);
		else
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("aliases: unknown kind \"%s\"", kind),
					 errhint("Use same or family.")));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Read the relations; see the header */
acm_corrections *
acm_corrections_read(Oid overrides, Oid aliases)
{
	return acm_corrections_query(OidIsValid(overrides) ? overrides_query(overrides) : NULL,
								 OidIsValid(aliases) ? aliases_query(aliases) : NULL);
}

/* Read what queries give; see the header */
acm_corrections *
acm_corrections_query(const char *overrides, const char *aliases)
{
	MemoryContext context = CurrentMemoryContext;
	acm_corrections *c;

	if (overrides == NULL && aliases == NULL)
		return NULL;
	c = palloc0(sizeof(acm_corrections));
	c->context = context;
	if (overrides)
		read_overrides(c, overrides, context);
	if (aliases)
		read_aliases(c, aliases, context);
	finish_aliases(c, context);
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

/* Where a map leads from a domain; NULL if nowhere */
static const char *
look_up(const domain_map *map, const char *domain, int len)
{
	const domain_pair *pair = find_pair(map, domain, len);

	return pair ? pair->to : NULL;
}

/* Whether a domain is suppressed */
bool
acm_domain_suppressed(const acm_corrections *c, const char *domain, int len)
{
	return c && look_up(&c->suppressed, domain, len) != NULL;
}

/* The domain that this one is another name of */
const char *
acm_domain_canonical(const acm_corrections *c, const char *domain, int len)
{
	return c ? look_up(&c->names, domain, len) : NULL;
}

/* The top parent's domain */
const char *
acm_domain_family(const acm_corrections *c, const char *domain, int len)
{
	return c ? look_up(&c->families, domain, len) : NULL;
}

/* Whether there are domains */
bool
acm_corrections_domains(const acm_corrections *c)
{
	return c->suppressed.n + c->names.n + c->families.n > 0;
}

/* Let all domains also be found by their blinded forms; see the header */
void
acm_corrections_blind(acm_corrections *c, void (*blind) (const char *domain, char *out, void *arg), void *arg)
{
	domain_map *maps[] = {&c->suppressed, &c->names, &c->families};

	if (c->blinded)
		return;
	for (int i = 0; i < (int) lengthof(maps); i++)
	{
		int			n = maps[i]->n;

		for (int j = 0; j < n; j++)
		{
			char		form[64];

			CHECK_FOR_INTERRUPTS();
			blind(maps[i]->pairs[j].domain, form, arg);
			add_pair(maps[i], MemoryContextStrdup(c->context, form), maps[i]->pairs[j].to, c->context);
		}
		sort_pairs(maps[i], "has two blinded forms");
	}
	c->blinded = true;
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
