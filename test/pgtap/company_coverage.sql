-- ISO 20275: every abbreviation of the list, whatever its script and country,
-- ends a name without belonging to it. The few that stay are those of
-- data/legal_forms_uncovered.tsv, each with its reason, and no others.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

CREATE TEMP TABLE elf (code text, country text, iso text, jurisdiction text, subdivision text, name text, language text, lang text,
	transliterated text, abbreviations text, abbreviations_transliterated text, created text, status text, modification text, modified text, reason text);
\copy elf FROM 'src/normalize/data/iso20275_elf.csv' (FORMAT csv, HEADER)
CREATE TEMP TABLE uncovered (form text, reason text);
\copy uncovered FROM 'test/pgtap/data/legal_forms_uncovered.tsv'

CREATE TEMP TABLE abbreviation AS
SELECT DISTINCT btrim(form) AS form
FROM elf, unnest(ARRAY[abbreviations, abbreviations_transliterated]) list, string_to_table(list, ';') form
WHERE btrim(form) <> '';
CREATE TEMP TABLE missed AS
SELECT form FROM abbreviation WHERE match_company('Zorblax ' || form) IS DISTINCT FROM match_company('Zorblax');

SELECT cmp_ok(count(*), '>', 1200::bigint, 'abbreviations were read') FROM abbreviation;
SELECT cmp_ok(1 - (SELECT count(*) FROM missed)::numeric / count(*), '>=', 0.97, format('%s of %s abbreviations are removed',
	count(*) - (SELECT count(*) FROM missed), count(*))) FROM abbreviation;
SELECT set_eq('SELECT lower(form) FROM missed', 'SELECT lower(form) FROM uncovered', 'those that stay are listed');
SELECT is(count(*), 0::bigint, 'each with a reason') FROM uncovered WHERE coalesce(length(reason), 0) < 10;

-- a form that is removed can be named
SELECT is(count(*), 0::bigint, 'every form that is removed has a canonical name')
FROM abbreviation WHERE match_company('Zorblax ' || form) = 'zorblax' AND legal_form('Zorblax ' || form) IS NULL;

SELECT * FROM finish();
ROLLBACK;
