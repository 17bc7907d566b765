-- The interface of company_similarity; its properties are in
-- test/pgtap/similarity.sql.
SELECT accountmatch.company_similarity('Zorblax GmbH', 'ZORBLAX Ltd.');
SELECT accountmatch.company_similarity(a => 'Zorblax', b => 'Quivern');
SELECT accountmatch.company_similarity('', 'Zorblax') IS NULL AS no_name,
	accountmatch.company_similarity('Zorblax', NULL) IS NULL AS no_text,
	accountmatch.company_similarity(repeat('x', 8193), 'Zorblax') IS NULL AS too_long;
SELECT pg_typeof(accountmatch.company_similarity('a', 'b'));
SELECT p.oid::regprocedure, provolatile, proparallel, proisstrict
FROM pg_proc p WHERE proname = 'company_similarity';
