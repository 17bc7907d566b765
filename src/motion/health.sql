-- Is the motion alive: what was routed and acted on, and what pipeline it has.

-- What somebody did about an account with a partner, and when
CREATE OR REPLACE VIEW _accountmatch.act AS
SELECT d.map_id, d.side, d.account_id, d.set_at AS at FROM _accountmatch.disposition d
UNION ALL SELECT t.map_id, 'ours', t.our_id, t.recorded_at FROM _accountmatch.touch t
UNION ALL SELECT i.map_id, 'ours', i.our_id, i.changed_at FROM _accountmatch.introduction i WHERE i.state OPERATOR(pg_catalog.<>) 'proposed';

CREATE OR REPLACE VIEW accountmatch.activation AS
SELECT w.week, w.owner, m.name AS partner, pg_catalog.count(*) AS routed,
	pg_catalog.count(*) FILTER (WHERE a.acted) AS acted,
	pg_catalog.round(pg_catalog.count(*) FILTER (WHERE a.acted)::pg_catalog.numeric OPERATOR(pg_catalog./) pg_catalog.count(*), 3) AS rate
FROM _accountmatch.weekly_item w
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) w.map_id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM _accountmatch.act x
	WHERE x.map_id OPERATOR(pg_catalog.=) w.map_id AND x.side OPERATOR(pg_catalog.=) w.side AND x.account_id OPERATOR(pg_catalog.=) w.account_id
		AND x.at OPERATOR(pg_catalog.>=) w.made_at AND x.at OPERATOR(pg_catalog.<) (w.made_at OPERATOR(pg_catalog.+) '7 days'::pg_catalog.interval))) a(acted)
GROUP BY w.week, w.owner, m.name;
COMMENT ON VIEW accountmatch.activation IS 'of each weekly list, what was acted on within seven days of its making: a disposition, a touch, an introduction';
COMMENT ON COLUMN accountmatch.activation.week IS 'the Monday of the week';
COMMENT ON COLUMN accountmatch.activation.owner IS 'the seller';
COMMENT ON COLUMN accountmatch.activation.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.activation.routed IS 'accounts on the list';
COMMENT ON COLUMN accountmatch.activation.acted IS 'of these, acted on in time';
COMMENT ON COLUMN accountmatch.activation.rate IS 'their share, 0 to 1';

CREATE OR REPLACE VIEW accountmatch.motion_health AS
SELECT m.name AS partner, l.refreshed_at, pg_catalog.date_trunc('day', pg_catalog.now() OPERATOR(pg_catalog.-) l.refreshed_at) AS age,
	coalesce(x.mapped, 0) AS mapped, coalesce(x.prioritized, 0) AS prioritized, coalesce(w.routed, 0) AS routed, coalesce(w.acted, 0) AS acted
FROM _accountmatch.map m
JOIN _accountmatch.list l ON l.list_id OPERATOR(pg_catalog.=) m.their_list
LEFT JOIN (SELECT c.map_id, pg_catalog.count(DISTINCT c.our_id) AS mapped, pg_catalog.count(DISTINCT c.our_id) FILTER (WHERE c.tier IS NOT NULL) AS prioritized
	FROM _accountmatch.match c WHERE NOT c.needs_review AND c.rule OPERATOR(pg_catalog.<>) 'family' GROUP BY c.map_id) x ON x.map_id OPERATOR(pg_catalog.=) m.map_id
LEFT JOIN (SELECT r.map_id, pg_catalog.count(*) AS routed, pg_catalog.count(*) FILTER (WHERE r.acted) AS acted
	FROM (SELECT i.map_id, i.side, i.account_id, EXISTS (SELECT FROM _accountmatch.act a
			WHERE a.map_id OPERATOR(pg_catalog.=) i.map_id AND a.side OPERATOR(pg_catalog.=) i.side AND a.account_id OPERATOR(pg_catalog.=) i.account_id
				AND a.at OPERATOR(pg_catalog.>=) pg_catalog.min(i.made_at)) AS acted
		FROM _accountmatch.weekly_item i WHERE i.made_at OPERATOR(pg_catalog.>=) (pg_catalog.now() OPERATOR(pg_catalog.-) '28 days'::pg_catalog.interval)
		GROUP BY i.map_id, i.side, i.account_id) r
	GROUP BY r.map_id) w ON w.map_id OPERATOR(pg_catalog.=) m.map_id
WHERE m.is_partner;
COMMENT ON VIEW accountmatch.motion_health IS 'how far each exchange gets: from a list to something done';
COMMENT ON COLUMN accountmatch.motion_health.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.motion_health.refreshed_at IS 'when his list was last read';
COMMENT ON COLUMN accountmatch.motion_health.age IS 'how long ago that is, in days';
COMMENT ON COLUMN accountmatch.motion_health.mapped IS 'accounts of ours that he has';
COMMENT ON COLUMN accountmatch.motion_health.prioritized IS 'of these, with a tier';
COMMENT ON COLUMN accountmatch.motion_health.routed IS 'accounts that lists of the last four weeks had for him, one-sided ones too';
COMMENT ON COLUMN accountmatch.motion_health.acted IS 'of these, acted on since they were routed';

CREATE OR REPLACE FUNCTION accountmatch.partner_pipeline("by" text DEFAULT 'total') RETURNS SETOF accountmatch.pipeline_row
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF "by" IS NULL OR "by" NOT IN ('total', 'partner', 'owner') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('pipeline by %s is not known', coalesce(quote_literal("by"), 'null')),
			HINT = 'It is by total, partner or owner.';
	END IF;
	RETURN QUERY
	WITH partner_of AS MATERIALIZED (
		SELECT DISTINCT x.our_id, m.name::text AS partner FROM _accountmatch.match x JOIN _accountmatch.map m ON m.map_id = x.map_id AND m.is_partner
		WHERE NOT x.needs_review AND x.rule <> 'family'),
	opportunity AS (
		SELECT date_trunc('month', _accountmatch.day_of(o))::date AS month, o.currency, o.is_closed, o.is_won, o.amount, o.owner, o.account_id,
			EXISTS (SELECT FROM partner_of p WHERE p.our_id = o.account_id) AS with_partner
		FROM _accountmatch.opportunity o WHERE o.valid_to IS NULL),
	grouped AS (
		SELECT o.*, CASE "by" WHEN 'owner' THEN o.owner END AS key FROM opportunity o WHERE "by" <> 'partner'
		UNION ALL
		-- an opportunity counts with each partner who has the account
		SELECT o.*, p.partner FROM opportunity o LEFT JOIN partner_of p ON p.our_id = o.account_id WHERE "by" = 'partner')
	SELECT g.month, g.currency, g.key, g.with_partner, count(*), coalesce(sum(g.amount) FILTER (WHERE NOT g.is_closed), 0), coalesce(sum(g.amount) FILTER (WHERE g.is_won), 0),
		count(*) FILTER (WHERE g.is_won), count(*) FILTER (WHERE g.is_closed AND NOT g.is_won),
		round(count(*) FILTER (WHERE g.is_won)::numeric / nullif(count(*) FILTER (WHERE g.is_closed), 0), 3)
	FROM grouped g GROUP BY g.month, g.currency, g.key, g.with_partner
	ORDER BY g.month, g.currency COLLATE "C", g.key COLLATE "C", g.with_partner;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.partner_pipeline(text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.partner_pipeline(text) IS
'our opportunities per month (closed ones by their closing, open ones by their creation) and currency: open and won amount and win rate, of accounts that a partner has and of others; by total, owner, or partner (where an opportunity counts with each partner who has the account). Not executable by PUBLIC';
