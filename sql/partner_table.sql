-- The contract of partner tables: which columns are needed, how they are
-- mapped, and what is said when something is wrong.
CREATE FUNCTION error_of(query text) RETURNS TABLE (code text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN QUERY SELECT 'none', NULL, NULL, NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;
\pset format unaligned
\pset expanded on
\pset tuples_only on
CREATE SCHEMA lists;
CREATE TABLE lists.good (account_id text, name text, website text);
INSERT INTO lists.good VALUES ('g1', 'Acme', 'acme.com');

-- a missing required column, with a mapping to paste
CREATE TABLE lists.crm (id bigint, "Account Name" text, "Company Domain Name" text);
INSERT INTO lists.crm VALUES (7, 'Acme Inc', 'acme.com');
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.crm', 'lists.good')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": "id"}')$$);
SELECT our_id, their_id FROM accountmatch.overlap('lists.good', 'lists.crm',
	their_columns => '{"account_id": "id", "domain": "Company Domain Name", "name": "Account Name"}');
CREATE TABLE lists.nothing (x int);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.nothing', 'lists.good')$$);
CREATE TABLE lists.nokey (account_id int, country text);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.nokey', 'lists.good')$$);

-- mappings that do not fit
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": "ID"}')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": "key"}')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"accountid": "id"}')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": 7}')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": ["id"]}')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '["id"]')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.crm', their_columns => '{"account_id": "id", "name": "id"}')$$);

-- types that do not fit
CREATE TABLE lists.types (account_id float8, website jsonb, name text, amount text);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.types', 'lists.good')$$);
ALTER TABLE lists.types ALTER account_id TYPE text;
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.types', 'lists.good')$$);
ALTER TABLE lists.types DROP website;
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.types', 'lists.good')$$);
-- what does not fit can be left out
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.types', 'lists.good', our_columns => '{"amount": null}')$$);

-- relations that are none
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.missing', 'lists.good')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap(4294967294::oid::regclass, 'lists.good')$$);
CREATE INDEX good_index ON lists.good (website);
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good_index', 'lists.good')$$);
SELECT * FROM error_of($$SELECT accountmatch.overlap(NULL, 'lists.good')$$);

-- account_id: null, twice
CREATE TABLE lists.ids (account_id text, website text);
INSERT INTO lists.ids VALUES ('1', 'a.com'), (NULL, 'b.com');
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.ids', 'lists.good')$$);
UPDATE lists.ids SET account_id = '1';
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.ids')$$);

-- option values
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.good', our_status => 'wombat')$$);

-- no right to read, no right to know
CREATE ROLE accountmatch_regress_user;
GRANT USAGE ON SCHEMA lists TO accountmatch_regress_user;
SET ROLE accountmatch_regress_user;
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.good')$$);
RESET ROLE;
GRANT SELECT ON lists.good TO accountmatch_regress_user;
SET ROLE accountmatch_regress_user;
SELECT * FROM error_of($$SELECT accountmatch.overlap('lists.good', 'lists.good')$$);
RESET ROLE;

-- every type that an account_id can have
\pset expanded off
CREATE VIEW lists.as_int AS SELECT 1::int AS account_id, 'acme.com'::text AS website;
CREATE VIEW lists.as_smallint AS SELECT 2::smallint AS account_id, 'acme.com'::varchar AS website;
CREATE VIEW lists.as_bigint AS SELECT (-9223372036854775808)::bigint AS account_id, 'acme.com'::char(20) AS website;
CREATE VIEW lists.as_numeric AS SELECT 1.50::numeric AS account_id, 'acme.com'::name AS website;
CREATE VIEW lists.as_uuid AS SELECT '11111111-2222-3333-4444-555555555555'::uuid AS account_id, 'acme.com'::text AS domain;
CREATE DOMAIN lists.site AS text CHECK (value <> '');
CREATE VIEW lists.as_varchar AS SELECT 'v'::varchar(5) AS account_id, 'acme.com'::lists.site AS website;
CREATE VIEW lists.as_array AS SELECT 'w'::text AS account_id, ARRAY[NULL, 'n/a', 'acme.com', 'blog.acme.com'] AS website;
SELECT l, our_id, our_website FROM unnest(ARRAY['as_int', 'as_smallint', 'as_bigint', 'as_numeric', 'as_uuid', 'as_varchar', 'as_array']) l,
	LATERAL accountmatch.overlap(('lists.' || l)::regclass, 'lists.good') ORDER BY l;

-- what an export seems to hold
CREATE TABLE lists.hubspot ("Record ID" text, "Company name" text, "Company Domain Name" text, "Lifecycle Stage" text,
	"Company owner" text, "Country/Region" text, "Number of Employees" int);
INSERT INTO lists.hubspot VALUES (NULL, 'Acme', 'acme.com', 'opportunity', 'Jo', 'US', 3), ('123', 'Beta', 'beta.io', 'lead', 'Al', 'DE', 4);
SELECT * FROM accountmatch.guess_columns('lists.hubspot');
CREATE TABLE lists.salesforce ("Account ID" text, "Account Name" text, "Website" text, "Type" text, "Account Owner" text, "Billing Country" text);
SELECT * FROM accountmatch.guess_columns('lists.salesforce');
-- and the mapping made of it
SELECT their_id, their_status, their_owner FROM accountmatch.overlap('lists.good', 'lists.hubspot',
	their_columns => (SELECT jsonb_object_agg(attribute, column_name) FROM accountmatch.guess_columns('lists.hubspot')));
DELETE FROM lists.hubspot WHERE "Record ID" IS NULL;
INSERT INTO lists.hubspot VALUES ('9', 'Acme', 'acme.com', 'opportunity', 'Jo', 'US', 3);
SELECT their_id, their_status, their_owner FROM accountmatch.overlap('lists.good', 'lists.hubspot',
	their_columns => (SELECT jsonb_object_agg(attribute, column_name) FROM accountmatch.guess_columns('lists.hubspot')));

REVOKE ALL ON lists.good FROM accountmatch_regress_user;
REVOKE ALL ON SCHEMA lists FROM accountmatch_regress_user;
DROP ROLE accountmatch_regress_user;
SET client_min_messages = warning;
DROP SCHEMA lists CASCADE;
DROP FUNCTION error_of;
