-- The type blinded: key id (4 bytes) and tag (16 bytes), with its operators and operator classes.
-- The functions behind them are no part of the interface; anyone may use the operators.

CREATE TYPE accountmatch.blinded;

CREATE FUNCTION _accountmatch.blinded_in(cstring) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blinded_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_out(accountmatch.blinded) RETURNS cstring
AS 'MODULE_PATHNAME', 'acm_blinded_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_recv(internal) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blinded_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_send(accountmatch.blinded) RETURNS bytea
AS 'MODULE_PATHNAME', 'acm_blinded_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE accountmatch.blinded (
	INPUT = _accountmatch.blinded_in,
	OUTPUT = _accountmatch.blinded_out,
	RECEIVE = _accountmatch.blinded_recv,
	SEND = _accountmatch.blinded_send,
	INTERNALLENGTH = 20,
	ALIGNMENT = char
);

CREATE FUNCTION _accountmatch.blinded_eq(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_ne(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_lt(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_le(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_ge(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_gt(accountmatch.blinded, accountmatch.blinded) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_blinded_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_cmp(accountmatch.blinded, accountmatch.blinded) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_blinded_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_sortsupport(internal) RETURNS void
AS 'MODULE_PATHNAME', 'acm_blinded_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_hash(accountmatch.blinded) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_blinded_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.blinded_hash_extended(accountmatch.blinded, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'acm_blinded_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR accountmatch.= (
	FUNCTION = _accountmatch.blinded_eq, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.=), NEGATOR = OPERATOR(accountmatch.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR accountmatch.<> (
	FUNCTION = _accountmatch.blinded_ne, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.<>), NEGATOR = OPERATOR(accountmatch.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR accountmatch.< (
	FUNCTION = _accountmatch.blinded_lt, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.>), NEGATOR = OPERATOR(accountmatch.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR accountmatch.<= (
	FUNCTION = _accountmatch.blinded_le, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.>=), NEGATOR = OPERATOR(accountmatch.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR accountmatch.>= (
	FUNCTION = _accountmatch.blinded_ge, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.<=), NEGATOR = OPERATOR(accountmatch.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR accountmatch.> (
	FUNCTION = _accountmatch.blinded_gt, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded,
	COMMUTATOR = OPERATOR(accountmatch.<), NEGATOR = OPERATOR(accountmatch.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS accountmatch.blinded_ops DEFAULT FOR TYPE accountmatch.blinded USING btree AS
	OPERATOR 1 accountmatch.<,
	OPERATOR 2 accountmatch.<=,
	OPERATOR 3 accountmatch.=,
	OPERATOR 4 accountmatch.>=,
	OPERATOR 5 accountmatch.>,
	FUNCTION 1 _accountmatch.blinded_cmp(accountmatch.blinded, accountmatch.blinded),
	FUNCTION 2 _accountmatch.blinded_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS accountmatch.blinded_ops DEFAULT FOR TYPE accountmatch.blinded USING hash AS
	OPERATOR 1 accountmatch.=,
	FUNCTION 1 _accountmatch.blinded_hash(accountmatch.blinded),
	FUNCTION 2 _accountmatch.blinded_hash_extended(accountmatch.blinded, bigint);

CREATE TYPE accountmatch.key_entry AS (
	key text,
	name text,
	key_id text,
	kind text,
	usable boolean,
	label text,
	role text,
	epoch integer,
	problem text
);

COMMENT ON TYPE accountmatch.blinded IS 'a match key as a keyed hash: id of the key, 8 hex digits, colon, tag, 32 hex digits';
COMMENT ON TYPE accountmatch.key_entry IS 'a key file; no key bytes';
COMMENT ON FUNCTION _accountmatch.blinded_in(cstring) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.blinded_out(accountmatch.blinded) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.blinded_recv(internal) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.blinded_send(accountmatch.blinded) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.blinded_eq(accountmatch.blinded, accountmatch.blinded) IS 'implementation of = operator';
COMMENT ON FUNCTION _accountmatch.blinded_ne(accountmatch.blinded, accountmatch.blinded) IS 'implementation of <> operator';
COMMENT ON FUNCTION _accountmatch.blinded_lt(accountmatch.blinded, accountmatch.blinded) IS 'implementation of < operator';
COMMENT ON FUNCTION _accountmatch.blinded_le(accountmatch.blinded, accountmatch.blinded) IS 'implementation of <= operator';
COMMENT ON FUNCTION _accountmatch.blinded_ge(accountmatch.blinded, accountmatch.blinded) IS 'implementation of >= operator';
COMMENT ON FUNCTION _accountmatch.blinded_gt(accountmatch.blinded, accountmatch.blinded) IS 'implementation of > operator';
COMMENT ON FUNCTION _accountmatch.blinded_cmp(accountmatch.blinded, accountmatch.blinded) IS 'less-equal-greater';
COMMENT ON FUNCTION _accountmatch.blinded_sortsupport(internal) IS 'sort support';
COMMENT ON FUNCTION _accountmatch.blinded_hash(accountmatch.blinded) IS 'hash';
COMMENT ON FUNCTION _accountmatch.blinded_hash_extended(accountmatch.blinded, bigint) IS 'hash';
COMMENT ON OPERATOR accountmatch.= (accountmatch.blinded, accountmatch.blinded) IS 'equal';
COMMENT ON OPERATOR accountmatch.<> (accountmatch.blinded, accountmatch.blinded) IS 'not equal';
COMMENT ON OPERATOR accountmatch.< (accountmatch.blinded, accountmatch.blinded) IS 'less than, as bytes';
COMMENT ON OPERATOR accountmatch.<= (accountmatch.blinded, accountmatch.blinded) IS 'less than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.>= (accountmatch.blinded, accountmatch.blinded) IS 'greater than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.> (accountmatch.blinded, accountmatch.blinded) IS 'greater than, as bytes';
COMMENT ON OPERATOR CLASS accountmatch.blinded_ops USING btree IS 'blinded values in the order of their bytes';
COMMENT ON OPERATOR CLASS accountmatch.blinded_ops USING hash IS 'blinded values by hash';
COMMENT ON OPERATOR FAMILY accountmatch.blinded_ops USING btree IS 'blinded values in the order of their bytes';
COMMENT ON OPERATOR FAMILY accountmatch.blinded_ops USING hash IS 'blinded values by hash';
