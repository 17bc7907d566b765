-- What holds for every name: a key is its own key, no name with a letter or
-- digit is empty, keys are folded, sizes are within bounds; on all the lists of
-- the source tree, plain and in dirt.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

CREATE TEMP TABLE line (x text);
\copy line FROM 'src/normalize/data/iso20275_elf.csv' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy line FROM 'src/normalize/data/org_types.yml' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy line FROM 'src/normalize/data/legal_forms.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy line FROM 'src/normalize/data/abbreviations.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy line FROM 'src/normalize/data/tags.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy line FROM 'src/normalize/data/collision_words.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE TEMP TABLE name AS
SELECT x FROM line
UNION SELECT btrim(part, ' "-') FROM line, regexp_split_to_table(x, '[;|:,]') part
UNION SELECT chr(cp) FROM generate_series(1, 1114111) cp WHERE cp NOT BETWEEN 55296 AND 57343 AND (cp < 12288 OR cp % 7 = 0);
CREATE TEMP TABLE corpus AS
SELECT format(form, x) AS x FROM name,
	unnest(ARRAY['%s', 'Acme %s', '%s Acme', 'The %s', 'Acme (%s) Ltd', '%s & Co.', '%1$s %1$s', 'O %s s x', '"%s" SIA', 'Acme, %s']) form
WHERE length(x) > 1
UNION ALL SELECT x FROM name WHERE length(x) = 1
UNION ALL SELECT 'a' || x || 'b' FROM name WHERE length(x) = 1
UNION ALL SELECT repeat(x, 200) FROM name WHERE length(x) BETWEEN 1 AND 40 AND octet_length(x) % 3 = 0;

CREATE TEMP TABLE result AS
SELECT x, normalize_company(x) AS folded, match_company(x) AS key, legal_form(x) AS form FROM corpus WHERE octet_length(x) < 8000;

SELECT cmp_ok(count(*), '>', 100000::bigint, 'a corpus') FROM result;
SELECT is((SELECT x FROM result WHERE match_company(key) IS DISTINCT FROM key LIMIT 1), NULL, 'a key is its own key');
SELECT is((SELECT x FROM result WHERE normalize_company(key) IS DISTINCT FROM key LIMIT 1), NULL, 'a key is folded');
SELECT is((SELECT x FROM result WHERE normalize_company(folded) IS DISTINCT FROM folded LIMIT 1), NULL, 'a folded name is folded');
SELECT is((SELECT x FROM result WHERE (folded IS NULL) <> (key IS NULL) LIMIT 1), NULL, 'a name is never stripped to nothing');
SELECT is((SELECT x FROM result WHERE x ~ '[[:alnum:]]' COLLATE "C" AND folded IS NULL LIMIT 1), NULL, 'a letter or digit makes a name');
SELECT is((SELECT x FROM result WHERE octet_length(key) > 512 OR octet_length(folded) > 512 OR octet_length(form) > 512 LIMIT 1), NULL, 'at most 512 bytes');
SELECT is((SELECT x FROM result WHERE key ~ '^ |  | $' OR folded ~ '^ |  | $' LIMIT 1), NULL, 'single blanks, none outside');
SELECT is((SELECT x FROM result WHERE key ~ '[!-/:-@A-Z\[-`{-~]' COLLATE "C" LIMIT 1), NULL, 'no ASCII capitals or punctuation');
SELECT is((SELECT x FROM result WHERE match_company(upper(x COLLATE "C")) IS DISTINCT FROM key LIMIT 1), NULL, 'case does not matter');
SELECT is((SELECT x FROM result WHERE match_company('  ' || x || E'\t') IS DISTINCT FROM key LIMIT 1), NULL, 'nor blanks around');

-- words that come about only when others go: cut from a form, joined with a letter, beside a mark that stood apart
SELECT is(match_company(key), key, key || ' is its own key')
FROM (SELECT match_company(x) FROM unnest(ARRAY['svcs株式会社', '株式会社svcs', 'd istrib Ltd', 'mfg有限公司', 'd istrib株式会社 dba x', U&'\4E00\0742''\3099', U&'a\0742.\3099.']) x) v(key);
SELECT is(match_company('svcs株式会社'), 'services', 'an abbreviation behind a form without a blank');
SELECT is(normalize_company(folded), folded, folded || ' is folded')
FROM (SELECT normalize_company(x) FROM unnest(ARRAY[U&'\4E00\0742''\3099', U&'a\0742.\3099.', U&'\AC00''\11A8', U&'1\3099', repeat(U&'\0742', 90) || U&'\0301\3099']) x) v(folded);

-- the functions are what an index expression needs
SELECT is(concat(provolatile, proparallel, proisstrict), 'ist', oid::regprocedure::text)
FROM pg_proc WHERE pronamespace = 'accountmatch'::regnamespace AND proname IN ('normalize_company', 'match_company', 'legal_form', 'explain_company');

-- the last step but the form of an explanation is the key
SELECT is((SELECT value FROM explain_company(x) WHERE rule = 'match name'), match_company(x), x)
FROM unnest(ARRAY['The Acme Mfg. (Europe) GmbH & Co. KG', 'ООО «Ромашка»', 'Company Limited', '株式会社日立製作所', 'Macy s Stores dba Foo', 'AMER.INTL GRP NEW DL 2,50']) x;
SELECT results_eq($$SELECT step FROM explain_company('The Acme Ltd')$$, $$SELECT generate_series(1, (SELECT count(*) FROM explain_company('The Acme Ltd')))::int$$, 'steps count from 1');
SELECT is((SELECT rule FROM explain_company('&')), 'no name', 'no name is explained');

SELECT * FROM finish();
ROLLBACK;
