-- Cases of the tests of tldts and tldextract, two libraries that do the same.
\ir lib/punycode.sql
BEGIN;
SET search_path = accountmatch, public;
SELECT plan(5);

CREATE TEMP TABLE vectors (library text, n serial, function text, input text, expected text);
ALTER TABLE vectors ALTER library SET DEFAULT 'tldts';
\copy vectors (function, input, expected) FROM 'test/pgtap/data/tldts.tsv'
ALTER TABLE vectors ALTER library SET DEFAULT 'tldextract';
\copy vectors (function, input, expected) FROM 'test/pgtap/data/tldextract.tsv'

SELECT results_eq('SELECT library, count(*) FROM vectors GROUP BY 1 ORDER BY 1',
	$$VALUES ('tldextract', 74::bigint), ('tldts', 167)$$, 'vectors');
-- the libraries keep Unicode, and www.
SELECT is_empty($$SELECT library, input, expected, normalize_domain(input) FROM vectors
	WHERE function = 'normalize_domain' AND normalize_domain(input) IS DISTINCT FROM pg_temp.a_labels(expected)$$, 'host');
SELECT is_empty($$SELECT library, input, expected, registrable_domain(input) FROM vectors
	WHERE function = 'registrable_domain' AND registrable_domain(input) IS DISTINCT FROM pg_temp.a_labels(expected)$$,
	'registrable domain');
SELECT is_empty($$SELECT library, input, expected, public_suffix(input) FROM vectors
	WHERE function = 'public_suffix' AND public_suffix(input) IS DISTINCT FROM pg_temp.a_labels(expected)$$, 'public suffix');
SELECT is_empty($$SELECT * FROM vectors WHERE function NOT IN ('normalize_domain', 'registrable_domain', 'public_suffix')$$,
	'no vector is left over');

SELECT * FROM finish();
ROLLBACK;
