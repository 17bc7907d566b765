#!/bin/bash
# domain_sql.sh VALUES: in the cluster at hand, what registrable_domain(website)
# costs beside length(website), both counted over the same table. CPU time of
# the backend: medians of the rounds.
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
		sub median { my @s = sort { $a <=> $b } @_; return $s[@s / 2]; }
		my @name = map { "count($_(website))" } qw(length registrable_domain match_host);
		for my $i (0 .. 2)
		{
			# each round against its own length(): other work on the machine comes and goes
			printf "%-34s %6.1f ms, ratio %.2f\n", $name[$i], 1000 * median(@{$t[$i]}),
				median(map { $t[$i][$_] / $t[0][$_] } 0 .. $#{$t[$i]});
		}
	}'
