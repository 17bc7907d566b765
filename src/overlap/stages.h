/*
 * stages.h
 *		Where the time goes: EXPLAIN sees one Function Scan, so the engine
 *		reports its stages itself if accountmatch.log_stages is on.
 */
#ifndef ACM_STAGES_H
#define ACM_STAGES_H

#include "postgres.h"

/* The setting accountmatch.log_stages */
extern bool acm_log_stages;

/* Start the clock */
extern void acm_stages_start(void);

/* Report a stage since the last call: processor time, items, memory of CurrentMemoryContext */
extern void acm_stage_done(const char *stage, uint64 items);

#endif							/* ACM_STAGES_H */
