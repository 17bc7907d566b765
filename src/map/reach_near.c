/*
 * reach_near.c
 *		How far a change reaches by rule near; see reach.c.
 */
#include "compat.h"

#include "miscadmin.h"

#include "map/reach.h"
#include "overlap/near_join.h"
#include "overlap/near_letters.h"
#include "overlap/typo.h"

/* Whether a name of one of two members can be a candidate for one of the other by rule near */
static bool
can_be_near(const acm_member *a, const acm_member *b)
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
				 (a->side == ACM_REACH_OURS ? acm_compare_typo(p, plen, q, qlen, &edits) :
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
		c->member = acm_grow_keys(c->member, c->max, sizeof(uint32));
		c->next = acm_grow_keys(c->next, c->max, sizeof(uint32));
	}
	c->member[c->n] = m;
	c->next[c->n] = e->first;
	e->first = c->n++;
}

/* Note that two members may meet under a key, a label or not, and reach them at a level */
static void
meet(acm_reached *r, uint64 key, bool label, uint32 a, uint32 b, uint8 level)
{
	const acm_member *x = &r->members[a];
	const acm_member *y = &r->members[b];
	bool		added;

	/* a label meets who has no domain, and is no name of his own */
	if (x->side == y->side || (label ? x->bare == y->bare : !(x->bare || y->bare) || !can_be_near(x, y)))
		return;
	acm_key_set_add(&r->met, key, &added);
	if (a < r->nstored)
		acm_reach_member(r, a, level);
	if (b < r->nstored)
		acm_reach_member(r, b, level);
}

/* Reach all that is near to what was reached from place `from` on, at a level */
void
acm_reach_near(acm_reached *r, uint32 from, uint8 level)
{
	chains		c;
	uint32		end = r->nreached;

	memset(&c, 0, sizeof(c));
	acm_key_set_init(&c.set, 0);
	for (uint32 i = from; i < end; i++)
	{
		const acm_member *m = &r->members[r->reached[i]];

		for (uint32 k = 0; k < m->nnear; k++)
			put_chain(&c, r->near[m->near + k], r->reached[i]);
	}
	for (uint32 m = r->nstored; level == ACM_LEVEL_NEAR && m < r->n; m++)
	{
		for (uint32 k = 0; k < r->members[m].nnear; k++)
			put_chain(&c, r->near[r->members[m].near + k], m);
	}
	for (uint32 m = 0; m < r->nstored; m++)
	{
		const acm_member *y = &r->members[m];

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
count_member(const acm_member *m, crowd *c, bool sure)
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
may_count(const acm_reached *r, uint32 number, const acm_key_set *keys)
{
	const acm_member *m = &r->members[number];

	if (number >= r->nstored || m->level != ACM_LEVEL_NONE || m->matched || !m->bare)
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
collect_names(const acm_reached *r, const acm_key_set *keys, acm_key_set names[2])
{
	for (int pass = 0; pass < 2; pass++)
	{
		for (uint32 i = 0; i < r->nstored; i++)
		{
			const acm_member *m = &r->members[i];
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
name_on_both(const acm_member *m, const acm_key_set names[2])
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
void
acm_reach_by_crowds(acm_reached *r)
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
		const acm_member *m = &r->members[i < end ? r->reached[i] : r->nstored + i - end];

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
		const acm_member *x = &r->members[m];

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
		const acm_member *x = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; k < x->nnear; k++)
		{
			uint64		key = r->near[x->near + k];
			acm_key_entry *e = acm_key_set_find(&c.set, key);

			if (e == NULL)
				continue;
			for (uint32 v = e->first; v != ACM_NO_ENTRY; v = c.next[v])
				meet(r, key, k >= x->nnear - x->nlabels, c.member[v], m, ACM_LEVEL_NEAR);
			put_chain(&c, key, m);
		}
	}
}

/* All without a domain under the keys under which names met */
void
acm_reach_crowds(acm_reached *r)
{
	for (uint32 m = 0; m < r->nstored; m++)
	{
		const acm_member *x = &r->members[m];

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; x->level == ACM_LEVEL_NONE && x->bare && k < x->nnear; k++)
		{
			if (acm_key_set_find(&r->met, r->near[x->near + k]))
				acm_reach_member(r, m, ACM_LEVEL_CROWD);
		}
	}
}
