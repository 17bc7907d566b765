/*
 * source_texts.c
 *		What is kept of the names, websites and addresses of a source.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "map/source_texts.h"
#include "normalize/domain.h"

/* Append the texts of a value, which may be an array, to elements; returns how many there are then */
int
acm_append_texts(const acm_column *column, Datum value, Datum **elements, int n)
{
	if (column->form == ACM_FORM_TEXT_ARRAY)
	{
		ArrayType  *array = DatumGetArrayTypeP(value);
		Datum	   *more;
		bool	   *nulls;
		int			nmore;

		deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &more, &nulls, &nmore);
		*elements = *elements ? repalloc(*elements, (n + nmore + 1) * sizeof(Datum)) :
			palloc((nmore + 1) * sizeof(Datum));
		for (int i = 0; i < nmore; i++)
		{
			if (!nulls[i])
				(*elements)[n++] = more[i];
		}
		return n;
	}
	*elements = *elements ? repalloc(*elements, (n + 1) * sizeof(Datum)) : palloc(sizeof(Datum));
	(*elements)[n++] = value;
	return n;
}

/* Whether what is given as a website is an e-mail address, or has one before its host */
static bool
has_address(const char *data, Size len)
{
	const char *end = data + len;
	const char *scheme = len > 0 ? memchr(data, ':', len) : NULL;

	if (scheme && end - scheme > 2 && scheme[1] == '/' && scheme[2] == '/')
		data = scheme + 3;
	/* behind the host, it is the name of a page */
	for (; data < end && *data != '/' && *data != '?' && *data != '#'; data++)
	{
		if (*data == '@')
			return true;
	}
	return false;
}

/* Where an address stands in the place of a website, only its host is kept */
int
acm_reduce_addresses(Datum *elements, int n)
{
	int			kept_count = 0;

	for (int i = 0; i < n; i++)
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(elements[i]);
		Size		len = VARSIZE_ANY_EXHDR(text);
		acm_domain	d;

		if (!has_address(VARDATA_ANY(text), len))
		{
			elements[kept_count++] = elements[i];
			continue;
		}
		if (len > ACM_INPUT_MAX)
			continue;
		acm_domain_parse(VARDATA_ANY(text), len, &d);
		if (d.host_len > 0)
			elements[kept_count++] = PointerGetDatum(cstring_to_text_with_len(d.host, d.host_len));
	}
	return kept_count;
}

/* Of contacts' addresses only the hosts of companies are kept: the rest is personal and no key */
int
acm_reduce_to_hosts(Datum *elements, int n)
{
	int			kept_count = 0;

	for (int i = 0; i < n; i++)
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(elements[i]);
		acm_domain	d;

		if (VARSIZE_ANY_EXHDR(text) > ACM_INPUT_MAX)
			continue;
		acm_domain_parse(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), &d);
		if (d.kind == ACM_DOMAIN_COMPANY)
			elements[kept_count++] = PointerGetDatum(cstring_to_text_with_len(d.host, d.host_len));
	}
	return kept_count;
}
