-- Re-maps: refresh both lists, match what changed, tell what is new.

CREATE OR REPLACE FUNCTION _accountmatch.map_overlap(our_list integer, their_list integer, our_ids text[], their_ids text[],
	our_status text, their_status text, rules text[], similar boolean, domain_cap integer, map_id integer)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c VOLATILE COST 1000000 ROWS 1000
AS 'MODULE_PATHNAME', 'acm_map_overlap';
REVOKE ALL ON FUNCTION _accountmatch.map_overlap(integer, integer, text[], text[], text, text, text[], boolean, integer, integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.reach(our_list integer, their_list integer, map_id integer, our_version bigint, their_version bigint,
	corrections text, changed_corrections text, near boolean, share double precision,
	OUT ours boolean, OUT account_id text, OUT decides boolean)
RETURNS SETOF record
LANGUAGE c VOLATILE COST 1000000 ROWS 1000
AS 'MODULE_PATHNAME', 'acm_reach';
REVOKE ALL ON FUNCTION _accountmatch.reach(integer, integer, integer, bigint, bigint, text, text, boolean, double precision) FROM PUBLIC;

-- What a match depends on besides accounts and corrections
CREATE OR REPLACE FUNCTION _accountmatch.basis(m _accountmatch.map) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT md5(concat_ws('|', (SELECT array_agg(DISTINCT r COLLATE "C" ORDER BY r COLLATE "C") FROM unnest(m.rules) r), m.similar, m.domain_cap,
		(SELECT l.default_status FROM _accountmatch.list l WHERE l.list_id = m.our_list), '/',
		(SELECT l.default_status FROM _accountmatch.list l WHERE l.list_id = m.their_list),
		(SELECT e.extversion FROM pg_extension e WHERE e.extname = 'accountmatch'),
		(SELECT string_agg(w::text, ',' ORDER BY w.word) FROM _accountmatch.status_word w),
		(SELECT string_agg(t::text, ',' ORDER BY t.our_status, t.their_status) FROM _accountmatch.tier t)))
$$;
REVOKE ALL ON FUNCTION _accountmatch.basis(_accountmatch.map) FROM PUBLIC;

-- The corrections in force for a map
CREATE OR REPLACE FUNCTION _accountmatch.corrections_of(map integer) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM (
		SELECT o.correction_id FROM _accountmatch.override o WHERE o.undone_at IS NULL AND (o.map_id IS NULL OR o.map_id = map)
		UNION ALL SELECT a.correction_id FROM _accountmatch.alias a WHERE a.undone_at IS NULL) c(id)
$$;
REVOKE ALL ON FUNCTION _accountmatch.corrections_of(integer) FROM PUBLIC;

-- What changed in a list after a version, each account once
CREATE OR REPLACE FUNCTION _accountmatch.changes_since(list integer, since bigint) RETURNS TABLE (account_id text, change text)
LANGUAGE sql STABLE ROWS 1000 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT c.account_id, CASE
		WHEN c.changes[1] = 'added' THEN 'added'
		WHEN c.changes[cardinality(c.changes)] = 'removed' THEN 'removed'
		ELSE 'changed' END
	FROM (SELECT a.account_id, array_agg(a.change ORDER BY a.version) AS changes
		FROM _accountmatch.account_change a WHERE a.list_id = list AND a.version > since GROUP BY a.account_id) c
	WHERE NOT (c.changes[1] = 'added' AND c.changes[cardinality(c.changes)] = 'removed')
$$;
REVOKE ALL ON FUNCTION _accountmatch.changes_since(integer, bigint) FROM PUBLIC;

-- Match a map's stored accounts, all or those of the given ids, into the
-- temporary table accountmatch_new
CREATE OR REPLACE FUNCTION _accountmatch.match_stored(m _accountmatch.map, our_ids text[], their_ids text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE accountmatch_new ON COMMIT DROP AS
	SELECT o.our_id COLLATE "C" AS our_id, o.their_id COLLATE "C" AS their_id, o.our_name, o.their_name, o.segment, o.tier, o.why, o.rule,
		o.match_key, o.confidence, o.needs_review,
		CASE WHEN o.company IS NOT NULL THEN min(o.our_id COLLATE "C") OVER (PARTITION BY o.company) END AS company,
		o.our_website, o.our_country, o.our_status, o.our_owner, o.our_amount, ours.currency AS our_currency,
		o.their_website, o.their_country, o.their_status, o.their_owner, o.their_amount, theirs.currency AS their_currency
	FROM _accountmatch.map_overlap(m.our_list, m.their_list, our_ids, their_ids,
			(SELECT l.default_status FROM _accountmatch.list l WHERE l.list_id = m.our_list),
			(SELECT l.default_status FROM _accountmatch.list l WHERE l.list_id = m.their_list),
			m.rules, m.similar, m.domain_cap, m.map_id) o
	JOIN _accountmatch.account ours ON ours.list_id = m.our_list AND ours.account_id = o.our_id
	JOIN _accountmatch.account theirs ON theirs.list_id = m.their_list AND theirs.account_id = o.their_id;
	ANALYZE pg_temp.accountmatch_new;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.match_stored(_accountmatch.map, text[], text[]) FROM PUBLIC;

-- Whether a match is for everybody: what needs review is not, and families are no matches
CREATE OR REPLACE FUNCTION _accountmatch.is_shown(m _accountmatch.match) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT NOT (m).needs_review AND (m).rule OPERATOR(pg_catalog.<>) 'family' $$;
REVOKE ALL ON FUNCTION _accountmatch.is_shown(_accountmatch.match) FROM PUBLIC;

-- What differs between the stored matches of a map and accountmatch_new, into
-- accountmatch_diff: the row as it was, and as it will be. Only matches of
-- accounts that decide in accountmatch_reach, if there is one.
CREATE OR REPLACE FUNCTION _accountmatch.diff_matches(m _accountmatch.map, all_accounts boolean, run_id bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	n bigint;
	old_ids bigint[];
BEGIN
	IF NOT all_accounts THEN
		DELETE FROM pg_temp.accountmatch_new n
		WHERE NOT EXISTS (SELECT FROM pg_temp.accountmatch_reach r WHERE r.decides AND r.ours AND r.account_id = n.our_id)
			AND NOT EXISTS (SELECT FROM pg_temp.accountmatch_reach r WHERE r.decides AND NOT r.ours AND r.account_id = n.their_id);
		old_ids := ARRAY(
			SELECT x.match_id FROM pg_temp.accountmatch_reach r JOIN _accountmatch.match x ON x.map_id = m.map_id AND x.our_id = r.account_id
			WHERE r.decides AND r.ours
			UNION SELECT x.match_id FROM pg_temp.accountmatch_reach r JOIN _accountmatch.match x ON x.map_id = m.map_id AND x.their_id = r.account_id
			WHERE r.decides AND NOT r.ours
			-- who is gone cannot be reached
			UNION SELECT x.match_id FROM _accountmatch.changes_since(m.our_list, m.our_version) c
			JOIN _accountmatch.match x ON x.map_id = m.map_id AND x.our_id = c.account_id WHERE c.change = 'removed'
			UNION SELECT x.match_id FROM _accountmatch.changes_since(m.their_list, m.their_version) c
			JOIN _accountmatch.match x ON x.map_id = m.map_id AND x.their_id = c.account_id WHERE c.change = 'removed');
	END IF;
	CREATE TEMP TABLE accountmatch_diff ON COMMIT DROP AS
	SELECT o.old,
		CASE WHEN n.our_id IS NOT NULL THEN ROW(o.match_id, m.map_id, m.name, coalesce(o.since, at), at, run_id,
			n.our_id, n.their_id, n.our_name, n.their_name, n.segment, n.tier, n.why, n.rule, n.match_key, n.confidence,
			n.needs_review, n.company, n.our_website, n.our_country, n.our_status, n.our_owner, n.our_amount, n.our_currency,
			n.their_website, n.their_country, n.their_status, n.their_owner, n.their_amount, n.their_currency)::_accountmatch.match
			END AS new
	FROM (SELECT t AS old, t.* FROM _accountmatch.match t WHERE t.map_id = m.map_id
			AND (all_accounts OR t.match_id = ANY (old_ids))) o
	FULL JOIN pg_temp.accountmatch_new n USING (our_id, their_id)
	WHERE ROW(o.our_id, o.our_name, o.their_name, o.segment, o.tier, o.why, o.rule, o.match_key, o.confidence,
			o.needs_review, o.company, o.our_website, o.our_country, o.our_status, o.our_owner, o.our_amount, o.our_currency,
			o.their_website, o.their_country, o.their_status, o.their_owner, o.their_amount, o.their_currency)
		IS DISTINCT FROM ROW(n.our_id, n.our_name, n.their_name, n.segment, n.tier, n.why, n.rule, n.match_key, n.confidence,
			n.needs_review, n.company, n.our_website, n.our_country, n.our_status, n.our_owner, n.our_amount, n.our_currency,
			n.their_website, n.their_country, n.their_status, n.their_owner, n.their_amount, n.their_currency);
	GET DIAGNOSTICS n = ROW_COUNT;
	DROP TABLE pg_temp.accountmatch_new;
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.diff_matches(_accountmatch.map, boolean, bigint, timestamptz) FROM PUBLIC;

-- Fields that differ between two rows of a match, as {field: [old, new]}
CREATE OR REPLACE FUNCTION _accountmatch.match_differences(old _accountmatch.match, new _accountmatch.match) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_object_agg(o.key, jsonb_build_array(o.value, n.value))
	FROM jsonb_each(to_jsonb(old)) o JOIN jsonb_each(to_jsonb(new)) n USING (key)
	WHERE o.value <> n.value AND o.key NOT IN ('since', 'changed_at', 'valid_from')
$$;
REVOKE ALL ON FUNCTION _accountmatch.match_differences(_accountmatch.match, _accountmatch.match) FROM PUBLIC;

-- Tell the feed of each difference in accountmatch_diff, and why it came
CREATE OR REPLACE FUNCTION _accountmatch.tell_differences(m _accountmatch.map, run_id bigint, at timestamptz, corrections bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	any_ours boolean := EXISTS (SELECT FROM _accountmatch.changes_since(m.our_list, m.our_version));
	any_theirs boolean := EXISTS (SELECT FROM _accountmatch.changes_since(m.their_list, m.their_version));
	fallback text := CASE WHEN any_ours THEN 'ours changed' WHEN any_theirs THEN 'theirs changed' ELSE 'override' END;
BEGIN
	INSERT INTO _accountmatch.event (map_id, run_id, at, kind, cause, match_id, our_id, their_id, our_name, their_name,
		segment, tier, old_segment, old_tier, why, details)
	WITH told AS (
		SELECT old, new, coalesce((old).our_id, (new).our_id) AS our_id, coalesce((old).their_id, (new).their_id) AS their_id,
			CASE WHEN was IS NOT TRUE THEN 'new' WHEN is_now IS NOT TRUE THEN 'lost'
				WHEN ((old).segment, (old).tier) IS DISTINCT FROM ((new).segment, (new).tier) THEN 'reclassified'
				ELSE 'changed' END AS kind
		FROM pg_temp.accountmatch_diff d, LATERAL (SELECT _accountmatch.is_shown(old), _accountmatch.is_shown(new)) s(was, is_now)
		WHERE was OR is_now),
	mended AS (
		-- corrections that came or went since the last run
		SELECT o.our_id, o.their_id FROM _accountmatch.override o
		WHERE o.correction_id = ANY (corrections) <> (o.correction_id = ANY (m.corrections)))
	SELECT m.map_id, run_id, at, t.kind,
		CASE
			WHEN EXISTS (SELECT FROM mended c WHERE c.our_id = t.our_id AND coalesce(c.their_id, t.their_id) = t.their_id
				OR c.our_id IS NULL AND c.their_id = t.their_id) THEN 'override'
			WHEN t.kind = 'new' AND ours.change = 'added' THEN 'ours added'
			WHEN t.kind = 'new' AND theirs.change = 'added' THEN 'theirs added'
			WHEN t.kind = 'lost' AND ours.change = 'removed' THEN 'ours removed'
			WHEN t.kind = 'lost' AND theirs.change = 'removed' THEN 'theirs removed'
			WHEN ours.change IS NOT NULL THEN 'ours changed'
			WHEN theirs.change IS NOT NULL THEN 'theirs changed'
			-- what changed is another account with a key in common, or a domain's alias
			WHEN corrections <> m.corrections THEN 'override'
			ELSE fallback END,
		coalesce((t.new).match_id, (t.old).match_id), t.our_id, t.their_id,
		coalesce((t.new).our_name, (t.old).our_name), coalesce((t.new).their_name, (t.old).their_name),
		(t.new).segment, (t.new).tier, (t.old).segment, (t.old).tier, coalesce((t.new).why, (t.old).why),
		CASE WHEN t.kind IN ('changed', 'reclassified') THEN _accountmatch.match_differences(t.old, t.new) END
	FROM told t
	LEFT JOIN _accountmatch.changes_since(m.our_list, m.our_version) ours ON ours.account_id = t.our_id
	LEFT JOIN _accountmatch.changes_since(m.their_list, m.their_version) theirs ON theirs.account_id = t.their_id
	ORDER BY coalesce((t.new).tier, (t.old).tier), t.our_id, t.their_id;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.tell_differences(_accountmatch.map, bigint, timestamptz, bigint[]) FROM PUBLIC;

-- Match a map whose lists are up to date. The map is locked; all that is written
-- here becomes visible at once.
CREATE OR REPLACE FUNCTION _accountmatch.match_map(m _accountmatch.map, p_full boolean, p_started timestamptz, p_refreshed timestamptz)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	basis_now text := _accountmatch.basis(m);
	corrections_now bigint[] := _accountmatch.corrections_of(m.map_id);
	r _accountmatch.run;
	our_ids text[];
	their_ids text[];
	all_accounts boolean := true;
	reached bigint;
	ours _accountmatch.list;
	theirs _accountmatch.list;
	summary boolean;
	t record;
BEGIN
	SELECT * INTO ours FROM _accountmatch.list l WHERE l.list_id = m.our_list;
	SELECT * INTO theirs FROM _accountmatch.list l WHERE l.list_id = m.their_list;
	r.map_id := m.map_id;
	r.status := 'done';
	r.started_at := p_started;
	r.refresh_seconds := extract(epoch FROM p_refreshed - p_started);
	r.our_accounts := ours.accounts;
	r.their_accounts := theirs.accounts;
	r.our_changes := (SELECT count(*) FROM _accountmatch.changes_since(m.our_list, m.our_version)) ;
	r.their_changes := (SELECT count(*) FROM _accountmatch.changes_since(m.their_list, m.their_version));
	summary := m.last_run IS NULL OR m.basis <> basis_now;
	r.kind := CASE WHEN m.last_run IS NULL THEN 'first' WHEN summary OR p_full THEN 'full'
		WHEN r.our_changes + r.their_changes > 0 OR m.corrections <> corrections_now THEN 'changes' ELSE 'nothing' END;
	IF m.last_run IS NULL THEN
		r.our_changes := NULL;
		r.their_changes := NULL;
	END IF;
	r.run_id := nextval('_accountmatch.run_run_id_seq');
	r.compared := 0;
	r.new := 0; r.lost := 0; r.changed := 0; r.reclassified := 0;
	-- later than the last one even if the clock went back
	r.finished_at := greatest(clock_timestamp(),
		(SELECT max(b.finished_at) + '1 microsecond' FROM _accountmatch.run b WHERE b.map_id = m.map_id));

	IF r.kind <> 'nothing' THEN
		PERFORM _accountmatch.progress(format('accountmatch: %s: matching', m.name));
		r.compared := ours.accounts + theirs.accounts;
		-- rule similar goes by what rule near found: too far to be followed
		IF r.kind = 'changes' AND NOT m.similar AND NOT 'similar' = ANY (m.rules) THEN
			CREATE TEMP TABLE accountmatch_reach ON COMMIT DROP AS
			SELECT * FROM _accountmatch.reach(m.our_list, m.their_list, m.map_id, m.our_version, m.their_version,
				(m.corrections || corrections_now)::text,
				ARRAY(SELECT c FROM unnest(m.corrections || corrections_now) c WHERE c = ANY (m.corrections) <> (c = ANY (corrections_now)))::text,
				'near' = ANY (m.rules), 0.2);
			GET DIAGNOSTICS reached = ROW_COUNT;
			all_accounts := EXISTS (SELECT FROM pg_temp.accountmatch_reach x WHERE x.account_id IS NULL);
			IF NOT all_accounts THEN
				our_ids := ARRAY(SELECT x.account_id FROM pg_temp.accountmatch_reach x WHERE x.ours);
				their_ids := ARRAY(SELECT x.account_id FROM pg_temp.accountmatch_reach x WHERE NOT x.ours);
				r.compared := reached;
				ANALYZE pg_temp.accountmatch_reach;
			END IF;
		END IF;
		PERFORM _accountmatch.match_stored(m, our_ids, their_ids);
		r.finished_at := greatest(clock_timestamp(), r.finished_at);
		PERFORM _accountmatch.diff_matches(m, all_accounts, r.run_id, r.finished_at);
		PERFORM _accountmatch.progress(format('accountmatch: %s: writing', m.name));

		INSERT INTO _accountmatch.match_history
		SELECT (d.old).*, r.run_id FROM pg_temp.accountmatch_diff d WHERE (d.old).match_id IS NOT NULL;
		DELETE FROM _accountmatch.match x USING pg_temp.accountmatch_diff d
		WHERE x.match_id = (d.old).match_id;
		UPDATE pg_temp.accountmatch_diff d SET new.match_id = nextval('_accountmatch.match_match_id_seq')
		WHERE (d.new).map_id IS NOT NULL AND (d.old).match_id IS NULL;
		INSERT INTO _accountmatch.match SELECT (d.new).* FROM pg_temp.accountmatch_diff d WHERE (d.new).map_id IS NOT NULL;

		SELECT count(*) FILTER (WHERE is_now AND was IS NOT TRUE) AS new, count(*) FILTER (WHERE was AND is_now IS NOT TRUE) AS lost,
			count(*) FILTER (WHERE was AND is_now AND ((old).segment, (old).tier) IS NOT DISTINCT FROM ((d.new).segment, (d.new).tier)) AS changed,
			count(*) FILTER (WHERE was AND is_now AND ((old).segment, (old).tier) IS DISTINCT FROM ((d.new).segment, (d.new).tier)) AS reclassified
		INTO t
		FROM pg_temp.accountmatch_diff d, LATERAL (SELECT _accountmatch.is_shown(old), _accountmatch.is_shown(d.new)) s(was, is_now);
		r.new := t.new; r.lost := t.lost; r.changed := t.changed; r.reclassified := t.reclassified;
	END IF;
	r.matches := (SELECT count(*) FROM _accountmatch.match x WHERE x.map_id = m.map_id AND NOT x.needs_review AND x.rule <> 'family');
	r.match_seconds := extract(epoch FROM clock_timestamp() - p_refreshed);
	INSERT INTO _accountmatch.run SELECT (r).*;

	-- numbers of events are given out by one run at a time, until it commits: a
	-- reader who has seen one has seen all before it
	IF summary OR r.new + r.lost + r.changed + r.reclassified > 0 THEN
		PERFORM _accountmatch.lock('event', 0, true);
		IF summary THEN
			INSERT INTO _accountmatch.event (map_id, run_id, at, kind, cause, details)
			VALUES (m.map_id, r.run_id, r.finished_at, 'mapped', CASE WHEN m.last_run IS NULL THEN 'first map' ELSE 'rule' END,
				jsonb_build_object('matches', r.matches, 'new', r.new, 'lost', r.lost, 'changed', r.changed, 'reclassified', r.reclassified));
		ELSE
			PERFORM _accountmatch.tell_differences(m, r.run_id, r.finished_at, corrections_now);
		END IF;
		NOTIFY accountmatch;
	END IF;
	IF r.kind <> 'nothing' THEN
		DROP TABLE pg_temp.accountmatch_diff;
		IF reached IS NOT NULL THEN
			DROP TABLE pg_temp.accountmatch_reach;
		END IF;
	END IF;

	UPDATE _accountmatch.map x
	SET our_version = ours.version, their_version = theirs.version, basis = basis_now, corrections = corrections_now, last_run = r.run_id
	WHERE x.map_id = m.map_id;
	-- what all maps of a list know is not needed any more
	DELETE FROM _accountmatch.account_change c
	WHERE c.list_id IN (m.our_list, m.their_list)
		AND c.version <= (SELECT min(CASE c.list_id WHEN x.our_list THEN x.our_version ELSE x.their_version END)
			FROM _accountmatch.map x WHERE c.list_id IN (x.our_list, x.their_list) AND x.last_run IS NOT NULL);
	RETURN r.run_id;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.match_map(_accountmatch.map, boolean, timestamptz, timestamptz) FROM PUBLIC;

-- A run in the words of its functions
CREATE OR REPLACE FUNCTION _accountmatch.describe_run(p_run bigint) RETURNS accountmatch.run_row
LANGUAGE sql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT ROW(m.name, r.status, r.kind, r.our_accounts, r.their_accounts, r.our_changes, r.their_changes, r.matches,
		r.new, r.lost, r.changed, r.reclassified, r.message)::accountmatch.run_row
	FROM _accountmatch.run r JOIN _accountmatch.map m USING (map_id) WHERE r.run_id = p_run
$$;
REVOKE ALL ON FUNCTION _accountmatch.describe_run(bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.remap_now(partner text, "full" boolean DEFAULT false, force boolean DEFAULT false)
RETURNS accountmatch.run_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
	result accountmatch.run_row;
	l _accountmatch.list;
	started timestamptz := clock_timestamp();
	activity text := current_setting('application_name');
	id bigint;
	f _accountmatch.run;
BEGIN
	IF NOT _accountmatch.lock('map', m.map_id, false) THEN
		result.partner := partner;
		result.status := 'busy';
		result.message := format('"%s" is being re-mapped by another session', partner);
		RAISE NOTICE USING MESSAGE = result.message, HINT = 'See accountmatch in the column application_name of pg_stat_activity.';
		RETURN result;
	END IF;
	m := _accountmatch.map_of(partner);
	BEGIN
		FOR l IN SELECT * FROM _accountmatch.list t WHERE t.list_id IN (m.our_list, m.their_list) ORDER BY t.list_id LOOP
			IF l.source IS NOT NULL THEN
				PERFORM _accountmatch.progress(format('accountmatch: %s: reading %s', m.name, l.source));
				PERFORM _accountmatch.refresh_list(l.list_id, l.source, l.columns, force);
			ELSE
				-- its version must not move before we are done
				PERFORM _accountmatch.lock('list', l.list_id, true);
			END IF;
		END LOOP;
		id := _accountmatch.match_map(m, remap_now."full", started, clock_timestamp());
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS f.sqlstate = RETURNED_SQLSTATE, f.message = MESSAGE_TEXT, f.hint = PG_EXCEPTION_HINT;
		f.run_id := nextval('_accountmatch.run_run_id_seq');
		f.map_id := m.map_id;
		f.status := CASE f.sqlstate WHEN '21000' THEN 'refused' ELSE 'failed' END;
		f.started_at := started;
		f.finished_at := clock_timestamp();
		INSERT INTO _accountmatch.run SELECT (f).*;
		PERFORM _accountmatch.lock('event', 0, true);
		INSERT INTO _accountmatch.event (map_id, run_id, at, kind, why, details)
		VALUES (m.map_id, f.run_id, f.finished_at, 'alert', f.message, jsonb_build_object('status', f.status, 'sqlstate', f.sqlstate, 'hint', f.hint));
		NOTIFY accountmatch;
		RAISE WARNING USING MESSAGE = format('"%s" was not re-mapped: %s', m.name, f.message), HINT = f.hint;
		id := f.run_id;
	END;
	PERFORM _accountmatch.progress(activity);
	RETURN _accountmatch.describe_run(id);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.remap_now(text, boolean, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.remap_now(text, boolean, boolean) IS
'bring one map up to date: read both sources, match what changed, feed what is new; full matches everything again; force takes a list that is empty or shrank. A run that cannot be done keeps the map, and says so in its status. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.remap_all_now("full" boolean DEFAULT false, force boolean DEFAULT false)
RETURNS SETOF accountmatch.run_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	partner text;
BEGIN
	FOR partner IN SELECT m.name FROM _accountmatch.map m ORDER BY m.map_id LOOP
		RETURN NEXT accountmatch.remap_now(partner, remap_all_now."full", remap_all_now.force);
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.remap_all_now(boolean, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.remap_all_now(boolean, boolean) IS
'bring every map up to date in one transaction, for clients that cannot CALL remap_all; a row per map. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.map_names() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$ SELECT m.name FROM _accountmatch.map m ORDER BY m.map_id $$;
REVOKE ALL ON FUNCTION accountmatch.map_names() FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.map_names() IS 'the names of all partners and maps, in the order in which they were made. Not executable by PUBLIC';

-- Procedures that commit cannot run as somebody else: these only call what does
CREATE OR REPLACE PROCEDURE accountmatch.remap(partner text, "full" boolean DEFAULT false, force boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM accountmatch.remap_now(partner, "full", force);
	COMMIT;
END
$$;
REVOKE ALL ON PROCEDURE accountmatch.remap(text, boolean, boolean) FROM PUBLIC;
COMMENT ON PROCEDURE accountmatch.remap(text, boolean, boolean) IS
'remap_now as a procedure that commits. Not executable by PUBLIC';

CREATE OR REPLACE PROCEDURE accountmatch.remap_all("full" boolean DEFAULT false, force boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
	partner pg_catalog.text;
BEGIN
	FOREACH partner IN ARRAY ARRAY(SELECT accountmatch.map_names()) LOOP
		-- it may have been dropped since the last COMMIT
		IF EXISTS (SELECT FROM accountmatch.map_names() n WHERE n OPERATOR(pg_catalog.=) partner) THEN
			PERFORM accountmatch.remap_now(partner, "full", force);
			COMMIT;
		END IF;
	END LOOP;
END
$$;
REVOKE ALL ON PROCEDURE accountmatch.remap_all(boolean, boolean) FROM PUBLIC;
COMMENT ON PROCEDURE accountmatch.remap_all(boolean, boolean) IS
'bring every map up to date, each in a transaction of its own. Not executable by PUBLIC';
