/*
 * psi_read.c
 *		Reading a partner table for private set intersection.
 */
#include "exchange/psi_read.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "overlap/partner_table.h"

/* A receiver of rows */
typedef struct reader
{
	DestReceiver pub;			/* must be first */
	acm_psi_list *list;
	acm_partner_table table;
	MemoryContext per_row;
	Oid			output[ACM_NATTRS]; /* output functions of what is not text */
} reader;

/* Add a text */
static void
add_text(reader *r, acm_attr attr, Datum value)
{
	text	   *t = DatumGetTextPP(value);

	acm_psi_add_value(r->list, attr, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/* Add a value in whatever form its column has */
static void
add_value(reader *r, acm_attr attr, Datum value)
{
	char	   *s;

	switch (r->table.columns[attr].form)
	{
		case ACM_FORM_TEXT:
			add_text(r, attr, value);
			break;
		case ACM_FORM_TEXT_ARRAY:
			{
				ArrayType  *array = DatumGetArrayTypeP(value);
				Datum	   *elements;
				bool	   *nulls;
				int			n;

				deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
				for (int i = 0; i < n; i++)
					if (!nulls[i])
						add_text(r, attr, elements[i]);
				break;
			}
		default:
			s = OidOutputFunctionCall(r->output[attr], value);
			acm_psi_add_value(r->list, attr, s, strlen(s));
			break;
	}
}

/* A row from the executor */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	reader	   *r = (reader *) self;
	MemoryContext old = MemoryContextSwitchTo(r->per_row);

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	acm_psi_add_account(r->list);
	for (acm_attr attr = 0; attr < ACM_NATTRS; attr++)
	{
		const acm_column *column = &r->table.columns[attr];

		if (column->form == ACM_FORM_NONE)
			continue;
		if (!slot->tts_isnull[column->pos])
			add_value(r, attr, slot->tts_values[column->pos]);
		else if (attr == ACM_ATTR_ACCOUNT_ID)
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("%s has an account without account_id", r->table.relname)));
	}
	if (r->list->failed)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	MemoryContextSwitchTo(old);
	MemoryContextReset(r->per_row);
	return true;
}

/* Output functions of what is not text */
static void
reader_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	reader	   *r = (reader *) self;

	acm_partner_table_check(&r->table, desc);
	for (acm_attr attr = 0; attr < ACM_NATTRS; attr++)
	{
		const acm_column *column = &r->table.columns[attr];
		bool		varlena;

		if (column->form == ACM_FORM_BLINDED || column->form == ACM_FORM_BLINDED_ARRAY)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of %s is blinded", column->name, r->table.relname),
					 errhint("Private set intersection needs the value itself.")));
		if (column->form != ACM_FORM_NONE)
			getTypeOutputInfo(TupleDescAttr(desc, column->pos)->atttypid, &r->output[attr], &varlena);
	}
}

/* Nothing to do at the end */
static void
reader_end(DestReceiver *self)
{
}

/* Read a relation */
void
acm_psi_read(acm_psi_list *list, Oid relid, Jsonb *mapping)
{
	reader	   *r = palloc0(sizeof *r);
	SPIExecuteOptions options = {0};
	int			rc;

	r->pub.receiveSlot = receive_row;
	r->pub.rStartup = reader_startup;
	r->pub.rShutdown = reader_end;
	r->pub.rDestroy = reader_end;
	r->pub.mydest = DestNone;
	r->list = list;
	r->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch psi row", ALLOCSET_DEFAULT_SIZES);
	acm_partner_table_open(&r->table, relid, mapping, "columns");
	options.read_only = true;
	options.must_return_tuples = true;
	options.dest = &r->pub;
	rc = SPI_execute_extended(r->table.query, &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(rc));
	MemoryContextDelete(r->per_row);
}
