/*
 * psi_elements.c
 *		Private set intersection row by row, in SQL: the point of a key, a
 *		point times the session's scalar, a tag. They see no list and write
 *		nothing, so that parallel workers can run them.
 */
#include "compat.h"

#include "blind/point.h"
#include "exchange/psi_session.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* The session of a call's rows, in the memory of the query: it is zeroed when that ends */
typedef struct kept_session
{
	MemoryContext cxt;			/* holds this struct, too */
	acm_psi    *psi;
	size_t		len;
	char		name[FLEXIBLE_ARRAY_MEMBER];
} kept_session;

/* The session of an argument */
static acm_psi *
session_of(FunctionCallInfo fcinfo, int n)
{
	text	   *argument = PG_GETARG_TEXT_PP(n);
	size_t		len = VARSIZE_ANY_EXHDR(argument);
	kept_session *kept = fcinfo->flinfo->fn_extra;
	MemoryContext cxt;
	MemoryContext old;

	if (kept && kept->len == len && memcmp(kept->name, VARDATA_ANY(argument), len) == 0)
		return kept->psi;
	if (kept)
	{
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(kept->cxt);
	}
	cxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "accountmatch psi session", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cxt);
	kept = palloc(offsetof(kept_session, name) + len);
	kept->cxt = cxt;
	kept->len = len;
	memcpy(kept->name, VARDATA_ANY(argument), len);
	kept->psi = acm_psi_load_session(text_to_cstring(argument));
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = kept;
	return kept->psi;
}

/* The kind of an argument */
static acm_psi_kind
kind_of(text *argument)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		const char *name = acm_psi_kind_name(kind);

		if (strlen(name) == VARSIZE_ANY_EXHDR(argument) && memcmp(name, VARDATA_ANY(argument), strlen(name)) == 0)
			return kind;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown kind of keys \"%s\"", text_to_cstring(argument)),
			 errhint("Kinds are id, domain and name.")));
}

/* Raise what the core complains of */
pg_noreturn static void
element_error(const acm_psi *psi)
{
	acm_psi_fault fault;
	const char *why = acm_psi_error(psi, &fault);

	ereport(ERROR,
			(errcode(fault == ACM_PSI_MACHINE ? ERRCODE_INTERNAL_ERROR : ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("private set intersection: %s", why)));
}

/*
 * psi_blind(kind, key, session): the point of a match key
 */
PG_FUNCTION_INFO_V1(acm_psi_blind);
Datum
acm_psi_blind(PG_FUNCTION_ARGS)
{
	acm_psi_kind kind = kind_of(PG_GETARG_TEXT_PP(0));
	text	   *key = PG_GETARG_TEXT_PP(1);
	acm_psi    *psi = session_of(fcinfo, 2);
	acm_point  *point = palloc(sizeof *point);

	if (!acm_psi_blind_one(psi, kind, (acm_bytes) {VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key)}, point->xy))
		element_error(psi);
	PG_RETURN_POINTER(point);
}

/*
 * psi_evaluate(kind, point, session): a point times our scalar
 */
PG_FUNCTION_INFO_V1(acm_psi_evaluate);
Datum
acm_psi_evaluate(PG_FUNCTION_ARGS)
{
	acm_psi_kind kind = kind_of(PG_GETARG_TEXT_PP(0));
	acm_point  *in = (acm_point *) PG_GETARG_POINTER(1);
	acm_psi    *psi = session_of(fcinfo, 2);
	acm_point  *out = palloc(sizeof *out);

	if (!acm_psi_evaluate_one(psi, kind, in->xy, out->xy))
		element_error(psi);
	PG_RETURN_POINTER(out);
}

/*
 * psi_tag_of(kind, point, session, role): the tag that the opener or the
 * answerer says of a point that both have blinded
 */
PG_FUNCTION_INFO_V1(acm_psi_tag_of);
Datum
acm_psi_tag_of(PG_FUNCTION_ARGS)
{
	acm_psi_kind kind = kind_of(PG_GETARG_TEXT_PP(0));
	acm_point  *point = (acm_point *) PG_GETARG_POINTER(1);
	acm_psi    *psi = session_of(fcinfo, 2);
	char	   *role = text_to_cstring(PG_GETARG_TEXT_PP(3));
	acm_tag    *tag = palloc(sizeof *tag);
	bool		opener = strcmp(role, "opener") == 0;

	if (!opener && strcmp(role, "answerer") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown role \"%s\"", role),
				 errhint("Roles are opener and answerer.")));
	if (!acm_psi_tag_one(psi, kind, opener ? ACM_PSI_OPENER : ACM_PSI_ANSWERER, point->xy, tag->bytes))
		element_error(psi);
	PG_RETURN_POINTER(tag);
}
