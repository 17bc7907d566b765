-- The two schemas, and what must hold before anything is created.

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION accountmatch" to load this file. \quit

DO $$
DECLARE
	other pg_catalog.text;
BEGIN
	IF pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = pg_catalog.format('accountmatch needs a database with encoding UTF8, this one has %s',
										pg_catalog.getdatabaseencoding()),
			HINT = 'Create the database with CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;

	-- CREATE EXTENSION takes a schema that is there already, whoever owns it.
	-- A superuser's is no danger, and is what a dump loaded by another superuser
	-- begins with: this schema is not a member of the extension, PostgreSQL has it so.
	SELECT r.rolname::pg_catalog.text INTO other
	FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
	WHERE n.nspname OPERATOR(pg_catalog.=) 'accountmatch' AND r.rolname OPERATOR(pg_catalog.<>) CURRENT_USER
		AND NOT r.rolsuper;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_schema',
			MESSAGE = pg_catalog.format('schema "accountmatch" exists already and belongs to "%s"', other),
			HINT = 'Rename or drop that schema, then run CREATE EXTENSION accountmatch again.';
	END IF;

	SELECT r.rolname::pg_catalog.text INTO other
	FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
	WHERE n.nspname OPERATOR(pg_catalog.=) '_accountmatch';
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_schema',
			MESSAGE = pg_catalog.format('schema "_accountmatch" exists already and belongs to "%s"', other),
			HINT = 'Rename or drop that schema, then run CREATE EXTENSION accountmatch again.';
	END IF;
END
$$;

CREATE SCHEMA _accountmatch;
COMMENT ON SCHEMA _accountmatch IS 'accountmatch: tables and inner functions; not for users';
COMMENT ON SCHEMA accountmatch IS 'accountmatch: functions, types and views for users';
GRANT USAGE ON SCHEMA accountmatch TO PUBLIC;
