/*
 * fuzz_domain.c
 *		libFuzzer target: any bytes as the text of a field. Aborts where what
 *		domain.h promises does not hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "normalize/domain.h"

#define CHECK(condition) \
	do { if (!(condition)) broken(#condition, __LINE__, data, size, &d); } while (0)

/*
 * Tell what does not hold, and abort.
 */
static void
broken(const char *condition, int line, const uint8_t *data, size_t size, const acm_domain *d)
{
	fprintf(stderr, "line %d: %s\ntext: %.*s\nhost: %.*s kind %d suffix %d reg %d match %d\n",
			line, condition, (int) size, (const char *) data, d->host_len, d->host,
			d->kind, d->suffix_off, d->reg_off, d->match_off);
	abort();
}

/*
 * Whether two results are the same, but perhaps for the match host.
 */
static bool
same(const acm_domain *a, const acm_domain *b, bool match)
{
	return a->kind == b->kind && a->host_len == b->host_len &&
		memcmp(a->host, b->host, (size_t) a->host_len) == 0 &&
		a->suffix_off == b->suffix_off && a->reg_off == b->reg_off &&
		(!match || a->match_off == b->match_off);
}

/*
 * A step of an explanation: only its value's bounds matter here.
 */
static void
count_step(void *arg, const char *rule, const char *value, int len)
{
	unsigned   *sum = arg;

	*sum += (unsigned) strlen(rule);
	for (int i = 0; i < len; i++)
		*sum += (unsigned char) value[i];
}

/*
 * Parse a text that was made of a host, from memory of its exact size.
 */
static void
parse_made(const char *text, size_t len, acm_domain *d, char **copy)
{
	*copy = malloc(len > 0 ? len : 1);
	memcpy(*copy, text, len);
	acm_domain_parse(*copy, len, d);
}

/*
 * What holds of the host itself.
 */
static void
check_host(const acm_domain *dp, const uint8_t *data, size_t size)
{
	acm_domain	d = *dp;
	int			label = 0;

	CHECK(d.host_len > 0 && d.host_len <= 253);
	for (int i = 0; i <= d.host_len; i++)
	{
		if (i == d.host_len || d.host[i] == '.')
		{
			CHECK(i > label && i - label <= 63);
			label = i + 1;
		}
		else
			CHECK((d.host[i] >= 'a' && d.host[i] <= 'z') || (d.host[i] >= '0' && d.host[i] <= '9') ||
				  d.host[i] == '-' || d.host[i] == '_');
	}
	CHECK(d.suffix_off >= 0 && d.suffix_off < d.host_len);
	CHECK(d.suffix_off == 0 || d.host[d.suffix_off - 1] == '.');
	if (d.kind == ACM_DOMAIN_SUFFIX)
		CHECK(d.suffix_off == 0 && d.reg_off == -1);
	else
	{
		/* the registrable domain is the suffix and exactly one label more */
		CHECK(d.reg_off >= 0 && d.reg_off < d.suffix_off);
		CHECK(d.reg_off == 0 || d.host[d.reg_off - 1] == '.');
		CHECK(memchr(d.host + d.reg_off, '.', (size_t) (d.suffix_off - d.reg_off - 1)) == NULL);
		CHECK(d.reg_off < 4 || memcmp(d.host, "www.", 4) != 0);
	}
	if (d.kind == ACM_DOMAIN_COMPANY)
	{
		CHECK(d.match_off >= 0 && d.match_off <= d.reg_off);
		CHECK(d.match_off == 0 || d.host[d.match_off - 1] == '.');
	}
	else
		CHECK(d.match_off == -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	acm_domain	d;
	acm_domain	e;
	unsigned	sum = 0;
	char		text[2048];
	char	   *copy;
	int			n;

	acm_domain_parse((const char *) data, size, &d);

	/* explaining takes the long way round */
	acm_domain_explain((const char *) data, size, &e, count_step, &sum);
	CHECK(same(&d, &e, true));
	acm_domain_parse_registrable((const char *) data, size, &e);
	CHECK(same(&d, &e, false) && e.match_off == -1);

	if (d.kind == ACM_DOMAIN_INVALID)
	{
		CHECK(d.host_len == 0 && d.suffix_off == -1 && d.reg_off == -1 && d.match_off == -1);
		return 0;
	}
	if (d.kind == ACM_DOMAIN_IP)
	{
		CHECK(d.host_len > 0 && d.host_len < 48 && d.suffix_off == -1 && d.reg_off == -1);
		CHECK(d.match_off == -1);
	}
	else
		check_host(&d, data, size);

	/* a host is its own host, in every dress */
	parse_made(d.host, (size_t) d.host_len, &e, &copy);
	CHECK(same(&d, &e, true));
	free(copy);
	n = snprintf(text, sizeof(text), "https://user:pw@%.*s:443/a.b@c.de/", d.host_len, d.host);
	parse_made(text, (size_t) n, &e, &copy);
	CHECK(same(&d, &e, true));
	free(copy);
	n = snprintf(text, sizeof(text), "Jo Doe <jo@%.*s>", d.host_len, d.host);
	parse_made(text, (size_t) n, &e, &copy);
	CHECK(same(&d, &e, true));
	free(copy);
	for (n = 0; n < d.host_len; n++)
		text[n] = (char) (d.host[n] >= 'a' && d.host[n] <= 'z' ? d.host[n] - 32 : d.host[n]);
	text[n++] = '.';
	parse_made(text, (size_t) n, &e, &copy);
	CHECK(same(&d, &e, true));
	free(copy);

	/* so is the registrable domain */
	if (d.reg_off >= 0)
	{
		parse_made(d.host + d.reg_off, (size_t) (d.host_len - d.reg_off), &e, &copy);
		CHECK(e.reg_off == 0 && e.host_len == d.host_len - d.reg_off &&
			  memcmp(e.host, d.host + d.reg_off, (size_t) e.host_len) == 0);
		free(copy);
	}

	/*
	 * UTS-46 maps circled letters to ASCII: the way over ICU gives the same.
	 * Not with A-labels, which UTS-46 checks where a host is not all ASCII.
	 */
	snprintf(text, sizeof(text), "%.*s", d.host_len, d.host);
	if (d.kind == ACM_DOMAIN_IP || strstr(text, "xn--") != NULL)
		return 0;
	n = 0;
	for (int i = 0; i < d.host_len; i++)
	{
		if (d.host[i] >= 'a' && d.host[i] <= 'z')
		{
			text[n++] = (char) 0xE2;
			text[n++] = (char) 0x93;
			text[n++] = (char) (0x90 + (d.host[i] - 'a'));
		}
		else
			text[n++] = d.host[i];
	}
	parse_made(text, (size_t) n, &e, &copy);
	CHECK(same(&d, &e, true));
	free(copy);
	return 0;
}
