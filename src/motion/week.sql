-- The weekly list: made once a week for each seller, and kept.

-- The sentence that says why an account is on a list
CREATE OR REPLACE FUNCTION _accountmatch.reason(s accountmatch.score_row) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT concat_ws('; ',
		CASE (s).side
			WHEN 'ours' THEN format('%s is our customer, and %s does not have it', (s).our_name, (s).partner)
			WHEN 'theirs' THEN format('%s is a customer of %s, and we do not have it', (s).their_name, (s).partner)
			ELSE format('%s is our %s and %s of %s', (s).our_name, replace(split_part((s).segment, '-', 1), 'unknown', 'account'),
				CASE split_part((s).segment, '-', 2) WHEN 'unknown' THEN 'an account' WHEN 'opportunity' THEN 'an opportunity'
					ELSE 'a ' || split_part((s).segment, '-', 2) END, (s).partner) END,
		CASE WHEN (s).open_amount > 0 AND (s).side <> 'theirs' THEN concat_ws(' ', trim_scale((s).open_amount), (s).currency, 'open') END,
		CASE WHEN (s).signal >= 0.05 THEN format('signal "%s" of %s', (s).signal_name, to_char((s).signal_at, 'YYYY-MM-DD')) END,
		CASE WHEN (s).strategic > 0 THEN 'strategic' END,
		CASE WHEN (s).their_owner IS NOT NULL THEN format('ask %s at %s', (s).their_owner, (s).partner) END) || '.'
$$;
REVOKE ALL ON FUNCTION _accountmatch.reason(accountmatch.score_row) FROM PUBLIC;

-- What to do about a segment
CREATE OR REPLACE FUNCTION _accountmatch.plays(OUT segment text, OUT play text) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 11 SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT t.our_status || '-' || t.their_status, t.play FROM accountmatch.tiers() t
	UNION ALL VALUES ('customer-none', 'Bring the partner in, if he fits.'), ('none-customer', 'Ask the partner for an introduction to his customer.')
$$;
REVOKE ALL ON FUNCTION _accountmatch.plays() FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.make_weekly_list(week date DEFAULT date_trunc('week', now())::date, one_sided boolean DEFAULT true)
RETURNS SETOF accountmatch.made_row
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp SET work_mem = '128MB' SET jit = off
AS $$
DECLARE
	monday date := date_trunc('week', make_weekly_list.week)::date;
	-- a list for this week knows what is known now, another one what counts on its Monday
	at timestamptz := CASE WHEN monday = date_trunc('week', now())::date THEN now() ELSE monday::timestamptz END;
BEGIN
	IF monday IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'week must not be null';
	END IF;
	-- one maker at a time; and what was disposed of before is not on the list
	LOCK TABLE _accountmatch.weekly_item IN SHARE ROW EXCLUSIVE MODE;
	LOCK TABLE _accountmatch.disposition IN SHARE MODE;
	CREATE TEMP TABLE accountmatch_scored ON COMMIT DROP AS
	WITH put_off AS MATERIALIZED (
		SELECT d.map_id, d.side, d.account_id FROM _accountmatch.last_disposition d
		WHERE d.state <> 'working' AND (d.until IS NULL OR d.until > monday)),
	fallback AS MATERIALIZED (SELECT f.owner, f.region FROM _accountmatch.seller f WHERE f.is_fallback)
	SELECT row_number() OVER () AS n, s AS row, s.tier, s.score, s.partner, s.map_id, t.side, t.account_id, coalesce(own.owner,
		(SELECT f.owner FROM fallback f WHERE f.region IS NULL OR f.region = s.region ORDER BY f.region IS NULL LIMIT 1)) AS seller
	FROM accountmatch.scores(NULL, at, make_weekly_list.one_sided) s
	CROSS JOIN LATERAL (SELECT CASE s.side WHEN 'theirs' THEN 'theirs' ELSE 'ours' END,
		(CASE s.side WHEN 'theirs' THEN s.their_id ELSE s.our_id END) COLLATE "C") t(side, account_id)
	LEFT JOIN _accountmatch.seller own ON own.owner = s.our_owner
	WHERE (s.tier IS NOT NULL OR s.side <> 'both')
		AND NOT EXISTS (SELECT FROM put_off p WHERE p.map_id = s.map_id AND p.side = t.side AND p.account_id = t.account_id);
	ANALYZE pg_temp.accountmatch_scored (side, account_id, map_id);
	CREATE TEMP TABLE accountmatch_made ON COMMIT DROP AS
	WITH once AS (
		-- an account is on a list once, with its best partner
		SELECT DISTINCT ON (b.account_id, b.side, CASE b.side WHEN 'theirs' THEN b.map_id END)
			b.n, b.seller, b.tier, b.score, b.map_id, b.account_id
		FROM pg_temp.accountmatch_scored b
		ORDER BY b.account_id, b.side, CASE b.side WHEN 'theirs' THEN b.map_id END, b.tier, b.score DESC, b.map_id, (b.row).their_id COLLATE "C"),
	-- partners take turns within a tier, each with its best
	turn AS (
		SELECT o.*, row_number() OVER (PARTITION BY o.seller, o.tier, o.map_id ORDER BY o.score DESC, o.account_id) AS turn FROM once o)
	SELECT t.n, t.seller, row_number() OVER (PARTITION BY t.seller ORDER BY t.tier, t.turn, t.score DESC, t.map_id, t.account_id) AS rank
	FROM turn t;

	INSERT INTO _accountmatch.weekly_item (week, owner, rank, map_id, side, account_id, account, match_id, their_id, their_name, account_owner, their_owner,
		segment, tier, score, play, why, is_new, also, made_at)
	SELECT monday, r.seller, r.rank, s.map_id, s.side, s.account_id, coalesce((s.row).our_name, (s.row).their_name), (s.row).match_id, (s.row).their_id,
		(s.row).their_name, (s.row).our_owner, (s.row).their_owner, (s.row).segment, s.tier, s.score, p.play, _accountmatch.reason(s.row),
		NOT EXISTS (SELECT FROM _accountmatch.weekly_item w WHERE w.map_id = s.map_id AND w.side = s.side AND w.account_id = s.account_id),
		coalesce(o.partners, '{}'), clock_timestamp()
	FROM pg_temp.accountmatch_made r
	JOIN _accountmatch.seller l ON l.owner = r.seller AND r.rank <= l.capacity
	JOIN pg_temp.accountmatch_scored s ON s.n = r.n
	LEFT JOIN (SELECT a.n, array_agg(DISTINCT b.partner ORDER BY b.partner) AS partners
		FROM pg_temp.accountmatch_made c
		JOIN _accountmatch.seller k ON k.owner = c.seller AND c.rank <= k.capacity
		JOIN pg_temp.accountmatch_scored a ON a.n = c.n AND a.side = 'ours'
		JOIN pg_temp.accountmatch_scored b ON b.side = 'ours' AND b.account_id = a.account_id AND b.map_id <> a.map_id
		GROUP BY a.n) o ON o.n = r.n
	LEFT JOIN _accountmatch.plays() p ON p.segment = (s.row).segment
	WHERE NOT EXISTS (SELECT FROM _accountmatch.weekly_item w WHERE w.week = monday AND w.owner = r.seller)
		-- with somebody else, since this week's list was made
		AND NOT EXISTS (SELECT FROM _accountmatch.weekly_item w
			WHERE w.week = monday AND w.map_id = s.map_id AND w.side = s.side AND w.account_id = s.account_id);

	RETURN QUERY
	SELECT monday, s.owner::text, count(w.rank), count(w.rank) FILTER (WHERE w.is_new), s.capacity, coalesce(c.n, 0)
	FROM _accountmatch.seller s LEFT JOIN _accountmatch.weekly_item w ON w.week = monday AND w.owner = s.owner
	LEFT JOIN (SELECT r.seller, count(*) AS n FROM pg_temp.accountmatch_made r GROUP BY r.seller) c ON c.seller = s.owner
	GROUP BY s.owner, c.n ORDER BY s.owner;
	RETURN QUERY
	SELECT monday, NULL::text, 0::bigint, 0::bigint, NULL::integer, count(*) FROM pg_temp.accountmatch_made r WHERE r.seller IS NULL HAVING count(*) > 0;
	DROP TABLE pg_temp.accountmatch_made, pg_temp.accountmatch_scored;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.make_weekly_list(date, boolean) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.make_weekly_list(date, boolean) IS
'make the lists of a week, for sellers who have none for it yet; what is made stays. A row per seller: how many accounts are on his list, how many of them for the first time, his capacity, and how many could have been; a row without owner counts those that have neither seller nor fallback. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.weekly_list AS
SELECT w.week, w.owner, w.rank, w.account, m.name AS partner, w.their_owner, w.why, w.play, w.is_new, d.state, w.tier, w.score, w.segment,
	w.their_name, w.also, w.account_owner, w.side, w.account_id, w.their_id, w.match_id, w.made_at
FROM _accountmatch.weekly_item w
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) w.map_id
LEFT JOIN LATERAL (SELECT x.state FROM _accountmatch.disposition x
	WHERE x.map_id OPERATOR(pg_catalog.=) w.map_id AND x.side OPERATOR(pg_catalog.=) w.side AND x.account_id OPERATOR(pg_catalog.=) w.account_id
	ORDER BY x.disposition_id DESC LIMIT 1) d ON true;
COMMENT ON VIEW accountmatch.weekly_list IS 'the lists of every week, as they were made, and what became of each account since';

CREATE OR REPLACE VIEW accountmatch.my_list WITH (security_barrier) AS
SELECT w.week, w.owner, w.rank, w.account, m.name AS partner, w.their_owner, w.why, w.play, w.is_new, d.state, w.tier, w.score, w.segment,
	w.their_name, w.also, w.account_owner, w.side, w.account_id, w.their_id, w.match_id, w.made_at
FROM _accountmatch.seller s
JOIN _accountmatch.weekly_item w ON w.owner OPERATOR(pg_catalog.=) s.owner
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) w.map_id
LEFT JOIN LATERAL (SELECT x.state FROM _accountmatch.disposition x
	WHERE x.map_id OPERATOR(pg_catalog.=) w.map_id AND x.side OPERATOR(pg_catalog.=) w.side AND x.account_id OPERATOR(pg_catalog.=) w.account_id
	ORDER BY x.disposition_id DESC LIMIT 1) d ON true
WHERE s.role OPERATOR(pg_catalog.=) current_user;
COMMENT ON VIEW accountmatch.my_list IS 'of weekly_list, the rows of the seller whose role asks';
COMMENT ON COLUMN accountmatch.weekly_list.week IS 'the Monday of the week';
COMMENT ON COLUMN accountmatch.weekly_list.owner IS 'the seller';
COMMENT ON COLUMN accountmatch.weekly_list.rank IS 'place on his list';
COMMENT ON COLUMN accountmatch.weekly_list.account IS 'the accounts name';
COMMENT ON COLUMN accountmatch.weekly_list.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.weekly_list.their_owner IS 'whom to call there';
COMMENT ON COLUMN accountmatch.weekly_list.why IS 'why it is on the list, in a sentence';
COMMENT ON COLUMN accountmatch.weekly_list.play IS 'what to do';
COMMENT ON COLUMN accountmatch.weekly_list.is_new IS 'whether it was on no list with this partner before';
COMMENT ON COLUMN accountmatch.weekly_list.state IS 'what the seller did with it last: working, snoozed, dismissed, done; null: nothing';
COMMENT ON COLUMN accountmatch.weekly_list.tier IS '1 (act now) to 4; null: one-sided';
COMMENT ON COLUMN accountmatch.weekly_list.score IS '0 to 100, within the tier';
COMMENT ON COLUMN accountmatch.weekly_list.segment IS 'our status and theirs, as in customer-prospect';
COMMENT ON COLUMN accountmatch.weekly_list.their_name IS 'the partners account';
COMMENT ON COLUMN accountmatch.weekly_list.also IS 'other partners with whom it could have been on the list';
COMMENT ON COLUMN accountmatch.weekly_list.account_owner IS 'who owns it in the CRM; another one than the seller, or none: it went to the fallback';
COMMENT ON COLUMN accountmatch.weekly_list.side IS 'ours, or theirs for an account that only the partner has';
COMMENT ON COLUMN accountmatch.weekly_list.account_id IS 'the account_id in the list of that side';
COMMENT ON COLUMN accountmatch.weekly_list.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.weekly_list.match_id IS 'number of the match; null: one-sided';
COMMENT ON COLUMN accountmatch.weekly_list.made_at IS 'when the list was made';
COMMENT ON COLUMN accountmatch.my_list.week IS 'the Monday of the week';
COMMENT ON COLUMN accountmatch.my_list.owner IS 'the seller';
COMMENT ON COLUMN accountmatch.my_list.rank IS 'place on his list';
COMMENT ON COLUMN accountmatch.my_list.account IS 'the accounts name';
COMMENT ON COLUMN accountmatch.my_list.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.my_list.their_owner IS 'whom to call there';
COMMENT ON COLUMN accountmatch.my_list.why IS 'why it is on the list, in a sentence';
COMMENT ON COLUMN accountmatch.my_list.play IS 'what to do';
COMMENT ON COLUMN accountmatch.my_list.is_new IS 'whether it was on no list with this partner before';
COMMENT ON COLUMN accountmatch.my_list.state IS 'what the seller did with it last: working, snoozed, dismissed, done; null: nothing';
COMMENT ON COLUMN accountmatch.my_list.tier IS '1 (act now) to 4; null: one-sided';
COMMENT ON COLUMN accountmatch.my_list.score IS '0 to 100, within the tier';
COMMENT ON COLUMN accountmatch.my_list.segment IS 'our status and theirs, as in customer-prospect';
COMMENT ON COLUMN accountmatch.my_list.their_name IS 'the partners account';
COMMENT ON COLUMN accountmatch.my_list.also IS 'other partners with whom it could have been on the list';
COMMENT ON COLUMN accountmatch.my_list.account_owner IS 'who owns it in the CRM; another one than the seller, or none: it went to the fallback';
COMMENT ON COLUMN accountmatch.my_list.side IS 'ours, or theirs for an account that only the partner has';
COMMENT ON COLUMN accountmatch.my_list.account_id IS 'the account_id in the list of that side';
COMMENT ON COLUMN accountmatch.my_list.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.my_list.match_id IS 'number of the match; null: one-sided';
COMMENT ON COLUMN accountmatch.my_list.made_at IS 'when the list was made';
