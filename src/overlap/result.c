/*
 * result.c
 *		What overlap() gives back for a match or an account without one.
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "overlap/array.h"
#include "overlap/evidence.h"
#include "overlap/result.h"

/* Matches between asking for a record and reading it */
#define AHEAD 16

/* Where the columns of a side begin; they stand in the same order for both */
static const int side_columns[2] = {ACM_RES_OUR_ID, ACM_RES_THEIR_ID};
static const int name_column[2] = {ACM_RES_OUR_NAME, ACM_RES_THEIR_NAME};

/* The state of one result */
typedef struct result_writer
{
	acm_engine *engine;
	Tuplestorestate *store;
	TupleDesc	desc;
	StringInfoData scratch[2];
	MemoryContext per_row;
	Datum	   *statuses;		/* texts, by status */
	Datum	   *segments;		/* texts, by our status, their status; 0: not made yet */
	Datum		rules[ACM_NRULES];
	Datum		values[ACM_RES_NCOLUMNS];
	bool		nulls[ACM_RES_NCOLUMNS];
} result_writer;

/* Set a value that is not null */
static inline void
set_value(result_writer *w, acm_result_column column, Datum value)
{
	w->values[column] = value;
	w->nulls[column] = false;
}

/* Set what is shown of one side's account; returns its record */
static const acm_record *
set_account(result_writer *w, int side, uint32 row)
{
	static const struct
	{
		acm_field	field;
		int			column;		/* behind the side's first */
	}			shown[] =
	{
		{ACM_FIELD_ID, 0},
		{ACM_FIELD_WEBSITE, 1},
		{ACM_FIELD_COUNTRY, 2},
		{ACM_FIELD_OWNER, 4},
		{ACM_FIELD_AMOUNT, 5}
	};
	const acm_list *list = &w->engine->list[side];
	const acm_record *record = acm_list_record(list, row, &w->scratch[side]);
	int			first = side_columns[side];
	acm_status	status = list->rows[row].status;

	for (int i = 0; i < (int) lengthof(shown); i++)
		w->nulls[first + shown[i].column] =
			!acm_record_field(record, shown[i].field, &w->values[first + shown[i].column]);
	w->nulls[name_column[side]] = !acm_record_field(record, ACM_FIELD_NAME, &w->values[name_column[side]]);
	if (status != ACM_STATUS_UNKNOWN)
		set_value(w, first + 3, w->statuses[status]);
	else
		w->nulls[first + 3] = true;
	return record;
}

/* The text of a segment, made once */
static Datum
segment_text(result_writer *w, acm_status ours, acm_status theirs, bool with_ours, bool with_theirs)
{
	int			n = acm_status_count(w->engine->statuses) + 1;
	Datum	   *segment = &w->segments[(with_ours ? ours : n - 1) * n + (with_theirs ? theirs : n - 1)];

	if (*segment == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(w->segments));

		*segment = CStringGetTextDatum(acm_segment_name(w->engine->statuses, ours, theirs,
														with_ours, with_theirs));
		MemoryContextSwitchTo(old);
	}
	return *segment;
}

/* Put the row of one match */
static void
put_match(result_writer *w, const acm_evidence *match)
{
	acm_engine *engine = w->engine;
	acm_status	status[2];
	acm_tier	tier;
	MemoryContext old = MemoryContextSwitchTo(w->per_row);
	const acm_record *record[2];
	uint32		number = engine->company[ACM_OURS][match->row[ACM_OURS]];
	char	   *key;

	memset(w->nulls, true, sizeof(w->nulls));
	for (int side = 0; side < 2; side++)
	{
		record[side] = set_account(w, side, match->row[side]);
		status[side] = engine->list[side].rows[match->row[side]].status;
	}
	if (match->rule != ACM_RULE_FAMILY)
	{
		for (int side = 0; side < 2; side++)
			status[side] = engine->companies[number].status[side];
		set_value(w, ACM_RES_COMPANY, Int32GetDatum(number + 1));
	}

	tier = acm_tier_of(engine->statuses, status[0], status[1]);
	set_value(w, ACM_RES_SEGMENT, segment_text(w, status[0], status[1], true, true));
	if (tier.tier != 0)
		set_value(w, ACM_RES_TIER, Int32GetDatum(tier.tier));
	key = acm_shown_key(engine, match, ACM_OURS, record);
	set_value(w, ACM_RES_WHY, PointerGetDatum(acm_evidence_sentence(engine, match, record)));
	set_value(w, ACM_RES_RULE, w->rules[match->rule]);
	if (key)
		set_value(w, ACM_RES_MATCH_KEY, CStringGetTextDatum(key));
	set_value(w, ACM_RES_CONFIDENCE, Float4GetDatum(acm_evidence_confidence(match)));
	set_value(w, ACM_RES_NEEDS_REVIEW, BoolGetDatum(acm_needs_review(match)));

	MemoryContextSwitchTo(old);
	tuplestore_putvalues(w->store, w->desc, w->values, w->nulls);
	MemoryContextReset(w->per_row);
}

/* Put the row of an account without a match */
static void
put_one_sided(result_writer *w, int side, uint32 row)
{
	acm_status	status = w->engine->list[side].rows[row].status;

	memset(w->nulls, true, sizeof(w->nulls));
	set_account(w, side, row);
	set_value(w, ACM_RES_SEGMENT,
			  segment_text(w, status, status, side == ACM_OURS, side == ACM_THEIRS));
	tuplestore_putvalues(w->store, w->desc, w->values, w->nulls);
}

/* Whether their account of one match comes before that of another, by account_id */
static bool
their_id_less(result_writer *w, const acm_evidence *a, const acm_evidence *b)
{
	const acm_list *theirs = &w->engine->list[ACM_THEIRS];
	Datum		x = (Datum) 0;
	Datum		y = (Datum) 0;
	Size		xlen;
	Size		ylen;
	int			cmp;

	acm_record_field(acm_list_record(theirs, a->row[ACM_THEIRS], &w->scratch[0]), ACM_FIELD_ID, &x);
	acm_record_field(acm_list_record(theirs, b->row[ACM_THEIRS], &w->scratch[1]), ACM_FIELD_ID, &y);
	xlen = VARSIZE_ANY_EXHDR(DatumGetPointer(x));
	ylen = VARSIZE_ANY_EXHDR(DatumGetPointer(y));
	cmp = memcmp(VARDATA_ANY(DatumGetPointer(x)), VARDATA_ANY(DatumGetPointer(y)), Min(xlen, ylen));
	return cmp < 0 || (cmp == 0 && xlen < ylen);
}

/*
 * Of the matches of one row, which start at i, the best: the earliest rule,
 * then the surer evidence, then their strongest status, then the smallest
 * account_id. Returns the place of the last of them.
 */
static uint32
last_of_best(result_writer *w, uint32 i, const acm_evidence **best)
{
	const acm_evidence_list *matches = &w->engine->matches;
	uint32		row = matches->items[i].row[ACM_OURS];

	*best = &matches->items[i];
	while (i + 1 < matches->n && matches->items[i + 1].row[ACM_OURS] == row)
	{
		const acm_evidence *m = &matches->items[++i];
		const acm_row *rows = w->engine->list[ACM_THEIRS].rows;
		int			cmp = (int) m->rule - (int) (*best)->rule;

		CHECK_FOR_INTERRUPTS();
		if (cmp == 0)
			cmp = (int) m->verdict - (int) (*best)->verdict;
		if (cmp == 0)
		{
			/* unknown, 0, becomes the weakest */
			uint8		x = rows[m->row[ACM_THEIRS]].status - 1;
			uint8		y = rows[(*best)->row[ACM_THEIRS]].status - 1;

			cmp = (int) x - (int) y;
		}
		if (cmp < 0 || (cmp == 0 && their_id_less(w, m, *best)))
			*best = m;
	}
	return i;
}

/*
 * Ask for what the matches ahead need: the row, and later its record. Theirs
 * stand anywhere in memory, and each would be waited for.
 */
static inline void
prefetch_ahead(const acm_engine *engine, uint32 i)
{
	const acm_evidence_list *matches = &engine->matches;

	for (int side = 0; side < 2; side++)
	{
		const acm_list *list = &engine->list[side];

		if (i + 2 * AHEAD < matches->n)
			__builtin_prefetch(&list->rows[matches->items[i + 2 * AHEAD].row[side]]);
		if (i + AHEAD < matches->n)
			acm_store_prefetch(list->store, list->rows[matches->items[i + AHEAD].row[side]].pos);
	}
}

/* Put all rows; see the header */
void
acm_result_put(acm_engine *engine, bool one_sided, bool best, Tuplestorestate *store, TupleDesc desc)
{
	result_writer *w = palloc0(sizeof(result_writer));
	bool	   *shown = NULL;	/* best: our rows that have theirs, if only by family */
	int			nstatuses = acm_status_count(engine->statuses);

	w->engine = engine;
	w->store = store;
	w->desc = desc;
	w->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch result row",
									   ALLOCSET_DEFAULT_SIZES);
	for (int side = 0; side < 2; side++)
		initStringInfo(&w->scratch[side]);
	w->statuses = palloc0(nstatuses * sizeof(Datum));
	for (int i = 1; i < nstatuses; i++)
		w->statuses[i] = CStringGetTextDatum(acm_status_name(engine->statuses, i));
	w->segments = palloc0((nstatuses + 1) * (nstatuses + 1) * sizeof(Datum));
	for (int i = 0; i < ACM_NRULES; i++)
		w->rules[i] = CStringGetTextDatum(acm_rule_name(i));

	if (best)
		shown = acm_make_array(engine->list[ACM_OURS].nrows, sizeof(bool), MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < engine->matches.n; i++)
	{
		const acm_evidence *match = &engine->matches.items[i];

		CHECK_FOR_INTERRUPTS();
		prefetch_ahead(engine, i);
		if (best)
		{
			i = last_of_best(w, i, &match);
			shown[match->row[ACM_OURS]] = true;
		}
		put_match(w, match);
	}
	for (int side = 0; one_sided && side < 2; side++)
	{
		for (uint32 row = 0; row < engine->list[side].nrows; row++)
		{
			CHECK_FOR_INTERRUPTS();
			if (engine->company[side][row] == ACM_NO_COMPANY && !(best && side == ACM_OURS && shown[row]))
				put_one_sided(w, side, row);
		}
	}
}
