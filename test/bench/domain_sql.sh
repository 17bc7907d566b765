#!/bin/bash
# domain_sql.sh VALUES: in the cluster at hand, what registrable_domain(website)
# costs beside length(website), both counted over the same table. CPU time of
# the backend, medians.
set -euo pipefail
values=$1 runs=${RUNS:-9}
createdb bench_domain
trap 'dropdb bench_domain' EXIT
psql -X -q -d bench_domain -v ON_ERROR_STOP=1 <<SQL
CREATE EXTENSION accountmatch;
CREATE TABLE t (website text);
\copy t FROM '$values'
VACUUM (ANALYZE, FREEZE) t;
SQL
{
	echo 'SET max_parallel_workers_per_gather = 0; SET jit = off; SET search_path = accountmatch, public;'
	echo 'SELECT count(length(website)) FROM t;'
	echo 'SET client_min_messages = log; SET log_executor_stats = on;'
	for ((i = 0; i < runs; i++)); do
		echo 'SELECT count(length(website)) FROM t;'
		echo 'SELECT count(registrable_domain(website)) FROM t;'
		echo 'SELECT count(match_host(website)) FROM t;'
	done
} | psql -X -q -d bench_domain -v ON_ERROR_STOP=1 2>&1 | perl -ne '
	if (/^!\s+([0-9.]+) s user, ([0-9.]+) s system, ([0-9.]+) s elapsed/) { push @{$t[$n++ % 3]}, $1 + $2; }
	END {
		my @m = map { (sort { $a <=> $b } @$_)[@$_ / 2] } @t;
		printf "count(length(website))             %6.1f ms\n", 1000 * $m[0];
		printf "count(registrable_domain(website)) %6.1f ms, ratio %.2f\n", 1000 * $m[1], $m[1] / $m[0];
		printf "count(match_host(website))         %6.1f ms, ratio %.2f\n", 1000 * $m[2], $m[2] / $m[0];
	}'
