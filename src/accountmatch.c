/*
 * accountmatch.c
 *		Module load and settings.
 */
#include "compat.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "overlap/stages.h"

ACM_MODULE_MAGIC("accountmatch", ACM_VERSION);

void		_PG_init(void);

/* Define the settings */
void
_PG_init(void)
{
	DefineCustomBoolVariable("accountmatch.log_stages",
							 "Logs the time, rows and memory of each stage of an overlap.",
							 "EXPLAIN shows an overlap as one function scan; this shows what is in it. "
							 "Lower client_min_messages to log to see it.",
							 &acm_log_stages,
							 false,
							 PGC_USERSET,
							 0,
							 NULL, NULL, NULL);

	MarkGUCPrefixReserved("accountmatch");
}
