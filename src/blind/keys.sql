-- Keys: files in accountmatch.key_directory. A rollback undoes nothing that these functions did.

CREATE OR REPLACE FUNCTION accountmatch.create_key(name text, role name DEFAULT CURRENT_USER) RETURNS text
AS 'MODULE_PATHNAME', 'acm_create_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION accountmatch.create_key(text, name) IS
'make a random blinding key for the members of a role, and tell its pinned form, name/id';

CREATE OR REPLACE FUNCTION accountmatch.public_key(name text, role name DEFAULT CURRENT_USER) RETURNS text
AS 'MODULE_PATHNAME', 'acm_public_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION accountmatch.public_key(text, name) IS
'what to send to the other side of an agreement; the first call makes the key pair, for the members of a role';

CREATE OR REPLACE FUNCTION accountmatch.agree_key(name text, label text, their_public_key text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_agree_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION accountmatch.agree_key(text, text, text) IS
'compute the key that the other side computes from our public key and the same label; pending until confirm_key()';

CREATE OR REPLACE FUNCTION accountmatch.confirmation_code(key text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_confirmation_code' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION accountmatch.confirmation_code(text) IS
'the code to tell the other side, for its confirm_key(); not a secret, but useless for our own';

CREATE OR REPLACE FUNCTION accountmatch.confirm_key(key text, code text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_confirm_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION accountmatch.confirm_key(text, text) IS
'make a pending key usable, given the result of confirmation_code() on the other side';

CREATE OR REPLACE FUNCTION accountmatch.key_fingerprint(key text) RETURNS text
AS 'MODULE_PATHNAME', 'acm_key_fingerprint' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION accountmatch.key_fingerprint(text) IS
'60 digits over both public keys of an agreed key, the same on both sides: compare them by telephone';

CREATE OR REPLACE FUNCTION accountmatch.key_list() RETURNS SETOF accountmatch.key_entry
AS 'MODULE_PATHNAME', 'acm_key_list' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION accountmatch.key_list() IS
'the keys that the current user may use; superusers see also what is wrong with a file';

CREATE OR REPLACE VIEW accountmatch.keys AS SELECT * FROM accountmatch.key_list();
COMMENT ON VIEW accountmatch.keys IS 'the keys that the current user may use: what key_list() gives';

CREATE OR REPLACE FUNCTION accountmatch.blind_key_id(value accountmatch.blinded) RETURNS text
AS 'MODULE_PATHNAME', 'acm_blind_key_id' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION accountmatch.blind_key_id(accountmatch.blinded) IS 'id of the key that a value was blinded with';

REVOKE EXECUTE ON FUNCTION accountmatch.create_key(text, name), accountmatch.public_key(text, name),
	accountmatch.agree_key(text, text, text), accountmatch.confirmation_code(text),
	accountmatch.confirm_key(text, text), accountmatch.key_fingerprint(text), accountmatch.key_list() FROM PUBLIC;
