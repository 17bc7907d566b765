-- Lists with columns of type blinded. Values are made by hand: what compares them needs no key.
SET search_path = public, accountmatch;
CREATE FUNCTION b(value text, key_id text DEFAULT '0000000a') RETURNS blinded LANGUAGE sql AS
$$ SELECT (key_id || ':' || md5(value))::blinded $$;

-- Equal domains, names and identifiers match; different domains, countries and identifiers veto
CREATE TABLE ours (account_id int PRIMARY KEY, name blinded, domain blinded, email blinded, lei blinded, country text, status text, note text);
CREATE TABLE theirs (LIKE ours);
INSERT INTO ours VALUES
	(1, b('acme'), b('acme.com'), NULL, NULL, 'US', 'customer', 'domain'),
	(2, b('beta'), NULL, NULL, NULL, NULL, 'prospect', 'name, no domain on one side'),
	(3, b('gamma'), b('gamma.com'), NULL, NULL, NULL, NULL, 'name, but different domains'),
	(4, b('delta'), NULL, NULL, NULL, 'DE', NULL, 'name, but different countries'),
	(5, b('epsilon'), NULL, NULL, b('lei1'), NULL, NULL, 'identifier'),
	(6, b('zeta'), NULL, NULL, b('lei2'), NULL, NULL, 'name, but different identifiers'),
	(7, b('eta'), NULL, b('eta.com'), NULL, NULL, NULL, 'e-mail'),
	(8, NULL, NULL, NULL, NULL, NULL, NULL, 'nothing'),
	(9, b('theta'), NULL, NULL, NULL, NULL, NULL, 'name of two accounts of theirs');
INSERT INTO theirs VALUES
	(11, b('acme2'), b('acme.com'), NULL, NULL, 'DE', 'prospect', NULL),
	(12, b('beta'), b('beta.com'), NULL, NULL, NULL, 'customer', NULL),
	(13, b('gamma'), b('gamma.org'), NULL, NULL, NULL, NULL, NULL),
	(14, b('delta'), NULL, NULL, NULL, 'FR', NULL, NULL),
	(15, b('other'), NULL, NULL, b('lei1'), NULL, NULL, NULL),
	(16, b('zeta'), NULL, NULL, b('lei3'), NULL, NULL, NULL),
	(17, b('eta2'), b('eta.com'), NULL, NULL, NULL, NULL, NULL),
	(18, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(19, b('theta'), b('theta.com'), NULL, NULL, NULL, NULL, NULL),
	(20, b('theta'), b('theta.com'), NULL, NULL, NULL, NULL, NULL);
SELECT o.note, rule, their_id, segment, why, confidence FROM overlap('ours', 'theirs') m JOIN ours o ON o.account_id = our_id::int ORDER BY o.account_id;
SELECT o.note, rule, accepted, reason FROM overlap_evidence('ours', 'theirs') e JOIN ours o ON o.account_id = our_id::int ORDER BY o.account_id, their_id;
SELECT segment, our_accounts, their_accounts, pairs FROM segments('ours', 'theirs') ORDER BY 1;
SELECT rule, our_key, their_key, finding, held FROM explain_match('ours', 'theirs', '9', '19');
SELECT rule, our_key, their_key, finding, held FROM explain_match('ours', 'theirs', '1', '11', rules => '{domain}');
SELECT "check", accounts, advice FROM preflight('theirs') WHERE accounts > 0;
SELECT * FROM guess_columns('theirs');

-- A domain that more names share than the cap: names must be equal
TRUNCATE ours, theirs;
INSERT INTO ours SELECT i, b('branch ' || i), b('gov.example') FROM generate_series(1, 4) i;
INSERT INTO theirs SELECT i, b('branch ' || i), b('gov.example') FROM generate_series(3, 6) i;
SELECT our_id, their_id, rule, why FROM overlap('ours', 'theirs') ORDER BY 1, 2;
SELECT reason, count(*) FROM overlap_evidence('ours', 'theirs') GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM overlap('ours', 'theirs', domain_cap => 4);
-- two accounts of one name are one name
UPDATE ours SET name = b('branch 3');
UPDATE theirs SET name = b('branch 4');
SELECT count(*), min(why) FROM overlap('ours', 'theirs');

-- Arrays, domains over the type, views, columns by other names
CREATE DOMAIN blind_site AS blinded CHECK (VALUE IS NOT NULL);
CREATE DOMAIN blind_sites AS blinded[];
CREATE TABLE a (id text, sites blind_site[], mail blind_sites, title blind_site);
INSERT INTO a VALUES ('x', ARRAY[b('one.com'), b('two.com'), b('two.com')]::blind_site[], NULL, b('one')), ('y', '{}', ARRAY[NULL, b('three.com')], b('two')), ('z', NULL, '{}', b('three'));
CREATE VIEW v AS SELECT id AS account_id, sites AS website, mail AS email, title AS name FROM a;
CREATE TABLE t (account_id text, website blinded);
INSERT INTO t VALUES ('t1', b('two.com')), ('t2', b('three.com')), ('t3', b('four.com'));
SELECT our_id, our_name, our_website, their_id, rule FROM overlap('v', 't') ORDER BY 1;
SELECT our_id, their_id, rule FROM overlap('a', 't', our_columns => '{"account_id": "id", "website": "sites", "email": "mail", "name": "title"}') ORDER BY 1;
SELECT count(*) FROM overlap('v', 'v');

-- Names plain, domains blinded: names keep all rules but those that read a domain
CREATE TABLE p (account_id text, name text, domain blinded);
CREATE TABLE q (LIKE p);
INSERT INTO p VALUES ('p1', 'Sagami Womens University', NULL), ('p2', 'Contoso Ltd', b('contoso.com')), ('p3', 'Fabrikam', b('shared')), ('p4', 'Fabricam Inc', b('shared')), ('p5', 'Third', b('shared'));
INSERT INTO q VALUES ('q1', 'Sagmai Womens University', b('sagami')), ('q2', 'Contoso', NULL), ('q3', 'Fabrikam Inc', b('shared')), ('q5', 'Thirds', b('shared')), ('q6', 'Sixth', b('shared'));
SELECT our_id, their_id, rule, why FROM overlap('p', 'q') ORDER BY 1, 2;

-- Overrides by account need no key
CREATE TABLE fixes (action text, our_id text, their_id text, domain text);
INSERT INTO fixes VALUES ('pin', 'p5', 'q6', NULL), ('block', 'p2', 'q2', NULL), ('suppress', NULL, 'q1', NULL);
SELECT our_id, their_id, rule FROM overlap('p', 'q', overrides => 'fixes') WHERE our_id IN ('p1', 'p2', 'p5') ORDER BY 1, 2;

-- Two keys: an error that names both
INSERT INTO t VALUES ('t4', b('two.com', '0000000b'));
SELECT * FROM overlap('v', 't');
SELECT * FROM preflight('t');
DELETE FROM t WHERE account_id < 't4';
SELECT * FROM overlap('v', 't');
SELECT * FROM overlap('t', 'v', rules => '{id}');
ALTER TABLE t ADD email blinded;
UPDATE t SET email = b('x');
SELECT * FROM segments('t', 't');
-- in columns that are not compared with each other it is none
ALTER TABLE t DROP email, ADD name blinded;
UPDATE t SET name = b('x');
SELECT our_id, rule FROM overlap('t', 't');

-- Not every attribute can be blinded
CREATE TABLE w (account_id blinded, name text);
SELECT * FROM overlap('w', 'v');
ALTER TABLE w ALTER account_id TYPE text USING account_id::text, ADD country blinded;
SELECT * FROM overlap('w', 'v');
ALTER TABLE w DROP country, ADD lei blinded[];
SELECT * FROM overlap('w', 'v');
-- Plain values against blinded ones need the key; without any of these, none
ALTER TABLE w DROP lei;
SELECT count(*) FROM overlap('w', 'v');
INSERT INTO w VALUES ('w1', 'One');
SELECT * FROM overlap('w', 'v');
SELECT * FROM find_matches('v', name => 'One');
SELECT count(*) FROM overlap('w', 'v', our_columns => '{"account_id": "name", "name": "account_id"}', their_columns => '{"name": null}');

DROP VIEW v;
DROP TABLE ours, theirs, a, t, p, q, w, fixes;
DROP DOMAIN blind_site CASCADE;
DROP DOMAIN blind_sites;
DROP FUNCTION b;
