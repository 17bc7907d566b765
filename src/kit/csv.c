/*
 * csv.c
 *		CSV files (RFC 4180; also with semicolons or tabs): reading a list by
 *		its headings, writing values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/kit.h"
#include "overlap/headings.h"

#define COLUMNS_MAX 1000

/* A file while it is read */
typedef struct reader
{
	const char *at;
	const char *end;
	char		delimiter;
	char	   *cell;			/* of the value at hand, without its quotes */
	size_t		len;
	size_t		row;			/* from 1, for messages */
	bool		last_of_row;
} reader;

/* Read the next value; false at the end of the file */
static bool
next_value(reader *r)
{
	bool		quoted = r->at < r->end && *r->at == '"';

	if (r->at >= r->end)
		return false;
	r->len = 0;
	r->at += quoted;
	for (; r->at < r->end; r->at++)
	{
		if (quoted && *r->at == '"')
		{
			if (r->at + 1 < r->end && r->at[1] == '"')
				r->at++;
			else
			{
				quoted = false;
				continue;
			}
		}
		else if (!quoted && (*r->at == r->delimiter || *r->at == '\n' || *r->at == '\r'))
			break;
		r->cell[r->len++] = *r->at;
	}
	if (quoted)
		acm_kit_die("row %zu: a quotation mark is not closed", r->row);
	r->last_of_row = r->at >= r->end || *r->at != r->delimiter;
	if (!r->last_of_row)
		r->at++;
	else
	{
		if (r->at < r->end && *r->at == '\r')
			r->at++;
		if (r->at < r->end && *r->at == '\n')
			r->at++;
		r->row++;
	}
	return true;
}

/* The delimiter that the heading has most of */
static char
find_delimiter(const char *at, const char *end)
{
	static const char candidates[] = {',', ';', '\t'};
	int			counts[3] = {0};
	int			best = 0;

	for (; at < end && *at != '\n' && *at != '\r'; at++)
		for (int i = 0; i < 3; i++)
			counts[i] += *at == candidates[i];
	for (int i = 1; i < 3; i++)
		if (counts[i] > counts[best])
			best = i;
	return candidates[best];
}

/* Whether bytes are UTF-8 */
static bool
is_utf8(const uint8_t *s, size_t len)
{
	for (size_t i = 0; i < len;)
	{
		size_t		n = s[i] < 0x80 ? 1 : s[i] >= 0xc2 && s[i] < 0xe0 ? 2 : s[i] >= 0xe0 && s[i] < 0xf0 ? 3 : s[i] >= 0xf0 && s[i] < 0xf5 ? 4 : 0;

		if (n == 0 || n > len - i)
			return false;
		for (size_t j = 1; j < n; j++)
			if ((s[i + j] & 0xc0) != 0x80)
				return false;
		i += n;
	}
	return true;
}

/* Read a list */
void
acm_kit_read_csv(const char *path, acm_psi_list *list)
{
	acm_bytes	file = acm_kit_read_file(path);
	reader		r = {.at = file.data};
	int			attr[COLUMNS_MAX];
	int			best[ACM_NATTRS];
	int			column[ACM_NATTRS];
	int			ncolumns = 0;
	int			n = 0;

	if (file.data == NULL)
		acm_kit_die("\"%s\" cannot be read", path);
	if (!is_utf8(file.data, file.len) || memchr(file.data, '\0', file.len))
		acm_kit_die("\"%s\" is not in UTF-8: save it as \"CSV UTF-8\"", path);
	r.end = r.at + file.len;
	if (file.len >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;
	r.delimiter = find_delimiter(r.at, r.end);
	r.row = 1;
	r.cell = malloc(file.len + 1);
	if (r.cell == NULL)
		acm_kit_die("out of memory");

	for (int i = 0; i < ACM_NATTRS; i++)
		best[i] = -1;
	while (r.row == 1 && next_value(&r))
	{
		int			h;

		if (ncolumns == COLUMNS_MAX)
			acm_kit_die("\"%s\" has more than %d columns", path, COLUMNS_MAX);
		r.cell[r.len] = '\0';
		attr[ncolumns] = -1;
		h = acm_find_heading(r.cell);
		if (h >= 0 && (best[acm_heading_attr(h)] < 0 || h < best[acm_heading_attr(h)]))
		{
			best[acm_heading_attr(h)] = h;
			column[acm_heading_attr(h)] = ncolumns;
		}
		ncolumns++;
	}
	for (int i = 0; i < ACM_NATTRS; i++)
		if (best[i] >= 0)
			attr[column[i]] = i;
	if (best[ACM_ATTR_NAME] < 0 && best[ACM_ATTR_WEBSITE] < 0 && best[ACM_ATTR_DOMAIN] < 0 && best[ACM_ATTR_EMAIL] < 0 &&
		best[ACM_ATTR_LEI] < 0 && best[ACM_ATTR_DUNS] < 0 && best[ACM_ATTR_VAT] < 0)
		acm_kit_die("\"%s\" has no column that is known to hold a name, website, domain, email, lei, duns or vat: its first row has to be the headings", path);
	for (int i = 0; i < ncolumns; i++)
		if (attr[i] >= 0)
			fprintf(stderr, "column %d is used for %s\n", i + 1, (const char *[]) {
				"account_id", "name", "website", "domain", "email", "lei", "duns", "vat", "country", "status", "stage", "owner",
					"industry", "region", "amount", "currency"
			}[attr[i]]);

	while (next_value(&r))
	{
		if (n == 0 && !(r.last_of_row && r.len == 0))
			acm_psi_add_account(list);
		if (n >= ncolumns)
			acm_kit_die("row %zu of \"%s\" has more values than there are headings", r.row, path);
		if (attr[n] >= 0 && r.len > 0)
			acm_psi_add_value(list, attr[n], r.cell, r.len);
		n = r.last_of_row ? 0 : n + 1;
		if (list->failed)
			acm_kit_die("out of memory");
	}
	acm_cleanse(r.cell, file.len);
	free(r.cell);
	acm_cleanse((void *) file.data, file.len);
	free((void *) file.data);
}

/* Write a value */
void
acm_kit_put_csv(acm_buffer *out, acm_bytes value, bool first)
{
	const char *s = value.data;

	if (!first)
		acm_put(out, ",", 1);
	acm_put(out, "\"", 1);
	/* a spreadsheet would run what begins so */
	if (value.len > 0 && strchr("=+-@\t\r", s[0]) && !(s[0] == '-' && value.len > 1 && s[1] >= '0' && s[1] <= '9'))
		acm_put(out, "'", 1);
	for (size_t i = 0; i < value.len; i++)
	{
		if (s[i] == '"')
			acm_put(out, "\"", 1);
		acm_put(out, s + i, 1);
	}
	acm_put(out, "\"", 1);
}
