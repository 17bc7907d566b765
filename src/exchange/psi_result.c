/*
 * psi_result.c
 *		psi_result(): the common accounts of a finished session as rows.
 */
#include "compat.h"

#include "executor/spi.h"
#include "exchange/psi_files.h"
#include "exchange/psi_session.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "overlap/status.h"

/* Attributes of accountmatch.psi_row, in its order */
typedef enum column
{
	COL_OUR_NAME,
	COL_THEIR_NAME,
	COL_SEGMENT,
	COL_TIER,
	COL_WHY,
	COL_RULE,
	COL_MATCH_KEY,
	COL_NEEDS_REVIEW,
	COL_OUR_ID,
	COL_OUR_WEBSITE,
	COL_OUR_COUNTRY,
	COL_OUR_STATUS,
	COL_OUR_OWNER,
	COL_OUR_AMOUNT,
	COL_OUR_CURRENCY,
	COL_OUR_INDUSTRY,
	COL_OUR_REGION,
	COL_THEIR_ACCOUNTS,
	COL_THEIR_ID,
	COL_THEIR_WEBSITE,
	COL_THEIR_COUNTRY,
	COL_THEIR_STATUS,
	COL_THEIR_OWNER,
	COL_THEIR_AMOUNT,
	COL_THEIR_CURRENCY,
	COL_THEIR_INDUSTRY,
	COL_THEIR_REGION,
	NCOLUMNS
} column;

/* Where an attribute of either side goes */
static const column columns[2][ACM_PSI_NATTRS] = {
	{COL_OUR_ID, COL_OUR_NAME, COL_OUR_WEBSITE, COL_OUR_COUNTRY, COL_OUR_STATUS, COL_OUR_OWNER, COL_OUR_AMOUNT,
	COL_OUR_CURRENCY, COL_OUR_INDUSTRY, COL_OUR_REGION},
	{COL_THEIR_ID, COL_THEIR_NAME, COL_THEIR_WEBSITE, COL_THEIR_COUNTRY, COL_THEIR_STATUS, COL_THEIR_OWNER,
	COL_THEIR_AMOUNT, COL_THEIR_CURRENCY, COL_THEIR_INDUSTRY, COL_THEIR_REGION}
};

/* A row while it is made */
typedef struct row
{
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS];
	acm_status	status[2];
} row;

/* Set a value */
static void
set(row *r, column c, Datum value)
{
	r->values[c] = value;
	r->nulls[c] = false;
}

/* Set an attribute of a side's account; a status in the word that stands for it */
static void
set_field(row *r, const acm_statuses *statuses, int side, acm_psi_attr attr, acm_bytes field)
{
	if (field.data == NULL)
		return;
	if (attr == ACM_PSI_STATUS)
	{
		r->status[side] = acm_status_of_word(statuses, field.data, (int) field.len);
		if (r->status[side] != ACM_STATUS_UNKNOWN)
			set(r, columns[side][attr], CStringGetTextDatum(acm_status_name(statuses, r->status[side])));
		return;
	}
	set(r, columns[side][attr], PointerGetDatum(cstring_to_text_with_len(field.data, (int) field.len)));
}

/* Why a row is there, as a sentence */
static char *
why(const acm_psi_common *c)
{
	const char *format = c->kind == ACM_PSI_ID ? "Both have the identifier %.*s." :
		c->kind == ACM_PSI_DOMAIN ? "Both have the domain %.*s." :
		"Both have the name %.*s; whether it is the same company is to be looked at.";

	return psprintf(format, (int) c->key.len, (const char *) c->key.data);
}

/* Put the rows of a common key: one for each pair of accounts that is known, or for each of ours */
static void
put_rows(acm_psi *psi, const acm_psi_common *c, const acm_statuses *statuses, ReturnSetInfo *rsinfo)
{
	const acm_psi_list *list = acm_psi_own_list(psi);

	for (uint32_t i = 0; i < c->naccounts; i++)
		for (uint32_t j = 0; j < Max(c->shown, 1); j++)
		{
			row			r;
			acm_tier	tier;

			CHECK_FOR_INTERRUPTS();
			memset(&r, 0, sizeof r);
			memset(r.nulls, true, sizeof r.nulls);
			for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
			{
				set_field(&r, statuses, 0, attr, list->accounts[c->accounts[i]].field[attr]);
				set_field(&r, statuses, 1, attr, acm_psi_their_field(psi, c, j, attr));
			}
			tier = acm_tier_of(statuses, r.status[0], r.status[1]);
			set(&r, COL_SEGMENT, CStringGetTextDatum(acm_segment_name(statuses, r.status[0], r.status[1], true, true)));
			if (tier.tier != 0)
				set(&r, COL_TIER, Int32GetDatum(tier.tier));
			set(&r, COL_WHY, CStringGetTextDatum(why(c)));
			set(&r, COL_RULE, CStringGetTextDatum(acm_psi_kind_name(c->kind)));
			set(&r, COL_MATCH_KEY, PointerGetDatum(cstring_to_text_with_len(c->key.data, (int) c->key.len)));
			set(&r, COL_NEEDS_REVIEW, BoolGetDatum(c->kind == ACM_PSI_NAME));
			if (c->their_accounts > 0)
				set(&r, COL_THEIR_ACCOUNTS, Int32GetDatum((int32) c->their_accounts));
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, r.values, r.nulls);
		}
}

/*
 * psi_result(session): the accounts that both sides have
 */
PG_FUNCTION_INFO_V1(acm_psi_result);
Datum
acm_psi_result(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	acm_psi    *psi;
	acm_psi_facts facts;
	acm_psi_common c;
	acm_statuses *statuses;
	MemoryContext per_key;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	statuses = acm_statuses_load();
	psi = acm_psi_load_session(name);
	acm_psi_tell(psi, &facts);
	if (!facts.finished)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("session \"%s\" is not finished", name),
				 errhint("It waits for file %u, to be given to psi_finish().", facts.step + 1)));
	per_key = AllocSetContextCreate(CurrentMemoryContext, "accountmatch psi key", ALLOCSET_DEFAULT_SIZES);
	for (size_t n = 0; acm_psi_common_key(psi, n, &c); n++)
	{
		MemoryContext old = MemoryContextSwitchTo(per_key);

		put_rows(psi, &c, statuses, rsinfo);
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_key);
	}
	SPI_finish();
	return (Datum) 0;
}
