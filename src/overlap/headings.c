/*
 * headings.c
 *		Which column of an export holds which attribute of an account: the
 *		headings of the usual CRM exports. Pure C.
 */
#include "overlap/headings.h"

#include <string.h>

/* Longer headings are none of these: they are looked at up to here */
#define HEADING_MAX 63

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
int
acm_find_heading(const char *column)
{
	char		folded[HEADING_MAX + 1];
	int			n = 0;

	for (const char *p = column; *p && n < HEADING_MAX; p++)
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

	for (int i = 0; i < (int) (sizeof(headings) / sizeof(headings[0])); i++)
	{
		if (strcmp(headings[i].heading, folded) == 0)
			return i;
	}
	return -1;
}

/* The attribute of a heading */
acm_attr
acm_heading_attr(int heading)
{
	return headings[heading].attr;
}

/* Best guess which attribute a column of this name holds; -1 if none */
int
acm_guess_attr(const char *column)
{
	int			h = acm_find_heading(column);

	return h < 0 ? -1 : (int) headings[h].attr;
}
