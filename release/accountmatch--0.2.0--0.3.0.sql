-- Evidence, explanations, the matches of one account, and blinding; everything
-- that declares functions is replayed.
\echo Use "ALTER EXTENSION accountmatch UPDATE" to load this file. \quit

-- src/normalize/domain.sql

-- Domain normalization. What counts as a host is described in domain.h.
-- The cost is that of about a hundred operators: an index or a generated column
-- is worth having.

CREATE OR REPLACE FUNCTION accountmatch.normalize_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_normalize_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.normalize_domain(text) IS
	'the host in a URL, e-mail address or bare host: A-labels, lower case, no www.; NULL if there is none';

CREATE OR REPLACE FUNCTION accountmatch.registrable_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_registrable_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.registrable_domain(text) IS
	'the host''s public suffix and one label more; NULL for an IP address, a bare suffix, an invalid host';

CREATE OR REPLACE FUNCTION accountmatch.public_suffix(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_public_suffix'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.public_suffix(text) IS
	'the host''s public suffix by the Public Suffix List, private section included; NULL for an IP address, a bare suffix, an invalid host';

CREATE OR REPLACE FUNCTION accountmatch.domain_class(text) RETURNS accountmatch.domain_kind
	AS 'MODULE_PATHNAME', 'acm_domain_class'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.domain_class(text) IS
	'company, freemail, shared (social networks, site builders, shorteners), ip, suffix or invalid; NULL only for NULL';

CREATE OR REPLACE FUNCTION accountmatch.match_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_match_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.match_domain(text) IS
	'match key: the registrable domain, if its class is company';

CREATE OR REPLACE FUNCTION accountmatch.match_host(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_match_host'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.match_host(text) IS
	'match key: the host less generic leading labels (www, mail, shop, eu), never below the registrable domain, if the class is company';

CREATE OR REPLACE FUNCTION accountmatch.explain_domain(text) RETURNS SETOF accountmatch.explain_row
	AS 'MODULE_PATHNAME', 'acm_explain_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 8;
COMMENT ON FUNCTION accountmatch.explain_domain(text) IS
	'how a text became a host, its registrable domain, class and match host: every rule, and what it gave';

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

-- src/normalize/version.sql

-- The version of the normalization, and what a new epoch leaves stale.

CREATE OR REPLACE FUNCTION accountmatch.normalization_version()
RETURNS accountmatch.normalization_info
AS 'MODULE_PATHNAME', 'acm_normalization_version'
LANGUAGE c STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION accountmatch.normalization_version() IS
'normalization epoch, versions of Unicode and ICU, dates of the compiled-in lists';

-- Walks pg_depend upwards from the functions of this library that read text.
-- A node is what pg_depend calls an object (class, object, column). Passed on
-- are functions, aggregates, operators, views, materialized views and generated
-- columns; found are the things that store what was computed.
CREATE OR REPLACE FUNCTION accountmatch.stale_objects()
RETURNS SETOF accountmatch.stale_object
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
WITH RECURSIVE roots AS (
	SELECT p.oid
	FROM pg_proc p
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
	WHERE e.extname = 'accountmatch' AND p.pronamespace = 'accountmatch'::regnamespace
	AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
	AND p.provolatile = 'i' AND 'text'::regtype = ANY (p.proargtypes)
),
-- Who depends on whom. A view or materialized view stands for its rule, a
-- generated column for its expression.
edges AS (
	SELECT d.refclassid, d.refobjid, d.refobjsubid,
		CASE WHEN r.oid IS NOT NULL OR a.oid IS NOT NULL THEN 'pg_class'::regclass ELSE d.classid END AS classid,
		coalesce(r.ev_class, a.adrelid, d.objid) AS objid,
		coalesce(a.adnum, 0)::integer AS objsubid
	FROM pg_depend d
	LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.ev_type = '1'
	LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
		AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = a.adrelid AND t.attnum = a.adnum AND t.attgenerated <> '')
	WHERE d.deptype IN ('n', 'a')
	AND (d.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
		OR r.oid IS NOT NULL OR a.oid IS NOT NULL)
),
walk AS (
	SELECT 'pg_proc'::regclass::oid AS classid, oid AS objid, 0 AS objsubid, oid AS root,
		ARRAY[ROW('pg_proc'::regclass::oid, oid, 0)] AS path
	FROM roots
	UNION ALL
	SELECT e.classid, e.objid, e.objsubid, w.root, w.path || ROW(e.classid::oid, e.objid, e.objsubid)
	FROM walk w
	JOIN edges e ON e.refclassid = w.classid AND e.refobjid = w.objid
	LEFT JOIN pg_class c ON w.classid = 'pg_class'::regclass AND c.oid = w.objid
	WHERE NOT ROW(e.classid::oid, e.objid, e.objsubid) = ANY (w.path)
	AND CASE
		-- functions and operators: whatever calls them
		WHEN w.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass) THEN true
		-- views and materialized views: views, and functions that read them
		WHEN c.relkind IN ('v', 'm') THEN e.classid = 'pg_proc'::regclass OR (e.classid = 'pg_class'::regclass AND e.objid <> w.objid
			AND (SELECT relkind IN ('v', 'm') FROM pg_class WHERE oid = e.objid))
		-- generated columns: likewise, if they read this column or whole rows
		WHEN w.objsubid > 0 THEN e.refobjsubid IN (0, w.objsubid) AND (e.classid = 'pg_proc'::regclass OR (e.classid = 'pg_class'::regclass
			AND (SELECT relkind IN ('v', 'm') FROM pg_class WHERE oid = e.objid)))
		ELSE false
	END
),
found AS (
	SELECT classid, objid, objsubid, max(cardinality(path)) AS depth,
		string_agg(DISTINCT root::regprocedure::text, ', ' ORDER BY root::regprocedure::text) AS depends_on
	FROM walk
	GROUP BY classid, objid, objsubid
),
stale AS (
	-- In this order they are made anew: indexes, which the next statements keep
	-- up and whose uniqueness they obey, columns before what reads them.
	-- The index of an exclusion constraint cannot be built concurrently
	SELECT 1 AS rank, f.depth, CASE WHEN i.indisexclusion THEN 'exclusion constraint' ELSE 'index' END AS object_type,
		(pg_identify_object(f.classid, f.objid, 0)).identity AS object, f.depends_on,
		format('REINDEX INDEX %s%I.%I', CASE WHEN i.indisexclusion THEN '' ELSE 'CONCURRENTLY ' END, n.nspname, c.relname) AS statement
	FROM found f
	JOIN pg_class c ON f.classid = 'pg_class'::regclass AND c.oid = f.objid AND f.objsubid = 0 AND c.relkind IN ('i', 'I') AND NOT c.relispartition
	JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_index i ON i.indexrelid = c.oid
	UNION ALL
	-- A generated column is computed again only where an UPDATE names a column
	-- that its expression reads.
	SELECT 2, f.depth, 'generated column', (pg_identify_object(f.classid, f.objid, f.objsubid)).identity, f.depends_on,
		format('UPDATE %I.%I SET %3$I = %3$I WHERE %I::text IS DISTINCT FROM (%s)::text',
			n.nspname, c.relname, base.attname, a.attname, pg_get_expr(x.adbin, x.adrelid))
	FROM found f
	JOIN pg_class c ON f.classid = 'pg_class'::regclass AND c.oid = f.objid AND NOT c.relispartition
	JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_attribute a ON a.attrelid = f.objid AND a.attnum = f.objsubid AND a.attgenerated = 's' AND a.attinhcount = 0
	JOIN pg_attrdef x ON x.adrelid = f.objid AND x.adnum = f.objsubid
	CROSS JOIN LATERAL (
		SELECT b.attname FROM pg_depend d JOIN pg_attribute b ON b.attrelid = f.objid AND b.attnum = d.refobjsubid
		WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = f.objid AND d.refobjsubid NOT IN (0, f.objsubid)
		AND d.classid = 'pg_attrdef'::regclass AND d.objid = x.oid
		ORDER BY b.attnum LIMIT 1
	) base
	UNION ALL
	-- An UPDATE of any column moves a row to the partition that it belongs to
	SELECT 3, f.depth, 'partition key', (pg_identify_object(f.classid, f.objid, 0)).identity, f.depends_on,
		format('UPDATE %I.%I SET %3$I = %3$I', n.nspname, c.relname, base.attname)
	FROM found f
	JOIN pg_class c ON f.classid = 'pg_class'::regclass AND c.oid = f.objid AND f.objsubid = 0 AND c.relkind = 'p'
	JOIN pg_namespace n ON n.oid = c.relnamespace
	CROSS JOIN LATERAL (
		SELECT b.attname FROM pg_attribute b
		WHERE b.attrelid = f.objid AND b.attnum > 0 AND NOT b.attisdropped AND b.attgenerated = '' AND b.attidentity <> 'a'
		ORDER BY b.attnum LIMIT 1
	) base
	UNION ALL
	SELECT 4, f.depth, 'constraint', (pg_identify_object(f.classid, f.objid, 0)).identity, f.depends_on,
		CASE WHEN k.contypid = 0
			THEN format('ALTER TABLE %s%I.%I DROP CONSTRAINT %4$I, ADD CONSTRAINT %4$I %s', CASE WHEN k.connoinherit THEN 'ONLY ' ELSE '' END,
				n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
			ELSE format('ALTER DOMAIN %1$I.%2$I DROP CONSTRAINT %3$I; ALTER DOMAIN %1$I.%2$I ADD CONSTRAINT %3$I %4$s',
				n.nspname, t.typname, k.conname, pg_get_constraintdef(k.oid))
		END
	FROM found f
	JOIN pg_constraint k ON f.classid = 'pg_constraint'::regclass AND k.oid = f.objid AND k.contype = 'c' AND k.coninhcount = 0 AND k.convalidated
	LEFT JOIN pg_class c ON c.oid = k.conrelid
	LEFT JOIN pg_type t ON t.oid = k.contypid
	JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
	UNION ALL
	SELECT 5, f.depth, 'materialized view', (pg_identify_object(f.classid, f.objid, 0)).identity, f.depends_on,
		format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
	FROM found f
	JOIN pg_class c ON f.classid = 'pg_class'::regclass AND c.oid = f.objid AND f.objsubid = 0 AND c.relkind = 'm' AND c.relispopulated
	JOIN pg_namespace n ON n.oid = c.relnamespace
	UNION ALL
	SELECT 6, f.depth, 'statistics', (pg_identify_object(f.classid, f.objid, 0)).identity, f.depends_on,
		format('ANALYZE %I.%I', n.nspname, c.relname)
	FROM found f
	JOIN pg_statistic_ext s ON f.classid = 'pg_statistic_ext'::regclass AND s.oid = f.objid
	JOIN pg_class c ON c.oid = s.stxrelid
	JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT object_type, object, depends_on, statement FROM stale ORDER BY rank, depth, object
$$;
COMMENT ON FUNCTION accountmatch.stale_objects() IS
'every index, stored generated column, partition key, check, domain or exclusion constraint, materialized view and statistics object that depends on a normalizing function, directly or through views, operators and functions whose body PostgreSQL has parsed (BEGIN ATOMIC, RETURN), in the order in which to make them anew, each with the statement; a function whose body is a string (PL/pgSQL, SQL in quotes) hides what it calls';

-- src/blind/blinded_types.sql

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

-- src/blind/keys.sql

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

-- src/blind/blind.sql

-- Blinding. IMMUTABLE is a promise of the pinned form of a key, name/id: the same key for ever, or an error.

CREATE OR REPLACE FUNCTION accountmatch.blind_domain(value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_domain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION accountmatch.blind_domain(text, text) IS
'match_host(value) under a key, blinded; not match_domain(value), as organisations that share a domain differ in the host. In indexes and generated columns write the key as name/id';

CREATE OR REPLACE FUNCTION accountmatch.blind_company(value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_company' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION accountmatch.blind_company(text, text) IS
'match_company(value) under a key, blinded. In indexes and generated columns write the key as name/id';

CREATE OR REPLACE FUNCTION accountmatch.blind_identifier(scheme text, value text, key text) RETURNS accountmatch.blinded
AS 'MODULE_PATHNAME', 'acm_blind_identifier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION accountmatch.blind_identifier(text, text, text) IS
'normalize_identifier(scheme, value) under a key, blinded. In indexes and generated columns write the key as name/id';

REVOKE EXECUTE ON FUNCTION accountmatch.blind_domain(text, text), accountmatch.blind_company(text, text),
	accountmatch.blind_identifier(text, text, text) FROM PUBLIC;

-- src/overlap/status.sql

-- Status words, segments, tiers.

CREATE OR REPLACE FUNCTION accountmatch.classify(our_status text, their_status text)
RETURNS accountmatch.class_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000
AS 'MODULE_PATHNAME', 'acm_classify';
COMMENT ON FUNCTION accountmatch.classify(text, text) IS
'segment, tier (1 act now .. 4), priority and suggested play of a match with these statuses; each is a status or a word for one, null is unknown';

CREATE OR REPLACE FUNCTION accountmatch.status_words()
RETURNS SETOF accountmatch.status_word_row
LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 80
AS 'MODULE_PATHNAME', 'acm_status_words';
COMMENT ON FUNCTION accountmatch.status_words() IS
'every status word in force and the status that it stands for, built-in or set by set_status_word';

CREATE OR REPLACE FUNCTION accountmatch.tiers()
RETURNS SETOF accountmatch.tier_row
LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 10
AS 'MODULE_PATHNAME', 'acm_tiers';
COMMENT ON FUNCTION accountmatch.tiers() IS
'the tier, priority and play of every segment that has one, built-in or set by set_tier';

CREATE OR REPLACE FUNCTION _accountmatch.fold_status_word(word text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'acm_fold_status_word';

CREATE OR REPLACE FUNCTION accountmatch.set_status_word(word text, status text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	folded text := _accountmatch.fold_status_word(word);
BEGIN
	IF folded IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a status word needs a letter or digit';
	END IF;
	IF status IS NULL THEN
		DELETE FROM _accountmatch.status_word w WHERE w.word = folded;
		RETURN;
	END IF;
	IF status !~ '^[a-z][a-z0-9_ ]{0,30}$' OR status IN ('none', 'unknown') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" cannot be the name of a status', status),
			HINT = 'Use customer, opportunity, prospect, or a name of your own: a lower-case letter, then up to 30 of a-z, 0-9, underscore and space; not "none" or "unknown".';
	END IF;
	IF status NOT IN ('customer', 'opportunity', 'prospect')
		AND NOT EXISTS (SELECT FROM _accountmatch.status_word w WHERE w.status = set_status_word.status) THEN
		RAISE NOTICE USING MESSAGE = format('"%s" is a new status of your own', status),
			HINT = 'Its segments have no tier until accountmatch.set_tier gives them one.';
	END IF;
	INSERT INTO _accountmatch.status_word AS w (word, status) VALUES (folded, set_status_word.status)
	ON CONFLICT ON CONSTRAINT status_word_pkey DO UPDATE SET status = EXCLUDED.status;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_status_word(text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_status_word(text, text) IS
'let a word of your lists (case and punctuation do not count) stand for a status: customer, opportunity, prospect, or one of your own; null takes your setting back. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_tier(our_status text, their_status text, tier integer,
	priority text DEFAULT NULL, play text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	s text;
BEGIN
	FOREACH s IN ARRAY ARRAY[our_status, their_status] LOOP
		IF s IS NULL OR NOT EXISTS (SELECT FROM accountmatch.status_words() w WHERE w.status = s
			UNION ALL SELECT WHERE s IN ('customer', 'opportunity', 'prospect')) THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('unknown status %s', coalesce(quote_ident(s), 'null')),
				HINT = 'Use customer, opportunity, prospect, or a status that set_status_word has introduced.';
		END IF;
	END LOOP;
	IF tier NOT BETWEEN 1 AND 4 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('tier %s is not between 1 and 4', tier),
			HINT = 'Tiers go from 1 (act now) to 4; null means no tier.';
	END IF;
	INSERT INTO _accountmatch.tier AS t (our_status, their_status, tier, priority, play)
	SELECT set_tier.our_status, set_tier.their_status, set_tier.tier,
		coalesce(set_tier.priority, c.priority), coalesce(set_tier.play, c.play)
	FROM accountmatch.classify(set_tier.our_status, set_tier.their_status) c
	ON CONFLICT ON CONSTRAINT tier_pkey DO UPDATE
	SET tier = EXCLUDED.tier, priority = EXCLUDED.priority, play = EXCLUDED.play;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_tier(text, text, integer, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_tier(text, text, integer, text, text) IS
'set the tier (1 .. 4, null for none), and if they are given the priority and play, of a segment over the built-in ones. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.reset_tier(our_status text, their_status text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	DELETE FROM _accountmatch.tier t
	WHERE t.our_status = reset_tier.our_status AND t.their_status = reset_tier.their_status;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.reset_tier(text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.reset_tier(text, text) IS
'take back what set_tier set for a segment. Not executable by PUBLIC';

-- src/overlap/overlap.sql

-- Two partner tables in, matches out. The functions read both lists with the
-- caller's rights and keep nothing.

CREATE OR REPLACE FUNCTION accountmatch.overlap(ours regclass, theirs regclass,
	one_sided boolean DEFAULT false, best boolean DEFAULT false,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000
AS 'MODULE_PATHNAME', 'acm_overlap';
COMMENT ON FUNCTION accountmatch.overlap(regclass, regclass, boolean, boolean, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'the matches between two lists of accounts, a row each. one_sided adds the accounts without a match; best leaves one row per account of ours; rules selects among id, domain, email, name, near, and similar adds the weaker evidence that needs review; a domain that more than domain_cap names of a list share does not match by itself; our_status and their_status are for accounts that have none of their own; our_columns and their_columns map attributes to columns, as in ''{"account_id": "sfid"}''; overrides and aliases are relations of your own with corrections';

CREATE OR REPLACE FUNCTION accountmatch.segments(ours regclass, theirs regclass,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.segment_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 20
AS 'MODULE_PATHNAME', 'acm_segments';
COMMENT ON FUNCTION accountmatch.segments(regclass, regclass, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'the totals of an overlap: per segment our accounts, their accounts, companies, pairs and amounts per currency, each account counted once, in the segment of its company; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.preflight(list regclass, columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.preflight_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
AS 'MODULE_PATHNAME', 'acm_preflight';
COMMENT ON FUNCTION accountmatch.preflight(regclass, jsonb) IS
'what a list is good for before anyone shares it: how many accounts can be matched, and what stands in the way of the others';

CREATE OR REPLACE FUNCTION accountmatch.guess_columns(list regclass)
RETURNS SETOF accountmatch.guess_row
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'acm_guess_columns';
COMMENT ON FUNCTION accountmatch.guess_columns(regclass) IS
'which column of an export seems to hold which attribute of an account, with a sample value; jsonb_object_agg(attribute, column_name) over it is the mapping that overlap takes';

-- src/overlap/evidence_types.sql

-- What overlap_evidence and explain_match return.

CREATE TYPE accountmatch.evidence_row AS (
	our_name text,
	their_name text,
	rule text,
	accepted boolean,
	reason text,
	our_key text,
	their_key text,
	our_id text,
	their_id text
);
COMMENT ON TYPE accountmatch.evidence_row IS 'a reason to believe, or not, that two accounts are one company; see accountmatch.overlap_evidence';

CREATE TYPE accountmatch.match_explanation_row AS (
	rule text,
	our_key text,
	their_key text,
	finding text,
	held boolean
);
COMMENT ON TYPE accountmatch.match_explanation_row IS 'what a rule found for two accounts; see accountmatch.explain_match';

-- src/overlap/evidence.sql

-- Why accounts match or do not, and the matches of one account.

CREATE OR REPLACE FUNCTION accountmatch.overlap_evidence(ours regclass, theirs regclass,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.evidence_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000
AS 'MODULE_PATHNAME', 'acm_overlap_evidence';
COMMENT ON FUNCTION accountmatch.overlap_evidence(regclass, regclass, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'every reason to believe that two accounts are one company, a row each, also those that were rejected, and why; a pair can have several; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.explain_match(ours regclass, theirs regclass, our_id text, their_id text,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.match_explanation_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 9
AS 'MODULE_PATHNAME', 'acm_explain_match';
COMMENT ON FUNCTION accountmatch.explain_match(regclass, regclass, text, text, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'why two accounts match, or not: a row per rule with the keys of both and what it found, then the verdict; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.find_matches(theirs regclass,
	name text DEFAULT NULL, website text DEFAULT NULL, email text DEFAULT NULL, country text DEFAULT NULL,
	lei text DEFAULT NULL, duns text DEFAULT NULL, vat text DEFAULT NULL,
	their_columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10000 ROWS 2
AS 'MODULE_PATHNAME', 'acm_find_matches';
COMMENT ON FUNCTION accountmatch.find_matches(regclass, text, text, text, text, text, text, text, jsonb) IS
'the matches of one account in a list. Reads only the rows that share a key: create indexes on accountmatch.match_host(website) and accountmatch.match_company(name)';

