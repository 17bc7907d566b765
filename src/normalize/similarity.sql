CREATE OR REPLACE FUNCTION accountmatch.company_similarity(a text, b text) RETURNS real
AS 'MODULE_PATHNAME', 'acm_company_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION accountmatch.company_similarity(text, text) IS
'how alike two company names are, 0 to 1: 1 if their match names are equal; rare words count more, and typing errors, abbreviations and acronyms in part';
