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

/* From 16 on an input function can report bad input without an error */
#if PG_VERSION_NUM >= 160000
#define acm_ereturn(context, dummy, ...) ereturn(context, dummy, __VA_ARGS__)
#else
#define acm_ereturn(context, dummy, ...) ereport(ERROR, __VA_ARGS__)
#endif

/* From 18 on functions that do not return are declared in front */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* From 18 on a module tells its name and version */
#if PG_VERSION_NUM >= 180000
#define ACM_MODULE_MAGIC(modname, modversion) \
	PG_MODULE_MAGIC_EXT(.name = modname, .version = modversion)
#else
#define ACM_MODULE_MAGIC(modname, modversion) PG_MODULE_MAGIC
#endif

/*
 * Temporary files: from 16 on what is written is const, and there is a read
 * that fails if less is there than was asked for.
 */
#include "storage/buffile.h"

static inline void
acm_buffile_write(BufFile *file, const void *data, size_t len)
{
#if PG_VERSION_NUM >= 160000
	BufFileWrite(file, data, len);
#else
	BufFileWrite(file, unconstify(void *, data), len);
#endif
}

static inline void
acm_buffile_read(BufFile *file, void *data, size_t len)
{
#if PG_VERSION_NUM >= 160000
	BufFileReadExact(file, data, len);
#else
	if (BufFileRead(file, data, len) != len)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from temporary file: %m")));
#endif
}

/* Read that many bytes, or none at the end of the file */
static inline size_t
acm_buffile_read_maybe(BufFile *file, void *data, size_t len)
{
#if PG_VERSION_NUM >= 160000
	return BufFileReadMaybeEOF(file, data, len, true);
#else
	size_t		n = BufFileRead(file, data, len);

	if (n != 0 && n != len)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from temporary file: %m")));
	return n;
#endif
}

/* From 16 on one function checks rights to objects of all classes */
#include "catalog/pg_proc.h"
#include "utils/acl.h"

static inline AclResult
acm_function_aclcheck(Oid function, Oid role, AclMode mode)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, function, role, mode);
#else
	return pg_proc_aclcheck(function, role, mode);
#endif
}

#endif							/* ACM_COMPAT_H */
