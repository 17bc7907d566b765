/*
 * files.c
 *		The program's home directory and files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/kit.h"

/* End the program */
void
acm_kit_die(const char *format, ...)
{
	va_list		args;

	fprintf(stderr, "accountmatch-psi: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* Go to the home directory, and keep other runs of the program out of it */
void
acm_kit_open_home(const char *path)
{
	struct stat st;
	int			fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		acm_kit_die("directory \"%s\" cannot be made: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || fstat(fd, &st) != 0)
		acm_kit_die("directory \"%s\" cannot be used: %s", path, strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & 0077) != 0)
		acm_kit_die("directory \"%s\" has to be yours alone (mode 0700): it holds keys", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		acm_kit_die("another accountmatch-psi is at work in \"%s\"", path);
	/* the lock stays until the program ends */
}

/* Read a file */
acm_bytes
acm_kit_read_file(const char *path)
{
	int			fd = open(path, O_RDONLY);
	struct stat st;
	uint8_t    *data;
	size_t		len = 0;

	if (fd < 0)
		return (acm_bytes) {NULL, 0};
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		acm_kit_die("\"%s\" is not a file", path);
	data = malloc((size_t) st.st_size + 1);
	if (data == NULL)
		acm_kit_die("out of memory");
	while (len < (size_t) st.st_size)
	{
		ssize_t		n = read(fd, data + len, (size_t) st.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			acm_kit_die("\"%s\" cannot be read: %s", path, n < 0 ? strerror(errno) : "it became shorter");
		len += (size_t) n;
	}
	close(fd);
	return (acm_bytes) {data, len};
}

/* Write a file: beside its place first, so that it is there whole or not at all */
void
acm_kit_write_file(const char *path, acm_bytes content, bool fresh)
{
	char		temporary[4096];
	const uint8_t *p = content.data;
	size_t		done = 0;
	int			fd;

	if (fresh && access(path, F_OK) == 0)
		acm_kit_die("\"%s\" is there already", path);
	if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int) sizeof temporary)
		acm_kit_die("\"%s\" is too long a path", path);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		acm_kit_die("\"%s\" cannot be written: %s", path, strerror(errno));
	while (done < content.len)
	{
		ssize_t		n = write(fd, p + done, content.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			int			saved = errno;

			unlink(temporary);
			acm_kit_die("\"%s\" cannot be written: %s", path, strerror(saved));
		}
		done += (size_t) n;
	}
	if (fsync(fd) != 0 || close(fd) != 0 || rename(temporary, path) != 0)
		acm_kit_die("\"%s\" cannot be written: %s", path, strerror(errno));
}
