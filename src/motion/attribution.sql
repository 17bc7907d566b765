-- What partners had to do with our opportunities: figures for finance. What is
-- told of a point in time depends on nothing that became known after it.

-- Dates and times without a time zone are in UTC
CREATE OR REPLACE FUNCTION accountmatch.refresh_opportunities() RETURNS accountmatch.opportunity_run_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO'
AS $$
DECLARE
	l _accountmatch.list := _accountmatch.list_of('ours');
	at timestamptz;
	r accountmatch.opportunity_run_row;
BEGIN
	IF l.opportunities IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'our list has no source of opportunities',
			HINT = 'SELECT accountmatch.set_opportunities(''ours'', ''my_opportunities'') names one.';
	END IF;
	LOCK TABLE _accountmatch.opportunity IN SHARE ROW EXCLUSIVE MODE;
	at := clock_timestamp();
	CREATE TEMP TABLE accountmatch_opportunity ON COMMIT DROP AS
	SELECT DISTINCT ON (o.f[1] COLLATE "C") o.f[1] COLLATE "C" AS opportunity_id, o.f[2] COLLATE "C" AS account_id, o.f[3] AS name, o.f[4] AS stage,
		coalesce(o.f[5]::boolean, lower(o.f[4]) ~ 'won|lost|closed', false) OR coalesce(o.f[6]::boolean, lower(o.f[4]) ~ 'won', false) AS is_closed,
		coalesce(o.f[6]::boolean, lower(o.f[4]) ~ 'won', false) AS is_won,
		o.f[7]::numeric AS amount, upper(nullif(o.f[8], '')) AS currency, o.f[9]::timestamptz AS created_at, o.f[10]::timestamptz AS closed_at, o.f[11] AS owner
	FROM _accountmatch.source_rows(l.opportunities, _accountmatch.source_columns(l.opportunities, l.opportunity_columns,
		'{opportunity_id,account_id,name,stage,is_closed,is_won,amount,currency,created_at,closed_at,owner}')) o(f)
	WHERE o.f[1] IS NOT NULL AND o.f[2] IS NOT NULL
	ORDER BY o.f[1] COLLATE "C", o.f;
	GET DIAGNOSTICS r.opportunities = ROW_COUNT;
	-- without a day, an opportunity was created when it was first seen
	UPDATE pg_temp.accountmatch_opportunity n SET created_at = coalesce(
		(SELECT o.created_at FROM _accountmatch.opportunity o WHERE o.opportunity_id = n.opportunity_id AND o.valid_to IS NULL), at)
	WHERE n.created_at IS NULL;
	UPDATE _accountmatch.opportunity o SET valid_to = at
	WHERE o.valid_to IS NULL AND NOT EXISTS (SELECT FROM pg_temp.accountmatch_opportunity n WHERE n.opportunity_id = o.opportunity_id);
	GET DIAGNOSTICS r.gone = ROW_COUNT;
	UPDATE _accountmatch.opportunity o SET valid_to = at FROM pg_temp.accountmatch_opportunity n
	WHERE o.valid_to IS NULL AND n.opportunity_id = o.opportunity_id
		AND ROW(o.account_id, o.name, o.stage, o.is_closed, o.is_won, o.amount, o.currency, o.created_at, o.closed_at, o.owner)
			IS DISTINCT FROM ROW(n.account_id, n.name, n.stage, n.is_closed, n.is_won, n.amount, n.currency, n.created_at, n.closed_at, n.owner);
	GET DIAGNOSTICS r.changed = ROW_COUNT;
	INSERT INTO _accountmatch.opportunity (opportunity_id, valid_from, account_id, name, stage, is_closed, is_won, amount, currency, created_at, closed_at, owner)
	SELECT n.opportunity_id, at, n.account_id, n.name, n.stage, n.is_closed, n.is_won, n.amount, n.currency, n.created_at, n.closed_at, n.owner
	FROM pg_temp.accountmatch_opportunity n
	WHERE NOT EXISTS (SELECT FROM _accountmatch.opportunity o WHERE o.opportunity_id = n.opportunity_id AND o.valid_to IS NULL);
	GET DIAGNOSTICS r.new = ROW_COUNT;
	r.new := r.new - r.changed;
	DROP TABLE pg_temp.accountmatch_opportunity;
	RETURN r;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.refresh_opportunities() FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.refresh_opportunities() IS
'read the opportunities of our list (set_opportunities), and keep what changed with its time. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_attribution_policy(name text, valid_from timestamptz DEFAULT now(),
	sourced_kinds text[] DEFAULT '{introduction,referral}', sourced_days integer DEFAULT 90,
	influenced_kinds text[] DEFAULT NULL, influenced_days integer DEFAULT 180, late_days integer DEFAULT 14)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF valid_from IS NULL OR valid_from < now() THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a policy is set in advance',
			HINT = 'It holds for opportunities that are created from valid_from on, which cannot lie in the past.';
	ELSIF name IS NULL OR name IN ('', 'built-in') OR sourced_kinds IS NULL OR num_nulls(sourced_days, influenced_days, late_days) > 0
		OR least(sourced_days, influenced_days, late_days) < 0 OR greatest(sourced_days, influenced_days, late_days) > 10000 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a policy needs a name, kinds of touches, and days between 0 and 10000';
	ELSIF EXISTS (SELECT FROM _accountmatch.attribution_policy p WHERE p.name = set_attribution_policy.name) THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('there is a policy "%s" already', name),
			HINT = 'Policies do not change; set another one, from a later time on.';
	END IF;
	INSERT INTO _accountmatch.attribution_policy (name, valid_from, sourced_kinds, sourced_days, influenced_kinds, influenced_days, late_days, set_by, set_at)
	VALUES (set_attribution_policy.name, set_attribution_policy.valid_from, set_attribution_policy.sourced_kinds, set_attribution_policy.sourced_days,
		set_attribution_policy.influenced_kinds, set_attribution_policy.influenced_days, set_attribution_policy.late_days, _accountmatch.caller(), clock_timestamp());
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_attribution_policy(text, timestamptz, text[], integer, text[], integer, integer) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_attribution_policy(text, timestamptz, text[], integer, text[], integer, integer) IS
'for opportunities created from valid_from on: a touch of sourced_kinds within sourced_days before an opportunity sources it, one of influenced_kinds (null: any) within influenced_days before it closes influences it; a touch that was recorded more than late_days after it occurred does not count. Not executable by PUBLIC';

-- The policies as they were known at a time, and the built-in one, each with its validity
CREATE OR REPLACE FUNCTION _accountmatch.policies(as_of timestamptz, OUT name text, OUT valid tstzrange, OUT sourced_kinds text[], OUT sourced_days integer,
	OUT influenced_kinds text[], OUT influenced_days integer, OUT late_days integer)
RETURNS SETOF record
LANGUAGE sql STABLE ROWS 5 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT p.name, tstzrange(p.valid_from, lead(p.valid_from) OVER (ORDER BY p.valid_from)), p.sourced_kinds, p.sourced_days, p.influenced_kinds,
		p.influenced_days, p.late_days
	FROM (SELECT x.name, x.valid_from, x.sourced_kinds, x.sourced_days, x.influenced_kinds, x.influenced_days, x.late_days
			FROM _accountmatch.attribution_policy x WHERE x.set_at <= as_of
		UNION ALL SELECT 'built-in', '-infinity', '{introduction,referral}', 90, NULL, 180, 14) p
$$;
REVOKE ALL ON FUNCTION _accountmatch.policies(timestamptz) FROM PUBLIC;

-- The day of an opportunity: a closed one's closing, an open one's creation
CREATE OR REPLACE FUNCTION _accountmatch.day_of(o _accountmatch.opportunity) RETURNS date
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT (CASE WHEN (o).is_closed THEN coalesce((o).closed_at, (o).valid_from) ELSE (o).created_at END AT TIME ZONE 'UTC')::date $$;
REVOKE ALL ON FUNCTION _accountmatch.day_of(_accountmatch.opportunity) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.attribution(period daterange, as_of timestamptz DEFAULT now()) RETURNS SETOF accountmatch.attribution_row
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	WITH opportunity AS MATERIALIZED (
		SELECT o.*, CASE WHEN o.is_won THEN 'won' WHEN o.is_closed THEN 'lost' ELSE 'open' END AS status,
			CASE WHEN o.is_closed THEN coalesce(o.closed_at, o.valid_from) ELSE as_of END AS until
		FROM _accountmatch.opportunity o
		WHERE o.valid_from <= as_of AND (o.valid_to IS NULL OR o.valid_to > as_of) AND period @> _accountmatch.day_of(o)),
	overlap AS (
		-- when a re-map first showed the account as a partner's
		SELECT x.our_id, x.map_id, m.name AS partner, min(x.changed_at) AS since
		FROM (SELECT c.our_id, c.map_id, c.changed_at FROM _accountmatch.match c WHERE NOT c.needs_review AND c.rule <> 'family'
			UNION ALL SELECT h.our_id, h.map_id, h.changed_at FROM _accountmatch.match_history h WHERE NOT h.needs_review AND h.rule <> 'family') x
		JOIN _accountmatch.map m ON m.map_id = x.map_id AND m.is_partner
		WHERE x.changed_at <= as_of AND x.our_id IN (SELECT o.account_id FROM opportunity o)
		GROUP BY x.our_id, x.map_id, m.name),
	counted AS (
		SELECT o.*, v.map_id, v.partner, v.since, p.name AS policy,
			count(t.touch_id) FILTER (WHERE c.sourced) AS sourced, min(t.occurred_at) FILTER (WHERE c.sourced) AS sourced_at,
			count(t.touch_id) FILTER (WHERE c.influenced) AS influenced, min(t.occurred_at) FILTER (WHERE c.influenced) AS influenced_at,
			count(t.touch_id) FILTER (WHERE c.sourced OR c.influenced) AS touches, count(t.touch_id) FILTER (WHERE c.late) AS late
		FROM opportunity o
		JOIN overlap v ON v.our_id = o.account_id
		JOIN _accountmatch.policies(as_of) p ON p.valid @> o.created_at
		LEFT JOIN _accountmatch.touch t ON t.map_id = v.map_id AND t.our_id = o.account_id AND t.recorded_at <= as_of
		LEFT JOIN LATERAL (SELECT t.recorded_at > t.occurred_at + make_interval(days => p.late_days)) l(late) ON true
		LEFT JOIN LATERAL (SELECT l.late,
			NOT l.late AND t.kind = ANY (p.sourced_kinds) AND t.occurred_at <= o.created_at AND t.occurred_at >= o.created_at - make_interval(days => p.sourced_days),
			NOT l.late AND (p.influenced_kinds IS NULL OR t.kind = ANY (p.influenced_kinds)) AND t.occurred_at <= o.until
				AND t.occurred_at >= o.until - make_interval(days => p.influenced_days)) c(late, sourced, influenced) ON true
		GROUP BY o.opportunity_id, o.valid_from, o.valid_to, o.account_id, o.name, o.stage, o.is_closed, o.is_won, o.amount, o.currency, o.created_at, o.closed_at,
			o.owner, o.status, o.until, v.map_id, v.partner, v.since, p.name),
	judged AS (
		SELECT c.*, CASE WHEN c.sourced > 0 THEN 'sourced' WHEN c.influenced > 0 THEN 'influenced' ELSE 'none' END AS kind FROM counted c),
	-- partners who did the same share it; what rounding leaves is the first one's
	shared AS (
		SELECT j.*, count(*) OVER w AS n, row_number() OVER (w ORDER BY j.map_id) AS nth FROM judged j WINDOW w AS (PARTITION BY j.opportunity_id, j.kind)),
	credited AS (
		SELECT s.*, CASE WHEN s.kind = 'none' THEN 0 WHEN s.nth = 1 THEN 1 - (s.n - 1) * round(1.0 / s.n, 4) ELSE round(1.0 / s.n, 4) END AS credit,
			CASE WHEN s.kind = 'none' THEN 0 WHEN s.nth = 1 THEN s.amount - (s.n - 1) * round(s.amount / s.n, 2) ELSE round(s.amount / s.n, 2) END AS credited_amount
		FROM shared s)
	SELECT c.opportunity_id::text, c.name, c.partner::text, c.status, c.amount, c.currency, c.kind, c.credit, c.credited_amount, c.touches::integer, c.since, c.policy,
		CASE c.kind
			WHEN 'sourced' THEN format('%s of policy "%s" up to %s before the opportunity, first on %s', CASE c.sourced WHEN 1 THEN '1 touch' ELSE c.sourced || ' touches' END,
				c.policy, (SELECT p.sourced_days || ' days' FROM _accountmatch.policies(as_of) p WHERE p.name = c.policy), to_char(c.sourced_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
			WHEN 'influenced' THEN format('%s of policy "%s" up to %s before %s, first on %s', CASE c.influenced WHEN 1 THEN '1 touch' ELSE c.influenced || ' touches' END,
				c.policy, (SELECT p.influenced_days || ' days' FROM _accountmatch.policies(as_of) p WHERE p.name = c.policy),
				CASE WHEN c.is_closed THEN 'it closed' ELSE to_char(as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD') END, to_char(c.influenced_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
			ELSE 'a common account, without a touch that counts' END
		|| CASE WHEN c.n > 1 AND c.kind <> 'none' THEN format('; shared by %s partners', c.n) ELSE '' END
		|| CASE WHEN c.late > 0 THEN format('; %s recorded too late', c.late) ELSE '' END,
		c.account_id::text, c.owner, c.created_at, c.closed_at, c.map_id
	FROM credited c
	ORDER BY c.opportunity_id, c.map_id
$$;
REVOKE ALL ON FUNCTION accountmatch.attribution(daterange, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.attribution(daterange, timestamptz) IS
'the opportunities of a period (closed ones by the day they closed, open ones by the day they were created; in UTC), a row per partner who has the account, as it was known at as_of: what the partner sourced or influenced by the policy of the opportunity''s creation, his share of the credit, and why. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.close_period(name text, period daterange) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	at timestamptz;
	other text;
	n bigint;
BEGIN
	-- what is being recorded now is in it, or after it
	LOCK TABLE _accountmatch.closed_period IN SHARE ROW EXCLUSIVE MODE;
	LOCK TABLE _accountmatch.touch, _accountmatch.opportunity IN SHARE MODE;
	at := clock_timestamp();
	IF name IS NULL OR name = '' OR period IS NULL OR isempty(period) OR lower_inf(period) OR upper_inf(period) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a period needs a name, a first and a last day',
			HINT = 'Write close_period(''2026 Q1'', ''[2026-01-01,2026-04-01)'').';
	ELSIF upper(period) > (at AT TIME ZONE 'UTC')::date THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('the period "%s" is not over', name);
	END IF;
	SELECT p.name INTO other FROM _accountmatch.closed_period p WHERE p.name = close_period.name OR p.period && close_period.period LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('the period "%s" is closed already', other),
			HINT = 'What changed since is in accountmatch.adjustments.';
	END IF;
	INSERT INTO _accountmatch.closed_period VALUES (close_period.name, close_period.period, at, _accountmatch.caller());
	INSERT INTO _accountmatch.closed_attribution (name, opportunity_id, map_id, partner, opportunity, account_id, status, amount, currency, kind, credit,
		credited_amount, policy, overlap_since, touches, why, created_at, closed_at, owner)
	SELECT close_period.name, a.opportunity_id, a.map_id, a.partner, a.opportunity, a.account_id, a.status, a.amount, a.currency, a.kind, a.credit,
		a.credited_amount, a.policy, a.overlap_since, a.touches, a.why, a.created_at, a.closed_at, a.owner
	FROM accountmatch.attribution(close_period.period, at) a;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.close_period(text, daterange) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.close_period(text, daterange) IS
'freeze the attribution of a period that is over; returns the number of rows. It cannot be opened again: what changes later is an adjustment. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.adjustments(name text, as_of timestamptz DEFAULT now()) RETURNS SETOF accountmatch.adjustment_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	p _accountmatch.closed_period;
BEGIN
	SELECT * INTO p FROM _accountmatch.closed_period c WHERE c.name = adjustments.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('no period "%s" is closed', coalesce(name, 'null'));
	END IF;
	RETURN QUERY
	SELECT coalesce(c.opportunity_id, a.opportunity_id)::text, coalesce(a.opportunity, c.opportunity), coalesce(c.partner, a.partner), c.kind, a.kind, c.credit, a.credit,
		c.credited_amount, a.credited_amount, coalesce(a.credited_amount, 0) - coalesce(c.credited_amount, 0), coalesce(a.currency, c.currency),
		coalesce(a.why, 'not in the period any more')
	FROM (SELECT * FROM _accountmatch.closed_attribution f WHERE f.name = p.name AND f.map_id IS NOT NULL) c
	FULL JOIN accountmatch.attribution(p.period, as_of) a ON a.opportunity_id = c.opportunity_id AND a.map_id = c.map_id
	WHERE ROW(c.kind, c.credit, c.credited_amount, c.currency, c.status) IS DISTINCT FROM ROW(a.kind, a.credit, a.credited_amount, a.currency, a.status)
		AND (coalesce(c.credit, 0) <> 0 OR coalesce(a.credit, 0) <> 0)
		-- who is gone took his part of it with him, and the others' shares stay
		AND NOT EXISTS (SELECT FROM _accountmatch.closed_attribution f
			WHERE f.name = p.name AND f.map_id IS NULL AND f.opportunity_id = coalesce(c.opportunity_id, a.opportunity_id))
	ORDER BY 1, 3;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.adjustments(text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.adjustments(text, timestamptz) IS
'the rows with credit in which the attribution of a closed period, as known at as_of, differs from what was frozen; opportunities in which a former partner had a part stay as they were frozen. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.closed_periods AS
SELECT p.name AS period_name, p.period, p.closed_at AS period_closed_at, p.closed_by, c.opportunity_id, c.opportunity, c.partner, c.status, c.amount, c.currency, c.kind, c.credit,
	c.credited_amount, c.touches, c.overlap_since, c.policy, c.why, c.account_id, c.owner, c.created_at, c.closed_at
FROM _accountmatch.closed_period p LEFT JOIN _accountmatch.closed_attribution c ON c.name OPERATOR(pg_catalog.=) p.name;
COMMENT ON VIEW accountmatch.closed_periods IS 'the attribution of closed periods as it was frozen; a period without any has one row';
COMMENT ON COLUMN accountmatch.closed_periods.period_name IS 'name of the period';
COMMENT ON COLUMN accountmatch.closed_periods.period IS 'its days';
COMMENT ON COLUMN accountmatch.closed_periods.period_closed_at IS 'when it was closed';
COMMENT ON COLUMN accountmatch.closed_periods.closed_by IS 'who closed it';
COMMENT ON COLUMN accountmatch.closed_periods.opportunity_id IS 'the opportunity';
COMMENT ON COLUMN accountmatch.closed_periods.opportunity IS 'its name';
COMMENT ON COLUMN accountmatch.closed_periods.partner IS 'the partner; former partner and a number if the partnership has ended';
COMMENT ON COLUMN accountmatch.closed_periods.status IS 'open, won or lost';
COMMENT ON COLUMN accountmatch.closed_periods.amount IS 'its amount';
COMMENT ON COLUMN accountmatch.closed_periods.currency IS 'currency of the amounts';
COMMENT ON COLUMN accountmatch.closed_periods.kind IS 'sourced, influenced or none';
COMMENT ON COLUMN accountmatch.closed_periods.credit IS 'the partners share, 0 to 1: of a kind, the shares of an opportunity add up to 1';
COMMENT ON COLUMN accountmatch.closed_periods.credited_amount IS 'the same of the amount';
COMMENT ON COLUMN accountmatch.closed_periods.touches IS 'touches that count';
COMMENT ON COLUMN accountmatch.closed_periods.overlap_since IS 'when a re-map first showed the account as the partners';
COMMENT ON COLUMN accountmatch.closed_periods.policy IS 'the policy by which it was judged';
COMMENT ON COLUMN accountmatch.closed_periods.why IS 'why, in a sentence';
COMMENT ON COLUMN accountmatch.closed_periods.account_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.closed_periods.owner IS 'the opportunitys owner';
COMMENT ON COLUMN accountmatch.closed_periods.created_at IS 'when it was created';
COMMENT ON COLUMN accountmatch.closed_periods.closed_at IS 'when it closed';
