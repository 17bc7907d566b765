-- Attribution, closed periods, adjustments; activation, health, pipeline.
SET client_min_messages = warning;
-- nothing of other tests
DROP EXTENSION accountmatch;
CREATE EXTENSION accountmatch;
SET search_path = public, accountmatch;
SET datestyle = 'ISO';
CREATE TABLE crm (LIKE account_row);
CREATE TABLE globex_list (LIKE account_row);
CREATE TABLE initech_list (LIKE account_row);
INSERT INTO crm (account_id, name, website, status, owner) SELECT n, 'Company ' || n, 'company' || n || '.com', 'Prospect', 'ann' FROM generate_series(1, 6) n;
INSERT INTO globex_list (account_id, name, website, status) SELECT 'g' || n, 'Company ' || n, 'company' || n || '.com', 'customer' FROM generate_series(1, 4) n;
INSERT INTO initech_list (account_id, name, website, status) SELECT 'i' || n, 'Company ' || n, 'company' || n || '.com', 'customer' FROM generate_series(3, 5) n;
CREATE TABLE deals ("Id" text, account_id text, name text, stage text, amount numeric, currency text, created_at timestamp, closed_at date, owner text);
-- last month's, as seen from the present day
SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date - interval '1 month' AS m, date_trunc('month', now() AT TIME ZONE 'UTC')::date AS this_month \gset
INSERT INTO deals VALUES
	('o1', '1', 'Sourced', 'Closed Won', 1000, 'usd', :'m'::timestamp + interval '1 day', :'m'::date + 20, 'ann'),
	('o2', '2', 'Influenced', 'Closed Lost', 2000, 'USD', :'m'::timestamp + interval '1 day', :'m'::date + 20, 'ann'),
	('o3', '3', 'Of two', 'Closed Won', 100.01, 'EUR', :'m'::timestamp + interval '5 day', :'m'::date + 20, 'bob'),
	('o4', '4', 'Untouched', 'Negotiation', 500, 'USD', :'m'::timestamp + interval '2 day', NULL, 'bob'),
	('o6', '6', 'Nobody else''s', 'Closed Won', 700, 'USD', :'m'::timestamp + interval '2 day', :'m'::date + 10, 'bob');
SELECT set_our_list('crm');
SELECT set_opportunities('ours', 'deals', '{"opportunity_id": "Id"}');
SELECT add_partner('globex', 'globex_list');
SELECT add_partner('initech', 'initech_list');
SELECT partner, matches FROM remap_all_now();
SELECT * FROM refresh_opportunities();
SELECT * FROM refresh_opportunities();

-- touches: within the time or not; what is recorded too late does not count
SELECT record_touch(match_id, 'introduction', :'m'::timestamptz) FROM matches WHERE our_id = '1' AND partner = 'globex';
SELECT count(*) FROM attribution(daterange(:'m'::date, :'this_month'::date));
SELECT opportunity, partner, status, amount, currency, kind, credit, credited_amount, touches, why FROM attribution(daterange(:'m'::date, :'this_month'::date));
-- a policy is set in advance; this one would be for opportunities to come
\set VERBOSITY terse
SELECT set_attribution_policy('lenient', '2020-01-01', late_days => 10000);
\set VERBOSITY default
SELECT set_attribution_policy('lenient', now() + interval '1 minute', late_days => 10000);
SELECT kind, touches, policy FROM attribution(daterange(:'m'::date, :'this_month'::date)) WHERE opportunity = 'Sourced';
-- the tables of a test may tell what users cannot: it was recorded in time, and the overlap was known
UPDATE _accountmatch.touch SET recorded_at = occurred_at;
SELECT opportunity, partner, kind, credit, credited_amount, touches, policy, regexp_replace(why, '\d{4}-\d\d-\d\d', 'DAY', 'g') AS why
FROM attribution(daterange(:'m'::date, :'this_month'::date)) WHERE opportunity = 'Sourced';
SELECT count(record_touch(match_id, 'meeting', :'m'::timestamptz + interval '10 days')) FROM matches WHERE our_id IN ('2', '3');
SELECT count(record_touch(match_id, 'call', :'m'::timestamptz + interval '22 days')) FROM matches WHERE our_id = '4';
-- after it closed is no influence
SELECT count(record_touch(match_id, 'call', :'m'::timestamptz + interval '22 days')) FROM matches WHERE our_id = '1';
UPDATE _accountmatch.touch SET recorded_at = occurred_at;
SELECT clock_timestamp() AS then \gset
SELECT opportunity, partner, status, kind, credit, credited_amount, touches, regexp_replace(why, '\d{4}-\d\d-\d\d', 'DAY', 'g') AS why
FROM attribution(daterange(:'m'::date, :'this_month'::date));
-- shares add up; by kind, each opportunity counts once
SELECT opportunity, sum(credit), sum(credited_amount) FROM attribution(daterange(:'m'::date, :'this_month'::date)) WHERE kind <> 'none' GROUP BY 1 ORDER BY 1;
CREATE TABLE as_it_was AS SELECT * FROM attribution(daterange(:'m'::date, :'this_month'::date), :'then');

-- the period is closed
SELECT close_period('last month', daterange(:'m'::date, :'this_month'::date));
SELECT opportunity, partner, status, kind, credit, credited_amount, currency FROM closed_periods ORDER BY opportunity, partner;
SELECT count(*) FROM adjustments('last month');
\set VERBOSITY terse
SELECT close_period('last month', '[2020-01-01,2020-02-01)');
SELECT close_period('again', daterange(:'m'::date + 3, :'this_month'::date));
SELECT close_period('not over', daterange(:'this_month'::date, current_date + 100));
SELECT close_period('endless', '[2020-01-01,)');
SELECT adjustments('not closed');
\set VERBOSITY default

-- what happens later is an adjustment: an amount is corrected, an opportunity is won that was open, one is gone
UPDATE deals SET amount = 900 WHERE name = 'Sourced';
UPDATE deals SET stage = 'Closed Won', closed_at = :'this_month' WHERE name = 'Untouched';
DELETE FROM deals WHERE name = 'Influenced';
SELECT * FROM refresh_opportunities();
SELECT opportunity, partner, closed_kind, kind, closed_credit, credit, closed_amount, credited_amount, adjustment, currency, regexp_replace(why, '\d{4}-\d\d-\d\d', 'DAY', 'g') AS why
FROM adjustments('last month');
SELECT opportunity, partner, kind, credited_amount FROM closed_periods ORDER BY opportunity, partner;
-- and what was said then is said again
SELECT count(*) FROM (TABLE as_it_was EXCEPT SELECT * FROM attribution(daterange(:'m'::date, :'this_month'::date), :'then')) changed;
SELECT count(*) FROM (SELECT * FROM attribution(daterange(:'m'::date, :'this_month'::date), :'then') EXCEPT TABLE as_it_was) changed;
SELECT count(*) FROM as_it_was;

-- the pipeline, with and without partners; currencies are never added
SELECT month = :'m'::date AS last_month, currency, with_partner, opportunities, open_amount, won_amount, won, lost, win_rate FROM partner_pipeline();
SELECT currency, "group", with_partner, won_amount FROM partner_pipeline('partner') WHERE month = :'m'::date;
SELECT currency, "group", won_amount FROM partner_pipeline('owner') WHERE month = :'m'::date;
-- is it alive
SELECT set_seller('ann');
SELECT accounts FROM make_weekly_list();
SELECT set_disposition('1', 'globex', 'working');
SELECT owner, partner, routed, acted, rate FROM activation ORDER BY partner;
SELECT partner, age, mapped, prioritized, routed, acted FROM motion_health ORDER BY partner;

-- the partnership ends: what was closed stays, and is not adjusted
SELECT count(*) FROM drop_partner('globex');
SELECT opportunity, partner, kind, credited_amount, why IS NULL AS blank, overlap_since IS NULL AS blank FROM closed_periods ORDER BY opportunity, partner;
SELECT opportunity, partner FROM adjustments('last month');
SELECT count(*) FROM closed_periods c WHERE c::text ~ 'globex';
\set VERBOSITY terse
SELECT partner_pipeline('month');
SELECT set_attribution_policy('lenient', now() + interval '1 day');
SELECT set_attribution_policy('built-in', now() + interval '1 day');
SELECT set_opportunities('ours', NULL);
SELECT refresh_opportunities();
\set VERBOSITY default
SELECT count(*) FROM drop_partner('initech');
DROP TABLE crm, globex_list, initech_list, deals, as_it_was;
