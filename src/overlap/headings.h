/*
 * headings.h
 *		Attributes of an account, and the headings under which exports have
 *		them. Pure C: no server header, no setting.
 */
#ifndef ACM_HEADINGS_H
#define ACM_HEADINGS_H

/* The attributes of an account; acm_attributes[] has one entry for each, in this order */
typedef enum acm_attr
{
	ACM_ATTR_ACCOUNT_ID,
	ACM_ATTR_NAME,
	ACM_ATTR_WEBSITE,
	ACM_ATTR_DOMAIN,
	ACM_ATTR_EMAIL,
	ACM_ATTR_LEI,
	ACM_ATTR_DUNS,
	ACM_ATTR_VAT,
	ACM_ATTR_COUNTRY,
	ACM_ATTR_STATUS,
	ACM_ATTR_STAGE,
	ACM_ATTR_OWNER,
	ACM_ATTR_INDUSTRY,
	ACM_ATTR_REGION,
	ACM_ATTR_AMOUNT,
	ACM_ATTR_CURRENCY,
	ACM_NATTRS
} acm_attr;

/*
 * The place of a column's name in the list of known headings, or -1; where two
 * columns hold one attribute, the one with the lower place is meant. Case and
 * anything but letters and digits do not count, nor does the suffix "__c".
 */
extern int	acm_find_heading(const char *column);

/* The attribute of a heading by its place */
extern acm_attr acm_heading_attr(int heading);

/* Best guess which attribute a column of this name holds; -1 if none */
extern int	acm_guess_attr(const char *column);

#endif							/* ACM_HEADINGS_H */
