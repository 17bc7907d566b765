/*
 * keyfile.h
 *		Key files: the only authority on keys. No table knows of them.
 *
 * A key is a file of ACM_KEY_RECORD_LEN bytes (key.h), mode 0600, of the
 * server's operating system user, in the key directory (keydir.h). Files are
 * never overwritten, and never unlinked, but that one which could not be
 * written whole is removed by the call that began it.
 */
#ifndef ACM_KEYFILE_H
#define ACM_KEYFILE_H

#include "compat.h"

#include <sys/stat.h>

#include "blind/key.h"
#include "blind/keydir.h"

/*
 * A key in memory, in a context of its own that zeroes it when it goes: by
 * acm_key_release, or by an error, or with the context that was current.
 */
typedef struct acm_key
{
	MemoryContext cxt;
	acm_key_entry entry;
	char	   *path;
	struct stat st;				/* as it was read */
	char	   *problem;		/* sentences; NULL if the file is in order, and the next two valid */
	acm_key_record record;
	uint8		id[ACM_KEY_ID_LEN]; /* zero for a pair */
} acm_key;

/* What a caller needs of a key */
typedef enum acm_key_use
{
	ACM_KEY_TO_BLIND,			/* created or confirmed, and of the present normalization epoch */
	ACM_KEY_BOTH_SIDES,			/* agreed, confirmed or not */
	ACM_KEY_OWN_HALF			/* the pair */
} acm_key_use;

/* An empty key, for a new file */
extern acm_key *acm_key_new(void);

/* Zero and free */
extern void acm_key_release(acm_key *key);

/* Read the file of an entry; problem tells what is wrong with it */
extern acm_key *acm_key_read(const char *dir, const acm_key_entry *entry);

/* Whether the current user may use a key of this role: who has the role's privileges */
extern bool acm_key_allowed(const char *role);

/*
 * Find the key of a spec, check the current user's right to it, and read it.
 * A key that is missing, damaged or another role's gives one and the same
 * error; superusers and the server log are told which.
 */
extern acm_key *acm_key_find(const char *spec, acm_key_use use);

/*
 * Complete an entry without id: true if just one file of that name serves
 * the use.
 */
extern bool acm_key_resolve(const char *dir, acm_key_entry *entry, acm_key_use use);

/* That error. why: a sentence, or NULL if there is nothing to add */
pg_noreturn extern void acm_key_refuse(const char *spec, const char *why);

/*
 * Seal the record and write it as a new file, durably. lock is that of the
 * directory. Not undone by a rollback.
 */
extern void acm_key_write(const char *dir, int lock, acm_key *key);

/* Make a pending key usable, durably, likewise */
extern void acm_key_confirm(const char *dir, int lock, acm_key *key);

/* An error with this text: OpenSSL failed */
pg_noreturn extern void acm_crypto_failed(const char *what);

#endif							/* ACM_KEYFILE_H */
