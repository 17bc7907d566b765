-- From a CSV file to a map that keeps itself up to date, in ten minutes. Run it
-- from the top of the source tree, in a database where nothing is lost:
--
--   psql -f examples/walkthrough.sql
--
-- or paste it piece by piece. Lines that begin with \ are psql's.
\set ON_ERROR_STOP on
\pset pager off
CREATE EXTENSION IF NOT EXISTS accountmatch;
SET search_path = public, accountmatch;

-- 1. Your accounts. Here they come from a file; yours are in the database already,
-- so that a view with these column names will do. See examples/ for CRMs.
CREATE TABLE crm_accounts (LIKE accountmatch.account_row);
\copy crm_accounts (account_id, name, website, country, status, owner, industry, amount) from 'test/demo/ours.csv' with (format csv, header)
SELECT set_our_list('crm_accounts');

-- What is the list good for?
SELECT "check", accounts, percent, advice FROM preflight('crm_accounts') WHERE accounts > 0;

-- 2. A partner, and the file that he sent. Headings are understood; what could
-- not be used is told.
SELECT add_partner('globex');
\set file `cat test/demo/theirs.csv`
SELECT accounts, columns, ignored FROM import_csv('globex', :'file');

-- 3. The map.
CALL remap('globex');
SELECT tier, segment, our_name, their_name, why FROM matches WHERE partner = 'globex' ORDER BY tier LIMIT 10;
SELECT segment, tier, our_accounts, their_accounts, companies FROM partner_summary ORDER BY tier NULLS LAST, segment;
SELECT count(*) AS "ours without a match" FROM one_sided WHERE partner = 'globex' AND side = 'ours';

-- 4. You know better: these two are not one company. Look what that changes, then
-- say so.
SELECT our_id, their_id FROM matches ORDER BY match_id LIMIT 1 \gset wrong_
SELECT change, our_name, their_name FROM preview('globex', json_build_object('block', json_build_array(:'wrong_our_id', :'wrong_their_id'))::jsonb);
SELECT block('globex', :'wrong_our_id', :'wrong_their_id', 'two legal entities, ask Ann') IS NOT NULL AS blocked;

-- 5. A week later: your CRM has changed.
UPDATE crm_accounts SET status = 'customer' WHERE account_id = (SELECT our_id FROM matches WHERE segment = 'opportunity-customer' ORDER BY match_id LIMIT 1);
CALL remap_all();
SELECT at, kind, cause, our_name, their_name, old_segment, segment FROM feed ORDER BY event_id DESC LIMIT 10;

-- What did we know last week?
SELECT count(*) FROM matches_as_of('globex', (SELECT min(finished_at) FROM runs));

-- 6. Whoever works with it may read it, and nothing else.
CREATE ROLE walkthrough_bi;
GRANT SELECT ON matches, one_sided, partner_summary, feed, runs, partners, stale_partners TO walkthrough_bi;

-- 7. Every Monday at six, if pg_cron lives in this database; else what to do is in
-- the error.
\set ON_ERROR_STOP off
SELECT schedule_remap('0 6 * * 1');
\set ON_ERROR_STOP on

-- 8. When the partnership is over. (Without the comment signs.)
-- SELECT * FROM drop_partner('globex');
