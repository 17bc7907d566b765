-- Sellers, their weekly lists, and what they did with them.
SET client_min_messages = warning;
SET search_path = public, accountmatch;
CREATE TABLE crm (account_id text PRIMARY KEY, name text, website text, status text, owner text, region text, amount numeric, currency text);
CREATE TABLE globex_list (LIKE account_row);
CREATE TABLE initech_list (LIKE account_row);
-- ann owns 1 .. 6, bob 7 and 8; 9 has no owner, 10 one who is no seller
INSERT INTO crm SELECT n, 'Company ' || chr(64 + n) || chr(64 + n) || chr(64 + n), 'company' || n || '.com', 'Opportunity',
	CASE WHEN n <= 6 THEN 'ann' WHEN n <= 8 THEN 'bob' WHEN n = 10 THEN 'zoe' END, 'North', 1000 * n, 'USD' FROM generate_series(1, 10) n;
INSERT INTO crm VALUES ('11', 'Company Only Ours', 'only-ours.com', 'Customer', 'bob', 'North', NULL, NULL);
-- globex has more than initech, and better ones
INSERT INTO globex_list (account_id, name, website, status, owner) SELECT 'g' || n, 'Company ' || n, 'company' || n || '.com', 'customer', 'tim' FROM generate_series(3, 10) n;
INSERT INTO globex_list (account_id, name, website, status, owner) VALUES ('g99', 'Only Theirs', 'only-theirs.com', 'customer', 'tim');
INSERT INTO initech_list (account_id, name, website, status, owner) SELECT 'i' || n, 'Company ' || n, 'company' || n || '.com', 'customer', 'pam' FROM generate_series(1, 4) n;
SELECT set_our_list('crm');
SELECT add_partner('globex', 'globex_list');
SELECT add_partner('initech', 'initech_list');
SELECT partner, matches FROM remap_all_now();
-- without sellers there is nobody to make a list for
SELECT owner, accounts, candidates FROM make_weekly_list('2026-03-04');

SELECT set_seller('ann', 'Ann Example', 'ann@example.com', 'U024BE7LH', capacity => 4);
SELECT set_seller('bob', capacity => 10);
-- a week begins on its Monday. Who has no seller is counted
SELECT * FROM make_weekly_list('2026-03-04');
-- ann has four of her six: of both partners in turn, each account once, with its better partner
SELECT owner, rank, account_id, partner, their_owner, is_new, also, tier, segment, play FROM weekly_list WHERE week = '2026-03-02' ORDER BY owner, rank;
SELECT account_id, why FROM weekly_list WHERE owner = 'bob' ORDER BY rank;
-- what is made is kept; a new seller gets his list, the fallback what nobody has
SELECT set_seller('ann', 'Ann Example', capacity => 100);
SELECT set_seller('cho', 'Cho', capacity => 5, is_fallback => true);
SELECT * FROM make_weekly_list('2026-03-02');
SELECT owner, rank, account_id, partner, side, account_owner, tier FROM weekly_list WHERE owner = 'cho' ORDER BY rank;

-- dispositions: what is put off does not come back before its time
SELECT set_seller('ann', capacity => 4);
SELECT set_disposition('6', 'globex', 'dismissed', note => 'wrong person');
SELECT set_disposition('5', 'globex', 'snoozed', '2026-03-17');
SELECT set_disposition('2', 'initech', 'working');
SELECT set_disposition('g99', 'globex', 'done', side => 'theirs');
SELECT owner, rank, account_id, state FROM weekly_list WHERE state IS NOT NULL ORDER BY owner, rank;
SELECT week, owner, accounts, new FROM make_weekly_list('2026-03-09');
SELECT owner, rank, account_id, partner, is_new, state FROM weekly_list WHERE week = '2026-03-09' ORDER BY owner, rank;
-- Tuesday the 17th is in the week of the 16th: not yet; the 23rd is later
SELECT count(*) FROM make_weekly_list('2026-03-16');
SELECT count(*) FROM make_weekly_list('2026-03-23');
SELECT week, account_id, is_new FROM weekly_list WHERE account_id IN ('5', '6', 'g99') AND week > '2026-03-02' ORDER BY 1;
-- the last word counts
SELECT set_disposition('6', 'globex', 'working');
SELECT count(*) FROM make_weekly_list('2026-03-30');
SELECT account_id, state FROM weekly_list WHERE week = '2026-03-30' AND account_id = '6';
SELECT partner, side, account_id, state, until, note, set_by = current_user AS by_me FROM dispositions ORDER BY set_at;
-- snoozed without a day: four weeks
SELECT set_disposition('1', 'initech', 'snoozed');
SELECT until - current_date AS days FROM dispositions WHERE account_id = '1';

-- a fallback of the region goes before the one for all
SELECT set_seller('dan', capacity => 5, region => 'North', is_fallback => true);
SELECT count(*) FROM make_weekly_list('2026-04-06', one_sided => false);
SELECT owner, account_id, side FROM weekly_list WHERE week = '2026-04-06' AND owner IN ('cho', 'dan') ORDER BY owner, rank;
SELECT owner, capacity, region, is_fallback FROM sellers ORDER BY owner;

-- errors
\set VERBOSITY terse
SELECT set_seller('');
SELECT set_seller('x', capacity => -1);
SELECT set_seller('x', slack_id => '<!channel>');
SELECT set_seller('x', role => 'no such role');
SELECT drop_seller('x');
SELECT set_disposition('1', 'initech', 'ignored');
SELECT set_disposition('1', 'initech', 'done', side => 'both');
SELECT set_disposition('1', 'initech', 'working', '2026-12-31');
SELECT set_disposition('4711', 'initech', 'done');
SELECT set_disposition('1', 'nobody', 'done');
SELECT make_weekly_list(NULL);
\set VERBOSITY default

-- the end of a partnership takes its rows out of all lists
SELECT count(*) FROM drop_partner('globex');
SELECT DISTINCT partner FROM weekly_list;
SELECT count(*) FROM drop_partner('initech');
SELECT count(*) FROM (SELECT FROM _accountmatch.weekly_item UNION ALL SELECT FROM _accountmatch.disposition) left_over;
SELECT drop_seller(owner) FROM sellers ORDER BY owner;
DROP TABLE crm, globex_list, initech_list;
