/*
 * overlap_sql.c
 *		overlap() and segments(): arguments in, the engine, rows out.
 */
#include "compat.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "overlap/engine.h"
#include "overlap/result.h"
#include "overlap/segments.h"

/* Complain of an argument that may not be null */
static void
require_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/*
 * Read the arguments that both functions have, from ours and theirs on
 * (0, 1), statuses and columns from first_option on, into a new engine, and
 * run it. SPI must be connected.
 */
static acm_engine *
run_engine(FunctionCallInfo fcinfo, int first_option)
{
	static const char *const list_names[2] = {"ours", "theirs"};
	static const char *const status_names[2] = {"our_status", "their_status"};
	static const char *const column_names[2] = {"our_columns", "their_columns"};
	acm_engine *engine = palloc0(sizeof(acm_engine));

	engine->statuses = acm_statuses_load();
	for (int side = 0; side < 2; side++)
	{
		int			status = first_option + side;
		int			columns = first_option + 2 + side;

		require_argument(fcinfo, side, list_names[side]);
		if (!PG_ARGISNULL(status))
			engine->list[side].default_status =
				acm_status_argument(engine->statuses, text_to_cstring(PG_GETARG_TEXT_PP(status)),
									status_names[side]);
		acm_partner_table_open(&engine->list[side].table, PG_GETARG_OID(side),
							   PG_ARGISNULL(columns) ? NULL : PG_GETARG_JSONB_P(columns),
							   column_names[side]);
	}
	acm_engine_run(engine);
	return engine;
}

PG_FUNCTION_INFO_V1(acm_overlap);

/*
 * overlap(ours, theirs, one_sided, our_status, their_status, our_columns,
 * their_columns): a row per match.
 */
Datum
acm_overlap(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		one_sided = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	acm_engine *engine;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	engine = run_engine(fcinfo, 3);
	acm_result_put(engine, one_sided, rsinfo->setResult, rsinfo->setDesc);
	acm_engine_end(engine);
	SPI_finish();
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(acm_segments);

/* segments(ours, theirs, our_status, their_status, our_columns, their_columns): the totals */
Datum
acm_segments(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	acm_engine *engine;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	engine = run_engine(fcinfo, 2);
	acm_segments_put(engine, rsinfo->setResult, rsinfo->setDesc);
	acm_engine_end(engine);
	SPI_finish();
	return (Datum) 0;
}
