/*
 * segments.c
 *		The totals of an overlap by segment. Each account is counted once, in
 *		the segment of its company.
 */
#include "compat.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "overlap/segments.h"

/* What an amount without currency is listed under */
#define NO_CURRENCY "unknown"

/* A sum of amounts in one currency */
typedef struct amount_sum
{
	struct amount_sum *next;
	char	   *currency;
	int			len;
	Datum		sum;			/* numeric */
} amount_sum;

typedef struct segment
{
	int64		accounts[2];
	int64		companies;
	int64		pairs;
	amount_sum *amounts[2];
} segment;

/* Segments by our status and their status; the last of each stands for none */
typedef struct segment_table
{
	acm_engine *engine;
	int			n;				/* statuses + 1 */
	segment    *segments;		/* n x n */
	MemoryContext context;
	MemoryContext per_row;
	StringInfoData scratch;
} segment_table;

/* The segment that an account counts in */
static segment *
segment_of_row(segment_table *t, int side, uint32 row)
{
	uint32		company = t->engine->company[side][row];
	acm_status	own = t->engine->list[side].rows[row].status;
	int			ours = (side == ACM_OURS) ? own : t->n - 1;
	int			theirs = (side == ACM_THEIRS) ? own : t->n - 1;

	if (company != ACM_NO_COMPANY)
	{
		ours = t->engine->companies[company].status[ACM_OURS];
		theirs = t->engine->companies[company].status[ACM_THEIRS];
	}
	return &t->segments[ours * t->n + theirs];
}

/* Add an account's amount to the sum of its currency */
static void
add_amount(segment_table *t, segment *s, int side, const acm_record *record)
{
	const char *currency = NO_CURRENCY;
	int			len = strlen(NO_CURRENCY);
	amount_sum *a;
	MemoryContext old;
	Datum		amount;
	Datum		text;
	Datum		sum;

	if (!acm_record_field(record, ACM_FIELD_AMOUNT, &amount))
		return;
	if (acm_record_field(record, ACM_FIELD_CURRENCY, &text) &&
		VARSIZE_ANY_EXHDR(DatumGetPointer(text)) > 0)
	{
		currency = VARDATA_ANY(DatumGetPointer(text));
		len = VARSIZE_ANY_EXHDR(DatumGetPointer(text));
	}
	for (a = s->amounts[side]; a; a = a->next)
	{
		if (a->len == len && memcmp(a->currency, currency, len) == 0)
			break;
	}
	if (a == NULL)
	{
		a = MemoryContextAllocZero(t->context, sizeof(amount_sum));
		a->currency = MemoryContextAlloc(t->context, len + 1);
		memcpy(a->currency, currency, len);
		a->currency[len] = '\0';
		a->len = len;
		a->next = s->amounts[side];
		s->amounts[side] = a;
		old = MemoryContextSwitchTo(t->context);
		a->sum = DirectFunctionCall1(int4_numeric, Int32GetDatum(0));
		MemoryContextSwitchTo(old);
	}
	old = MemoryContextSwitchTo(t->per_row);
	sum = DirectFunctionCall2(numeric_add, a->sum, amount);
	MemoryContextSwitchTo(t->context);
	pfree(DatumGetPointer(a->sum));
	a->sum = datumCopy(sum, false, -1);
	MemoryContextSwitchTo(old);
	MemoryContextReset(t->per_row);
}

/* Count the accounts of one side */
static void
count_accounts(segment_table *t, int side)
{
	const acm_list *list = &t->engine->list[side];
	bool		amounts = list->table.columns[ACM_ATTR_AMOUNT].form != ACM_FORM_NONE;

	for (uint32 row = 0; row < list->nrows; row++)
	{
		segment    *s = segment_of_row(t, side, row);

		CHECK_FOR_INTERRUPTS();
		s->accounts[side]++;
		if (amounts)
			add_amount(t, s, side, acm_list_record(list, row, &t->scratch));
	}
}

/* The sums of a side as a JSON object {currency: amount} */
static Datum
amounts_json(const amount_sum *amounts)
{
	JsonbParseState *state = NULL;
	JsonbValue	v;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (; amounts; amounts = amounts->next)
	{
		v.type = jbvString;
		v.val.string.val = amounts->currency;
		v.val.string.len = amounts->len;
		pushJsonbValue(&state, WJB_KEY, &v);
		v.type = jbvNumeric;
		v.val.numeric = DatumGetNumeric(amounts->sum);
		/* JSON has no such numbers: text, as in to_jsonb() */
		if (numeric_is_nan(v.val.numeric) || numeric_is_inf(v.val.numeric))
		{
			v.type = jbvString;
			v.val.string.val = DatumGetCString(DirectFunctionCall1(numeric_out, amounts->sum));
			v.val.string.len = strlen(v.val.string.val);
		}
		pushJsonbValue(&state, WJB_VALUE, &v);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* Put the row of one segment */
static void
put_segment(segment_table *t, int ours, int theirs, Tuplestorestate *store, TupleDesc desc)
{
	const segment *s = &t->segments[ours * t->n + theirs];
	bool		with_ours = ours < t->n - 1;
	bool		with_theirs = theirs < t->n - 1;
	Datum		values[8];
	bool		nulls[8] = {false};

	values[0] = CStringGetTextDatum(acm_segment_name(t->engine->statuses, ours, theirs,
													 with_ours, with_theirs));
	nulls[1] = true;
	if (with_ours && with_theirs)
	{
		acm_tier	tier = acm_tier_of(t->engine->statuses, ours, theirs);

		values[1] = Int32GetDatum(tier.tier);
		nulls[1] = (tier.tier == 0);
	}
	values[2] = Int64GetDatum(s->accounts[ACM_OURS]);
	values[3] = Int64GetDatum(s->accounts[ACM_THEIRS]);
	values[4] = Int64GetDatum(s->companies);
	values[5] = Int64GetDatum(s->pairs);
	for (int side = 0; side < 2; side++)
	{
		nulls[6 + side] = (s->amounts[side] == NULL);
		if (s->amounts[side])
			values[6 + side] = amounts_json(s->amounts[side]);
	}
	tuplestore_putvalues(store, desc, values, nulls);
}

/* Put a row per segment; see the header */
void
acm_segments_put(acm_engine *engine, Tuplestorestate *store, TupleDesc desc)
{
	segment_table *t = palloc0(sizeof(segment_table));

	t->engine = engine;
	t->n = acm_status_count(engine->statuses) + 1;
	t->segments = palloc0((Size) t->n * t->n * sizeof(segment));
	t->context = CurrentMemoryContext;
	t->per_row = AllocSetContextCreate(CurrentMemoryContext, "accountmatch amounts",
									   ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&t->scratch);

	for (int side = 0; side < 2; side++)
		count_accounts(t, side);
	for (uint32 i = 0; i < engine->matches.n; i++)
	{
		const acm_evidence *m = &engine->matches.items[i];

		CHECK_FOR_INTERRUPTS();
		if (m->rule != ACM_RULE_FAMILY)
			segment_of_row(t, ACM_OURS, m->row[ACM_OURS])->pairs++;
	}
	for (uint32 i = 0; i < engine->ncompanies; i++)
	{
		const acm_status *status = engine->companies[i].status;

		t->segments[status[ACM_OURS] * t->n + status[ACM_THEIRS]].companies++;
	}

	/* tier 0, none, comes last among those with both sides */
	for (int tier = 1; tier <= 5; tier++)
	{
		for (int ours = 0; ours < t->n - 1; ours++)
		{
			for (int theirs = 0; theirs < t->n - 1; theirs++)
			{
				if (t->segments[ours * t->n + theirs].pairs > 0 &&
					acm_tier_of(engine->statuses, ours, theirs).tier == tier % 5)
					put_segment(t, ours, theirs, store, desc);
			}
		}
	}
	for (int side = 0; side < 2; side++)
	{
		for (int i = 0; i < t->n - 1; i++)
		{
			/* unknown, which is 0, comes last */
			int			status = (i + 1) % (t->n - 1);
			int			ours = (side == ACM_OURS) ? status : t->n - 1;
			int			theirs = (side == ACM_OURS) ? t->n - 1 : status;

			if (t->segments[ours * t->n + theirs].accounts[side] > 0)
				put_segment(t, ours, theirs, store, desc);
		}
	}
}
