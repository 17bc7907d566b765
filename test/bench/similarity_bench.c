/*
 * similarity_bench.c
 *		What one comparison of two match names costs.
 *
 * similarity_bench PAIRS: PAIRS has a header, then two names and more in each
 * line, separated by tabs. CPU time per pair, the median of several runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "normalize/company.h"

#define RUNS 9
#define MOST 100000

typedef struct match_name
{
	int			len;
	char		text[ACM_NAME_BUF];
} match_name;

/* CPU time of this process in nanoseconds */
static double
cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Order of two figures */
static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Read the pairs, then compare all of them again and again */
int
main(int argc, char **argv)
{
	static char line[8192];
	match_name *names = malloc(sizeof(match_name) * 2 * MOST);
	double		run[RUNS];
	double		sum = 0;
	int			pairs = 0;
	FILE	   *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (f == NULL || names == NULL)
	{
		fprintf(stderr, "usage: similarity_bench PAIRS\n");
		return 2;
	}
	(void) !fgets(line, sizeof(line), f);
	while (pairs < MOST && fgets(line, sizeof(line), f))
	{
		match_name *n = &names[2 * pairs];
		size_t		len = strcspn(line, "\t");
		char	   *second = line + len + (line[len] != '\0');

		n[0].len = acm_match_company(line, len, n[0].text);
		n[1].len = acm_match_company(second, strcspn(second, "\t\n"), n[1].text);
		pairs += n[0].len > 0 && n[1].len > 0;
	}
	fclose(f);
	if (pairs == 0)
		return 1;
	for (int r = 0; r < RUNS; r++)
	{
		double		start = cpu_time();

		for (int i = 0; i < pairs; i++)
			sum += acm_match_similarity(names[2 * i].text, names[2 * i].len, names[2 * i + 1].text, names[2 * i + 1].len);
		run[r] = (cpu_time() - start) / pairs;
	}
	qsort(run, RUNS, sizeof(*run), compare_doubles);
	printf("in C: acm_match_similarity %.2f us a pair (%d pairs, mean similarity %.3f)\n",
		   run[RUNS / 2] / 1000, pairs, sum / RUNS / pairs);
	return 0;
}
