/*
 * resemble.c
 *		Whether a domain looks like a company's name.
 */
#include <string.h>

#include "normalize/company.h"
#include "normalize/domain.h"
#include "overlap/resemble.h"

#define LABEL_MAX 63

/* A label or name shorter than this resembles nothing but itself */
#define SHORT 4

/* The label that a company chose; see the header */
int
acm_host_label(const char *host, int len, char *out)
{
	acm_domain	d;
	int			n = 0;

	/* a blinded one; without it, its key id could be taken for a host */
	if (memchr(host, ':', len) != NULL)
		return 0;
	acm_domain_parse(host, len, &d);
	if (d.reg_off < 0)
		return 0;
	host = d.host + d.reg_off;
	if (d.host_len - d.reg_off >= 4 && memcmp(host, "xn--", 4) == 0)
		return 0;
	for (int i = 0; i < d.host_len - d.reg_off && host[i] != '.' && n < LABEL_MAX; i++)
	{
		if (host[i] != '-' && host[i] != '_')
			out[n++] = host[i];
	}
	return n;
}

/* The initials of a name's words; see the header */
int
acm_name_initials(const char *name, int len, char *out)
{
	int			n = 0;

	for (int i = 0; i < len && n < LABEL_MAX; i++)
	{
		if (name[i] != ' ' && (i == 0 || name[i - 1] == ' '))
			out[n++] = name[i];
	}
	return n;
}

/* Whether a host looks like a name; see the header */
bool
acm_host_resembles(const char *host, int len, const char *name, int name_len)
{
	char		label[LABEL_MAX + 1];
	char		joined[ACM_NAME_BUF];
	char		initials[LABEL_MAX + 1];
	int			nlabel = acm_host_label(host, len, label);
	int			njoined = 0;
	int			ninitials;
	int			nfirst = 0;

	for (int i = 0; i < name_len; i++)
	{
		if (name[i] != ' ')
			joined[njoined++] = name[i];
		else if (nfirst == 0)
			nfirst = njoined;
	}
	if (nfirst == 0)
		nfirst = njoined;

	if (nlabel == njoined && memcmp(label, joined, nlabel) == 0)
		return nlabel > 0;
	ninitials = acm_name_initials(name, name_len, initials);
	if (ninitials >= 3 && nlabel == ninitials && memcmp(label, initials, nlabel) == 0)
		return true;
	if (nlabel < SHORT || njoined < SHORT)
		return false;
	/* the name, and more; or its beginning; or its first word within */
	if (nlabel < njoined ? memcmp(label, joined, nlabel) == 0 : memcmp(label, joined, njoined) == 0)
		return true;
	if (nfirst >= SHORT && nlabel > nfirst && memcmp(label, joined, nfirst) == 0)
		return true;
	return acm_match_similarity(label, nlabel, joined, njoined) >= 0.8f;
}
