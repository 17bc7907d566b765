/*
 * pack.c
 *		Packing a row: the fields that are shown, and the match keys, one after
 *		the other into a record.
 */
#include "compat.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "normalize/domain.h"
#include "normalize/identifier.h"
#include "normalize/name_key.h"
#include "overlap/blinded_columns.h"
#include "overlap/reader.h"

/*
 * Text that is shown is cut to this many bytes, at a character. A name that is
 * too long to be normalized is so also when it was cut.
 */
#define FIELD_MAX (ACM_INPUT_MAX + 4)

/* A row may not have more keys of one kind */
#define KEYS_MAX 1000

const acm_identifier_column acm_identifier_columns[ACM_IDENTIFIER_COLUMNS] =
{
	{ACM_ATTR_LEI, "lei"},
	{ACM_ATTR_DUNS, "duns"},
	{ACM_ATTR_VAT, "vat"}
};

/* acm_text_of for what is compressed or stored elsewhere */
const char *
acm_detoast_text(Datum value, int32 limit, Size *len)
{
	struct varlena *v;

	/* do not read a megabyte to throw it away */
	if (toast_raw_datum_size(value) > (Size) limit + VARHDRSZ)
		v = PG_DETOAST_DATUM_SLICE(value, 0, limit + 1);
	else
		v = PG_DETOAST_DATUM_PACKED(value);
	*len = VARSIZE_ANY_EXHDR(v);
	return VARDATA_ANY(v);
}

/* Give the record in the making more room; see the header */
void
acm_enlarge_record(acm_reader *reader, uint32 more)
{
	if ((Size) reader->record.len + more > ACM_RECORD_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an account of %s takes more than %d bytes",
						reader->list->table.relname, ACM_RECORD_MAX)));
	acm_store_enlarge(reader->list->store, &reader->record, more);
}

/* Append a field of the given bytes to the record, as a varlena */
void
acm_put_field(acm_reader *reader, acm_field field, const char *data, Size len)
{
	acm_draft  *record = &reader->record;
	char	   *to = acm_record_room(reader, VARHDRSZ + VARHDRSZ + len);
	uint32		at = record->len;

	if (len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(to, VARHDRSZ_SHORT + len);
		memcpy(to + VARHDRSZ_SHORT, data, len);
		record->len += VARHDRSZ_SHORT + len;
	}
	else
	{
		at = INTALIGN(at);
		memset(to, 0, at - record->len);
		SET_VARSIZE(record->data + at, VARHDRSZ + len);
		memcpy(record->data + at + VARHDRSZ, data, len);
		record->len = at + VARHDRSZ + len;
	}
	acm_record_of(reader)->field[field] = at;
}

/* Append a text field, cut at a character if need be */
void
acm_put_text_field(acm_reader *reader, acm_field field, Datum value)
{
	Size		len;
	const char *data = acm_text_of(value, FIELD_MAX, &len);

	if (len > FIELD_MAX)
		len = pg_mbcliplen(data, len, FIELD_MAX);
	acm_put_field(reader, field, data, len);
}

/* Append a key; see the header */
acm_link *
acm_put_key(acm_reader *reader, acm_kind kind, const char *data, uint16 len,
		const char *extra, uint16 extra_len)
{
	acm_list   *list = reader->list;
	uint32		first = list->rows[list->nrows].link[kind];
	acm_draft  *record = &reader->record;
	acm_link   *link;
	char	   *to;

	if (list->nlinks[kind] > first)
	{
		/* an array may hold the same thing in two spellings */
		const char *at = record->data + reader->kind_start;

		for (uint32 i = first; i < list->nlinks[kind]; i++)
		{
			acm_key		key;

			at = acm_read_key(at, &key);
			if (key.len == len && memcmp(key.bytes, data, len) == 0)
				return NULL;
		}
		if (list->nlinks[kind] - first >= KEYS_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("an account of %s has more than %d names, domains or identifiers",
							list->table.relname, KEYS_MAX)));
	}

	link = acm_list_add_link(list, kind, list->nrows);
	to = acm_record_room(reader, 2 * sizeof(uint16) + len + extra_len);
	memcpy(to, &extra_len, sizeof(uint16));
	memcpy(to + sizeof(uint16), &len, sizeof(uint16));
	memcpy(to + 2 * sizeof(uint16), data, len);
	if (extra_len > 0)			/* extra may be NULL */
		memcpy(to + 2 * sizeof(uint16) + len, extra, extra_len);
	record->len += 2 * sizeof(uint16) + len + extra_len;
	return link;
}

/* Keys of the next kind start here in the record */
void
acm_start_kind(acm_reader *reader)
{
	reader->kind_start = reader->record.len;
}

/* Whether a text holds neither an ASCII letter or digit nor anything beyond ASCII */
static bool
is_blank(const char *data, Size len)
{
	for (Size i = 0; i < len; i++)
	{
		unsigned char c = data[i];

		if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return false;
	}
	return true;
}

/* The host that a website, domain or e-mail address stands for, as a key */
static void
put_host(acm_reader *reader, const char *data, Size len, uint8 tag)
{
	acm_domain	d;
	acm_link   *link;
	const char *host;
	const char *parent;
	uint16		host_len;
	uint16		parent_len;
	char		extra[sizeof(uint16) + ACM_HOST_BUF];
	uint16		extra_len = 0;

	/* what holds no letter or digit is blank, not invalid */
	if (is_blank(data, len))
		return;
	acm_domain_parse(data, len, &d);
	if (tag == ACM_FROM_WEBSITE)
		reader->list->rows[reader->list->nrows].domain_kind =
			Min(reader->list->rows[reader->list->nrows].domain_kind, d.kind);
	if (d.kind != ACM_DOMAIN_COMPANY)
		return;
	/* hosted ones come last */
	if (d.hosted && tag != ACM_HOSTED)
		reader->hosted = true;
	if (d.hosted != (tag == ACM_HOSTED))
		return;

	host = d.host + d.match_off;
	host_len = d.host_len - d.match_off;
	parent = d.host + d.reg_off;
	parent_len = d.host_len - d.reg_off;
	if (reader->corrections)
	{
		const char *canonical;

		if (acm_domain_suppressed(reader->corrections, host, host_len) ||
			acm_domain_suppressed(reader->corrections, parent, parent_len))
			reader->suppressed = true;
		/* another name of a domain stands for all its hosts, unless one has a name of its own */
		canonical = acm_domain_canonical(reader->corrections, host, host_len);
		if (canonical == NULL)
			canonical = acm_domain_canonical(reader->corrections, parent, parent_len);
		if (canonical)
		{
			acm_domain_parse(canonical, strlen(canonical), &d);
			host = canonical;
			host_len = strlen(canonical);
			parent = d.host + d.reg_off;
			parent_len = d.host_len - d.reg_off;
		}
	}

	if (host_len != parent_len)
	{
		memcpy(extra, &parent_len, sizeof(uint16));
		memcpy(extra + sizeof(uint16), parent, parent_len);
		extra_len = sizeof(uint16) + parent_len;
	}
	link = acm_put_key(reader, ACM_KIND_DOMAIN, host, host_len, extra, extra_len);
	if (link)
		link->tag = tag;
	if (tag != ACM_HOSTED)
		reader->list->rows[reader->list->nrows].has_site = true;
}

/* A website or domain */
void
acm_put_website(acm_reader *reader, const char *data, Size len, int arg)
{
	put_host(reader, data, len, ACM_FROM_WEBSITE);
}

/* A hosted site */
void
acm_put_hosted(acm_reader *reader, const char *data, Size len, int arg)
{
	put_host(reader, data, len, ACM_HOSTED);
}

/* A contact's e-mail address */
void
acm_put_email(acm_reader *reader, const char *data, Size len, int arg)
{
	put_host(reader, data, len, ACM_FROM_EMAIL);
}

/* The match key of a name; see the header */
bool
acm_make_name_key(const char *data, Size len, acm_key *key)
{
	int			nwords;

	key->len = acm_name_key(data, len, key->space.name, key->space.words, &nwords);
	key->bytes = key->space.name;
	key->extra = (const char *) key->space.words;
	key->extra_len = nwords * sizeof(uint16);
	return key->len > 0;
}

/* A name as a match key */
void
acm_put_name(acm_reader *reader, const char *data, Size len, int arg)
{
	acm_key		key;

	if (acm_make_name_key(data, len, &key))
		acm_put_key(reader, ACM_KIND_NAME, key.bytes, key.len, key.extra, key.extra_len);
}

/* An identifier of a scheme, as "scheme:value" */
void
acm_put_identifier(acm_reader *reader, const char *data, Size len, int column)
{
	char		value[ACM_IDENTIFIER_BUF];
	char		key[ACM_IDENTIFIER_BUF + 32];
	const char *scheme_name = acm_identifier_columns[column].scheme;
	int			scheme = acm_identifier_scheme(scheme_name, strlen(scheme_name));
	const char *why;
	acm_link   *link;

	if (acm_normalize_identifier(scheme, data, len, value, &why) > 0)
	{
		int			n = snprintf(key, sizeof(key), "%s:%s", scheme_name, value);

		link = acm_put_key(reader, ACM_KIND_ID, key, n, NULL, 0);
		if (link)
			link->tag = column;
	}
	else if (!is_blank(data, len))
		reader->list->invalid_ids++;
}

/* The families of the row's domains */
void
acm_put_families(acm_reader *reader)
{
	acm_list   *list = reader->list;
	uint32		first = list->rows[list->nrows].link[ACM_KIND_DOMAIN];
	int			at = acm_record_of(reader)->keys;

	if (reader->corrections == NULL)
		return;
	/* domains stand behind the identifiers */
	for (uint32 i = list->rows[list->nrows].link[ACM_KIND_ID]; i < list->nlinks[ACM_KIND_ID]; i++)
	{
		acm_key		key;

		at = acm_read_key(reader->record.data + at, &key) - reader->record.data;
	}
	for (uint32 i = first; i < list->nlinks[ACM_KIND_DOMAIN]; i++)
	{
		const char *family;
		acm_key		key;

		at = acm_read_key(reader->record.data + at, &key) - reader->record.data;
		family = acm_domain_family(reader->corrections, key.bytes, key.len);
		if (family == NULL && key.extra_len > 0)
			family = acm_domain_family(reader->corrections, key.extra + sizeof(uint16),
									   key.extra_len - sizeof(uint16));
		if (family)
			acm_put_key(reader, ACM_KIND_FAMILY, family, strlen(family), NULL, 0);
	}
}

/* Call put for the value, or for each element of an array */
void
acm_each_text(const acm_column *column, Datum value, acm_reader *reader,
		  void (*put) (acm_reader *, const char *, Size, int), int arg)
{
	Size		len;
	const char *data;

	if (acm_column_blinded(column))
		acm_put_blinded(reader, column, value);
	else if (column->form == ACM_FORM_TEXT_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		Datum	   *elements;
		bool	   *nulls;
		int			n;

		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (nulls[i])
				continue;
			data = acm_text_of(elements[i], ACM_INPUT_MAX, &len);
			put(reader, data, len, arg);
		}
	}
	else
	{
		data = acm_text_of(value, ACM_INPUT_MAX, &len);
		put(reader, data, len, arg);
	}
}

/* Show the value, or the first element of an array that is not null */
void
acm_show_text(acm_reader *reader, const acm_column *column, acm_field field, Datum value)
{
	if (acm_column_blinded(column))
		acm_show_blinded(reader, column, field, value);
	else if (column->form == ACM_FORM_TEXT_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		Datum	   *elements;
		bool	   *nulls;
		int			n;

		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &elements, &nulls, &n);
		for (int i = 0; i < n; i++)
		{
			if (!nulls[i] && VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])) > 0)
			{
				acm_put_text_field(reader, field, elements[i]);
				return;
			}
		}
	}
	else if (VARSIZE_ANY_EXHDR(DatumGetPointer(value)) > 0)
		acm_put_text_field(reader, field, value);
}
