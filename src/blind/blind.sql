-- Blinding. IMMUTABLE is a promise of the pinned form of a key, name/id: the same key for ever, or an error.

CREATE OR REPLACE FUNCTION accountmatch.blind_domain(value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_domain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION accountmatch.blind_domain(text, text) IS
'match_host(value) under a key, blinded; not match_domain(value), as organisations that share a domain differ in the host. In indexes and generated columns write the key as name/id';

CREATE OR REPLACE FUNCTION accountmatch.blind_company(value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_company' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION accountmatch.blind_company(text, text) IS
'match_company(value) without its blanks under a key, blinded; NULL also for what stands where there is no name, such as n/a. In indexes and generated columns write the key as name/id';

CREATE OR REPLACE FUNCTION accountmatch.blind_identifier(scheme text, value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_identifier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION accountmatch.blind_identifier(text, text, text) IS
'normalize_identifier(scheme, value) under a key, blinded. In indexes and generated columns write the key as name/id';

REVOKE EXECUTE ON FUNCTION accountmatch.blind_domain(text, text), accountmatch.blind_company(text, text),
	accountmatch.blind_identifier(text, text, text) FROM PUBLIC;
