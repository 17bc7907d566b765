-- What accountmatch makes of the two lists that load.sql has loaded.
\pset null ''

\echo
\echo == 1. What is each list good for? ==
\echo
\set ECHO queries
SELECT "check", accounts, percent AS "%", left(example, 40) AS example
FROM preflight('ours') WHERE accounts > 0;
SELECT "check", accounts, percent AS "%", left(example, 40) AS example
FROM preflight('theirs') WHERE accounts > 0;
\set ECHO none

\echo == 2. The join that people write, and the same lists through accountmatch ==
\echo
\set ECHO queries
CREATE TABLE by_hand AS
SELECT o.account_id AS our_id, t.account_id AS their_id
FROM ours o
JOIN theirs t ON lower(regexp_replace(o.website, '^(https?://)?(www\.)?([^/:?]*).*$', '\3'))
               = lower(regexp_replace(t.website, '^(https?://)?(www\.)?([^/:?]*).*$', '\3'));

CREATE TABLE one_word AS
SELECT o.account_id AS our_id, t.account_id AS their_id
FROM ours o
JOIN theirs t ON match_host(o.website) = match_host(t.website);

CREATE TABLE found AS
SELECT * FROM overlap('ours', 'theirs');
\set ECHO none
CREATE TABLE by_hand_and_name AS
SELECT * FROM by_hand
UNION
SELECT o.account_id, t.account_id FROM ours o JOIN theirs t ON lower(o.name) = lower(t.name);

\echo
\echo The truth is known here, so the pairs can be counted that are right, wrong and missed:
SELECT method, count(*) AS pairs, count(truth) AS "right", count(*) - count(truth) AS wrong,
	total - count(truth) AS missed,
	round(count(truth)::numeric / count(*), 3) AS precision,
	round(count(truth)::numeric / total, 3) AS recall
FROM (
	SELECT 1 AS n, 'by hand: lower(regexp_replace(website))' AS method, our_id, their_id FROM by_hand
	UNION ALL SELECT 2, 'by hand: the same, or lower(name)', our_id, their_id FROM by_hand_and_name
	UNION ALL SELECT 3, 'one word changed: match_host(website)', our_id, their_id FROM one_word
	UNION ALL SELECT 4, 'overlap(''ours'', ''theirs'')', our_id, their_id FROM found) m
LEFT JOIN truth USING (our_id, their_id)
CROSS JOIN (SELECT count(*) AS total FROM truth) t
GROUP BY n, method, total ORDER BY n;

\echo Five pairs that overlap() finds and the join by hand, on website or name, does not:
SELECT left(our_name, 28) AS our_name, left(our_website, 28) AS our_website,
	left(their_name, 28) AS their_name, left(their_website, 28) AS their_website, rule,
	CASE WHEN truth IS NULL THEN 'wrong' ELSE 'right' END AS truth
FROM (
	SELECT m.*, row_number() OVER (PARTITION BY rule ORDER BY md5(our_id || their_id)) AS nth
	FROM found m
	WHERE NOT EXISTS (SELECT FROM by_hand_and_name h WHERE h.our_id = m.our_id AND h.their_id = m.their_id)) m
LEFT JOIN truth USING (our_id, their_id)
ORDER BY nth, rule LIMIT 5;

\echo Five pairs that the join by hand finds and overlap() does not:
SELECT left(our_name, 28) AS our_name, left(our_website, 28) AS our_website,
	left(their_name, 28) AS their_name, left(their_website, 28) AS their_website, truth
FROM (
	SELECT o.name AS our_name, o.website AS our_website, t.name AS their_name, t.website AS their_website,
		CASE WHEN truth IS NULL THEN 'wrong' ELSE 'right' END AS truth, md5(our_id || their_id) AS shuffled,
		row_number() OVER (PARTITION BY truth IS NULL, o.website ORDER BY md5(our_id || their_id)) AS nth_of_website,
		row_number() OVER (PARTITION BY truth IS NULL ORDER BY md5(our_id || their_id)) AS nth_of_truth
	FROM by_hand_and_name h
	JOIN ours o ON o.account_id = h.our_id
	JOIN theirs t ON t.account_id = h.their_id
	LEFT JOIN truth USING (our_id, their_id)
	WHERE NOT EXISTS (SELECT FROM found m WHERE m.our_id = h.our_id AND m.their_id = h.their_id)) p
-- right ones among them, if there are any, and no website twice
ORDER BY nth_of_website > 1, nth_of_truth > 3, truth, shuffled LIMIT 5;

\echo == 3. Whom to call first: the top of the overlap, by tier ==
\echo
SELECT tier, segment, left(our_name, 30) AS our_name, left(their_name, 30) AS their_name,
	greatest(our_amount, their_amount) AS amount,
	split_part(our_owner, '@', 1) AS our_owner, split_part(their_owner, '@', 1) AS their_owner
FROM (
	SELECT *, row_number() OVER (PARTITION BY tier
		ORDER BY greatest(our_amount, their_amount) DESC NULLS LAST, our_id, their_id) AS nth
	FROM found WHERE tier IS NOT NULL) m
WHERE nth <= 4
ORDER BY tier, nth;

\echo == 4. The totals: what both sides have, and what only one has ==
\echo
\set ECHO queries
SELECT segment, tier, our_accounts, their_accounts, companies, pairs
FROM segments('ours', 'theirs') WHERE our_accounts > 0 AND their_accounts > 0;

SELECT segment, our_accounts, their_accounts
FROM segments('ours', 'theirs') WHERE our_accounts = 0 OR their_accounts = 0;
\set ECHO none
