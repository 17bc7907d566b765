-- A seller's week, from a map to figures for finance. Run it from the top of the
-- source tree, in a database where nothing is lost:
--
--   psql -f examples/monday.sql
\set ON_ERROR_STOP on
\pset pager off
CREATE EXTENSION IF NOT EXISTS accountmatch;
SET search_path = public, accountmatch;

-- A map, as in walkthrough.sql
CREATE TABLE crm_accounts (LIKE accountmatch.account_row);
\copy crm_accounts (account_id, name, website, country, status, owner, industry, amount) from 'test/demo/ours.csv' with (format csv, header)
CREATE TABLE globex_accounts (LIKE accountmatch.account_row);
\copy globex_accounts (account_id, name, website, country, status, owner, industry, amount) from 'test/demo/theirs.csv' with (format csv, header)
SELECT set_our_list('crm_accounts');
SELECT add_partner('globex', 'globex_accounts');
CALL remap_all();

-- What we know of our customers, and what others see: a feed of intent data knows
-- domains, not our ids.
SELECT set_ideal_customer(industries => '{Software,Logistics}');
CREATE TABLE intent_feed (domain text, topic text, points int, seen timestamptz);
INSERT INTO intent_feed SELECT website, 'partner software', 80, now() - interval '2 days' FROM crm_accounts WHERE status = 'Opportunity' AND website IS NOT NULL ORDER BY account_id LIMIT 20;
SELECT add_signal_source('intent', 'intent_feed', '{"signal": "topic", "value": "points", "observed_at": "seen"}', scale => 100, half_life => '14 days');
SELECT * FROM refresh_signals();

-- The sellers: everybody who owns an account; who is none leaves it to operations.
SELECT count(set_seller(owner, capacity => 8)) FROM (SELECT DISTINCT owner FROM crm_accounts WHERE owner <> '') o;
SELECT set_seller('operations', capacity => 20, is_fallback => true);

-- Monday
SELECT count(*) AS sellers, sum(accounts) AS accounts, max(accounts) AS longest FROM make_weekly_list();
SELECT owner AS seller FROM weekly_list WHERE tier = 1 GROUP BY owner ORDER BY count(*) DESC, owner LIMIT 1 \gset
SELECT rank, left(account, 30) AS account, partner, their_owner, left(play, 40) AS play, is_new FROM weekly_list WHERE owner = :'seller' ORDER BY rank;
SELECT digest(:'seller', 'markdown');

-- What the seller did
SELECT account_id AS first FROM weekly_list WHERE owner = :'seller' AND rank = 1 \gset
SELECT account_id AS second FROM weekly_list WHERE owner = :'seller' AND rank = 2 \gset
SELECT set_disposition(:'first', 'globex', 'working');
SELECT set_disposition(:'second', 'globex', 'dismissed', note => 'they are no fit');
SELECT introduction_id AS introduction, our_owner, their_owner FROM propose_introductions(per_owner => 2) WHERE our_id = :'first' \gset
\if :{?introduction}
SELECT set_introduction(:introduction, 'accepted'), set_introduction(:introduction, 'done', 'they met');
\endif
SELECT set_plan(:'first', 'globex', '{"lead": "we"}', 'joint workshop', current_date + 14);
SELECT account_brief(match_id) FROM matches WHERE our_id = :'first' ORDER BY tier LIMIT 1;

-- The Monday after: what was dismissed is not there
SELECT count(*) AS sellers FROM make_weekly_list(current_date + 7);
SELECT count(*) FILTER (WHERE account_id = :'first') AS working, count(*) FILTER (WHERE account_id = :'second') AS dismissed
FROM weekly_list WHERE week > current_date;

-- An opportunity came of it; what was the partner's part?
CREATE TABLE opportunities (opportunity_id text, account_id text, name text, is_closed boolean, is_won boolean, amount numeric, currency text,
	created_at timestamptz, closed_at timestamptz);
INSERT INTO opportunities VALUES ('006-1', :'first', 'The first', true, true, 50000, 'USD', now() - interval '40 days', now());
SELECT record_touch(match_id, 'meeting') FROM matches WHERE our_id = :'first' LIMIT 1;
UPDATE opportunities SET closed_at = clock_timestamp();
SELECT set_opportunities('ours', 'opportunities');
SELECT * FROM refresh_opportunities();
SELECT opportunity, partner, kind, credit, credited_amount, currency, touches, why FROM attribution(daterange(current_date - 1, current_date + 2));
SELECT currency, with_partner, won_amount, win_rate FROM partner_pipeline();

-- Is it alive?
SELECT partner, mapped, prioritized, routed, acted FROM motion_health;
