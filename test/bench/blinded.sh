#!/bin/bash
# blinded.sh: sort, hash join and index build on blinded against the same on
# uuid, and what a blinded row costs. CPU time of the backend, medians of
# RUNS interleaved runs over ROWS rows, one process; then a parallel plan, and
# the overlap of the lists in LISTS, plain and blinded.
# Run in the environment of a throw-away cluster.
set -euo pipefail
rows=${ROWS:-1000000} runs=${RUNS:-7}
psql() { command psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
createdb blinded_bench
trap 'dropdb --if-exists blinded_bench' EXIT
export PGDATABASE=blinded_bench PGOPTIONS='-c client_min_messages=warning'
psql <<SQL
CREATE EXTENSION accountmatch;
COPY (SELECT) TO PROGRAM 'rm -rf ../bench_keys && mkdir -m 700 ../bench_keys';
DO \$\$ BEGIN EXECUTE format('ALTER DATABASE blinded_bench SET accountmatch.key_directory = %L', current_setting('data_directory') || '/../bench_keys'); END \$\$;
ALTER DATABASE blinded_bench SET search_path = public, accountmatch;
ALTER DATABASE blinded_bench SET max_parallel_workers_per_gather = 0;
ALTER DATABASE blinded_bench SET max_parallel_maintenance_workers = 0;
ALTER DATABASE blinded_bench SET work_mem = '1GB';
ALTER DATABASE blinded_bench SET maintenance_work_mem = '1GB';
ALTER DATABASE blinded_bench SET jit = off;
SQL
psql <<SQL
SELECT create_key('bench') \\g /dev/null
CREATE TABLE sites AS SELECT i, 'https://www.company' || i || '.com/about?id=' || i AS website FROM generate_series(1, $rows) i;
CREATE TABLE blinded_1 AS SELECT blind_domain(website, 'bench') AS k FROM sites;
CREATE TABLE uuid_1 AS SELECT right(replace(k::text, ':', ''), 32)::uuid AS k FROM blinded_1;
CREATE TABLE blinded_2 AS SELECT k FROM blinded_1 ORDER BY random();
CREATE TABLE uuid_2 AS SELECT k FROM uuid_1 ORDER BY random();
VACUUM ANALYZE;
-- CPU time of this backend in milliseconds: Linux tells nanoseconds
CREATE FUNCTION cpu() RETURNS numeric LANGUAGE sql VOLATILE AS
\$\$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e6 \$\$;
CREATE TABLE figures (what text, variant text, ms numeric);
CREATE PROCEDURE measure(what text, variant text, query text, after text DEFAULT '') LANGUAGE plpgsql AS \$\$
DECLARE
	start numeric := cpu();
BEGIN
	EXECUTE query;
	INSERT INTO figures VALUES (what, variant, cpu() - start);
	IF after <> '' THEN EXECUTE after; END IF;
END \$\$;
SET enable_mergejoin = off;
DO \$\$ BEGIN
	FOR i IN 1 .. $runs LOOP
		FOR variant IN 1 .. 2 LOOP
			DECLARE t text := (ARRAY['uuid', 'blinded'])[variant];
			BEGIN
				CALL measure('sort', t, format('SELECT count(*) FROM (SELECT k FROM %s_1 ORDER BY k OFFSET 0) s', t));
				CALL measure('hash join', t, format('SELECT count(*) FROM %s_1 JOIN %1\$s_2 USING (k)', t));
				CALL measure('index build', t, format('CREATE INDEX built ON %s_1 (k)', t), 'DROP INDEX built');
			END;
		END LOOP;
		CALL measure('row', 'executor', 'SELECT count(website) FROM sites');
		CALL measure('row', 'normalized', 'SELECT count(match_host(website)) FROM sites');
		CALL measure('row', 'blinded', 'SELECT count(blind_domain(website, ''bench'')) FROM sites');
	END LOOP;
END \$\$;
SQL
echo "blinded against uuid, $rows rows, CPU, median of $runs (bar: 1.10)"
psql -F ' ' <<'SQL'
WITH m AS (SELECT what, variant, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms FROM figures GROUP BY 1, 2)
SELECT format('  %-12s blinded %s ms, uuid %s ms, ratio %s', b.what, round(b.ms), round(u.ms), round((b.ms / u.ms)::numeric, 2))
FROM m b JOIN m u USING (what) WHERE b.variant = 'blinded' AND u.variant = 'uuid' ORDER BY what DESC;
SQL
echo "blind_domain, CPU for a row, median of $runs (bar: 2 microseconds)"
psql <<SQL
WITH m AS (SELECT variant, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) * 1000 / $rows AS us FROM figures WHERE what = 'row' GROUP BY 1),
	p AS (SELECT (SELECT us FROM m WHERE variant = 'blinded') AS b, (SELECT us FROM m WHERE variant = 'normalized') AS n, (SELECT us FROM m WHERE variant = 'executor') AS e)
SELECT format('  %s us: executor %s, normalization %s, HMAC %s', round(b::numeric, 2), round(e::numeric, 2), round((n - e)::numeric, 2), round((b - n)::numeric, 2)) FROM p;
SQL
echo "parallel plan"
psql <<'SQL' | sed 's/^/  /'
SET max_parallel_workers_per_gather = 2;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM sites JOIN blinded_1 ON k = blind_domain(website, 'bench');
SQL
if [ -n "${LISTS:-}" ] && [ -r "$LISTS/truth.csv" ]; then
	echo "overlap of lists, rules id, domain, email, name; CPU, median of 5"
	psql -v lists="$LISTS" -f "$(dirname "$0")/blinded_overlap.sql"
else
	echo "SKIPPED: no lists, so no figures for the overlap of blinded ones"
fi
psql -c "COPY (SELECT) TO PROGRAM 'rm -rf ../bench_keys'"
