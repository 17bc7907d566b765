/*
 * digest.c
 *		See digest.h.
 */
#include "digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/unicode.h"

/* See digest.h */
uint64_t
digest_add(uint64_t digest, const char *result)
{
	for (; *result; result++)
		digest = (digest ^ (unsigned char) *result) * UINT64_C(0x100000001b3);
	return (digest ^ '\n') * UINT64_C(0x100000001b3);
}

/* See digest.h */
size_t
digest_surround(const char *before, uint32_t cp, const char *after, char *text)
{
	size_t		n = strlen(strcpy(text, before));

	n += (size_t) acm_utf8_put(cp, text + n);
	return n + strlen(strcpy(text + n, after));
}

/* See digest.h */
uint32_t
digest_next(uint32_t cp)
{
	switch (++cp)
	{
		case 0xD800:
			return 0xE000;
		case 0x34000:
			return 0xE0000;
		case 0xE0200:
			return UINT32_MAX;
		default:
			return cp;
	}
}

/*
 * Add every line of a file.
 */
static uint64_t
file_lines(const char *file, uint64_t (*add) (uint64_t digest, const char *line, size_t len))
{
	static char line[1 << 16];
	uint64_t	digest = DIGEST_START;
	FILE	   *f = fopen(file, "rb");

	if (f == NULL)
	{
		perror(file);
		return 0;
	}
	while (fgets(line, sizeof(line), f) != NULL)
		digest = add(digest, line, strcspn(line, "\n"));
	fclose(f);
	return digest;
}

/* See digest.h */
bool
digest_check(const char *recorded, uint64_t (*code_points) (void),
			 uint64_t (*add) (uint64_t digest, const char *line, size_t len),
			 int *tests)
{
	FILE	   *record = fopen(recorded, "r");
	char		line[1024];
	bool		passed = true;

	*tests = 0;
	if (record == NULL)
	{
		perror(recorded);
		return false;
	}
	while (fgets(line, sizeof(line), record) != NULL)
	{
		char	   *name = strchr(line, ' ');
		uint64_t	digest;
		bool		same;

		line[strcspn(line, "\n")] = '\0';
		if (name == NULL)
			continue;
		*name++ = '\0';
		digest = strcmp(name, "code points") == 0 ? code_points() : file_lines(name, add);
		same = digest == strtoull(line, NULL, 16);
		passed &= same;
		printf("%sok %d - %s\n", same ? "" : "not ", ++*tests, name);
		if (!same)
			printf("# now %016llx\n", (unsigned long long) digest);
	}
	fclose(record);
	return passed;
}
