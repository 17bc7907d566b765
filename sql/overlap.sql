-- The overlap of two small lists, its totals, and the preflight of a list.
CREATE SCHEMA lists;
CREATE TABLE lists.ours (account_id text, name text, website text, country text, status text, owner text, amount numeric, currency text);
CREATE TABLE lists.theirs (account_id int, name text, website text, country text, status text, owner text, amount numeric, currency text);
INSERT INTO lists.ours VALUES
	('o1', 'Acme Inc', 'https://www.acme.com/about', 'US', 'Customer', 'ann', 100, 'USD'),
	('o2', 'Acme, Inc.', 'ACME.COM', 'US', 'prospect', 'bob', 50, 'USD'),
	('o3', 'Beta', 'beta.io', 'DE', 'Open Opportunity', 'ann', 7.5, 'EUR'),
	('o4', 'Gamma', 'jo@gmail.com', NULL, 'lead', NULL, NULL, NULL),
	('o5', 'Delta', NULL, NULL, 'strange', NULL, 1, NULL),
	('o6', 'Epsilon', 'linkedin.com/company/epsilon', NULL, 'lead', NULL, NULL, NULL),
	('o7', 'Zeta', 'zeta.com', NULL, NULL, NULL, 3, 'USD'),
	('o8', 'Eta', '10.0.0.1', NULL, 'lead', NULL, NULL, NULL),
	('o9', 'Theta', 'co.uk', NULL, 'lead', NULL, NULL, NULL),
	('o10', 'Iota', 'n/a', NULL, 'lead', NULL, NULL, NULL),
	('o11', 'Shop one', 'https://one.myshopify.com', NULL, 'lead', NULL, NULL, NULL);
INSERT INTO lists.theirs VALUES
	(1, 'ACME', 'http://acme.com', 'US', 'prospect', 'tim', 10, 'USD'),
	(2, 'Beta GmbH', 'www.beta.io/de', 'DE', 'Active Customer', 'tom', 20, 'EUR'),
	(3, 'Gamma two', 'al@gmail.com', NULL, 'lead', NULL, NULL, NULL),
	(4, 'Kappa', 'kappa.org', NULL, 'Customer', 'tim', 30, NULL),
	(5, 'Epsilon', 'linkedin.com/company/epsilon', NULL, 'lead', NULL, NULL, NULL),
	(6, 'Zeta', 'mail.zeta.com', NULL, 'odd', NULL, NULL, NULL),
	(7, 'Shop two', 'https://two.myshopify.com', NULL, 'lead', NULL, NULL, NULL),
	(8, 'Shop one', 'one.myshopify.com/cart', NULL, 'lead', NULL, NULL, NULL);

SELECT our_id, their_id, segment, tier, rule, match_key, needs_review, why
FROM accountmatch.overlap('lists.ours', 'lists.theirs') ORDER BY 1, 2;
-- all columns
\x
SELECT * FROM accountmatch.overlap('lists.ours', 'lists.theirs') WHERE our_id = 'o3';
\x
-- o1 and o2 are one company
SELECT count(*) AS matches, count(DISTINCT company) AS companies FROM accountmatch.overlap('lists.ours', 'lists.theirs');
-- with the accounts of both sides that have no match
SELECT our_id, their_id, segment, tier, our_status, their_status
FROM accountmatch.overlap('lists.ours', 'lists.theirs', one_sided => true) ORDER BY their_id IS NULL, our_id IS NULL, 1, 2;
SELECT * FROM accountmatch.segments('lists.ours', 'lists.theirs');
-- each account is counted once: the totals are the lists' sizes
SELECT sum(our_accounts) AS ours, sum(their_accounts) AS theirs FROM accountmatch.segments('lists.ours', 'lists.theirs');
-- both directions agree
SELECT count(*) FROM (
	(SELECT our_id, their_id, our_status, their_status FROM accountmatch.overlap('lists.ours', 'lists.theirs')
	EXCEPT SELECT their_id, our_id, their_status, our_status FROM accountmatch.overlap('lists.theirs', 'lists.ours'))
	UNION ALL
	(SELECT their_id, our_id, their_status, our_status FROM accountmatch.overlap('lists.theirs', 'lists.ours')
	EXCEPT SELECT our_id, their_id, our_status, their_status FROM accountmatch.overlap('lists.ours', 'lists.theirs'))) d;
-- a list without status
ALTER TABLE lists.theirs RENAME status TO remark;
SELECT our_id, their_id, segment FROM accountmatch.overlap('lists.ours', 'lists.theirs', their_status => 'Active Customer') ORDER BY 1, 2;
SELECT our_id, their_id, segment FROM accountmatch.overlap('lists.ours', 'lists.theirs') ORDER BY 1, 2;
ALTER TABLE lists.theirs RENAME remark TO stage;
SELECT our_id, their_id, segment FROM accountmatch.overlap('lists.ours', 'lists.theirs') ORDER BY 1, 2;

SELECT * FROM accountmatch.preflight('lists.ours');
SELECT * FROM accountmatch.preflight('lists.theirs', columns => '{"stage": null}') WHERE accounts > 0;

-- empty lists, and a list with itself
CREATE TABLE lists.empty (LIKE lists.ours);
SELECT count(*) FROM accountmatch.overlap('lists.ours', 'lists.empty', one_sided => true);
SELECT count(*) FROM accountmatch.overlap('lists.empty', 'lists.empty', one_sided => true);
SELECT * FROM accountmatch.segments('lists.empty', 'lists.empty');
SELECT "check", accounts, percent FROM accountmatch.preflight('lists.empty') LIMIT 2;
-- what an overlap would refuse is counted
CREATE TABLE lists.no_ids (account_id text, name text, website text);
INSERT INTO lists.no_ids VALUES (NULL, NULL, NULL), ('', 'Zorblax', NULL), (NULL, 'Acme', 'acme.com'),
	('a', 'Beta', NULL), ('b', NULL, NULL), ('a', 'Gamma', NULL), ('a', NULL, NULL);
SELECT "check", accounts, percent, example FROM accountmatch.preflight('lists.no_ids') WHERE accounts > 0;
SELECT count(*) FROM accountmatch.overlap('lists.no_ids', 'lists.no_ids');
DELETE FROM lists.no_ids WHERE account_id IS NULL;
SELECT count(*) FROM accountmatch.overlap('lists.no_ids', 'lists.no_ids');
SELECT our_id, their_id FROM accountmatch.overlap('lists.ours', 'lists.ours') ORDER BY 1, 2;

-- in views, partitions, under LIMIT, in a cursor, in a data-modifying query
CREATE TABLE lists.parts (LIKE lists.ours) PARTITION BY LIST (country);
CREATE TABLE lists.parts_us PARTITION OF lists.parts FOR VALUES IN ('US');
CREATE TABLE lists.parts_rest PARTITION OF lists.parts DEFAULT;
INSERT INTO lists.parts SELECT * FROM lists.ours;
CREATE MATERIALIZED VIEW lists.mat AS SELECT * FROM lists.theirs;
SELECT count(*) FROM accountmatch.overlap('lists.parts', 'lists.mat');
SELECT count(*) FROM (SELECT * FROM accountmatch.overlap('lists.parts', 'lists.mat') LIMIT 1) s;
BEGIN;
DECLARE c CURSOR FOR SELECT our_id, their_id FROM accountmatch.overlap('lists.ours', 'lists.theirs') ORDER BY 1, 2;
FETCH 2 FROM c;
DELETE FROM lists.ours;
FETCH 1 FROM c;
SELECT count(*) FROM accountmatch.overlap('lists.ours', 'lists.theirs');
ROLLBACK;
-- one group of many rows is matched as a star: all rows, not all pairs
CREATE TABLE lists.many_a AS SELECT i AS account_id, 'Acme' AS name, 'acme.com' AS website FROM generate_series(1, 2000) i;
CREATE TABLE lists.many_b AS SELECT * FROM lists.many_a;
SELECT count(*) AS pairs, count(DISTINCT our_id) AS ours, count(DISTINCT their_id) AS theirs, count(DISTINCT company) AS companies
FROM accountmatch.overlap('lists.many_a', 'lists.many_b');
-- past work_mem everything goes to temporary files, with the same answer
CREATE TABLE lists.big AS SELECT i AS account_id, 'Company number ' || i AS name, 'www.company' || i || '.com' AS website FROM generate_series(1, 20000) i;
CREATE TABLE lists.big2 AS SELECT i AS account_id, 'Company number ' || i AS name, 'https://company' || i || '.com/' AS website FROM generate_series(15001, 35000) i;
SET work_mem = '64kB';
SELECT count(*), sum(our_id::int - their_id::int), count(DISTINCT company) FROM accountmatch.overlap('lists.big', 'lists.big2');
SELECT our_accounts, their_accounts, pairs FROM accountmatch.segments('lists.big', 'lists.big2') WHERE segment = 'unknown-unknown';
SELECT accounts FROM accountmatch.preflight('lists.big') LIMIT 1;
RESET work_mem;

SET client_min_messages = warning;
DROP SCHEMA lists CASCADE;

-- Contacts' addresses, identifiers that are none, words that are unknown
CREATE TABLE mail (account_id int, name text, website text, email text, lei text, status text);
INSERT INTO mail VALUES (1, 'Quandrix', NULL, 'jo@quandrix.de', 'bad', 'Churned'), (2, 'Zorblax', 'quandrix.de', NULL, '-', NULL),
	(3, 'Hulkenbrot', NULL, 'al@gmail.com', '5493001KJTIIGC8Y1R12', 'Working - Contacted');
SELECT "check", accounts, example FROM accountmatch.preflight('mail') WHERE accounts > 0;
SELECT our_id, their_id, rule, our_status FROM accountmatch.overlap('mail', 'mail', our_status => 'customer') ORDER BY 1, 2;
SELECT rule, our_key, their_key, finding, held FROM accountmatch.explain_match('mail', 'mail', '1', '2') WHERE rule IN ('domain', 'email');
SELECT rule, our_key, their_key, finding, held FROM accountmatch.explain_match('mail', 'mail', '2', '3') WHERE rule IN ('domain', 'email');
DROP TABLE mail;

-- Accounts of one name in several countries are several companies, unless a domain tells
CREATE TABLE alpine (account_id int, name text, country text, website text);
INSERT INTO alpine VALUES (1, 'Alpine Bau GmbH', 'DE', NULL), (2, 'Alpine Bau', 'AT', NULL), (3, 'Alpine Bau AG', 'CH', NULL), (4, 'Veltrimor AG', 'DE', NULL), (5, 'Veltrimor', 'DE', NULL);
CREATE TABLE alpine_theirs (LIKE alpine);
INSERT INTO alpine_theirs VALUES (1, 'Alpine Bau', NULL, NULL), (2, 'Veltrimor GmbH', NULL, NULL);
SELECT our_id, their_id, rule FROM accountmatch.overlap('alpine', 'alpine_theirs') ORDER BY 1, 2;
SELECT DISTINCT our_key, reason FROM accountmatch.overlap_evidence('alpine', 'alpine_theirs') WHERE NOT accepted;
UPDATE alpine_theirs SET website = 'alpine-bau.at', country = 'AT' WHERE account_id = 1;
SELECT our_id, their_id, rule, why FROM accountmatch.overlap('alpine', 'alpine_theirs') WHERE their_id = '1';
DROP TABLE alpine, alpine_theirs;

-- The planner knows rows and cost by the size of the lists
CREATE TABLE planned AS SELECT i AS account_id, 'Company ' || i AS name FROM generate_series(1, 3000) i;
CREATE TABLE planned_parts (LIKE planned) PARTITION BY RANGE (account_id);
CREATE TABLE planned_part PARTITION OF planned_parts FOR VALUES FROM (1) TO (1000000);
INSERT INTO planned_parts SELECT i, 'Company ' || i FROM generate_series(1, 6000) i;
ANALYZE planned, planned_parts;
CREATE FUNCTION planned_rows(call text, OUT rows bigint, OUT dearer_than_reading boolean) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT json) SELECT * FROM %s', call) INTO plan;
	rows := plan->0->'Plan'->>'Plan Rows';
	dearer_than_reading := (plan->0->'Plan'->>'Startup Cost')::float BETWEEN 100 AND 100000;
END $$;
SELECT call, (planned_rows(call)).* FROM unnest(ARRAY[
	$$accountmatch.overlap('planned', 'planned')$$,
	$$accountmatch.overlap('planned_parts', 'planned')$$,
	$$accountmatch.overlap('planned', 'planned_parts', one_sided => true)$$,
	$$accountmatch.overlap_evidence('planned_parts', 'planned_parts')$$,
	$$accountmatch.segments('planned', 'planned')$$,
	$$accountmatch.preflight('planned')$$,
	$$(SELECT r.ours, o.* FROM (VALUES ('planned'::regclass)) r (ours), accountmatch.overlap(r.ours, NULL) o) x$$]) call;
-- and keeps no lock on lists for it, as whoever plans need not have a right to them
BEGIN;
SELECT planned_rows($$accountmatch.overlap('planned_parts', 'planned')$$);
SELECT count(*) FROM pg_locks WHERE relation IN ('planned'::regclass, 'planned_parts'::regclass, 'planned_part'::regclass);
COMMIT;
DROP FUNCTION planned_rows;
DROP TABLE planned, planned_parts;
