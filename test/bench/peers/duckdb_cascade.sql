-- A cascade in DuckDB: the domain rule as in duckdb_domain.sql; then equal
-- folded names (case, accents, punctuation, article, legal forms and places at
-- the end) that one row of each list bears, where one of the two has no domain
-- of its own and the countries do not differ.
CREATE OR REPLACE TEMP TABLE matches AS
WITH
keyed_a AS (
	SELECT account_id, name, website, country,
		regexp_extract(split_part(split_part(lower(website), '@', -1), '//', -1),
			'^\s*(?:(?:www\d?|shop|mail|eu)\.)*([a-z0-9.-]+)', 1) AS host,
		regexp_replace(
			regexp_replace(replace(strip_accents(lower(name)), '&', ' and '), '[\s[:punct:]]+', ' ', 'g'),
			'^ ?the |(?: (?:inc|incorporated|llc|ltd|limited|co|company|corp|corporation|gmbh|ag|sa|s a|bv|b v|nv|srl|s r l|oy|ab|as|a s|pty|plc|kk|hq|global|europe|us|uk|de))* ?$',
			'', 'g') AS n
	FROM ours
),
a AS MATERIALIZED (
	SELECT account_id, name, website, country, n, CASE WHEN not_own.k IS NULL THEN host END AS k
	FROM keyed_a LEFT JOIN not_own ON not_own.k = host
),
keyed_b AS (
	SELECT account_id, name, website, country,
		regexp_extract(split_part(split_part(lower(website), '@', -1), '//', -1),
			'^\s*(?:(?:www\d?|shop|mail|eu)\.)*([a-z0-9.-]+)', 1) AS host,
		regexp_replace(
			regexp_replace(replace(strip_accents(lower(name)), '&', ' and '), '[\s[:punct:]]+', ' ', 'g'),
			'^ ?the |(?: (?:inc|incorporated|llc|ltd|limited|co|company|corp|corporation|gmbh|ag|sa|s a|bv|b v|nv|srl|s r l|oy|ab|as|a s|pty|plc|kk|hq|global|europe|us|uk|de))* ?$',
			'', 'g') AS n
	FROM theirs
),
b AS MATERIALIZED (
	SELECT account_id, name, website, country, n, CASE WHEN not_own.k IS NULL THEN host END AS k
	FROM keyed_b LEFT JOIN not_own ON not_own.k = host
),
by_domain AS MATERIALIZED (
	SELECT a.account_id AS our_id, a.name AS our_name, a.website AS our_website,
		b.account_id AS their_id, b.name AS their_name, b.website AS their_website, k
	FROM a JOIN b USING (k)
),
many AS (SELECT k FROM by_domain GROUP BY k HAVING count(*) > 3),
crowded AS (
	SELECT k FROM by_domain SEMI JOIN many USING (k)
	GROUP BY k HAVING count(DISTINCT our_id) > 3 OR count(DISTINCT their_id) > 3
),
by_name AS MATERIALIZED (
	SELECT a.account_id AS our_id, a.name AS our_name, a.website AS our_website,
		b.account_id AS their_id, b.name AS their_name, b.website AS their_website, n
	FROM a JOIN b USING (n)
	WHERE (a.k IS NULL OR b.k IS NULL)
		AND (a.country IS NULL OR b.country IS NULL OR a.country = b.country)
),
-- names that stand twice in a list; only those that matched are looked up
repeated AS (
	SELECT n FROM a SEMI JOIN by_name USING (n) GROUP BY n HAVING count(*) > 1
	UNION ALL
	SELECT n FROM b SEMI JOIN by_name USING (n) GROUP BY n HAVING count(*) > 1
)
SELECT our_id, our_name, our_website, their_id, their_name, their_website, 'domain' AS rule, k AS match_key
FROM by_domain ANTI JOIN crowded USING (k)
UNION ALL
SELECT our_id, our_name, our_website, their_id, their_name, their_website, 'name', n
FROM by_name ANTI JOIN repeated USING (n);
