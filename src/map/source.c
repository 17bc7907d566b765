/*
 * source.c
 *		Sources of accounts: relations that belong to somebody, read as he may
 *		read them.
 */
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "map/source.h"
#include "overlap/blinded_columns.h"
#include "overlap/status.h"

/* The relation of a qualified name; see the header */
Oid
acm_source_resolve(const char *name)
{
	RangeVar   *var = makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
	Oid			relid;

	/* views and tables are swapped by renaming: the lock comes with the look-up */
	relid = RangeVarGetRelid(var, AccessShareLock, true);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("source %s does not exist", name),
				 errhint("The stored accounts are kept. Create it again, or name another source.")));
	return relid;
}

/* The owner of a relation */
static Oid
owner_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Run a query as a relation's owner; see the header */
void
acm_source_query(Oid relid, const char *query, DestReceiver *receiver)
{
	SPIExecuteOptions options;
	Oid			user;
	int			context;
	int			guc_level;
	int			rc;

	/* as REFRESH MATERIALIZED VIEW does; an error ends the transaction, which restores the user */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner_of(relid), context | SECURITY_RESTRICTED_OPERATION);
	guc_level = NewGUCNestLevel();

	memset(&options, 0, sizeof(options));
	options.read_only = true;
	options.must_return_tuples = true;
	options.dest = receiver;
	rc = SPI_execute_extended(query, &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(rc));

	AtEOXact_GUC(false, guc_level);
	SetUserIdAndSecContext(user, context);
}

PG_FUNCTION_INFO_V1(acm_qualified_source);

/*
 * qualified_source(relation): its qualified name, to be kept. Whoever called
 * must be allowed to read it himself: the refresh will read it as its owner.
 */
Datum
acm_qualified_source(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (isAnyTempNamespace(get_rel_namespace(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("\"%s\" is a temporary relation", name),
				 errhint("A source is read again at every refresh. Use a table that stays, or accountmatch.import_csv.")));

	/* the user outside of all functions that run as somebody else: that is who asks */
	if (pg_class_aclcheck(relid, GetOuterUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for relation %s", name),
				 errhint("Only who may read a relation can make it a source.")));
	PG_RETURN_TEXT_P(cstring_to_text(quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name)));
}

/* Open a source as a list of accounts that can be stored */
void
acm_source_open(acm_partner_table *table, Oid relid, Jsonb *columns)
{
	acm_partner_table_open(table, relid, columns, "columns");
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		if (acm_column_blinded(&table->columns[attr]))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column %s of %s is blinded, and maps keep plain lists",
							quote_identifier(table->columns[attr].name), table->relname),
					 errhint("Compare blinded lists with accountmatch.overlap.")));
	}
}

PG_FUNCTION_INFO_V1(acm_check_source);

/* check_source(relation, columns, status): an error if it cannot be a list of accounts; null is nothing to check */
Datum
acm_check_source(PG_FUNCTION_ARGS)
{
	acm_partner_table table;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (!PG_ARGISNULL(0))
		acm_source_open(&table, PG_GETARG_OID(0), PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1));
	if (!PG_ARGISNULL(2))
		acm_status_argument(acm_statuses_load(), text_to_cstring(PG_GETARG_TEXT_PP(2)), "status");
	SPI_finish();
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(acm_caller);

/* caller(): the user outside of all functions that run as somebody else, for the record */
Datum
acm_caller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(GetOuterUserId(), false))));
}
