-- normalization_version, and stale_objects: what is listed, and that each
-- statement makes its object anew.

-- the installed ICU differs from machine to machine
SELECT epoch, unicode_version, icu_version ~ '^\d+(\.\d+)+$' AS icu,
	public_suffix_list > '2026-01-01' AS psl, public_suffix_commit ~ '^[0-9a-f]{12,40}$' AS psl_commit, free_email_list > '2020-01-01' AS free_email
FROM accountmatch.normalization_version();

-- the library is named by the epoch
SELECT DISTINCT probin = '$libdir/accountmatch-' || (accountmatch.normalization_version()).epoch AS same
FROM pg_proc WHERE proname = 'normalize_domain';

SELECT * FROM accountmatch.stale_objects();

CREATE SCHEMA "My Schema";
SET search_path = "My Schema";

-- A function of the user in between, to be changed below as a new epoch would
-- change ours
CREATE FUNCTION "Norm"(x text) RETURNS text IMMUTABLE LANGUAGE sql
BEGIN ATOMIC SELECT accountmatch.normalize_domain(x) || ''; END;

CREATE TABLE "A ""t"" b" ("Id" int PRIMARY KEY, "Web Site" text, "D" text GENERATED ALWAYS AS ("Norm"("Web Site")) STORED,
	CONSTRAINT "Chk ""1""" CHECK ("Norm"("Web Site") <> 'BAD.ORG'));
CREATE INDEX "I ""x""" ON "A ""t"" b" ("Norm"("Web Site"));
CREATE INDEX "I p" ON "A ""t"" b" ("Id") WHERE "Norm"("Web Site") = 'ACME.COM';
CREATE STATISTICS "S t" ON ("Norm"("Web Site")) FROM "A ""t"" b";
CREATE VIEW "V" AS SELECT "Id", "Norm"("Web Site") AS n FROM "A ""t"" b";
-- "A M 2" sorts first, but has to be refreshed after what it reads
CREATE MATERIALIZED VIEW "M 1" AS SELECT * FROM "V";
CREATE MATERIALIZED VIEW "A M 2" AS SELECT max(n) AS n FROM "M 1";
CREATE MATERIALIZED VIEW "M 3" AS SELECT "D" FROM "A ""t"" b";
CREATE TABLE "Excl" ("W" text, CONSTRAINT "E x" EXCLUDE ("Norm"("W") WITH =));
CREATE DOMAIN "Dom" AS text CONSTRAINT "D c" CHECK ("Norm"(VALUE) <> 'BAD.ORG');
CREATE TABLE "UsesDom" ("C" "Dom");
CREATE TABLE "P" ("K" int, "W" text) PARTITION BY LIST ("Norm"("W"));
CREATE TABLE "P 1" PARTITION OF "P" FOR VALUES IN ('acme.com');
CREATE TABLE "P 2" PARTITION OF "P" FOR VALUES IN ('ACME.COM');
CREATE INDEX "P i" ON "P" ("Norm"("W"));
CREATE TABLE "Parent" ("W" text, "D" text GENERATED ALWAYS AS ("Norm"("W")) STORED, CONSTRAINT "C" CHECK ("Norm"("W") <> 'BAD.ORG'));
CREATE TABLE "Child" () INHERITS ("Parent");

-- Not listed: what only reads what was stored, what is no longer computed, what
-- was never checked or filled, a function in a string
CREATE INDEX "None 1" ON "A ""t"" b" ("D");
CREATE INDEX "None 2" ON "M 1" (n);
CREATE MATERIALIZED VIEW "None 3" AS SELECT "Id" FROM "A ""t"" b";
CREATE MATERIALIZED VIEW "None 4" AS SELECT * FROM "V" WITH NO DATA;
CREATE TABLE "None 5" ("W" text DEFAULT accountmatch.normalize_domain('acme.com'));
ALTER TABLE "None 5" ADD CHECK (accountmatch.normalize_domain("W") <> '') NOT VALID;
CREATE FUNCTION opaque(x text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN accountmatch.normalize_domain(x); END';
CREATE INDEX "None 6" ON "None 5" (opaque("W"));

INSERT INTO "A ""t"" b" SELECT i, 'https://www.acme.com/' FROM generate_series(1, 100) i;
INSERT INTO "Excl" VALUES ('http://acme.com');
INSERT INTO "UsesDom" VALUES ('acme.com');
INSERT INTO "P" VALUES (1, 'acme.com/x');
INSERT INTO "Parent" VALUES ('acme.com');
INSERT INTO "Child" VALUES ('acme.com');
ANALYZE "A ""t"" b";
REFRESH MATERIALIZED VIEW "M 1";
REFRESH MATERIALIZED VIEW "A M 2";
REFRESH MATERIALIZED VIEW "M 3";

SELECT object_type, object, depends_on FROM accountmatch.stale_objects();
SELECT statement FROM accountmatch.stale_objects();

-- A new epoch: all that was stored is stale
CREATE OR REPLACE FUNCTION "Norm"(x text) RETURNS text IMMUTABLE LANGUAGE sql
BEGIN ATOMIC SELECT upper(accountmatch.normalize_domain(x)); END;

-- a new session: this one has read the expressions with the function inlined
\c -
SET search_path = "My Schema";
CREATE VIEW "Now" AS
SELECT 'generated column' AS what, min("D") AS value FROM "A ""t"" b"
UNION ALL SELECT 'inherited column', string_agg("D", ' ' ORDER BY "D") FROM "Parent"
UNION ALL SELECT 'partition', min(tableoid::regclass::text) FROM "P"
UNION ALL SELECT 'materialized view', min(n) FROM "M 1"
UNION ALL SELECT 'materialized view of it', n FROM "A M 2"
UNION ALL SELECT 'materialized view of the column', min("D") FROM "M 3"
UNION ALL SELECT 'statistics', most_common_vals::text FROM pg_stats_ext_exprs WHERE statistics_name = 'S t';
SELECT * FROM "Now";
SET enable_seqscan = off;
-- the indexes do not find a row
SELECT count(*) FROM "A ""t"" b" WHERE "Norm"("Web Site") = 'ACME.COM';
SELECT count("Id") FROM "A ""t"" b" WHERE "Norm"("Web Site") = 'ACME.COM' AND "Id" > 0;
SELECT count(*) FROM "P" WHERE "Norm"("W") = 'ACME.COM';
INSERT INTO "Excl" VALUES ('www.acme.com');
DELETE FROM "Excl" WHERE "W" = 'www.acme.com';

SELECT statement FROM accountmatch.stale_objects() \gexec

SELECT * FROM "Now";
SELECT count(*) FROM "A ""t"" b" WHERE "Norm"("Web Site") = 'ACME.COM';
SELECT count("Id") FROM "A ""t"" b" WHERE "Norm"("Web Site") = 'ACME.COM' AND "Id" > 0;
SELECT count(*) FROM "P" WHERE "Norm"("W") = 'ACME.COM';
INSERT INTO "Excl" VALUES ('www.acme.com');
RESET enable_seqscan;

-- A constraint that the new epoch breaks: its statement says so
ALTER TABLE "Child" NO INHERIT "Parent";
DELETE FROM "Parent";
CREATE OR REPLACE FUNCTION "Norm"(x text) RETURNS text IMMUTABLE LANGUAGE sql
BEGIN ATOMIC SELECT 'BAD.ORG' || coalesce(accountmatch.normalize_domain(left(x, 0)), ''); END;
SELECT statement FROM accountmatch.stale_objects() WHERE object_type = 'constraint' \gexec

-- and directly, any function of the library that reads text
CREATE TABLE direct (id int, w text);
CREATE INDEX ON direct (accountmatch.registrable_domain(w), accountmatch.match_host(w));
CREATE INDEX ON direct (id) WHERE accountmatch.domain_class(w) = 'company';
SELECT object, depends_on, statement FROM accountmatch.stale_objects() WHERE object LIKE '%.direct%';

-- a role that owns none of it sees the list, too
CREATE ROLE regress_stale;
SET ROLE regress_stale;
SELECT count(*) FROM accountmatch.stale_objects();
RESET ROLE;
DROP ROLE regress_stale;

SET client_min_messages = warning;
DROP SCHEMA "My Schema" CASCADE;
SELECT * FROM accountmatch.stale_objects();
