-- Introductions, plans, briefs.
SET client_min_messages = warning;
-- nothing of other tests
DROP EXTENSION accountmatch;
CREATE EXTENSION accountmatch;
SET search_path = public, accountmatch;
CREATE TABLE crm (LIKE account_row);
CREATE TABLE globex_list (LIKE account_row);
-- ann owns eight, bob two; tim has all of theirs but one, and the last has nobody there
INSERT INTO crm (account_id, name, website, status, owner, amount, currency)
SELECT n, 'Company ' || n, 'company' || n || '.com', CASE WHEN n = 2 THEN 'Prospect' ELSE 'Opportunity' END, CASE WHEN n <= 8 THEN 'ann' ELSE 'bob' END, 100 * n, 'USD'
FROM generate_series(1, 10) n;
INSERT INTO globex_list (account_id, name, website, status, owner)
SELECT 'g' || n, 'Company ' || n, 'company' || n || '.com', 'customer', CASE n WHEN 10 THEN NULL WHEN 1 THEN 'pam' ELSE 'tim' END FROM generate_series(1, 10) n;
SELECT set_our_list('crm');
SELECT add_partner('globex', 'globex_list');
SELECT matches FROM remap_now('globex');

-- nobody has more than three; ann's best first, and bob is not left out
SELECT introduction_id, our_owner, their_owner, our_id FROM propose_introductions(per_owner => 3);
SELECT count(*) FROM propose_introductions(per_owner => 3);
-- a seller's own capacity counts, too
SELECT set_seller('ann', capacity => 2);
SELECT count(*) FROM propose_introductions(per_owner => 4);
SELECT set_introduction(introduction_id, 'accepted') FROM introductions WHERE our_id = '9';
SELECT set_introduction(introduction_id, 'done', 'they met') FROM introductions WHERE our_id = '9';
SELECT set_introduction(introduction_id, 'declined') FROM introductions WHERE our_id = '1';
SELECT our_id, our_owner, their_owner, state, note FROM introductions ORDER BY introduction_id;
-- what took place is a touch; tim has room for one again, ann has not
SELECT kind, our_id, note FROM _accountmatch.touch;
SELECT our_owner, their_owner, our_id FROM propose_introductions(per_owner => 3);
SELECT set_seller('ann', capacity => 10);
-- neither what was declined, nor what is put off
SELECT set_disposition('7', 'globex', 'dismissed');
SELECT our_owner, their_owner, our_id FROM propose_introductions(per_owner => 3);

SELECT set_plan('9', 'globex', '{"lead": "bob", "technical | x": "tim at globex"}', 'joint workshop', '2026-12-01', 5000.00, 'EUR');
SELECT set_plan('9', 'globex', notes => 'ask [legal](http://evil.com)');
SELECT partner, our_id, our_name, roles, next_step, due, expected_amount, currency, notes FROM account_plans;
SELECT regexp_replace(account_brief(match_id), '\d{4}\\-\d\d\\-\d\d', 'DAY', 'g') FROM matches WHERE our_id = '9';
SELECT regexp_replace(account_brief(match_id), '\d{4}\\-\d\d\\-\d\d', 'DAY', 'g') FROM matches WHERE our_id = '10';

-- errors
\set VERBOSITY terse
SELECT propose_introductions(per_owner => 0);
SELECT propose_introductions('nobody');
SELECT set_introduction(0, 'accepted');
SELECT set_introduction(introduction_id, 'done') FROM introductions WHERE our_id = '8';
SELECT set_introduction(introduction_id, 'proposed') FROM introductions WHERE our_id = '9';
SELECT set_plan('0', 'globex');
SELECT set_plan('9', 'globex', '[]');
SELECT account_brief(0);
\set VERBOSITY default
SELECT count(*) FROM drop_partner('globex');
SELECT count(*) FROM (SELECT FROM _accountmatch.introduction UNION ALL SELECT FROM _accountmatch.account_plan) left_over;
DROP TABLE crm, globex_list;
