-- What goes out of the database: partner_warm, messages, digests.
SET client_min_messages = warning;
-- nothing of other tests
DROP EXTENSION accountmatch;
CREATE EXTENSION accountmatch;
SET search_path = public, accountmatch;
CREATE TABLE crm (LIKE account_row);
CREATE TABLE globex_list (LIKE account_row);
CREATE TABLE initech_list (LIKE account_row);
INSERT INTO crm (account_id, name, website, status, owner, amount, currency) VALUES
	('1', 'Acme Inc', 'acme.com', 'Opportunity', 'ann', 1000, 'USD'),
	('2', 'Beta GmbH', 'beta.de', 'Customer', 'ann', NULL, NULL),
	('3', 'Gamma Ltd', 'gamma.io', 'Prospect', 'bob', NULL, NULL),
	('4', 'Nobody Else', 'nobody-else.com', 'Prospect', 'bob', NULL, NULL);
INSERT INTO globex_list (account_id, name, website, status, owner) VALUES
	('g1', 'ACME', 'acme.com', 'customer', 'tim'), ('g2', 'Beta', 'beta.de', 'prospect', 'tim');
INSERT INTO initech_list (account_id, name, website, status, owner) VALUES ('i1', 'Acme', 'acme.com', 'prospect', 'pam');
SELECT set_our_list('crm');
SELECT add_partner('globex', 'globex_list');
SELECT add_partner('initech', 'initech_list');
SELECT partner, matches FROM remap_all_now();

-- a row for each account of ours; warm is what is a partner's customer
SELECT account_id, is_partner_warm, partners, best_tier, best_partner, why, changed_at IS NOT NULL AS matched FROM partner_warm ORDER BY account_id;
CREATE TABLE salesforce (account_id text PRIMARY KEY, warm boolean, partners text, changed_at timestamptz);
MERGE INTO salesforce s USING partner_warm w ON s.account_id = w.account_id
WHEN MATCHED AND s.changed_at IS DISTINCT FROM w.changed_at THEN UPDATE SET warm = w.is_partner_warm, partners = array_to_string(w.partners, ';'), changed_at = w.changed_at
WHEN NOT MATCHED THEN INSERT VALUES (w.account_id, w.is_partner_warm, array_to_string(w.partners, ';'), w.changed_at);
SELECT account_id, warm, partners FROM salesforce ORDER BY account_id;
-- what is warm no more tells so
DELETE FROM globex_list WHERE account_id = 'g1';
INSERT INTO globex_list (account_id, name, website, status, owner) VALUES ('g3', 'Gamma', 'gamma.io', 'customer', 'tim');
UPDATE crm SET status = 'Opportunity' WHERE account_id = '2';
SELECT partner, new, lost, reclassified FROM remap_all_now() ORDER BY partner;
SELECT w.account_id, w.is_partner_warm, w.partners, w.best_tier FROM partner_warm w JOIN salesforce s USING (account_id)
WHERE w.changed_at IS DISTINCT FROM s.changed_at ORDER BY 1;

-- each kind of event
UPDATE crm SET owner = 'cho' WHERE account_id = '3';
DELETE FROM initech_list;
SET client_min_messages = error;
SELECT partner, status, changed FROM remap_all_now() ORDER BY partner;
SET client_min_messages = warning;
INSERT INTO initech_list (account_id, name, website, status, owner) VALUES ('i1', 'Acme', 'acme.com', 'prospect', 'pam');
SELECT kind, message(event_id) FROM feed ORDER BY event_id;
SELECT message(event_id, 'markdown') FROM feed WHERE kind = 'new';
SELECT set_seller('cho', slack_id => 'U024BE7LH');
SELECT jsonb_pretty(message(event_id, 'slack')::jsonb) FROM feed WHERE kind = 'new';

-- a seller's week
SELECT digest('ann');
SELECT set_seller('ann', 'Ann Example');
UPDATE crm SET owner = 'bob' WHERE account_id = '3';
SELECT count(*) FROM remap_all_now();
SELECT count(*) FROM make_weekly_list('2026-03-02');
SELECT digest('ann');
SELECT digest('ann', 'markdown');
SELECT digest('ann', 'csv');
SELECT digest('ann', 'text', '2026-03-09');

-- names that want to be something else
UPDATE crm SET name = '=HYPERLINK("http://evil.com","Acme")' || E'\n| a | b |\n|---|---|' WHERE account_id = '1';
UPDATE crm SET name = '<!channel> [Beta](https://evil.com) <b>&amp;' WHERE account_id = '2';
UPDATE crm SET name = 'jo@evil.com www.evil.com *_~`' || chr(8238) || 'reversed' WHERE account_id = '3';
SELECT count(*) FROM remap_all_now();
SELECT count(*) FROM make_weekly_list('2026-03-09');
SELECT digest('ann');
SELECT digest('ann', 'markdown');
SELECT digest('bob', 'markdown');
SELECT digest('ann', 'csv');
SELECT block ->> 'type' AS type, block -> 'text' ->> 'type' AS text_type, block -> 'text' ->> 'text' AS text
FROM jsonb_array_elements(digest('ann', 'slack')::jsonb -> 'blocks') block;

-- errors
\set VERBOSITY terse
SELECT message(0);
SELECT message(1, 'html');
SELECT digest('ann', 'html');
\set VERBOSITY default

SELECT drop_seller(owner) FROM sellers;
SELECT count(*) FROM drop_partner('globex') UNION ALL SELECT count(*) FROM drop_partner('initech');
DROP TABLE crm, globex_list, initech_list, salesforce;
