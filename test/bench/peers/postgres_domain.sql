-- The domain rule as one writes it by hand in PostgreSQL: the host by a regular
-- expression, the big mail providers out, at most three rows a key, join.
-- Capping after the join is faster here too.
WITH
a AS (
	SELECT account_id, name, website,
		substring(lower(website) FROM '^(?:.*@|\s*[a-z]+://|\s+)?(?:(?:www\d?|shop|mail|eu)\.)*([a-z0-9.-]+)') AS k
	FROM ours WHERE website IS NOT NULL
),
b AS (
	SELECT account_id, name, website,
		substring(lower(website) FROM '^(?:.*@|\s*[a-z]+://|\s+)?(?:(?:www\d?|shop|mail|eu)\.)*([a-z0-9.-]+)') AS k
	FROM theirs WHERE website IS NOT NULL
),
pairs AS MATERIALIZED (
	SELECT a.account_id AS our_id, a.name AS our_name, a.website AS our_website,
		b.account_id AS their_id, b.name AS their_name, b.website AS their_website, k
	FROM a JOIN b USING (k)
	WHERE NOT EXISTS (SELECT FROM not_own WHERE not_own.k = a.k)
)
SELECT count(*) FROM pairs WHERE k NOT IN (
	SELECT k FROM pairs GROUP BY k HAVING count(DISTINCT our_id) > 3 OR count(DISTINCT their_id) > 3);
