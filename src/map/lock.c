/*
 * lock.c
 *		Locks on maps, lists and the feed: heavyweight ones, which end with the
 *		transaction and which a killed backend gives back.
 *
 * They are locks on objects of ours, a class for each kind of thing: a user
 * cannot take them from SQL, as he can advisory ones.
 */
#include "compat.h"

#include "catalog/namespace.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(acm_lock);

/*
 * lock(kind, number, wait): lock number of the table _accountmatch.kind until
 * the end of the transaction; false if somebody else has it and we do not wait.
 */
Datum
acm_lock(PG_FUNCTION_ARGS)
{
	char	   *kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			class = get_relname_relid(kind, get_namespace_oid("_accountmatch", false));
	LOCKTAG		tag;

	if (!OidIsValid(class))
		elog(ERROR, "no table \"%s\"", kind);
	/* the last member is a number that no object of a catalog uses */
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, class, (Oid) PG_GETARG_INT32(1), 1);
	PG_RETURN_BOOL(LockAcquire(&tag, ExclusiveLock, false, !PG_GETARG_BOOL(2)) != LOCKACQUIRE_NOT_AVAIL);
}
