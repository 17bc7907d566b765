-- Lists and maps: where accounts come from, and which lists are mapped.

CREATE OR REPLACE FUNCTION _accountmatch.qualified_source(relation regclass) RETURNS text
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'acm_qualified_source';
REVOKE ALL ON FUNCTION _accountmatch.qualified_source(regclass) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.lock(kind text, number integer, wait boolean) RETURNS boolean
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'acm_lock';
REVOKE ALL ON FUNCTION _accountmatch.lock(text, integer, boolean) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.caller() RETURNS name
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'acm_caller';
REVOKE ALL ON FUNCTION _accountmatch.caller() FROM PUBLIC;

-- What is kept of a list, checked; status stands for stage, too
CREATE OR REPLACE FUNCTION _accountmatch.kept_fields(keep text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	field text;
BEGIN
	SELECT f INTO field FROM unnest(keep) f
	WHERE f IS NULL OR f NOT IN ('status', 'owner', 'industry', 'region', 'amount', 'currency') LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown field "%s" in keep', field),
			HINT = 'What can be kept or left out is status, owner, industry, region, amount, currency; account_id, name, website and country are always kept.';
	END IF;
	RETURN ARRAY(SELECT DISTINCT f COLLATE "C" FROM (SELECT unnest(keep) UNION ALL SELECT 'stage' WHERE 'status' = ANY (keep)) k(f) ORDER BY 1);
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.kept_fields(text[]) FROM PUBLIC;

-- Store a list's settings; a relation is looked at once, so that a wrong one is refused now
CREATE OR REPLACE FUNCTION _accountmatch.put_list(list_name text, source regclass, columns jsonb, keep text[], status text,
	max_shrink double precision)
RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	id integer;
BEGIN
	IF max_shrink IS NULL OR max_shrink NOT BETWEEN 0 AND 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('max_shrink %s is not between 0 and 1', coalesce(max_shrink::text, 'null')),
			HINT = 'It is the share of its accounts that a list may lose from one refresh to the next: 0.3 is 30 %.';
	END IF;
	PERFORM _accountmatch.check_source(source, columns, status);
	INSERT INTO _accountmatch.list AS l (name, source, columns, keep, default_status, max_shrink, set_by, set_at)
	VALUES (list_name, _accountmatch.qualified_source(source), put_list.columns, _accountmatch.kept_fields(put_list.keep), status, put_list.max_shrink,
		_accountmatch.caller(), now())
	ON CONFLICT (name) DO UPDATE SET source = EXCLUDED.source, columns = EXCLUDED.columns, keep = EXCLUDED.keep,
		default_status = EXCLUDED.default_status, max_shrink = EXCLUDED.max_shrink, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at
	RETURNING list_id INTO id;
	RETURN id;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.put_list(text, regclass, jsonb, text[], text, double precision) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.check_source(source regclass, columns jsonb, status text) RETURNS void
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'acm_check_source';
REVOKE ALL ON FUNCTION _accountmatch.check_source(regclass, jsonb, text) FROM PUBLIC;

-- The list of a name: 'ours', a partner's, or a map's with /ours or /theirs behind it
CREATE OR REPLACE FUNCTION _accountmatch.list_of(list_name text) RETURNS _accountmatch.list
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list;
BEGIN
	SELECT * INTO l FROM _accountmatch.list t WHERE t.name = list_name;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('there is no list "%s"', list_name),
			HINT = coalesce((SELECT format('The lists are %s.', string_agg(t.name, ', ' ORDER BY t.name)) FROM _accountmatch.list t),
				'Begin with accountmatch.set_our_list.');
	END IF;
	RETURN l;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.list_of(text) FROM PUBLIC;

-- The map of a name
CREATE OR REPLACE FUNCTION _accountmatch.map_of(map_name text) RETURNS _accountmatch.map
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map;
BEGIN
	SELECT * INTO m FROM _accountmatch.map t WHERE t.name = map_name;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('there is no partner or map "%s"', map_name),
			HINT = coalesce((SELECT format('There are %s.', string_agg(t.name, ', ' ORDER BY t.name)) FROM _accountmatch.map t),
				'Begin with accountmatch.set_our_list and accountmatch.add_partner.');
	END IF;
	RETURN m;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.map_of(text) FROM PUBLIC;

-- Make a map of two lists
CREATE OR REPLACE FUNCTION _accountmatch.put_map(map_name text, our_list integer, their_list integer, is_partner boolean,
	rules text[], similar boolean, domain_cap integer, stale_after interval)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	PERFORM _accountmatch.check_rules(rules, domain_cap);
	INSERT INTO _accountmatch.map (name, our_list, their_list, is_partner, rules, "similar", domain_cap, stale_after, created_by, created_at)
	VALUES (map_name, put_map.our_list, put_map.their_list, put_map.is_partner, put_map.rules, coalesce(put_map.similar, false),
		put_map.domain_cap, coalesce(put_map.stale_after, '30 days'), _accountmatch.caller(), now());
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.put_map(text, integer, integer, boolean, text[], boolean, integer, interval) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.check_rules(rules text[], domain_cap integer) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF rules IS NULL OR EXISTS (SELECT FROM unnest(rules) r WHERE r IS NULL OR r NOT IN ('id', 'domain', 'email', 'name', 'near', 'similar')) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown rule in %s', coalesce(rules::text, 'null')),
			HINT = 'The rules are id, domain, email, name, near and similar.';
	END IF;
	IF domain_cap IS NULL OR domain_cap NOT BETWEEN 0 AND 1000 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('domain_cap %s is not between 0 and 1000', coalesce(domain_cap::text, 'null'));
	END IF;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.check_rules(text[], integer) FROM PUBLIC;

-- A new name for a partner or map
CREATE OR REPLACE FUNCTION _accountmatch.check_new_name(new_name text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF new_name IS NULL OR new_name !~ '^[^[:cntrl:]/]{1,63}$' OR new_name IN ('ours') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name',
			MESSAGE = format('"%s" cannot be the name of a partner or map', coalesce(new_name, 'null')),
			HINT = 'Use 1 to 63 characters without a slash; not "ours".';
	END IF;
	IF EXISTS (SELECT FROM _accountmatch.map m WHERE m.name = new_name) THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_object',
			MESSAGE = format('there is a partner or map "%s" already', new_name),
			HINT = 'accountmatch.set_source gives it another source, accountmatch.drop_partner erases it.';
	END IF;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.check_new_name(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.set_our_list(source regclass, columns jsonb DEFAULT NULL,
	keep text[] DEFAULT '{status,owner,industry,region,amount,currency}', status text DEFAULT NULL,
	max_shrink double precision DEFAULT 0.3)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	PERFORM _accountmatch.put_list('ours', source, columns, keep, status, max_shrink);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_our_list(regclass, jsonb, text[], text, double precision) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_our_list(regclass, jsonb, text[], text, double precision) IS
'say where our own accounts are; null: they come by import_csv(''ours'', ...). columns maps attributes to columns as in overlap; keep names the fields to store besides account_id, name, website and country; status is for accounts that have none; a refresh that would lose more than max_shrink of the accounts stops. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.add_partner(name text, source regclass DEFAULT NULL, columns jsonb DEFAULT NULL,
	keep text[] DEFAULT '{status,owner,industry,region,amount,currency}', status text DEFAULT NULL,
	max_shrink double precision DEFAULT 0.3, rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2, stale_after interval DEFAULT '30 days')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	ours _accountmatch.list := _accountmatch.list_of('ours');
BEGIN
	PERFORM _accountmatch.check_new_name(name);
	PERFORM _accountmatch.put_map(name, ours.list_id,
		_accountmatch.put_list(name, source, columns, keep, status, max_shrink), true, rules, "similar", domain_cap, stale_after);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.add_partner(text, regclass, jsonb, text[], text, double precision, text[], boolean, integer, interval) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.add_partner(text, regclass, jsonb, text[], text, double precision, text[], boolean, integer, interval) IS
'add a partner and the map of our list with his; source null: his list comes by import_csv. Options as in set_our_list and overlap; a list older than stale_after stands in the view stale_partners. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.create_map(name text, ours regclass, theirs regclass,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	keep text[] DEFAULT '{status,owner,industry,region,amount,currency}', max_shrink double precision DEFAULT 0.3,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2, stale_after interval DEFAULT '30 days')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	PERFORM _accountmatch.check_new_name(name);
	PERFORM _accountmatch.put_map(name,
		_accountmatch.put_list(name || '/ours', ours, our_columns, keep, our_status, max_shrink),
		_accountmatch.put_list(name || '/theirs', theirs, their_columns, keep, their_status, max_shrink),
		false, rules, "similar", domain_cap, stale_after);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.create_map(text, regclass, regclass, jsonb, jsonb, text, text, text[], double precision, text[], boolean, integer, interval) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.create_map(text, regclass, regclass, jsonb, jsonb, text, text, text[], double precision, text[], boolean, integer, interval) IS
'keep the overlap of any two lists; they are called name/ours and name/theirs. Options as in add_partner. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_source(list text, source regclass, columns jsonb DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list := _accountmatch.list_of(list);
BEGIN
	PERFORM _accountmatch.put_list(l.name, source, columns, array_remove(l.keep, 'stage'), l.default_status, l.max_shrink);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_source(text, regclass, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_source(text, regclass, jsonb) IS
'give a list (''ours'', a partner''s by his name, or name/ours and name/theirs of a map) another source; what is kept stays, and the next re-map tells what changed. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_rules(partner text, rules text[] DEFAULT NULL, similar boolean DEFAULT NULL,
	domain_cap integer DEFAULT NULL, stale_after interval DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
BEGIN
	PERFORM _accountmatch.check_rules(coalesce(rules, m.rules), coalesce(domain_cap, m.domain_cap));
	UPDATE _accountmatch.map t
	SET rules = coalesce(set_rules.rules, t.rules), "similar" = coalesce(set_rules.similar, t.similar),
		domain_cap = coalesce(set_rules.domain_cap, t.domain_cap), stale_after = coalesce(set_rules.stale_after, t.stale_after)
	WHERE t.map_id = m.map_id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_rules(text, text[], boolean, integer, interval) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_rules(text, text[], boolean, integer, interval) IS
'change how a map is matched, from its next re-map on; null leaves a setting as it is. See preview. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.drop_partner(name text) RETURNS SETOF accountmatch.receipt_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(name);
	own integer[];
	t text;
	n bigint;
BEGIN
	-- waits for a re-map that runs; after it the map may be gone
	PERFORM _accountmatch.lock('map', m.map_id, true);
	m := _accountmatch.map_of(name);
	own := ARRAY(SELECT l.list_id FROM _accountmatch.list l
		WHERE l.list_id IN (m.our_list, m.their_list) AND l.name <> 'ours');
	FOREACH t IN ARRAY ARRAY['match', 'match_history', 'event', 'run', 'override', 'map'] LOOP
		EXECUTE format('DELETE FROM _accountmatch.%I WHERE map_id = $1', t) USING m.map_id;
		GET DIAGNOSTICS n = ROW_COUNT;
		RETURN NEXT ROW(t, n)::accountmatch.receipt_row;
	END LOOP;
	FOREACH t IN ARRAY ARRAY['account', 'account_change', 'list'] LOOP
		EXECUTE format('DELETE FROM _accountmatch.%I WHERE list_id = ANY ($1)', t) USING own;
		GET DIAGNOSTICS n = ROW_COUNT;
		RETURN NEXT ROW(t, n)::accountmatch.receipt_row;
	END LOOP;
	RAISE NOTICE USING MESSAGE = format('everything of "%s" is erased from the tables of accountmatch', name),
		HINT = 'VACUUM removes the rows from the files. Backups, WAL archives, the source itself and what was exported are not reached.';
END
$$;
REVOKE ALL ON FUNCTION accountmatch.drop_partner(text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.drop_partner(text) IS
'erase a partner, or a map of create_map: its accounts, matches, history, feed, runs and corrections; returns what was erased. Not executable by PUBLIC';
