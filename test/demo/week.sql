-- The overlap as a map that is kept, and a second week of it.
\pset null ''

\echo == 5. A map: the same overlap, kept ==
\echo
\set ECHO queries
SELECT set_our_list('ours');
SELECT add_partner('globex', 'theirs');
CALL remap_all();
\set ECHO none

-- what happens in a week
BEGIN;
CREATE TEMP TABLE moved ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY our_amount DESC NULLS LAST, our_id, their_id) AS n, our_id, their_id
FROM accountmatch.matches m WHERE segment = 'opportunity-prospect';
UPDATE theirs SET status = 'customer' WHERE account_id IN (SELECT their_id FROM moved WHERE n = 1);
UPDATE ours SET owner = 'new.seller@us.example' WHERE account_id IN (SELECT our_id FROM moved WHERE n = 2);
DELETE FROM theirs WHERE account_id IN (SELECT their_id FROM moved WHERE n = 3);
UPDATE theirs SET name = 'Renamed and Moved', website = 'renamed-and-moved.example.org', country = NULL
WHERE account_id IN (SELECT their_id FROM moved WHERE n = 4);
INSERT INTO theirs (account_id, name, website, status, owner)
SELECT 'new-1', name, website, 'customer', 'sam@them.example' FROM ours
WHERE website ~ '^https://' AND account_id IN (SELECT account_id FROM accountmatch.one_sided WHERE side = 'ours')
ORDER BY account_id LIMIT 1;
COMMIT;

\echo
\echo A week later: the partner has won an account and lost one, one is new, one has another name and website; one of ours has another owner.
\echo
\set ECHO queries
CALL remap_all();

SELECT kind, cause, left(our_name, 28) AS our_name, left(their_name, 28) AS their_name, old_segment, segment, tier
FROM accountmatch.feed WHERE kind <> 'mapped' ORDER BY event_id;

-- what did we know before it?
SELECT 'a week ago' AS known, count(*) AS matches, count(*) FILTER (WHERE tier = 1) AS tier_1
FROM matches_as_of('globex', (SELECT min(finished_at) FROM runs))
UNION ALL
SELECT 'now', count(*), count(*) FILTER (WHERE tier = 1) FROM accountmatch.matches;

SELECT kind, our_changes, their_changes, compared, matches, new, lost, changed, reclassified FROM runs ORDER BY run_id;
\set ECHO none
