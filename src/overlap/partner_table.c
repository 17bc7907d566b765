/*
 * partner_table.c
 *		Partner tables: which column of a relation holds which attribute of an
 *		account, and the query that reads them.
 */
#include "compat.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "blind/blinded.h"
#include "overlap/partner_table.h"

/* What a column may be */
#define TAKES_ID		0x01	/* text, integer, uuid or numeric */
#define TAKES_ARRAY		0x02	/* text[] too */
#define TAKES_NUMBER	0x04	/* a number instead of text */
#define IS_KEY			0x08	/* an account can be matched by it */

static const struct
{
	const char *name;
	int			flags;
}			acm_attributes[ACM_NATTRS] =
{
	{"account_id", TAKES_ID},
	{"name", TAKES_ARRAY | IS_KEY},
	{"website", TAKES_ARRAY | IS_KEY},
	{"domain", TAKES_ARRAY | IS_KEY},
	{"email", TAKES_ARRAY | IS_KEY},
	{"lei", IS_KEY},
	{"duns", IS_KEY},
	{"vat", IS_KEY},
	{"country", 0},
	{"status", 0},
	{"stage", 0},
	{"owner", 0},
	{"industry", 0},
	{"region", 0},
	{"amount", TAKES_NUMBER},
	{"currency", 0}
};

/* The attribute's name in the contract */
const char *
acm_attr_name(acm_attr attr)
{
	return acm_attributes[attr].name;
}

/* The attribute of that exact name, or -1 */
static int
find_attr(const char *name, int len)
{
	for (int i = 0; i < ACM_NATTRS; i++)
	{
		if ((int) strlen(acm_attributes[i].name) == len &&
			memcmp(acm_attributes[i].name, name, len) == 0)
			return i;
	}
	return -1;
}

/* The names of all attributes, or of all columns, for a hint */
static char *
list_attributes(int flag)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int i = 0; i < ACM_NATTRS; i++)
	{
		if (flag == 0 || (acm_attributes[i].flags & flag))
			appendStringInfo(&s, "%s%s", s.len ? ", " : "", acm_attributes[i].name);
	}
	return s.data;
}

/*
 * The columns of a relation, for a hint: at most 20, those that differ from
 * `like` only in case first and alone.
 */
static char *
list_columns(TupleDesc desc, const char *like, bool *by_case)
{
	StringInfoData s;
	int			n = 0;

	initStringInfo(&s);
	*by_case = false;
	for (int i = 0; like && i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && pg_strcasecmp(NameStr(att->attname), like) == 0)
		{
			appendStringInfo(&s, "%s%s", n++ ? ", " : "", quote_identifier(NameStr(att->attname)));
			*by_case = true;
		}
	}
	for (int i = 0; !*by_case && i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (n++ == 20)
		{
			appendStringInfoString(&s, ", ...");
			break;
		}
		appendStringInfo(&s, "%s%s", n > 1 ? ", " : "", quote_identifier(NameStr(att->attname)));
	}
	return s.data;
}

/* The column of that exact name, or NULL */
static Form_pg_attribute
find_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att;
	}
	return NULL;
}

/*
 * Give the attribute this column, if its type can hold it: choose the form in
 * which its values come, and append the expression to the query's target list.
 */
static void
take_column(acm_partner_table *table, acm_attr attr, Form_pg_attribute att,
			int *pos, StringInfo target)
{
	int			flags = acm_attributes[attr].flags;
	Oid			type = getBaseType(att->atttypid);
	Oid			element = get_element_type(type);
	Oid			blinded = acm_blinded_type();
	const char *column = quote_identifier(NameStr(att->attname));
	acm_form	form = ACM_FORM_NONE;
	const char *cast = "";
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);

	if (IsBinaryCoercible(type, TEXTOID) && type != BPCHAROID)
		form = ACM_FORM_TEXT;
	else if (category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM ||
			 type == BPCHAROID)
	{
		form = ACM_FORM_TEXT;
		cast = "::pg_catalog.text";
	}
	else if ((flags & TAKES_ARRAY) && OidIsValid(element) &&
			 IsBinaryCoercible(getBaseType(element), TEXTOID) &&
			 getBaseType(element) == element)
		form = ACM_FORM_TEXT_ARRAY;
	else if ((flags & IS_KEY) && type == blinded)
		form = ACM_FORM_BLINDED;
	else if ((flags & IS_KEY) && (flags & TAKES_ARRAY) && OidIsValid(element) &&
			 getBaseType(element) == blinded)
		form = ACM_FORM_BLINDED_ARRAY;
	else if ((flags & TAKES_ID) && type == INT4OID)
		form = ACM_FORM_INT4;
	else if ((flags & TAKES_ID) && type == INT8OID)
		form = ACM_FORM_INT8;
	else if ((flags & TAKES_ID) && (type == INT2OID || type == UUIDOID || type == NUMERICOID))
	{
		form = ACM_FORM_TEXT;
		cast = "::pg_catalog.text";
	}

	/* text that must be a number would fail on the first blank */
	if (flags & TAKES_NUMBER)
	{
		form = ACM_FORM_NONE;
		if (category == TYPCATEGORY_NUMERIC && type != OIDOID)
		{
			form = ACM_FORM_NUMERIC;
			cast = (type == NUMERICOID) ? "" : "::pg_catalog.numeric";
		}
	}

	if (form == ACM_FORM_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column %s of %s has type %s, which cannot hold an account's %s",
						column, table->relname, format_type_be(att->atttypid),
						acm_attributes[attr].name),
				 (flags & TAKES_ID) ? errhint("Use a view with %s::text AS account_id.", column) :
				 (flags & TAKES_NUMBER) ? errhint("Use a view with %s::numeric AS amount.", column) :
				 errhint("Use a view with %s::text AS %s%s.", column, acm_attributes[attr].name,
						 (flags & TAKES_ARRAY) ? ", or an array of text" : "")));

	table->columns[attr].form = form;
	table->columns[attr].name = pstrdup(NameStr(att->attname));
	table->columns[attr].pos = (*pos)++;
	appendStringInfo(target, "%s%s%s", target->len ? ", " : "", column, cast);
}

/*
 * Read the caller's {attribute: column} into wanted[], NULL where the
 * attribute is not named; an attribute mapped to null is left out of the list.
 */
static void
read_mapping(Jsonb *mapping, const char *argument, char **wanted, bool *unwanted)
{
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken tok;
	int			attr = -1;

	if (!JB_ROOT_IS_OBJECT(mapping))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a JSON object", argument),
				 errhint("Write %s => '{\"account_id\": \"id\", \"website\": \"company_url\"}'.", argument)));

	it = JsonbIteratorInit(&mapping->root);
	while ((tok = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (tok == WJB_KEY)
		{
			attr = find_attr(v.val.string.val, v.val.string.len);
			if (attr < 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s names an unknown attribute \"%.*s\"", argument,
								v.val.string.len, v.val.string.val),
						 errhint("The attributes of an account are %s.", list_attributes(0))));
		}
		else if (tok == WJB_VALUE)
		{
			if (v.type == jbvNull)
				unwanted[attr] = true;
			else if (v.type == jbvString)
				wanted[attr] = pnstrdup(v.val.string.val, v.val.string.len);
			else
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s must map \"%s\" to a column name", argument,
								acm_attributes[attr].name),
						 errhint("A column name is a JSON string; null leaves the attribute out.")));
		}
	}

	/* jsonb has merged equal keys already; two attributes of one column it has not */
	for (int i = 0; i < ACM_NATTRS; i++)
	{
		for (int j = 0; wanted[i] && j < i; j++)
		{
			if (wanted[j] && strcmp(wanted[i], wanted[j]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("%s maps column \"%s\" to both \"%s\" and \"%s\"", argument,
								wanted[i], acm_attributes[j].name, acm_attributes[i].name),
						 errhint("Map each column to one attribute.")));
		}
	}
}

/* Complain of a column that the mapping names and the relation lacks */
static void
report_no_column(acm_partner_table *table, TupleDesc desc, const char *argument,
				 acm_attr attr, const char *column)
{
	bool		by_case;
	char	   *names = list_columns(desc, column, &by_case);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("%s maps \"%s\" to column \"%s\", which %s does not have", argument,
					acm_attributes[attr].name, column, table->relname),
			 by_case ? errhint("Did you mean %s? Upper and lower case differ here.", names) :
			 errhint("Its columns are %s.", names)));
}

/* Complain that there is no account_id, or nothing to match by */
static void
report_missing(acm_partner_table *table, TupleDesc desc, const char *argument, bool id)
{
	StringInfoData guess;
	bool		by_case;

	/* propose the mapping as something to paste */
	initStringInfo(&guess);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			attr = att->attisdropped ? -1 : acm_guess_attr(NameStr(att->attname));

		if (attr < 0 || strcmp(NameStr(att->attname), acm_attributes[attr].name) == 0)
			continue;
		if (id ? attr == ACM_ATTR_ACCOUNT_ID : (acm_attributes[attr].flags & IS_KEY) != 0)
			appendStringInfo(&guess, "%s\"%s\": \"%s\"", guess.len ? ", " : "",
							 acm_attributes[attr].name, NameStr(att->attname));
	}

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 id ? errmsg("%s has no column \"account_id\"", table->relname) :
			 errmsg("%s has no column to match accounts by", table->relname),
			 id ? 0 : errdetail("It needs at least one of %s.", list_attributes(IS_KEY)),
			 guess.len ? errhint("Write %s => '{%s}', or see accountmatch.guess_columns('%s').",
								 argument, guess.data, table->relname) :
			 errhint("Name the column, as in %s => '{\"%s\": \"...\"}'. Its columns are %s.",
					 argument, id ? "account_id" : "name", list_columns(desc, NULL, &by_case))));
}

/*
 * Open a relation as a partner table; see the header.
 */
void
acm_partner_table_open(acm_partner_table *table, Oid relid, Jsonb *mapping,
					   const char *argument)
{
	char	   *wanted[ACM_NATTRS] = {0};
	bool		unwanted[ACM_NATTRS] = {0};
	StringInfoData target;
	Relation	rel;
	TupleDesc	desc;
	int			pos = 0;
	bool		has_key = false;

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid),
				 errhint("Give the list as 'schema.table', of a table, view, materialized view or foreign table.")));

	memset(table, 0, sizeof(*table));
	table->relid = relid;
	table->relname = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
												RelationGetRelationName(rel));
	switch (rel->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("%s is not a list of accounts", table->relname),
					 errhint("Give a table, view, materialized view or foreign table.")));
	}

	desc = RelationGetDescr(rel);
	if (mapping)
		read_mapping(mapping, argument, wanted, unwanted);

	initStringInfo(&target);
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		const char *name = wanted[attr] ? wanted[attr] : acm_attributes[attr].name;
		Form_pg_attribute att = unwanted[attr] ? NULL : find_column(desc, name);
		bool		taken = false;

		if (wanted[attr] && att == NULL)
			report_no_column(table, desc, argument, attr, name);

		/* a column that was mapped elsewhere does not serve under its own name too */
		for (int other = 0; !wanted[attr] && other < ACM_NATTRS; other++)
			taken |= wanted[other] && strcmp(wanted[other], name) == 0;

		if (att == NULL || taken)
			continue;
		take_column(table, attr, att, &pos, &target);
		has_key |= (acm_attributes[attr].flags & IS_KEY) != 0;
	}

	if (table->columns[ACM_ATTR_ACCOUNT_ID].form == ACM_FORM_NONE)
		report_missing(table, desc, argument, true);
	if (!has_key)
		report_missing(table, desc, argument, false);

	table->query = psprintf("SELECT %s FROM %s", target.data, table->relname);
	relation_close(rel, NoLock);
}

/* Whether values of a type come in a form */
static bool
comes_as(Oid type, acm_form form)
{
	Oid			element = get_element_type(getBaseType(type));

	switch (form)
	{
		case ACM_FORM_TEXT:
			return IsBinaryCoercible(type, TEXTOID);
		case ACM_FORM_TEXT_ARRAY:
			return OidIsValid(element) && IsBinaryCoercible(element, TEXTOID);
		case ACM_FORM_INT4:
			return getBaseType(type) == INT4OID;
		case ACM_FORM_INT8:
			return getBaseType(type) == INT8OID;
		case ACM_FORM_NUMERIC:
			return getBaseType(type) == NUMERICOID;
		case ACM_FORM_BLINDED:
			return getBaseType(type) == acm_blinded_type();
		case ACM_FORM_BLINDED_ARRAY:
			return OidIsValid(element) && getBaseType(element) == acm_blinded_type();
		case ACM_FORM_NONE:
			break;
	}
	return true;
}

/* See that rows have the types that they had; see the header */
void
acm_partner_table_check(const acm_partner_table *table, TupleDesc desc)
{
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		const acm_column *column = &table->columns[attr];

		if (column->form != ACM_FORM_NONE &&
			!comes_as(TupleDescAttr(desc, column->pos)->atttypid, column->form))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column %s of %s has become another one while the lists were read",
							quote_identifier(column->name), table->relname)));
	}
}
