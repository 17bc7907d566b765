-- Hosts of the Web Platform Tests for URLs; data/select.pl says which, and why.
BEGIN;
SET search_path = accountmatch, public;
SELECT plan(4);

CREATE TEMP TABLE url (place int, input text, expected text);
\copy url FROM 'test/pgtap/data/url.tsv'
SELECT is(count(*), 361::bigint, 'vectors of urltestdata.json') FROM url;
SELECT is_empty('SELECT place, input, expected, normalize_domain(input) FROM url
	WHERE normalize_domain(input) IS DISTINCT FROM expected', 'the host in a URL');

CREATE TEMP TABLE toascii (place int, input text, expected text);
\copy toascii FROM 'test/pgtap/data/toascii.tsv'
SELECT is(count(*), 76::bigint, 'vectors of toascii.json') FROM toascii;
SELECT is_empty('SELECT place, input, expected, normalize_domain(input) FROM toascii
	WHERE normalize_domain(input) IS DISTINCT FROM expected', 'domain to ASCII');

SELECT * FROM finish();
ROLLBACK;
