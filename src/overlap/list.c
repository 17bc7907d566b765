/*
 * list.c
 *		What was kept of a partner table: records and their keys.
 */
#include "compat.h"

#include "normalize/company.h"
#include "overlap/array.h"
#include "overlap/list.h"

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
		numbering->kind[kind] = acm_keys_create(memory_limit / 2, seed + kind);
	return numbering;
}

/* Append a link of a kind; see the header */
acm_link *
acm_list_add_link(acm_list *list, acm_kind kind, uint32 row)
{
	acm_link   *link;

	if (list->nlinks[kind] == list->maxlinks[kind])
	{
		list->maxlinks[kind] *= 2;
		list->links[kind] = acm_grow_array(list->links[kind], list->maxlinks[kind], sizeof(acm_link));
	}
	link = &list->links[kind][list->nlinks[kind]++];
	link->key = ACM_NO_KEY;
	link->parent = ACM_NO_KEY;
	link->row = row;
	link->tag = 0;
	return link;
}

/* A row's record */
const acm_record *
acm_list_record(const acm_list *list, uint32 row, StringInfo scratch)
{
	return (const acm_record *) acm_store_fetch(list->store, list->rows[row].pos, scratch);
}

/* Read the key at a place in a record */
const char *
acm_read_key(const char *at, acm_key *key)
{
	memcpy(&key->extra_len, at, sizeof(uint16));
	memcpy(&key->len, at + sizeof(uint16), sizeof(uint16));
	key->bytes = at + 2 * sizeof(uint16);
	key->extra = key->bytes + key->len;
	return key->extra + key->extra_len;
}

/* The key that a link stands for */
void
acm_record_key(const acm_list *list, const acm_record *record, acm_kind kind, uint32 link, acm_key *key)
{
	if (kind == ACM_KIND_NAME && list->late_names)
	{
		Datum		name = (Datum) 0;

		acm_record_field(record, ACM_FIELD_NAME, &name);
		acm_make_name_key(VARDATA_ANY(DatumGetPointer(name)), VARSIZE_ANY_EXHDR(DatumGetPointer(name)), key);
		return;
	}
	acm_nth_key(record, acm_keys_before(list, kind, link), key);
}

/* How many keys of the row's record stand before that of a link */
uint32
acm_keys_before(const acm_list *list, acm_kind kind, uint32 link)
{
	const acm_row *row = &list->rows[list->links[kind][link].row];
	uint32		before = link - row->link[kind];

	for (int k = 0; k < (int) kind; k++)
	{
		/* late names have links, but stand in no record */
		if (k != ACM_KIND_NAME || !list->late_names)
			before += row[1].link[k] - row->link[k];
	}
	return before;
}

/* The key of a record that stands behind so many others */
void
acm_nth_key(const acm_record *record, uint32 before, acm_key *key)
{
	const char *at = (const char *) record + record->keys;

	do
		at = acm_read_key(at, key);
	while (before-- > 0);
}

/* The words of a name's key with blanks between them */
int
acm_name_words(const acm_key *key, char *out)
{
	const char *bytes = key->bytes;
	int			n = 0;

	for (int i = 0; i < key->extra_len; i += sizeof(uint16))
	{
		uint16		len;

		memcpy(&len, key->extra + i, sizeof(len));
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, bytes, len);
		bytes += len;
		n += len;
	}
	out[n] = '\0';
	return n;
}
