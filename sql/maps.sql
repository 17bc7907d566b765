-- A map over some weeks: what re-maps find, tell and remember.
SET client_min_messages = warning;
SET search_path = public, accountmatch;
CREATE TABLE crm (id int PRIMARY KEY, name text, website text, country text, type text, owner text, amount numeric, currency text, phone text);
CREATE TABLE globex_list (LIKE account_row);
INSERT INTO crm VALUES
	(1, 'Acme Inc', 'acme.com', 'US', 'Customer', 'ann', NULL, NULL, '1'),
	(2, 'Beta GmbH', NULL, 'DE', 'Prospect', 'bob', NULL, NULL, '2'),
	(3, 'Gamma Ltd', 'gamma.io', 'GB', 'Open Opportunity', 'ann', 1000, 'USD', '3'),
	(4, 'Delta SA', 'delta.fr', 'FR', 'Open Opportunity', 'bob', 500, 'EUR', '4'),
	(5, 'Nobody Else', 'nobody-else.com', 'US', 'Customer', 'ann', NULL, NULL, '5');
INSERT INTO globex_list (account_id, name, website, email, country, status) VALUES
	('g1', 'ACME', 'https://jo.private:x@www.acme.com/@team', NULL, NULL, 'prospect'),
	('g2', 'beta', NULL, 'jo@beta.de', NULL, 'customer'),
	('g3', 'Gamma', NULL, 'info@gamma.io', NULL, 'customer'),
	('g4', 'Delta', 'https://delta.fr/@team', 'pat.private@gmail.com', NULL, 'prospect'),
	('g9', 'Only Theirs', 'Pat Private <pat.private@only-theirs.com>', NULL, NULL, 'customer');

SELECT set_our_list('crm', '{"account_id": "id", "status": "type"}', keep => '{status,owner,amount,currency}');
SELECT add_partner('globex', 'globex_list');
-- week 1: one event for all of it
SELECT status, kind, our_accounts, their_accounts, matches, new FROM remap_now('globex');
SELECT our_name, their_name, segment, tier, why, our_owner, our_amount, our_currency FROM matches WHERE partner = 'globex' ORDER BY our_id;
SELECT side, account_id, name, status FROM one_sided ORDER BY 1, 2;
SELECT segment, tier, our_accounts, their_accounts, companies, currency, open_amount FROM partner_summary ORDER BY segment;
SELECT kind, cause, details FROM read_feed('slack');
-- of an e-mail address the host is kept, if a company's; of the rest nothing
SELECT account_id, website, email FROM _accountmatch.account WHERE account_id ~ '^g' ORDER BY 1;
SELECT to_jsonb(a)::text ~ 'private|jo@' AS personal FROM _accountmatch.account a WHERE to_jsonb(a)::text ~ 'private|jo@';
SELECT ack_feed('slack', max(event_id)) FROM read_feed('slack');

-- nothing changed, or only what is not kept
SELECT status, kind, matches FROM remap_now('globex');
UPDATE crm SET phone = 'new';
SELECT status, kind, our_changes FROM remap_now('globex');
SELECT count(*) FROM read_feed('slack');

-- week 2: each kind of event, each cause of the lists
INSERT INTO globex_list (account_id, name, website, status) VALUES ('g5', 'Nobody Else', 'nobody-else.com', 'prospect');
INSERT INTO crm VALUES (6, 'Only Theirs', 'only-theirs.com', 'US', 'Prospect', 'cho');
UPDATE globex_list SET status = 'customer' WHERE account_id = 'g1';
UPDATE crm SET owner = 'dan' WHERE id = 3;
DELETE FROM globex_list WHERE account_id = 'g4';
UPDATE crm SET name = 'Beth GmbH', website = 'beth.de' WHERE id = 2;
SELECT kind, our_changes, their_changes, matches, new, lost, changed, reclassified FROM remap_now('globex');
SELECT kind, cause, our_name, their_name, old_segment, segment, details FROM read_feed('slack') ORDER BY event_id;
-- reading is no acknowledging; two at a time, in order
SELECT count(*) FROM read_feed('slack');
SELECT count(*), max(event_id) AS second FROM read_feed('slack', 2) \gset
SELECT ack_feed('slack', :second);
SELECT count(*), min(event_id) > :second AS later FROM read_feed('slack');
SELECT ack_feed('slack', :second - 1);
SELECT min(event_id) > :second AS not_back FROM read_feed('slack');
SELECT count(*) FROM read_feed('somebody new');
\set VERBOSITY terse
SELECT ack_feed('slack', 1000000);
\set VERBOSITY default

-- as of week 1, and before it
SELECT (array_agg(finished_at ORDER BY run_id))[1] AS week1, (array_agg(started_at ORDER BY run_id))[1] AS before FROM runs \gset
SELECT our_name, their_name, segment, our_owner FROM matches_as_of('globex', :'week1') ORDER BY our_id;
SELECT count(*) FROM matches_as_of('globex', :'before');
SELECT count(*) FROM (TABLE matches EXCEPT SELECT * FROM matches_as_of('globex', 'infinity')) x;

-- a list that is gone, empty, or shrank: the map stays, and says so
SELECT count(*) AS matches FROM matches \gset
ALTER TABLE globex_list RENAME TO swapped;
SELECT status, message FROM remap_now('globex');
CREATE TABLE globex_list (LIKE account_row);
SELECT status, message FROM remap_now('globex');
INSERT INTO globex_list SELECT * FROM swapped LIMIT 3;
SELECT status, message FROM remap_now('globex');
SELECT count(*) = :matches AS kept FROM matches;
SELECT kind, why, details FROM read_feed('slack', 100) WHERE kind = 'alert' ORDER BY event_id;
SELECT partner, last_status, message FROM partners;
SELECT status, kind, their_accounts, lost FROM remap_now('globex', force => true);
DROP TABLE globex_list;
ALTER TABLE swapped RENAME TO globex_list;
SELECT status, new FROM remap_now('globex');
SELECT status, sqlstate, message FROM runs WHERE status <> 'done' ORDER BY run_id;
-- a list with an error keeps the map, too
INSERT INTO globex_list (account_id, name) VALUES ('g1', 'twice');
SELECT status, message FROM remap_now('globex');
DELETE FROM globex_list WHERE name = 'twice';

-- a change of rules is one event
SELECT set_rules('globex', '{name}');
SELECT kind, matches, lost FROM remap_now('globex');
SELECT kind, cause, details FROM feed ORDER BY event_id DESC LIMIT 1;
SELECT set_rules('globex', '{id,domain,email,name,near}');
CALL remap_all();
SELECT kind, status FROM runs ORDER BY run_id DESC LIMIT 1;
SELECT kind, lost, new, changed FROM remap_now('globex', "full" => true);
SELECT partner, kind FROM remap_all_now();

-- two lists of nobody in particular
SELECT create_map('pair', 'crm', 'globex_list', our_columns => '{"account_id": "id"}', our_status => 'lead');
SELECT status, matches FROM remap_now('pair');
SELECT our_name, segment FROM matches WHERE partner = 'pair' ORDER BY 1;

-- stale lists
SELECT count(*) FROM stale_partners;
SELECT set_rules('globex', stale_after => '0 seconds');
SELECT partner, stale_after, request ~ 'your list of .* \(5 accounts\)' AS asks FROM stale_partners;

-- wrong arguments
\set VERBOSITY terse
SELECT add_partner('globex');
SELECT add_partner('a/b');
SELECT add_partner('x', 'crm');
SELECT add_partner('x', 'globex_list', keep => '{email}');
SELECT add_partner('x', 'globex_list', max_shrink => 30);
SELECT add_partner('x', 'globex_list', rules => '{name,guess}');
SELECT remap_now('nobody');
SELECT set_rules('globex', domain_cap => 5000);
CREATE TEMP TABLE temporary (LIKE account_row);
SELECT set_source('globex', 'temporary');
\set VERBOSITY default

-- nothing is left of a partner
SELECT * FROM drop_partner('pair');
SELECT what FROM drop_partner('globex') WHERE rows > 0;
SELECT (SELECT count(*) FROM _accountmatch.map) + (SELECT count(*) FROM _accountmatch.match) + (SELECT count(*) FROM _accountmatch.event) AS left;
SELECT name, accounts FROM _accountmatch.list;
DELETE FROM _accountmatch.account;
DELETE FROM _accountmatch.list;
DELETE FROM _accountmatch.consumer;
DROP TABLE crm, globex_list;
