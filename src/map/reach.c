/*
 * reach.c
 *		How far a change reaches: which stored accounts the engine must see to
 *		give the same answer for what may have changed as it gives on all.
 *
 * The rules id, domain, email and name look at accounts with a key in common and
 * at what earlier rules found for them. So what a changed account can reach by
 * them are all accounts linked with it through keys, however long the chain:
 * the closure. Within it nothing depends on anything outside.
 *
 * Rule near compares names under near keys and takes the mutually best. A pair
 * depends on the candidates of both its names, not on longer chains: if level 0
 * is what changed, candidates may have changed for the names near to it (level
 * 1). Their candidates (level 2) and what these would prefer (level 3) must be
 * seen to decide on them. Each level is closed under keys, so that who is
 * unmatched is known. Near keys that too many names without a domain have propose
 * nothing: for every key under which two names of these levels meet, all
 * accounts without a domain are seen, too (level 4), so that the engine counts
 * what it counts in the whole. Where a change may bring a key over that limit or
 * back, all names that meet under it are level 1.
 *
 * What the engine then finds for pairs with an account of level 0 or 1 takes the
 * place of what was stored for them. All of this is a matter of being generous:
 * an account too many does no harm.
 */
#include "compat.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "map/account_keys.h"
#include "map/key_set.h"
#include "normalize/company.h"
#include "normalize/domain.h"
#include "overlap/near_join.h"
#include "overlap/near_keys.h"
#include "overlap/near_letters.h"
#include "overlap/resemble.h"
#include "overlap/sites.h"
#include "overlap/typo.h"

#define OURS 0
#define THEIRS 1

/* Levels; see above */
#define LEVEL_CHANGED 0
#define LEVEL_NEAR 1
#define LEVEL_LAST 3
#define LEVEL_CROWD 4
#define LEVEL_NONE 255

/* Likewise with more aliases: they are compared with each other */
#define ALIASES_MAX 2000

/* An account, or what one was before it changed */
typedef struct member
{
	const char *id;				/* NUL-terminated; NULL: as it was */
	const char *keys;			/* as stored */
	Size		exact;			/* first of its exact keys */
	uint32		nexact;
	uint32		letters;		/* of its name; 0: it has none, or several */
	Size		near;			/* first of its near keys: those of its names, then its labels */
	uint32		nnear;
	uint32		nlabels;		/* of them, the last */
	uint8		level;
	uint8		side;
	bool		bare;			/* no domain of its own */
	bool		matched;		/* by a rule before near */
} member;

/* Two accounts that are linked whatever their keys: a stored match, or a pin */
typedef struct tie
{
	uint32		member[2];
} tie;

/* A domain with an alias or family: all that are connected are one class */
typedef struct alias_class
{
	uint64		host;
	uint64		class;
	uint64		label;			/* near key of its label */
} alias_class;

typedef struct reach
{
	member	   *members;		/* ours, theirs, then those as they were */
	uint32		n;
	uint32		nstored;		/* of them are accounts */
	uint32		max;
	uint64	   *exact_keys;		/* of all members, in a row: they are gone through again and again */
	Size		nexact;
	Size		maxexact;
	uint64	   *near;
	Size		nnear;
	Size		maxnear;
	acm_key_set ids[2];			/* hash of an account_id to its member */
	tie		   *links;
	Size		nlinks;
	Size		maxlinks;
	uint64	   *suppressed;		/* hosts that are left out, or were */
	bool	   *suppression_changed;	/* of each: it came or went */
	int			nsuppressed;
	alias_class *classes;
	int			nclasses;
	uint32	   *reached;		/* members with a level, in the order in which they got it */
	uint32		nreached;
	uint32		limit;			/* more of them, and all is matched */
	acm_key_set exact;			/* keys of all that were reached */
	acm_key_set met;			/* near keys under which names met */
	bool		near_rule;
	int			side;			/* while loading */
	MemoryContext context;
} reach;

/* Grow an array that may be more than a gigabyte */
static void *
grow_array(void *array, Size n, Size size)
{
	return array ? repalloc_huge(array, n * size) : palloc_extended(n * size, MCXT_ALLOC_HUGE);
}

/* The hash of an account_id */
static uint64
hash_of_id(const char *id)
{
	return acm_host_hash(id, strlen(id));
}

/* The member of an account_id, or ACM_NO_ENTRY */
static uint32
find_member(const reach *r, int side, const char *id)
{
	acm_key_entry *e = id ? acm_key_set_find(&r->ids[side], hash_of_id(id)) : NULL;

	return e && strcmp(r->members[e->first].id, id) == 0 ? e->first : ACM_NO_ENTRY;
}

/* Reach a member, at a level */
static inline void
reach_member(reach *r, uint32 m, uint8 level)
{
	if (r->members[m].level == LEVEL_NONE)
	{
		r->members[m].level = level;
		r->reached[r->nreached++] = m;
	}
}

/* The class of a host or match domain; 0 if it has none */
static uint64
class_of(const reach *r, uint64 host)
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
put_near_keys(reach *r, member *m)
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
			r->near = grow_array(r->near, r->maxnear, sizeof(uint64));
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
		r->near = grow_array(r->near, r->maxnear, sizeof(uint64));
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
		r->near = grow_array(r->near, r->maxnear, sizeof(uint64));
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
				r->near = grow_array(r->near, r->maxnear, sizeof(uint64));
			}
			r->near[r->nnear++] = r->classes[j].label;
		}
	}
	m->nnear = r->nnear - m->near;
	m->nlabels = m->nnear - m->nlabels;
}

/* The exact keys of a member, and the classes of its domains */
static void
put_exact_keys(reach *r, member *m)
{
	acm_stored_keys keys;

	acm_stored_keys_read(m->keys, &keys);
	if (r->nexact + keys.header.nexact + keys.header.nsites > r->maxexact)
	{
		r->maxexact = (r->nexact + keys.header.nexact + keys.header.nsites + 512) * 2;
		r->exact_keys = grow_array(r->exact_keys, r->maxexact, sizeof(uint64));
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
add_member(reach *r, int side, const char *id, Size id_len, struct varlena *keys)
{
	member	   *m;
	char	   *copy;

	if (r->n == r->max)
	{
		r->max = Max(1024, r->max * 2);
		r->members = grow_array(r->members, r->max, sizeof(member));
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
	m->level = LEVEL_NONE;
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
	reach	   *r;
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
load_list(reach *r, int side, int list_id)
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
put_class(reach *r, const char *text)
{
	char	   *host = match_host(text);
	char		label[ACM_HANDLE_MAX + 1];
	alias_class *c = &r->classes[r->nclasses++];

	memset(c, 0, sizeof(*c));
	if (host == NULL)
		return;
	c->host = acm_host_hash(host, strlen(host));
	c->class = c->host;
	c->label = acm_near_key(ACM_NEAR_LABEL, label, acm_host_label(host, strlen(host), label));
}

/* Load aliases and families that are or were in force; false if they are too many */
static bool
load_aliases(reach *r, const char *ids)
{
	bool		moved = true;

	query(psprintf("SELECT domain, canonical FROM _accountmatch.alias WHERE correction_id = ANY (%s::pg_catalog.int8[])",
				   quote_literal_cstr(ids)));
	if (SPI_processed > ALIASES_MAX)
		return false;
	r->classes = palloc((SPI_processed * 2 + 1) * sizeof(alias_class));
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
				alias_class *a = &r->classes[i];
				alias_class *b = &r->classes[j];

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
put_link(reach *r, uint32 ours, uint32 theirs)
{
	if (ours == ACM_NO_ENTRY || theirs == ACM_NO_ENTRY)
	{
		if (ours != ACM_NO_ENTRY || theirs != ACM_NO_ENTRY)
			reach_member(r, ours != ACM_NO_ENTRY ? ours : theirs, LEVEL_CHANGED);
		return;
	}
	if (r->nlinks == r->maxlinks)
	{
		r->maxlinks = Max(1024, r->maxlinks * 2);
		r->links = grow_array(r->links, r->maxlinks, sizeof(tie));
	}
	r->links[r->nlinks].member[OURS] = ours;
	r->links[r->nlinks++].member[THEIRS] = theirs;
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
	put_link(l->r, m[OURS], m[THEIRS]);
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
load_overrides(reach *r, const char *ids, const char *changed)
{
	query(psprintf("SELECT action, our_id, their_id, domain, correction_id = ANY (%s::pg_catalog.int8[]) "
				   "FROM _accountmatch.override WHERE correction_id = ANY (%s::pg_catalog.int8[])",
				   quote_literal_cstr(changed), quote_literal_cstr(ids)));
	r->suppressed = palloc((SPI_processed + 1) * sizeof(uint64));
	r->suppression_changed = palloc((SPI_processed + 1) * sizeof(bool));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		uint32		m[2] = {find_member(r, OURS, value_of(i, 2)), find_member(r, THEIRS, value_of(i, 3))};
		char	   *host = match_host(value_of(i, 4));
		bool		is_changed = strcmp(value_of(i, 5), "t") == 0;

		if (strcmp(value_of(i, 1), "pin") == 0)
			put_link(r, m[OURS], m[THEIRS]);
		for (int side = 0; side < 2; side++)
		{
			if (m[side] == ACM_NO_ENTRY)
				continue;
			if (is_changed)
				reach_member(r, m[side], LEVEL_CHANGED);
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
load_changes(reach *r, int side, int list_id, int64 version)
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
			reach_member(r, m, LEVEL_CHANGED);
		if (!isnull)
			add_member(r, side, NULL, 0, PG_DETOAST_DATUM_PACKED(old));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Whether a member has a domain of a class, or one whose suppression came or went; a suppressed one counts for nothing */
static bool
has_corrected_domain(const reach *r, member *m, const uint64 *changed_classes, int nchanged)
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
reach_corrected_domains(reach *r, const char *changed)
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
			reach_member(r, m, LEVEL_CHANGED);
	}
}

/* Note the exact keys of a member as reached */
static void
take_exact_keys(reach *r, const member *m)
{
	bool		added;

	for (uint32 i = 0; i < m->nexact; i++)
		acm_key_set_add(&r->exact, r->exact_keys[m->exact + i], &added);
}

/* Whether a member has one of the exact keys that were reached */
static inline bool
has_exact_key(const reach *r, const member *m)
{
	for (uint32 i = 0; i < m->nexact; i++)
	{
		if (acm_key_set_find(&r->exact, r->exact_keys[m->exact + i]))
			return true;
	}
	return false;
}

/* Close what was reached from place `from` on under keys and links, at a level; false if it is too much */
static bool
close_level(reach *r, uint32 from, uint8 level)
{
	bool		grows = true;

	/* what accounts were when they changed reaches as far as what they are */
	for (uint32 m = r->nstored; level == LEVEL_CHANGED && m < r->n; m++)
		take_exact_keys(r, &r->members[m]);
	while (grows)
	{
		uint32		before = r->nreached;

		for (; from < r->nreached; from++)
			take_exact_keys(r, &r->members[r->reached[from]]);
		for (uint32 m = 0; m < r->nstored; m++)
		{
			CHECK_FOR_INTERRUPTS();
			if (r->members[m].level == LEVEL_NONE && has_exact_key(r, &r->members[m]))
				reach_member(r, m, level);
		}
		for (Size i = 0; i < r->nlinks; i++)
		{
			const tie  *l = &r->links[i];

			for (int side = 0; side < 2; side++)
			{
				if (r->members[l->member[side]].level <= level)
					reach_member(r, l->member[1 - side], level);
			}
		}
		if (r->nreached > r->limit)
			return false;
		grows = r->nreached > before;
	}
	return true;
}

/* Whether a name of one of two members can be a candidate for one of the other by rule near */
static bool
can_be_near(const member *a, const member *b)
{
	acm_stored_keys x;
	acm_stored_keys y;
	const char *p;

	/* at a glance, where each has one name */
	if (a->letters != 0 && b->letters != 0 && !acm_letters_agree(a->letters, b->letters))
		return false;
	acm_stored_keys_read(a->keys, &x);
	acm_stored_keys_read(b->keys, &y);
	p = x.names;
	for (int i = 0; i < x.header.nnames; i++)
	{
		uint16		plen;
		const char *q = y.names;

		memcpy(&plen, p, sizeof(plen));
		p += sizeof(plen);
		for (int j = 0; j < y.header.nnames; j++)
		{
			uint16		qlen;
			uint32		letters[2];
			int			edits;

			CHECK_FOR_INTERRUPTS();
			memcpy(&qlen, q, sizeof(qlen));
			q += sizeof(qlen);
			letters[0] = acm_letters_of(p, plen);
			letters[1] = acm_letters_of(q, qlen);
			if (acm_letters_agree(letters[0], letters[1]) &&
				((letters[0] == letters[1] && acm_same_words(p, plen, q, qlen)) ||
				 (a->side == OURS ? acm_compare_typo(p, plen, q, qlen, &edits) :
				  acm_compare_typo(q, qlen, p, plen, &edits)) == ACM_SURE_TYPO))
				return true;
			q += qlen;
		}
		p += plen;
	}
	return false;
}

/* Members under each key of a set, as chains of values */
typedef struct chains
{
	acm_key_set set;
	uint32	   *member;
	uint32	   *next;
	uint32		n;
	uint32		max;
} chains;

/* Put a member under a key */
static void
put_chain(chains *c, uint64 key, uint32 m)
{
	bool		added;
	acm_key_entry *e = acm_key_set_add(&c->set, key, &added);

	if (c->n == c->max)
	{
		c->max = Max(1024, c->max * 2);
		c->member = grow_array(c->member, c->max, sizeof(uint32));
		c->next = grow_array(c->next, c->max, sizeof(uint32));
	}
	c->member[c->n] = m;
	c->next[c->n] = e->first;
	e->first = c->n++;
}

/* Note that two members may meet under a key, a label or not, and reach them at a level */
static void
meet(reach *r, uint64 key, bool label, uint32 a, uint32 b, uint8 level)
{
	const member *x = &r->members[a];
	const member *y = &r->members[b];
	bool		added;

	/* a label meets who has no domain, and is no name of his own */
	if (x->side == y->side || (label ? x->bare == y->bare : !(x->bare || y->bare) || !can_be_near(x, y)))
		return;
	acm_key_set_add(&r->met, key, &added);
	if (a < r->nstored)
		reach_member(r, a, level);
	if (b < r->nstored)
		reach_member(r, b, level);
}

/* Reach all that is near to what was reached from place `from` on, at a level */
static void
reach_near(reach *r, uint32 from, uint8 level)
{
	chains		c;
	uint32		end = r->nreached;

	memset(&c, 0, sizeof(c));
	acm_key_set_init(&c.set, 0);
	for (uint32 i = from; i < end; i++)
	{
		const member *m = &r->members[r->reached[i]];

		for (uint32 k = 0; k < m->nnear; k++)
			put_chain(&c, r->near[m->near + k], r->reached[i]);
	}
	for (uint32 m = r->nstored; level == LEVEL_NEAR && m < r->n; m++)
	{
		for (uint32 k = 0; k < r->members[m].nnear; k++)
			put_chain(&c, r->near[r->members[m].near + k], m);
	}
	for (uint32 m = 0; m < r->nstored; m++)
	{
		const member *y = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; k < y->nnear; k++)
		{
			uint64		key = r->near[y->near + k];
			acm_key_entry *e = acm_key_set_find(&c.set, key);

			for (uint32 v = e ? e->first : ACM_NO_ENTRY; v != ACM_NO_ENTRY; v = c.next[v])
				meet(r, key, k >= y->nnear - y->nlabels, c.member[v], m, level);
		}
	}
}

/* For the value of a name: both sides have it */
#define ON_BOTH 1

/* How many names without a domain stand under a near key */
typedef struct crowd
{
	uint32		all[2];			/* at most; of each side */
	uint32		sure[2];		/* at least, before and after; to ACM_NEAR_CROWD + 1 */
	uint64		names[2][ACM_NEAR_CROWD + 1];
} crowd;

/* Count a member under a key; sure: it was and will be unmatched, and its name is on one side only */
static void
count_member(const member *m, crowd *c, bool sure)
{
	acm_stored_keys keys;
	uint64		name;

	c->all[m->side]++;
	acm_stored_keys_read(m->keys, &keys);
	if (!sure || keys.header.nnames != 1 || c->sure[m->side] > ACM_NEAR_CROWD)
		return;
	name = acm_account_key(keys.exact, 0);
	for (uint32 i = 0; i < c->sure[m->side]; i++)
	{
		if (c->names[m->side][i] == name)
			return;
	}
	c->names[m->side][c->sure[m->side]++] = name;
}

/* Whether a member that is there and unmatched, now and before, stands under one of the keys */
static bool
may_count(const reach *r, uint32 number, const acm_key_set *keys)
{
	const member *m = &r->members[number];

	if (number >= r->nstored || m->level != LEVEL_NONE || m->matched || !m->bare)
		return false;
	for (uint32 k = 0; k < m->nnear; k++)
	{
		if (acm_key_set_find(keys, r->near[m->near + k]))
			return true;
	}
	return false;
}

/* Take the names of members that may count out of the set of their side if the other side has them, too */
static void
collect_names(const reach *r, const acm_key_set *keys, acm_key_set names[2])
{
	for (int pass = 0; pass < 2; pass++)
	{
		for (uint32 i = 0; i < r->nstored; i++)
		{
			const member *m = &r->members[i];
			acm_stored_keys stored;

			CHECK_FOR_INTERRUPTS();
			if (pass == 0 && !may_count(r, i, keys))
				continue;
			acm_stored_keys_read(m->keys, &stored);
			for (int n = 0; n < stored.header.nnames; n++)
			{
				uint64		name = acm_account_key(stored.exact, n);
				acm_key_entry *e;
				bool		added;

				if (pass == 0)
					acm_key_set_add(&names[m->side], name, &added);
				else if ((e = acm_key_set_find(&names[1 - m->side], name)) != NULL)
					e->first = ON_BOTH;
			}
		}
	}
}

/* Whether a name of a member that may count is on the other side, too */
static bool
name_on_both(const member *m, const acm_key_set names[2])
{
	acm_stored_keys keys;

	acm_stored_keys_read(m->keys, &keys);
	for (int i = 0; i < keys.header.nnames; i++)
	{
		acm_key_entry *e = acm_key_set_find(&names[m->side], acm_account_key(keys.exact, i));

		if (e == NULL || e->first == ON_BOTH)
			return true;
	}
	return false;
}

/*
 * Where a change may bring a key over the limit of names that may stand under
 * it, or back, all that meet under it have changed candidates.
 */
static void
reach_by_crowds(reach *r)
{
	uint32		end = r->nreached;
	acm_key_set keys;
	acm_key_set names[2];
	crowd	   *crowds;
	chains		c;
	bool		added;
	bool		any = false;

	acm_key_set_init(&keys, 0);
	for (uint32 i = 0; i < end + (r->n - r->nstored); i++)
	{
		const member *m = &r->members[i < end ? r->reached[i] : r->nstored + i - end];

		for (uint32 k = 0; m->bare && k < m->nnear; k++)
		{
			acm_key_entry *e = acm_key_set_add(&keys, r->near[m->near + k], &added);

			if (added)
				e->first = keys.nkeys - 1;
		}
	}
	if (keys.nkeys == 0)
		return;
	crowds = MemoryContextAllocExtended(CurrentMemoryContext, (Size) keys.nkeys * sizeof(crowd),
										MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int side = 0; side < 2; side++)
		acm_key_set_init(&names[side], 0);
	collect_names(r, &keys, names);
	for (uint32 m = 0; m < r->n; m++)
	{
		const member *x = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; x->bare && k < x->nnear; k++)
		{
			acm_key_entry *e = acm_key_set_find(&keys, r->near[x->near + k]);

			if (e)
				count_member(x, &crowds[e->first], may_count(r, m, &keys) && !name_on_both(x, names));
		}
	}

	memset(&c, 0, sizeof(c));
	acm_key_set_init(&c.set, 0);
	for (uint32 i = 0; i < keys.nslots; i++)
	{
		const crowd *w = keys.slots[i].used ? &crowds[keys.slots[i].first] : NULL;

		for (int side = 0; w && side < 2; side++)
		{
			if (w->all[side] > ACM_NEAR_CROWD && w->sure[side] <= ACM_NEAR_CROWD)
			{
				acm_key_set_add(&c.set, keys.slots[i].key, &added);
				any = true;
			}
		}
	}
	/* each with those before it under the key */
	for (uint32 m = 0; any && m < r->n; m++)
	{
		const member *x = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; k < x->nnear; k++)
		{
			uint64		key = r->near[x->near + k];
			acm_key_entry *e = acm_key_set_find(&c.set, key);

			if (e == NULL)
				continue;
			for (uint32 v = e->first; v != ACM_NO_ENTRY; v = c.next[v])
				meet(r, key, k >= x->nnear - x->nlabels, c.member[v], m, LEVEL_NEAR);
			put_chain(&c, key, m);
		}
	}
}

/* All without a domain under the keys under which names met */
static void
reach_crowds(reach *r)
{
	for (uint32 m = 0; m < r->nstored; m++)
	{
		const member *x = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; x->level == LEVEL_NONE && x->bare && k < x->nnear; k++)
		{
			if (acm_key_set_find(&r->met, r->near[x->near + k]))
				reach_member(r, m, LEVEL_CROWD);
		}
	}
}

/* Reach all levels; false if it is too much */
static bool
reach_all(reach *r)
{
	uint32		from = 0;

	if (!close_level(r, 0, LEVEL_CHANGED))
		return false;
	if (!r->near_rule)
		return true;
	for (uint8 level = LEVEL_NEAR; level <= LEVEL_LAST; level++)
	{
		uint32		end = r->nreached;

		reach_near(r, from, level);
		if (level == LEVEL_NEAR)
			reach_by_crowds(r);
		from = end;
		if (!close_level(r, end, level))
			return false;
	}
	from = r->nreached;
	reach_crowds(r);
	return close_level(r, from, LEVEL_CROWD);
}

PG_FUNCTION_INFO_V1(acm_reach);

/*
 * reach(our_list, their_list, map_id, our_version, their_version, corrections,
 * changed_corrections, near_rule, share): what a change reaches, with its level.
 * A row without account_id: more than that share of all, too much to be worth it.
 */
Datum
acm_reach(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	reach	   *r;
	char	   *corrections = text_to_cstring(PG_GETARG_TEXT_PP(5));
	char	   *changed = text_to_cstring(PG_GETARG_TEXT_PP(6));
	Datum		values[3];
	bool		nulls[3] = {false, false, false};
	bool		worth_it;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	r = palloc0(sizeof(reach));
	r->context = CurrentMemoryContext;
	r->near_rule = PG_GETARG_BOOL(7);
	acm_key_set_init(&r->exact, 0);
	acm_key_set_init(&r->met, 0);

	worth_it = load_aliases(r, corrections);
	for (int side = 0; worth_it && side < 2; side++)
		load_list(r, side, PG_GETARG_INT32(side));
	if (worth_it)
	{
		SPIExecuteOptions options;
		loader		l;

		r->nstored = r->n;
		r->limit = Min(r->nstored * PG_GETARG_FLOAT8(8), r->nstored);
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
									  "FROM _accountmatch.match WHERE map_id = %d", PG_GETARG_INT32(2)), &options);
		load_overrides(r, corrections, changed);
		for (int side = 0; side < 2; side++)
			load_changes(r, side, PG_GETARG_INT32(side), PG_GETARG_INT64(3 + side));
		reach_corrected_domains(r, changed);
		worth_it = reach_all(r);
	}
	if (!worth_it)
	{
		nulls[0] = nulls[1] = nulls[2] = true;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	for (uint32 i = 0; worth_it && i < r->nreached; i++)
	{
		const member *m = &r->members[r->reached[i]];

		CHECK_FOR_INTERRUPTS();
		values[0] = BoolGetDatum(m->side == OURS);
		values[1] = CStringGetTextDatum(m->id);
		values[2] = BoolGetDatum(m->level <= LEVEL_NEAR);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		pfree(DatumGetPointer(values[1]));
	}
	SPI_finish();
	return (Datum) 0;
}
