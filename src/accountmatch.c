/*
 * accountmatch.c
 *		Module load and settings.
 */
#include "compat.h"

#include "fmgr.h"

ACM_MODULE_MAGIC("accountmatch", ACM_VERSION);
