#!/bin/sh
# company_sql.sh DATA: what match_company costs in SQL over a million names,
# beside length(name) and lower(unaccent(name)); CPU time of the backend
# (schedstat of Linux), each the median of RUNS rounds.
set -eu
data=$1
[ -r "$data/company_name_pairs.tsv" ] || { echo "company_sql.sh: skipped, no names at $data"; exit 0; }
psql -X -q -v ON_ERROR_STOP=1 -v runs="${RUNS:-9}" -d postgres <<EOF
CREATE EXTENSION IF NOT EXISTS accountmatch;
CREATE EXTENSION IF NOT EXISTS unaccent;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET client_min_messages = warning;
CREATE TEMP TABLE pair (a text, b text, label text, source text);
CREATE TEMP TABLE account (id text, name text, c text, d text, e text, f text, g text, h text);
\copy pair FROM '$data/company_name_pairs.tsv' (FORMAT csv, HEADER, DELIMITER E'\t', QUOTE E'\x01')
\copy account FROM '$data/lists/partner_a.csv' (FORMAT csv, HEADER)
\copy account FROM '$data/lists/partner_b.csv' (FORMAT csv, HEADER)
CREATE TEMP TABLE n AS
SELECT name FROM (SELECT name FROM account UNION ALL SELECT a FROM pair UNION ALL SELECT b FROM pair) s, generate_series(1, 12)
ORDER BY random() LIMIT 1000000;
VACUUM ANALYZE n;
CREATE TEMP TABLE cpu (expression text, ms numeric);

CREATE PROCEDURE pg_temp.measure(expression text) LANGUAGE plpgsql AS \$\$
DECLARE
	start numeric := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1);
BEGIN
	EXECUTE format('SELECT count(%s) FROM n', expression);
	INSERT INTO cpu VALUES (expression, (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric - start) / 1e6);
END
\$\$;
DO \$\$
BEGIN
	FOR i IN 1 .. ${RUNS:-9} LOOP
		CALL pg_temp.measure('length(name)');
		CALL pg_temp.measure('accountmatch.normalize_company(name)');
		CALL pg_temp.measure('accountmatch.match_company(name)');
		CALL pg_temp.measure('accountmatch.legal_form(name)');
		CALL pg_temp.measure('lower(unaccent(name))');
	END LOOP;
END
\$\$;
SELECT expression, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS "ms a million", round(min(ms), 1) AS "at best",
	round((percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) / min(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)) OVER ())::numeric, 2) AS "times length",
	round(min(ms) / min(min(ms)) OVER (), 2) AS "of the best"
FROM cpu GROUP BY expression ORDER BY 2;
EOF
