-- Signals: what others observe about companies, and on which of our accounts it falls.

CREATE OR REPLACE FUNCTION _accountmatch.source_rows(source text, columns text[]) RETURNS SETOF text[]
LANGUAGE c VOLATILE STRICT COST 1000000 ROWS 10000
AS 'MODULE_PATHNAME', 'acm_source_rows';
REVOKE ALL ON FUNCTION _accountmatch.source_rows(text, text[]) FROM PUBLIC;

-- The columns of a relation for the given attributes, in their order: as columns
-- says, else of the same name; null where there is none
CREATE OR REPLACE FUNCTION _accountmatch.source_columns(source text, columns jsonb, attributes text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	relation regclass := to_regclass(source);
	c record;
BEGIN
	IF relation IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('source %s does not exist', source),
			HINT = 'What is stored is kept. Create it again, or name another source.';
	END IF;
	IF jsonb_typeof(columns) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'columns must be a JSON object',
			HINT = format('Write columns => ''{"%s": "My Column"}''.', attributes[1]);
	END IF;
	FOR c IN SELECT e.key AS attribute, e.value AS name FROM jsonb_each_text(columns) e LOOP
		IF NOT c.attribute = ANY (attributes) THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('columns names an unknown attribute "%s"', c.attribute),
				HINT = format('The attributes are %s.', array_to_string(attributes, ', '));
		ELSIF c.name IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a
			WHERE a.attrelid = relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped) THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_column',
				MESSAGE = format('columns maps "%s" to "%s", which %s does not have', c.attribute, c.name, source);
		END IF;
	END LOOP;
	RETURN ARRAY(SELECT CASE WHEN columns ? x.attribute THEN columns ->> x.attribute
			ELSE (SELECT a.attname FROM pg_attribute a
				WHERE a.attrelid = relation AND a.attname = x.attribute AND a.attnum > 0 AND NOT a.attisdropped) END
		FROM unnest(attributes) WITH ORDINALITY x(attribute, nth) ORDER BY x.nth);
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.source_columns(text, jsonb, text[]) FROM PUBLIC;

-- The attributes of a signal, in the order in which they are read
CREATE OR REPLACE FUNCTION _accountmatch.signal_columns(source text, columns jsonb) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	found_columns text[] := _accountmatch.source_columns(source, columns, '{account_id,domain,website,name,country,signal,value,observed_at}');
BEGIN
	IF found_columns[8] IS NULL OR num_nonnulls(VARIADIC found_columns[1:4]) = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('%s has no column %s', source, CASE WHEN found_columns[8] IS NULL THEN 'observed_at' ELSE 'to tell the company by' END),
			HINT = 'Signals need observed_at and one of account_id, domain, website, name; signal and value may be missing. Map other column names: columns => ''{"observed_at": "seen"}''.';
	END IF;
	RETURN found_columns;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.signal_columns(text, jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.add_signal_source(name text, source regclass, columns jsonb DEFAULT NULL,
	scale double precision DEFAULT 1, half_life interval DEFAULT '30 days')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	qualified text := _accountmatch.qualified_source(source);
BEGIN
	IF name IS NULL OR name = '' OR scale IS NULL OR NOT (scale > 0 AND scale < 'infinity') OR half_life IS NULL OR half_life <= '0' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a source of signals needs a name, a scale and a half_life above 0',
			HINT = 'scale is the value of a signal that counts fully; after half_life it counts half.';
	END IF;
	PERFORM _accountmatch.signal_columns(qualified, columns);
	INSERT INTO _accountmatch.signal_source AS s (name, source, columns, scale, half_life, set_by, set_at)
	VALUES (add_signal_source.name, qualified, add_signal_source.columns, add_signal_source.scale, add_signal_source.half_life, _accountmatch.caller(), now())
	ON CONFLICT ON CONSTRAINT signal_source_name_key DO UPDATE SET source = EXCLUDED.source, columns = EXCLUDED.columns, scale = EXCLUDED.scale,
		half_life = EXCLUDED.half_life, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.add_signal_source(text, regclass, jsonb, double precision, interval) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.add_signal_source(text, regclass, jsonb, double precision, interval) IS
'a relation with signals about companies: observed_at, account_id of ours or domain, website, name, and signal, value if it has them. A value of scale or more, or none, counts fully, after half_life half. The same name again changes it. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.drop_signal_source(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	id integer;
BEGIN
	DELETE FROM _accountmatch.signal_source s WHERE s.name = drop_signal_source.name RETURNING s.source_id INTO id;
	IF id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no source of signals "%s"', drop_signal_source.name);
	END IF;
	DELETE FROM _accountmatch.signal g WHERE g.source_id = id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.drop_signal_source(text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.drop_signal_source(text) IS 'forget a source of signals, and the signals. Not executable by PUBLIC';

-- Read a source, and see on which accounts of which lists its signals fall
CREATE OR REPLACE FUNCTION _accountmatch.refresh_signal_source(s _accountmatch.signal_source) RETURNS accountmatch.signal_run_row
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp SET datestyle = 'ISO'
AS $$
DECLARE
	list integer;
	result accountmatch.signal_run_row;
BEGIN
	PERFORM _accountmatch.lock('signal_source', s.source_id, true);
	CREATE TEMP TABLE accountmatch_signal ON COMMIT DROP AS
	SELECT r[1] COLLATE "C" AS own_id, r[2] AS domain, r[3] AS website, r[4] AS name, r[5] AS country, coalesce(r[6], s.name) COLLATE "C" AS signal,
		-- no value is a full one; none below 0
		CASE WHEN r[7] IS NULL THEN 1 ELSE least(1, greatest(0, r[7]::double precision / s.scale)) END AS strength, r[8]::timestamptz AS observed_at,
		dense_rank() OVER (ORDER BY r[2], r[3], r[4], r[5])::text AS account_id
	FROM _accountmatch.source_rows(s.source, _accountmatch.signal_columns(s.source, s.columns)) r
	WHERE isfinite(r[8]::timestamptz);
	GET DIAGNOSTICS result.rows = ROW_COUNT;
	CREATE TEMP TABLE accountmatch_subject ON COMMIT DROP AS
	SELECT DISTINCT g.account_id, g.domain, g.website, g.name, g.country FROM pg_temp.accountmatch_signal g
	WHERE g.own_id IS NULL AND num_nonnulls(g.domain, g.website, g.name) > 0;
	CREATE TEMP TABLE accountmatch_hit (list_id integer, our_id text COLLATE "C", subject text) ON COMMIT DROP;
	IF EXISTS (SELECT FROM pg_temp.accountmatch_subject) THEN
		FOR list IN SELECT x.list_id FROM _accountmatch.list x WHERE x.accounts > 0
			AND (x.name = 'ours' OR EXISTS (SELECT FROM _accountmatch.map m WHERE m.is_partner AND m.their_list = x.list_id)) LOOP
			EXECUTE format('CREATE TEMP VIEW accountmatch_accounts AS
				SELECT a.account_id, a.name, a.website, a.email, a.country FROM _accountmatch.account a WHERE a.list_id = %s', list);
			INSERT INTO pg_temp.accountmatch_hit
			SELECT list, o.our_id, o.their_id
			FROM accountmatch.overlap('pg_temp.accountmatch_accounts', 'pg_temp.accountmatch_subject', rules => '{domain,email,name}') o
			WHERE NOT o.needs_review;
			DROP VIEW pg_temp.accountmatch_accounts;
		END LOOP;
	END IF;
	DELETE FROM _accountmatch.signal g WHERE g.source_id = s.source_id;
	INSERT INTO _accountmatch.signal (source_id, list_id, account_id, signal, strength, observed_at)
	SELECT DISTINCT ON (h.list_id, h.account_id, h.signal) s.source_id, h.list_id, h.account_id, h.signal, h.strength, h.observed_at
	FROM (SELECT l.list_id, g.own_id AS account_id, g.signal, g.strength, g.observed_at
			FROM pg_temp.accountmatch_signal g JOIN _accountmatch.list l ON l.name = 'ours'
			WHERE g.own_id IS NOT NULL AND EXISTS (SELECT FROM _accountmatch.account a WHERE a.list_id = l.list_id AND a.account_id = g.own_id)
		UNION ALL
		SELECT t.list_id, t.our_id, g.signal, g.strength, g.observed_at
		FROM pg_temp.accountmatch_hit t JOIN pg_temp.accountmatch_signal g ON g.account_id = t.subject AND g.own_id IS NULL) h
	WHERE h.strength > 0
	-- the logarithm of what it is worth, at any time
	ORDER BY h.list_id, h.account_id, h.signal,
		ln(h.strength) + ln(2) * extract(epoch FROM h.observed_at) / extract(epoch FROM s.half_life) DESC;
	GET DIAGNOSTICS result.signals = ROW_COUNT;
	SELECT count(*) INTO result.matched FROM pg_temp.accountmatch_signal g
	WHERE CASE WHEN g.own_id IS NULL THEN g.account_id IN (SELECT h.subject FROM pg_temp.accountmatch_hit h)
		ELSE EXISTS (SELECT FROM _accountmatch.account a JOIN _accountmatch.list l USING (list_id) WHERE l.name = 'ours' AND a.account_id = g.own_id) END;
	DROP TABLE pg_temp.accountmatch_signal, pg_temp.accountmatch_subject, pg_temp.accountmatch_hit;
	UPDATE _accountmatch.signal_source x SET rows = result.rows, matched = result.matched, refreshed_at = clock_timestamp()
	WHERE x.source_id = s.source_id;
	result.source := s.name;
	RETURN result;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.refresh_signal_source(_accountmatch.signal_source) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.refresh_signals(name text DEFAULT NULL) RETURNS SETOF accountmatch.signal_run_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	s _accountmatch.signal_source;
BEGIN
	IF name IS NOT NULL AND NOT EXISTS (SELECT FROM _accountmatch.signal_source x WHERE x.name = refresh_signals.name) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no source of signals "%s"', name);
	END IF;
	FOR s IN SELECT * FROM _accountmatch.signal_source x WHERE refresh_signals.name IS NULL OR x.name = refresh_signals.name ORDER BY x.source_id LOOP
		RETURN NEXT _accountmatch.refresh_signal_source(s);
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.refresh_signals(text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.refresh_signals(text) IS
'read a source of signals, or all, and find the accounts that they are about, with the rules domain, email and name of maps; a row per source: its rows, those that fell on an account, and the signals kept. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.signals AS
SELECT s.name AS source, l.name AS list, g.account_id, a.name[1] AS name, g.signal, g.strength, g.observed_at
FROM _accountmatch.signal g
JOIN _accountmatch.signal_source s ON s.source_id OPERATOR(pg_catalog.=) g.source_id
JOIN _accountmatch.list l ON l.list_id OPERATOR(pg_catalog.=) g.list_id
JOIN _accountmatch.account a ON a.list_id OPERATOR(pg_catalog.=) g.list_id AND a.account_id OPERATOR(pg_catalog.=) g.account_id;
COMMENT ON VIEW accountmatch.signals IS 'signals as the last refresh_signals found them: one per source, account and signal';
COMMENT ON COLUMN accountmatch.signals.source IS 'the source of signals';
COMMENT ON COLUMN accountmatch.signals.list IS 'the list of the account: ours, or a partner';
COMMENT ON COLUMN accountmatch.signals.account_id IS 'the account_id in that list';
COMMENT ON COLUMN accountmatch.signals.name IS 'the account''s name';
COMMENT ON COLUMN accountmatch.signals.signal IS 'the signal';
COMMENT ON COLUMN accountmatch.signals.strength IS '0 to 1, when it was observed; it decays by the source''s half-life';
COMMENT ON COLUMN accountmatch.signals.observed_at IS 'when';
