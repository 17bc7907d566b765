/*
 * main.c
 *		accountmatch-psi: commands and options.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit/kit.h"

static const char usage[] =
"accountmatch-psi " ACM_VERSION ": find the accounts that you and a partner both have, without showing him the others.\n"
"\n"
"once, to agree on a key with the partner:\n"
"  accountmatch-psi public-key NAME                        prints your public key: send it to him\n"
"  accountmatch-psi agree NAME LABEL HIS_PUBLIC_KEY        prints your code: tell it to him, by another way\n"
"  accountmatch-psi confirm NAME HIS_CODE\n"
"for each comparison:\n"
"  accountmatch-psi inspect FILE                           says in words what a file of his (or yours) holds\n"
"  accountmatch-psi answer [options] OFFER customers.csv   answers his offer; writes a file to send to him\n"
"  accountmatch-psi finish [options] FILE                  takes his next file; writes the next one, or the result\n"
"  accountmatch-psi sessions                               lists open comparisons\n"
"  accountmatch-psi close SESSION                          gives one up\n"
"options:\n"
"  --home DIR               where keys and open comparisons are; default $HOME/.accountmatch-psi\n"
"  -o FILE                  where to write; default in that directory\n"
"terms that you accept, for answer; an offer with others is refused:\n"
"  --kinds id,domain,name   the kinds of keys that are compared; default all three\n"
"  --mode both|opener|answerer|count   who learns which accounts are common (count: only how many); default both\n"
"  --reveal a,b,...         what both sides tell of common accounts; default nothing. Of account_id, name, website,\n"
"                           country, status, owner, amount, currency, industry, region\n"
"  --domain-cap N           hosts with more than N names in a list stay at home; default 2\n"
"  --name-cap N             names of more than N accounts stay at home; default 2\n"
"  --payload N              bytes told of each common key, if something is revealed; default 512\n"
"limits of yours:\n"
"  --max-keys N             of a list, of each kind; default 1000000\n"
"  --min-keys N             of his list; default 10\n"
"  --max-ratio N            of his list to yours; default 10\n";

/* A number of an option */
static uint32_t
number(const char *option, const char *value)
{
	char	   *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n > UINT32_MAX)
		acm_kit_die("%s needs a number, not \"%s\"", option, value);
	return (uint32_t) n;
}

/* Bits of the words in a list with commas */
static unsigned
bits(const char *option, const char *value, const char *(*name) (int), int n)
{
	unsigned	set = 0;

	while (*value)
	{
		size_t		len = strcspn(value, ",");
		int			i = 0;

		while (i < n && (strlen(name(i)) != len || strncmp(name(i), value, len) != 0))
			i++;
		if (i == n)
			acm_kit_die("%s does not know \"%.*s\"", option, (int) len, value);
		set |= 1u << i;
		value += len + (value[len] == ',');
	}
	return set;
}

/* Names by number, for bits */
static const char *
kind_name(int i)
{
	return acm_psi_kind_name((acm_psi_kind) i);
}

static const char *
attr_name(int i)
{
	return acm_psi_attr_name((acm_psi_attr) i);
}

static const char *
mode_name(int i)
{
	static const char *const names[] = {"", "both", "opener", "answerer", "count"};

	return names[i];
}

/* An absolute path, since the program goes to its home directory */
static const char *
absolute(const char *path)
{
	char	   *full;
	char		cwd[PATH_MAX];

	if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
		return path;
	full = malloc(strlen(cwd) + strlen(path) + 2);
	if (full == NULL)
		acm_kit_die("out of memory");
	sprintf(full, "%s/%s", cwd, path);
	return full;
}

int
main(int argc, char **argv)
{
	acm_kit_options options = {
		.terms = {.kinds = 7, .mode = ACM_PSI_BOTH, .domain_cap = 2, .name_cap = 2},
		.limits = {1000000, 10, 10}
	};
	uint32_t	payload = 512;
	char		home[PATH_MAX] = "";
	const char *words[5];
	int			n = 0;

	umask(0077);
	for (int i = 1; i < argc; i++)
	{
		const char *o = argv[i];
		const char *value;

		if (o[0] != '-')
		{
			if (n == 5)
				acm_kit_die("too many words; run it without any for help");
			words[n++] = o;
			continue;
		}
		if (++i == argc)
			acm_kit_die("%s needs a value; run it without anything for help", o);
		value = argv[i];
		if (strcmp(o, "--home") == 0)
			snprintf(home, sizeof home, "%s", absolute(value));
		else if (strcmp(o, "-o") == 0)
			options.out = absolute(value);
		else if (strcmp(o, "--kinds") == 0)
			options.terms.kinds = (uint8_t) bits(o, value, kind_name, ACM_PSI_NKINDS);
		else if (strcmp(o, "--reveal") == 0)
			options.terms.reveal = (uint16_t) bits(o, value, attr_name, ACM_PSI_NATTRS);
		else if (strcmp(o, "--mode") == 0)
		{
			unsigned	set = bits(o, value, mode_name, ACM_PSI_COUNT + 1);

			options.terms.mode = 0;
			for (int mode = ACM_PSI_BOTH; mode <= ACM_PSI_COUNT; mode++)
				if (set == 1u << mode)
					options.terms.mode = (uint8_t) mode;
		}
		else if (strcmp(o, "--domain-cap") == 0)
			options.terms.domain_cap = number(o, value);
		else if (strcmp(o, "--name-cap") == 0)
			options.terms.name_cap = number(o, value);
		else if (strcmp(o, "--payload") == 0)
			payload = number(o, value);
		else if (strcmp(o, "--max-keys") == 0)
			options.limits.max_keys = number(o, value);
		else if (strcmp(o, "--min-keys") == 0)
			options.limits.min_keys = number(o, value);
		else if (strcmp(o, "--max-ratio") == 0)
			options.limits.max_ratio = number(o, value);
		else
			acm_kit_die("there is no option %s; run it without anything for help", o);
	}
	if (n == 0)
	{
		printf("%s", usage);
		return 0;
	}
	options.terms.payload = options.terms.reveal ? payload : 0;
	if (acm_psi_terms_problem(&options.terms))
		acm_kit_die("these terms cannot be kept: %s", acm_psi_terms_problem(&options.terms));
	for (int i = 1; i < n; i++)
		if (strcmp(words[0], "inspect") == 0 || strcmp(words[0], "answer") == 0 || strcmp(words[0], "finish") == 0)
			words[i] = absolute(words[i]);

	if (strcmp(words[0], "inspect") == 0 && n == 2)
	{
		acm_kit_inspect(words[1]);
		return 0;
	}
	if (home[0] == '\0')
	{
		if (getenv("HOME") == NULL)
			acm_kit_die("HOME is not set: give --home DIR");
		snprintf(home, sizeof home, "%s/.accountmatch-psi", getenv("HOME"));
	}
	acm_kit_open_home(home);
	if (chdir(home) != 0)
		acm_kit_die("directory \"%s\" cannot be used", home);
	if (strcmp(words[0], "public-key") == 0 && n == 2)
		acm_kit_public_key(words[1]);
	else if (strcmp(words[0], "agree") == 0 && n == 4)
		acm_kit_agree(words[1], words[2], words[3]);
	else if (strcmp(words[0], "confirm") == 0 && n == 3)
		acm_kit_confirm(words[1], words[2]);
	else if (strcmp(words[0], "answer") == 0 && n == 3)
		acm_kit_answer(words[1], words[2], &options);
	else if (strcmp(words[0], "finish") == 0 && n == 2)
		acm_kit_finish(words[1], &options);
	else if (strcmp(words[0], "sessions") == 0 && n == 1)
		acm_kit_sessions();
	else if (strcmp(words[0], "close") == 0 && n == 2)
		acm_kit_close(words[1]);
	else
		acm_kit_die("that is no command; run it without anything for help");
	return 0;
}
