-- The extension, its two schemas and who may enter them.
SELECT nspname, nspowner::regrole = current_user::regrole AS ours,
	has_schema_privilege('public', oid, 'USAGE') AS public_usage,
	has_schema_privilege('public', oid, 'CREATE') AS public_create
FROM pg_namespace WHERE nspname IN ('accountmatch', '_accountmatch') ORDER BY 1;

-- no function shares its name with a type: x('y') would be read as a cast
SELECT p.proname FROM pg_proc p JOIN pg_type t ON t.typname = p.proname
	AND t.typnamespace = p.pronamespace
WHERE p.pronamespace IN ('accountmatch'::regnamespace, '_accountmatch'::regnamespace);

-- everything that users see has a comment
SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = 'accountmatch'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL;
