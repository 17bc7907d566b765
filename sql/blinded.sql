-- The type blinded: text and binary form, order, operator classes, and all that a column of it can be used for.
SET search_path = public, accountmatch;

-- text form: 8 hex digits, colon, 32 hex digits; out in lower case
SELECT blinded '3f2a9c01:000102030405060708090a0b0c0d0e0f', blinded '3F2A9C01:000102030405060708090A0B0C0D0E0F';
SELECT blind_key_id('3f2a9c01:000102030405060708090a0b0c0d0e0f');
SELECT blinded '';
SELECT blinded '3f2a9c01:000102030405060708090a0b0c0d0e0';
SELECT blinded '3f2a9c01:000102030405060708090a0b0c0d0e0f0';
SELECT blinded '3f2a9c01-000102030405060708090a0b0c0d0e0f';
SELECT blinded '3f2a9c0g:000102030405060708090a0b0c0d0e0f';
SELECT blinded '3f2a9c01:000102030405060708090a0b0c0d0e0 ';
SELECT blinded '3f2a9c01:000102030405060708090a0b0c0d0e0é';
SELECT blinded 'acme.com';

-- 20 bytes in a row
SELECT pg_column_size(blinded '3f2a9c01:000102030405060708090a0b0c0d0e0f'),
	_accountmatch.blinded_send('3f2a9c01:000102030405060708090a0b0c0d0e0f');

-- order is that of the bytes, whatever the sign of a char is
SELECT v FROM unnest('{ff000000:00000000000000000000000000000000,00000000:00000000000000000000000000000001,
	7f000000:ff000000000000000000000000000000,80000000:00000000000000000000000000000000,
	00000000:80000000000000000000000000000000,00000000:00000000000000000000000000000000}'::blinded[]) v ORDER BY v;
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, _accountmatch.blinded_cmp(a, b) AS cmp
FROM (VALUES ('00000000:00000000000000000000000000000001'::blinded, '00000000:00000000000000000000000000000002'::blinded),
	('00000000:00000000000000000000000000000002', '00000000:00000000000000000000000000000002'),
	('00000001:00000000000000000000000000000000', '00000000:ffffffffffffffffffffffffffffffff')) v (a, b);

-- the operators: mates, estimators, what joins they serve, and that they tell nothing of the values they reject
SELECT o.oprname, c.oprname AS commutator, n.oprname AS negator, o.oprrest, o.oprjoin, o.oprcanhash, o.oprcanmerge,
	p.proleakproof, p.provolatile, p.proisstrict, p.proparallel
FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
	LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_operator n ON n.oid = o.oprnegate
WHERE o.oprleft = 'blinded'::regtype ORDER BY o.oprname;
SELECT amname, opcname, opcdefault, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE opcintype = 'blinded'::regtype ORDER BY 1;
SELECT amname, amprocnum, amproc FROM pg_amproc p JOIN pg_opfamily f ON f.oid = amprocfamily JOIN pg_am a ON a.oid = opfmethod
WHERE amproclefttype = 'blinded'::regtype ORDER BY 1, 2;
-- no cast but that of the text form
SELECT count(*) FROM pg_cast WHERE 'blinded'::regtype IN (castsource, casttarget);

-- 2,000 values, 1,000 of them twice
CREATE FUNCTION pg_temp.value(i int) RETURNS blinded LANGUAGE sql IMMUTABLE
RETURN ('3f2a9c01:' || md5(i::text))::blinded;
CREATE TABLE a (id int PRIMARY KEY, k blinded);
CREATE TABLE b (id int PRIMARY KEY, k blinded);
INSERT INTO a SELECT i, pg_temp.value(i % 2000) FROM generate_series(1, 3000) i;
INSERT INTO b SELECT i, pg_temp.value(i) FROM generate_series(1500, 4000) i;
INSERT INTO a VALUES (0, NULL);
ANALYZE a, b;
-- distinct values as ANALYZE sees them: all rows are in its sample, two in three differ
SELECT n_distinct, null_frac > 0 AS null_frac, avg_width, array_length(histogram_bounds::text::text[], 1) > 50 AS histogram
FROM pg_stats WHERE schemaname = 'public' AND tablename = 'a' AND attname = 'k';
SELECT count(*), count(DISTINCT k) FROM a;

-- every kind of join gives the same: 1500 to 1999 of b, of which 1 to 1000 modulo 2000 are twice in a
SET enable_hashjoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM a JOIN b USING (k);
SELECT count(*) FROM a JOIN b USING (k);
SET enable_hashjoin = on; SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM a JOIN b USING (k);
SELECT count(*) FROM a JOIN b USING (k);
SET enable_nestloop = on; SET enable_hashjoin = off; SET enable_bitmapscan = off; SET enable_memoize = off;
CREATE INDEX b_k ON b (k);
EXPLAIN (COSTS OFF) SELECT count(*) FROM a JOIN b USING (k);
SELECT count(*) FROM a JOIN b USING (k);
RESET ALL;
SET search_path = public, accountmatch;

-- indexes: btree, unique, hash; deduplication
CREATE UNIQUE INDEX b_unique ON b (k);
INSERT INTO b VALUES (1, pg_temp.value(2000));
CREATE INDEX a_hash ON a USING hash (k);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM a WHERE k = '3f2a9c01:c4ca4238a0b923820dcc509a6f75849b';
SELECT * FROM a WHERE k = '3f2a9c01:c4ca4238a0b923820dcc509a6f75849b' ORDER BY id;
DROP INDEX a_hash;
CREATE INDEX a_k ON a (k);
EXPLAIN (COSTS OFF) SELECT * FROM a WHERE k BETWEEN '3f2a9c01:c4ca4238a0b923820dcc509a6f75849b' AND '3f2a9c01:c4cfffffffffffffffffffffffffffff';
SELECT id, k FROM a WHERE k BETWEEN '3f2a9c01:c4ca4238a0b923820dcc509a6f75849b' AND '3f2a9c01:c4cfffffffffffffffffffffffffffff' ORDER BY k, id;
RESET enable_seqscan;
CREATE TABLE same (k blinded);
INSERT INTO same SELECT pg_temp.value(1) FROM generate_series(1, 5000);
CREATE INDEX same_dup ON same (k) WITH (deduplicate_items = off);
CREATE INDEX same_dedup ON same (k);
SELECT pg_relation_size('same_dedup') * 3 < pg_relation_size('same_dup') AS deduplicated;

-- DISTINCT and GROUP BY, by hash and by sort
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT DISTINCT k FROM a;
SELECT count(*) FROM (SELECT DISTINCT k FROM a) d;
RESET enable_sort; SET enable_hashagg = off; SET enable_indexscan = off; SET enable_indexonlyscan = off;
EXPLAIN (COSTS OFF) SELECT DISTINCT k FROM a;
SELECT count(*) FROM (SELECT DISTINCT k FROM a) d;
RESET ALL;
SET search_path = public, accountmatch;
SELECT blind_key_id(k), count(*) FROM a GROUP BY 1 ORDER BY 1;

-- partitions by hash and by range; pruning; joins partition by partition
CREATE TABLE h (k blinded) PARTITION BY HASH (k);
CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO h SELECT k FROM b;
SELECT count(*) BETWEEN 1100 AND 1400 AS about_half FROM h0;
SELECT count(*) FROM h WHERE k = '3f2a9c01:08f90c1a417155361a5c4b8d297e0d78'; -- md5('2000')
CREATE TABLE r (k blinded) PARTITION BY RANGE (k);
CREATE TABLE r0 PARTITION OF r FOR VALUES FROM (MINVALUE) TO ('3f2a9c01:80000000000000000000000000000000');
CREATE TABLE r1 PARTITION OF r FOR VALUES FROM ('3f2a9c01:80000000000000000000000000000000') TO (MAXVALUE);
INSERT INTO r SELECT k FROM b;
EXPLAIN (COSTS OFF) SELECT * FROM r WHERE k = '3f2a9c01:c4ca4238a0b923820dcc509a6f75849b';
SELECT count(*) = (SELECT count(*) FROM b WHERE k < '3f2a9c01:80000000000000000000000000000000') AS as_the_order_says FROM r0;

-- COPY in both forms
CREATE TABLE c (k blinded);
COPY b (k) TO PROGRAM 'cat > blinded.copy';
COPY c FROM PROGRAM 'cat blinded.copy';
COPY b (k) TO PROGRAM 'cat > blinded.copy' (FORMAT binary);
COPY c FROM PROGRAM 'cat blinded.copy' (FORMAT binary);
COPY (SELECT) TO PROGRAM 'rm blinded.copy';
SELECT count(*), count(DISTINCT k), bool_and(k IN (SELECT k FROM b)) FROM c;
-- a value of another length
CREATE TABLE d (v bytea);
INSERT INTO d VALUES ('\x3f2a9c01'), ('\x3f2a9c01000102030405060708090a0b0c0d0e0f10');
COPY (SELECT v FROM d WHERE length(v) = 4) TO PROGRAM 'cat > blinded.copy' (FORMAT binary);
COPY c FROM PROGRAM 'cat blinded.copy' (FORMAT binary);
COPY (SELECT v FROM d WHERE length(v) = 21) TO PROGRAM 'cat > blinded.copy' (FORMAT binary);
COPY c FROM PROGRAM 'cat blinded.copy' (FORMAT binary);
COPY (SELECT) TO PROGRAM 'rm blinded.copy';

-- who may do what: PUBLIC may use the type, and nothing that touches keys
SELECT p.oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'accountmatch'::regnamespace AND (proname ~ '^(blind_|agree|confirm|create_key|key_|public_key)')
	AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1;
-- without a directory nothing works, and says how to begin
SHOW accountmatch.key_directory;
SELECT create_key('acme');
SELECT * FROM keys;
SET accountmatch.key_directory = 'relative';
SET accountmatch.key_dir = '/misspelt';
DROP TABLE a, b, c, d, h, r, same;
