/*
 * status.c
 *		What an account is to its owner, and what a pair of them means:
 *		status words, segments, tiers. The defaults stand here; the user's
 *		tables go over them.
 */
#include "compat.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "overlap/status.h"

/* A status word is cut to this many bytes before it is looked up */
#define WORD_MAX 63

typedef struct status_word
{
	const char *word;			/* folded: see fold_word */
	acm_status	status;
	bool		built_in;
} status_word;

struct acm_statuses
{
	int			count;
	const char *names[ACM_STATUS_MAX];
	int			nwords;
	status_word *words;			/* sorted by word */
	acm_tier   *tiers;			/* count x count, ours first */
};

static const char *const built_in_names[] = {NULL, "customer", "opportunity", "prospect"};

/*
 * Words as exports write them, folded. Salesforce: the values of Account.Type,
 * Lead.Status and Opportunity.StageName; HubSpot: lifecycle stages (labels and
 * internal names), lead statuses and the default deal stages; Dynamics 365:
 * relationship types and sales stages; and what people write in spreadsheets.
 */
static const struct
{
	const char *word;
	acm_status	status;
}			built_in_words[] =
{
	{"customer", ACM_STATUS_CUSTOMER},
	{"active customer", ACM_STATUS_CUSTOMER},
	{"current customer", ACM_STATUS_CUSTOMER},
	{"existing customer", ACM_STATUS_CUSTOMER},
	{"customer direct", ACM_STATUS_CUSTOMER},
	{"customer channel", ACM_STATUS_CUSTOMER},
	{"installation partner", ACM_STATUS_CUSTOMER},
	{"client", ACM_STATUS_CUSTOMER},
	{"active client", ACM_STATUS_CUSTOMER},
	{"evangelist", ACM_STATUS_CUSTOMER},
	{"won", ACM_STATUS_CUSTOMER},
	{"closed won", ACM_STATUS_CUSTOMER},
	{"closedwon", ACM_STATUS_CUSTOMER},
	{"active", ACM_STATUS_CUSTOMER},
	{"subscriber paying", ACM_STATUS_CUSTOMER},
	{"kunde", ACM_STATUS_CUSTOMER},
	{"bestandskunde", ACM_STATUS_CUSTOMER},
	{"cliente", ACM_STATUS_CUSTOMER},
	{"klant", ACM_STATUS_CUSTOMER},
	{"opportunity", ACM_STATUS_OPPORTUNITY},
	{"open opportunity", ACM_STATUS_OPPORTUNITY},
	{"opp", ACM_STATUS_OPPORTUNITY},
	{"open opp", ACM_STATUS_OPPORTUNITY},
	{"open deal", ACM_STATUS_OPPORTUNITY},
	{"deal", ACM_STATUS_OPPORTUNITY},
	{"pipeline", ACM_STATUS_OPPORTUNITY},
	{"in pipeline", ACM_STATUS_OPPORTUNITY},
	{"qualification", ACM_STATUS_OPPORTUNITY},
	{"needs analysis", ACM_STATUS_OPPORTUNITY},
	{"value proposition", ACM_STATUS_OPPORTUNITY},
	{"id decision makers", ACM_STATUS_OPPORTUNITY},
	{"perception analysis", ACM_STATUS_OPPORTUNITY},
	{"proposal", ACM_STATUS_OPPORTUNITY},
	{"proposal price quote", ACM_STATUS_OPPORTUNITY},
	{"negotiation", ACM_STATUS_OPPORTUNITY},
	{"negotiation review", ACM_STATUS_OPPORTUNITY},
	{"appointment scheduled", ACM_STATUS_OPPORTUNITY},
	{"appointmentscheduled", ACM_STATUS_OPPORTUNITY},
	{"qualified to buy", ACM_STATUS_OPPORTUNITY},
	{"qualifiedtobuy", ACM_STATUS_OPPORTUNITY},
	{"presentation scheduled", ACM_STATUS_OPPORTUNITY},
	{"presentationscheduled", ACM_STATUS_OPPORTUNITY},
	{"decision maker bought in", ACM_STATUS_OPPORTUNITY},
	{"decisionmakerboughtin", ACM_STATUS_OPPORTUNITY},
	{"contract sent", ACM_STATUS_OPPORTUNITY},
	{"contractsent", ACM_STATUS_OPPORTUNITY},
	{"qualify", ACM_STATUS_OPPORTUNITY},
	{"develop", ACM_STATUS_OPPORTUNITY},
	{"propose", ACM_STATUS_OPPORTUNITY},
	{"close", ACM_STATUS_OPPORTUNITY},
	{"trial", ACM_STATUS_OPPORTUNITY},
	{"evaluation", ACM_STATUS_OPPORTUNITY},
	{"poc", ACM_STATUS_OPPORTUNITY},
	{"prospect", ACM_STATUS_PROSPECT},
	{"prospecting", ACM_STATUS_PROSPECT},
	{"target", ACM_STATUS_PROSPECT},
	{"target account", ACM_STATUS_PROSPECT},
	{"lead", ACM_STATUS_PROSPECT},
	{"open lead", ACM_STATUS_PROSPECT},
	{"new", ACM_STATUS_PROSPECT},
	{"open not contacted", ACM_STATUS_PROSPECT},
	{"working contacted", ACM_STATUS_PROSPECT},
	{"closed not converted", ACM_STATUS_PROSPECT},
	{"contacted", ACM_STATUS_PROSPECT},
	{"qualified", ACM_STATUS_PROSPECT},
	{"suspect", ACM_STATUS_PROSPECT},
	{"subscriber", ACM_STATUS_PROSPECT},
	{"marketing qualified lead", ACM_STATUS_PROSPECT},
	{"marketingqualifiedlead", ACM_STATUS_PROSPECT},
	{"mql", ACM_STATUS_PROSPECT},
	{"sales qualified lead", ACM_STATUS_PROSPECT},
	{"salesqualifiedlead", ACM_STATUS_PROSPECT},
	{"sql", ACM_STATUS_PROSPECT},
	{"interessent", ACM_STATUS_PROSPECT},
	{"prospecto", ACM_STATUS_PROSPECT},
	{"closed lost", ACM_STATUS_PROSPECT},
	{"closedlost", ACM_STATUS_PROSPECT},
	{"lost", ACM_STATUS_PROSPECT}
};

static const acm_tier built_in_tiers[4][4] =
{
	{{0, NULL, NULL}, {0, NULL, NULL}, {0, NULL, NULL}, {0, NULL, NULL}},
	{							/* our customer */
		{0, NULL, NULL},
		{4, "nurture", "Plan a joint success story, an integration or a renewal."},
		{2, "pursue", "Offer the partner a reference for the open opportunity."},
		{2, "pursue", "Offer the partner an introduction."}
	},
	{							/* our opportunity */
		{0, NULL, NULL},
		{1, "act now", "Ask the partner for an introduction and a reference."},
		{3, "coordinate", "Agree on a joint proposal."},
		{3, "coordinate", "Share what is known and sell together."}
	},
	{							/* our prospect */
		{0, NULL, NULL},
		{2, "pursue", "Ask the partner for an introduction."},
		{3, "coordinate", "Share what is known and sell together."},
		{3, "coordinate", "Agree who opens the door."}
	}
};

/*
 * Fold a status word: lower case of ASCII, runs of anything but letters and
 * digits one space. Bytes beyond ASCII stay.
 */
static int
fold_word(const char *word, int len, char *out)
{
	int			n = 0;

	for (int i = 0; i < len && n < WORD_MAX; i++)
	{
		unsigned char c = word[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80)
			out[n++] = c;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n;
}

/* For qsort and bsearch */
static int
compare_words(const void *a, const void *b)
{
	return strcmp(((const status_word *) a)->word, ((const status_word *) b)->word);
}

/* The number of a status by its name, -1 if there is none */
static int
find_status(const acm_statuses *st, const char *name)
{
	for (int i = 1; i < st->count; i++)
	{
		if (strcmp(st->names[i], name) == 0)
			return i;
	}
	return -1;
}

/*
 * Run a query on the user's tables, which only the extension's owner can read,
 * as that owner. The query is a constant of ours: nothing of the caller's runs.
 */
static void
select_as_owner(const char *query)
{
	Oid			relid = get_relname_relid("status_word", get_namespace_oid("_accountmatch", false));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;
	Oid			save_user;
	int			save_context;
	int			rc;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for _accountmatch.status_word");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);

	/* an error restores both with the transaction's state */
	GetUserIdAndSecContext(&save_user, &save_context);
	SetUserIdAndSecContext(owner, save_context | SECURITY_LOCAL_USERID_CHANGE);
	rc = SPI_execute(query, true, 0);
	SetUserIdAndSecContext(save_user, save_context);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
}

/* A column of the current row of the result as a string in context, or NULL */
static char *
result_string(uint64 row, int column, MemoryContext context)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? MemoryContextStrdup(context, value) : NULL;
}

/* Put the user's words over the built-in ones */
static void
load_words(acm_statuses *st, MemoryContext context)
{
	uint64		nuser;
	int			n = 0;

	/* statuses of the user's own come in alphabetical order */
	select_as_owner("SELECT word, status FROM _accountmatch.status_word "
					"ORDER BY status COLLATE pg_catalog.\"C\", word COLLATE pg_catalog.\"C\"");
	nuser = SPI_processed;
	st->words = MemoryContextAlloc(context, (nuser + lengthof(built_in_words)) * sizeof(status_word));

	for (uint64 i = 0; i < nuser; i++)
	{
		char	   *word = result_string(i, 1, context);
		char	   *status = result_string(i, 2, context);
		int			number = find_status(st, status);

		if (number < 0)
		{
			if (st->count == ACM_STATUS_MAX)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("there are more than %d statuses", ACM_STATUS_MAX - 1)));
			number = st->count++;
			st->names[number] = status;
		}
		st->words[n].word = word;
		st->words[n].status = number;
		st->words[n++].built_in = false;
	}
	SPI_freetuptable(SPI_tuptable);
	qsort(st->words, n, sizeof(status_word), compare_words);

	for (int i = 0; i < (int) lengthof(built_in_words); i++)
	{
		status_word key = {built_in_words[i].word, 0, false};

		if (bsearch(&key, st->words, nuser, sizeof(status_word), compare_words))
			continue;
		st->words[n].word = built_in_words[i].word;
		st->words[n].status = built_in_words[i].status;
		st->words[n++].built_in = true;
	}
	st->nwords = n;
	qsort(st->words, n, sizeof(status_word), compare_words);
}

/* Put the user's tiers over the built-in ones */
static void
load_tiers(acm_statuses *st, MemoryContext context)
{
	st->tiers = MemoryContextAllocZero(context, st->count * st->count * sizeof(acm_tier));
	for (int i = 0; i < 4; i++)
	{
		for (int j = 0; j < 4; j++)
			st->tiers[i * st->count + j] = built_in_tiers[i][j];
	}

	select_as_owner("SELECT our_status, their_status, tier, priority, play FROM _accountmatch.tier");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			ours = find_status(st, result_string(i, 1, context));
		int			theirs = find_status(st, result_string(i, 2, context));
		char	   *tier = result_string(i, 3, context);
		acm_tier   *t;

		/* a status whose last word was removed */
		if (ours < 0 || theirs < 0)
			continue;
		t = &st->tiers[ours * st->count + theirs];
		t->tier = tier ? atoi(tier) : 0;
		t->priority = result_string(i, 4, context);
		t->play = result_string(i, 5, context);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Load words and tiers; see the header */
acm_statuses *
acm_statuses_load(void)
{
	MemoryContext context = CurrentMemoryContext;
	acm_statuses *st = palloc0(sizeof(acm_statuses));

	for (int i = 0; i < (int) lengthof(built_in_names); i++)
		st->names[i] = built_in_names[i];
	st->count = lengthof(built_in_names);
	load_words(st, context);
	load_tiers(st, context);
	return st;
}

/* The status that a word stands for */
acm_status
acm_status_of_word(const acm_statuses *st, const char *word, int len)
{
	char		folded[WORD_MAX + 1];
	status_word key = {folded, 0, false};
	status_word *found;

	if (fold_word(word, len, folded) == 0)
		return ACM_STATUS_UNKNOWN;
	found = bsearch(&key, st->words, st->nwords, sizeof(status_word), compare_words);
	return found ? found->status : ACM_STATUS_UNKNOWN;
}

/* The status that an argument names, or an error */
acm_status
acm_status_argument(const acm_statuses *st, const char *word, const char *argument)
{
	acm_status	status = acm_status_of_word(st, word, strlen(word));
	int			number;

	if (status != ACM_STATUS_UNKNOWN)
		return status;
	number = find_status(st, word);
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: unknown status \"%s\"", argument, word),
				 errhint("Use customer, opportunity or prospect, or add the word with accountmatch.set_status_word.")));
	return number;
}

/* A status's name */
const char *
acm_status_name(const acm_statuses *st, acm_status status)
{
	return st->names[status];
}

/* The name of one side of a segment */
static const char *
segment_part(const acm_statuses *st, acm_status status, bool with)
{
	if (!with)
		return "none";
	return status == ACM_STATUS_UNKNOWN ? "unknown" : st->names[status];
}

/* The segment of a match */
char *
acm_segment_name(const acm_statuses *st, acm_status ours, acm_status theirs,
				 bool with_ours, bool with_theirs)
{
	return psprintf("%s-%s", segment_part(st, ours, with_ours), segment_part(st, theirs, with_theirs));
}

/* The tier of a match */
acm_tier
acm_tier_of(const acm_statuses *st, acm_status ours, acm_status theirs)
{
	return st->tiers[ours * st->count + theirs];
}

/* How many statuses there are */
int
acm_status_count(const acm_statuses *st)
{
	return st->count;
}

/* A text datum, or null */
static void
set_text(Datum *value, bool *null, const char *s)
{
	*null = (s == NULL);
	if (s)
		*value = CStringGetTextDatum(s);
}

PG_FUNCTION_INFO_V1(acm_classify);

/*
 * classify(our_status, their_status): segment, tier, priority, play. Each is a
 * status or a word for one; null is unknown.
 */
Datum
acm_classify(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	acm_statuses *st;
	acm_status	status[2] = {ACM_STATUS_UNKNOWN, ACM_STATUS_UNKNOWN};
	acm_tier	tier;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	st = acm_statuses_load();
	for (int i = 0; i < 2; i++)
	{
		if (!PG_ARGISNULL(i))
			status[i] = acm_status_argument(st, text_to_cstring(PG_GETARG_TEXT_PP(i)),
											i == 0 ? "our_status" : "their_status");
	}
	tier = acm_tier_of(st, status[0], status[1]);
	set_text(&values[0], &nulls[0],
			 acm_segment_name(st, status[0], status[1], true, true));
	values[1] = Int32GetDatum(tier.tier);
	nulls[1] = (tier.tier == 0);
	set_text(&values[2], &nulls[2], tier.priority);
	set_text(&values[3], &nulls[3], tier.play);
	{
		/* the result must outlive SPI_finish */
		HeapTupleHeader result = SPI_returntuple(heap_form_tuple(desc, values, nulls), desc);

		SPI_finish();
		PG_RETURN_HEAPTUPLEHEADER(result);
	}
}

PG_FUNCTION_INFO_V1(acm_status_words);

/* status_words(): every status word in force */
Datum
acm_status_words(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	acm_statuses *st;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	st = acm_statuses_load();
	for (int i = 0; i < st->nwords; i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		values[0] = CStringGetTextDatum(st->words[i].word);
		set_text(&values[1], &nulls[1], st->names[st->words[i].status]);
		values[2] = BoolGetDatum(st->words[i].built_in);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_tiers);

/* tiers(): the tier of every segment that has one */
Datum
acm_tiers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	acm_statuses *st;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	st = acm_statuses_load();
	for (int i = 1; i < st->count; i++)
	{
		for (int j = 1; j < st->count; j++)
		{
			acm_tier	tier = acm_tier_of(st, i, j);
			Datum		values[5];
			bool		nulls[5] = {false};

			if (tier.tier == 0)
				continue;
			values[0] = CStringGetTextDatum(st->names[i]);
			values[1] = CStringGetTextDatum(st->names[j]);
			values[2] = Int32GetDatum(tier.tier);
			set_text(&values[3], &nulls[3], tier.priority);
			set_text(&values[4], &nulls[4], tier.play);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	SPI_finish();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_fold_status_word);

/* fold_status_word(text): a status word as it is looked up */
Datum
acm_fold_status_word(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	char		folded[WORD_MAX + 1];

	if (fold_word(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), folded) == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(folded));
}
