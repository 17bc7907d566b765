/*
 * host_bench.c
 *		What it costs to parse a value and look its host up, beside libpsl.
 *
 * host_bench VALUES LIST: VALUES has one text per line; LIST is the Public
 * Suffix List, which libpsl loads at run time. CPU time per value, the median
 * of several runs. libpsl is given the hosts that were found, ready in lower
 * case, so that it has only the lookup to do.
 */
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "normalize/domain.h"

#define RUNS 9

/*
 * CPU time of this process in nanoseconds.
 */
static double
cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/*
 * The median of the runs, per value.
 */
static double
median(double *run, size_t n)
{
	qsort(run, RUNS, sizeof(*run), compare_doubles);
	return run[RUNS / 2] / n;
}

/*
 * Read a whole file; NUL-terminated.
 */
static char *
read_file(const char *name, size_t *len)
{
	FILE	   *f = fopen(name, "rb");
	char	   *text;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
	{
		perror(name);
		exit(1);
	}
	*len = (size_t) ftell(f);
	rewind(f);
	text = malloc(*len + 1);
	if (text == NULL || fread(text, 1, *len, f) != *len)
	{
		perror(name);
		exit(1);
	}
	text[*len] = '\0';
	fclose(f);
	return text;
}

int
main(int argc, char **argv)
{
	size_t		len;
	size_t		lines = 0;
	size_t		hosts = 0;
	size_t		checksum = 0;
	char	   *text;
	char	  **line;
	size_t	   *line_len;
	char	  **host;
	char	   *pool;
	double		run[RUNS];
	double		ours;
	double		theirs;
	acm_domain	d;
	psl_ctx_t  *psl;

	if (argc != 3)
	{
		fprintf(stderr, "usage: host_bench VALUES LIST\n");
		return 2;
	}
	text = read_file(argv[1], &len);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	line = malloc((lines + 1) * sizeof(*line));
	line_len = malloc((lines + 1) * sizeof(*line_len));
	host = malloc((lines + 1) * sizeof(*host));
	pool = malloc(len + lines + 1);
	psl = psl_load_file(argv[2]);
	if (line == NULL || line_len == NULL || host == NULL || pool == NULL || psl == NULL)
	{
		fprintf(stderr, "out of memory, or no list in %s\n", argv[2]);
		return 1;
	}
	lines = 0;
	for (char *s = text, *end; (end = strchr(s, '\n')) != NULL; s = end + 1)
	{
		line[lines] = s;
		line_len[lines++] = (size_t) (end - s);
	}

	for (int r = 0; r < RUNS; r++)
	{
		double		start = cpu_time();

		for (size_t i = 0; i < lines; i++)
		{
			acm_domain_parse(line[i], line_len[i], &d);
			checksum += (size_t) d.reg_off;
		}
		run[r] = cpu_time() - start;
	}
	ours = median(run, lines);

	for (size_t i = 0; i < lines; i++)
	{
		acm_domain_parse(line[i], line_len[i], &d);
		if (d.kind == ACM_DOMAIN_INVALID || d.kind == ACM_DOMAIN_IP)
			continue;
		host[hosts++] = pool;
		memcpy(pool, d.host, (size_t) d.host_len);
		pool += d.host_len;
		*pool++ = '\0';
	}
	for (int r = 0; r < RUNS; r++)
	{
		double		start = cpu_time();

		for (size_t i = 0; i < hosts; i++)
			checksum += psl_registrable_domain(psl, host[i]) != NULL;
		run[r] = cpu_time() - start;
	}
	theirs = median(run, hosts);

	printf("%zu values, %zu hosts (%zx)\n", lines, hosts, checksum);
	printf("parse and lookup   %7.1f ns a value\n", ours);
	printf("libpsl lookup only %7.1f ns a host\n", theirs);
	printf("ratio              %7.1f\n", theirs / ours);
	psl_free(psl);
	return 0;
}
