/*
 * guess.c
 *		Which column of an export holds which attribute of an account: the
 *		headings of the usual CRM exports, and guess_columns().
 */
#include "compat.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "overlap/partner_table.h"

/* A sample value is cut to this many characters */
#define SAMPLE_CHARS 60

/*
 * Headings as exports write them, less case and anything but letters and
 * digits. Where a table has several that fit one attribute, the one listed
 * first is taken. Salesforce: field labels and API names of Account and its
 * reports; HubSpot: labels and internal names of the company object; Dynamics,
 * Pipedrive, Zoho: those of their account or organization exports.
 */
static const struct
{
	const char *heading;
	acm_attr	attr;
}			headings[] =
{
	{"accountid", ACM_ATTR_ACCOUNT_ID},
	{"recordid", ACM_ATTR_ACCOUNT_ID},
	{"hsobjectid", ACM_ATTR_ACCOUNT_ID},
	{"companyid", ACM_ATTR_ACCOUNT_ID},
	{"accountid18", ACM_ATTR_ACCOUNT_ID},
	{"casesafeid", ACM_ATTR_ACCOUNT_ID},
	{"sfid", ACM_ATTR_ACCOUNT_ID},
	{"salesforceid", ACM_ATTR_ACCOUNT_ID},
	{"crmid", ACM_ATTR_ACCOUNT_ID},
	{"organizationid", ACM_ATTR_ACCOUNT_ID},
	{"customerid", ACM_ATTR_ACCOUNT_ID},
	{"externalid", ACM_ATTR_ACCOUNT_ID},
	{"id", ACM_ATTR_ACCOUNT_ID},
	{"accountname", ACM_ATTR_NAME},
	{"companyname", ACM_ATTR_NAME},
	{"organizationname", ACM_ATTR_NAME},
	{"organisationname", ACM_ATTR_NAME},
	{"customername", ACM_ATTR_NAME},
	{"name", ACM_ATTR_NAME},
	{"account", ACM_ATTR_NAME},
	{"company", ACM_ATTR_NAME},
	{"organization", ACM_ATTR_NAME},
	{"organisation", ACM_ATTR_NAME},
	{"customer", ACM_ATTR_NAME},
	{"website", ACM_ATTR_WEBSITE},
	{"websiteurl", ACM_ATTR_WEBSITE},
	{"companywebsite", ACM_ATTR_WEBSITE},
	{"web", ACM_ATTR_WEBSITE},
	{"url", ACM_ATTR_WEBSITE},
	{"homepage", ACM_ATTR_WEBSITE},
	{"companydomainname", ACM_ATTR_DOMAIN},
	{"companydomain", ACM_ATTR_DOMAIN},
	{"domain", ACM_ATTR_DOMAIN},
	{"domainname", ACM_ATTR_DOMAIN},
	{"emaildomain", ACM_ATTR_DOMAIN},
	{"email", ACM_ATTR_EMAIL},
	{"emailaddress", ACM_ATTR_EMAIL},
	{"contactemail", ACM_ATTR_EMAIL},
	{"primaryemail", ACM_ATTR_EMAIL},
	{"lei", ACM_ATTR_LEI},
	{"leicode", ACM_ATTR_LEI},
	{"legalentityidentifier", ACM_ATTR_LEI},
	{"duns", ACM_ATTR_DUNS},
	{"dunsnumber", ACM_ATTR_DUNS},
	{"vat", ACM_ATTR_VAT},
	{"vatnumber", ACM_ATTR_VAT},
	{"vatid", ACM_ATTR_VAT},
	{"vatregistrationnumber", ACM_ATTR_VAT},
	{"country", ACM_ATTR_COUNTRY},
	{"countryregion", ACM_ATTR_COUNTRY},
	{"countrycode", ACM_ATTR_COUNTRY},
	{"billingcountry", ACM_ATTR_COUNTRY},
	{"billingcountrycode", ACM_ATTR_COUNTRY},
	{"status", ACM_ATTR_STATUS},
	{"accountstatus", ACM_ATTR_STATUS},
	{"lifecyclestage", ACM_ATTR_STATUS},
	{"type", ACM_ATTR_STATUS},
	{"accounttype", ACM_ATTR_STATUS},
	{"customertype", ACM_ATTR_STATUS},
	{"stage", ACM_ATTR_STAGE},
	{"stagename", ACM_ATTR_STAGE},
	{"dealstage", ACM_ATTR_STAGE},
	{"opportunitystage", ACM_ATTR_STAGE},
	{"owner", ACM_ATTR_OWNER},
	{"accountowner", ACM_ATTR_OWNER},
	{"companyowner", ACM_ATTR_OWNER},
	{"ownername", ACM_ATTR_OWNER},
	{"ownerid", ACM_ATTR_OWNER},
	{"hubspotownerid", ACM_ATTR_OWNER},
	{"industry", ACM_ATTR_INDUSTRY},
	{"sector", ACM_ATTR_INDUSTRY},
	{"region", ACM_ATTR_REGION},
	{"stateregion", ACM_ATTR_REGION},
	{"billingstate", ACM_ATTR_REGION},
	{"territory", ACM_ATTR_REGION},
	{"amount", ACM_ATTR_AMOUNT},
	{"openamount", ACM_ATTR_AMOUNT},
	{"opportunityamount", ACM_ATTR_AMOUNT},
	{"dealamount", ACM_ATTR_AMOUNT},
	{"totalopendealvalue", ACM_ATTR_AMOUNT},
	{"currency", ACM_ATTR_CURRENCY},
	{"currencycode", ACM_ATTR_CURRENCY},
	{"currencyisocode", ACM_ATTR_CURRENCY},
	{"amountcurrency", ACM_ATTR_CURRENCY},
	{"dealcurrencycode", ACM_ATTR_CURRENCY}
};

/* The place in headings[] of a column of this name, or -1; lower is better */
static int
find_heading(const char *column)
{
	char		folded[NAMEDATALEN];
	int			n = 0;

	for (const char *p = column; *p && n < NAMEDATALEN - 1; p++)
	{
		if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))
			folded[n++] = *p;
		else if (*p >= 'A' && *p <= 'Z')
			folded[n++] = *p - 'A' + 'a';
		/* the suffix of a Salesforce custom field */
		else if (p[0] == '_' && p[1] == '_' && p[2] == 'c' && p[3] == '\0')
			break;
	}
	folded[n] = '\0';

	for (int i = 0; i < (int) lengthof(headings); i++)
	{
		if (strcmp(headings[i].heading, folded) == 0)
			return i;
	}
	return -1;
}

/* Best guess which attribute a column of this name holds; -1 if none */
int
acm_guess_attr(const char *column)
{
	int			h = find_heading(column);

	return h < 0 ? -1 : (int) headings[h].attr;
}

/* A value of the column as text, to recognize it by; NULL if it has none */
static char *
sample_value(const char *relname, const char *column)
{
	char	   *query = psprintf("SELECT pg_catalog.left(%s::pg_catalog.text, %d) FROM %s WHERE %s IS NOT NULL LIMIT 1",
								 quote_identifier(column), SAMPLE_CHARS, relname, quote_identifier(column));
	char	   *value = NULL;
	int			rc = SPI_execute(query, true, 1);

	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
	if (SPI_processed > 0)
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return value;
}

PG_FUNCTION_INFO_V1(acm_guess_columns);

/*
 * guess_columns(list regclass): a row per attribute that some column seems to
 * hold, with a sample value.
 */
Datum
acm_guess_columns(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			best[ACM_NATTRS];
	int			column[ACM_NATTRS];
	Relation	rel;
	TupleDesc	desc;
	char	   *relname;

	InitMaterializedSRF(fcinfo, 0);

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	relname = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
										 RelationGetRelationName(rel));
	desc = RelationGetDescr(rel);

	for (int i = 0; i < ACM_NATTRS; i++)
		best[i] = -1;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			h = att->attisdropped ? -1 : find_heading(NameStr(att->attname));
		bool		preferred;
		char		category;

		if (h < 0)
			continue;
		get_type_category_preferred(att->atttypid, &category, &preferred);
		/* an amount must be a number: text would fail on "1,200" */
		if (headings[h].attr == ACM_ATTR_AMOUNT && category != TYPCATEGORY_NUMERIC)
			continue;

		if (best[headings[h].attr] < 0 || h < best[headings[h].attr])
		{
			best[headings[h].attr] = h;
			column[headings[h].attr] = i;
		}
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};
		char	   *name;
		char	   *sample;

		if (best[attr] < 0)
			continue;
		name = NameStr(TupleDescAttr(desc, column[attr])->attname);
		sample = sample_value(relname, name);
		values[0] = CStringGetTextDatum(acm_attr_name(attr));
		values[1] = CStringGetTextDatum(name);
		if (sample)
			values[2] = CStringGetTextDatum(sample);
		else
			nulls[2] = true;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	relation_close(rel, NoLock);

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_guess_headings);

/*
 * guess_headings(headings text[]): which of a file's headings holds which
 * attribute, by its place from 1; the same choice as for the columns of a table.
 */
Datum
acm_guess_headings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			best[ACM_NATTRS];
	int			place[ACM_NATTRS];
	Datum	   *names;
	bool	   *isnull;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ACM_NATTRS; i++)
		best[i] = -1;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &names, &isnull, &n);
	for (int i = 0; i < n; i++)
	{
		int			h = isnull[i] ? -1 : find_heading(TextDatumGetCString(names[i]));

		if (h < 0)
			continue;
		if (best[headings[h].attr] < 0 || h < best[headings[h].attr])
		{
			best[headings[h].attr] = h;
			place[headings[h].attr] = i + 1;
		}
	}
	for (int attr = 0; attr < ACM_NATTRS; attr++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (best[attr] < 0)
			continue;
		values[0] = CStringGetTextDatum(acm_attr_name(attr));
		values[1] = Int32GetDatum(place[attr]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
