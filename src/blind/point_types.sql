-- The types psi_point and psi_tag with their operators and operator classes, as blinded has them.
-- The functions behind them are no part of the interface; anyone may use the operators.

CREATE TYPE accountmatch.psi_point;

CREATE FUNCTION _accountmatch.psi_point_in(cstring) RETURNS accountmatch.psi_point
AS 'MODULE_PATHNAME', 'acm_psi_point_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_out(accountmatch.psi_point) RETURNS cstring
AS 'MODULE_PATHNAME', 'acm_psi_point_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_recv(internal) RETURNS accountmatch.psi_point
AS 'MODULE_PATHNAME', 'acm_psi_point_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_send(accountmatch.psi_point) RETURNS bytea
AS 'MODULE_PATHNAME', 'acm_psi_point_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE accountmatch.psi_point (
	INPUT = _accountmatch.psi_point_in,
	OUTPUT = _accountmatch.psi_point_out,
	RECEIVE = _accountmatch.psi_point_recv,
	SEND = _accountmatch.psi_point_send,
	INTERNALLENGTH = 64,
	ALIGNMENT = char
);

CREATE FUNCTION _accountmatch.psi_point_eq(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_ne(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_lt(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_le(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_ge(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_gt(accountmatch.psi_point, accountmatch.psi_point) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_point_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_cmp(accountmatch.psi_point, accountmatch.psi_point) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_psi_point_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_sortsupport(internal) RETURNS void
AS 'MODULE_PATHNAME', 'acm_psi_point_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_hash(accountmatch.psi_point) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_psi_point_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_point_hash_extended(accountmatch.psi_point, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'acm_psi_point_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR accountmatch.= (
	FUNCTION = _accountmatch.psi_point_eq, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.=), NEGATOR = OPERATOR(accountmatch.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR accountmatch.<> (
	FUNCTION = _accountmatch.psi_point_ne, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.<>), NEGATOR = OPERATOR(accountmatch.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR accountmatch.< (
	FUNCTION = _accountmatch.psi_point_lt, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.>), NEGATOR = OPERATOR(accountmatch.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR accountmatch.<= (
	FUNCTION = _accountmatch.psi_point_le, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.>=), NEGATOR = OPERATOR(accountmatch.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR accountmatch.>= (
	FUNCTION = _accountmatch.psi_point_ge, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.<=), NEGATOR = OPERATOR(accountmatch.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR accountmatch.> (
	FUNCTION = _accountmatch.psi_point_gt, LEFTARG = accountmatch.psi_point, RIGHTARG = accountmatch.psi_point,
	COMMUTATOR = OPERATOR(accountmatch.<), NEGATOR = OPERATOR(accountmatch.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS accountmatch.psi_point_ops DEFAULT FOR TYPE accountmatch.psi_point USING btree AS
	OPERATOR 1 accountmatch.<,
	OPERATOR 2 accountmatch.<=,
	OPERATOR 3 accountmatch.=,
	OPERATOR 4 accountmatch.>=,
	OPERATOR 5 accountmatch.>,
	FUNCTION 1 _accountmatch.psi_point_cmp(accountmatch.psi_point, accountmatch.psi_point),
	FUNCTION 2 _accountmatch.psi_point_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS accountmatch.psi_point_ops DEFAULT FOR TYPE accountmatch.psi_point USING hash AS
	OPERATOR 1 accountmatch.=,
	FUNCTION 1 _accountmatch.psi_point_hash(accountmatch.psi_point),
	FUNCTION 2 _accountmatch.psi_point_hash_extended(accountmatch.psi_point, bigint);

COMMENT ON TYPE accountmatch.psi_point IS 'a point of P-256, x and y, in 128 hex digits: a key of private set intersection under a session''s scalars';
COMMENT ON FUNCTION _accountmatch.psi_point_in(cstring) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_point_out(accountmatch.psi_point) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_point_recv(internal) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_point_send(accountmatch.psi_point) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_point_eq(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of = operator';
COMMENT ON FUNCTION _accountmatch.psi_point_ne(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of <> operator';
COMMENT ON FUNCTION _accountmatch.psi_point_lt(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of < operator';
COMMENT ON FUNCTION _accountmatch.psi_point_le(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of <= operator';
COMMENT ON FUNCTION _accountmatch.psi_point_ge(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of >= operator';
COMMENT ON FUNCTION _accountmatch.psi_point_gt(accountmatch.psi_point, accountmatch.psi_point) IS 'implementation of > operator';
COMMENT ON FUNCTION _accountmatch.psi_point_cmp(accountmatch.psi_point, accountmatch.psi_point) IS 'less-equal-greater';
COMMENT ON FUNCTION _accountmatch.psi_point_sortsupport(internal) IS 'sort support';
COMMENT ON FUNCTION _accountmatch.psi_point_hash(accountmatch.psi_point) IS 'hash';
COMMENT ON FUNCTION _accountmatch.psi_point_hash_extended(accountmatch.psi_point, bigint) IS 'hash';
COMMENT ON OPERATOR accountmatch.= (accountmatch.psi_point, accountmatch.psi_point) IS 'equal';
COMMENT ON OPERATOR accountmatch.<> (accountmatch.psi_point, accountmatch.psi_point) IS 'not equal';
COMMENT ON OPERATOR accountmatch.< (accountmatch.psi_point, accountmatch.psi_point) IS 'less than, as bytes';
COMMENT ON OPERATOR accountmatch.<= (accountmatch.psi_point, accountmatch.psi_point) IS 'less than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.>= (accountmatch.psi_point, accountmatch.psi_point) IS 'greater than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.> (accountmatch.psi_point, accountmatch.psi_point) IS 'greater than, as bytes';
COMMENT ON OPERATOR CLASS accountmatch.psi_point_ops USING btree IS 'psi_point values in the order of their bytes';
COMMENT ON OPERATOR CLASS accountmatch.psi_point_ops USING hash IS 'psi_point values by hash';
COMMENT ON OPERATOR FAMILY accountmatch.psi_point_ops USING btree IS 'psi_point values in the order of their bytes';
COMMENT ON OPERATOR FAMILY accountmatch.psi_point_ops USING hash IS 'psi_point values by hash';

CREATE TYPE accountmatch.psi_tag;

CREATE FUNCTION _accountmatch.psi_tag_in(cstring) RETURNS accountmatch.psi_tag
AS 'MODULE_PATHNAME', 'acm_psi_tag_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_out(accountmatch.psi_tag) RETURNS cstring
AS 'MODULE_PATHNAME', 'acm_psi_tag_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_recv(internal) RETURNS accountmatch.psi_tag
AS 'MODULE_PATHNAME', 'acm_psi_tag_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_send(accountmatch.psi_tag) RETURNS bytea
AS 'MODULE_PATHNAME', 'acm_psi_tag_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE accountmatch.psi_tag (
	INPUT = _accountmatch.psi_tag_in,
	OUTPUT = _accountmatch.psi_tag_out,
	RECEIVE = _accountmatch.psi_tag_recv,
	SEND = _accountmatch.psi_tag_send,
	INTERNALLENGTH = 16,
	ALIGNMENT = char
);

CREATE FUNCTION _accountmatch.psi_tag_eq(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_ne(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_lt(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_le(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_ge(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_gt(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS boolean
AS 'MODULE_PATHNAME', 'acm_psi_tag_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_cmp(accountmatch.psi_tag, accountmatch.psi_tag) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_psi_tag_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_sortsupport(internal) RETURNS void
AS 'MODULE_PATHNAME', 'acm_psi_tag_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_hash(accountmatch.psi_tag) RETURNS integer
AS 'MODULE_PATHNAME', 'acm_psi_tag_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION _accountmatch.psi_tag_hash_extended(accountmatch.psi_tag, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'acm_psi_tag_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR accountmatch.= (
	FUNCTION = _accountmatch.psi_tag_eq, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.=), NEGATOR = OPERATOR(accountmatch.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR accountmatch.<> (
	FUNCTION = _accountmatch.psi_tag_ne, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.<>), NEGATOR = OPERATOR(accountmatch.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR accountmatch.< (
	FUNCTION = _accountmatch.psi_tag_lt, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.>), NEGATOR = OPERATOR(accountmatch.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR accountmatch.<= (
	FUNCTION = _accountmatch.psi_tag_le, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.>=), NEGATOR = OPERATOR(accountmatch.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR accountmatch.>= (
	FUNCTION = _accountmatch.psi_tag_ge, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.<=), NEGATOR = OPERATOR(accountmatch.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR accountmatch.> (
	FUNCTION = _accountmatch.psi_tag_gt, LEFTARG = accountmatch.psi_tag, RIGHTARG = accountmatch.psi_tag,
	COMMUTATOR = OPERATOR(accountmatch.<), NEGATOR = OPERATOR(accountmatch.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS accountmatch.psi_tag_ops DEFAULT FOR TYPE accountmatch.psi_tag USING btree AS
	OPERATOR 1 accountmatch.<,
	OPERATOR 2 accountmatch.<=,
	OPERATOR 3 accountmatch.=,
	OPERATOR 4 accountmatch.>=,
	OPERATOR 5 accountmatch.>,
	FUNCTION 1 _accountmatch.psi_tag_cmp(accountmatch.psi_tag, accountmatch.psi_tag),
	FUNCTION 2 _accountmatch.psi_tag_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS accountmatch.psi_tag_ops DEFAULT FOR TYPE accountmatch.psi_tag USING hash AS
	OPERATOR 1 accountmatch.=,
	FUNCTION 1 _accountmatch.psi_tag_hash(accountmatch.psi_tag),
	FUNCTION 2 _accountmatch.psi_tag_hash_extended(accountmatch.psi_tag, bigint);

COMMENT ON TYPE accountmatch.psi_tag IS 'a tag of private set intersection in 32 hex digits: what a side says of a point';
COMMENT ON FUNCTION _accountmatch.psi_tag_in(cstring) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_tag_out(accountmatch.psi_tag) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_tag_recv(internal) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_tag_send(accountmatch.psi_tag) IS 'I/O';
COMMENT ON FUNCTION _accountmatch.psi_tag_eq(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of = operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_ne(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of <> operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_lt(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of < operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_le(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of <= operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_ge(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of >= operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_gt(accountmatch.psi_tag, accountmatch.psi_tag) IS 'implementation of > operator';
COMMENT ON FUNCTION _accountmatch.psi_tag_cmp(accountmatch.psi_tag, accountmatch.psi_tag) IS 'less-equal-greater';
COMMENT ON FUNCTION _accountmatch.psi_tag_sortsupport(internal) IS 'sort support';
COMMENT ON FUNCTION _accountmatch.psi_tag_hash(accountmatch.psi_tag) IS 'hash';
COMMENT ON FUNCTION _accountmatch.psi_tag_hash_extended(accountmatch.psi_tag, bigint) IS 'hash';
COMMENT ON OPERATOR accountmatch.= (accountmatch.psi_tag, accountmatch.psi_tag) IS 'equal';
COMMENT ON OPERATOR accountmatch.<> (accountmatch.psi_tag, accountmatch.psi_tag) IS 'not equal';
COMMENT ON OPERATOR accountmatch.< (accountmatch.psi_tag, accountmatch.psi_tag) IS 'less than, as bytes';
COMMENT ON OPERATOR accountmatch.<= (accountmatch.psi_tag, accountmatch.psi_tag) IS 'less than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.>= (accountmatch.psi_tag, accountmatch.psi_tag) IS 'greater than or equal, as bytes';
COMMENT ON OPERATOR accountmatch.> (accountmatch.psi_tag, accountmatch.psi_tag) IS 'greater than, as bytes';
COMMENT ON OPERATOR CLASS accountmatch.psi_tag_ops USING btree IS 'psi_tag values in the order of their bytes';
COMMENT ON OPERATOR CLASS accountmatch.psi_tag_ops USING hash IS 'psi_tag values by hash';
COMMENT ON OPERATOR FAMILY accountmatch.psi_tag_ops USING btree IS 'psi_tag values in the order of their bytes';
COMMENT ON OPERATOR FAMILY accountmatch.psi_tag_ops USING hash IS 'psi_tag values by hash';
