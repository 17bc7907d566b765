-- Refreshing a list: what its source has that is not stored yet.

CREATE OR REPLACE FUNCTION _accountmatch.source_changes(list_id integer, source text, columns jsonb, keep text[], max_shrink double precision,
	opportunities text, opportunities_query text)
RETURNS SETOF _accountmatch.source_row
LANGUAGE c VOLATILE COST 1000000 ROWS 1000
AS 'MODULE_PATHNAME', 'acm_source_changes';
REVOKE ALL ON FUNCTION _accountmatch.source_changes(integer, text, jsonb, text[], double precision, text, text) FROM PUBLIC;

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

-- The query that adds up opportunities by account and currency, from the columns
-- that their relation has. Each counts once, even if it stands there twice.
CREATE OR REPLACE FUNCTION _accountmatch.opportunities_query(source text, columns jsonb) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	attributes text[] := '{opportunity_id,account_id,name,stage,is_closed,is_won,amount,currency,created_at,closed_at,owner}';
	relation regclass;
	c jsonb := '{}';
	a record;
	stage text;
BEGIN
	IF source IS NULL THEN
		RETURN NULL;
	END IF;
	relation := to_regclass(source);
	IF relation IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('source %s does not exist', source),
			HINT = 'The stored accounts are kept. Create it again, or name another source.';
	END IF;
	FOR a IN SELECT e.key FROM jsonb_each(columns) e WHERE NOT e.key = ANY (attributes) LOOP
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('columns names an unknown attribute "%s"', a.key),
			HINT = format('The attributes of an opportunity are %s.', array_to_string(attributes, ', '));
	END LOOP;
	FOR a IN SELECT t.attribute, coalesce(columns ->> t.attribute, t.attribute) AS name,
			EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = relation AND p.attnum > 0 AND NOT p.attisdropped
				AND p.attname = coalesce(columns ->> t.attribute, t.attribute)) AS there
		FROM unnest(attributes) t(attribute) LOOP
		IF a.there THEN
			c := c || jsonb_build_object(a.attribute, 'x.' || quote_ident(a.name));
		ELSIF columns ->> a.attribute IS NOT NULL OR a.attribute IN ('opportunity_id', 'account_id') THEN
			RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s has no column "%s"', source, a.name),
				HINT = 'Opportunities need opportunity_id, account_id, and is_closed and is_won or stage. Write columns => ''{"opportunity_id": "id"}''.';
		END IF;
	END LOOP;
	IF NOT c ?| '{stage,is_closed}' THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('%s has neither a column "is_closed" nor "stage"', source),
			HINT = 'Opportunities need opportunity_id, account_id, and is_closed and is_won or stage.';
	END IF;
	-- "Closed Won", "closedwon", "Closed Lost": what stages say where there are no flags
	stage := coalesce('lower(' || (c ->> 'stage') || '::text)', 'NULL::text');
	RETURN format('SELECT o.account_id, o.currency, bool_or(o.won), bool_or(NOT o.closed), sum(o.amount) FILTER (WHERE NOT o.closed)
		FROM (SELECT DISTINCT ON (%1$s) %2$s::text AS account_id, %3$s AS currency, coalesce(%4$s, %5$s ~ ''won'', false) AS won,
				coalesce(%6$s, %5$s ~ ''won|lost|closed'', false) OR coalesce(%4$s, false) AS closed, %7$s AS amount
			FROM %8$s x WHERE %2$s IS NOT NULL ORDER BY %1$s) o
		GROUP BY o.account_id, o.currency ORDER BY o.account_id COLLATE "C", o.currency COLLATE "C"',
		c ->> 'opportunity_id', c ->> 'account_id',
		coalesce('upper(nullif(' || (c ->> 'currency') || '::text, ''''))', 'NULL::text'),
		coalesce((c ->> 'is_won') || '::text::boolean', 'NULL::boolean'), stage,
		coalesce((c ->> 'is_closed') || '::text::boolean', 'NULL::boolean'),
		coalesce((c ->> 'amount') || '::numeric', 'NULL::numeric'), source);
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.opportunities_query(text, jsonb) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.set_opportunities(list text, source regclass, columns jsonb DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list := _accountmatch.list_of(list);
	relation text := _accountmatch.qualified_source(source);
BEGIN
	PERFORM _accountmatch.opportunities_query(relation, columns);
	UPDATE _accountmatch.list t SET opportunities = relation, opportunity_columns = set_opportunities.columns WHERE t.list_id = l.list_id;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_opportunities(text, regclass, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_opportunities(text, regclass, jsonb) IS
'say where the opportunities of a list''s accounts are: a won one makes an account a customer, an open one an opportunity, unless its own status is stronger, and what is open is its amount; null: nowhere. Columns: opportunity_id, account_id, and is_closed and is_won or stage; amount, currency; also name, created_at, closed_at, owner. Not executable by PUBLIC';

-- Bring a list's stored accounts up to date with a relation. force: also if it is
-- empty or shrank. Returns how many accounts changed.
CREATE OR REPLACE FUNCTION _accountmatch.refresh_list(p_list integer, p_source text, p_columns jsonb, p_force boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	l _accountmatch.list;
	changes bigint;
	others bigint;
	opportunities_query text;
BEGIN
	PERFORM _accountmatch.lock('list', p_list, true);
	SELECT * INTO l FROM _accountmatch.list t WHERE t.list_id = p_list;
	opportunities_query := _accountmatch.opportunities_query(l.opportunities, l.opportunity_columns);
	IF l.accounts = 0 THEN
		-- nothing to compare with, and nobody to tell
		INSERT INTO _accountmatch.account (list_id, account_id, hash, name, website, email, lei, duns, vat,
			country, status, stage, owner, industry, region, amount, currency, amounts)
		SELECT p_list, s.account_id, s.hash, s.name, s.website, s.email, s.lei, s.duns, s.vat,
			s.country, s.status, s.stage, s.owner, s.industry, s.region, s.amount, s.currency, s.amounts
		FROM _accountmatch.source_changes(p_list, p_source, p_columns, l.keep,
			CASE WHEN NOT p_force THEN l.max_shrink END, l.opportunities, opportunities_query) s;
		GET DIAGNOSTICS changes = ROW_COUNT;
		others := changes;
		IF EXISTS (SELECT FROM _accountmatch.map m WHERE p_list IN (m.our_list, m.their_list) AND m.last_run IS NOT NULL) THEN
			INSERT INTO _accountmatch.account_change (list_id, version, account_id, change)
			SELECT p_list, l.version + 1, a.account_id, 'added' FROM _accountmatch.account a WHERE a.list_id = p_list;
		END IF;
	ELSE
		CREATE TEMP TABLE accountmatch_source ON COMMIT DROP AS
		SELECT * FROM _accountmatch.source_changes(p_list, p_source, p_columns, l.keep, CASE WHEN NOT p_force THEN l.max_shrink END,
			l.opportunities, opportunities_query);
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
				amount = s.amount, currency = s.currency, amounts = s.amounts
			FROM pg_temp.accountmatch_source s
			WHERE a.list_id = p_list AND a.account_id = s.account_id AND s.change = 'changed';
			INSERT INTO _accountmatch.account (list_id, account_id, hash, name, website, email, lei, duns, vat,
				country, status, stage, owner, industry, region, amount, currency, amounts)
			SELECT p_list, s.account_id, s.hash, s.name, s.website, s.email, s.lei, s.duns, s.vat,
				s.country, s.status, s.stage, s.owner, s.industry, s.region, s.amount, s.currency, s.amounts
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
