/*
 * psl_check.c
 *		Registrable domains beside libpsl loaded with the same list: for every
 *		rule the hosts at, above and around it. Prints TAP. Where both differ
 *		the published algorithm decides, and the difference has a name here.
 *
 * psl_check LIST
 */
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/domain.h"

/* Differences by design, each shown at least once */
typedef enum difference
{
	SHORT_TLD,					/* no top-level domain has one ASCII letter */
	RESERVED,					/* names that the global DNS does not know */
	NUMBER,						/* ends in a number: an IPv4 address or nothing */
	WILDCARD,					/* "*.nom.br" matches three labels, so nom.br is below "br" */
	DIFFERENCES
} difference;

static const char *const difference_name[DIFFERENCES] = {
	"a top-level domain of one letter is no host",
	"a reserved name is no host",
	"what ends in a number is an address or nothing",
	"the name after the asterisk is no suffix by that rule"
};
static int	differences[DIFFERENCES];
static int	tested = 0;
static int	failed = 0;
static psl_ctx_t *psl;

/*
 * The name of a difference that is by design, or DIFFERENCES.
 */
static difference
by_design(const char *host)
{
	static const char *const reserved[] = {
		"invalid", "localhost", "local", "corp", "home", "internal", "intranet",
		"lan", "private", "localdomain", "workgroup", "http", "https"
	};
	const char *dot = strrchr(host, '.');
	const char *tld = dot ? dot + 1 : host;

	if (tld[strspn(tld, "0123456789")] == '\0')
		return NUMBER;
	if (strlen(tld) == 1)
		return SHORT_TLD;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(tld, reserved[i]) == 0)
			return RESERVED;
	return DIFFERENCES;
}

/*
 * Compare both for one host. Tells of the name after a wildcard rule's
 * asterisk, if host is that.
 */
static void
check(const char *host, bool wildcard)
{
	acm_domain	d;
	const char *theirs;
	const char *ours = NULL;
	char		ascii[ACM_HOST_BUF];
	difference	design;

	acm_domain_parse(host, strlen(host), &d);
	design = by_design(host);
	if (design != DIFFERENCES && (d.kind == ACM_DOMAIN_INVALID || d.kind == ACM_DOMAIN_IP))
	{
		differences[design]++;
		return;
	}

	/* libpsl is given what was read, or for what is no host, the text */
	snprintf(ascii, sizeof(ascii), "%.*s", d.host_len, d.host);
	if (d.reg_off >= 0)
		ours = ascii + d.reg_off;
	theirs = psl_registrable_domain(psl, d.host_len > 0 ? ascii : host);
	tested++;
	if (wildcard && ours != NULL && theirs == NULL && strchr(ours, '.') != NULL)
		differences[WILDCARD]++;
	else if ((ours == NULL) != (theirs == NULL) || (ours != NULL && strcmp(ours, theirs) != 0))
	{
		failed++;
		printf("# %s: ours %s, libpsl %s\n", host, ours ? ours : "none", theirs ? theirs : "none");
	}
}

/*
 * Check the hosts around one rule of the list.
 */
static void
check_rule(const char *rule)
{
	static const char *const before[] = {
		"", "x.", "www.", "a.b.", "www.a.b.", "a.b.c.d.", "xn--a.", "a_b.", "0.", "-.", "com.", "co.uk."
	};
	const char *name = rule[0] == '!' ? rule + 1 : strncmp(rule, "*.", 2) == 0 ? rule + 2 : rule;
	bool		wildcard = rule[0] == '*';
	const char *dot;
	char		host[1024];
	char		ascii[ACM_HOST_BUF];
	acm_domain	d;

	/* as it is written, then in A-labels */
	snprintf(host, sizeof(host), "x.%s", name);
	check(host, false);
	acm_domain_parse(host, strlen(host), &d);
	snprintf(ascii, sizeof(ascii), "%.*s", d.host_len - 2, d.host + 2);
	name = ascii;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
	{
		snprintf(host, sizeof(host), "%s%s", before[i], name);
		check(host, wildcard && i == 0);
	}

	/* a rule's last label, and a label longer or shorter at either end */
	snprintf(host, sizeof(host), "a.x%s", name);
	check(host, false);
	snprintf(host, sizeof(host), "a.b.%sx", name);
	check(host, false);
	snprintf(host, sizeof(host), "a.%s.b.%s", name, name);
	check(host, false);
	for (dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
	{
		snprintf(host, sizeof(host), "a.b%s", dot);
		check(host, false);
	}
}

int
main(int argc, char **argv)
{
	FILE	   *list;
	char		line[256];
	int			rules = 0;
	int			n = 0;

	if (argc != 2 || (psl = psl_load_file(argv[1])) == NULL || (list = fopen(argv[1], "r")) == NULL)
	{
		fprintf(stderr, "usage: psl_check LIST\n");
		return 2;
	}
	while (fgets(line, sizeof(line), list))
	{
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] == '\0' || strncmp(line, "//", 2) == 0)
			continue;
		check_rule(line);
		rules++;
	}
	fclose(list);
	check("a.example", false);
	check("a.b.unlisted", false);
	check("www.a.b.unlisted", false);
	check("acme.local", false);
	check("n.a", false);
	check("acme.123", false);

	printf("%s %d - %d hosts around %d rules: libpsl agrees\n", failed ? "not ok" : "ok", ++n, tested, rules);
	printf("%s %d - the list was read\n", rules > 10000 && tested > 100000 ? "ok" : "not ok", ++n);
	for (int i = 0; i < DIFFERENCES; i++)
	{
		printf("%s %d - by design: %s (%d)\n", differences[i] ? "ok" : "not ok", n + 1, difference_name[i], differences[i]);
		n++;
		failed += differences[i] == 0;
	}
	printf("1..%d\n", n);
	psl_free(psl);
	return failed || rules <= 10000;
}
