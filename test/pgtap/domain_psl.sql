-- The Public Suffix List: its own test file, then each of its rules.
\ir lib/punycode.sql
BEGIN;
SET search_path = accountmatch, public;
SELECT plan(11);

CREATE TEMP TABLE psl_test (n serial, line text);
\copy psl_test (line) FROM 'test/pgtap/data/test_psl.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE TEMP TABLE vectors AS
SELECT n, nullif(trim(m[1], ''''), 'null') AS input, nullif(trim(m[2], ''''), 'null') AS expected
FROM psl_test, regexp_match(line, '^checkPublicSuffix\((.*), (.*)\);$') m WHERE m IS NOT NULL;

SELECT is(count(*), 78::bigint, 'the list''s test file has 78 vectors') FROM vectors;
SELECT is_empty($$SELECT n, input, expected, registrable_domain(input) FROM vectors
	WHERE registrable_domain(input) IS DISTINCT FROM pg_temp.a_labels(lower(expected))$$,
	'registrable_domain agrees with each');

-- Each rule of the list, under a label of our own; the expectation comes from
-- the rule alone, by the published algorithm
CREATE TEMP TABLE list (n serial, line text);
\copy list (line) FROM 'src/normalize/data/public_suffix_list.dat' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE TEMP TABLE rules AS
SELECT n, left(line, 1) AS kind, ltrim(line, '!*.') AS base, pg_temp.a_labels(ltrim(line, '!*.')) AS ascii
FROM list WHERE line !~ '^(//|\s*$)';
ANALYZE rules;

SELECT cmp_ok(count(*), '>', 10000::bigint, 'the list has its rules') FROM rules;

-- example.RULE: RULE is the suffix, unless *.RULE is a rule, too
SELECT is_empty($$SELECT n, base, public_suffix('example.' || base) FROM rules r
	WHERE kind NOT IN ('!', '*') AND NOT EXISTS (SELECT FROM rules w WHERE w.kind = '*' AND w.base = r.base)
	AND public_suffix('example.' || base) IS DISTINCT FROM ascii$$,
	'each plain rule is the suffix of what stands under it');
SELECT is_empty($$SELECT n, base, registrable_domain('a.b.example.' || base) FROM rules r
	WHERE kind NOT IN ('!', '*') AND NOT EXISTS (SELECT FROM rules w WHERE w.kind = '*' AND w.base = r.base)
	AND registrable_domain('a.b.example.' || base) IS DISTINCT FROM 'example.' || ascii$$,
	'one label more is the registrable domain');
SELECT is_empty($$SELECT n, base, registrable_domain(base) FROM rules
	WHERE kind NOT IN ('!', '*') AND registrable_domain(base) IS NOT NULL$$,
	'a rule itself has no registrable domain');
SELECT is_empty($$SELECT n, base, domain_class(base) FROM rules
	WHERE kind NOT IN ('!', '*') AND ascii ~ '\.' AND domain_class(base) <> 'suffix'$$,
	'a rule of several labels is of class suffix');

-- *.RULE: any label under it is a suffix
SELECT is_empty($$SELECT n, base, public_suffix('example.sub.' || base) FROM rules
	WHERE kind = '*' AND public_suffix('example.sub.' || base) IS DISTINCT FROM 'sub.' || ascii
	AND NOT EXISTS (SELECT FROM rules e WHERE e.kind = '!' AND e.base = 'sub.' || rules.base)$$,
	'each wildcard rule is the suffix of what stands under it');
SELECT is_empty($$SELECT n, base FROM rules
	WHERE kind = '*' AND registrable_domain('a.example.sub.' || base) IS DISTINCT FROM 'example.sub.' || ascii
	AND NOT EXISTS (SELECT FROM rules e WHERE e.kind = '!' AND e.base = 'sub.' || rules.base)$$,
	'one label more is the registrable domain');

-- !RULE: a registrable domain, its parent the suffix
SELECT is_empty($$SELECT n, base FROM rules
	WHERE kind = '!' AND (registrable_domain('a.' || base), public_suffix('a.' || base))
		IS DISTINCT FROM (ascii, regexp_replace(ascii, '^[^.]*\.', ''))$$,
	'each exception rule is a registrable domain');

-- whatever the case, and as A-labels
SELECT is_empty($$SELECT n, base FROM rules
	WHERE registrable_domain('EXAMPLE.' || upper(ascii)) IS DISTINCT FROM registrable_domain('example.' || base)$$,
	'A-labels in capitals, U-labels: the same domain');

SELECT * FROM finish();
ROLLBACK;
