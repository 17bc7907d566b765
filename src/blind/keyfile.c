/*
 * keyfile.c
 *		Key files: reading, checking, writing.
 */
#include "blind/keyfile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "normalize/epoch.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/memutils.h"

/* Reset callback: no key outlives its memory */
static void
zero_key(void *arg)
{
	acm_key    *key = arg;

	acm_cleanse(&key->record, sizeof key->record);
}

/* Make an empty key */
acm_key *
acm_key_new(void)
{
	MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext, "accountmatch key", ALLOCSET_SMALL_SIZES);
	acm_key    *key = MemoryContextAllocZero(cxt, sizeof(acm_key));
	MemoryContextCallback *callback = MemoryContextAlloc(cxt, sizeof(MemoryContextCallback));

	key->cxt = cxt;
	callback->func = zero_key;
	callback->arg = key;
	MemoryContextRegisterResetCallback(cxt, callback);
	return key;
}

/* Zero and free a key */
void
acm_key_release(acm_key *key)
{
	MemoryContextDelete(key->cxt);
}

/* OpenSSL failed; its reasons are not told, as they could only be about the machine */
void
acm_crypto_failed(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("OpenSSL could not %s", what),
			 errhint("Check that the providers loaded by the OpenSSL configuration offer SHA-256, HMAC, HKDF and P-256.")));
}

/* Read up to len bytes, whole; the number of bytes, or -1 */
static ssize_t
read_whole(int fd, void *buf, size_t len)
{
	size_t		done = 0;

	while (done < len)
	{
		ssize_t		n = read(fd, (char *) buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

/* What is wrong with the file at key->path; reads it into key */
static char *
read_and_check(acm_key *key)
{
	int			fd;
	ssize_t		len;
	const char *problem;
	char		id[ACM_KEY_ID_BUF];

	/* O_NONBLOCK: a planted FIFO must not hang us */
	fd = OpenTransientFile(key->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
	{
		if (errno == ELOOP)
			return psprintf("\"%s\" is a symbolic link; a key file must be a file.", key->path);
		return psprintf("\"%s\": %m.", key->path);
	}
	if (fstat(fd, &key->st) != 0 || !S_ISREG(key->st.st_mode))
	{
		CloseTransientFile(fd);
		return psprintf("\"%s\" is not a regular file.", key->path);
	}
	if (key->st.st_uid != geteuid() || (key->st.st_mode & 07777) != 0600)
	{
		CloseTransientFile(fd);
		return psprintf("\"%s\" belongs to user %u and has mode %04o; it must belong to the operating system user of the server and have mode 0600.",
						key->path, (unsigned) key->st.st_uid, (unsigned) (key->st.st_mode & 07777));
	}
	len = key->st.st_size == ACM_KEY_RECORD_LEN ?
		read_whole(fd, &key->record, sizeof key->record) : 0;
	CloseTransientFile(fd);
	if (len != ACM_KEY_RECORD_LEN)
		return psprintf("\"%s\" has %lld bytes; a key file has %d. Restore it from your backup of keys.",
						key->path, (long long) key->st.st_size, ACM_KEY_RECORD_LEN);
	if ((problem = acm_key_problem(&key->record)) != NULL)
		return psprintf("\"%s\": %s. Restore it from your backup of keys.", key->path, problem);

	if ((key->entry.id[0] == '\0') != (acm_key_kind_of(&key->record) == ACM_KEY_PAIR) ||
		(key->entry.pending && acm_key_kind_of(&key->record) != ACM_KEY_AGREED))
		return psprintf("\"%s\" holds another kind of key than its name says.", key->path);
	if (key->entry.id[0])
	{
		if (!acm_key_id(&key->record, key->id))
			acm_crypto_failed("compute SHA-256");
		acm_hex(key->id, sizeof key->id, id);
		if (strcmp(id, key->entry.id) != 0)
			return psprintf("\"%s\" holds the key with id %s.", key->path, id);
	}
	return NULL;
}

/* Read a key file */
acm_key *
acm_key_read(const char *dir, const acm_key_entry *entry)
{
	acm_key    *key = acm_key_new();
	MemoryContext old = MemoryContextSwitchTo(key->cxt);

	key->entry = *entry;
	key->path = acm_keydir_path(dir, entry);
	key->problem = read_and_check(key);
	if (key->problem)
		zero_key(key);
	MemoryContextSwitchTo(old);
	return key;
}

/* Whether the current user may use a key */
bool
acm_key_allowed(const char *role)
{
	Oid			oid = get_role_oid(role, true);

	/* keys come from other servers, roles do not */
	return OidIsValid(oid) ? has_privs_of_role(GetUserId(), oid) : superuser();
}

/* The one error of all who get no key */
void
acm_key_refuse(const char *spec, const char *why)
{
	bool		tell = superuser();

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("key \"%s\" does not exist, or role \"%s\" may not use it",
					spec, GetUserNameFromId(GetUserId(), false)),
			 why == NULL ? 0 : tell ? errdetail_internal("%s", why) : errdetail_log("%s", why),
			 errhint("The view accountmatch.keys shows the keys that you may use; the server log tells the cause.")));
}

/* Whether a file serves a use, by its name */
static bool
serves(const acm_key_entry *entry, acm_key_use use)
{
	switch (use)
	{
		case ACM_KEY_TO_BLIND:
			return entry->id[0] && !entry->pending;
		case ACM_KEY_BOTH_SIDES:
			return entry->id[0];
		case ACM_KEY_OWN_HALF:
			return !entry->id[0];
	}
	return false;
}

/* Complete an entry */
bool
acm_key_resolve(const char *dir, acm_key_entry *entry, acm_key_use use)
{
	List	   *entries = acm_keydir_scan(dir, entry->name);
	acm_key_entry *found = NULL;
	ListCell   *lc;

	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);

		if (!serves(e, use))
			continue;
		if (found)
			return false;
		found = e;
	}
	if (found)
		*entry = *found;
	return found != NULL;
}

/*
 * There is no file that serves: say what there is instead, if the user may
 * use that.
 */
pg_noreturn static void
explain_missing(const char *dir, const char *spec, const acm_key_entry *wanted, acm_key_use use)
{
	List	   *entries = acm_keydir_scan(dir, wanted->name);
	int			several = 0;
	ListCell   *lc;

	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);
		acm_key    *key;
		bool		mine;

		if (wanted->id[0] && e->id[0] && strcmp(wanted->id, e->id) != 0)
			continue;
		key = acm_key_read(dir, e);
		mine = key->problem == NULL && acm_key_allowed(key->record.role);
		acm_key_release(key);
		if (!mine)
			continue;
		if (serves(e, use))
			several++;
		else if (use == ACM_KEY_TO_BLIND && e->pending)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("key \"%s\" is pending: it blinds nothing yet", acm_key_spec(e)),
					 errhint("Exchange the codes of confirmation_code() with the other side, then call confirm_key().")));
	}
	if (several > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("several keys are called \"%s\"", wanted->name),
				 errhint("Write name/id; the view accountmatch.keys shows the ids.")));
	acm_key_refuse(spec, psprintf("No key file \"%s/%s\" serves.", dir, wanted->id[0] ?
								  psprintf("%s.%s", wanted->name, wanted->id) :
								  psprintf("%s.*", wanted->name)));
}

/* Find a key */
acm_key *
acm_key_find(const char *spec, acm_key_use use)
{
	acm_key_entry entry = acm_key_spec_parse(spec);
	acm_key_entry wanted = entry;
	char	   *dir = acm_keydir_open();
	acm_key    *key;

	if (entry.id[0] == '\0')
	{
		if (!acm_key_resolve(dir, &entry, use))
			explain_missing(dir, spec, &wanted, use);
	}
	else if (use == ACM_KEY_BOTH_SIDES)
		entry.pending = access(acm_keydir_path(dir, &entry), F_OK) != 0;

	key = acm_key_read(dir, &entry);
	if (key->problem)
	{
		if (access(key->path, F_OK) != 0)
			explain_missing(dir, spec, &wanted, use);
		acm_key_refuse(spec, key->problem);
	}
	if (!acm_key_allowed(key->record.role))
		acm_key_refuse(spec, psprintf("\"%s\" is for role \"%s\".", key->path, key->record.role));
	if (use == ACM_KEY_BOTH_SIDES && acm_key_kind_of(&key->record) != ACM_KEY_AGREED)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("key \"%s\" was created here, not agreed with another side", spec)));
	if (use == ACM_KEY_TO_BLIND && acm_key_epoch(&key->record) != ACM_EPOCH)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("key \"%s\" is of normalization epoch %u, this is epoch %d",
						spec, acm_key_epoch(&key->record), ACM_EPOCH),
				 errhint("Normalization has changed since: make a new key, and blind anew with it.")));
	return key;
}

/* Write all, or leave errno */
static bool
write_whole(int fd, const void *buf, size_t len)
{
	size_t		done = 0;

	while (done < len)
	{
		ssize_t		n = write(fd, (const char *) buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			if (n == 0)
				errno = ENOSPC;
			return false;
		}
		done += n;
	}
	return true;
}

/* Write a new key file */
void
acm_key_write(const char *dir, int lock, acm_key *key)
{
	int			fd;
	bool		ok;
	int			saved;

	if (!acm_key_seal(&key->record))
		acm_crypto_failed("compute SHA-256");
	key->path = MemoryContextStrdup(key->cxt, acm_keydir_path(dir, &key->entry));
	fd = OpenTransientFilePerm(key->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not create a key file: %m")));

	/* Whatever the setting fsync says: a key cannot be made again */
	ok = write_whole(fd, &key->record, sizeof key->record) && fsync(fd) == 0;
	saved = errno;
	if (CloseTransientFile(fd) != 0 && ok)
	{
		ok = false;
		saved = errno;
	}
	if (ok && fsync(lock) != 0)
	{
		ok = false;
		saved = errno;
	}
	if (!ok)
	{
		unlink(key->path);
		errno = saved;
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not write a key file: %m"),
				 errdetail("No key was made.")));
	}
}

/* Make a pending key usable */
void
acm_key_confirm(const char *dir, int lock, acm_key *key)
{
	acm_key_entry usable = key->entry;
	char	   *path;

	usable.pending = false;
	path = acm_keydir_path(dir, &usable);
	if (rename(key->path, path) != 0 || fsync(lock) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not confirm key \"%s\": %m", acm_key_spec(&usable))));
	key->entry = usable;
}
