-- Corrections that stick: what people know better, with who, when and why. They
-- take effect at the next re-map.

CREATE OR REPLACE FUNCTION _accountmatch.check_corrections() RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'acm_check_corrections';
REVOKE ALL ON FUNCTION _accountmatch.check_corrections() FROM PUBLIC;

-- Pin or block a pair; what said the opposite, or the same, is undone
CREATE OR REPLACE FUNCTION _accountmatch.correct_pair(partner text, p_action text, p_our_id text, p_their_id text, p_note text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
	id bigint;
	missing text;
BEGIN
	IF p_our_id IS NULL OR p_their_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'our_id and their_id must not be null';
	END IF;
	SELECT a.account_id INTO missing FROM (VALUES (m.our_list, p_our_id), (m.their_list, p_their_id)) a(list_id, account_id)
	WHERE NOT EXISTS (SELECT FROM _accountmatch.account x WHERE x.list_id = a.list_id AND x.account_id = a.account_id) LIMIT 1;
	IF FOUND THEN
		RAISE NOTICE USING MESSAGE = format('there is no account "%s" at present', missing),
			HINT = 'The correction waits until there is one.';
	END IF;
	UPDATE _accountmatch.override o SET undone_by = _accountmatch.caller(), undone_at = clock_timestamp()
	WHERE o.map_id = m.map_id AND o.our_id = p_our_id AND o.their_id = p_their_id AND o.action IN ('pin', 'block') AND o.undone_at IS NULL;
	INSERT INTO _accountmatch.override (map_id, action, our_id, their_id, note, made_by, made_at)
	VALUES (m.map_id, p_action, p_our_id, p_their_id, p_note, _accountmatch.caller(), clock_timestamp())
	RETURNING correction_id INTO id;
	RETURN id;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.correct_pair(text, text, text, text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.pin(partner text, our_id text, their_id text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$ SELECT _accountmatch.correct_pair(partner, 'pin', our_id, their_id, note) $$;
REVOKE ALL ON FUNCTION accountmatch.pin(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.pin(text, text, text, text) IS
'two accounts are one company, whatever the rules say; returns the number of the correction. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.block(partner text, our_id text, their_id text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$ SELECT _accountmatch.correct_pair(partner, 'block', our_id, their_id, note) $$;
REVOKE ALL ON FUNCTION accountmatch.block(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.block(text, text, text, text) IS
'two accounts are not one company, whatever the rules say; returns the number of the correction. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.suppress(partner text DEFAULT NULL, our_id text DEFAULT NULL, their_id text DEFAULT NULL,
	domain text DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	map integer;
	id bigint;
BEGIN
	IF num_nonnulls(our_id, their_id, domain) <> 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'suppress needs one of our_id, their_id, domain';
	END IF;
	IF partner IS NOT NULL THEN
		map := (_accountmatch.map_of(partner)).map_id;
	ELSIF their_id IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'their_id needs the partner whose account it is';
	END IF;
	INSERT INTO _accountmatch.override (map_id, action, our_id, their_id, domain, note, made_by, made_at)
	VALUES (map, 'suppress', suppress.our_id, suppress.their_id, suppress.domain, suppress.note, _accountmatch.caller(), clock_timestamp())
	RETURNING correction_id INTO id;
	PERFORM _accountmatch.check_corrections();
	RETURN id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.suppress(text, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.suppress(text, text, text, text, text) IS
'leave an account, or all accounts with a domain, out of a map before anything is matched; partner null: out of every map. Returns the number of the correction. Not executable by PUBLIC';

-- A domain that stands for another, or a subsidiary's
CREATE OR REPLACE FUNCTION _accountmatch.put_alias(p_domain text, p_canonical text, p_kind text, p_note text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	id bigint;
BEGIN
	IF p_domain IS NULL OR p_canonical IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'both domains must not be null';
	END IF;
	INSERT INTO _accountmatch.alias (domain, canonical, kind, note, made_by, made_at)
	VALUES (p_domain, p_canonical, p_kind, p_note, _accountmatch.caller(), clock_timestamp())
	RETURNING correction_id INTO id;
	PERFORM _accountmatch.check_corrections();
	RETURN id;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.put_alias(text, text, text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.alias_domain(domain text, canonical text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$ SELECT _accountmatch.put_alias(domain, canonical, 'same', note) $$;
REVOKE ALL ON FUNCTION accountmatch.alias_domain(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.alias_domain(text, text, text) IS
'domain is another domain of the company with the domain canonical, in every map; returns the number of the correction. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.add_family(domain text, parent text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$ SELECT _accountmatch.put_alias(domain, parent, 'family', note) $$;
REVOKE ALL ON FUNCTION accountmatch.add_family(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.add_family(text, text, text) IS
'the company with this domain is a subsidiary of the one with the domain parent: pairs of the family stand in the view family_matches; returns the number of the correction. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.undo_correction(correction bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	UPDATE _accountmatch.override o SET undone_by = _accountmatch.caller(), undone_at = clock_timestamp()
	WHERE o.correction_id = correction AND o.undone_at IS NULL;
	IF NOT FOUND THEN
		UPDATE _accountmatch.alias a SET undone_by = _accountmatch.caller(), undone_at = clock_timestamp()
		WHERE a.correction_id = correction AND a.undone_at IS NULL;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_object',
				MESSAGE = format('there is no correction %s in force', coalesce(correction::text, 'null')),
				HINT = 'See the view accountmatch.corrections.';
		END IF;
		PERFORM _accountmatch.check_corrections();
	END IF;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.undo_correction(bigint) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.undo_correction(bigint) IS
'take a correction back; it stays in the view corrections. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.review(match bigint, verdict text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	x _accountmatch.match;
BEGIN
	IF verdict IS NULL OR verdict NOT IN ('same', 'different') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('unknown verdict "%s"', coalesce(verdict, 'null')),
			HINT = 'Say same or different.';
	END IF;
	SELECT * INTO x FROM _accountmatch.match t WHERE t.match_id = match;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no match %s', coalesce(match::text, 'null')),
			HINT = 'See match_id in accountmatch.review_queue and accountmatch.matches.';
	END IF;
	RETURN _accountmatch.correct_pair(x.partner, CASE verdict WHEN 'same' THEN 'pin' ELSE 'block' END, x.our_id, x.their_id, note);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.review(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.review(bigint, text, text) IS
'what a person found out about a match: same pins it, different blocks it; returns the number of the correction. Not executable by PUBLIC';

-- Make one change of those that preview knows
CREATE OR REPLACE FUNCTION _accountmatch.make_change(m _accountmatch.map, what text, value jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	CASE what
		WHEN 'rules' THEN PERFORM accountmatch.set_rules(m.name, rules => ARRAY(SELECT jsonb_array_elements_text(value)));
		WHEN 'similar' THEN PERFORM accountmatch.set_rules(m.name, "similar" => value::boolean);
		WHEN 'domain_cap' THEN PERFORM accountmatch.set_rules(m.name, domain_cap => value::integer);
		WHEN 'pin', 'block' THEN PERFORM _accountmatch.correct_pair(m.name, what, value ->> 0, value ->> 1, NULL);
		WHEN 'suppress' THEN PERFORM accountmatch.suppress(m.name, value ->> 'our_id', value ->> 'their_id', value ->> 'domain');
		WHEN 'alias' THEN PERFORM accountmatch.alias_domain(value ->> 0, value ->> 1);
		WHEN 'family' THEN PERFORM accountmatch.add_family(value ->> 0, value ->> 1);
		WHEN 'undo' THEN PERFORM accountmatch.undo_correction(value::bigint);
		ELSE RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('unknown change "%s"', what),
			HINT = 'Changes are rules, similar, domain_cap, pin, block, suppress, alias, family and undo, as in ''{"rules": ["id", "domain"], "pin": ["our id", "their id"]}''.';
	END CASE;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.make_change(_accountmatch.map, text, jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.preview(partner text, change jsonb) RETURNS SETOF accountmatch.preview_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
	found_rows accountmatch.preview_row[];
	c record;
BEGIN
	IF change IS NULL OR jsonb_typeof(change) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'change must be a JSON object',
			HINT = 'Write ''{"rules": ["id", "domain"], "pin": ["our id", "their id"]}''.';
	END IF;
	-- the change is made, looked at, and taken back
	BEGIN
		FOR c IN SELECT e.key, e.value FROM jsonb_each(change) e LOOP
			PERFORM _accountmatch.make_change(m, c.key, c.value);
		END LOOP;
		PERFORM _accountmatch.match_stored(_accountmatch.map_of(partner), NULL, NULL);
		found_rows := ARRAY(
			SELECT ROW(CASE WHEN o.our_id IS NULL THEN 'gained' ELSE 'lost' END, coalesce(n.our_name, o.our_name), coalesce(n.their_name, o.their_name),
				coalesce(n.segment, o.segment), coalesce(n.tier, o.tier), coalesce(n.why, o.why), coalesce(n.rule, o.rule),
				coalesce(n.our_id, o.our_id), coalesce(n.their_id, o.their_id))::accountmatch.preview_row
			FROM (SELECT * FROM _accountmatch.match t WHERE t.map_id = m.map_id AND NOT t.needs_review AND t.rule <> 'family') o
			FULL JOIN (SELECT * FROM pg_temp.accountmatch_new t WHERE NOT t.needs_review AND t.rule <> 'family') n
				ON n.our_id = o.our_id AND n.their_id = o.their_id
			WHERE o.our_id IS NULL OR n.our_id IS NULL
			ORDER BY 1);
		RAISE EXCEPTION USING ERRCODE = 'AM001';
	EXCEPTION WHEN SQLSTATE 'AM001' THEN
		NULL;
	END;
	RETURN QUERY SELECT * FROM unnest(found_rows);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.preview(text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.preview(text, jsonb) IS
'the pairs that a map would gain and lose by a change: {"rules": [...], "similar": true, "domain_cap": 3, "pin": [our id, their id], "block": [...], "suppress": {"domain": ...}, "alias": [domain, canonical], "family": [domain, parent], "undo": number}; on the accounts as stored, and nothing is kept. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.corrections AS
SELECT o.correction_id, m.name AS partner, o.action, o.our_id, o.their_id, o.domain, NULL::pg_catalog.text AS canonical, o.note,
	o.made_by, o.made_at, o.undone_by, o.undone_at
FROM _accountmatch.override o LEFT JOIN _accountmatch.map m ON m.map_id = o.map_id
UNION ALL
SELECT a.correction_id, NULL, CASE a.kind WHEN 'same' THEN 'alias' ELSE 'family' END, NULL, NULL, a.domain, a.canonical, a.note,
	a.made_by, a.made_at, a.undone_by, a.undone_at
FROM _accountmatch.alias a;
COMMENT ON VIEW accountmatch.corrections IS 'everything that people corrected, also what was undone';
COMMENT ON COLUMN accountmatch.corrections.correction_id IS 'number of the correction';
COMMENT ON COLUMN accountmatch.corrections.partner IS 'the partner or map; null: every one';
COMMENT ON COLUMN accountmatch.corrections.action IS 'pin, block, suppress, alias or family';
COMMENT ON COLUMN accountmatch.corrections.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.corrections.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.corrections.domain IS 'the domain that is suppressed, stands for another, or is a subsidiary''s';
COMMENT ON COLUMN accountmatch.corrections.canonical IS 'the domain that it stands for, or the parent''s';
COMMENT ON COLUMN accountmatch.corrections.note IS 'why';
COMMENT ON COLUMN accountmatch.corrections.made_by IS 'who made it';
COMMENT ON COLUMN accountmatch.corrections.made_at IS 'when';
COMMENT ON COLUMN accountmatch.corrections.undone_by IS 'who took it back, or said the opposite';
COMMENT ON COLUMN accountmatch.corrections.undone_at IS 'when; null: it is in force';

CREATE OR REPLACE VIEW accountmatch.review_queue AS
SELECT x.partner, x.match_id, x.our_name, x.their_name, x.why, x.confidence, x.segment, x.tier, x.our_id, x.our_website, x.our_country,
	x.their_id, x.their_website, x.their_country, x.since
FROM _accountmatch.match x
WHERE x.needs_review AND NOT EXISTS (SELECT FROM _accountmatch.override o
	WHERE o.map_id = x.map_id AND o.our_id = x.our_id AND o.their_id = x.their_id AND o.action IN ('pin', 'block') AND o.undone_at IS NULL);
COMMENT ON VIEW accountmatch.review_queue IS 'matches that a person must confirm before anyone else sees them: accountmatch.review(match_id, ''same'' or ''different'', note)';
COMMENT ON COLUMN accountmatch.review_queue.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.review_queue.match_id IS 'number of the match, for accountmatch.review';
COMMENT ON COLUMN accountmatch.review_queue.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.review_queue.their_name IS 'their account''s name';
COMMENT ON COLUMN accountmatch.review_queue.why IS 'why both may be the same company, in a sentence';
COMMENT ON COLUMN accountmatch.review_queue.confidence IS '0 to 1: how often such evidence was right on lists whose truth is known';
COMMENT ON COLUMN accountmatch.review_queue.segment IS 'our status and theirs';
COMMENT ON COLUMN accountmatch.review_queue.tier IS '1 (act now) to 4; null if it has none';
COMMENT ON COLUMN accountmatch.review_queue.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.review_queue.our_website IS 'our website or domain as the list has it';
COMMENT ON COLUMN accountmatch.review_queue.our_country IS 'our country as the list has it';
COMMENT ON COLUMN accountmatch.review_queue.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.review_queue.their_website IS 'their website or domain as the list has it';
COMMENT ON COLUMN accountmatch.review_queue.their_country IS 'their country as the list has it';
COMMENT ON COLUMN accountmatch.review_queue.since IS 'when a re-map first found the pair';
