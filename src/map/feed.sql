-- The feed and its readers; what was known on any day.

CREATE OR REPLACE FUNCTION accountmatch.read_feed(consumer text, n integer DEFAULT 100) RETURNS SETOF accountmatch.event_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT e.event_id, m.name, e.at, e.kind, e.cause, e.our_name, e.their_name, e.segment, e.tier, e.old_segment, e.old_tier,
		e.why, e.match_id, e.our_id, e.their_id, e.details
	FROM _accountmatch.event e JOIN _accountmatch.map m USING (map_id)
	WHERE e.event_id > coalesce((SELECT c.event_id FROM _accountmatch.consumer c WHERE c.name = read_feed.consumer), 0)
	ORDER BY e.event_id
	LIMIT n
$$;
REVOKE ALL ON FUNCTION accountmatch.read_feed(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.read_feed(text, integer) IS
'the next n events that a consumer has not acknowledged, in order; a new consumer begins with the oldest. Reading changes nothing: until ack_feed the same events come again. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.ack_feed(consumer text, event bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF event IS NULL OR event > coalesce((SELECT max(e.event_id) FROM _accountmatch.event e), 0) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no event %s yet', coalesce(event::text, 'null')),
			HINT = 'Acknowledge the last event_id that read_feed gave.';
	END IF;
	INSERT INTO _accountmatch.consumer AS c (name, event_id, acked_at) VALUES (consumer, event, clock_timestamp())
	ON CONFLICT (name) DO UPDATE SET event_id = EXCLUDED.event_id, acked_at = EXCLUDED.acked_at
	WHERE c.event_id < EXCLUDED.event_id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.ack_feed(text, bigint) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.ack_feed(text, bigint) IS
'acknowledge all events up to this one for a consumer; going back is not possible. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.matches_as_of(partner text, at timestamptz) RETURNS SETOF accountmatch.match_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
	last bigint := (SELECT r.run_id FROM _accountmatch.run r
		WHERE r.map_id = m.map_id AND r.status = 'done' AND r.finished_at <= at ORDER BY r.finished_at DESC LIMIT 1);
BEGIN
	RETURN QUERY
	SELECT h.partner, h.match_id, h.our_name, h.their_name, h.segment, h.tier, h.why, h.rule, h.match_key, h.confidence, h.company,
		h.our_id, h.our_website, h.our_country, h.our_status, h.our_owner, h.our_amount, h.our_currency,
		h.their_id, h.their_website, h.their_country, h.their_status, h.their_owner, h.their_amount, h.their_currency,
		h.since, h.changed_at
	FROM (SELECT c.*, NULL::bigint AS valid_to FROM _accountmatch.match c WHERE c.map_id = m.map_id AND c.valid_from <= last
		UNION ALL
		SELECT o.* FROM _accountmatch.match_history o
		WHERE o.map_id = m.map_id AND o.valid_from <= last AND o.valid_to > last) h
	WHERE NOT h.needs_review AND h.rule <> 'family';
END
$$;
REVOKE ALL ON FUNCTION accountmatch.matches_as_of(text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.matches_as_of(text, timestamptz) IS
'the matches of a map as the last run that had finished at a point in time left them. Not executable by PUBLIC';
