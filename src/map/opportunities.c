/*
 * opportunities.c
 *		What the opportunities of a list's accounts say of them.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "map/account_keys.h"
#include "map/key_set.h"
#include "map/opportunities.h"
#include "map/source.h"

struct acm_opportunities
{
	DestReceiver pub;			/* must be first */
	acm_key_set ids;			/* hash of an account_id to its summary */
	acm_opportunity_summary *summaries;
	uint32		n;
	uint32		max;
	MemoryContext context;
	MemoryContext per_row;
};

/* The summary to which the next row belongs; rows come in the order of accounts */
static acm_opportunity_summary *
summary_of(acm_opportunities *all, const char *id)
{
	acm_opportunity_summary *s = all->n > 0 ? &all->summaries[all->n - 1] : NULL;
	bool		added;

	if (s && strcmp(s->account_id, id) == 0)
		return s;
	if (all->n == all->max)
	{
		all->max = Max(1024, all->max * 2);
		all->summaries = all->summaries ?
			repalloc_huge(all->summaries, (Size) all->max * sizeof(acm_opportunity_summary)) :
			palloc(all->max * sizeof(acm_opportunity_summary));
	}
	s = &all->summaries[all->n];
	memset(s, 0, sizeof(*s));
	s->account_id = pstrdup(id);
	acm_key_set_add(&all->ids, acm_host_hash(id, strlen(id)), &added)->first = all->n++;
	return s;
}

/* What an account has in one currency */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	acm_opportunities *all = (acm_opportunities *) self;
	MemoryContext old;
	acm_opportunity_summary *s;
	char	   *id;
	char	   *currency;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(all->per_row);
	id = text_to_cstring(DatumGetTextPP(slot->tts_values[0]));
	currency = slot->tts_isnull[1] ? "" : text_to_cstring(DatumGetTextPP(slot->tts_values[1]));
	MemoryContextSwitchTo(all->context);
	s = summary_of(all, id);
	s->won |= !slot->tts_isnull[2] && DatumGetBool(slot->tts_values[2]);
	s->open |= !slot->tts_isnull[3] && DatumGetBool(slot->tts_values[3]);
	if (!slot->tts_isnull[4])
	{
		s->amounts = s->amounts ? repalloc(s->amounts, (s->namounts + 1) * sizeof(acm_amount)) : palloc(sizeof(acm_amount));
		s->amounts[s->namounts].currency = pstrdup(currency);
		s->amounts[s->namounts++].amount = datumCopy(PointerGetDatum(PG_DETOAST_DATUM(slot->tts_values[4])), false, -1);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(all->per_row);
	return true;
}

/* Nothing to do at the start and the end */
static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
receiver_end(DestReceiver *self)
{
}

/* Read opportunities; see the header */
acm_opportunities *
acm_opportunities_read(Oid relid, const char *query)
{
	acm_opportunities *all = palloc0(sizeof(acm_opportunities));

	all->pub.receiveSlot = receive_row;
	all->pub.rStartup = receiver_startup;
	all->pub.rShutdown = receiver_end;
	all->pub.rDestroy = receiver_end;
	all->pub.mydest = DestNone;
	all->context = CurrentMemoryContext;
	all->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch opportunity", ALLOCSET_SMALL_SIZES);
	acm_key_set_init(&all->ids, 0);
	acm_source_query(relid, query, &all->pub);
	MemoryContextDelete(all->per_row);
	return all;
}

/* The summary of an account */
const acm_opportunity_summary *
acm_opportunities_of(const acm_opportunities *all, const char *id, Size len)
{
	acm_key_entry *e = acm_key_set_find(&all->ids, acm_host_hash(id, len));
	const acm_opportunity_summary *s = e ? &all->summaries[e->first] : NULL;

	return s && strlen(s->account_id) == len && memcmp(s->account_id, id, len) == 0 ? s : NULL;
}
