/*
 * accountmatch.c
 *		Module load and settings.
 */
#include "compat.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "blind/keydir.h"
#include "exchange/psi_files.h"
#include "overlap/stages.h"

ACM_MODULE_MAGIC("accountmatch", ACM_VERSION);

void		_PG_init(void);

/* A limit of private set intersection: whoever owns the server sets it, nobody else */
static void
define_limit(const char *name, const char *what, int *value, int min, int max)
{
	DefineCustomIntVariable(name, what, NULL, value, *value, min, max, PGC_SUSET, 0, NULL, NULL, NULL);
}

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
	define_limit("accountmatch.psi_max_keys",
				 "Most keys of a kind in a list of private set intersection, ours or theirs.",
				 &acm_psi_max_keys, 0, 16000000);
	define_limit("accountmatch.psi_min_keys",
				 "Fewest keys of a kind in the other side's list, if it has any.",
				 &acm_psi_min_keys, 1, 16000000);
	define_limit("accountmatch.psi_max_ratio",
				 "Most keys of a kind in the other side's list, in multiples of ours.",
				 &acm_psi_max_ratio, 1, 1000000);
	define_limit("accountmatch.psi_sessions_per_year",
				 "Most sessions of private set intersection under a key in a year.",
				 &acm_psi_sessions_per_year, 0, 1000000);
	define_limit("accountmatch.psi_keys_per_year",
				 "Most different keys of ours in all sessions under a key in a year.",
				 &acm_psi_keys_per_year, 0, 2000000000);
	MarkGUCPrefixReserved("accountmatch");
}
