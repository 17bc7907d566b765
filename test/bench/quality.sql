-- Precision and recall on lists whose truth is known: partner_a.csv,
-- partner_b.csv and truth.csv in the directory of the psql variable lists.
--   psql -v lists=/path/to/lists -f test/bench/quality.sql
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS accountmatch;
CREATE TEMP TABLE partner_a (account_id text PRIMARY KEY, name text, website text, country text, status text, owner text, industry text, amount numeric);
CREATE TEMP TABLE partner_b (LIKE partner_a INCLUDING ALL);
CREATE TEMP TABLE truth (a text, b text, PRIMARY KEY (a, b));
\set a '\'' :lists '/partner_a.csv\''
\set command '\\copy partner_a FROM ' :a ' WITH (FORMAT csv, HEADER)'
:command
\set b '\'' :lists '/partner_b.csv\''
\set command '\\copy partner_b FROM ' :b ' WITH (FORMAT csv, HEADER)'
:command
\set t '\'' :lists '/truth.csv\''
\set command '\\copy truth FROM ' :t ' WITH (FORMAT csv, HEADER)'
:command
ANALYZE;
\pset footer off

-- what overlap() finds under some rules, against the truth
CREATE FUNCTION pg_temp.quality(rules text[], OUT "precision" numeric, OUT recall numeric, OUT right_pairs bigint, OUT wrong_pairs bigint)
LANGUAGE sql AS $$
	SELECT round(count(t.a)::numeric / nullif(count(*), 0), 4), round(count(t.a)::numeric / (SELECT count(*) FROM truth), 4),
		count(t.a), count(*) - count(t.a)
	FROM accountmatch.overlap('partner_a', 'partner_b', rules => quality.rules) o
	LEFT JOIN truth t ON t.a = o.our_id AND t.b = o.their_id
$$;

\echo
\echo 'Quality (bars: default .985 / .94, with similar .98 / .95)'
SELECT v.variant, q.* FROM (VALUES
	(1, 'default', '{id,domain,email,name,near}'::text[]),
	(2, 'with similar', '{id,domain,email,name,near,similar}'),
	(3, 'default without domain', '{id,email,name,near}'),
	(4, 'default without name', '{id,domain,email,near}'),
	(5, 'default without near', '{id,domain,email,name}'),
	(6, 'domain alone', '{domain}'),
	(7, 'similar without near', '{id,domain,email,name,similar}')) v(n, variant, rules),
	LATERAL pg_temp.quality(v.rules) q ORDER BY n;

\echo
\echo 'What each finding is worth: pairs of overlap_evidence that are in the truth, and that are not'
SELECT e.rule, CASE WHEN e.reason LIKE 'domain shared by % names' THEN 'domain shared by many names' ELSE e.reason END AS finding,
	CASE WHEN e.accepted THEN 'yes' ELSE 'no' END AS accepted, count(t.a) AS "in truth", count(*) - count(t.a) AS "not in truth",
	round(count(t.a)::numeric / count(*), 3) AS share
FROM (SELECT DISTINCT rule, accepted, reason, our_id, their_id FROM accountmatch.overlap_evidence('partner_a', 'partner_b', similar => true)) e
LEFT JOIN truth t ON t.a = e.our_id AND t.b = e.their_id
GROUP BY 1, 2, 3 ORDER BY 3 DESC, min(array_position('{id,domain,email,name,near,similar}', e.rule)), 4 DESC;

\echo
\echo 'The cap: how many names of a list a domain may have and still match by itself'
SELECT cap AS domain_cap, round(count(t.a)::numeric / count(*), 4) AS "precision", round(count(t.a)::numeric / (SELECT count(*) FROM truth), 4) AS recall
FROM unnest('{0,1,2,3,5}'::int[]) cap, LATERAL accountmatch.overlap('partner_a', 'partner_b', domain_cap => cap) o
LEFT JOIN truth t ON t.a = o.our_id AND t.b = o.their_id
GROUP BY cap ORDER BY cap;
