/*
 * stages.c
 *		Where the time goes, reported as LOG or to the client.
 */
#include "compat.h"

#include <sys/resource.h>

#include "portability/instr_time.h"
#include "utils/memutils.h"

#include "overlap/stages.h"

bool		acm_log_stages = false;

static double last_cpu;
static instr_time last_wall;

/* Processor time of this process, user and system, in milliseconds */
static double
cpu_time(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000.0 +
		(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000.0;
}

/* Start the clock */
void
acm_stages_start(void)
{
	if (!acm_log_stages)
		return;
	last_cpu = cpu_time();
	INSTR_TIME_SET_CURRENT(last_wall);
}

/* Report a stage */
void
acm_stage_done(const char *stage, uint64 items)
{
	double		cpu;
	instr_time	wall;
	instr_time	now;

	if (!acm_log_stages)
		return;
	cpu = cpu_time();
	INSTR_TIME_SET_CURRENT(now);
	wall = now;
	INSTR_TIME_SUBTRACT(wall, last_wall);
	ereport(LOG,
			(errmsg("accountmatch: %s: %.0f ms, cpu %.0f ms, " UINT64_FORMAT " items, %zu kB",
					stage, INSTR_TIME_GET_MILLISEC(wall), cpu - last_cpu, items,
					MemoryContextMemAllocated(CurrentMemoryContext, true) / 1024),
			 errhidestmt(true)));
	last_cpu = cpu;
	last_wall = now;
}
