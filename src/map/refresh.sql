-- Refreshing a list: what its source has that is not stored yet.

CREATE OR REPLACE FUNCTION _accountmatch.source_changes(list_id integer, source text, columns jsonb, keep text[], max_shrink double precision)
RETURNS SETOF _accountmatch.source_row
LANGUAGE c VOLATILE COST 1000000 ROWS 1000
AS 'MODULE_PATHNAME', 'acm_source_changes';
REVOKE ALL ON FUNCTION _accountmatch.source_changes(integer, text, jsonb, text[], double precision) FROM PUBLIC;

-- Say in pg_stat_activity what is being done; returns what stood there
CREATE OR REPLACE FUNCTION _accountmatch.progress(what text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before text := current_setting('application_name');
BEGIN
	PERFORM set_config('application_name', what, true);
	RETURN before;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.progress(text) FROM PUBLIC;

-- Bring a list's stored accounts up to date with a relation. force: also if it is
-- empty or shrank. Returns how many accounts changed.
CREATE OR REPLACE FUNCTION _accountmatch.refresh_list(p_list integer, p_source text, p_columns jsonb, p_force boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list;
	changes bigint;
	others bigint;
BEGIN
	PERFORM _accountmatch.lock('list', p_list, true);
	SELECT * INTO l FROM _accountmatch.list t WHERE t.list_id = p_list;
	IF l.accounts = 0 THEN
		-- nothing to compare with, and nobody to tell
		INSERT INTO _accountmatch.account (list_id, account_id, hash, name, website, email, lei, duns, vat,
			country, status, stage, owner, industry, region, amount, currency)
		SELECT p_list, s.account_id, s.hash, s.name, s.website, s.email, s.lei, s.duns, s.vat,
			s.country, s.status, s.stage, s.owner, s.industry, s.region, s.amount, s.currency
		FROM _accountmatch.source_changes(p_list, p_source, p_columns, l.keep,
			CASE WHEN NOT p_force THEN l.max_shrink END) s;
		GET DIAGNOSTICS changes = ROW_COUNT;
		others := changes;
		IF EXISTS (SELECT FROM _accountmatch.map m WHERE p_list IN (m.our_list, m.their_list) AND m.last_run IS NOT NULL) THEN
			INSERT INTO _accountmatch.account_change (list_id, version, account_id, change)
			SELECT p_list, l.version + 1, a.account_id, 'added' FROM _accountmatch.account a WHERE a.list_id = p_list;
		END IF;
	ELSE
		CREATE TEMP TABLE accountmatch_source ON COMMIT DROP AS
		SELECT * FROM _accountmatch.source_changes(p_list, p_source, p_columns, l.keep, CASE WHEN NOT p_force THEN l.max_shrink END);
		GET DIAGNOSTICS changes = ROW_COUNT;
		IF changes > 0 THEN
			INSERT INTO _accountmatch.account_change (list_id, version, account_id, change, old_keys)
			SELECT p_list, l.version + 1, s.account_id, s.change, a.keys
			FROM pg_temp.accountmatch_source s
			LEFT JOIN _accountmatch.account a ON a.list_id = p_list AND a.account_id = s.account_id;
			DELETE FROM _accountmatch.account a USING pg_temp.accountmatch_source s
			WHERE a.list_id = p_list AND a.account_id = s.account_id AND s.change = 'removed';
			GET DIAGNOSTICS others = ROW_COUNT;
			UPDATE _accountmatch.account a
			SET hash = s.hash, name = s.name, website = s.website, email = s.email, lei = s.lei, duns = s.duns, vat = s.vat,
				country = s.country, status = s.status, stage = s.stage, owner = s.owner, industry = s.industry, region = s.region,
				amount = s.amount, currency = s.currency
			FROM pg_temp.accountmatch_source s
			WHERE a.list_id = p_list AND a.account_id = s.account_id AND s.change = 'changed';
			INSERT INTO _accountmatch.account (list_id, account_id, hash, name, website, email, lei, duns, vat,
				country, status, stage, owner, industry, region, amount, currency)
			SELECT p_list, s.account_id, s.hash, s.name, s.website, s.email, s.lei, s.duns, s.vat,
				s.country, s.status, s.stage, s.owner, s.industry, s.region, s.amount, s.currency
			FROM pg_temp.accountmatch_source s WHERE s.change = 'added';
			l.accounts := l.accounts - others;
			GET DIAGNOSTICS others = ROW_COUNT;
		END IF;
		DROP TABLE pg_temp.accountmatch_source;
	END IF;
	UPDATE _accountmatch.list t
	SET version = l.version + (changes > 0)::integer, accounts = l.accounts + coalesce(others, 0), refreshed_at = clock_timestamp()
	WHERE t.list_id = p_list;
	IF changes > 10000 AND changes * 5 > l.accounts THEN
		ANALYZE _accountmatch.account;
	END IF;
	RETURN changes;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.refresh_list(integer, text, jsonb, boolean) FROM PUBLIC;
