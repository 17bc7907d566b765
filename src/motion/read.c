/*
 * read.c
 *		Relations of the user's that hold no accounts, read as their owner may
 *		read them: signals and opportunities.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "map/source.h"

/* The receiver of a relation's rows: each becomes an array of text */
typedef struct row_reader
{
	DestReceiver pub;			/* must be first */
	int			ncolumns;
	MemoryContext per_row;
	Tuplestorestate *store;
	TupleDesc	desc;
} row_reader;

/* A row, all of whose columns are text */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	row_reader *reader = (row_reader *) self;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);
	int			lower = 1;
	Datum		value;
	bool		null = false;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	value = PointerGetDatum(construct_md_array(slot->tts_values, slot->tts_isnull, 1, &reader->ncolumns, &lower,
											   TEXTOID, -1, false, TYPALIGN_INT));
	tuplestore_putvalues(reader->store, reader->desc, &value, &null);
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* Nothing to do at the start and the end */
static void
row_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
row_end(DestReceiver *self)
{
}

PG_FUNCTION_INFO_V1(acm_source_rows);

/*
 * source_rows(source, columns): the rows of a relation, the named columns as
 * text, in an array each. A null among the columns gives nulls.
 */
Datum
acm_source_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			relid;
	row_reader *reader;
	StringInfoData query;
	Datum	   *names;
	bool	   *nulls;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	relid = acm_source_resolve(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	reader = palloc0(sizeof(row_reader));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &reader->ncolumns);

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ");
	for (int i = 0; i < reader->ncolumns; i++)
	{
		if (i > 0)
			appendStringInfoString(&query, ", ");
		if (nulls[i])
			appendStringInfoString(&query, "NULL::pg_catalog.text");
		else
			appendStringInfo(&query, "s.%s::pg_catalog.text", quote_identifier(TextDatumGetCString(names[i])));
	}
	appendStringInfo(&query, " FROM %s s",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)));

	reader->pub.receiveSlot = receive_row;
	reader->pub.rStartup = row_startup;
	reader->pub.rShutdown = row_end;
	reader->pub.rDestroy = row_end;
	reader->pub.mydest = DestNone;
	reader->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch row", ALLOCSET_DEFAULT_SIZES);
	reader->store = rsinfo->setResult;
	reader->desc = rsinfo->setDesc;
	acm_source_query(relid, query.data, &reader->pub);
	SPI_finish();
	return (Datum) 0;
}
