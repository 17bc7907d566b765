/*
 * accountmatch.c
 *		Module load and settings.
 */
#include "compat.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "blind/keydir.h"
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

	DefineCustomStringVariable("accountmatch.key_directory",
							   "Directory of the files with blinding keys.",
							   "It has no default, and may not lie in the data directory or a tablespace, "
							   "since base backups carry those.",
							   &acm_key_directory,
							   NULL,
							   PGC_SUSET,
							   GUC_SUPERUSER_ONLY,
							   acm_key_directory_check,
							   acm_key_directory_assign,
							   NULL);
	MarkGUCPrefixReserved("accountmatch");
}
