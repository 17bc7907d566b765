-- Company names, identifiers and similarity.
\echo Use "ALTER EXTENSION accountmatch UPDATE" to load this file. \quit

-- src/normalize/company.sql

-- Company names: folded, as match key, their legal form.

CREATE OR REPLACE FUNCTION accountmatch.normalize_company(name pg_catalog.text) RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'acm_normalize_company_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION accountmatch.normalize_company(pg_catalog.text) IS
'the name folded: case, accents, punctuation, width; NULL if it has no letter or digit';

CREATE OR REPLACE FUNCTION accountmatch.match_company(name pg_catalog.text) RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'acm_match_company_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION accountmatch.match_company(pg_catalog.text) IS
'the name''s match key: folded, without legal forms, articles, brackets that tell where, abbreviations written out';

CREATE OR REPLACE FUNCTION accountmatch.legal_form(name pg_catalog.text) RETURNS pg_catalog.text
AS 'MODULE_PATHNAME', 'acm_legal_form_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION accountmatch.legal_form(pg_catalog.text) IS
'the canonical legal form in a company''s name: GmbH, Co Ltd, ...; NULL if there is none';

CREATE OR REPLACE FUNCTION accountmatch.explain_company(name pg_catalog.text)
RETURNS SETOF accountmatch.explain_row
AS 'MODULE_PATHNAME', 'acm_explain_company_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 8;
COMMENT ON FUNCTION accountmatch.explain_company(pg_catalog.text) IS
'each step from a company''s name to its match key, with the rule and, for legal forms, ISO 20275 codes';

-- src/normalize/identifier.sql

CREATE OR REPLACE FUNCTION accountmatch.normalize_identifier(scheme text, value text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_normalize_identifier_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION accountmatch.normalize_identifier(text, text) IS
'canonical form of a registry identifier whose format and check digits are right, else NULL; schemes: abn, cik, duns, ein, lei, siren, siret, uk_company, vat';

CREATE OR REPLACE FUNCTION accountmatch.explain_identifier(scheme text, value text) RETURNS SETOF accountmatch.explain_row
AS 'MODULE_PATHNAME', 'acm_explain_identifier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 2;

COMMENT ON FUNCTION accountmatch.explain_identifier(text, text) IS
'what normalize_identifier reads in a value, and what it is or why it is invalid';

-- src/normalize/similarity.sql

CREATE OR REPLACE FUNCTION accountmatch.company_similarity(a text, b text) RETURNS real
AS 'MODULE_PATHNAME', 'acm_company_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION accountmatch.company_similarity(text, text) IS
'how alike two company names are, 0 to 1: 1 if their match names are equal; rare words count more, and typing errors, abbreviations and acronyms in part';
