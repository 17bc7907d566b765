-- Lists in which the order of rows, an override, an alias or the way a name is
-- spelled once decided what should not depend on it.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public, pg_temp;

CREATE TEMP TABLE ours (account_id text, name text, website text[], email text, country text, status text, amount numeric);
CREATE TEMP TABLE theirs (LIKE ours);
CREATE TEMP TABLE fix (action text, our_id text, their_id text, domain text);
CREATE TEMP TABLE alias (domain text, canonical text, kind text);

CREATE FUNCTION pg_temp.fill(our_rows text, their_rows text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE ours, theirs, fix, alias;
	EXECUTE 'INSERT INTO ours (account_id, name, website, email, country) VALUES ' || our_rows;
	EXECUTE 'INSERT INTO theirs (account_id, name, website, email, country) VALUES ' || their_rows;
END $$;

-- matches as one text: our_id=their_id by rule
CREATE FUNCTION pg_temp.found(extra text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format($q$SELECT coalesce(string_agg(our_id || '=' || their_id || ' ' || rule, ', ' ORDER BY our_id COLLATE "C", their_id COLLATE "C"), 'nothing')
		FROM accountmatch.overlap('ours', 'theirs', overrides => 'fix', aliases => 'alias' %s)$q$, extra) INTO result;
	RETURN result;
END $$;

-- the same with the rows of both lists in the opposite order
CREATE FUNCTION pg_temp.turn() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE o AS SELECT * FROM ours;
	CREATE TEMP TABLE t AS SELECT * FROM theirs;
	TRUNCATE ours, theirs;
	INSERT INTO ours SELECT * FROM o ORDER BY account_id DESC;
	INSERT INTO theirs SELECT * FROM t ORDER BY account_id DESC;
	DROP TABLE o, t;
END $$;

-- overrides
SELECT pg_temp.fill($$('a', 'Acme', '{acme.com}', NULL, NULL), ('b', 'Beta', '{beta.com}', NULL, NULL)$$,
	$$('x', 'Other', '{other.com}', NULL, NULL)$$);
INSERT INTO fix VALUES ('pin', 'a', 'x', NULL), ('suppress', 'a', NULL, NULL);
SELECT is(pg_temp.found(), 'nothing', 'a pin of a suppressed account does not fall on the row after it');
DELETE FROM ours WHERE account_id = 'b';
SELECT is(pg_temp.found(), 'nothing', 'nor on none');
SELECT pg_temp.fill($$('a', 'Acme', '{acme.com}', NULL, NULL)$$, $$('x', 'Other', '{other.com}', NULL, NULL)$$);
INSERT INTO fix VALUES ('pin', 'a', 'x', NULL), ('pin', 'a', 'x', NULL);
SELECT is((SELECT count(*) FROM overlap_evidence('ours', 'theirs', overrides => 'fix')), 1::bigint, 'pinned twice is one piece of evidence');

-- aliases go on in chains, in circles, through families
SELECT pg_temp.fill($$('a', 'One', '{a.example.com, acme.com}', NULL, NULL), ('b', 'Two', '{acme.net}', NULL, NULL), ('c', 'Three', '{acme.org}', NULL, NULL)$$,
	$$('x', 'Four', '{acme.org}', NULL, NULL)$$);
INSERT INTO alias VALUES ('acme.com', 'acme.net', 'same'), ('acme.net', 'acme.org', 'same');
SELECT is(pg_temp.found(', domain_cap => 5'), 'a=x domain, b=x domain, c=x domain', 'an alias of an alias is another name of the last one');
INSERT INTO alias VALUES ('acme.org', 'acme.com', 'same');
SELECT is(pg_temp.found(', domain_cap => 5'), 'a=x domain, b=x domain, c=x domain', 'aliases in a circle are names of one thing');
TRUNCATE alias;
INSERT INTO alias VALUES ('acme.com', 'acme.net', 'family'), ('acme.net', 'holding.com', 'family'), ('acme.org', 'holding.com', 'family');
SELECT is(pg_temp.found(), 'a=x family, b=x family, c=x domain', 'a family has parents of parents');
TRUNCATE alias;
INSERT INTO alias VALUES ('acme.com', 'holding.com', 'family'), ('acme.org', 'group.com', 'family'), ('holding.com', 'group.com', 'same');
SELECT is(pg_temp.found(), 'a=x family, c=x domain', 'a family goes by what its domains are other names of');
INSERT INTO alias VALUES ('acme.com', 'else.com', 'family');
SELECT throws_like($$SELECT pg_temp.found()$$, 'aliases: "acme.com" has two parents, %', 'two parents are an error');
SELECT pg_temp.fill($$('a', 'Zorblat Systems', '{zorblat.com}', NULL, NULL)$$, $$('x', 'Zorblat Systems', '{kansas.edu}', NULL, NULL)$$);
INSERT INTO alias VALUES ('zorblat.com', 'zor.kansas.edu', 'same');
SELECT is(pg_temp.found(), 'a=x name', 'a canonical host is below its own registrable domain');

-- a family and nothing else: one row with best, however the rest is shown
SELECT pg_temp.fill($$('a', 'One', '{acme.com}', NULL, NULL)$$, $$('x', 'Two', '{acme.net}', NULL, NULL)$$);
INSERT INTO alias VALUES ('acme.com', 'acme.net', 'family');
SELECT is((SELECT count(*) FROM overlap('ours', 'theirs', best => true, one_sided => true, aliases => 'alias') WHERE our_id = 'a'), 1::bigint,
	'best leaves one row for each of our accounts');
SELECT is((SELECT count(*) FROM overlap('ours', 'theirs', one_sided => true, aliases => 'alias') WHERE our_id = 'a'), 2::bigint,
	'else a family is no match of the account');

-- which rule and key decide, whatever comes first
SELECT pg_temp.fill($$('a', 'One', '{acme.com}', 'jo@beta.com', NULL), ('b', 'Two', '{beta.com}', NULL, NULL)$$,
	$$('x', 'Three', '{beta.com, acme.com}', NULL, NULL)$$);
SELECT is(pg_temp.found(), 'a=x domain, b=x domain', 'domain goes before email');
SELECT pg_temp.turn();
SELECT is(pg_temp.found(), 'a=x domain, b=x domain', 'in any order of rows');

-- rows with several domains hold others together
SELECT pg_temp.fill($$('a', 'Zorblat', '{one.com}', NULL, NULL), ('b', 'Zorblat', '{one.com, two.com}', NULL, NULL)$$,
	$$('x', 'Zorblat', '{two.com}', NULL, NULL), ('y', 'Zorblat', NULL, NULL, NULL)$$);
SELECT is(pg_temp.found(), 'a=y name, b=x domain, b=y name', 'a name is of one company if its rows'' domains hang together');
SELECT pg_temp.turn();
SELECT is(pg_temp.found(), 'a=y name, b=x domain, b=y name', 'in any order of rows');

-- several companies bear a name; duplicates of the one that is left are no rivals
SELECT pg_temp.fill($$('a', 'Zorblat', '{zorblat.com}', NULL, NULL), ('b', 'Zorblat', '{zorblat.com}', NULL, NULL), ('c', 'Zorblat', '{other.com}', NULL, NULL)$$,
	$$('x', 'Zorblat', NULL, NULL, NULL), ('y', 'Something', '{other.com}', NULL, NULL)$$);
SELECT is(pg_temp.found(), 'a=x name, b=x name, c=y domain', 'all accounts of the only company that is left match');

-- blanks in different places
SELECT pg_temp.fill($$('a', 'City of Zorblat', NULL, NULL, NULL), ('b', 'Cityof Zorblat', NULL, NULL, NULL)$$,
	$$('x', 'Cityof Zorblat', NULL, NULL, NULL)$$);
SELECT is(pg_temp.found(), 'nothing', 'a name is one of many if one spelling says so');
SELECT pg_temp.turn();
SELECT is(pg_temp.found(), 'nothing', 'in any order of rows');

-- near: all rows of a name count
SELECT pg_temp.fill($$('a', 'Zorblat Quandrix', NULL, NULL, NULL)$$,
	$$('x', 'Zblqx Holding Veltrimor', NULL, NULL, NULL), ('y', 'Zblqx Holding Veltrimor', '{zorblatquandrix.com}', NULL, NULL)$$);
SELECT is(pg_temp.found(), 'a=x near, a=y near', 'the domain of any row can be the name');
SELECT pg_temp.turn();
SELECT is(pg_temp.found(), 'a=x near, a=y near', 'in any order of rows');
SELECT pg_temp.fill($$('a', 'Zorblat Quandrix', NULL, NULL, NULL)$$,
	$$('x', 'Zorblat Quandrx', '{one.com}', NULL, NULL), ('y', 'Zorblat Quandrx', '{two.com}', NULL, NULL)$$);
SELECT is(pg_temp.found(), 'nothing', 'a name that two companies bear is no typing error of a third');
SELECT pg_temp.fill($$('a', 'Zorblat Quandrix', NULL, NULL, NULL)$$,
	$$('x', 'Zorblat Quandrx', NULL, NULL, NULL), ('y', 'Zorblat Quandix', NULL, NULL, NULL)$$);
SELECT is(pg_temp.found(), 'nothing', 'two equally good candidates are none');
SELECT results_eq($$SELECT our_id, their_id FROM overlap_evidence('ours', 'theirs') ORDER BY 2$$,
	$$VALUES ('a', 'x'), ('a', 'y')$$, 'both are evidence');
SELECT results_eq($$SELECT their_id, our_id FROM overlap_evidence('theirs', 'ours') ORDER BY 1$$,
	$$VALUES ('a', 'x'), ('a', 'y')$$, 'in the other direction too');
SELECT pg_temp.fill($$('a', 'Dralvos Ame Zorblat', NULL, NULL, NULL)$$, $$('x', 'Dralvos Acme Zorblat', NULL, NULL, NULL)$$);
SELECT isnt(pg_temp.found(', similar => true'), 'nothing', 'a letter that a word of four has lost');

-- a handle is the end of a social page's address, not of whatever stands before it
SELECT pg_temp.fill($$('a', 'Quorvinex Tymbrek', '{www/zorblat, facebook.com/ofkarun}', NULL, NULL)$$, $$('x', 'Dralvos Hulkenbrot', '{zorblat.com}', NULL, NULL)$$);
SELECT is(pg_temp.found(', similar => true'), 'nothing', 'no handle from another value');

-- names under a crowded host are counted, not rows
SELECT pg_temp.fill($$('a', 'Zorblat Quandrix Dralvos', '{acme.com}', NULL, NULL)$$, $$('x', 'Zorblat Quandrix Dralvo', '{acme.com}', NULL, NULL)$$);
INSERT INTO ours SELECT 'b' || i, 'Ofkarun', '{acme.com}' FROM generate_series(1, 2000) i;
INSERT INTO theirs SELECT 'y' || i, 'Ofkarun', '{acme.com}' FROM generate_series(1, 2000) i;
INSERT INTO ours VALUES ('c', 'Hulkenbrot', '{acme.com}');
SELECT ok(pg_temp.found() LIKE 'a=x domain,%', 'similar names match under a crowded host, however many duplicates stand there');
SELECT is((SELECT finding FROM explain_match('ours', 'theirs', 'b7', 'y9') WHERE rule = 'domain'), 'key in common, but this pair is not decided by it',
	'explain_match does not deny a domain that both have');

-- amounts that are no numbers to JSON
SELECT pg_temp.fill($$('a', 'Acme', '{acme.com}', NULL, NULL)$$, $$('x', 'Acme', '{acme.com}', NULL, NULL)$$);
UPDATE ours SET amount = 'NaN';
UPDATE theirs SET amount = '-Infinity';
SELECT results_eq($$SELECT our_amounts::text::jsonb, their_amounts::text::jsonb FROM segments('ours', 'theirs')$$,
	$$VALUES ('{"unknown": "NaN"}'::jsonb, '{"unknown": "-Infinity"}'::jsonb)$$, 'amounts that are not finite are valid JSON');

-- unknown words, the most frequent first
UPDATE ours SET status = 'zeta';
INSERT INTO ours SELECT 'n' || i, 'N', NULL, NULL, NULL, 'eta' FROM generate_series(1, 2) i;
SELECT is((SELECT array_agg(example) FROM preflight('ours') WHERE "check" = 'unknown status word:'), '{eta,zeta}', 'unknown status words by frequency');

-- where no rule goes by names, only some rows have one; what is found is the same as where all have
SELECT pg_temp.fill($$('a', 'Zorblat', '{daughter.com}', NULL, NULL)$$,
	$$('x', 'Quandrix', '{daughter.com}', NULL, NULL), ('y', 'Veltrimor', '{parent.com}', NULL, NULL)$$);
INSERT INTO alias VALUES ('daughter.com', 'parent.com', 'family');
SELECT results_eq($$SELECT their_id, rule, match_key FROM overlap('ours', 'theirs', rules => '{domain}', domain_cap => 0, aliases => 'alias') ORDER BY 1$$,
	$$VALUES ('x', 'family', 'parent.com'), ('y', 'family', 'parent.com')$$, 'the key of a family, behind a name');
SELECT pg_temp.fill($$('a', 'Zorblat', NULL, 'jo@acme.com', NULL)$$, $$('x', 'Zorblat', '{acme.com}', NULL, NULL)$$);
SELECT set_eq($$SELECT our_id, their_id FROM overlap('ours', 'theirs', rules => '{domain}')$$,
	$$SELECT our_id, their_id FROM overlap_evidence('ours', 'theirs', rules => '{domain}') WHERE accepted$$, 'a domain from a contact, without rule email');

-- rows below one domain match by their name however many elsewhere bear it
TRUNCATE ours, theirs, fix, alias;
INSERT INTO ours SELECT format('%s-%s', lpad(i::text, 2, '0'), host), 'Zorblat', ARRAY[format('%s.site%s.com', host, i)] FROM generate_series(1, 20) i, unnest('{law,eng}'::text[]) host;
INSERT INTO theirs SELECT format('%s', lpad(i::text, 2, '0')), 'Zorblat', ARRAY[format('med.site%s.com', i)] FROM generate_series(1, 30) i;
SELECT set_eq(format($$SELECT our_id, their_id FROM overlap('ours', 'theirs', rules => %L)$$, rules),
	$$SELECT o.account_id AS our_id, t.account_id AS their_id FROM ours o JOIN theirs t ON left(o.account_id, 2) = t.account_id$$, 'one name on many domains: ' || rules)
	FROM unnest('{"{domain}", "{domain,name}"}'::text[]) rules;
SELECT set_eq($$SELECT our_id, their_id FROM overlap_evidence('ours', 'theirs', rules => '{domain}') WHERE accepted$$,
	$$SELECT our_id, their_id FROM overlap('ours', 'theirs', rules => '{domain}')$$, 'and its evidence');

-- many names under one near key cost no time in their number's square
TRUNCATE ours, theirs, fix, alias;
INSERT INTO ours SELECT i, 'Veltrimor ' || (10000000 + i) FROM generate_series(1, 60000) i;
INSERT INTO theirs SELECT i, 'Veltrimor ' || (10100000 + i) FROM generate_series(1, 60000) i;
SET LOCAL statement_timeout = '20s';
SELECT lives_ok($$SELECT count(*) FROM overlap('ours', 'theirs', similar => true)$$, 'names that all look alike');


-- nor do the rows of two names that are nearly equal, as many as they are
TRUNCATE ours, theirs;
INSERT INTO ours SELECT i, 'Zorblat Quandrix' FROM generate_series(1, 60000) i;
INSERT INTO theirs SELECT i, 'Zorblat Quandrx' FROM generate_series(1, 60000) i;
SELECT results_eq($$SELECT count(*), count(DISTINCT our_id), count(DISTINCT their_id), count(DISTINCT company) FROM overlap('ours', 'theirs')$$,
	$$VALUES (119999::bigint, 60000::bigint, 60000::bigint, 1::bigint)$$, 'a star, not all pairs');

-- nor handles, as many as the rows of one name have
TRUNCATE ours, theirs;
INSERT INTO ours SELECT i, 'Zorblat Quandrix', ARRAY['linkedin.com/company/handle' || i] FROM generate_series(1, 40000) i;
INSERT INTO theirs SELECT i, md5(i::text), ARRAY['handle' || i || '.com'] FROM generate_series(1, 40000) i;
SELECT lives_ok($$SELECT count(*) FROM overlap('ours', 'theirs', similar => true)$$, 'many handles of one name');

-- nor the rows of names that share a domain and are not alike
TRUNCATE ours, theirs;
INSERT INTO ours SELECT i, md5((i % 60)::text), '{acme.com}' FROM generate_series(1, 120000) i;
SELECT results_eq($$SELECT count(*), count(DISTINCT company) FROM overlap('ours', 'ours', rules => '{domain}')$$,
	$$VALUES (239940::bigint, 60::bigint)$$, 'a crowded domain of many rows');

SELECT * FROM finish();
ROLLBACK;
