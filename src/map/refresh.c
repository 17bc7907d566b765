/*
 * refresh.c
 *		What changed in a source since its accounts were stored: rows are read,
 *		hashed and compared one by one; only those that differ come out.
 */
#include "compat.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "map/opportunities.h"
#include "map/source.h"
#include "map/source_texts.h"
#include "normalize/epoch.h"
#include "overlap/partner_table.h"
#include "overlap/status.h"

/* Counts with what is hashed: to be raised when what is stored of a row changes */
#define STORED_FORM 1

/* An account_id may not be longer (bytes); the engine has the same limit */
#define ID_MAX 1000

/* An account that is stored, or was met in the source: by two hashes of its account_id */
typedef struct account_entry
{
	uint64		id;
	uint64		id2;
	uint64		hash;			/* of its row, as stored */
	char		status;
	bool		stored;
	bool		met;
} account_entry;

#define SH_PREFIX accounts
#define SH_ELEMENT_TYPE account_entry
#define SH_KEY_TYPE uint64
#define SH_KEY id
#define SH_HASH_KEY(tb, key) ((uint32) (key))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Attributes of _accountmatch.source_row, in its order */
typedef enum source_column
{
	SRC_CHANGE,
	SRC_ACCOUNT_ID,
	SRC_HASH,
	SRC_NAME,
	SRC_WEBSITE,
	SRC_EMAIL,
	SRC_LEI,
	SRC_DUNS,
	SRC_VAT,
	SRC_COUNTRY,
	SRC_STATUS,
	SRC_STAGE,
	SRC_OWNER,
	SRC_INDUSTRY,
	SRC_REGION,
	SRC_AMOUNT,
	SRC_CURRENCY,
	SRC_AMOUNTS,
	SRC_NCOLUMNS
} source_column;

/* Where the attributes that are kept as they are go to */
static const struct
{
	acm_attr	attr;
	source_column column;
	bool		chosen;			/* kept only if the owner of the list chose so */
}			kept[] =
{
	{ACM_ATTR_LEI, SRC_LEI, false},
	{ACM_ATTR_DUNS, SRC_DUNS, false},
	{ACM_ATTR_VAT, SRC_VAT, false},
	{ACM_ATTR_COUNTRY, SRC_COUNTRY, false},
	{ACM_ATTR_STATUS, SRC_STATUS, true},
	{ACM_ATTR_STAGE, SRC_STAGE, true},
	{ACM_ATTR_OWNER, SRC_OWNER, true},
	{ACM_ATTR_INDUSTRY, SRC_INDUSTRY, true},
	{ACM_ATTR_REGION, SRC_REGION, true},
	{ACM_ATTR_AMOUNT, SRC_AMOUNT, true},
	{ACM_ATTR_CURRENCY, SRC_CURRENCY, true}
};

/* The receiver of a source's rows, and what it needs */
typedef struct source_reader
{
	DestReceiver pub;			/* must be first */
	acm_partner_table table;
	acm_opportunities *opportunities;	/* NULL if the list has none */
	acm_statuses *statuses;
	bool		keeps_status;
	bool		keeps_amount;
	accounts_hash *accounts;
	uint64		nstored;
	uint64		nsource;
	uint64		nmet;			/* of the stored */
	uint64		seed;
	MemoryContext context;
	MemoryContext per_row;
	Tuplestorestate *store;
	TupleDesc	desc;
} source_reader;

/* The two hashes of an account_id */
static inline void
hash_id(const char *data, Size len, uint64 *id, uint64 *id2)
{
	*id = hash_bytes_extended((const unsigned char *) data, len, 0);
	*id2 = hash_bytes_extended((const unsigned char *) data, len, UINT64CONST(0x9E3779B97F4A7C15));
}

/* A stored account: its account_id and the hash of its row */
static bool
receive_stored(TupleTableSlot *slot, DestReceiver *self)
{
	source_reader *reader = (source_reader *) self;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);
	struct varlena *text;
	account_entry *e;
	uint64		id;
	uint64		id2;
	bool		found;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	text = PG_DETOAST_DATUM_PACKED(slot->tts_values[0]);
	hash_id(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), &id, &id2);
	e = accounts_insert(reader->accounts, id, &found);
	e->id2 = id2;
	e->hash = (uint64) DatumGetInt64(slot->tts_values[1]);
	e->stored = true;
	e->met = false;
	reader->nstored++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* A stored account again: one that the source does not have any more comes out */
static bool
receive_removed(TupleTableSlot *slot, DestReceiver *self)
{
	source_reader *reader = (source_reader *) self;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);
	Datum		values[SRC_NCOLUMNS];
	bool		nulls[SRC_NCOLUMNS];
	struct varlena *text;
	account_entry *e;
	uint64		id;
	uint64		id2;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	text = PG_DETOAST_DATUM_PACKED(slot->tts_values[0]);
	hash_id(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), &id, &id2);
	e = accounts_lookup(reader->accounts, id);
	if (e == NULL || !e->met)
	{
		memset(nulls, true, sizeof(nulls));
		values[SRC_CHANGE] = CStringGetTextDatum("removed");
		values[SRC_ACCOUNT_ID] = slot->tts_values[0];
		nulls[SRC_CHANGE] = nulls[SRC_ACCOUNT_ID] = false;
		tuplestore_putvalues(reader->store, reader->desc, values, nulls);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* The value of an attribute in the row at hand; false if null or not in the source */
static inline bool
get_value(source_reader *reader, TupleTableSlot *slot, acm_attr attr, Datum *value)
{
	const acm_column *column = &reader->table.columns[attr];

	if (column->form == ACM_FORM_NONE || slot->tts_isnull[column->pos])
		return false;
	*value = slot->tts_values[column->pos];
	return true;
}

/* The hash of all values that the list uses */
static uint64
hash_row(source_reader *reader, TupleTableSlot *slot)
{
	uint64		h = reader->seed;

	for (acm_attr attr = ACM_ATTR_NAME; attr < ACM_NATTRS; attr++)
	{
		Datum		value;
		struct varlena *v;

		if (!get_value(reader, slot, attr, &value))
			continue;
		/* only an account_id can come as a number by value */
		v = PG_DETOAST_DATUM_PACKED(value);
		h = hash_bytes_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v),
								hash_combine64(h, (uint64) attr));
	}
	return h;
}

/* The hash of what an account's opportunities say */
static uint64
hash_opportunities(source_reader *reader, const acm_opportunity_summary *s, uint64 h)
{
	h = hash_combine64(h, s->won * 2 + s->open);
	for (int i = 0; i < s->namounts && reader->keeps_amount; i++)
	{
		struct varlena *amount = (struct varlena *) DatumGetPointer(s->amounts[i].amount);

		h = hash_bytes_extended((const unsigned char *) s->amounts[i].currency, strlen(s->amounts[i].currency), h);
		h = hash_bytes_extended((unsigned char *) VARDATA_ANY(amount), VARSIZE_ANY_EXHDR(amount), h);
	}
	return h;
}

/* The status that a word of the row says; unknown if there is none */
static acm_status
status_of(source_reader *reader, const Datum *values, const bool *nulls, source_column column)
{
	text	   *word;

	if (nulls[column])
		return ACM_STATUS_UNKNOWN;
	word = DatumGetTextPP(values[column]);
	return acm_status_of_word(reader->statuses, VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word));
}

/*
 * Let an account's opportunities say what it is and what is open: a won one
 * makes it a customer, an open one an opportunity, unless its own status is
 * stronger. Of several currencies the account's own, else the first one, stands
 * as its amount; all of them are kept apart.
 */
static void
apply_opportunities(source_reader *reader, const acm_opportunity_summary *s, Datum *values, bool *nulls)
{
	acm_status	own = status_of(reader, values, nulls, SRC_STATUS);
	acm_status	derived = s->won ? ACM_STATUS_CUSTOMER : s->open ? ACM_STATUS_OPPORTUNITY : ACM_STATUS_UNKNOWN;
	StringInfoData json;
	int			main_amount = 0;

	if (own == ACM_STATUS_UNKNOWN)
		own = status_of(reader, values, nulls, SRC_STAGE);
	if (reader->keeps_status && derived != ACM_STATUS_UNKNOWN && (own == ACM_STATUS_UNKNOWN || derived < own))
	{
		values[SRC_STATUS] = CStringGetTextDatum(acm_status_name(reader->statuses, derived));
		nulls[SRC_STATUS] = false;
	}
	if (!reader->keeps_amount || s->namounts == 0)
		return;
	initStringInfo(&json);
	for (int i = 0; i < s->namounts; i++)
	{
		if (!nulls[SRC_CURRENCY] &&
			pg_strcasecmp(s->amounts[i].currency, TextDatumGetCString(values[SRC_CURRENCY])) == 0)
			main_amount = i;
		appendStringInfoString(&json, i > 0 ? ", " : "{");
		escape_json(&json, s->amounts[i].currency);
		appendStringInfo(&json, ": %s", DatumGetCString(DirectFunctionCall1(numeric_out, s->amounts[i].amount)));
	}
	appendStringInfoChar(&json, '}');
	values[SRC_AMOUNT] = s->amounts[main_amount].amount;
	nulls[SRC_AMOUNT] = false;
	nulls[SRC_CURRENCY] = (s->amounts[main_amount].currency[0] == '\0');
	if (!nulls[SRC_CURRENCY])
		values[SRC_CURRENCY] = CStringGetTextDatum(s->amounts[main_amount].currency);
	if (s->namounts > 1)
	{
		values[SRC_AMOUNTS] = DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
		nulls[SRC_AMOUNTS] = false;
	}
}

/* Texts of one attribute or two as an array; null if there are none */
static void
set_texts(source_reader *reader, TupleTableSlot *slot, acm_attr first, acm_attr last,
		  source_column column, Datum *values, bool *nulls)
{
	Datum	   *elements = NULL;
	int			n = 0;

	for (acm_attr attr = first; attr <= last; attr++)
	{
		Datum		value;

		if (get_value(reader, slot, attr, &value))
			n = acm_append_texts(&reader->table.columns[attr], value, &elements, n);
	}
	if (first == ACM_ATTR_EMAIL)
		n = acm_reduce_to_hosts(elements, n);
	else if (first == ACM_ATTR_WEBSITE)
		n = acm_reduce_addresses(elements, n);
	if (n == 0)
		return;
	values[column] = PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
	nulls[column] = false;
}

/* The account_id of the row at hand as text */
static text *
id_of(source_reader *reader, TupleTableSlot *slot)
{
	const acm_column *column = &reader->table.columns[ACM_ATTR_ACCOUNT_ID];
	char		number[MAXINT8LEN + 1];
	text	   *id;
	Datum		value;

	if (!get_value(reader, slot, ACM_ATTR_ACCOUNT_ID, &value))
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("%s has an account without account_id", reader->table.relname),
				 errdetail("Column %s is null in some row.", quote_identifier(column->name))));
	switch (column->form)
	{
		case ACM_FORM_INT4:
			return cstring_to_text_with_len(number, pg_ltoa(DatumGetInt32(value), number));
		case ACM_FORM_INT8:
			return cstring_to_text_with_len(number, pg_lltoa(DatumGetInt64(value), number));
		default:
			id = DatumGetTextPP(value);
			if (VARSIZE_ANY_EXHDR(id) > ID_MAX)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("%s has an account_id of more than %d bytes", reader->table.relname, ID_MAX)));
			return id;
	}
}

/* A row of the source: it comes out if it is new or differs */
static bool
receive_source(TupleTableSlot *slot, DestReceiver *self)
{
	source_reader *reader = (source_reader *) self;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);
	Datum		values[SRC_NCOLUMNS];
	bool		nulls[SRC_NCOLUMNS];
	account_entry *e;
	const acm_opportunity_summary *opportunities = NULL;
	text	   *account_id;
	uint64		hash;
	uint64		id;
	uint64		id2;
	bool		found;

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	account_id = id_of(reader, slot);
	hash_id(VARDATA_ANY(account_id), VARSIZE_ANY_EXHDR(account_id), &id, &id2);
	hash = hash_row(reader, slot);
	if (reader->opportunities)
		opportunities = acm_opportunities_of(reader->opportunities, VARDATA_ANY(account_id), VARSIZE_ANY_EXHDR(account_id));
	if (opportunities)
		hash = hash_opportunities(reader, opportunities, hash);
	e = accounts_insert(reader->accounts, id, &found);
	if (!found)
	{
		e->id2 = id2;
		e->stored = e->met = false;
	}
	else if (e->met || e->id2 != id2)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("%s has more than one account with account_id \"%s\"", reader->table.relname,
						text_to_cstring(account_id)),
				 errhint("Use a view with DISTINCT ON (%s), or another column as account_id.",
						 quote_identifier(reader->table.columns[ACM_ATTR_ACCOUNT_ID].name))));
	e->met = true;
	reader->nsource++;
	reader->nmet += e->stored;
	if (!e->stored || e->hash != hash)
	{
		memset(nulls, true, sizeof(nulls));
		values[SRC_CHANGE] = CStringGetTextDatum(e->stored ? "changed" : "added");
		values[SRC_ACCOUNT_ID] = PointerGetDatum(account_id);
		values[SRC_HASH] = Int64GetDatum((int64) hash);
		nulls[SRC_CHANGE] = nulls[SRC_ACCOUNT_ID] = nulls[SRC_HASH] = false;
		set_texts(reader, slot, ACM_ATTR_NAME, ACM_ATTR_NAME, SRC_NAME, values, nulls);
		/* the engine reads both in this order, too */
		set_texts(reader, slot, ACM_ATTR_WEBSITE, ACM_ATTR_DOMAIN, SRC_WEBSITE, values, nulls);
		set_texts(reader, slot, ACM_ATTR_EMAIL, ACM_ATTR_EMAIL, SRC_EMAIL, values, nulls);
		for (int i = 0; i < (int) lengthof(kept); i++)
			nulls[kept[i].column] = !get_value(reader, slot, kept[i].attr, &values[kept[i].column]);
		if (opportunities)
			apply_opportunities(reader, opportunities, values, nulls);
		tuplestore_putvalues(reader->store, reader->desc, values, nulls);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* Before the first row of the source */
static void
source_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	acm_partner_table_check(&((source_reader *) self)->table, desc);
}

/* Nothing to do at the start of what is stored, and at the end */
static void
stored_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
reader_end(DestReceiver *self)
{
}

/* Run a query over what is stored with our own rights */
static void
read_stored(source_reader *reader, int list_id, bool (*receive) (TupleTableSlot *, DestReceiver *))
{
	SPIExecuteOptions options;
	int			rc;

	reader->pub.rStartup = stored_startup;
	reader->pub.receiveSlot = receive;
	memset(&options, 0, sizeof(options));
	options.read_only = false;
	options.must_return_tuples = true;
	options.dest = &reader->pub;
	rc = SPI_execute_extended(psprintf("SELECT account_id, hash FROM _accountmatch.account WHERE list_id = %d",
									   list_id), &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(rc));
}

/* What is not to be kept counts as not there; so a change of it is no change of the row */
static void
choose_columns(source_reader *reader, ArrayType *fields)
{
	Datum	   *names;
	bool	   *nulls;
	int			n;

	deconstruct_array(fields, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	reader->seed = hash_combine64(ACM_EPOCH, STORED_FORM);
	for (int i = 0; i < (int) lengthof(kept); i++)
	{
		bool		wanted = !kept[i].chosen;

		for (int j = 0; j < n && !wanted; j++)
			wanted = !nulls[j] && strcmp(TextDatumGetCString(names[j]), acm_attr_name(kept[i].attr)) == 0;
		reader->keeps_status |= (kept[i].attr == ACM_ATTR_STATUS && wanted);
		reader->keeps_amount |= (kept[i].attr == ACM_ATTR_AMOUNT && wanted);
		if (!wanted)
			reader->table.columns[kept[i].attr].form = ACM_FORM_NONE;
	}
}

/* A list that is empty or shrank too much is more often an accident than the truth */
static void
check_shrink(source_reader *reader, double max_shrink)
{
	if (reader->nsource == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("%s is empty", reader->table.relname),
				 errhint("The stored accounts are kept. If it is right, say force => true.")));
	if (reader->nsource < reader->nstored * (1.0 - max_shrink))
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("%s shrank from " UINT64_FORMAT " to " UINT64_FORMAT " accounts, by more than %.4g %%",
						reader->table.relname, reader->nstored, reader->nsource, max_shrink * 100),
				 errhint("The stored accounts are kept. If it is right, say force => true, or set a larger max_shrink.")));
}

PG_FUNCTION_INFO_V1(acm_source_changes);

/*
 * source_changes(list_id, source, columns, fields, max_shrink, opportunities,
 * opportunities_query): the accounts of the source that are not stored as they
 * are there, and those that it lost. max_shrink null: whatever it lost.
 */
Datum
acm_source_changes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	source_reader *reader;
	int			list_id = PG_GETARG_INT32(0);

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	reader = palloc0(sizeof(source_reader));
	reader->pub.rShutdown = reader_end;
	reader->pub.rDestroy = reader_end;
	reader->pub.mydest = DestNone;
	reader->context = CurrentMemoryContext;
	reader->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch source row",
											ALLOCSET_DEFAULT_SIZES);
	reader->store = rsinfo->setResult;
	reader->desc = rsinfo->setDesc;
	acm_source_open(&reader->table, acm_source_resolve(text_to_cstring(PG_GETARG_TEXT_PP(1))),
					PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2));
	if (isAnyTempNamespace(get_rel_namespace(reader->table.relid)))
		reader->table.relname = "the file";
	choose_columns(reader, PG_GETARG_ARRAYTYPE_P(3));

	if (!PG_ARGISNULL(5))
	{
		reader->statuses = acm_statuses_load();
		reader->opportunities = acm_opportunities_read(acm_source_resolve(text_to_cstring(PG_GETARG_TEXT_PP(5))),
													   text_to_cstring(PG_GETARG_TEXT_PP(6)));
	}
	reader->accounts = accounts_create(CurrentMemoryContext, 1024, NULL);
	read_stored(reader, list_id, receive_stored);
	reader->pub.rStartup = source_startup;
	reader->pub.receiveSlot = receive_source;
	acm_source_query(reader->table.relid, reader->table.query, &reader->pub);
	if (!PG_ARGISNULL(4))
		check_shrink(reader, PG_GETARG_FLOAT8(4));
	if (reader->nmet < reader->nstored)
		read_stored(reader, list_id, receive_removed);
	SPI_finish();
	return (Datum) 0;
}
