/*
 * read.c
 *		Reading a partner table: rows come through the executor one by one into
 *		a receiver that normalizes, packs and keeps them.
 */
#include "compat.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "normalize/country.h"
#include "normalize/identifier.h"
#include "overlap/array.h"
#include "overlap/reader.h"

/* An amount may not be longer (bytes; some 2,000 digits) */
#define AMOUNT_MAX 1000

/* A status word or country is read to this many bytes */
#define WORD_MAX 200

/* The value of an attribute in the row at hand; false if null or not in the table */
static inline bool
get_value(acm_reader *reader, TupleTableSlot *slot, acm_attr attr, Datum *value)
{
	const acm_column *column = &reader->list->table.columns[attr];

	if (column->form == ACM_FORM_NONE || slot->tts_isnull[column->pos])
		return false;
	*value = slot->tts_values[column->pos];
	return true;
}

/*
 * What a word means: by look_up, or remembered. Lists have few different
 * status words and countries, so the last ones seen are kept as they are
 * written.
 */
static uint16
meaning_of_word(acm_reader *reader, acm_cached_word *words, Datum value,
				uint16 (*look_up) (acm_reader *, const char *, Size))
{
	Size		len;
	const char *word = acm_text_of(value, WORD_MAX, &len);
	acm_cached_word *c;
	uint32		h = 0;

	if (len == 0)
		return 0;
	if (len > WORD_CACHE_LEN)
		return look_up(reader, word, len);
	for (Size i = 0; i < len; i++)
		h = h * 31 + (unsigned char) word[i];
	c = &words[h % WORD_CACHE];
	if (c->len != len || memcmp(c->word, word, len) != 0)
	{
		c->meaning = look_up(reader, word, len);
		c->len = len;
		memcpy(c->word, word, len);
	}
	return c->meaning;
}

/* For meaning_of_word: a status */
static uint16
look_up_status(acm_reader *reader, const char *word, Size len)
{
	return acm_status_of_word(reader->statuses, word, len);
}

/* For meaning_of_word: a country */
static uint16
look_up_country(acm_reader *reader, const char *word, Size len)
{
	return acm_country_of(word, len);
}

/* Count a status word that stands for none, apart if there is room */
static void
note_unknown_word(acm_list *list, Datum value)
{
	Size		len;
	const char *word = acm_text_of(value, WORD_MAX, &len);
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

/* A row's status: by its status, else by its stage; if it has neither word, the list's */
static acm_status
status_of_row(acm_reader *reader, TupleTableSlot *slot)
{
	static const acm_attr attrs[] = {ACM_ATTR_STATUS, ACM_ATTR_STAGE};
	acm_status	status = ACM_STATUS_UNKNOWN;
	bool		given = false;
	Datum		value;

	for (int i = 0; status == ACM_STATUS_UNKNOWN && i < (int) lengthof(attrs); i++)
	{
		if (!get_value(reader, slot, attrs[i], &value) ||
			VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == 0)
			continue;
		given = true;
		status = meaning_of_word(reader, reader->status_words, value, look_up_status);
		if (status == ACM_STATUS_UNKNOWN)
			note_unknown_word(reader->list, value);
	}
	return given ? status : reader->list->default_status;
}

/* Keep the account_id, and note it to find duplicates */
static void
take_id(acm_reader *reader, TupleTableSlot *slot)
{
	acm_list   *list = reader->list;
	const acm_column *column = &list->table.columns[ACM_ATTR_ACCOUNT_ID];
	char		number[MAXINT8LEN + 1];
	const char *data;
	Size		len;
	Datum		value;

	reader->no_id = !get_value(reader, slot, ACM_ATTR_ACCOUNT_ID, &value);
	if (reader->no_id && list->bad_ids)
	{
		list->bad_ids->missing++;
		return;
	}
	if (reader->no_id)
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
			data = acm_text_of(value, ACM_ID_MAX, &len);
			break;
	}
	if (len > ACM_ID_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has an account_id of more than %d bytes", list->table.relname, ACM_ID_MAX)));
	acm_put_field(reader, ACM_FIELD_ID, data, len);
	if (reader->corrections &&
		!acm_corrections_note(reader->corrections, reader->side, data, len, list->nrows))
		reader->suppressed = true;
}

/* Note the account_id of a row to find duplicates; id is a varlena */
static void
number_id(acm_reader *reader, const char *id, uint32 row)
{
	char		key[sizeof(uint16) + ACM_ID_MAX];
	uint16		len = VARSIZE_ANY_EXHDR(id);

	memcpy(key, &len, sizeof(len));
	memcpy(key + sizeof(len), VARDATA_ANY(id), len);
	acm_keys_add(reader->ids, key, false, (char **) &reader->id_numbers, sizeof(uint32), 0, row);
}

/* Begin to number the account_ids, with those of the rows so far */
static void
start_numbering_ids(acm_reader *reader)
{
	acm_list   *list = reader->list;
	MemoryContext old = MemoryContextSwitchTo(reader->context);
	StringInfoData scratch;
	uint64		seed;

	if (!pg_strong_random(&seed, sizeof(seed)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	reader->ids = acm_keys_create(reader->memory_limit, seed);
	reader->id_numbers = acm_make_array(list->maxrows, sizeof(uint32), 0);
	initStringInfo(&scratch);
	for (uint32 row = 0; row < list->nrows; row++)
	{
		Datum		id;

		CHECK_FOR_INTERRUPTS();
		if (acm_record_field(acm_list_record(list, row, &scratch), ACM_FIELD_ID, &id))
			number_id(reader, DatumGetPointer(id), row);
	}
	pfree(scratch.data);
	MemoryContextSwitchTo(old);
}

/*
 * Check the account_id of the row at hand. Exports mostly come in its order:
 * while each is greater than the one before, none can stand twice. From the
 * first one that is not, all are numbered.
 */
static void
check_id(acm_reader *reader)
{
	acm_list   *list = reader->list;
	const char *id = reader->record.data + acm_record_of(reader)->field[ACM_FIELD_ID];
	Size		len = VARSIZE_ANY_EXHDR(id);

	if (reader->ids == NULL)
	{
		int			cmp = memcmp(VARDATA_ANY(id), reader->last_id, Min(len, reader->last_id_len));

		if (cmp > 0 || (cmp == 0 && len > reader->last_id_len) || list->nrows == 0)
		{
			memcpy(reader->last_id, VARDATA_ANY(id), len);
			reader->last_id_len = len;
			return;
		}
		start_numbering_ids(reader);
	}
	number_id(reader, id, list->nrows);
}

/* Keep the packed record, and number its keys */
static void
keep_record(acm_reader *reader)
{
	acm_list   *list = reader->list;
	acm_row    *row = &list->rows[list->nrows];
	const char *at = reader->record.data + acm_record_of(reader)->keys;
	acm_key		key;
	bool		stays;

	row->pos = acm_store_keep(list->store, &reader->record, &stays);
	for (int kind = 0; kind < ACM_NKINDS; kind++)
	{
		bool		later = (reader->numbering->later & (1 << kind)) != 0;

		for (uint32 i = row->link[kind]; i < list->nlinks[kind]; i++)
		{
			const char *bytes = at + sizeof(uint16);

			at = acm_read_key(at, &key);
			if (later)
				continue;
			acm_keys_add(reader->numbering->kind[kind], bytes, stays, (char **) &list->links[kind],
						 sizeof(acm_link), offsetof(acm_link, key), i);
			/* match domains are numbered with the match hosts */
			if (kind == ACM_KIND_DOMAIN && key.extra_len > 0)
				acm_keys_add(reader->numbering->kind[kind], key.extra, stays, (char **) &list->links[kind],
							 sizeof(acm_link), offsetof(acm_link, parent), i);
		}
	}
}

/* Make room for one row more behind the present one */
static void
extend_rows(acm_reader *reader)
{
	acm_list   *list = reader->list;

	if (list->nrows + 2 > list->maxrows)
	{
		if (list->maxrows >= ACM_ROWS_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("%s has more than %u accounts", list->table.relname, ACM_ROWS_MAX)));
		list->maxrows = Min(list->maxrows * 2, ACM_ROWS_MAX);
		list->rows = acm_grow_array(list->rows, list->maxrows, sizeof(acm_row));
		if (reader->id_numbers)
			reader->id_numbers = acm_grow_array(reader->id_numbers, list->maxrows, sizeof(uint32));
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

/* Take back the row at hand; the next one will have its number */
static void
drop_row(acm_reader *reader)
{
	acm_list   *list = reader->list;
	const char *id = reader->record.data + acm_record_of(reader)->field[ACM_FIELD_ID];

	acm_corrections_note(reader->corrections, reader->side, VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id), ACM_NO_ROW);
	for (int kind = 0; kind < ACM_NKINDS; kind++)
		list->nlinks[kind] = list->rows[list->nrows].link[kind];
	start_row(list);
	list->suppressed++;
}

/* The match keys of the row at hand, kind by kind */
static void
put_keys(acm_reader *reader, TupleTableSlot *slot)
{
	const acm_column *columns = reader->list->table.columns;
	Datum		value;

	acm_start_kind(reader);
	for (int i = 0; i < ACM_IDENTIFIER_COLUMNS; i++)
	{
		acm_attr	attr = acm_identifier_columns[i].attr;

		if (get_value(reader, slot, attr, &value))
			acm_each_text(&columns[attr], value, reader, acm_put_identifier, i);
	}

	acm_start_kind(reader);
	for (acm_attr attr = ACM_ATTR_WEBSITE; attr <= ACM_ATTR_DOMAIN; attr++)
	{
		if (get_value(reader, slot, attr, &value))
			acm_each_text(&columns[attr], value, reader, acm_put_website, 0);
	}
	if (get_value(reader, slot, ACM_ATTR_EMAIL, &value))
		acm_each_text(&columns[ACM_ATTR_EMAIL], value, reader, acm_put_email, 0);
	for (acm_attr attr = ACM_ATTR_WEBSITE; reader->hosted && attr <= ACM_ATTR_DOMAIN; attr++)
	{
		if (get_value(reader, slot, attr, &value))
			acm_each_text(&columns[attr], value, reader, acm_put_hosted, 0);
	}

	acm_start_kind(reader);
	if (!reader->list->late_names && get_value(reader, slot, ACM_ATTR_NAME, &value))
		acm_each_text(&columns[ACM_ATTR_NAME], value, reader, acm_put_name, 0);

	acm_start_kind(reader);
	acm_put_families(reader);
}

/*
 * Whether the row at hand can have a match by its keys: identifiers and
 * domains, where these alone are asked for.
 */
static bool
can_match(acm_reader *reader)
{
	const acm_list *list = reader->list;
	const acm_row *row = &list->rows[list->nrows];
	const char *at = reader->record.data + acm_record_of(reader)->keys;

	for (int kind = 0; kind < ACM_NKINDS; kind++)
	{
		const acm_keys *keys = reader->numbering->kind[kind];

		for (uint32 i = row->link[kind]; i < list->nlinks[kind]; i++)
		{
			const char *bytes = at + sizeof(uint16);
			acm_key		key;

			at = acm_read_key(at, &key);
			if (acm_keys_may_have(keys, bytes) ||
				(kind == ACM_KIND_DOMAIN && key.extra_len > 0 && acm_keys_may_have(keys, key.extra)))
				return true;
		}
	}
	return false;
}

/* Take back what is in the record behind the account_id, and the row's links */
static void
keep_only_id(acm_reader *reader)
{
	acm_list   *list = reader->list;

	for (int kind = 0; kind < ACM_NKINDS; kind++)
		list->nlinks[kind] = list->rows[list->nrows].link[kind];
	reader->record.len = acm_record_of(reader)->keys;
}

/* The fields of the row at hand that are shown */
static void
put_fields(acm_reader *reader, TupleTableSlot *slot)
{
	acm_list   *list = reader->list;
	const acm_column *columns = list->table.columns;
	Datum		value;

	if (get_value(reader, slot, ACM_ATTR_NAME, &value))
		acm_show_text(reader, &columns[ACM_ATTR_NAME], ACM_FIELD_NAME, value);
	for (acm_attr attr = ACM_ATTR_WEBSITE; attr <= ACM_ATTR_EMAIL; attr++)
	{
		if (acm_record_of(reader)->field[ACM_FIELD_WEBSITE] == 0 && get_value(reader, slot, attr, &value))
			acm_show_text(reader, &columns[attr], ACM_FIELD_WEBSITE, value);
	}
	if (get_value(reader, slot, ACM_ATTR_COUNTRY, &value))
	{
		acm_put_text_field(reader, ACM_FIELD_COUNTRY, value);
		list->rows[list->nrows].country =
			meaning_of_word(reader, reader->countries, value, look_up_country);
	}
	if (get_value(reader, slot, ACM_ATTR_OWNER, &value))
		acm_put_text_field(reader, ACM_FIELD_OWNER, value);
	if (get_value(reader, slot, ACM_ATTR_CURRENCY, &value))
		acm_put_text_field(reader, ACM_FIELD_CURRENCY, value);
	if (get_value(reader, slot, ACM_ATTR_AMOUNT, &value))
	{
		struct varlena *numeric = PG_DETOAST_DATUM_PACKED(value);

		if (VARSIZE_ANY_EXHDR(numeric) > AMOUNT_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s has an amount of more than %d bytes", list->table.relname, AMOUNT_MAX)));
		acm_put_field(reader, ACM_FIELD_AMOUNT, VARDATA_ANY(numeric), VARSIZE_ANY_EXHDR(numeric));
	}
	list->rows[list->nrows].status = status_of_row(reader, slot);
}

/* A row from the executor */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	acm_reader *reader = (acm_reader *) self;
	acm_list   *list = reader->list;
	MemoryContext old = MemoryContextSwitchTo(reader->per_row);

	slot_getallattrs(slot);

	acm_store_start(list->store, &reader->record);
	memset(acm_record_room(reader, sizeof(acm_record)), 0, sizeof(acm_record));
	reader->record.len = sizeof(acm_record);

	reader->suppressed = false;
	reader->hosted = false;
	take_id(reader, slot);
	acm_record_of(reader)->keys = reader->record.len;
	put_keys(reader, slot);
	if (list->only_matches && !can_match(reader))
		keep_only_id(reader);
	else
		put_fields(reader, slot);
	if (reader->suppressed)
		drop_row(reader);
	else
	{
		if (!reader->no_id)
			check_id(reader);
		keep_record(reader);
		extend_rows(reader);
		list->nrows++;
		start_row(list);
	}

	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->per_row);
	return true;
}

/* Before the first row */
static void
reader_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	acm_partner_table_check(&((acm_reader *) self)->list->table, desc);
}

/* Nothing to do at the end */
static void
reader_end(DestReceiver *self)
{
}

/* Find an account_id that stands twice, and complain */
static void
report_duplicate(acm_reader *reader)
{
	acm_list   *list = reader->list;
	uint32		nkeys = acm_keys_count(reader->ids);
	bool	   *seen = acm_make_array(nkeys, sizeof(bool), MCXT_ALLOC_ZERO);

	for (uint32 row = 0; row < list->nrows; row++)
	{
		StringInfoData scratch;
		Datum		id = (Datum) 0;

		CHECK_FOR_INTERRUPTS();
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
acm_list_read(acm_list *list, int side, acm_numbering *numbering,
			  const acm_statuses *statuses, acm_corrections *corrections, Size memory_limit)
{
	acm_reader *reader = palloc0(sizeof(acm_reader));
	SPIExecuteOptions options;
	int			rc;

	reader->pub.receiveSlot = receive_row;
	reader->pub.rStartup = reader_startup;
	reader->pub.rShutdown = reader_end;
	reader->pub.rDestroy = reader_end;
	reader->pub.mydest = DestNone;
	reader->list = list;
	reader->numbering = numbering;
	reader->side = side;
	reader->statuses = statuses;
	reader->corrections = corrections;
	reader->context = CurrentMemoryContext;
	reader->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch row",
											ALLOCSET_DEFAULT_SIZES);
	reader->memory_limit = memory_limit / 2;

	/* of an array, only one element is shown */
	list->late_names &= list->table.columns[ACM_ATTR_NAME].form == ACM_FORM_TEXT;
	list->only_matches &= list->late_names;
	for (int kind = 0; list->only_matches && side > 0 && kind < ACM_NKINDS; kind++)
		acm_keys_make_filter(numbering->kind[kind]);

	list->store = acm_store_create(memory_limit / 2);
	list->maxrows = 1024;
	list->rows = palloc(list->maxrows * sizeof(acm_row));
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

	if (reader->ids)
	{
		acm_keys_finish(reader->ids);
		if (list->bad_ids)
			list->bad_ids->repeated = list->nrows - list->bad_ids->missing - acm_keys_count(reader->ids);
		else if (acm_keys_count(reader->ids) != list->nrows)
			report_duplicate(reader);
		pfree(reader->id_numbers);
	}
	MemoryContextDelete(reader->per_row);
	pfree(reader);
}
