-- Scores: the tier first, then a weighted sum of parts, each of which is shown.

CREATE OR REPLACE FUNCTION _accountmatch.default_weights(OUT part text, OUT weight double precision, OUT meaning text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE ROWS 6 SET search_path = pg_catalog, pg_temp
AS $$
	VALUES ('relationship', 20::double precision, 'how much was done with the partner about the account in the last year, and whether we know whom to call'),
		('signal', 25, 'the strongest signal, as far as it has not decayed'),
		('fit', 15, 'how many of the fields of the ideal customer it has'),
		('strategic', 15, 'the importance that somebody gave it'),
		('amount', 15, 'its place among the open amounts of its currency'),
		('freshness', 10, 'how new the match is, in days; half after 30')
$$;
REVOKE ALL ON FUNCTION _accountmatch.default_weights() FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.score_weights() RETURNS SETOF accountmatch.weight_row
LANGUAGE sql STABLE SECURITY DEFINER ROWS 6 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT d.part, coalesce(w.weight, d.weight), w.part IS NULL, d.meaning
	FROM _accountmatch.default_weights() d LEFT JOIN _accountmatch.score_weight w USING (part)
$$;
REVOKE ALL ON FUNCTION accountmatch.score_weights() FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.score_weights() IS 'the weights of the parts of the score in force. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_score_weight(part text, weight double precision) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM _accountmatch.default_weights() d WHERE d.part = set_score_weight.part) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('unknown part of the score %s', coalesce(quote_ident(part), 'null')),
			HINT = (SELECT format('The parts are %s.', string_agg(d.part, ', ')) FROM _accountmatch.default_weights() d);
	ELSIF weight NOT BETWEEN 0 AND 1000000 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('weight %s is not between 0 and 1000000', weight);
	END IF;
	DELETE FROM _accountmatch.score_weight w WHERE w.part = set_score_weight.part;
	INSERT INTO _accountmatch.score_weight SELECT set_score_weight.part, set_score_weight.weight WHERE set_score_weight.weight IS NOT NULL;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_score_weight(text, double precision) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_score_weight(text, double precision) IS
'how much a part of the score weighs, over the built-in weight; null takes that back. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_ideal_customer(industries text[] DEFAULT NULL, regions text[] DEFAULT NULL, countries text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	DELETE FROM _accountmatch.ideal_customer;
	INSERT INTO _accountmatch.ideal_customer (field, value)
	SELECT DISTINCT f.field, btrim(v) FROM (VALUES ('industry', industries), ('region', regions), ('country', countries)) f(field, list), unnest(f.list) v
	WHERE btrim(v) <> '';
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_ideal_customer(text[], text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_ideal_customer(text[], text[], text[]) IS
'what the ideal customer is like: its industry, region and country, each one of a list as accounts have them; what is null does not count. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_strategic(account text, importance double precision DEFAULT 1, note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF account IS NULL OR importance NOT BETWEEN 0 AND 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'set_strategic needs an account and an importance between 0 and 1';
	END IF;
	DELETE FROM _accountmatch.strategic_account s WHERE s.account_id = account;
	IF importance > 0 THEN
		INSERT INTO _accountmatch.strategic_account VALUES (account, set_strategic.importance, set_strategic.note, _accountmatch.caller(), clock_timestamp());
	END IF;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_strategic(text, double precision, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_strategic(text, double precision, text) IS
'how important an account of ours is, from 0 (as any) to 1. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.record_touch(match bigint, kind text, occurred_at timestamptz DEFAULT now(), note text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.match;
	id bigint;
BEGIN
	SELECT * INTO m FROM _accountmatch.match x WHERE x.match_id = match AND NOT x.needs_review AND x.rule <> 'family';
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no match %s', coalesce(match::text, 'null')),
			HINT = 'See match_id in the view accountmatch.matches.';
	ELSIF kind IS NULL OR kind !~ '^[a-z][a-z0-9_ ]{0,40}$' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" cannot be the kind of a touch', coalesce(kind, 'null')),
			HINT = 'Use introduction, referral, meeting, call, email, event, demo or a word of your own in lower case.';
	ELSIF occurred_at IS NULL OR occurred_at > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a touch cannot have occurred in the future, nor at no time';
	END IF;
	INSERT INTO _accountmatch.touch (map_id, match_id, our_id, their_id, kind, occurred_at, recorded_at, recorded_by, note)
	VALUES (m.map_id, m.match_id, m.our_id, m.their_id, record_touch.kind, record_touch.occurred_at, clock_timestamp(), _accountmatch.caller(), record_touch.note)
	RETURNING touch_id INTO id;
	RETURN id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.record_touch(bigint, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.record_touch(bigint, text, timestamptz, text) IS
'what was done with the partner about a match, and when; who recorded it and when is kept beside it. It cannot be taken back. Returns its number. Not executable by PUBLIC';

-- The signals in force at a time: the strongest of each account
CREATE OR REPLACE FUNCTION _accountmatch.signals_at(at timestamptz, OUT list_id integer, OUT account_id text, OUT signal text,
	OUT observed_at timestamptz, OUT strength double precision)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT DISTINCT ON (g.list_id, g.account_id) g.list_id, g.account_id, g.signal, g.observed_at, d.strength
	FROM _accountmatch.signal g JOIN _accountmatch.signal_source s USING (source_id),
		LATERAL (SELECT g.strength * 0.5 ^ least(1000, extract(epoch FROM at - g.observed_at) / extract(epoch FROM s.half_life))::double precision) d(strength)
	WHERE g.observed_at <= at
	ORDER BY g.list_id, g.account_id, d.strength DESC, g.signal
$$;
REVOKE ALL ON FUNCTION _accountmatch.signals_at(timestamptz) FROM PUBLIC;

-- The accounts of a list that are customers of its owner
CREATE OR REPLACE FUNCTION _accountmatch.customers_of(list integer) RETURNS SETOF _accountmatch.account
LANGUAGE sql STABLE ROWS 10000 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	WITH words AS MATERIALIZED (SELECT * FROM accountmatch.status_words())
	SELECT a.* FROM _accountmatch.account a
	JOIN (SELECT w.status, w.stage
		FROM (SELECT DISTINCT x.status, x.stage FROM _accountmatch.account x WHERE x.list_id = list) w,
			LATERAL (SELECT max(k.status) FILTER (WHERE k.word = _accountmatch.fold_status_word(w.status)),
				max(k.status) FILTER (WHERE k.word = _accountmatch.fold_status_word(w.stage)) FROM words k) c(status, stage)
		WHERE coalesce(c.status, c.stage, (SELECT l.default_status FROM _accountmatch.list l WHERE l.list_id = list)) = 'customer') k
	ON k.status IS NOT DISTINCT FROM a.status AND k.stage IS NOT DISTINCT FROM a.stage
	WHERE a.list_id = list
$$;
REVOKE ALL ON FUNCTION _accountmatch.customers_of(integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.scores(partner text DEFAULT NULL, at timestamptz DEFAULT now(), one_sided boolean DEFAULT true)
RETURNS SETOF accountmatch.score_row
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000 SET search_path = pg_catalog, _accountmatch, pg_temp
-- everything is read once: what is hashed in memory is fastest
SET work_mem = '128MB' SET enable_mergejoin = off SET enable_nestloop = off SET jit = off
AS $$
BEGIN
	IF partner IS NOT NULL THEN
		PERFORM _accountmatch.map_of(partner);
	END IF;
	RETURN QUERY
	WITH maps AS MATERIALIZED (
		SELECT m.map_id, m.name, m.our_list, m.their_list FROM _accountmatch.map m
		WHERE (m.is_partner OR m.name = scores.partner) AND m.name = coalesce(scores.partner, m.name) AND m.last_run IS NOT NULL),
	weights AS MATERIALIZED (
		SELECT w.part, w.weight / nullif(sum(w.weight) OVER (), 0) AS share FROM accountmatch.score_weights() w),
	share AS MATERIALIZED (
		SELECT coalesce(max(w.share) FILTER (WHERE w.part = 'relationship'), 0) AS relationship,
			coalesce(max(w.share) FILTER (WHERE w.part = 'signal'), 0) AS signal,
			coalesce(max(w.share) FILTER (WHERE w.part = 'fit'), 0) AS fit,
			coalesce(max(w.share) FILTER (WHERE w.part = 'strategic'), 0) AS strategic,
			coalesce(max(w.share) FILTER (WHERE w.part = 'amount'), 0) AS amount,
			coalesce(max(w.share) FILTER (WHERE w.part = 'freshness'), 0) AS freshness
		FROM weights w),
	-- the fields of the ideal customer: each its values, and what one of them is worth
	ideal AS MATERIALIZED (
		SELECT array_agg(i.value) FILTER (WHERE i.field = 'industry') AS industries,
			array_agg(i.value) FILTER (WHERE i.field = 'region') AS regions,
			array_agg(i.value) FILTER (WHERE i.field = 'country') AS countries,
			1.0 / nullif(count(DISTINCT i.field), 0) AS each
		FROM _accountmatch.ideal_customer i),
	done AS MATERIALIZED (
		SELECT t.map_id, t.our_id, count(*)::integer AS touches FROM _accountmatch.touch t
		WHERE t.occurred_at <= at AND t.occurred_at > at - interval '1 year' GROUP BY t.map_id, t.our_id),
	observed AS MATERIALIZED (SELECT * FROM _accountmatch.signals_at(at)),
	candidate AS (
		SELECT m.map_id, m.name AS partner, 'both' AS side, x.match_id, x.our_id, x.their_id, x.our_name, x.their_name, x.segment, x.tier, x.why,
			x.our_owner, x.their_owner, x.our_amount AS amount, x.our_currency AS currency, x.since, m.our_list AS list_id, x.our_id AS account_id,
			a.industry, a.region, a.country
		FROM maps m JOIN _accountmatch.match x ON x.map_id = m.map_id AND NOT x.needs_review AND x.rule <> 'family'
		JOIN _accountmatch.account a ON a.list_id = m.our_list AND a.account_id = x.our_id
		UNION ALL
		SELECT m.map_id, m.name, 'ours', NULL, c.account_id, NULL, c.name[1], NULL, 'customer-none', NULL::integer, NULL,
			c.owner, NULL, c.amount, c.currency, NULL::timestamptz, m.our_list, c.account_id, c.industry, c.region, c.country
		FROM maps m, LATERAL _accountmatch.customers_of(m.our_list) c
		WHERE one_sided AND NOT EXISTS (SELECT FROM _accountmatch.match x WHERE x.map_id = m.map_id AND x.our_id = c.account_id)
		UNION ALL
		SELECT m.map_id, m.name, 'theirs', NULL, NULL, c.account_id, NULL, c.name[1], 'none-customer', NULL, NULL,
			NULL, c.owner, c.amount, c.currency, NULL, m.their_list, c.account_id, c.industry, c.region, c.country
		FROM maps m, LATERAL _accountmatch.customers_of(m.their_list) c
		WHERE one_sided AND NOT EXISTS (SELECT FROM _accountmatch.match x WHERE x.map_id = m.map_id AND x.their_id = c.account_id)),
	part AS (
		SELECT c.*, g.signal AS signal_name, g.observed_at AS signal_at,
			1 - 0.5::double precision ^ (coalesce(d.touches, 0) + CASE WHEN c.their_owner IS NOT NULL THEN 0.5 ELSE 0 END) AS p_relationship,
			coalesce(g.strength, 0) AS p_signal,
			coalesce(i.each * ((coalesce(c.industry = ANY (i.industries), false))::integer + (coalesce(c.region = ANY (i.regions), false))::integer
				+ (coalesce(c.country = ANY (i.countries), false))::integer), 0)::double precision AS p_fit,
			coalesce(s.importance, 0) AS p_strategic,
			CASE WHEN c.amount > 0 THEN cume_dist() OVER (PARTITION BY c.currency, c.amount > 0 ORDER BY c.amount) ELSE 0 END AS p_amount,
			CASE WHEN c.since IS NOT NULL THEN 0.5::double precision ^ least(1000, floor(greatest(0, extract(epoch FROM at)::double precision - extract(epoch FROM c.since)::double precision) / 86400) / 30) ELSE 0 END AS p_freshness
		FROM candidate c CROSS JOIN ideal i
		LEFT JOIN done d ON d.map_id = c.map_id AND d.our_id = c.our_id
		LEFT JOIN observed g ON g.list_id = c.list_id AND g.account_id = c.account_id
		LEFT JOIN _accountmatch.strategic_account s ON s.account_id = c.our_id)
	SELECT p.partner::text, p.side, p.tier,
		(100 * (w.relationship * p_relationship + w.signal * p_signal + w.fit * p_fit + w.strategic * p_strategic + w.amount * p_amount
			+ w.freshness * p_freshness))::real,
		p.our_name, p.their_name, p.segment, p_relationship::real, p_signal::real, p_fit::real, p_strategic::real, p_amount::real, p_freshness::real,
		p.signal_name::text, p.signal_at, p.why, p.our_owner, p.their_owner, p.amount, p.currency, p.region, p.our_id::text, p.their_id::text, p.match_id, p.map_id
	FROM part p CROSS JOIN share w;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.scores(text, timestamptz, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.scores(text, timestamptz, boolean) IS
'every match of a partner, or of all, and the customers of one side that the other lacks, with tier, score (0 to 100) and each part of the score (0 to 1): to be ordered by tier, then score. Signals, touches and freshness count as of at. Not executable by PUBLIC';
