-- The keys of an account, as stored with it.

CREATE OR REPLACE FUNCTION _accountmatch.account_keys(name text[], website text[], email text[], lei text, duns text, vat text)
RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 30 AS 'MODULE_PATHNAME', 'acm_account_keys';
REVOKE ALL ON FUNCTION _accountmatch.account_keys(text[], text[], text[], text, text, text) FROM PUBLIC;
