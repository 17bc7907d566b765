-- From a CSV file to stored accounts.

CREATE OR REPLACE FUNCTION _accountmatch.csv_lines(content text, OUT line bigint, OUT fields text[]) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT COST 100000 ROWS 10000 AS 'MODULE_PATHNAME', 'acm_csv_lines';
REVOKE ALL ON FUNCTION _accountmatch.csv_lines(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.guess_headings(headings text[], OUT attribute text, OUT place integer) RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT ROWS 10 AS 'MODULE_PATHNAME', 'acm_guess_headings';
REVOKE ALL ON FUNCTION _accountmatch.guess_headings(text[]) FROM PUBLIC;

-- An amount as people write it: currency signs, blanks and thousands separators
-- do not count; null if it is none. "1.234,5" and "1,234.5" are the same; commas
-- alone with three digits behind each, and several such points, are thousands.
CREATE OR REPLACE FUNCTION _accountmatch.read_amount(amount text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN d ~ '^-?[0-9]{1,200}(\.[0-9]{0,100})?$' THEN d::numeric END
	FROM (SELECT CASE
		WHEN t ~ '\..*,' THEN replace(replace(t, '.', ''), ',', '.')
		WHEN t ~ ',.*\.' THEN replace(t, ',', '')
		WHEN t ~ '^-?[0-9]{1,3}(,[0-9]{3})+$' THEN replace(t, ',', '')
		WHEN t ~ '^-?[0-9]{1,3}(\.[0-9]{3}){2,}$' THEN replace(t, '.', '')
		ELSE replace(t, ',', '.') END
		FROM (SELECT regexp_replace(amount, '[^0-9.,-]', '', 'g')) a(t)) b(d)
	WHERE amount !~ '[0-9].*[[:alpha:]].*[0-9]'
$$;
REVOKE ALL ON FUNCTION _accountmatch.read_amount(text) FROM PUBLIC;

-- The attributes of a file's columns: as the caller says, else as the headings
-- read; attribute => place
CREATE OR REPLACE FUNCTION _accountmatch.csv_columns(headings text[], columns jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	attributes text[] := ARRAY(SELECT a.attname FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
		WHERE t.oid = 'accountmatch.account_row'::regtype ORDER BY a.attnum);
	result jsonb;
	a record;
BEGIN
	SELECT h.heading, array_agg(h.place) AS places INTO a
	FROM unnest(headings) WITH ORDINALITY h(heading, place) WHERE h.heading <> '' GROUP BY h.heading HAVING count(*) > 1 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_column',
			MESSAGE = format('the heading "%s" stands more than once, in columns %s', left(a.heading, 60), array_to_string(a.places, ', ')),
			HINT = 'Rename or remove one of them in the file.';
	END IF;
	SELECT coalesce(jsonb_object_agg(g.attribute, g.place), '{}') INTO result FROM _accountmatch.guess_headings(headings) g;
	IF jsonb_typeof(columns) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'columns must be a JSON object',
			HINT = 'Write columns => ''{"account_id": "Id", "website": "Company URL"}''.';
	END IF;
	FOR a IN SELECT c.key AS attribute, c.value AS heading, array_position(headings, c.value) AS place FROM jsonb_each_text(columns) c LOOP
		IF NOT a.attribute = ANY (attributes) THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('columns names an unknown attribute "%s"', a.attribute),
				HINT = format('The attributes of an account are %s.', array_to_string(attributes, ', '));
		ELSIF a.heading IS NOT NULL AND a.place IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_column',
				MESSAGE = format('columns maps "%s" to "%s", which the file does not have', a.attribute, a.heading),
				HINT = format('Its headings are %s.', left(array_to_string(headings, ', '), 500));
		END IF;
		-- a column serves for one attribute
		SELECT coalesce(jsonb_object_agg(r.key, r.value), '{}') INTO result
		FROM jsonb_each(result) r WHERE r.key <> a.attribute AND r.value IS DISTINCT FROM to_jsonb(a.place);
		IF a.heading IS NOT NULL THEN
			result := result || jsonb_build_object(a.attribute, a.place);
		END IF;
	END LOOP;
	IF NOT result ?| '{name,website,domain,email,lei,duns,vat}' THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = 'the file has no column to match accounts by',
			DETAIL = format('Its headings are %s.', left(array_to_string(headings, ', '), 500)),
			HINT = 'The first line must have headings. Write columns => ''{"name": "...", "website": "..."}'' if they are not understood.';
	END IF;
	RETURN result;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.csv_columns(text[], jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.import_csv(list text, content text, columns jsonb DEFAULT NULL, force boolean DEFAULT false)
RETURNS accountmatch.import_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list := _accountmatch.list_of(list);
	headings text[];
	places jsonb;
	r accountmatch.import_row;
	attributes text;
	n bigint;
	bad record;
BEGIN
	IF l.source IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('the list "%s" is read from %s', list, l.source),
			HINT = format('SELECT accountmatch.set_source(%L, NULL) lets it come from files.', list);
	END IF;
	CREATE TEMP TABLE accountmatch_lines ON COMMIT DROP AS SELECT * FROM _accountmatch.csv_lines(content);
	SELECT c.fields INTO headings FROM pg_temp.accountmatch_lines c ORDER BY c.line LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'bad_copy_file_format', MESSAGE = 'the file is empty';
	END IF;
	headings := ARRAY(SELECT btrim(h) FROM unnest(headings) h);
	places := _accountmatch.csv_columns(headings, columns);

	-- an account without account_id gets one of what it is known by, so that it has the same in the next file
	SELECT string_agg(CASE a.key
			WHEN 'amount' THEN format('_accountmatch.read_amount(c.fields[%s]) AS amount', a.value)
			ELSE format('nullif(btrim(c.fields[%s]), %L) AS %I', a.value, '', a.key) END, ', ')
		|| CASE WHEN places ? 'account_id' THEN '' ELSE
			format(', ''made-'' || left(md5(lower(concat_ws(''|'', %s))), 16) AS account_id',
				(SELECT string_agg(format('btrim(c.fields[%s])', k.value), ', ' ORDER BY k.key) FROM jsonb_each(places) k
				WHERE k.key IN ('name', 'website', 'domain', 'email', 'lei', 'duns', 'vat'))) END
	INTO attributes FROM jsonb_each(places) a;
	EXECUTE format('CREATE TEMP TABLE accountmatch_file ON COMMIT DROP AS SELECT c.line, %s FROM pg_temp.accountmatch_lines c
		WHERE c.line > (SELECT min(x.line) FROM pg_temp.accountmatch_lines x)', attributes);
	DROP TABLE pg_temp.accountmatch_lines;
	IF NOT places ? 'account_id' THEN
		UPDATE pg_temp.accountmatch_file f SET account_id = f.account_id || '-' || d.nth
		FROM (SELECT x.line, row_number() OVER (PARTITION BY x.account_id ORDER BY x.line) AS nth FROM pg_temp.accountmatch_file x) d
		WHERE d.line = f.line AND d.nth > 1;
	END IF;
	SELECT f.line INTO bad FROM pg_temp.accountmatch_file f WHERE f.account_id IS NULL ORDER BY f.line LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'not_null_violation', MESSAGE = format('line %s has no account_id', bad.line),
			HINT = 'If the file has no column of unique ids, map it to none: columns => ''{"account_id": null}''.';
	END IF;
	SELECT f.account_id, min(f.line) AS first, max(f.line) AS line INTO bad FROM pg_temp.accountmatch_file f
	GROUP BY f.account_id HAVING count(*) > 1 ORDER BY 2 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'unique_violation',
			MESSAGE = format('account_id "%s" stands in line %s and in line %s', left(bad.account_id, 100), bad.first, bad.line),
			HINT = 'Remove one of them, or map another column to account_id.';
	END IF;

	r.changes := _accountmatch.refresh_list(l.list_id, 'pg_temp.accountmatch_file', NULL, force);
	DROP TABLE pg_temp.accountmatch_file;
	r.list := l.name;
	SELECT t.accounts INTO r.accounts FROM _accountmatch.list t WHERE t.list_id = l.list_id;
	r.columns := (SELECT jsonb_object_agg(p.key, headings[p.value::integer]) FROM jsonb_each_text(places) p);
	r.ignored := ARRAY(SELECT h.heading FROM unnest(headings) WITH ORDINALITY h(heading, place)
		WHERE h.heading <> '' AND NOT EXISTS (SELECT FROM jsonb_each_text(places) p WHERE p.value::bigint = h.place) ORDER BY h.place);
	RETURN r;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.import_csv(text, text, jsonb, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.import_csv(text, text, jsonb, boolean) IS
'take a list from the text of a CSV file; headings are understood as by guess_columns, and columns maps attributes to headings where they are not; a file without ids gets some. The list is then what the file says, whole. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.import_csv_file(list text, content bytea, encoding text DEFAULT 'UTF8',
	columns jsonb DEFAULT NULL, force boolean DEFAULT false)
RETURNS accountmatch.import_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	decoded text;
BEGIN
	IF substring(content FOR 2) IN ('\xfffe', '\xfeff') THEN
		RAISE EXCEPTION USING ERRCODE = 'character_not_in_repertoire', MESSAGE = 'the file is in UTF-16',
			HINT = 'Save it as "CSV UTF-8".';
	ELSIF position('\x00'::bytea IN content) > 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'bad_copy_file_format', MESSAGE = 'the file holds zero bytes',
			HINT = 'It is damaged, or is not text.';
	END IF;
	BEGIN
		decoded := convert_from(content, encoding);
	EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
		RAISE EXCEPTION USING ERRCODE = 'character_not_in_repertoire',
			MESSAGE = format('the file is not in %s', encoding), DETAIL = SQLERRM,
			HINT = 'Save it as "CSV UTF-8", or try encoding => ''WIN1252'', in which Excel often writes.';
	END;
	RETURN accountmatch.import_csv(list, decoded, columns, force);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.import_csv_file(text, bytea, text, jsonb, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.import_csv_file(text, bytea, text, jsonb, boolean) IS
'import_csv for the bytes of a file, in any encoding that PostgreSQL knows. Not executable by PUBLIC';
