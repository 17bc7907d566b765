/*
 * result.h
 *		What overlap() gives back for a match or an account without one.
 */
#ifndef ACM_RESULT_H
#define ACM_RESULT_H

#include "postgres.h"

#include "overlap/engine.h"
#include "utils/tuplestore.h"

/* Attributes of accountmatch.overlap_row, in its order */
typedef enum acm_result_column
{
	ACM_RES_OUR_NAME,
	ACM_RES_THEIR_NAME,
	ACM_RES_SEGMENT,
	ACM_RES_TIER,
	ACM_RES_WHY,
	ACM_RES_RULE,
	ACM_RES_MATCH_KEY,
	ACM_RES_CONFIDENCE,
	ACM_RES_NEEDS_REVIEW,
	ACM_RES_COMPANY,
	ACM_RES_OUR_ID,
	ACM_RES_OUR_WEBSITE,
	ACM_RES_OUR_COUNTRY,
	ACM_RES_OUR_STATUS,
	ACM_RES_OUR_OWNER,
	ACM_RES_OUR_AMOUNT,
	ACM_RES_THEIR_ID,
	ACM_RES_THEIR_WEBSITE,
	ACM_RES_THEIR_COUNTRY,
	ACM_RES_THEIR_STATUS,
	ACM_RES_THEIR_OWNER,
	ACM_RES_THEIR_AMOUNT,
	ACM_RES_NCOLUMNS
} acm_result_column;

/*
 * Put a row per match into the tuplestore; with best, only the best one of
 * each of our accounts; with one_sided, also a row per account of either list
 * without a match.
 */
extern void acm_result_put(acm_engine *engine, bool one_sided, bool best,
						   Tuplestorestate *store, TupleDesc desc);

#endif							/* ACM_RESULT_H */
