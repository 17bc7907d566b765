/*
 * compat.h
 *		Every difference between PostgreSQL 15, 16, 17 and 18 that the code
 *		meets. No other file looks at PG_VERSION_NUM.
 */
#ifndef ACM_COMPAT_H
#define ACM_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "accountmatch needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* From 18 on a module tells its name and version */
#if PG_VERSION_NUM >= 180000
#define ACM_MODULE_MAGIC(modname, modversion) \
	PG_MODULE_MAGIC_EXT(.name = modname, .version = modversion)
#else
#define ACM_MODULE_MAGIC(modname, modversion) PG_MODULE_MAGIC
#endif

#endif							/* ACM_COMPAT_H */
