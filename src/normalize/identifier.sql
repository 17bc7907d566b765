CREATE OR REPLACE FUNCTION accountmatch.normalize_identifier(scheme text, value text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_normalize_identifier_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION accountmatch.normalize_identifier(text, text) IS
'canonical form of a registry identifier whose format and check digits are right, else NULL; schemes: abn, cik, duns, ein, lei, siren, siret, uk_company, vat';

CREATE OR REPLACE FUNCTION accountmatch.explain_identifier(scheme text, value text) RETURNS SETOF accountmatch.explain_row
AS 'MODULE_PATHNAME', 'acm_explain_identifier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 2;

COMMENT ON FUNCTION accountmatch.explain_identifier(text, text) IS
'what normalize_identifier reads in a value, and what it is or why it is invalid';
