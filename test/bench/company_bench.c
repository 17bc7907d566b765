/*
 * company_bench.c
 *		What it costs to fold a name and to make its match key.
 *
 * company_bench NAMES: one name per line. CPU time per name, the median of
 * several runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "normalize/company.h"

#define RUNS 9

/* CPU time of this process in nanoseconds */
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

/* The median time per name of one function over all lines of text */
static double
measure(int (*function) (const char *, size_t, char *), char **line, size_t lines)
{
	double		run[RUNS];
	char		out[ACM_NAME_BUF];
	size_t		bytes = 0;

	for (int r = 0; r < RUNS; r++)
	{
		double		start = cpu_time();

		for (size_t i = 0; i < lines; i++)
			bytes += function(line[i], line[i + 1] - line[i] - 1, out);
		run[r] = (cpu_time() - start) / lines;
	}
	if (bytes == 0)
		fprintf(stderr, "no results\n");
	qsort(run, RUNS, sizeof(*run), compare_doubles);
	return run[RUNS / 2];
}

int
main(int argc, char **argv)
{
	FILE	   *f;
	char	   *text;
	char	  **line;
	size_t		lines = 0;
	size_t		size = 0;
	size_t		room = 1 << 20;

	if (argc != 2 || (f = fopen(argv[1], "rb")) == NULL)
	{
		fprintf(stderr, "usage: company_bench NAMES\n");
		return 1;
	}
	text = malloc(room);
	while (text != NULL && (size += fread(text + size, 1, room - size, f)) == room)
		text = realloc(text, room *= 2);
	fclose(f);
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	line = malloc((lines + 1) * sizeof(*line));
	if (line == NULL || lines == 0)
		return 1;
	line[0] = text;
	lines = 0;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			line[++lines] = text + i + 1;

	printf("%zu names, %.1f bytes each\n", lines, (double) size / lines - 1);
	printf("normalize_company %7.1f ns a name\n", measure(acm_normalize_company, line, lines));
	printf("match_company     %7.1f ns a name\n", measure(acm_match_company, line, lines));
	printf("legal_form        %7.1f ns a name\n", measure(acm_legal_form, line, lines));
	return 0;
}
