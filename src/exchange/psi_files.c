/*
 * psi_files.c
 *		Sessions of private set intersection as files in the key directory.
 */
#include "exchange/psi_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

static const char SESSION_SUFFIX[] = ".psi";
static const char SENT_SUFFIX[] = ".psi-sent";
static const char TEMPORARY_SUFFIX[] = ".tmp";

/* A session's name */
void
acm_psi_session_name(const uint8 offer[ACM_HASH_LEN], char out[ACM_PSI_SESSION_BUF])
{
	acm_hex(offer, 8, out);
}

/* Refuse */
void
acm_psi_refuse(const char *spec, int sqlstate, const char *why, const char *hint)
{
	/* an exception block would keep the error from the log, and the client might not want it there */
	ereport(LOG_SERVER_ONLY,
			(errmsg("private set intersection under key \"%s\" refused to role \"%s\": %s",
					spec, GetUserNameFromId(GetUserId(), false), why),
			 errhidestmt(true), errhidecontext(true)));
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("private set intersection under key \"%s\" refused: %s", spec, why),
			 hint ? errhint("%s", hint) : 0));
}

/* Path of a session's file */
static char *
session_path(const acm_psi_place *place, bool sent)
{
	return psprintf("%s/%s.%s.%s%s", place->dir, place->key.name, place->key.id, place->session,
					sent ? SENT_SUFFIX : SESSION_SUFFIX);
}

/* Whether a session is kept under a key */
static bool
has_session(const char *dir, const acm_key_entry *key, const char *session)
{
	acm_psi_place place = {.dir = pstrdup(dir), .key = *key};

	strlcpy(place.session, session, sizeof place.session);
	return access(session_path(&place, false), F_OK) == 0;
}

/* The key of two sides */
acm_key *
acm_psi_key_of(const char *dir, const uint8 own[ACM_PUBLIC_LEN], const uint8 their[ACM_PUBLIC_LEN],
			   const acm_bytes *label, const char *session)
{
	List	   *entries = acm_keydir_scan(dir, NULL);
	acm_key    *found = NULL;
	bool		pending = false;
	ListCell   *lc;

	foreach(lc, entries)
	{
		acm_key_entry *e = lfirst(lc);
		acm_key    *key;

		if (!e->id[0])
			continue;
		key = acm_key_read(dir, e);
		if (key->problem != NULL || acm_key_kind_of(&key->record) != ACM_KEY_AGREED ||
			memcmp(key->record.own_public, own, ACM_PUBLIC_LEN) != 0 ||
			memcmp(key->record.their_public, their, ACM_PUBLIC_LEN) != 0 ||
			(label && (strlen(key->record.label) != label->len || memcmp(key->record.label, label->data, label->len) != 0)) ||
			!acm_key_allowed(key->record.role))
		{
			acm_key_release(key);
			continue;
		}
		pending |= e->pending;
		if (e->pending || (found && !(session && has_session(dir, e, session))))
		{
			acm_key_release(key);
			continue;
		}
		if (found)
			acm_key_release(found);
		found = key;
	}
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 pending ? errmsg("the agreed key of this file is pending") :
				 errmsg("no agreed key for this file exists, or role \"%s\" may not use it", GetUserNameFromId(GetUserId(), false)),
				 pending ? errhint("Exchange the codes of confirmation_code() with the other side, then call confirm_key().") :
				 errhint("psi_inspect() tells which public keys it is from and for. The view accountmatch.keys shows the keys that you may use.")));
	return found;
}

/* Something is wrong with the files; what, is for the log */
pg_noreturn static void
file_error(const char *what)
{
	ereport(ERROR,
			(errcode_for_file_access(),
			 errmsg("could not %s in the key directory: %m", what)));
}

/* Lock a session: its file, while that is the one under its name */
int
acm_psi_lock_session(const acm_psi_place *place)
{
	char	   *path = session_path(place, false);

	for (;;)
	{
		struct stat opened;
		struct stat named;
		int			fd = OpenTransientFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

		if (fd < 0)
		{
			if (errno == ENOENT)
				return -1;
			file_error("open a session");
		}
		while (flock(fd, LOCK_EX | LOCK_NB) != 0)
		{
			if (errno != EWOULDBLOCK && errno != EINTR)
				file_error("lock a session");
			CHECK_FOR_INTERRUPTS();
			pg_usleep(10000L);
		}
		if (fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
			opened.st_dev == named.st_dev && opened.st_ino == named.st_ino)
			return fd;
		/* somebody put another in its place meanwhile */
		CloseTransientFile(fd);
	}
}

/* Read a file of ours */
static acm_bytes
read_file(const char *path)
{
	int			fd = OpenTransientFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	char	   *data;
	size_t		done = 0;

	if (fd < 0)
	{
		if (errno == ENOENT)
			return (acm_bytes) {NULL, 0};
		file_error("open a file of a session");
	}
	if (fstat(fd, &st) != 0)
		file_error("read a file of a session");
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 07777) != 0600)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a file of a session in the key directory is not the server's own, with mode 0600")));
	data = MemoryContextAllocHuge(CurrentMemoryContext, (Size) st.st_size + 1);
	while (done < (size_t) st.st_size)
	{
		ssize_t		n = read(fd, data + done, (size_t) st.st_size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			file_error("read a file of a session");
		done += n;
	}
	CloseTransientFile(fd);
	return (acm_bytes) {data, done};
}

/* Write a file durably in place of what was there */
static void
write_file(const char *dir, const char *path, acm_bytes content)
{
	char	   *temporary = psprintf("%s%s", path, TEMPORARY_SUFFIX);
	const char *p = content.data;
	size_t		done = 0;
	int			fd;
	int			dirfd;

	unlink(temporary);
	fd = OpenTransientFilePerm(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		file_error("create a file of a session");
	while (done < content.len)
	{
		ssize_t		n = write(fd, p + done, content.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			int			saved = n == 0 ? ENOSPC : errno;

			unlink(temporary);
			errno = saved;
			file_error("write a file of a session");
		}
		done += n;
	}

	/* whatever the setting fsync says: what is debited is debited */
	if (fsync(fd) != 0 || CloseTransientFile(fd) != 0 || rename(temporary, path) != 0)
	{
		int			saved = errno;

		unlink(temporary);
		errno = saved;
		file_error("write a file of a session");
	}
	dirfd = OpenTransientFile(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (dirfd < 0 || fsync(dirfd) != 0 || CloseTransientFile(dirfd) != 0)
		file_error("write");
}

/* Read a session, or what was sent for it */
acm_bytes
acm_psi_read_session(const acm_psi_place *place, bool sent)
{
	return read_file(session_path(place, sent));
}

/* Write it */
void
acm_psi_write_session(const acm_psi_place *place, bool sent, acm_bytes content)
{
	write_file(place->dir, session_path(place, sent), content);
}

/* Remove a session */
void
acm_psi_unlink_session(const acm_psi_place *place)
{
	for (int sent = 0; sent < 2; sent++)
	{
		char	   *path = session_path(place, sent);

		/* what a crash left of it, too */
		if ((unlink(path) != 0 && errno != ENOENT) ||
			(unlink(psprintf("%s%s", path, TEMPORARY_SUFFIX)) != 0 && errno != ENOENT))
			file_error("remove a session");
	}
}

/* Take the name of a session's file apart */
static bool
parse_session_file(const char *file, acm_psi_place *place)
{
	const char *dot = strchr(file, '.');
	const char *rest;
	size_t		len = dot ? dot - file : 0;

	if (len == 0 || len > ACM_KEY_NAME_MAX)
		return false;
	rest = dot + 1;
	if (strspn(rest, "0123456789abcdef") != 2 * ACM_KEY_ID_LEN || rest[2 * ACM_KEY_ID_LEN] != '.')
		return false;
	memset(&place->key, 0, sizeof place->key);
	memcpy(place->key.name, file, len);
	memcpy(place->key.id, rest, 2 * ACM_KEY_ID_LEN);
	rest += 2 * ACM_KEY_ID_LEN + 1;
	if (strspn(rest, "0123456789abcdef") != ACM_PSI_SESSION_BUF - 1 ||
		strcmp(rest + ACM_PSI_SESSION_BUF - 1, SESSION_SUFFIX) != 0)
		return false;
	strlcpy(place->session, rest, sizeof place->session);
	return true;
}

/* All sessions that the current user may see */
List *
acm_psi_scan_sessions(const char *dir)
{
	List	   *places = NIL;
	DIR		   *d = AllocateDir(dir);
	struct dirent *de;

	while ((de = ReadDir(d, dir)) != NULL)
	{
		acm_psi_place place = {.dir = pstrdup(dir)};
		acm_key    *key;

		CHECK_FOR_INTERRUPTS();
		if (!parse_session_file(de->d_name, &place))
			continue;
		key = acm_key_read(dir, &place.key);
		if (key->problem == NULL && acm_key_allowed(key->record.role))
			places = lappend(places, memcpy(palloc(sizeof place), &place, sizeof place));
		acm_key_release(key);
	}
	FreeDir(d);
	return places;
}

/*
 * The ledger: 'acmpsl01', u32 number of sessions, of each u64 seconds since
 * 1970, the 8 bytes that its name is made of and u8 whether we answered; u32
 * number of keys, of each 8 bytes of its keyed hash and u32 day since 1970 on
 * which it last left, in the order of the hashes.
 */
static const char LEDGER_MAGIC[] = "acmpsl01";

#define SECONDS_PER_YEAR (365 * (int64) SECS_PER_DAY)
#define DAYS_PER_LEDGER_YEAR 365

/* A key that has left, and when */
typedef struct spent_key
{
	uint8		hash[8];
	uint32		day;
} spent_key;

/* A session that was begun */
typedef struct spent_session
{
	int64		time;
	uint8		name[8];
	uint8		answered;
} spent_session;

typedef struct ledger
{
	spent_session *sessions;
	uint32		nsessions;
	spent_key  *keys;
	uint32		nkeys;
} ledger;

/* Path of a key's ledger */
static char *
ledger_path(const char *dir, const acm_key_entry *key)
{
	return psprintf("%s/%s.%s.psi-ledger", dir, key->name, key->id);
}

/* Read the ledger of a key; room is for so many more keys, and one session */
static ledger
read_ledger(const char *dir, const acm_key_entry *key, Size room)
{
	acm_bytes	file = read_file(ledger_path(dir, key));
	acm_source	s = {file.data, file.len, false};
	ledger		l;
	const uint8_t *magic;

	memset(&l, 0, sizeof l);
	if (file.data == NULL)
	{
		l.sessions = palloc(sizeof *l.sessions);
		l.keys = MemoryContextAllocHuge(CurrentMemoryContext, (room + 1) * sizeof *l.keys);
		return l;
	}
	magic = acm_take(&s, sizeof LEDGER_MAGIC - 1);
	if (magic == NULL || memcmp(magic, LEDGER_MAGIC, sizeof LEDGER_MAGIC - 1) != 0)
		s.failed = true;
	l.nsessions = (uint32) acm_take_number(&s, 4);
	if (s.failed || l.nsessions > s.len / 17)
		s.failed = true;
	else
		l.sessions = MemoryContextAllocHuge(CurrentMemoryContext, ((Size) l.nsessions + 1) * sizeof *l.sessions);
	for (uint32 i = 0; !s.failed && i < l.nsessions; i++)
	{
		l.sessions[i].time = (int64) acm_take_number(&s, 8);
		memcpy(l.sessions[i].name, acm_take(&s, 8), 8);
		l.sessions[i].answered = (uint8) acm_take_number(&s, 1);
	}
	l.nkeys = (uint32) acm_take_number(&s, 4);
	if (s.failed || s.len != (Size) l.nkeys * 12)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the ledger of key \"%s\" is damaged", key->name),
				 errhint("Restore it from your backup of keys. Without it nobody knows what was spent.")));
	l.keys = MemoryContextAllocHuge(CurrentMemoryContext, ((Size) l.nkeys + room + 1) * sizeof *l.keys);
	for (uint32 i = 0; i < l.nkeys; i++)
	{
		memcpy(l.keys[i].hash, acm_take(&s, 8), 8);
		l.keys[i].day = (uint32) acm_take_number(&s, 4);
	}
	return l;
}

/* What was spent in a year that ends now */
static void
count_spent(const ledger *l, int64 now, int64 *sessions, int64 *keys)
{
	*sessions = *keys = 0;
	for (uint32 i = 0; i < l->nsessions; i++)
		*sessions += l->sessions[i].time > now - SECONDS_PER_YEAR;
	for (uint32 i = 0; i < l->nkeys; i++)
		*keys += l->keys[i].day + DAYS_PER_LEDGER_YEAR > now / SECS_PER_DAY;
}

/* What stands in the ledger */
void
acm_psi_spent(const char *dir, const acm_key_entry *key, int64 *sessions, int64 *keys)
{
	ledger		l = read_ledger(dir, key, 0);

	count_spent(&l, (int64) time(NULL), sessions, keys);
}

/* For qsort: by hash, the latest day first */
static int
compare_keys(const void *a, const void *b)
{
	const spent_key *x = a;
	const spent_key *y = b;
	int			cmp = memcmp(x->hash, y->hash, sizeof x->hash);

	return cmp ? cmp : (x->day < y->day) - (x->day > y->day);
}

/* Add our keys to the ledger's */
static void
add_keys(ledger *l, acm_psi *psi, uint32 day)
{
	const acm_psi_list *list = acm_psi_own_list(psi);
	uint32		n = 0;

	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		for (uint32 i = 0; i < list->set[kind].n; i++)
		{
			spent_key  *k = &l->keys[l->nkeys++];

			CHECK_FOR_INTERRUPTS();
			if (!acm_psi_ledger_hash(psi, kind, i, k->hash))
				acm_crypto_failed("compute HMAC");
			k->day = day;
		}
	if (l->nkeys > 0)
		qsort(l->keys, l->nkeys, sizeof *l->keys, compare_keys);
	for (uint32 i = 0; i < l->nkeys; i++)
		if (n == 0 || memcmp(l->keys[n - 1].hash, l->keys[i].hash, sizeof l->keys[i].hash) != 0)
			l->keys[n++] = l->keys[i];
	l->nkeys = n;
}

/* Debit a session */
void
acm_psi_debit(const acm_psi_place *place, const char *spec, acm_psi *psi, bool answering)
{
	acm_arena  *arena;
	acm_buffer	out;
	int			lock = acm_keydir_lock(place->dir);
	acm_psi_facts facts;
	ledger		l;
	Size		room = 0;
	int64		now = (int64) time(NULL);
	int64		sessions;
	int64		keys;
	acm_bytes	content;

	acm_psi_tell(psi, &facts);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		room += facts.ours[kind];
	l = read_ledger(place->dir, &place->key, room);
	for (uint32 i = 0; i < l.nsessions; i++)
		if (memcmp(l.sessions[i].name, facts.offer, sizeof l.sessions[i].name) == 0)
		{
			if (answering)
				acm_psi_refuse(spec, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "this offer was answered before",
							   "Ask the other side for a new one.");
			/* debited already, by a call that then failed */
			CloseTransientFile(lock);
			return;
		}
	l.sessions[l.nsessions].time = now;
	memcpy(l.sessions[l.nsessions].name, facts.offer, sizeof l.sessions[0].name);
	l.sessions[l.nsessions++].answered = answering;
	add_keys(&l, psi, (uint32) (now / SECS_PER_DAY));
	count_spent(&l, now, &sessions, &keys);
	if (sessions > acm_psi_sessions_per_year)
		acm_psi_refuse(spec, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
					   psprintf("%d sessions in a year are the limit", acm_psi_sessions_per_year),
					   "Superusers set accountmatch.psi_sessions_per_year.");
	if (keys > acm_psi_keys_per_year)
		acm_psi_refuse(spec, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
					   psprintf("%d different keys in a year are the limit, with this session they would be %lld",
								acm_psi_keys_per_year, (long long) keys),
					   "Superusers set accountmatch.psi_keys_per_year.");

	arena = acm_arena_new();
	if (arena == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	out = (acm_buffer) {.arena = arena};
	acm_put(&out, LEDGER_MAGIC, sizeof LEDGER_MAGIC - 1);
	acm_put_number(&out, l.nsessions, 4);
	for (uint32 i = 0; i < l.nsessions; i++)
	{
		acm_put_number(&out, (uint64) l.sessions[i].time, 8);
		acm_put(&out, l.sessions[i].name, sizeof l.sessions[i].name);
		acm_put_number(&out, l.sessions[i].answered, 1);
	}
	acm_put_number(&out, l.nkeys, 4);
	for (uint32 i = 0; i < l.nkeys; i++)
	{
		acm_put(&out, l.keys[i].hash, sizeof l.keys[i].hash);
		acm_put_number(&out, l.keys[i].day, 4);
	}
	content.len = out.len;
	content.data = out.failed ? NULL : memcpy(MemoryContextAllocHuge(CurrentMemoryContext, out.len), out.data, out.len);
	acm_arena_free(arena);
	if (content.data == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	write_file(place->dir, ledger_path(place->dir, &place->key), content);
	CloseTransientFile(lock);
}
