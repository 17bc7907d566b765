/*
 * segments.h
 *		The totals of an overlap by segment.
 */
#ifndef ACM_SEGMENTS_H
#define ACM_SEGMENTS_H

#include "postgres.h"

#include "overlap/engine.h"
#include "utils/tuplestore.h"

/*
 * Put a row per segment that has accounts into the tuplestore, in the columns
 * of accountmatch.segment_row: first those with accounts on both sides, by
 * tier, then the one-sided ones.
 */
extern void acm_segments_put(acm_engine *engine, Tuplestorestate *store, TupleDesc desc);

#endif							/* ACM_SEGMENTS_H */
