/*
 * csv.c
 *		CSV files as people send them: RFC 4180 with any of the usual
 *		delimiters and line ends, and an error that names the line for whatever
 *		else they are.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* No file has more columns, and no line is longer (bytes) */
#define COLUMNS_MAX 1600
#define RECORD_MAX (1024 * 1024)

/* What is read, and where */
typedef struct csv_reader
{
	const char *at;
	const char *end;
	int64		line;			/* of at, from 1 */
	char		delimiter;
	Datum	   *fields;
	int			nfields;
	StringInfoData field;
} csv_reader;

/* What a file that is no text begins with, to say what it is */
static const struct
{
	const char *bytes;
	int			len;
	const char *what;
}			signatures[] =
{
	{"PK\003\004", 4, "an Excel workbook or ZIP archive"},
	{"\037\213", 2, "compressed"},
	{"%PDF", 4, "a PDF"},
	{"{\\rtf", 5, "an RTF document"},
	{"<html", 5, "an HTML page"},
	{"<!DOC", 5, "an HTML page"},
	{"<?xml", 5, "an XML document"}
};

/* Complain of a file that is no text */
static void
check_signature(const char *data, Size len)
{
	for (int i = 0; i < (int) lengthof(signatures); i++)
	{
		if (len >= (Size) signatures[i].len && memcmp(data, signatures[i].bytes, signatures[i].len) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
					 errmsg("the file is %s, not CSV", signatures[i].what),
					 errhint("Save it as \"CSV UTF-8\".")));
	}
}

/* Excel's first line "sep=;" names the delimiter; else it is what the heading has most of */
static void
find_delimiter(csv_reader *r)
{
	static const char candidates[] = ",;\t|";
	int			count[sizeof(candidates)] = {0};
	bool		quoted = false;
	int			best = 0;

	if (r->end - r->at >= 6 && memcmp(r->at, "sep=", 4) == 0 && strchr(candidates, r->at[4]) && r->at[4] &&
		(r->at[5] == '\n' || r->at[5] == '\r'))
	{
		r->delimiter = r->at[4];
		r->at += (r->at[5] == '\r' && r->end - r->at > 6 && r->at[6] == '\n') ? 7 : 6;
		r->line++;
		return;
	}
	for (const char *p = r->at; p < r->end && p < r->at + RECORD_MAX; p++)
	{
		const char *c;

		if (*p == '"')
			quoted = !quoted;
		else if (!quoted && (*p == '\n' || *p == '\r'))
			break;
		else if (!quoted && *p && (c = strchr(candidates, *p)) != NULL)
			count[c - candidates]++;
	}
	for (int i = 1; i < (int) strlen(candidates); i++)
	{
		if (count[i] > count[best])
			best = i;
	}
	r->delimiter = candidates[best];
}

/* Keep the field at hand */
static void
end_field(csv_reader *r)
{
	if (r->nfields == COLUMNS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("line " INT64_FORMAT " has more than %d columns", r->line, COLUMNS_MAX),
				 errhint("A list needs some ten columns. Send only those.")));
	r->fields[r->nfields++] = PointerGetDatum(cstring_to_text_with_len(r->field.data, r->field.len));
	resetStringInfo(&r->field);
}

/* Whether a line ends here; passes its end */
static bool
pass_line_end(csv_reader *r)
{
	if (r->at < r->end && *r->at != '\n' && *r->at != '\r')
		return false;
	if (r->at < r->end)
	{
		r->at += (*r->at == '\r' && r->end - r->at > 1 && r->at[1] == '\n') ? 2 : 1;
		r->line++;
	}
	return true;
}

/* Text has no control characters but tab and line ends */
static inline void
check_character(const csv_reader *r, char c)
{
	if ((unsigned char) c < ' ' && c != '\t' && c != '\n' && c != '\r')
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("line " INT64_FORMAT " has a control character, 0x%02x", r->line, (unsigned char) c),
				 errhint("The file is damaged, or is not text.")));
}

/* Read a quoted field behind its first quote */
static void
read_quoted(csv_reader *r, const char *start)
{
	int64		first_line = r->line;

	for (;; r->at++)
	{
		if (r->at == r->end || r->at - start > RECORD_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
					 errmsg("a quote that begins in line " INT64_FORMAT " does not end", first_line),
					 errhint("A quote within a quoted field is written twice.")));
		check_character(r, *r->at);
		if (*r->at == '"')
		{
			r->at++;
			if (r->at == r->end || *r->at != '"')
				return;
		}
		else if (*r->at == '\n')
			r->line++;
		appendStringInfoChar(&r->field, *r->at);
	}
}

/* Read the next line that is not blank; false at the end of the file */
static bool
read_record(csv_reader *r, int64 *line)
{
	const char *start = r->at;

	r->nfields = 0;
	resetStringInfo(&r->field);
	*line = r->line;
	while (r->at < r->end)
	{
		CHECK_FOR_INTERRUPTS();
		if (*r->at == '"' && r->field.len == 0)
		{
			r->at++;
			read_quoted(r, start);
			if (r->at < r->end && *r->at != r->delimiter && *r->at != '\n' && *r->at != '\r')
				ereport(ERROR,
						(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						 errmsg("line " INT64_FORMAT " goes on after a quoted field", r->line),
						 errhint("A quote within a quoted field is written twice.")));
		}
		/* many characters at once: most fields have no quotes */
		while (r->at < r->end && *r->at != r->delimiter && *r->at != '\n' && *r->at != '\r')
		{
			if (r->at - start > RECORD_MAX)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("line " INT64_FORMAT " is longer than %d bytes", r->line, RECORD_MAX),
						 errhint("Check the line ends of the file.")));
			check_character(r, *r->at);
			appendStringInfoChar(&r->field, *r->at++);
		}
		if (r->at < r->end && *r->at == r->delimiter)
		{
			r->at++;
			end_field(r);
			/* a line may end with a delimiter and the file with it */
			if (r->at < r->end)
				continue;
		}
		if (r->nfields == 0 && r->field.len == 0)
		{
			/* a blank line */
			pass_line_end(r);
			start = r->at;
			*line = r->line;
			continue;
		}
		end_field(r);
		pass_line_end(r);
		return true;
	}
	return false;
}

PG_FUNCTION_INFO_V1(acm_csv_lines);

/* csv_lines(content): number and fields of each line, the heading first */
Datum
acm_csv_lines(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	text	   *content = PG_GETARG_TEXT_PP(0);
	MemoryContext per_row;
	csv_reader	r;
	int64		line;
	int			ncolumns = 0;

	InitMaterializedSRF(fcinfo, 0);
	memset(&r, 0, sizeof(r));
	r.at = VARDATA_ANY(content);
	r.end = r.at + VARSIZE_ANY_EXHDR(content);
	r.line = 1;
	r.fields = palloc((COLUMNS_MAX + 1) * sizeof(Datum));
	initStringInfo(&r.field);
	if (r.end - r.at >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;
	check_signature(r.at, r.end - r.at);
	find_delimiter(&r);
	per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch csv row", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		MemoryContext old = MemoryContextSwitchTo(per_row);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (!read_record(&r, &line))
			break;
		if (ncolumns == 0)
			ncolumns = r.nfields;
		/* exports like to end lines with empty fields */
		while (r.nfields > ncolumns && VARSIZE_ANY_EXHDR(DatumGetPointer(r.fields[r.nfields - 1])) == 0)
			r.nfields--;
		if (r.nfields != ncolumns)
			ereport(ERROR,
					(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
					 errmsg("line " INT64_FORMAT " has %d fields, the heading %d", line, r.nfields, ncolumns),
					 errhint("A field that contains the delimiter \"%c\" must stand in quotes.", r.delimiter)));
		values[0] = Int64GetDatum(line);
		values[1] = PointerGetDatum(construct_array(r.fields, r.nfields, TEXTOID, -1, false, TYPALIGN_INT));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_row);
	}
	return (Datum) 0;
}
