-- What holds for any two lists: sides can be swapped, rows may come in any
-- order and any plan, from memory or files; parts that share nothing with the
-- rest give alone what they give within the whole.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public, pg_temp;
SET LOCAL client_min_messages = warning;
SELECT setseed(0.42);

-- ---------------------------------------------------------------- the lists
-- Drawn from few words and domains: duplicates, homonyms, crowded domains,
-- subdomains, typing errors, names without a domain, social pages, hosted sites.
CREATE TEMP TABLE words AS SELECT array_agg(a || b || c) AS w FROM unnest('{zor,quan,vel,hul,dral,tym,bron,ofk,xym,lan}'::text[]) a,
	unnest('{bla,dri,tri,ke,vo,bre}'::text[]) b, unnest('{t,x,mor,nbrot,s,lia,run}'::text[]) c;
CREATE FUNCTION pg_temp.mistype(name text) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT overlay(name PLACING substr('etaoins', 1 + floor(random() * 7)::int, 1) FROM 2 + floor(random() * (length(name) - 2))::int FOR 1) $$;
CREATE FUNCTION pg_temp.draw(prefix text, n int) RETURNS TABLE (account_id text, name text, website text, email text, country text, status text, amount numeric, currency text)
LANGUAGE sql VOLATILE AS $$
	SELECT prefix || i,
		CASE WHEN t < .1 THEN pg_temp.mistype(company) WHEN t < .13 THEN w2 || ' ' || w1 WHEN t < .2 THEN company || ' GmbH' WHEN t < .22 THEN 'City of ' || w1 ELSE company END,
		CASE WHEN h < .3 THEN NULL WHEN h < .34 THEN 'linkedin.com/company/' || w1 || w2 WHEN h < .37 THEN w1 || '.myshopify.com'
			WHEN h < .5 THEN 'https://' || w2 || '.' || w1 || '.edu/' WHEN h < .6 THEN w1 || '.com' ELSE 'https://www.' || w1 || w2 || '.com/x' END,
		CASE WHEN e < .1 THEN 'jo@' || w1 || w2 || '.com' WHEN e < .12 THEN 'jo@gmail.com' END,
		CASE WHEN c < .2 THEN 'US' WHEN c < .3 THEN 'Germany' END,
		CASE WHEN s < .3 THEN 'Customer' WHEN s < .6 THEN 'lead' WHEN s < .7 THEN 'opportunity' WHEN s < .75 THEN 'odd ' || floor(s * 1000)::int % 7 END,
		floor(s * 1000), CASE WHEN c < .5 THEN 'USD' END
	FROM (SELECT i, w1, w2, initcap(w1) || ' ' || initcap(w2) AS company, random() AS t, random() AS h, random() AS e, random() AS c, random() AS s
		FROM (SELECT i, w[1 + floor(random() * 420)::int] AS w1, w[1 + floor(random() * 420)::int] AS w2 FROM words, generate_series(1, n) i OFFSET 0) w OFFSET 0) x $$;
CREATE TABLE big_a AS SELECT * FROM pg_temp.draw('a', 20000);
CREATE TABLE big_b AS SELECT * FROM pg_temp.draw('b', 20000);
-- real ones too
CREATE TABLE demo_a (account_id text, name text, website text, country text, status text, owner text, industry text, amount numeric);
CREATE TABLE demo_b (LIKE demo_a);
\copy demo_a FROM 'test/demo/ours.csv' WITH (FORMAT csv, HEADER)
\copy demo_b FROM 'test/demo/theirs.csv' WITH (FORMAT csv, HEADER)
ANALYZE;

-- ------------------------------------------------------------- what is told
-- Every function's answer in one line each; company numbers and the order of
-- rows and examples are free
CREATE FUNCTION pg_temp.answers(a regclass, b regclass) RETURNS TABLE (f text, n bigint, md5 text) LANGUAGE sql VOLATILE AS $$
	WITH o AS MATERIALIZED (SELECT * FROM overlap(a, b, one_sided => true, similar => true)),
	numbered AS (SELECT o.*, min(our_id COLLATE "C") OVER (PARTITION BY company) AS part FROM o)
	SELECT 'overlap', count(*), md5(string_agg(x.t, E'\n' ORDER BY x.t COLLATE "C"))
	FROM (SELECT (to_jsonb(numbered) - 'company' - CASE WHEN company IS NULL THEN 'part' ELSE '' END)::text AS t FROM numbered) x
	UNION ALL SELECT 'best', count(*), md5(string_agg(our_id || '=' || their_id || rule, E'\n' ORDER BY our_id COLLATE "C")) FROM overlap(a, b, best => true)
	UNION ALL SELECT 'segments', count(*), md5(string_agg(s::text, E'\n' ORDER BY s::text COLLATE "C")) FROM segments(a, b, similar => true) s
	UNION ALL SELECT 'evidence', count(*), md5(string_agg(e::text, E'\n' ORDER BY e::text COLLATE "C")) FROM overlap_evidence(a, b, similar => true) e
	UNION ALL SELECT 'preflight', count(*), md5(string_agg(concat_ws('|', "check", accounts, percent, CASE WHEN "check" LIKE '%:' THEN example END), E'\n' ORDER BY "check", example)) FROM preflight(a)
	UNION ALL SELECT 'explain', count(*), md5(string_agg(x::text, E'\n' ORDER BY x::text COLLATE "C"))
		FROM (SELECT our_id, their_id FROM o WHERE rule = 'near' ORDER BY our_id COLLATE "C", their_id COLLATE "C" LIMIT 1) p, explain_match(a, b, our_id, their_id) x $$;
CREATE TABLE answers AS SELECT * FROM pg_temp.answers('big_a', 'big_b');

SELECT cmp_ok((SELECT min(n) FROM answers), '>', 4::bigint, 'there is something to compare');
CREATE TEMP TABLE found AS SELECT * FROM overlap('big_a', 'big_b', similar => true);
SELECT set_eq('SELECT DISTINCT rule FROM found', '{domain,email,name,near,similar}'::text[], 'by every rule but identifiers');

CREATE TABLE shuffled_a AS SELECT * FROM big_a ORDER BY random();
CREATE TABLE shuffled_b AS SELECT * FROM big_b ORDER BY random();
CREATE INDEX clustered ON shuffled_a (md5(account_id));
CLUSTER shuffled_a USING clustered;
ALTER TABLE shuffled_b ADD filler text;
UPDATE shuffled_b SET filler = 'x' WHERE right(account_id, 1) > '4';
SELECT set_eq($$SELECT * FROM pg_temp.answers('shuffled_a', 'shuffled_b')$$, 'SELECT * FROM answers', 'clustered, in a random order, with rows that were updated, the same');

SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT set_eq($$SELECT * FROM pg_temp.answers('big_a', 'big_b')$$, 'SELECT * FROM answers', 'from temporary files, the same');
SELECT is_empty('SELECT * FROM pg_ls_tmpdir()', 'none is left');
SET LOCAL work_mem = '1GB';
SELECT set_eq($$SELECT * FROM pg_temp.answers('big_a', 'big_b')$$, 'SELECT * FROM answers', 'with much memory, the same');

CREATE TABLE parts_a (LIKE big_a) PARTITION BY HASH (account_id);
CREATE TABLE parts_a0 PARTITION OF parts_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_a1 PARTITION OF parts_a FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts_a SELECT * FROM big_a;
ANALYZE parts_a;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE FUNCTION pg_temp.plan(q text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || q; END $$;
SELECT ok(EXISTS (SELECT FROM pg_temp.plan('SELECT account_id, name FROM parts_a') p WHERE p LIKE '%Gather%'), 'a scan of a list is parallel now');
SELECT set_eq($$SELECT * FROM pg_temp.answers('parts_a', 'big_b')$$, 'SELECT * FROM answers', 'from parallel scans of partitions, the same');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- ------------------------------------------------------- the sides swapped
CREATE FUNCTION pg_temp.turned(segment text) RETURNS text LANGUAGE sql AS $$ SELECT split_part(segment, '-', 2) || '-' || split_part(segment, '-', 1) $$;
SELECT set_eq(format($$SELECT their_name, our_name, pg_temp.turned(segment), rule, CASE WHEN rule IN ('near', 'similar') THEN NULL ELSE replace(match_key, ' ', '') END, confidence, needs_review,
	their_id, their_website, their_country, their_status, their_owner, their_amount, our_id, our_website, our_country, our_status, our_owner, our_amount
	FROM overlap(%L, %L, one_sided => true, similar => true)$$, b, a),
	format($$SELECT our_name, their_name, segment, rule, CASE WHEN rule IN ('near', 'similar') THEN NULL ELSE replace(match_key, ' ', '') END, confidence, needs_review,
	our_id, our_website, our_country, our_status, our_owner, our_amount, their_id, their_website, their_country, their_status, their_owner, their_amount
	FROM overlap(%L, %L, one_sided => true, similar => true)$$, a, b), 'overlap with the sides swapped: ' || a)
FROM (VALUES ('big_a', 'big_b'), ('demo_a', 'demo_b')) v(a, b);
SELECT set_eq(format($$SELECT their_name, our_name, rule, accepted, reason, their_key, our_key, their_id, our_id FROM overlap_evidence(%L, %L, similar => true)$$, b, a),
	format($$SELECT our_name, their_name, rule, accepted, reason, our_key, their_key, our_id, their_id FROM overlap_evidence(%L, %L, similar => true)$$, a, b),
	'evidence with the sides swapped: ' || a)
FROM (VALUES ('big_a', 'big_b'), ('demo_a', 'demo_b')) v(a, b);
SELECT set_eq($$SELECT pg_temp.turned(segment), their_accounts, our_accounts, companies, pairs, their_amounts::text, our_amounts::text FROM segments('big_b', 'big_a')$$,
	$$SELECT segment, our_accounts, their_accounts, companies, pairs, our_amounts::text, their_amounts::text FROM segments('big_a', 'big_b')$$, 'segments with the sides swapped');

-- ------------------------------------------------------------ what adds up
SELECT results_eq($$SELECT count(DISTINCT our_id), count(DISTINCT their_id) FROM overlap('big_a', 'big_b', one_sided => true)$$,
	$$VALUES (20000::bigint, 20000::bigint)$$, 'matched or alone: every account is shown');
SELECT is_empty($$SELECT our_id FROM overlap('big_a', 'big_b', one_sided => true) GROUP BY our_id HAVING our_id IS NOT NULL AND bool_or(their_id IS NULL) AND count(*) > 1$$, 'and never both');
SELECT results_eq($$SELECT sum(our_accounts)::bigint, sum(their_accounts)::bigint, sum(companies)::bigint, sum(pairs)::bigint FROM segments('big_a', 'big_b', similar => true)$$,
	$$SELECT 20000::bigint, 20000::bigint, count(DISTINCT company), count(*) FROM found$$, 'segments count what overlap shows');
SELECT results_eq('SELECT min(company), max(company), count(DISTINCT company)::int FROM found', 'SELECT 1, count(DISTINCT company)::int, max(company) FROM found', 'companies are 1..n');
SELECT is_empty('SELECT our_id FROM found GROUP BY our_id HAVING count(DISTINCT company) > 1 UNION ALL SELECT their_id FROM found GROUP BY their_id HAVING count(DISTINCT company) > 1', 'an account is of one company');
SELECT is_empty('SELECT our_id, their_id FROM found GROUP BY 1, 2 HAVING count(*) > 1', 'a pair matches once');
CREATE TEMP TABLE evidence AS SELECT * FROM overlap_evidence('big_a', 'big_b', similar => true);
SELECT is_empty('SELECT our_id, their_id, rule FROM found EXCEPT SELECT our_id, their_id, rule FROM evidence WHERE accepted', 'every match has evidence by its rule');
SELECT is_empty('SELECT our_id, their_id FROM evidence WHERE accepted EXCEPT SELECT our_id, their_id FROM found', 'accepted evidence makes a match');
SELECT is_empty('SELECT our_id, their_id, rule FROM evidence GROUP BY 1, 2, 3 HAVING NOT bool_or(accepted) INTERSECT SELECT our_id, their_id, rule FROM found', 'rejected evidence makes none');

-- explain_match agrees with overlap, for pairs that match and pairs that do not
SELECT is((SELECT held FROM explain_match('demo_a', 'demo_b', our_id, their_id, similar => true) WHERE rule = 'verdict'), matched,
	our_id || ' and ' || their_id || CASE WHEN matched THEN ': explained as a match' ELSE ': explained as none' END)
FROM ((SELECT our_id, their_id, true AS matched FROM overlap('demo_a', 'demo_b', similar => true) ORDER BY random() LIMIT 8)
	UNION ALL (SELECT our_id, their_id, false FROM (SELECT our_id, their_id FROM overlap_evidence('demo_a', 'demo_b', similar => true)
		EXCEPT SELECT our_id, their_id FROM overlap('demo_a', 'demo_b', similar => true)) e ORDER BY random() LIMIT 8)) p;

-- ------------------------------------------------ a duplicate of an account
-- Its twin's matches are repeated, the others stay. Names with a collision word
-- are left out: two rows of one may be two organisations.
CREATE TABLE twins AS SELECT * FROM demo_a;
INSERT INTO twins SELECT 'twin of ' || account_id, name, website, country, status, owner, industry, amount FROM demo_a
WHERE account_id NOT IN (SELECT our_id FROM overlap_evidence('demo_a', 'demo_b') WHERE reason IN ('same name, which others have too', 'a name of which there are many'));
SELECT set_eq($$SELECT our_id, their_id, rule FROM overlap('twins', 'demo_b')$$,
	$$SELECT our_id, their_id, rule FROM overlap('demo_a', 'demo_b')
	UNION ALL SELECT t.account_id, their_id, rule FROM overlap('demo_a', 'demo_b') JOIN twins t ON t.account_id = 'twin of ' || our_id$$,
	'a duplicate has its twin''s matches, and changes no others');

-- ------------------------------------------------- closed under subsets
-- Accounts that hang together by keys, or by what makes them candidates for
-- nearly equal names; a superset of what the engine looks at
CREATE FUNCTION pg_temp.keys(name text, website text, email text) RETURNS SETOF text LANGUAGE sql AS $$
	WITH words AS (SELECT string_to_array(match_company(name), ' ') AS w),
	hosts AS (SELECT match_host(x) AS h, x FROM unnest(ARRAY[website, email]) x)
	SELECT 'name ' || array_to_string(w, '') FROM words
	UNION SELECT 'host ' || h FROM hosts UNION SELECT 'host ' || match_domain(h) FROM hosts
	UNION SELECT 'order ' || string_agg(x, ' ' ORDER BY x) FROM words, unnest(w) x
	UNION SELECT 'typo ' || array_to_string(w[:i - 1] || '*'::text || w[i + 1:], ' ') || side || k || encode(substring(b FROM CASE WHEN side = '<' THEN 1 ELSE length(b) - k + 1 END FOR k), 'hex')
		FROM words, generate_subscripts(w, 1) i, convert_to(w[i], 'UTF8') b, unnest('{<,>}'::text[]) side, unnest(CASE WHEN length(b) < 4 THEN '{1}' WHEN length(b) = 4 THEN '{1,2}' ELSE '{2}' END::int[]) k
	UNION SELECT 'label ' || array_to_string(w, '') FROM words
	UNION SELECT 'label ' || string_agg(left(x, 1), '' ORDER BY n) FROM words, unnest(w) WITH ORDINALITY u(x, n)
	UNION SELECT 'label ' || translate(split_part(match_domain(h), '.', 1), '-_', '') FROM hosts
	UNION SELECT 'label ' || regexp_replace(lower(substring(x FROM '/([^/?#]+)/*([?#].*)?$')), '[^a-z0-9]', '', 'g') FROM hosts $$;

-- each account's part: the smallest that it hangs together with
CREATE FUNCTION pg_temp.parts(a regclass, b regclass, email text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE key AS SELECT id, key, id AS part FROM (SELECT 1) one, LATERAL (SELECT NULL::text AS id, NULL::text AS key WHERE false) none;
	EXECUTE format('INSERT INTO key SELECT account_id, k, account_id FROM (SELECT account_id, name, website, %s AS email FROM %s UNION ALL SELECT account_id, name, website, %s FROM %s) l,
		LATERAL (SELECT pg_temp.keys(name, website, email) k UNION ALL SELECT ''id '' || account_id) k WHERE k IS NOT NULL', email, a, email, b);
	ANALYZE key;
	LOOP
		WITH least AS (SELECT key, min(part COLLATE "C") AS part FROM key GROUP BY key)
		UPDATE key k SET part = l.part FROM least l WHERE l.key = k.key AND l.part < k.part COLLATE "C";
		EXIT WHEN NOT FOUND;
		WITH least AS (SELECT id, min(part COLLATE "C") AS part FROM key GROUP BY id)
		UPDATE key k SET part = l.part FROM least l WHERE l.id = k.id AND l.part < k.part COLLATE "C";
	END LOOP;
	CREATE TEMP TABLE part AS SELECT DISTINCT id, part FROM key;
	DROP TABLE key;
END $$;

CREATE TABLE small_a AS SELECT * FROM pg_temp.draw('a', 60);
CREATE TABLE small_b AS SELECT * FROM pg_temp.draw('b', 60);
CREATE TABLE some_part (part text);

-- the matches and evidence of half of the parts, alone and within the whole
CREATE FUNCTION pg_temp.closed(a regclass, b regclass, trials int, lists text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE VIEW part_a AS SELECT l.* FROM %s l JOIN part ON id = account_id JOIN some_part USING (part)', a);
	EXECUTE format('CREATE VIEW part_b AS SELECT l.* FROM %s l JOIN part ON id = account_id JOIN some_part USING (part)', b);
	FOR trial IN 1..trials LOOP
		TRUNCATE some_part;
		INSERT INTO some_part SELECT part FROM (SELECT DISTINCT part FROM part) p WHERE random() < .5;
		RETURN NEXT set_eq($q$SELECT our_id, their_id, rule, match_key, segment FROM overlap('part_a', 'part_b', similar => true)$q$,
			format($q$SELECT our_id, their_id, rule, match_key, segment FROM overlap(%L, %L, similar => true) JOIN part ON id = our_id JOIN some_part USING (part)$q$, a, b),
			format('%s: a part alone, trial %s, %s accounts of %s', lists, trial, (SELECT count(*) FROM part_a), (SELECT count(*) FROM part)));
		RETURN NEXT set_eq($q$SELECT rule, accepted, reason, our_id, their_id FROM overlap_evidence('part_a', 'part_b', similar => true)$q$,
			format($q$SELECT rule, accepted, reason, our_id, their_id FROM overlap_evidence(%L, %L, similar => true) JOIN part ON id = our_id JOIN some_part USING (part)$q$, a, b),
			format('%s: its evidence', lists));
	END LOOP;
	DROP VIEW part_a, part_b;
	DROP TABLE part;
END $$;

SELECT pg_temp.parts('small_a', 'small_b', 'email');
SELECT cmp_ok((SELECT count(DISTINCT part) FROM part), '>', 15::bigint, 'drawn lists fall into parts');
SELECT pg_temp.closed('small_a', 'small_b', 10, 'drawn lists');
SELECT pg_temp.parts('demo_a', 'demo_b', 'NULL::text');
SELECT cmp_ok((SELECT count(DISTINCT part) FROM part), '>', 200::bigint, 'real lists fall into parts');
SELECT pg_temp.closed('demo_a', 'demo_b', 5, 'real lists');

SELECT * FROM finish();
ROLLBACK;
