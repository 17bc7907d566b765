#!/bin/bash
# psi_bench.sh: private set intersection in SQL. CPU time of the backend
# (/proc/self/schedstat), medians of RUNS rounds; then whole sessions, both
# sides of them in one backend, beside @openmined/psi.js on 10,000 elements a
# side; and SIZES by the clock. Run in the environment of a throw-away cluster,
# with NPM naming the directory where the package is, or empty.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rows=${ROWS:-20000} runs=${RUNS:-5} sizes=${SIZES:-100000}
psql() { command psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
createdb psi_bench
trap 'dropdb --if-exists psi_bench' EXIT
export PGDATABASE=psi_bench PGOPTIONS='-c client_min_messages=warning'
psql <<SQL
CREATE EXTENSION accountmatch;
COPY (SELECT) TO PROGRAM 'rm -rf ../psi_keys && mkdir -m 700 ../psi_keys';
DO \$\$ BEGIN EXECUTE format('ALTER DATABASE psi_bench SET accountmatch.key_directory = %L', current_setting('data_directory') || '/../psi_keys'); END \$\$;
ALTER DATABASE psi_bench SET search_path = public, accountmatch;
ALTER DATABASE psi_bench SET max_parallel_workers_per_gather = 0;
ALTER DATABASE psi_bench SET jit = off;
SQL
psql <<SQL
-- both sides on one server: two names for one agreement
SELECT public_key('a'), public_key('b') \\g /dev/null
SELECT agree_key('a', 'bench', public_key('b')), agree_key('b', 'bench', public_key('a')) \\g /dev/null
SELECT confirm_key('a', confirmation_code('b')), confirm_key('b', confirmation_code('a')) \\g /dev/null
CREATE FUNCTION cpu() RETURNS numeric LANGUAGE sql VOLATILE AS
\$\$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 \$\$;
-- a session from the offer to the end: CPU seconds, seconds by the clock, common keys
CREATE FUNCTION session(n int, OUT cpu numeric, OUT clock numeric, OUT common bigint) LANGUAGE plpgsql AS \$\$
DECLARE
	c numeric; t timestamptz; s psi_step;
BEGIN
	EXECUTE format('CREATE OR REPLACE TEMP VIEW ours AS SELECT i::text AS account_id, ''company-'' || i || ''.com'' AS website FROM generate_series(1, %s) i', n);
	EXECUTE format('CREATE OR REPLACE TEMP VIEW theirs AS SELECT i::text AS account_id, ''company-'' || i || ''.com'' AS website FROM generate_series(1 + %s / 2, %s + %s / 2) i', n, n, n);
	c := public.cpu(); t := clock_timestamp();
	s := psi_offer('a', 'ours', kinds => '{domain}');
	s := psi_answer(s.file, 'theirs', kinds => '{domain}');
	WHILE s.file IS NOT NULL LOOP
		s := psi_finish(s.file);
		common := coalesce(s.common_keys, common);
	END LOOP;
	cpu := public.cpu() - c; clock := extract(epoch FROM clock_timestamp() - t);
	PERFORM psi_close(session) FROM psi_sessions();
END \$\$;
CREATE TABLE keys AS SELECT 'company-' || i || '.com' AS key FROM generate_series(1, $rows) i;
VACUUM ANALYZE keys;
SQL
psql <<SQL
CREATE VIEW keys_list AS SELECT row_number() OVER ()::text AS account_id, key AS website FROM keys LIMIT 100;
CREATE TABLE open AS SELECT (psi_finish((psi_answer((psi_offer('a', 'keys_list', kinds => '{domain}')).file, 'keys_list', kinds => '{domain}')).file)).session;
CREATE TABLE figures (what text, s numeric);
CREATE TABLE points AS SELECT psi_blind('domain', key, session) AS p FROM keys, open;
DO \$\$
DECLARE
	c numeric; s text := (SELECT session FROM open); n bigint;
BEGIN
	FOR i IN 1 .. $runs LOOP
		c := cpu(); SELECT count(key) INTO n FROM keys, generate_series(1, 100); INSERT INTO figures VALUES ('executor', (cpu() - c) / 100);
		c := cpu(); SELECT count(psi_blind('domain', key, s)) INTO n FROM keys; INSERT INTO figures VALUES ('blind', cpu() - c);
		c := cpu(); SELECT count(psi_evaluate('domain', p, s)) INTO n FROM points; INSERT INTO figures VALUES ('evaluate', cpu() - c);
	END LOOP;
END \$\$;
SELECT format('%s %s us a row', rpad(CASE what WHEN 'executor' THEN 'executor alone' WHEN 'blind' THEN 'psi_blind' ELSE 'psi_evaluate' END, 24),
	round((percentile_cont(0.5) WITHIN GROUP (ORDER BY s) * 1e6 / $rows)::numeric, 3)) FROM figures GROUP BY what ORDER BY 1;
SQL
# one process and two, by the clock: the best of the rounds
for workers in 0 1; do
	for ((i = 0; i < runs; i++)); do
		psql <<SQL
SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET max_parallel_workers_per_gather = $workers;
SELECT session AS s FROM open \\gset
CREATE TEMP TABLE t AS SELECT clock_timestamp() AS t;
SELECT count(psi_blind('domain', key, :'s')) FROM keys \\g /dev/null
SELECT extract(epoch FROM clock_timestamp() - t) FROM t;
SQL
	done | sort -n | head -1
done | perl -e 'my ($one, $two) = <>; printf "psi_blind, two processes against one: %.2f times as fast (%.2f s, %.2f s)\n", $one / $two, $one, $two'
ours=$(for ((i = 0; i < 3; i++)); do psql -c 'SELECT cpu FROM session(10000)'; done | sort -n | sed -n 2p)
printf 'a whole session of 10,000 x 10,000 keys, both sides: %.2f s CPU\n' "$ours"
if [ -n "${NPM:-}" ]; then
	set -- $(node "$here/peers/psi.mjs" "$NPM" 10000)
	perl -e 'printf "\@openmined/psi.js %s, the same: %.2f s CPU, %.1f times that\n", $ARGV[0], $ARGV[1], $ARGV[1] / $ARGV[2]' "$1" "$2" "$ours"
fi
for n in $sizes; do
	psql -c "SELECT format('%s x %s keys, both sides one after the other: %s s by the clock, %s s CPU, %s common', $n, $n, round(clock, 1), round(cpu, 1), common) FROM session($n)"
done
