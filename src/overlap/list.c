/*
 * list.c
 *		Reading a partner table: rows come through the executor one by one into
 *		a receiver that normalizes, packs and keeps them.
 */
#include "compat.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "normalize/domain.h"
#include "overlap/list.h"

/* Text that is shown is cut to this many bytes, at a character */
#define FIELD_MAX 8000

/* An account_id may not be longer (bytes) */
#define ID_MAX 1000

/* An amount may not be longer (bytes; some 2,000 digits) */
#define AMOUNT_MAX 1000

/* A row may not have more keys of one kind */
#define KEYS_MAX 1000

/* Status words that are remembered, and their length: see status_of_word */
#define WORD_CACHE 64
#define WORD_CACHE_LEN 30

typedef struct cached_word
{
	uint8		len;			/* 0: empty */
	acm_status	status;
	char		word[WORD_CACHE_LEN];
} cached_word;

/* The receiver, and what it needs for each row */
typedef struct list_reader
{
	DestReceiver pub;			/* must be first */
	acm_list   *list;
	acm_numbering *numbering;
	const acm_statuses *statuses;
	MemoryContext context;		/* what is kept */
	MemoryContext per_row;		/* what is not */
	StringInfoData record;		/* of the row at hand */
	acm_keys   *ids;			/* to find duplicates */
	uint32	   *id_numbers;
	uint32		maxids;
	cached_word words[WORD_CACHE];
} list_reader;

/* An empty numbering */
acm_numbering *
acm_numbering_create(Size memory_limit)
{
	acm_numbering *numbering = palloc0(sizeof(acm_numbering));
	uint64		seed;

	if (!pg_strong_random(&seed, sizeof(seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	for (int kind = 0; kind < ACM_NKINDS; kind++)
		numbering->kind[kind] = acm_keys_create(memory_limit / ACM_NKINDS, seed + kind);
	return numbering;
}

/* Settle all numbers */
void
acm_numbering_finish(acm_numbering *numbering)
{
	for (int kind = 0; kind < ACM_NKINDS; kind++)
		acm_keys_finish(numbering->kind[kind]);
}

/*
 * The text of a value without a copy where that can be had: at most limit + 1
 * bytes of it, so that one can tell that there are more.
 */
static const char *
text_of(Datum value, int32 limit, Size *len)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);

	/* do not read a megabyte to throw it away */
	if (VARATT_IS_EXTENDED(v) && toast_raw_datum_size(value) > (Size) limit + VARHDRSZ)
		v = PG_DETOAST_DATUM_SLICE(value, 0, limit + 1);
	else
		v = PG_DETOAST_DATUM_PACKED(value);
	*len = VARSIZE_ANY_EXHDR(v);
	return VARDATA_ANY(v);
}

/* Append a field of the given bytes to the record, as a varlena */
static void
put_field(list_reader *reader, acm_field field, const char *data, Size len)
{
	StringInfo	record = &reader->record;
	int			at;

	if (len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		at = record->len;
		enlargeStringInfo(record, VARHDRSZ_SHORT + len);
		SET_VARSIZE_SHORT(record->data + at, VARHDRSZ_SHORT + len);
		memcpy(record->data + at + VARHDRSZ_SHORT, data, len);
		record->len += VARHDRSZ_SHORT + len;
	}
	else
	{
		at = INTALIGN(record->len);
		enlargeStringInfo(record, at - record->len + VARHDRSZ + len);
		memset(record->data + record->len, 0, at - record->len);
		SET_VARSIZE(record->data + at, VARHDRSZ + len);
		memcpy(record->data + at + VARHDRSZ, data, len);
		record->len = at + VARHDRSZ + len;
	}
	((acm_record *) record->data)->field[field] = at;
}

/* Append a text field, cut at a character if need be */
static void
put_text_field(list_reader *reader, acm_field field, Datum value)
{
	Size		len;
	const char *data = text_of(value, FIELD_MAX, &len);

	if (len > FIELD_MAX)
		len = pg_mbcliplen(data, len, FIELD_MAX);
	put_field(reader, field, data, len);
}

/* Append a key to the record and to the row's keys of its kind */
static void
put_key(list_reader *reader, acm_kind kind, const char *data, uint16 len)
{
	acm_list   *list = reader->list;
	acm_link   *link;

	if (list->nlinks[kind] - list->rows[list->nrows].link[kind] >= KEYS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an account of %s has more than %d domains", list->table.relname, KEYS_MAX)));

	if (list->nlinks[kind] == list->maxlinks[kind])
	{
		list->maxlinks[kind] *= 2;
		list->links[kind] = repalloc_huge(list->links[kind],
										  (Size) list->maxlinks[kind] * sizeof(acm_link));
	}
	link = &list->links[kind][list->nlinks[kind]++];
	link->key = ACM_NO_KEY;
	link->row = list->nrows;

	appendBinaryStringInfo(&reader->record, (char *) &len, sizeof(len));
	appendBinaryStringInfo(&reader->record, data, len);
	((acm_record *) reader->record.data)->nkeys++;
}

/* The host that a website, domain or e-mail address stands for, as a key */
static void
put_domain(list_reader *reader, const char *data, Size len)
{
	acm_domain	d;

	acm_domain_parse(data, len, &d);
	reader->list->rows[reader->list->nrows].domain_kind =
		Min(reader->list->rows[reader->list->nrows].domain_kind, d.kind);
	if (d.kind == ACM_DOMAIN_COMPANY)
		put_key(reader, ACM_KIND_DOMAIN, d.host + d.match_off, d.host_len - d.match_off);
}

/* Call put for the value, or for each element of an array */
static void
each_text(const acm_column *column, Datum value, list_reader *reader,
		  void (*put) (list_reader *, const char *, Size))
{
	Size		len;
	const char *data;

	if (column->form == ACM_FORM_TEXT_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		Datum	   *elements;
		bool	   *nulls;
		int			n;

		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
		for (int i = 0; i < n; i++)
		{
			if (nulls[i])
				continue;
			data = text_of(elements[i], ACM_INPUT_MAX, &len);
			put(reader, data, len);
		}
	}
	else
	{
		data = text_of(value, ACM_INPUT_MAX, &len);
		put(reader, data, len);
	}
}

/* Show the value, or the first element of an array that is not null */
static void
show_text(list_reader *reader, const acm_column *column, acm_field field, Datum value)
{
	if (column->form == ACM_FORM_TEXT_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		Datum	   *elements;
		bool	   *nulls;
		int			n;

		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
		for (int i = 0; i < n; i++)
		{
			if (!nulls[i])
			{
				put_text_field(reader, field, elements[i]);
				return;
			}
		}
	}
	else
		put_text_field(reader, field, value);
}

/* The value of an attribute in the row at hand; false if null or not in the table */
static inline bool
get_value(list_reader *reader, TupleTableSlot *slot, acm_attr attr, Datum *value)
{
	const acm_column *column = &reader->list->table.columns[attr];

	if (column->form == ACM_FORM_NONE || slot->tts_isnull[column->pos])
		return false;
	*value = slot->tts_values[column->pos];
	return true;
}

/*
 * The status that a word stands for. Lists have few different words, so the
 * last ones seen are remembered as they are written.
 */
static acm_status
status_of_word(list_reader *reader, Datum value)
{
	Size		len;
	const char *word = text_of(value, 200, &len);
	cached_word *c;
	uint32		h = 0;

	if (len == 0)
		return ACM_STATUS_UNKNOWN;
	if (len > WORD_CACHE_LEN)
		return acm_status_of_word(reader->statuses, word, len);
	for (Size i = 0; i < len; i++)
		h = h * 31 + (unsigned char) word[i];
	c = &reader->words[h % WORD_CACHE];
	if (c->len != len || memcmp(c->word, word, len) != 0)
	{
		c->status = acm_status_of_word(reader->statuses, word, len);
		c->len = len;
		memcpy(c->word, word, len);
	}
	return c->status;
}

/* Count a status word that stands for none, apart if there is room */
static void
note_unknown_word(acm_list *list, Datum value)
{
	Size		len;
	const char *word = text_of(value, 200, &len);
	acm_unknown_word *u = NULL;

	list->unknown_status++;
	len = pg_mbcliplen(word, len, sizeof(u->word) - 1);
	for (int i = 0; u == NULL && i < list->nunknown_words; i++)
	{
		if (strlen(list->unknown_words[i].word) == len &&
			memcmp(list->unknown_words[i].word, word, len) == 0)
			u = &list->unknown_words[i];
	}
	if (u == NULL && list->nunknown_words < ACM_UNKNOWN_WORDS)
	{
		u = &list->unknown_words[list->nunknown_words++];
		memcpy(u->word, word, len);
	}
	if (u)
		u->count++;
}

/* A row's status: by its status, else by its stage, else the list's */
static acm_status
status_of_row(list_reader *reader, TupleTableSlot *slot)
{
	static const acm_attr attrs[] = {ACM_ATTR_STATUS, ACM_ATTR_STAGE};
	acm_status	status = ACM_STATUS_UNKNOWN;
	Datum		value;

	for (int i = 0; status == ACM_STATUS_UNKNOWN && i < (int) lengthof(attrs); i++)
	{
		if (!get_value(reader, slot, attrs[i], &value) ||
			VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == 0)
			continue;
		status = status_of_word(reader, value);
		if (status == ACM_STATUS_UNKNOWN)
			note_unknown_word(reader->list, value);
	}
	return status == ACM_STATUS_UNKNOWN ? reader->list->default_status : status;
}

/* Keep the account_id, and note it to find duplicates */
static void
take_id(list_reader *reader, TupleTableSlot *slot)
{
	acm_list   *list = reader->list;
	const acm_column *column = &list->table.columns[ACM_ATTR_ACCOUNT_ID];
	char		number[MAXINT8LEN + 1];
	const char *data;
	Size		len;
	Datum		value;

	if (!get_value(reader, slot, ACM_ATTR_ACCOUNT_ID, &value))
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("%s has an account without account_id", list->table.relname),
				 errdetail("Column %s is null in some row.", quote_identifier(column->name)),
				 errhint("Find it with SELECT * FROM %s WHERE %s IS NULL.", list->table.relname,
						 quote_identifier(column->name))));
	switch (column->form)
	{
		case ACM_FORM_INT4:
			len = pg_ltoa(DatumGetInt32(value), number);
			data = number;
			break;
		case ACM_FORM_INT8:
			len = pg_lltoa(DatumGetInt64(value), number);
			data = number;
			break;
		default:
			data = text_of(value, ID_MAX, &len);
			break;
	}
	if (len > ID_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has an account_id of more than %d bytes", list->table.relname, ID_MAX)));
	put_field(reader, ACM_FIELD_ID, data, len);
}

/* Write the account_id as a key: the bytes that keys.c wants */
static void
put_id_key(list_reader *reader)
{
	const char *id = reader->record.data + ((acm_record *) reader->record.data)->field[ACM_FIELD_ID];
	uint16		len = VARSIZE_ANY_EXHDR(id);
	int			at = id - reader->record.data + (VARATT_IS_SHORT(id) ? VARHDRSZ_SHORT : VARHDRSZ);

	appendBinaryStringInfo(&reader->record, (char *) &len, sizeof(len));
	enlargeStringInfo(&reader->record, len);
	memcpy(reader->record.data + reader->record.len, reader->record.data + at, len);
	reader->record.len += len;
}

/* Keep the packed record, and number its keys */
static void
keep_record(list_reader *reader)
{
	acm_list   *list = reader->list;
	acm_row    *row = &list->rows[list->nrows];
	const acm_record *record;
	const char *where;
	const char *key;
	bool		stays;
	uint16		len;
	uint32		index[ACM_NKINDS];

	if (reader->record.len > ACM_RECORD_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an account of %s takes more than %d bytes", list->table.relname, ACM_RECORD_MAX)));
	row->pos = acm_store_append(list->store, reader->record.data, reader->record.len, &where);
	stays = (where != NULL);
	record = (const acm_record *) (stays ? where : reader->record.data);

	/* keys stand in the order in which they were put: by kind, then the id */
	key = (const char *) record + record->keys;
	for (int kind = 0; kind < ACM_NKINDS; kind++)
	{
		for (index[kind] = row->link[kind]; index[kind] < list->nlinks[kind]; index[kind]++)
		{
			acm_keys_add(reader->numbering->kind[kind], key, stays, (char **) &list->links[kind],
						 sizeof(acm_link), index[kind]);
			memcpy(&len, key, sizeof(len));
			key += sizeof(len) + len;
		}
	}
	acm_keys_add(reader->ids, key, stays, (char **) &reader->id_numbers, sizeof(uint32), list->nrows);
}

/* Make room for one row more behind the present one */
static void
extend_rows(list_reader *reader)
{
	acm_list   *list = reader->list;

	if (list->nrows + 2 > list->maxrows)
	{
		if (list->maxrows > PG_UINT32_MAX / 4)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("%s has more than %u accounts", list->table.relname, list->maxrows)));
		list->maxrows *= 2;
		list->rows = repalloc_huge(list->rows, (Size) list->maxrows * sizeof(acm_row));
		reader->id_numbers = repalloc_huge(reader->id_numbers, (Size) list->maxrows * sizeof(uint32));
	}
}

/* Close a row: the next one's keys start where its own end */
static void
start_row(acm_list *list)
{
	acm_row    *row = &list->rows[list->nrows];

	memset(row, 0, sizeof(*row));
	row->domain_kind = ACM_NO_DOMAIN;
	for (int kind = 0; kind < ACM_NKINDS; kind++)
		row->link[kind] = list->nlinks[kind];
}

/* A row from the executor */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	list_reader *reader = (list_reader *) self;
	acm_list   *list = reader->list;
	const acm_column *columns = list->table.columns;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);
	acm_record *record;
	Datum		value;

	slot_getallattrs(slot);

	resetStringInfo(&reader->record);
	reader->record.len = sizeof(acm_record);
	memset(reader->record.data, 0, sizeof(acm_record));

	take_id(reader, slot);
	if (get_value(reader, slot, ACM_ATTR_NAME, &value))
		show_text(reader, &columns[ACM_ATTR_NAME], ACM_FIELD_NAME, value);
	for (acm_attr attr = ACM_ATTR_WEBSITE; attr <= ACM_ATTR_EMAIL; attr++)
	{
		record = (acm_record *) reader->record.data;
		if (record->field[ACM_FIELD_WEBSITE] == 0 && get_value(reader, slot, attr, &value))
			show_text(reader, &columns[attr], ACM_FIELD_WEBSITE, value);
	}
	if (get_value(reader, slot, ACM_ATTR_COUNTRY, &value))
		put_text_field(reader, ACM_FIELD_COUNTRY, value);
	if (get_value(reader, slot, ACM_ATTR_OWNER, &value))
		put_text_field(reader, ACM_FIELD_OWNER, value);
	if (get_value(reader, slot, ACM_ATTR_CURRENCY, &value))
		put_text_field(reader, ACM_FIELD_CURRENCY, value);
	if (get_value(reader, slot, ACM_ATTR_AMOUNT, &value))
	{
		struct varlena *numeric = PG_DETOAST_DATUM_PACKED(value);

		if (VARSIZE_ANY_EXHDR(numeric) > AMOUNT_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s has an amount of more than %d bytes", list->table.relname, AMOUNT_MAX)));
		put_field(reader, ACM_FIELD_AMOUNT, VARDATA_ANY(numeric), VARSIZE_ANY_EXHDR(numeric));
	}
	list->rows[list->nrows].status = status_of_row(reader, slot);

	record = (acm_record *) reader->record.data;
	record->keys = reader->record.len;
	for (acm_attr attr = ACM_ATTR_WEBSITE; attr <= ACM_ATTR_DOMAIN; attr++)
	{
		if (get_value(reader, slot, attr, &value))
			each_text(&columns[attr], value, reader, put_domain);
	}
	put_id_key(reader);

	keep_record(reader);
	extend_rows(reader);
	list->nrows++;
	start_row(list);

	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* Nothing to do at the start and the end */
static void
reader_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
reader_end(DestReceiver *self)
{
}

/* Find an account_id that stands twice, and complain */
static void
report_duplicate(list_reader *reader)
{
	acm_list   *list = reader->list;
	uint32		nkeys = acm_keys_count(reader->ids);
	bool	   *seen = MemoryContextAllocExtended(reader->context, Max(nkeys, 1),
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (uint32 row = 0; row < list->nrows; row++)
	{
		StringInfoData scratch;
		Datum		id = (Datum) 0;

		if (!seen[reader->id_numbers[row]])
		{
			seen[reader->id_numbers[row]] = true;
			continue;
		}
		initStringInfo(&scratch);
		acm_record_field(acm_list_record(list, row, &scratch), ACM_FIELD_ID, &id);
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("%s has more than one account with account_id \"%s\"", list->table.relname,
						TextDatumGetCString(id)),
				 errhint("Use a view with DISTINCT ON (%s), or another column as account_id.",
						 quote_identifier(list->table.columns[ACM_ATTR_ACCOUNT_ID].name))));
	}
}

/* Read a partner table; see the header */
void
acm_list_read(acm_list *list, acm_numbering *numbering, const acm_statuses *statuses,
			  Size memory_limit)
{
	list_reader *reader = palloc0(sizeof(list_reader));
	SPIExecuteOptions options;
	uint64		seed;
	int			rc;

	reader->pub.receiveSlot = receive_row;
	reader->pub.rStartup = reader_startup;
	reader->pub.rShutdown = reader_end;
	reader->pub.rDestroy = reader_end;
	reader->pub.mydest = DestNone;
	reader->list = list;
	reader->numbering = numbering;
	reader->statuses = statuses;
	reader->context = CurrentMemoryContext;
	reader->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch row",
											ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&reader->record);
	enlargeStringInfo(&reader->record, sizeof(acm_record));
	if (!pg_strong_random(&seed, sizeof(seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	reader->ids = acm_keys_create(memory_limit / 2, seed);

	list->store = acm_store_create(memory_limit / 2);
	list->maxrows = 1024;
	list->rows = palloc(list->maxrows * sizeof(acm_row));
	reader->id_numbers = palloc(list->maxrows * sizeof(uint32));
	for (int kind = 0; kind < ACM_NKINDS; kind++)
	{
		list->maxlinks[kind] = 1024;
		list->links[kind] = palloc(list->maxlinks[kind] * sizeof(acm_link));
	}
	start_row(list);

	memset(&options, 0, sizeof(options));
	options.read_only = true;
	options.must_return_tuples = true;
	options.dest = &reader->pub;
	rc = SPI_execute_extended(list->table.query, &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(rc));

	acm_keys_finish(reader->ids);
	if (acm_keys_count(reader->ids) != list->nrows)
		report_duplicate(reader);
	pfree(reader->id_numbers);
	pfree(reader->record.data);
	MemoryContextDelete(reader->per_row);
	pfree(reader);
}

/* The key that a link stands for: its bytes, unaligned, and their number in *len */
const char *
acm_record_key(const acm_list *list, const acm_record *record, acm_kind kind, uint32 link, uint16 *len)
{
	const acm_row *row = &list->rows[list->links[kind][link].row];
	const char *key = (const char *) record + record->keys;
	uint32		skip = link - row->link[kind];

	for (int k = 0; k < (int) kind; k++)
		skip += row[1].link[k] - row->link[k];
	memcpy(len, key, sizeof(*len));
	while (skip-- > 0)
	{
		key += sizeof(*len) + *len;
		memcpy(len, key, sizeof(*len));
	}
	return key + sizeof(*len);
}

/* A row's record */
const acm_record *
acm_list_record(const acm_list *list, uint32 row, StringInfo scratch)
{
	return (const acm_record *) acm_store_fetch(list->store, list->rows[row].pos, scratch);
}
