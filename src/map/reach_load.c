/*
 * reach_load.c
 *		What the reach of a change is looked for in: the keys of all stored
 *		accounts of two lists, their matches and corrections, and what changed.
 */
#include "compat.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "map/reach.h"
#include "normalize/company.h"
#include "normalize/domain.h"
#include "overlap/near_keys.h"
#include "overlap/near_letters.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"

/* With more aliases all is matched: they are compared with each other */
#define ALIASES_MAX 2000

/* The hash of an account_id */
static uint64
hash_of_id(const char *id)
{
	return acm_host_hash(id, strlen(id));
}

/* The member of an account_id, or ACM_NO_ENTRY */
static uint32
find_member(const acm_reached *r, int side, const char *id)
{
	acm_key_entry *e = id ? acm_key_set_find(&r->ids[side], hash_of_id(id)) : NULL;

	return e && strcmp(r->members[e->first].id, id) == 0 ? e->first : ACM_NO_ENTRY;
}

/* The class of a host or match domain; 0 if it has none */
static uint64
class_of(const acm_reached *r, uint64 host)
{
	for (int i = 0; i < r->nclasses; i++)
	{
		if (r->classes[i].host == host)
			return r->classes[i].class;
	}
	return 0;
}

/* The near keys of a member: of its names, then what it offers as a label or asks for */
static void
put_near_keys(acm_reached *r, acm_member *m)
{
	acm_stored_keys keys;
	const char *at;

	acm_stored_keys_read(m->keys, &keys);
	m->near = r->nnear;
	m->letters = 0;
	at = keys.names;
	for (int i = 0; i < keys.header.nnames; i++)
	{
		uint16		len;

		if (r->nnear + ACM_NEAR_KEYS_MAX > r->maxnear)
		{
			r->maxnear = Max(1024, r->maxnear * 2);
			r->near = acm_grow_keys(r->near, r->maxnear, sizeof(uint64));
		}
		memcpy(&len, at, sizeof(len));
		at += sizeof(len);
		r->nnear += acm_near_keys(at, len, &r->near[r->nnear]);
		if (keys.header.nnames == 1)
			m->letters = acm_letters_of(at, len);
		at += len;
	}
	m->nlabels = r->nnear - m->near;

	/* without a domain it offers its names as labels */
	if (r->nnear + keys.header.nnames > r->maxnear)
	{
		r->maxnear = (r->nnear + keys.header.nnames) * 2;
		r->near = acm_grow_keys(r->near, r->maxnear, sizeof(uint64));
	}
	at = keys.names;
	for (int i = 0; i < keys.header.nnames && keys.header.bare; i++)
	{
		char		joined[ACM_NAME_BUF];
		uint16		len;
		int			n = 0;

		memcpy(&len, at, sizeof(len));
		at += sizeof(len);
		for (int j = 0; j < len; j++)
		{
			if (at[j] != ' ')
				joined[n++] = at[j];
		}
		r->near[r->nnear++] = acm_near_key(ACM_NEAR_LABEL, joined, n);
		at += len;
	}
	if (r->nnear + keys.header.nlabels + 1 > r->maxnear)
	{
		r->maxnear = (r->nnear + keys.header.nlabels + 1) * 2;
		r->near = acm_grow_keys(r->near, r->maxnear, sizeof(uint64));
	}
	for (int i = 0; i < keys.header.nlabels; i++)
		r->near[r->nnear++] = acm_account_key(keys.labels, i);
	/* by an alias a domain can have another's label */
	for (int i = 0; i < keys.header.nsites && r->nclasses > 0; i++)
	{
		uint64		class = class_of(r, acm_account_key(keys.sites, i));

		for (int j = 0; class != 0 && j < r->nclasses; j++)
		{
			if (r->classes[j].class != class)
				continue;
			if (r->nnear == r->maxnear)
			{
				r->maxnear *= 2;
				r->near = acm_grow_keys(r->near, r->maxnear, sizeof(uint64));
			}
			r->near[r->nnear++] = r->classes[j].label;
		}
	}
	m->nnear = r->nnear - m->near;
	m->nlabels = m->nnear - m->nlabels;
}

/* The exact keys of a member, and the classes of its domains */
static void
put_exact_keys(acm_reached *r, acm_member *m)
{
	acm_stored_keys keys;

	acm_stored_keys_read(m->keys, &keys);
	if (r->nexact + keys.header.nexact + keys.header.nsites > r->maxexact)
	{
		r->maxexact = (r->nexact + keys.header.nexact + keys.header.nsites + 512) * 2;
		r->exact_keys = acm_grow_keys(r->exact_keys, r->maxexact, sizeof(uint64));
	}
	m->exact = r->nexact;
	for (int i = 0; i < keys.header.nexact; i++)
		r->exact_keys[r->nexact++] = acm_account_key(keys.exact, i);
	for (int i = 0; i < keys.header.nsites && r->nclasses > 0; i++)
	{
		uint64		class = class_of(r, acm_account_key(keys.sites, i));

		if (class != 0)
			r->exact_keys[r->nexact++] = class;
	}
	m->nexact = r->nexact - m->exact;
}

/* Append a member; keys is a bytea */
static void
add_member(acm_reached *r, int side, const char *id, Size id_len, struct varlena *keys)
{
	acm_member *m;
	char	   *copy;

	if (r->n == r->max)
	{
		r->max = Max(1024, r->max * 2);
		r->members = acm_grow_keys(r->members, r->max, sizeof(acm_member));
	}
	m = &r->members[r->n];
	copy = palloc(VARSIZE_ANY_EXHDR(keys) + id_len + 1);
	memcpy(copy, VARDATA_ANY(keys), VARSIZE_ANY_EXHDR(keys));
	m->keys = copy;
	m->id = NULL;
	if (id)
	{
		copy += VARSIZE_ANY_EXHDR(keys);
		memcpy(copy, id, id_len);
		copy[id_len] = '\0';
		m->id = copy;
	}
	{
		acm_account_header header;

		memcpy(&header, m->keys, sizeof(header));
		m->bare = (header.bare != 0);
	}
	m->side = side;
	m->level = ACM_LEVEL_NONE;
	m->matched = false;
	m->nnear = 0;
	if (id)
	{
		bool		added;

		acm_key_set_add(&r->ids[side], hash_of_id(m->id), &added)->first = r->n;
	}
	put_exact_keys(r, m);
	if (r->near_rule)
		put_near_keys(r, m);
	r->n++;
}

/* Run a query whose rows are few; they are in SPI_tuptable */
static void
query(const char *sql)
{
	int			rc = SPI_execute(sql, false, 0);

	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

/* A column of row i as text; NULL if null */
static char *
value_of(uint64 i, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column);
}

/* What receives stored accounts */
typedef struct loader
{
	DestReceiver pub;			/* must be first */
	acm_reached *r;
	MemoryContext per_row;
} loader;

/* A stored account: account_id and keys */
static bool
receive_account(TupleTableSlot *slot, DestReceiver *self)
{
	loader	   *l = (loader *) self;
	MemoryContext old;
	struct varlena *id;
	struct varlena *keys;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(l->per_row);
	id = PG_DETOAST_DATUM_PACKED(slot->tts_values[0]);
	keys = PG_DETOAST_DATUM_PACKED(slot->tts_values[1]);
	MemoryContextSwitchTo(l->r->context);
	add_member(l->r, l->r->side, VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id), keys);
	MemoryContextSwitchTo(old);
	MemoryContextReset(l->per_row);
	return true;
}

/* Nothing to do at the start and the end */
static void
loader_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
loader_end(DestReceiver *self)
{
}

/* Load the stored accounts of a list */
static void
load_list(acm_reached *r, int side, int list_id)
{
	SPIExecuteOptions options;
	loader		l;
	int			rc;

	memset(&l, 0, sizeof(l));
	l.pub.receiveSlot = receive_account;
	l.pub.rStartup = loader_startup;
	l.pub.rShutdown = loader_end;
	l.pub.rDestroy = loader_end;
	l.pub.mydest = DestNone;
	l.r = r;
	l.per_row = AllocSetContextCreate(r->context, "accountmatch reach row", ALLOCSET_SMALL_SIZES);
	r->side = side;
	query(psprintf("SELECT accounts FROM _accountmatch.list WHERE list_id = %d", list_id));
	acm_key_set_init(&r->ids[side], SPI_processed > 0 ? strtoul(value_of(0, 1), NULL, 10) : 0);
	memset(&options, 0, sizeof(options));
	options.must_return_tuples = true;
	options.dest = &l.pub;
	rc = SPI_execute_extended(psprintf("SELECT account_id, keys FROM _accountmatch.account WHERE list_id = %d", list_id),
							  &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(rc));
	MemoryContextDelete(l.per_row);
}

/* The match host of what a user wrote as a domain; NULL if it is none */
static char *
match_host(const char *text)
{
	acm_domain	d;

	if (text == NULL)
		return NULL;
	acm_domain_parse(text, strlen(text), &d);
	return d.kind == ACM_DOMAIN_COMPANY ? pnstrdup(d.host + d.match_off, d.host_len - d.match_off) : NULL;
}

/* Note one of the two domains of an alias */
static void
put_class(acm_reached *r, const char *text)
{
	char	   *host = match_host(text);
	char		label[ACM_HANDLE_MAX + 1];
	acm_alias_class *c = &r->classes[r->nclasses++];

	memset(c, 0, sizeof(*c));
	if (host == NULL)
		return;
	c->host = acm_host_hash(host, strlen(host));
	c->class = c->host;
	c->label = acm_near_key(ACM_NEAR_LABEL, label, acm_host_label(host, strlen(host), label));
}

/* Load aliases and families that are or were in force; false if they are too many */
static bool
load_aliases(acm_reached *r, const char *ids)
{
	bool		moved = true;

	query(psprintf("SELECT domain, canonical FROM _accountmatch.alias WHERE correction_id = ANY (%s::pg_catalog.int8[])",
				   quote_literal_cstr(ids)));
	if (SPI_processed > ALIASES_MAX)
		return false;
	r->classes = palloc((SPI_processed * 2 + 1) * sizeof(acm_alias_class));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		put_class(r, value_of(i, 1));
		put_class(r, value_of(i, 2));
	}
	/* all that are connected get the smallest hash among them */
	while (moved)
	{
		moved = false;
		for (int i = 0; i < r->nclasses; i++)
		{
			for (int j = 0; j < r->nclasses; j++)
			{
				acm_alias_class *a = &r->classes[i];
				acm_alias_class *b = &r->classes[j];

				CHECK_FOR_INTERRUPTS();
				if ((a->host == b->host || i / 2 == j / 2) && a->class > b->class)
				{
					a->class = b->class;
					moved = true;
				}
			}
		}
	}
	return true;
}

/* Note two members that are linked. If one is gone, that may be news for the other */
static void
put_link(acm_reached *r, uint32 ours, uint32 theirs)
{
	if (ours == ACM_NO_ENTRY || theirs == ACM_NO_ENTRY)
	{
		if (ours != ACM_NO_ENTRY || theirs != ACM_NO_ENTRY)
			acm_reach_member(r, ours != ACM_NO_ENTRY ? ours : theirs, ACM_LEVEL_CHANGED);
		return;
	}
	if (r->nlinks == r->maxlinks)
	{
		r->maxlinks = Max(1024, r->maxlinks * 2);
		r->links = acm_grow_keys(r->links, r->maxlinks, sizeof(acm_tie));
	}
	r->links[r->nlinks].member[ACM_REACH_OURS] = ours;
	r->links[r->nlinks++].member[ACM_REACH_THEIRS] = theirs;
}

/* A stored match: our_id, their_id, whether an earlier rule than near decided */
static bool
receive_match(TupleTableSlot *slot, DestReceiver *self)
{
	loader	   *l = (loader *) self;
	MemoryContext old;
	uint32		m[2];

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(l->per_row);
	for (int side = 0; side < 2; side++)
	{
		text	   *id = DatumGetTextPP(slot->tts_values[side]);
		acm_key_entry *e = acm_key_set_find(&l->r->ids[side], acm_host_hash(VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id)));

		/* by its hash alone: a wrong one, should there ever be one, is an account too many */
		m[side] = e ? e->first : ACM_NO_ENTRY;
	}
	MemoryContextSwitchTo(l->r->context);
	put_link(l->r, m[ACM_REACH_OURS], m[ACM_REACH_THEIRS]);
	for (int side = 0; side < 2; side++)
	{
		if (m[side] != ACM_NO_ENTRY)
			l->r->members[m[side]].matched |= DatumGetBool(slot->tts_values[2]);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(l->per_row);
	return true;
}

/* Corrections of accounts: what came or went changes its accounts; what is in force links them */
static void
load_overrides(acm_reached *r, const char *ids, const char *changed)
{
	query(psprintf("SELECT action, our_id, their_id, domain, correction_id = ANY (%s::pg_catalog.int8[]) "
				   "FROM _accountmatch.override WHERE correction_id = ANY (%s::pg_catalog.int8[])",
				   quote_literal_cstr(changed), quote_literal_cstr(ids)));
	r->suppressed = palloc((SPI_processed + 1) * sizeof(uint64));
	r->suppression_changed = palloc((SPI_processed + 1) * sizeof(bool));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		uint32		m[2] = {find_member(r, ACM_REACH_OURS, value_of(i, 2)), find_member(r, ACM_REACH_THEIRS, value_of(i, 3))};
		char	   *host = match_host(value_of(i, 4));
		bool		is_changed = strcmp(value_of(i, 5), "t") == 0;

		if (strcmp(value_of(i, 1), "pin") == 0)
			put_link(r, m[ACM_REACH_OURS], m[ACM_REACH_THEIRS]);
		for (int side = 0; side < 2; side++)
		{
			if (m[side] == ACM_NO_ENTRY)
				continue;
			if (is_changed)
				acm_reach_member(r, m[side], ACM_LEVEL_CHANGED);
			/* who is left out counts for nothing, but an account too many is no harm */
			r->members[m[side]].matched = true;
		}
		if (host)
		{
			r->suppression_changed[r->nsuppressed] = is_changed;
			r->suppressed[r->nsuppressed++] = acm_host_hash(host, strlen(host));
		}
	}
}

/* Accounts that were added, changed or removed since a version, and what they were */
static void
load_changes(acm_reached *r, int side, int list_id, int64 version)
{
	query(psprintf("SELECT account_id, old_keys FROM _accountmatch.account_change WHERE list_id = %d AND version > " INT64_FORMAT,
				   list_id, version));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		uint32		m = find_member(r, side, value_of(i, 1));
		bool		isnull;
		Datum		old = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (m != ACM_NO_ENTRY)
			acm_reach_member(r, m, ACM_LEVEL_CHANGED);
		if (!isnull)
			add_member(r, side, NULL, 0, PG_DETOAST_DATUM_PACKED(old));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Whether a member has a domain of a class, or one whose suppression came or went; a suppressed one counts for nothing */
static bool
has_corrected_domain(const acm_reached *r, acm_member *m, const uint64 *changed_classes, int nchanged)
{
	acm_stored_keys stored;
	const acm_stored_keys *keys = &stored;

	acm_stored_keys_read(m->keys, &stored);
	for (int i = 0; i < keys->header.nsites; i++)
	{
		uint64		site = acm_account_key(keys->sites, i);
		uint64		class = r->nclasses > 0 ? class_of(r, site) : 0;

		for (int j = 0; j < r->nsuppressed; j++)
		{
			if (r->suppressed[j] != site)
				continue;
			m->matched = true;
			if (r->suppression_changed[j])
				return true;
		}
		for (int j = 0; class != 0 && j < nchanged; j++)
		{
			if (changed_classes[j] == class)
				return true;
		}
	}
	return false;
}

/* All accounts with domains whose corrections came or went have changed */
static void
reach_corrected_domains(acm_reached *r, const char *changed)
{
	uint64	   *classes;
	int			nclasses = 0;

	query(psprintf("SELECT domain FROM _accountmatch.alias WHERE correction_id = ANY (%s::pg_catalog.int8[])",
				   quote_literal_cstr(changed)));
	classes = palloc((SPI_processed + 1) * sizeof(uint64));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *host = match_host(value_of(i, 1));

		if (host)
			classes[nclasses++] = class_of(r, acm_host_hash(host, strlen(host)));
	}
	if (nclasses == 0 && r->nsuppressed == 0)
		return;
	for (uint32 m = 0; m < r->nstored; m++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_corrected_domain(r, &r->members[m], classes, nclasses))
			acm_reach_member(r, m, ACM_LEVEL_CHANGED);
	}
}

/* Load all that is needed, and reach what changed; see the header */
bool
acm_reach_load(acm_reached *r, const int lists[2], int map_id, const int64 versions[2],
			   const char *corrections, const char *changed, double share)
{
	SPIExecuteOptions options;
	loader		l;

	if (!load_aliases(r, corrections))
		return false;
	for (int side = 0; side < 2; side++)
		load_list(r, side, lists[side]);
	r->nstored = r->n;
	r->limit = Min(r->nstored * share, r->nstored);
	r->reached = palloc_extended(((Size) r->nstored + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	memset(&l, 0, sizeof(l));
	l.pub.receiveSlot = receive_match;
	l.pub.rStartup = loader_startup;
	l.pub.rShutdown = loader_end;
	l.pub.rDestroy = loader_end;
	l.pub.mydest = DestNone;
	l.r = r;
	l.per_row = AllocSetContextCreate(r->context, "accountmatch reach row", ALLOCSET_SMALL_SIZES);
	memset(&options, 0, sizeof(options));
	options.must_return_tuples = true;
	options.dest = &l.pub;
	SPI_execute_extended(psprintf("SELECT our_id, their_id, rule NOT IN ('near', 'similar', 'family') "
								  "FROM _accountmatch.match WHERE map_id = %d", map_id), &options);
	load_overrides(r, corrections, changed);
	for (int side = 0; side < 2; side++)
		load_changes(r, side, lists[side], versions[side]);
	reach_corrected_domains(r, changed);
	return true;
}
