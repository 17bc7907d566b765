-- Who should talk to whom about a match, and what is planned.

CREATE OR REPLACE FUNCTION accountmatch.propose_introductions(partner text DEFAULT NULL, per_owner integer DEFAULT 5)
RETURNS SETOF accountmatch.introduction_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	c record;
	ours jsonb;
	theirs jsonb;
	capacities jsonb;
	our_key text;
	their_key text;
	r accountmatch.introduction_row;
BEGIN
	IF per_owner IS NULL OR per_owner NOT BETWEEN 1 AND 1000 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('per_owner %s is not between 1 and 1000', coalesce(per_owner::text, 'null')),
			HINT = 'It is the number of open introductions that an owner of either side can have.';
	END IF;
	-- one at a time, so that nobody is asked too much
	LOCK TABLE _accountmatch.introduction IN SHARE ROW EXCLUSIVE MODE;
	SELECT coalesce(jsonb_object_agg(o.our_owner, o.n), '{}') INTO ours
	FROM (SELECT i.our_owner, count(*) AS n FROM _accountmatch.introduction i WHERE i.state IN ('proposed', 'accepted') GROUP BY 1) o;
	SELECT coalesce(jsonb_object_agg(o.key, o.n), '{}') INTO theirs
	FROM (SELECT i.map_id || '/' || i.their_owner AS key, count(*) AS n FROM _accountmatch.introduction i WHERE i.state IN ('proposed', 'accepted') GROUP BY 1) o;
	SELECT coalesce(jsonb_object_agg(s.owner, least(s.capacity, per_owner)), '{}') INTO capacities FROM _accountmatch.seller s;
	FOR c IN
		SELECT s.* FROM (
			-- no more of an owner's matches than he could be asked about
			SELECT t.*, row_number() OVER (PARTITION BY t.our_owner ORDER BY t.tier, t.score DESC, t.match_id) AS nth
			FROM accountmatch.scores(propose_introductions.partner, now(), false) t
			WHERE t.tier IS NOT NULL AND t.our_owner <> '' AND t.their_owner <> ''
				AND NOT EXISTS (SELECT FROM _accountmatch.introduction i WHERE i.map_id = t.map_id AND i.our_id = t.our_id
					AND (i.state <> 'done' OR i.our_owner = t.our_owner AND i.their_owner = t.their_owner))
				AND NOT EXISTS (SELECT FROM _accountmatch.last_disposition d WHERE d.map_id = t.map_id AND d.side = 'ours' AND d.account_id = t.our_id
					AND d.state <> 'working' AND (d.until IS NULL OR d.until > current_date))) s
		WHERE s.nth <= per_owner * 20
		ORDER BY s.tier, s.nth, s.score DESC, s.match_id LOOP
		their_key := c.map_id || '/' || c.their_owner;
		CONTINUE WHEN coalesce((ours ->> c.our_owner)::integer, 0) >= coalesce((capacities ->> c.our_owner)::integer, per_owner)
			OR coalesce((theirs ->> their_key)::integer, 0) >= per_owner
			-- the account was taken by a better match of this call
			OR EXISTS (SELECT FROM _accountmatch.introduction i WHERE i.map_id = c.map_id AND i.our_id = c.our_id AND i.state <> 'done');
		INSERT INTO _accountmatch.introduction (map_id, match_id, our_id, their_id, our_owner, their_owner, state, proposed_at, changed_at, changed_by)
		VALUES (c.map_id, c.match_id, c.our_id, c.their_id, c.our_owner, c.their_owner, 'proposed', clock_timestamp(), clock_timestamp(), _accountmatch.caller())
		RETURNING introduction_id INTO r.introduction_id;
		ours := ours || jsonb_build_object(c.our_owner, coalesce((ours ->> c.our_owner)::integer, 0) + 1);
		theirs := theirs || jsonb_build_object(their_key, coalesce((theirs ->> their_key)::integer, 0) + 1);
		r.partner := c.partner; r.our_name := c.our_name; r.their_name := c.their_name; r.our_owner := c.our_owner; r.their_owner := c.their_owner;
		r.tier := c.tier; r.score := c.score; r.our_id := c.our_id; r.their_id := c.their_id;
		RETURN NEXT r;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.propose_introductions(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.propose_introductions(text, integer) IS
'propose that owners of both sides talk: the best matches with an owner on both, spread so that nobody of either side has more than per_owner open introductions, nor a seller more than his capacity. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_introduction(introduction bigint, state text, note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	i _accountmatch.introduction;
BEGIN
	SELECT * INTO i FROM _accountmatch.introduction t WHERE t.introduction_id = introduction FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no introduction %s', coalesce(introduction::text, 'null'));
	ELSIF EXISTS (SELECT FROM _accountmatch.seller s WHERE s.role = _accountmatch.caller())
		AND NOT EXISTS (SELECT FROM _accountmatch.seller s WHERE s.role = _accountmatch.caller() AND s.owner = i.our_owner) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('introduction %s is not yours', introduction);
	ELSIF state IS NULL OR NOT (i.state, state) IN (('proposed', 'accepted'), ('proposed', 'declined'), ('accepted', 'done'), ('accepted', 'declined')) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('an introduction that is %s cannot become %s', i.state, coalesce(state, 'null')),
			HINT = 'A proposed one can be accepted or declined, an accepted one done or declined.';
	END IF;
	UPDATE _accountmatch.introduction t SET state = set_introduction.state, note = coalesce(set_introduction.note, t.note), changed_at = clock_timestamp(),
		changed_by = _accountmatch.caller()
	WHERE t.introduction_id = introduction;
	-- an introduction that took place is a touch
	IF state = 'done' THEN
		INSERT INTO _accountmatch.touch (map_id, match_id, our_id, their_id, kind, occurred_at, recorded_at, recorded_by, note)
		SELECT i.map_id, i.match_id, i.our_id, i.their_id, 'introduction', t.at, t.at, _accountmatch.caller(), set_introduction.note
		FROM (SELECT clock_timestamp()) t(at);
	END IF;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_introduction(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_introduction(bigint, text, text) IS
'what became of an introduction: accepted, done (which is recorded as a touch) or declined. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.introductions AS
SELECT i.introduction_id, m.name AS partner, x.our_name, x.their_name, i.our_owner, i.their_owner, i.state, i.note, i.proposed_at, i.changed_at, i.changed_by,
	i.our_id, i.their_id, i.match_id
FROM _accountmatch.introduction i
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) i.map_id
LEFT JOIN _accountmatch.match x ON x.match_id OPERATOR(pg_catalog.=) i.match_id;
COMMENT ON VIEW accountmatch.introductions IS 'introductions, and what became of them';
COMMENT ON COLUMN accountmatch.introductions.introduction_id IS 'number of the introduction';
COMMENT ON COLUMN accountmatch.introductions.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.introductions.our_name IS 'our account; null: they match no more';
COMMENT ON COLUMN accountmatch.introductions.their_name IS 'their account';
COMMENT ON COLUMN accountmatch.introductions.our_owner IS 'who should talk, of ours';
COMMENT ON COLUMN accountmatch.introductions.their_owner IS 'to whom of theirs';
COMMENT ON COLUMN accountmatch.introductions.state IS 'proposed, accepted, done or declined';
COMMENT ON COLUMN accountmatch.introductions.note IS 'what was said about it';
COMMENT ON COLUMN accountmatch.introductions.proposed_at IS 'when it was proposed';
COMMENT ON COLUMN accountmatch.introductions.changed_at IS 'when its state last changed';
COMMENT ON COLUMN accountmatch.introductions.changed_by IS 'who changed it';
COMMENT ON COLUMN accountmatch.introductions.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.introductions.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.introductions.match_id IS 'number of the match';

CREATE OR REPLACE FUNCTION accountmatch.set_plan(account text, partner text, roles jsonb DEFAULT NULL, next_step text DEFAULT NULL, due date DEFAULT NULL,
	expected_amount numeric DEFAULT NULL, currency text DEFAULT NULL, notes text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
BEGIN
	IF account IS NULL OR NOT EXISTS (SELECT FROM _accountmatch.account a WHERE a.list_id = m.our_list AND a.account_id = account) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no account "%s" of ours', coalesce(account, 'null'));
	ELSIF jsonb_typeof(roles) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'roles must be a JSON object',
			HINT = 'Write ''{"lead": "ann", "technical": "tim at globex"}''.';
	END IF;
	INSERT INTO _accountmatch.account_plan AS p (map_id, our_id, roles, next_step, due, expected_amount, currency, notes, set_by, set_at)
	VALUES (m.map_id, account, set_plan.roles, set_plan.next_step, set_plan.due, set_plan.expected_amount, set_plan.currency, set_plan.notes,
		_accountmatch.caller(), clock_timestamp())
	ON CONFLICT ON CONSTRAINT account_plan_pkey DO UPDATE SET roles = coalesce(EXCLUDED.roles, p.roles), next_step = coalesce(EXCLUDED.next_step, p.next_step),
		due = coalesce(EXCLUDED.due, p.due), expected_amount = coalesce(EXCLUDED.expected_amount, p.expected_amount),
		currency = coalesce(EXCLUDED.currency, p.currency), notes = coalesce(EXCLUDED.notes, p.notes), set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_plan(text, text, jsonb, text, date, numeric, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_plan(text, text, jsonb, text, date, numeric, text, text) IS
'the plan for an account of ours with a partner; what is null stays as it was. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.account_plans AS
SELECT m.name AS partner, p.our_id, a.name[1] AS our_name, p.roles, p.next_step, p.due, p.expected_amount, p.currency, p.notes, p.set_by, p.set_at
FROM _accountmatch.account_plan p
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) p.map_id
LEFT JOIN _accountmatch.account a ON a.list_id OPERATOR(pg_catalog.=) m.our_list AND a.account_id OPERATOR(pg_catalog.=) p.our_id;
COMMENT ON VIEW accountmatch.account_plans IS 'plans for accounts, one per account and partner';
COMMENT ON COLUMN accountmatch.account_plans.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.account_plans.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.account_plans.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.account_plans.roles IS 'who does what, {role: person}';
COMMENT ON COLUMN accountmatch.account_plans.next_step IS 'what comes next';
COMMENT ON COLUMN accountmatch.account_plans.due IS 'until when';
COMMENT ON COLUMN accountmatch.account_plans.expected_amount IS 'what is expected of it';
COMMENT ON COLUMN accountmatch.account_plans.currency IS 'of the expected amount';
COMMENT ON COLUMN accountmatch.account_plans.notes IS 'notes';
COMMENT ON COLUMN accountmatch.account_plans.set_by IS 'who last changed it';
COMMENT ON COLUMN accountmatch.account_plans.set_at IS 'when';

CREATE OR REPLACE FUNCTION accountmatch.account_brief(match bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	x _accountmatch.match;
	p _accountmatch.account_plan;
BEGIN
	SELECT * INTO x FROM _accountmatch.match t WHERE t.match_id = match AND NOT t.needs_review AND t.rule <> 'family';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no match %s', coalesce(match::text, 'null')),
			HINT = 'See match_id in the view accountmatch.matches.';
	END IF;
	SELECT * INTO p FROM _accountmatch.account_plan t WHERE t.map_id = x.map_id AND t.our_id = x.our_id;
	RETURN concat_ws(E'\n',
		'# ' || _accountmatch.escaped('markdown', concat_ws(' ', x.our_name, 'with', x.partner)),
		'', '| | we | ' || _accountmatch.escaped('markdown', x.partner) || ' |', '|---|---|---|',
		(SELECT string_agg(format('| %s | %s | %s |', f.label, coalesce(_accountmatch.escaped('markdown', f.ours), ''),
				coalesce(_accountmatch.escaped('markdown', f.theirs), '')), E'\n' ORDER BY f.n)
			FROM (VALUES (1, 'account', x.our_name, x.their_name), (2, 'status', x.our_status, x.their_status), (3, 'owner', x.our_owner, x.their_owner),
				(4, 'website', x.our_website, x.their_website), (5, 'open amount', concat_ws(' ', trim_scale(x.our_amount), x.our_currency),
					concat_ws(' ', trim_scale(x.their_amount), x.their_currency))) f(n, label, ours, theirs)
			WHERE coalesce(nullif(f.ours, ''), nullif(f.theirs, '')) IS NOT NULL),
		'', format('%s Known since %s\.', _accountmatch.escaped('markdown', x.why, 250), _accountmatch.escaped('markdown', to_char(x.since, 'YYYY-MM-DD'))),
		(SELECT E'\n' || _accountmatch.escaped('markdown', t.play, 200) FROM _accountmatch.plays() t WHERE t.segment = x.segment),
		CASE WHEN p.our_id IS NOT NULL THEN concat_ws(E'\n', '', '## Plan', '',
			(SELECT string_agg(format('- %s: %s', _accountmatch.escaped('markdown', r.key), _accountmatch.escaped('markdown', r.value)), E'\n' ORDER BY r.key)
				FROM jsonb_each_text(p.roles) r),
			'- next step: ' || _accountmatch.escaped('markdown', p.next_step, 300), '- due: ' || _accountmatch.escaped('markdown', to_char(p.due, 'YYYY-MM-DD')),
			'- expected: ' || _accountmatch.escaped('markdown', trim_scale(p.expected_amount) || coalesce(' ' || p.currency, '')),
			'- notes: ' || _accountmatch.escaped('markdown', p.notes, 1000)) END,
		(SELECT concat_ws(E'\n', '', '## Introductions', '', string_agg(format('- %s and %s: %s', _accountmatch.escaped('markdown', i.our_owner),
				_accountmatch.escaped('markdown', i.their_owner), i.state), E'\n' ORDER BY i.introduction_id))
			FROM _accountmatch.introduction i WHERE i.map_id = x.map_id AND i.our_id = x.our_id HAVING count(*) > 0),
		(SELECT concat_ws(E'\n', '', '## Signals', '', string_agg(format('- %s, %s', _accountmatch.escaped('markdown', g.signal),
				_accountmatch.escaped('markdown', to_char(g.observed_at, 'YYYY-MM-DD'))), E'\n' ORDER BY g.observed_at DESC, g.signal))
			FROM _accountmatch.signal g JOIN _accountmatch.map m ON m.our_list = g.list_id WHERE m.map_id = x.map_id AND g.account_id = x.our_id HAVING count(*) > 0),
		(SELECT concat_ws(E'\n', '', '## Touches', '', string_agg(concat('- ', _accountmatch.escaped('markdown', to_char(t.occurred_at, 'YYYY-MM-DD')), ' ', t.kind,
				': ' || _accountmatch.escaped('markdown', t.note, 200)), E'\n' ORDER BY t.occurred_at DESC, t.touch_id DESC))
			FROM (SELECT * FROM _accountmatch.touch u WHERE u.map_id = x.map_id AND u.our_id = x.our_id ORDER BY u.occurred_at DESC LIMIT 20) t HAVING count(*) > 0),
		'');
END
$$;
REVOKE ALL ON FUNCTION accountmatch.account_brief(bigint) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.account_brief(bigint) IS
'what is known and planned about a match, in Markdown, for a joint proposal or the room of a co-sale; it holds what both sides know, so read it before you send it. Not executable by PUBLIC';
