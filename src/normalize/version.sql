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
