/*
 * psi_sessions.c
 *		Sessions of private set intersection in the server: the core bound to
 *		a memory context, loaded from its file, listed, closed.
 */
#include "exchange/psi_session.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

/* The name of a mode */
const char *
acm_psi_mode_name(int mode)
{
	static const char *const names[] = {NULL, "both", "opener", "answerer", "count"};

	return names[mode];
}

/* Reset callback: the core's memory is not ours to free, but by it, which zeroes it */
static void
free_core(void *arg)
{
	acm_psi_free(arg);
}

/* Between two elements: cancel is answered at once. It may jump out: the callback frees. */
static void
check_interrupts(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

/* A session of the core that goes with the current memory context */
acm_psi *
acm_psi_new_core(const acm_key *key)
{
	MemoryContextCallback *callback = palloc(sizeof *callback);
	acm_psi    *psi = acm_psi_new(&key->record, check_interrupts, NULL);

	if (psi == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory, or OpenSSL does not offer P-256")));
	callback->func = free_core;
	callback->arg = psi;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	return psi;
}

/* Raise what the core complains of. place is the session that it ends, or NULL. */
void
acm_psi_core_error(acm_psi *psi, const char *spec, const acm_psi_place *place)
{
	acm_psi_fault fault;
	char	   *why = pstrdup(acm_psi_error(psi, &fault));

	if (place && fault >= ACM_PSI_LIMIT)
		acm_psi_unlink_session(place);
	switch (fault)
	{
		case ACM_PSI_LIMIT:
			acm_psi_refuse(spec, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, why,
						   "Superusers set accountmatch.psi_max_keys, psi_min_keys and psi_max_ratio; kinds of keys that hold too few or too many can be left out on both sides.");
		case ACM_PSI_BREACH:
			acm_psi_refuse(spec, ERRCODE_PROTOCOL_VIOLATION, why,
						   place ? "The other side does not follow the protocol. The session is ended: nothing of ours leaves any more." : NULL);
		case ACM_PSI_FORGED:
			acm_psi_refuse(spec, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, why, NULL);
		case ACM_PSI_OTHER_TERMS:
			acm_psi_refuse(spec, ERRCODE_INVALID_PARAMETER_VALUE, why,
						   "psi_inspect() tells the terms of an offer. To accept them, give them as arguments.");
		case ACM_PSI_WRONG_FILE:
			acm_psi_refuse(spec, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, why, NULL);
		case ACM_PSI_MALFORMED:
			acm_psi_refuse(spec, ERRCODE_INVALID_BINARY_REPRESENTATION, why, NULL);
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("private set intersection: %s", why)));
	}
}

/* Load a session; what was read of it holds its seed, and is zeroed */
bool
acm_psi_load_state(acm_psi *psi, const acm_psi_place *place)
{
	acm_bytes	state = acm_psi_read_session(place, false);
	bool		loaded = acm_psi_load(psi, state);

	if (state.data)
		acm_cleanse((void *) state.data, state.len);
	return loaded;
}

/* Load a session by its name */
acm_psi *
acm_psi_load_session(const char *name)
{
	List	   *places = acm_psi_scan_sessions(acm_keydir_open());
	ListCell   *lc;

	foreach(lc, places)
	{
		acm_psi_place *p = lfirst(lc);

		if (strcmp(p->session, name) == 0)
		{
			acm_key    *key = acm_key_read(p->dir, &p->key);
			acm_psi    *psi;

			if (key->problem)
				acm_key_refuse(acm_key_spec(&p->key), key->problem);
			psi = acm_psi_new_core(key);
			acm_key_release(key);
			if (!acm_psi_load_state(psi, p))
				acm_psi_core_error(psi, acm_key_spec(&p->key), NULL);
			return psi;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("session \"%s\" does not exist, or its key is another role's", name),
			 errhint("psi_sessions() lists the sessions that you may see.")));
}

/*
 * psi_close(session): forget a session, its seed and its result
 */
PG_FUNCTION_INFO_V1(acm_psi_close);
Datum
acm_psi_close(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	List	   *places;
	ListCell   *lc;

	PreventCommandIfReadOnly("psi_close()");
	places = acm_psi_scan_sessions(acm_keydir_open());
	foreach(lc, places)
	{
		acm_psi_place *p = lfirst(lc);

		if (strcmp(p->session, name) == 0)
		{
			/* one that is damaged can be closed, too */
			int			lock = acm_psi_lock_session(p);

			acm_psi_unlink_session(p);
			if (lock >= 0)
				CloseTransientFile(lock);
			PG_RETURN_VOID();
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("session \"%s\" does not exist, or its key is another role's", name),
			 errhint("psi_sessions() lists the sessions that you may see.")));
}

/* The words for bits, as an array */
static Datum
words_of(unsigned bits, int n, const char *(*name) (int))
{
	Datum		words[16];
	int			count = 0;

	for (int i = 0; i < n; i++)
		if (bits & (1u << i))
			words[count++] = CStringGetTextDatum(name(i));
	return PointerGetDatum(construct_array(words, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Names by number */
static const char *
kind_name(int i)
{
	return acm_psi_kind_name(i);
}

static const char *
attr_name(int i)
{
	return acm_psi_attr_name(i);
}

/* The sum over all kinds */
static Datum
total(const uint32_t counts[ACM_PSI_NKINDS])
{
	int64		n = 0;

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		n += counts[kind];
	return Int64GetDatum(n);
}

/*
 * psi_sessions(): sessions, what was agreed, and what each side knows by now
 */
PG_FUNCTION_INFO_V1(acm_psi_sessions);
Datum
acm_psi_sessions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *places = acm_psi_scan_sessions(acm_keydir_open());
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, places)
	{
		acm_psi_place *p = lfirst(lc);
		MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext, "accountmatch psi session", ALLOCSET_DEFAULT_SIZES);
		MemoryContext old = MemoryContextSwitchTo(cxt);
		acm_key    *key = acm_key_read(p->dir, &p->key);
		acm_psi    *psi = key->problem ? NULL : acm_psi_new_core(key);
		Datum		values[18];
		bool		nulls[18] = {false};
		acm_psi_facts facts;
		int64		sessions;
		int64		keys;

		memset(&facts, 0, sizeof facts);
		memset(values, 0, sizeof values);
		values[0] = CStringGetTextDatum(p->session);
		values[1] = CStringGetTextDatum(acm_key_spec(&p->key));
		if (psi == NULL || !acm_psi_load_state(psi, p))
		{
			memset(nulls + 2, true, sizeof nulls - 2);
			nulls[3] = false;
			values[3] = CStringGetTextDatum("damaged");
		}
		else
		{
			acm_psi_tell(psi, &facts);
			values[2] = CStringGetTextDatum(facts.role == ACM_PSI_OPENER ? "opener" : "answerer");
			values[3] = CStringGetTextDatum(facts.finished ? "finished" : "open");
			nulls[4] = facts.finished;
			values[4] = Int32GetDatum((int32) facts.step + 1);
			values[5] = CStringGetTextDatum(acm_psi_mode_name(facts.terms.mode));
			values[6] = words_of(facts.terms.kinds, ACM_PSI_NKINDS, kind_name);
			values[7] = words_of(facts.terms.reveal, ACM_PSI_NATTRS, attr_name);
			values[8] = Int32GetDatum((int32) facts.terms.domain_cap);
			values[9] = Int32GetDatum((int32) facts.terms.name_cap);
			values[10] = Int32GetDatum((int32) facts.terms.payload);
			values[11] = total(facts.ours);
			nulls[12] = facts.role == ACM_PSI_OPENER && facts.step < 2;
			values[12] = total(facts.theirs);
			nulls[13] = !facts.knows_common;
			values[13] = total(facts.common);
			values[14] = CStringGetTextDatum(acm_psi_we_know(&facts));
			values[15] = CStringGetTextDatum(acm_psi_they_know(&facts));
			acm_psi_spent(p->dir, &p->key, &sessions, &keys);
			values[16] = Int64GetDatum(acm_psi_sessions_per_year - sessions);
			values[17] = Int64GetDatum(acm_psi_keys_per_year - keys);
		}
		MemoryContextSwitchTo(old);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		acm_key_release(key);
		MemoryContextDelete(cxt);
	}
	return (Datum) 0;
}
