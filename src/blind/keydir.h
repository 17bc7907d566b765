/*
 * keydir.h
 *		The key directory: where it is, whether it can be trusted, what files
 *		it has, and a lock.
 *
 *		NAME.pair			own half of an agreement
 *		NAME.ID.pending		agreed, not confirmed yet
 *		NAME.ID				usable
 *
 * NAME is 1 to 63 of a-z, 0-9, _ and -; ID is the key id in 8 hex digits,
 * lower case. Other files are not looked at. In SQL a key is called by its
 * name, or pinned: NAME/ID.
 */
#ifndef ACM_KEYDIR_H
#define ACM_KEYDIR_H

#include "compat.h"

#include "blind/key.h"
#include "nodes/pg_list.h"
#include "utils/guc.h"

#define ACM_KEY_NAME_MAX 63		/* bytes */
#define ACM_KEY_ID_BUF (2 * ACM_KEY_ID_LEN + 1)

/* NAME/ID and NUL */
#define ACM_KEY_SPEC_BUF (ACM_KEY_NAME_MAX + 1 + ACM_KEY_ID_BUF)

/* Setting accountmatch.key_directory, and how often it has changed in this process */
extern char *acm_key_directory;
extern uint64 acm_key_directory_changes;
extern bool acm_key_directory_check(char **newval, void **extra, GucSource source);
extern void acm_key_directory_assign(const char *newval, void *extra);

/* The name of a key file, or a spec from SQL, taken apart */
typedef struct acm_key_entry
{
	char		name[ACM_KEY_NAME_MAX + 1];
	char		id[ACM_KEY_ID_BUF]; /* empty: a pair, or a spec that is not pinned */
	bool		pending;
} acm_key_entry;

/* An error unless the name may be given to a key */
extern void acm_key_name_check(const char *name);

/* Take NAME or NAME/ID apart; an error if it is neither */
extern acm_key_entry acm_key_spec_parse(const char *spec);

/* The reverse: NAME/ID, or NAME of a pair; palloc'd */
extern char *acm_key_spec(const acm_key_entry *entry);

/* Path of the file of an entry, palloc'd; one without an id is a pair's */
extern char *acm_keydir_path(const char *dir, const acm_key_entry *entry);

/*
 * The key directory's path, without symbolic links, palloc'd. An error if the
 * setting is empty, or if the directory is missing, not ours, open to others,
 * or in the data directory or a tablespace.
 */
extern char *acm_keydir_open(void);

/*
 * Keep others from adding and renaming files. Returns a transient file
 * descriptor of the directory; closing it, which an error does too, unlocks.
 */
extern int	acm_keydir_lock(const char *dir);

/* Entries of the directory (List of acm_key_entry *, in no order), those of one name unless that is NULL */
extern List *acm_keydir_scan(const char *dir, const char *name);

#endif							/* ACM_KEYDIR_H */
