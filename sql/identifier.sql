-- The interface of normalize_identifier and explain_identifier; the corpora
-- are in test/pgtap/identifier.sql.
SELECT accountmatch.normalize_identifier('lei', ' 5493 000I-BP32 UQZ0 KL24 ');
SELECT accountmatch.normalize_identifier(scheme => 'VAT', value => 'vat: de 136,695 976');
SELECT accountmatch.normalize_identifier('duns', '00-136-7960');

-- invalid, empty or too long is NULL, and so is NULL
SELECT accountmatch.normalize_identifier('lei', '5493000IBP32UQZ0KL25') IS NULL AS wrong,
	accountmatch.normalize_identifier('lei', '') IS NULL AS empty,
	accountmatch.normalize_identifier('cik', repeat('1', 8193)) IS NULL AS long,
	accountmatch.normalize_identifier('cik', NULL) IS NULL AS no_value,
	accountmatch.normalize_identifier(NULL, '320193') IS NULL AS no_scheme;

-- an unknown scheme is an error, whatever the value
SELECT accountmatch.normalize_identifier('isin', 'US0378331005');
SELECT accountmatch.normalize_identifier('', '1');
SELECT * FROM accountmatch.explain_identifier('le', '1');

SELECT * FROM accountmatch.explain_identifier('vat', 'GR 94259216');
SELECT * FROM accountmatch.explain_identifier('vat', 'EL 123456781');
SELECT * FROM accountmatch.explain_identifier('vat', '136695976');
SELECT * FROM accountmatch.explain_identifier('vat', 'DE 13669597');
SELECT * FROM accountmatch.explain_identifier('duns', '1367960');
SELECT * FROM accountmatch.explain_identifier('duns', '12-345-6789');
SELECT * FROM accountmatch.explain_identifier('cik', 'see EDGAR @ SEC');
SELECT * FROM accountmatch.explain_identifier('cik', ' - ');
SELECT * FROM accountmatch.explain_identifier('cik', NULL);

-- usable in an index
SELECT p.oid::regprocedure, provolatile, proparallel, proisstrict, proleakproof
FROM pg_proc p WHERE proname IN ('normalize_identifier', 'explain_identifier') ORDER BY 1;
