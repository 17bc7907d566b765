-- blinded behaves as uuid (its tag) and bytea (all of it) do, on random values and on neighbours of them.
BEGIN;
SELECT * FROM no_plan();
SET search_path = public, accountmatch;

-- 20,000 random values under three keys, a third of them twice, and for each of 500 those that differ in one bit
CREATE TEMP TABLE v (b blinded, u uuid, y bytea);
SELECT setseed(0.5);
INSERT INTO v SELECT (k || ':' || m)::blinded, m::uuid, decode(k || m, 'hex')
FROM (SELECT (ARRAY['00000000', '7fffffff', 'ff000001'])[1 + i % 3] AS k, md5((i % 13333)::text) AS m FROM generate_series(1, 20000) i) r;
INSERT INTO v SELECT (left(h, 8) || ':' || substr(h, 9))::blinded, substr(h, 9)::uuid, d
FROM (SELECT encode(d, 'hex') AS h, d FROM (SELECT set_bit(y, bit, 1 - get_bit(y, bit)) AS d
	FROM (SELECT DISTINCT y FROM v ORDER BY y LIMIT 500) s, generate_series(0, 159, 3) bit) x) x;
ANALYZE v;
SELECT cmp_ok(count(*)::int, '>', 40000, 'enough values') FROM v;

-- forms
SELECT is(count(*) FILTER (WHERE _accountmatch.blinded_send(b) <> y), 0::bigint, 'binary form is the bytes') FROM v;
SELECT is(count(*) FILTER (WHERE b::text::blinded <> b), 0::bigint, 'text form goes there and back') FROM v;
SELECT is(count(*) FILTER (WHERE b::text <> blind_key_id(b) || ':' || replace(u::text, '-', '')), 0::bigint, 'key id and tag') FROM v;
SELECT is(count(*) FILTER (WHERE upper(b::text)::blinded <> b), 0::bigint, 'either case is read') FROM v;

-- no text but that form is read: each character replaced, removed, doubled
CREATE FUNCTION pg_temp.reads(t text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t::blinded;
	RETURN true;
EXCEPTION WHEN invalid_text_representation THEN
	RETURN false;
END $$;
SELECT ok(NOT pg_temp.reads(overlay(t PLACING c FROM i FOR 1)), format('no %L at %s', c, i))
FROM (VALUES ('00ff00ff:0123456789abcdef0123456789abcdef')) v (t), generate_series(1, 41) i,
	unnest('{g,/,:,@,G,`," ",-}'::text[]) c
WHERE NOT (c = ':' AND i = 9);
SELECT ok(NOT pg_temp.reads(overlay(t PLACING '' FROM i FOR 1)) AND NOT pg_temp.reads(overlay(t PLACING '00' FROM i FOR 1)), 'no other length')
FROM (VALUES ('00ff00ff:0123456789abcdef0123456789abcdef')) v (t), generate_series(1, 41) i;

-- comparison, pair by pair
CREATE TEMP TABLE pairs AS
SELECT x.b AS a, y.b AS b, x.y AS ay, y.y AS by FROM (SELECT b, y FROM v ORDER BY md5(y) LIMIT 400) x, (SELECT b, y FROM v ORDER BY md5(y) LIMIT 400) y;
SELECT is(count(*) FILTER (WHERE (a < b, a <= b, a = b, a <> b, a >= b, a > b) IS DISTINCT FROM (ay < by, ay <= by, ay = by, ay <> by, ay >= by, ay > by)),
	0::bigint, 'the six operators are those of bytea') FROM pairs;
SELECT is(count(*) FILTER (WHERE sign(_accountmatch.blinded_cmp(a, b)) <> sign(byteacmp(ay, by))), 0::bigint, 'cmp') FROM pairs;
SELECT is(count(*) FILTER (WHERE _accountmatch.blinded_cmp(a, b) NOT IN (-1, 0, 1) OR _accountmatch.blinded_cmp(a, b) <> -_accountmatch.blinded_cmp(b, a)), 0::bigint, 'cmp is antisymmetric') FROM pairs;
SELECT is(count(*) FILTER (WHERE a = b AND (_accountmatch.blinded_hash(a) <> _accountmatch.blinded_hash(b) OR _accountmatch.blinded_hash_extended(a, 7) <> _accountmatch.blinded_hash_extended(b, 7))),
	0::bigint, 'equal values have equal hashes') FROM pairs;

-- within one key, the order of tags is that of uuid
SELECT is(array_agg(b ORDER BY b), array_agg(b ORDER BY u), 'order of uuid under key ' || blind_key_id(b)) FROM v GROUP BY blind_key_id(b);
-- sorting: in memory with abbreviated keys, both ways, with a small and a large sample, on disk
SELECT is(array_agg(y ORDER BY b), array_agg(y ORDER BY y), 'sorted as bytea') FROM v;
SELECT is(array_agg(y ORDER BY b DESC), array_agg(y ORDER BY y DESC), 'backwards') FROM v;
SET LOCAL work_mem = '64kB';
SELECT is(array_agg(y ORDER BY b), array_agg(y ORDER BY y), 'sorted on disk') FROM v;
RESET work_mem;
SELECT is(min(rank), 1::bigint, 'rank of the least') FROM (SELECT rank() OVER (ORDER BY b) FROM v) r;
SELECT is(count(*) FILTER (WHERE rb <> ry), 0::bigint, 'ranks as of bytea')
FROM (SELECT rank() OVER (ORDER BY b) AS rb, rank() OVER (ORDER BY y) AS ry FROM v) r;

-- hashing spreads: within five standard deviations of even, for both functions and any seed
SELECT cmp_ok(max(abs(n - total / 64.0)), '<', 5 * sqrt(max(total) / 64.0)::numeric, 'hash spreads over 64')
FROM (SELECT count(*) AS n, sum(count(*)) OVER () AS total FROM (SELECT DISTINCT b FROM v) d GROUP BY _accountmatch.blinded_hash(b) & 63) h;
SELECT cmp_ok(max(abs(n - total / 64.0)), '<', 5 * sqrt(max(total) / 64.0)::numeric, 'extended hash spreads, seed ' || seed)
FROM (SELECT seed, count(*) AS n, sum(count(*)) OVER (PARTITION BY seed) AS total
	FROM (SELECT DISTINCT b FROM v) d, unnest('{0,1,-1,8816678312871386365}'::bigint[]) seed GROUP BY seed, _accountmatch.blinded_hash_extended(b, seed) >> 40 & 63) h
GROUP BY seed;
SELECT is(count(*) FILTER (WHERE _accountmatch.blinded_hash_extended(b, 0) & 4294967295 <> _accountmatch.blinded_hash(b)::bigint & 4294967295), 0::bigint,
	'extended hash with seed 0 ends as the plain one') FROM v;

-- distinct values and groups, by hash and by sort
SELECT is(count(DISTINCT b), count(DISTINCT y), 'distinct') FROM v;
SET LOCAL enable_sort = off;
SELECT is((SELECT count(*) FROM (SELECT b, count(*) FROM v GROUP BY b) g), (SELECT count(DISTINCT y) FROM v), 'hashed groups');
RESET enable_sort;
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM (SELECT b, count(*) FROM v GROUP BY b) g), (SELECT count(DISTINCT y) FROM v), 'sorted groups');
RESET enable_hashagg;

-- index scans give what a sequential scan gives
CREATE INDEX v_b ON v (b);
CREATE INDEX v_hash ON v USING hash (b);
CREATE TEMP TABLE probes AS SELECT b FROM v ORDER BY md5(y) LIMIT 50;
CREATE FUNCTION pg_temp.answers() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT md5(string_agg(format('%s %s %s', (SELECT count(*) FROM v WHERE v.b = p.b), (SELECT count(*) FROM v WHERE v.b < p.b),
		(SELECT min(v.b::text) FROM v WHERE v.b > p.b)), ',' ORDER BY p.b)) FROM probes p $$;
SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off;
CREATE TEMP TABLE expected AS SELECT pg_temp.answers() AS a;
RESET enable_indexscan; RESET enable_indexonlyscan; SET LOCAL enable_seqscan = off;
SELECT is(pg_temp.answers(), a, 'index scans') FROM expected;
DROP INDEX v_b;
RESET enable_bitmapscan;
SELECT is(pg_temp.answers(), a, 'hash index scans') FROM expected;
RESET enable_seqscan;

-- joins by hash and by merge are those of bytea
SELECT is((SELECT count(*) FROM v x JOIN v y USING (b)), (SELECT count(*) FROM v x JOIN v y USING (y)), 'hash join');
SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off;
SELECT is((SELECT count(*) FROM v x JOIN v y USING (b)), (SELECT count(*) FROM v x JOIN v y USING (y)), 'merge join');

-- by its colon a blinded key is told from a plain one: no character leaves one in a host or a name
SELECT is(count(*), 0::bigint, 'no plain key has a colon')
FROM generate_series(1, 1114111) i WHERE i NOT BETWEEN 55296 AND 57343
	AND (match_company('x' || chr(i) || 'y ' || chr(i) || ' z') LIKE '%:%' OR match_host('x' || chr(i) || 'y.com') LIKE '%:%');

SELECT * FROM finish();
ROLLBACK;
