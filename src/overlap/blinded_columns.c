/*
 * blinded_columns.c
 *		Key columns of type blinded; see the header.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "blind/blinded.h"
#include "normalize/identifier.h"
#include "normalize/name_key.h"
#include "overlap/blinded_columns.h"

/* A key in text form: of an identifier with its scheme in front */
#define KEY_BUF (8 + ACM_BLINDED_TEXT_BUF)

#define KEY_ID_BUF (2 * ACM_KEY_ID_LEN + 1)

/* How the values of a space are blinded, and the function whose EXECUTE right that takes */
static const struct
{
	acm_kind	kind;
	const char *blind_kind;
	const char *scheme;
	const char *function;
	int			nargs;			/* all text */
}			spaces[ACM_NSPACES] =
{
	{ACM_KIND_ID, ACM_BLIND_ID, "lei", "blind_identifier", 3},
	{ACM_KIND_ID, ACM_BLIND_ID, "duns", "blind_identifier", 3},
	{ACM_KIND_ID, ACM_BLIND_ID, "vat", "blind_identifier", 3},
	{ACM_KIND_DOMAIN, ACM_BLIND_DOMAIN, "", "blind_domain", 2},
	{ACM_KIND_NAME, ACM_BLIND_NAME, "", "blind_company", 2}
};

/* The space of an attribute that may be blinded */
static acm_space
space_of(acm_attr attr)
{
	switch (attr)
	{
		case ACM_ATTR_LEI:
			return ACM_SPACE_LEI;
		case ACM_ATTR_DUNS:
			return ACM_SPACE_DUNS;
		case ACM_ATTR_VAT:
			return ACM_SPACE_VAT;
		case ACM_ATTR_NAME:
			return ACM_SPACE_NAME;
		default:
			return ACM_SPACE_DOMAIN;
	}
}

/* A blinded value as a key; returns its length. out has KEY_BUF bytes */
static int
key_text(acm_space space, const acm_blinded *value, char *out)
{
	char		text[ACM_BLINDED_TEXT_BUF];
	const char *scheme = spaces[space].scheme;

	acm_blinded_text(value, text);
	return snprintf(out, KEY_BUF, "%s%s%s", scheme, scheme[0] ? ":" : "", text);
}

/* Blind a plain key of a space under a key, given by its spec */
static void
blind(acm_space space, const char *spec, const char *value, int len, acm_blinded *out)
{
	acm_blind(acm_blinder_find(spec, strlen(spec)), spaces[space].blind_kind, spaces[space].scheme,
			  value, len, out);
}

/* What a key is needed for */
typedef struct need
{
	const char *plain;			/* what is to be compared */
	const acm_list *blinded;
	acm_space	space;
} need;

/* Error context callback; arg is a need */
static void
say_need(void *arg)
{
	const need *n = arg;
	const acm_blinding *b = &n->blinded->blinding[n->space];
	char		id[KEY_ID_BUF];

	acm_hex(b->key_id, ACM_KEY_ID_LEN, id);
	errcontext("comparing %s with column %s of %s, which is blinded under key %s", n->plain,
			   quote_identifier(n->blinded->table.columns[b->attr].name),
			   n->blinded->table.relname, id);
}

/*
 * The spec of the key under which a space of a list is blinded, for blinding
 * something plain: an error unless the current user may do that by the SQL
 * function.
 */
static char *
usable_key(const acm_list *blinded, acm_space space, const char *plain)
{
	need		n = {plain, blinded, space};
	ErrorContextCallback context;
	Oid			args[3] = {TEXTOID, TEXTOID, TEXTOID};
	Oid			function;
	AclResult	allowed;
	char	   *spec;

	context.callback = say_need;
	context.arg = &n;
	context.previous = error_context_stack;
	error_context_stack = &context;
	function = LookupFuncName(list_make2(makeString("accountmatch"), makeString((char *) spaces[space].function)),
							  spaces[space].nargs, args, false);
	allowed = acm_function_aclcheck(function, GetUserId(), ACL_EXECUTE);
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FUNCTION, spaces[space].function);
	spec = acm_blinder_spec(blinded->blinding[space].key_id);
	error_context_stack = context.previous;
	return spec;
}

/* Complain of values under two keys */
static void
report_two_keys(const acm_partner_table *one, acm_attr attr, const uint8 *id,
				const acm_partner_table *other, acm_attr other_attr, const uint8 *other_id)
{
	const char *column = quote_identifier(one->columns[attr].name);
	const char *other_column = quote_identifier(other->columns[other_attr].name);
	char		a[KEY_ID_BUF];
	char		b[KEY_ID_BUF];

	acm_hex(id, ACM_KEY_ID_LEN, a);
	acm_hex(other_id, ACM_KEY_ID_LEN, b);
	if (one == other && attr == other_attr)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column %s of %s is blinded under two keys, %s and %s", column, one->relname, a, b),
				 errhint("Blind it anew under one key: accountmatch.blind_key_id() tells which rows are left.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("column %s of %s and column %s of %s are blinded under different keys, %s and %s",
					column, one->relname, other_column, other->relname, a, b),
			 errhint("What is compared must be blinded under one key.")));
}

/* See that a value is under the key of its space */
static void
check_key_id(acm_list *list, acm_attr attr, const acm_blinded *value)
{
	acm_blinding *b = &list->blinding[space_of(attr)];

	if (!b->seen)
	{
		b->seen = true;
		b->attr = attr;
		memcpy(b->key_id, value->key_id, sizeof(b->key_id));
	}
	else if (memcmp(b->key_id, value->key_id, sizeof(b->key_id)) != 0)
		report_two_keys(&list->table, b->attr, b->key_id, &list->table, attr, value->key_id);
}

/* For acm_corrections_blind: arg is the key's spec */
static void
blind_domain_text(const char *domain, char *out, void *arg)
{
	acm_blinded value;

	blind(ACM_SPACE_DOMAIN, arg, domain, strlen(domain), &value);
	acm_blinded_text(&value, out);
}

/*
 * What the user knows better of a blinded domain: that its row is suppressed,
 * or that it stands for another one, which replaces it in key.
 */
static void
correct_domain(acm_reader *reader, char *key)
{
	acm_blinding *b = &reader->list->blinding[ACM_SPACE_DOMAIN];
	const char *canonical;

	if (!acm_corrections_domains(reader->corrections))
		return;
	if (b->spec == NULL)
		b->spec = MemoryContextStrdup(reader->context,
									  usable_key(reader->list, ACM_SPACE_DOMAIN, "the domains of overrides and aliases"));
	acm_corrections_blind(reader->corrections, blind_domain_text, b->spec);
	if (acm_domain_suppressed(reader->corrections, key, strlen(key)))
		reader->suppressed = true;
	canonical = acm_domain_canonical(reader->corrections, key, strlen(key));
	if (canonical)
		blind_domain_text(canonical, key, b->spec);
}

/* The key that a blinded value is */
static void
put_value(acm_reader *reader, acm_attr attr, const acm_blinded *value)
{
	acm_space	space = space_of(attr);
	acm_row    *row = &reader->list->rows[reader->list->nrows];
	char		key[KEY_BUF];
	uint16		len = key_text(space, value, key);
	acm_link   *link;

	check_key_id(reader->list, attr, value);
	switch (space)
	{
		case ACM_SPACE_NAME:
			/* one word */
			acm_put_key(reader, ACM_KIND_NAME, key, len, (char *) &len, sizeof(len));
			break;
		case ACM_SPACE_DOMAIN:
			if (reader->corrections)
				correct_domain(reader, key);
			link = acm_put_key(reader, ACM_KIND_DOMAIN, key, len, NULL, 0);
			if (link)
				link->tag = (attr == ACM_ATTR_EMAIL) ? ACM_FROM_EMAIL : ACM_FROM_WEBSITE;
			if (attr != ACM_ATTR_EMAIL)
				row->domain_kind = ACM_DOMAIN_COMPANY;
			row->has_site = true;
			break;
		default:
			link = acm_put_key(reader, ACM_KIND_ID, key, len, NULL, 0);
			if (link)
				link->tag = space;
			break;
	}
}

/* The elements of an array of blinded */
static int
elements_of(Datum value, Datum **elements, bool **nulls)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int			n;

	deconstruct_array(array, ARR_ELEMTYPE(array), ACM_BLINDED_LEN, false, TYPALIGN_CHAR, elements, nulls, &n);
	return n;
}

/* Keys from the value of a blinded column */
void
acm_put_blinded(acm_reader *reader, const acm_column *column, Datum value)
{
	acm_attr	attr = column - reader->list->table.columns;
	Datum	   *elements = &value;
	bool		not_null = false;
	bool	   *nulls = &not_null;
	int			n = 1;

	if (column->form == ACM_FORM_BLINDED_ARRAY)
		n = elements_of(value, &elements, &nulls);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!nulls[i])
			put_value(reader, attr, (const acm_blinded *) DatumGetPointer(elements[i]));
	}
}

/* Show a value in text form */
void
acm_show_blinded(acm_reader *reader, const acm_column *column, acm_field field, Datum value)
{
	Datum	   *elements = &value;
	bool		not_null = false;
	bool	   *nulls = &not_null;
	int			n = 1;

	if (column->form == ACM_FORM_BLINDED_ARRAY)
		n = elements_of(value, &elements, &nulls);
	for (int i = 0; i < n; i++)
	{
		char		text[ACM_BLINDED_TEXT_BUF];

		if (nulls[i])
			continue;
		acm_blinded_text((const acm_blinded *) DatumGetPointer(elements[i]), text);
		acm_put_field(reader, field, text, strlen(text));
		return;
	}
}

/* The kinds with a blinded column in one of the lists */
uint32
acm_blinded_kinds(const acm_list lists[2])
{
	uint32		kinds = 0;

	for (int side = 0; side < 2; side++)
	{
		for (acm_attr attr = ACM_ATTR_NAME; attr <= ACM_ATTR_VAT; attr++)
		{
			if (acm_column_blinded(&lists[side].table.columns[attr]))
				kinds |= 1 << spaces[space_of(attr)].kind;
		}
	}
	return kinds;
}

/* Numbering under way */
typedef struct numbering_state
{
	acm_engine *engine;
	int			side;
	const acm_list *blinded[ACM_NSPACES];	/* a list with blinded values of a space; NULL: none */
	char	   *spec[ACM_NSPACES];	/* of their key, once needed */
} numbering_state;

/* Note a key, or its match domain, to be numbered */
static void
add_key(numbering_state *s, acm_kind kind, const char *bytes, uint16 len, uint32 link, uint16 offset)
{
	acm_list   *list = &s->engine->list[s->side];
	char		key[sizeof(uint16) + Max(Max(ACM_HOST_BUF, ACM_NAME_BUF), ACM_IDENTIFIER_BUF + 8)];

	Assert(len <= sizeof(key) - sizeof(len));
	memcpy(key, &len, sizeof(len));
	memcpy(key + sizeof(len), bytes, len);
	acm_keys_add(s->engine->numbering->kind[kind], key, false, (char **) &list->links[kind],
				 sizeof(acm_link), offset, link);
}

/*
 * Number one key, blinded if its space has blinded values. Match domains play
 * no part then, as a blinded host does not tell its own.
 */
static void
number_key(numbering_state *s, acm_kind kind, uint32 link, const acm_key *key)
{
	const acm_list *list = &s->engine->list[s->side];
	acm_space	space = (kind == ACM_KIND_NAME) ? ACM_SPACE_NAME :
		(kind == ACM_KIND_DOMAIN) ? ACM_SPACE_DOMAIN : list->links[kind][link].tag;
	int			prefix = (kind == ACM_KIND_ID) ? strlen(spaces[space].scheme) + 1 : 0;
	char		text[KEY_BUF];
	acm_blinded value;

	if (s->blinded[space] == NULL)
	{
		add_key(s, kind, key->bytes, key->len, link, offsetof(acm_link, key));
		if (kind == ACM_KIND_DOMAIN && key->extra_len > 0)
			add_key(s, kind, key->extra + sizeof(uint16), key->extra_len - sizeof(uint16), link,
					offsetof(acm_link, parent));
		return;
	}
	if (acm_key_blinded(key->bytes + prefix, key->len - prefix))
	{
		add_key(s, kind, key->bytes, key->len, link, offsetof(acm_link, key));
		return;
	}
	if (s->spec[space] == NULL)
		s->spec[space] = usable_key(s->blinded[space], space, psprintf("plain values of %s", list->table.relname));
	blind(space, s->spec[space], key->bytes + prefix, key->len - prefix, &value);
	add_key(s, kind, text, key_text(space, &value, text), link, offsetof(acm_link, key));
}

/* Number the keys of blinded kinds; see the header */
void
acm_number_blinded(acm_engine *engine)
{
	uint32		kinds = engine->numbering->later;
	numbering_state s;

	if (kinds == 0)
		return;
	memset(&s, 0, sizeof(s));
	s.engine = engine;
	for (int space = 0; space < ACM_NSPACES; space++)
	{
		const acm_blinding *a = &engine->list[ACM_OURS].blinding[space];
		const acm_blinding *b = &engine->list[ACM_THEIRS].blinding[space];

		if (a->seen && b->seen && memcmp(a->key_id, b->key_id, sizeof(a->key_id)) != 0)
			report_two_keys(&engine->list[ACM_OURS].table, a->attr, a->key_id,
							&engine->list[ACM_THEIRS].table, b->attr, b->key_id);
		s.blinded[space] = a->seen ? &engine->list[ACM_OURS] : b->seen ? &engine->list[ACM_THEIRS] : NULL;
	}

	for (s.side = 0; s.side < 2; s.side++)
	{
		const acm_list *list = &engine->list[s.side];

		for (uint32 row = 0; row < list->nrows; row++)
		{
			const acm_record *record = acm_list_record(list, row, &engine->scratch[s.side]);
			const char *at = (const char *) record + record->keys;

			CHECK_FOR_INTERRUPTS();
			for (int kind = 0; kind < ACM_NKINDS; kind++)
			{
				for (uint32 i = list->rows[row].link[kind]; i < list->rows[row + 1].link[kind]; i++)
				{
					acm_key		key;

					at = acm_read_key(at, &key);
					if (kinds & (1 << kind))
						number_key(&s, kind, i, &key);
				}
			}
		}
	}
}

/*
 * Which key a column's values are blinded under, from the table itself: as
 * they are ordered by it, its least and its greatest value tell whether it is
 * the only one. False if there are none.
 */
static bool
read_key_id(const acm_partner_table *table, acm_attr attr, uint8 *id)
{
	const char *column = quote_identifier(table->columns[attr].name);
	bool		array = table->columns[attr].form == ACM_FORM_BLINDED_ARRAY;
	StringInfoData query;
	int			rc;

	initStringInfo(&query);
	for (int i = 0; i < 2; i++)
	{
		appendStringInfo(&query, "%s(SELECT %s%s::accountmatch.blinded AS k FROM %s l",
						 i > 0 ? " UNION ALL " : "", array ? "" : "l.", array ? "u.k" : column, table->relname);
		if (array)
			appendStringInfo(&query, ", pg_catalog.unnest(l.%s) u(k) WHERE u.k IS NOT NULL", column);
		else
			appendStringInfo(&query, " WHERE l.%s IS NOT NULL", column);
		appendStringInfo(&query, " ORDER BY 1 USING OPERATOR(accountmatch.%s) LIMIT 1)", i > 0 ? ">" : "<");
	}
	rc = SPI_execute(query.data, true, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		null;
		const acm_blinded *value = (const acm_blinded *)
			DatumGetPointer(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null));

		if (i > 0 && memcmp(id, value->key_id, ACM_KEY_ID_LEN) != 0)
			report_two_keys(table, attr, id, table, attr, value->key_id);
		memcpy(id, value->key_id, ACM_KEY_ID_LEN);
	}
	return SPI_processed > 0;
}

/* The value of a blinded column for a plain text; see the header */
char *
acm_blinded_literal(const acm_partner_table *table, acm_attr attr, const char *value)
{
	acm_space	space = space_of(attr);
	acm_list	list;
	const char *data;
	int			len;
	char		canonical[Max(ACM_NAME_BUF, ACM_IDENTIFIER_BUF)];
	acm_domain	d;
	acm_blinded blinded;
	char		text[ACM_BLINDED_TEXT_BUF];

	memset(&list, 0, sizeof(list));
	list.table = *table;
	if (space == ACM_SPACE_DOMAIN)
	{
		acm_domain_parse(value, strlen(value), &d);
		if (d.kind != ACM_DOMAIN_COMPANY)
			return NULL;
		data = d.host + d.match_off;
		len = d.host_len - d.match_off;
	}
	else
	{
		data = canonical;
		if (space == ACM_SPACE_NAME)
			len = acm_name_key(value, strlen(value), canonical, NULL, NULL);
		else
			len = acm_normalize_identifier(acm_identifier_scheme(spaces[space].scheme, strlen(spaces[space].scheme)),
										   value, strlen(value), canonical, NULL);
		if (len == 0)
			return NULL;
	}
	if (!read_key_id(table, attr, list.blinding[space].key_id))
		return NULL;
	list.blinding[space].attr = attr;
	blind(space, usable_key(&list, space, "the account"), data, len, &blinded);
	acm_blinded_text(&blinded, text);
	return psprintf("'%s'::accountmatch.blinded", text);
}

/* Id of the key of a list's blinded domains or names */
char *
acm_blinded_key_id(const acm_list *list, acm_attr attr)
{
	const acm_blinding *b = &list->blinding[space_of(attr)];
	char	   *id;

	if (!b->seen)
		return NULL;
	id = palloc(KEY_ID_BUF);
	acm_hex(b->key_id, ACM_KEY_ID_LEN, id);
	return id;
}
