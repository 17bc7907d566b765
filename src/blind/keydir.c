/*
 * keydir.c
 *		The key directory.
 */
#include "blind/keydir.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

static const char PAIR_SUFFIX[] = ".pair";
static const char PENDING_SUFFIX[] = ".pending";

char	   *acm_key_directory = NULL;
uint64		acm_key_directory_changes = 0;

/*
 * Check hook. What the file system says is looked at when a key is read: the
 * server may start before the directory is mounted.
 */
bool
acm_key_directory_check(char **newval, void **extra, GucSource source)
{
	if (*newval == NULL || **newval == '\0')
		return true;
	if (!is_absolute_path(*newval) || strlen(*newval) >= MAXPGPATH - 100)
	{
		GUC_check_errdetail("The key directory must be an absolute path.");
		return false;
	}
	return true;
}

/* Assign hook: let caches know */
void
acm_key_directory_assign(const char *newval, void *extra)
{
	acm_key_directory_changes++;
}

/* Length of the name that begins a text */
static size_t
name_length(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");
}

/* Whether a text begins with a key id as we write it */
static bool
is_id(const char *s)
{
	return strspn(s, "0123456789abcdef") >= 2 * ACM_KEY_ID_LEN;
}

/* An error unless the name may be given to a key */
void
acm_key_name_check(const char *name)
{
	size_t		len = name_length(name);

	if (len == 0 || len > ACM_KEY_NAME_MAX || name[len] != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid key name: \"%s\"", name),
				 errhint("A key's name is 1 to %d lower-case letters, digits, _ and -.", ACM_KEY_NAME_MAX)));
}

/* Take NAME or NAME/ID apart */
acm_key_entry
acm_key_spec_parse(const char *spec)
{
	acm_key_entry entry = {.pending = false};
	size_t		len = name_length(spec);
	const char *id = spec + len + 1;

	if (len == 0 || len > ACM_KEY_NAME_MAX ||
		(spec[len] != '\0' &&
		 (spec[len] != '/' || !is_id(id) || id[2 * ACM_KEY_ID_LEN] != '\0')))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid key: \"%s\"", spec),
				 errhint("Write a key as its name, or as name/id, such as acme/3f2a9c01.")));
	memcpy(entry.name, spec, len);
	if (spec[len] == '/')
		memcpy(entry.id, id, 2 * ACM_KEY_ID_LEN);
	return entry;
}

/* NAME/ID */
char *
acm_key_spec(const acm_key_entry *entry)
{
	return psprintf("%s%s%s", entry->name, entry->id[0] ? "/" : "", entry->id);
}

/* Path of a key file */
char *
acm_keydir_path(const char *dir, const acm_key_entry *entry)
{
	if (entry->id[0] == '\0')
		return psprintf("%s/%s%s", dir, entry->name, PAIR_SUFFIX);
	return psprintf("%s/%s.%s%s", dir, entry->name, entry->id, entry->pending ? PENDING_SUFFIX : "");
}

/* Take the name of a file apart; false if it is none of ours */
static bool
parse_file_name(const char *file, acm_key_entry *entry)
{
	size_t		len = name_length(file);
	const char *rest = file + len;

	memset(entry, 0, sizeof *entry);
	if (len == 0 || len > ACM_KEY_NAME_MAX)
		return false;
	memcpy(entry->name, file, len);
	if (strcmp(rest, PAIR_SUFFIX) == 0)
		return true;
	if (*rest++ != '.' || !is_id(rest))
		return false;
	memcpy(entry->id, rest, 2 * ACM_KEY_ID_LEN);
	rest += 2 * ACM_KEY_ID_LEN;
	entry->pending = strcmp(rest, PENDING_SUFFIX) == 0;
	return entry->pending || *rest == '\0';
}

/*
 * The directory cannot be used. Where it is and why is for superusers and the
 * server log.
 */
pg_noreturn static void
directory_error(const char *why, const char *hint)
{
	bool		tell = superuser();

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the key directory cannot be used"),
			 tell ? errdetail_internal("%s", why) : errdetail_log("%s", why),
			 tell ? errhint("%s", hint) :
			 errhint("Ask who looks after the server; its log tells the cause.")));
}

/* Whether a directory, given by what stat says, is path or holds it */
static bool
holds(const struct stat *st, const char *path)
{
	char		up[PATH_MAX];
	struct stat here;

	strlcpy(up, path, sizeof up);
	for (;;)
	{
		char	   *slash = strrchr(up, '/');

		if (stat(up[0] ? up : "/", &here) == 0 &&
			here.st_dev == st->st_dev && here.st_ino == st->st_ino)
			return true;
		if (slash == NULL)
			return false;
		*slash = '\0';
	}
}

/*
 * An error if a base backup would carry the directory. Compared by device and
 * inode, so that no spelling of a path gets round it.
 */
static void
check_outside_data(const char *dir)
{
	const char *hint = "Choose a directory outside: base backups carry all that lies in these.";
	struct stat st;
	DIR		   *spaces;
	struct dirent *de;

	if (stat(DataDir, &st) != 0 || holds(&st, dir))
		directory_error(psprintf("\"%s\" lies in the data directory.", dir), hint);
	if (stat("pg_wal", &st) != 0 || holds(&st, dir))
		directory_error(psprintf("\"%s\" lies in the directory of the write-ahead log.", dir), hint);
	spaces = AllocateDir("pg_tblspc");
	while ((de = ReadDir(spaces, "pg_tblspc")) != NULL)
	{
		char		link[MAXPGPATH];

		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(link, sizeof link, "pg_tblspc/%s", de->d_name);
		if (stat(link, &st) == 0 && holds(&st, dir))
			directory_error(psprintf("\"%s\" lies in a tablespace.", dir), hint);
	}
	FreeDir(spaces);
}

/* Check the key directory and give its path */
char *
acm_keydir_open(void)
{
	char		dir[PATH_MAX];
	struct stat st;

	if (acm_key_directory == NULL || acm_key_directory[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("accountmatch.key_directory is not set"),
				 errhint("Make a directory of mode 0700 that belongs to the operating system user of the server, outside the data directory, and set accountmatch.key_directory to it in postgresql.conf.")));
	if (realpath(acm_key_directory, dir) == NULL || stat(dir, &st) != 0)
		directory_error(psprintf("\"%s\": %m.", acm_key_directory),
						"Restore it from your backup of keys, or set accountmatch.key_directory.");
	if (!S_ISDIR(st.st_mode))
		directory_error(psprintf("\"%s\" is not a directory.", dir),
						"Set accountmatch.key_directory to a directory.");
	if (st.st_uid != geteuid() || (st.st_mode & 0077) != 0)
		directory_error(psprintf("\"%s\" belongs to user %u and has mode %04o.",
								 dir, (unsigned) st.st_uid, (unsigned) (st.st_mode & 07777)),
						"It must belong to the operating system user of the server and have mode 0700.");
	check_outside_data(dir);
	return pstrdup(dir);
}

/* Lock the directory */
int
acm_keydir_lock(const char *dir)
{
	int			fd = OpenTransientFile(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

	if (fd < 0)
		directory_error(psprintf("\"%s\": %m.", dir), "Check its owner and mode.");
	while (flock(fd, LOCK_EX | LOCK_NB) != 0)
	{
		if (errno != EWOULDBLOCK && errno != EINTR)
			directory_error(psprintf("\"%s\" cannot be locked: %m.", dir),
							"Use a file system that knows flock().");
		CHECK_FOR_INTERRUPTS();
		pg_usleep(10000L);
	}
	return fd;
}

/* List the directory */
List *
acm_keydir_scan(const char *dir, const char *name)
{
	List	   *entries = NIL;
	DIR		   *d = AllocateDir(dir);
	struct dirent *de;

	if (d == NULL)
		directory_error(psprintf("\"%s\": %m.", dir), "Check its owner and mode.");
	while ((de = ReadDir(d, dir)) != NULL)
	{
		acm_key_entry entry;

		CHECK_FOR_INTERRUPTS();
		if (!parse_file_name(de->d_name, &entry) || (name && strcmp(entry.name, name) != 0))
			continue;
		entries = lappend(entries, memcpy(palloc(sizeof entry), &entry, sizeof entry));
	}
	FreeDir(d);
	return entries;
}
