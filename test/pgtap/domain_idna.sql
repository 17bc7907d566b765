-- UTS-46 conformance, IdnaTestV2 of the pinned Unicode version; data/select.pl
-- says which lines, and why.
BEGIN;
SET search_path = accountmatch, public;
SELECT plan(4);

CREATE TEMP TABLE idna (place text, input text, expected text);
\copy idna FROM 'test/pgtap/data/idna.tsv'
SELECT is(count(*), 4525::bigint, 'lines of IdnaTestV2.txt') FROM idna;
SELECT is_empty('SELECT place, input, expected, normalize_domain(input) FROM idna
	WHERE expected IS NOT NULL AND normalize_domain(input) IS DISTINCT FROM expected', 'valid hosts');
SELECT is_empty('SELECT place, input, expected, normalize_domain(input) FROM idna
	WHERE expected IS NULL AND normalize_domain(input) IS NOT NULL', 'invalid hosts');
SELECT is_empty('SELECT place, input FROM idna WHERE expected IS NOT NULL
	AND normalize_domain(''https://user@'' || input || '':8443/a?b#c'') IS DISTINCT FROM expected', 'valid hosts in a URL');

SELECT * FROM finish();
ROLLBACK;
