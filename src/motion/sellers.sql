-- Sellers: who gets a list, and how long one.

CREATE OR REPLACE FUNCTION accountmatch.set_seller(owner text, name text DEFAULT NULL, email text DEFAULT NULL, slack_id text DEFAULT NULL,
	capacity integer DEFAULT 50, region text DEFAULT NULL, is_fallback boolean DEFAULT false, role name DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	IF owner IS NULL OR owner = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'a seller needs the name that the CRM writes as owner';
	ELSIF capacity IS NULL OR capacity NOT BETWEEN 0 AND 10000 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('capacity %s is not between 0 and 10000', coalesce(capacity::text, 'null')),
			HINT = 'It is the number of accounts on the seller''s list of a week.';
	ELSIF slack_id !~ '^[A-Z0-9]{2,40}$' THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is not the id of a member or channel of Slack', slack_id),
			HINT = 'An id looks like U024BE7LH; it stands in the profile of the member.';
	ELSIF role IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('role "%s" does not exist', role);
	END IF;
	-- one fallback for a region, one for those without
	IF is_fallback THEN
		UPDATE _accountmatch.seller s SET is_fallback = false WHERE s.owner <> set_seller.owner AND s.region IS NOT DISTINCT FROM set_seller.region;
	END IF;
	INSERT INTO _accountmatch.seller AS s (owner, name, email, slack_id, capacity, region, is_fallback, role, set_by, set_at)
	VALUES (set_seller.owner, set_seller.name, set_seller.email, set_seller.slack_id, set_seller.capacity, set_seller.region,
		coalesce(set_seller.is_fallback, false), set_seller.role, _accountmatch.caller(), clock_timestamp())
	ON CONFLICT ON CONSTRAINT seller_pkey DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email, slack_id = EXCLUDED.slack_id,
		capacity = EXCLUDED.capacity, region = EXCLUDED.region, is_fallback = EXCLUDED.is_fallback, role = EXCLUDED.role,
		set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_seller(text, text, text, text, integer, text, boolean, name) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_seller(text, text, text, text, integer, text, boolean, name) IS
'a seller: owner as accounts name him, capacity the accounts of a weekly list, is_fallback whether accounts without a seller go to him (those of his region, if he has one), role the database role that may see and dispose of his rows only. Again with the same owner changes all of it. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.drop_seller(owner text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	DELETE FROM _accountmatch.seller s WHERE s.owner = drop_seller.owner;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no seller %s', coalesce('"' || owner || '"', 'null'));
	END IF;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.drop_seller(text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.drop_seller(text) IS 'a seller gets no list any more; the lists that he got are kept. Not executable by PUBLIC';

CREATE OR REPLACE VIEW accountmatch.sellers AS
SELECT s.owner, s.name, s.email, s.slack_id, s.capacity, s.region, s.is_fallback, s.role, s.set_by, s.set_at FROM _accountmatch.seller s;
COMMENT ON VIEW accountmatch.sellers IS 'the sellers; see accountmatch.set_seller';
COMMENT ON COLUMN accountmatch.sellers.owner IS 'the seller as accounts name him';
COMMENT ON COLUMN accountmatch.sellers.name IS 'his name';
COMMENT ON COLUMN accountmatch.sellers.email IS 'his e-mail address';
COMMENT ON COLUMN accountmatch.sellers.slack_id IS 'where Slack reaches him';
COMMENT ON COLUMN accountmatch.sellers.capacity IS 'accounts on his list of a week, at most';
COMMENT ON COLUMN accountmatch.sellers.region IS 'his region';
COMMENT ON COLUMN accountmatch.sellers.is_fallback IS 'whether accounts without a seller go to him';
COMMENT ON COLUMN accountmatch.sellers.role IS 'the database role that sees his rows only';
COMMENT ON COLUMN accountmatch.sellers.set_by IS 'who last set him';
COMMENT ON COLUMN accountmatch.sellers.set_at IS 'when';

CREATE OR REPLACE FUNCTION accountmatch.set_disposition(account text, partner text, state text, until date DEFAULT NULL, note text DEFAULT NULL,
	side text DEFAULT 'ours')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	m _accountmatch.map := _accountmatch.map_of(partner);
BEGIN
	IF state IS NULL OR state NOT IN ('working', 'snoozed', 'dismissed', 'done') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('unknown disposition %s', coalesce(quote_literal(state), 'null')),
			HINT = 'It is working, snoozed, dismissed or done.';
	ELSIF side IS NULL OR side NOT IN ('ours', 'theirs') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'side must be ours or theirs',
			HINT = 'An account that only the partner has is theirs.';
	ELSIF state = 'working' AND until IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'an account that is worked on is so until something else is said';
	-- a seller's role may dispose of what is on his own lists, others of everything
	ELSIF EXISTS (SELECT FROM _accountmatch.seller s WHERE s.role = _accountmatch.caller())
		AND NOT EXISTS (SELECT FROM _accountmatch.weekly_item w JOIN _accountmatch.seller s USING (owner)
			WHERE s.role = _accountmatch.caller() AND w.map_id = m.map_id AND w.side = set_disposition.side AND w.account_id = set_disposition.account) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('account "%s" was never on your list with "%s"', account, partner);
	ELSIF NOT EXISTS (SELECT FROM _accountmatch.account a WHERE a.account_id = set_disposition.account
		AND a.list_id = CASE side WHEN 'ours' THEN m.our_list ELSE m.their_list END)
		AND NOT EXISTS (SELECT FROM _accountmatch.weekly_item w WHERE w.map_id = m.map_id AND w.side = set_disposition.side AND w.account_id = set_disposition.account) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no account "%s" of %s', coalesce(account, 'null'), side);
	END IF;
	INSERT INTO _accountmatch.disposition (map_id, side, account_id, state, until, note, set_by, set_at)
	VALUES (m.map_id, set_disposition.side, account, set_disposition.state,
		CASE WHEN set_disposition.state = 'snoozed' THEN coalesce(set_disposition.until, current_date + 28) ELSE set_disposition.until END,
		set_disposition.note, _accountmatch.caller(), clock_timestamp());
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_disposition(text, text, text, date, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_disposition(text, text, text, date, text, text) IS
'what a seller did with an account of his list: working (it stays on it), snoozed (until a date, four weeks by default), dismissed or done (until a date, or for good). side theirs: an account that only the partner has. Not executable by PUBLIC';

-- The last word about each account and partner
CREATE OR REPLACE VIEW _accountmatch.last_disposition AS
SELECT DISTINCT ON (d.map_id, d.side, d.account_id) d.* FROM _accountmatch.disposition d
ORDER BY d.map_id, d.side, d.account_id, d.disposition_id DESC;

CREATE OR REPLACE VIEW accountmatch.dispositions AS
SELECT m.name AS partner, d.side, d.account_id, d.state, d.until, d.note, d.set_by, d.set_at
FROM _accountmatch.disposition d JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) d.map_id;
COMMENT ON VIEW accountmatch.dispositions IS 'everything that set_disposition was told, in the order of set_at';
COMMENT ON COLUMN accountmatch.dispositions.partner IS 'the partner';
COMMENT ON COLUMN accountmatch.dispositions.side IS 'ours, or theirs for an account that only the partner has';
COMMENT ON COLUMN accountmatch.dispositions.account_id IS 'the account_id in the list of that side';
COMMENT ON COLUMN accountmatch.dispositions.state IS 'working, snoozed, dismissed or done';
COMMENT ON COLUMN accountmatch.dispositions.until IS 'the first day on which it can be on a list again; null: never, or worked on';
COMMENT ON COLUMN accountmatch.dispositions.note IS 'why';
COMMENT ON COLUMN accountmatch.dispositions.set_by IS 'who said so';
COMMENT ON COLUMN accountmatch.dispositions.set_at IS 'when';
