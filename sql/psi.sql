-- Private set intersection: the types psi_point and psi_tag, what reads files, and what needs a key directory. Sessions are in test/t.
SET search_path = public, accountmatch;

-- a psi_point is a point of P-256: its generator (SP 800-186), and x = 5 with both square roots
SELECT psi_point '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';
SELECT psi_point '6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5'
	= '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5' AS either_case;
SELECT psi_point '0000000000000000000000000000000000000000000000000000000000000005459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc';

-- and nothing else is: off the curve, the other curve's generator, x = p + 5, zeros, cut off, longer, no hex
SELECT psi_point '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f4';
SELECT psi_point '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';
SELECT psi_point 'ffffffff00000001000000000000000000000001000000000000000000000004459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc';
SELECT psi_point '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000';
SELECT psi_point '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f';
SELECT psi_point '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5f5';
SELECT psi_point '';
SELECT psi_point 'g';

-- a psi_tag is any 16 bytes
SELECT psi_tag '000102030405060708090A0B0C0D0E0F', pg_column_size(psi_tag '000102030405060708090a0b0c0d0e0f'),
	_accountmatch.psi_tag_send('000102030405060708090a0b0c0d0e0f');
SELECT psi_tag '000102030405060708090a0b0c0d0e0';
SELECT psi_tag '000102030405060708090a0b0c0d0e0g';
SELECT psi_tag '';

-- order is that of the bytes
SELECT v FROM unnest('{ff000000000000000000000000000000,00000000000000000000000000000001,7fffffffffffffffffffffffffffffff,
	80000000000000000000000000000000,00000000000000010000000000000000,00000000000000000000000000000000}'::psi_tag[]) v ORDER BY v;
SELECT a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, _accountmatch.psi_tag_cmp(a, b) AS cmp
FROM (VALUES ('00000000000000000000000000000001'::psi_tag, '00000000000000000000000000000002'::psi_tag),
	('00000000000000000000000000000002', '00000000000000000000000000000002'),
	('ff000000000000000000000000000000', '7f000000000000000000000000000000')) v (a, b);

-- operators and operator classes of both
SELECT o.oprleft::regtype AS type, o.oprname, c.oprname AS commutator, n.oprname AS negator, o.oprcanhash, o.oprcanmerge, p.proleakproof
FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
	LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_operator n ON n.oid = o.oprnegate
WHERE o.oprleft IN ('psi_point'::regtype, 'psi_tag'::regtype) ORDER BY 1, 2;
SELECT opcintype::regtype AS type, amname, opcname, opcdefault, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE opcintype IN ('psi_point'::regtype, 'psi_tag'::regtype) ORDER BY 1, 2;

-- used as columns: joins, indexes, binary COPY; the same answers as text gives
CREATE TABLE tags (i int, t psi_tag);
INSERT INTO tags SELECT i, md5((i % 1000)::text)::psi_tag FROM generate_series(1, 3000) i;
ANALYZE tags;
SELECT count(*), count(DISTINCT t), min(t::text) = (SELECT t::text FROM tags ORDER BY t LIMIT 1) AS first FROM tags;
SET enable_hashjoin = off; SET enable_nestloop = off;
SELECT count(*) FROM tags a JOIN tags b USING (t);
SET enable_hashjoin = on; SET enable_mergejoin = off;
SELECT count(*) FROM tags a JOIN tags b USING (t);
RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_nestloop;
CREATE INDEX tags_btree ON tags (t);
CREATE INDEX tags_hash ON tags USING hash (t);
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT count(*) FROM tags WHERE t = md5('7')::psi_tag;
SELECT count(*) = (SELECT count(*) FROM tags WHERE t::text < '8') AS range FROM tags WHERE t < '80000000000000000000000000000000';
RESET enable_seqscan; RESET enable_bitmapscan;
DROP TABLE tags;

-- files of anybody
SELECT * FROM psi_inspect('');
SELECT * FROM psi_inspect('hello');
SELECT * FROM psi_inspect('acmpsi01'::bytea || decode(repeat('00', 248), 'hex'));

-- what needs a key directory says so
CREATE TABLE list (account_id text, website text);
SELECT psi_offer('partner', 'list');
SELECT psi_finish('');
SELECT * FROM psi_sessions();
SELECT psi_blind('domain', 'a.com', '0123456789abcdef');
SELECT psi_blind('phone', 'a.com', '0123456789abcdef');

-- EXECUTE is granted by name; what runs per row is for parallel workers
SELECT proname, provolatile, proisstrict, proparallel, procost, proacl IS NOT NULL AS revoked FROM pg_proc
WHERE pronamespace = 'accountmatch'::regnamespace AND proname LIKE 'psi%' ORDER BY 1;
DROP TABLE list;
