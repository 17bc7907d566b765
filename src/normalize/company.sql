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
