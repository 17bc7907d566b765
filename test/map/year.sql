-- A world for tests of maps: companies, our list and three partners' lists of
-- them as CRMs write them, and what happens to lists in a week. Everything that
-- can happen does; names, domains and near names collide more often than in
-- life. Loaded into a database of its own; random() is seeded by the caller.
CREATE SCHEMA world;
SET search_path = world, accountmatch;

CREATE TABLE company (n int PRIMARY KEY, name text, host text, label text, duns text);
CREATE TABLE ours (account_id text PRIMARY KEY, company int, name text, website text, email text, duns text, country text,
	status text, owner text, amount numeric, currency text);
CREATE TABLE p1 (LIKE ours INCLUDING ALL);
CREATE TABLE p2 (LIKE ours INCLUDING ALL);
CREATE TABLE p3 (LIKE ours INCLUDING ALL);
CREATE SEQUENCE account_number;

CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;

-- Words that no dictionary has, words that all have, names of which there are many;
-- one in three (fewer where size is larger) is a single word with one of few beginnings and ends, so that near
-- keys get crowded. size: the larger, the fewer companies have one name.
CREATE FUNCTION word(size int) RETURNS text LANGUAGE sql VOLATILE
AS $$
	SELECT coalesce(string_agg(pick('b', 'd', 'f', 'gr', 'k', 'l', 'm', 'qu', 'r', 't', 'v', 'x', 'z') || pick('a', 'e', 'i', 'o', 'u'), ''), '')
	FROM generate_series(1, size)
$$;
CREATE FUNCTION company_name(size int) RETURNS text LANGUAGE sql VOLATILE
AS $$
	SELECT CASE WHEN random() < 0.33 / size THEN 'Zo' || word(size) || pick('bla', 'ble', 'vel', 'vil', 'tam', 'tem') || word(size - 1) || pick('tor', 'tir', 'nox', 'rix')
		WHEN random() < 0.06 THEN pick('City of ', 'Department of ') || initcap(word(size))
		ELSE initcap(word(size + 1)) || ' ' || pick('Global', 'Systems', 'Power', 'Solutions', 'Energy', 'Data', initcap(word(size))) END
$$;

-- A typing error: two neighbours change places, one letter is another, or is missing
CREATE FUNCTION mistype(name text) RETURNS text LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
	at int := 2 + floor(random() * (length(name) - 3))::int;
BEGIN
	RETURN CASE floor(random() * 3)::int
		WHEN 0 THEN overlay(name PLACING reverse(substr(name, at, 2)) FROM at FOR 2)
		WHEN 1 THEN overlay(name PLACING chr(97 + floor(random() * 26)::int) FROM at FOR 1)
		ELSE overlay(name PLACING '' FROM at FOR 1) END;
END $$;

CREATE FUNCTION name_as_written(name text) RETURNS text LANGUAGE sql VOLATILE
AS $$
	SELECT CASE WHEN random() < 0.2 THEN mistype(name) WHEN random() < 0.07 THEN regexp_replace(name, '^(\w+) (\w+)$', '\2 \1')
		WHEN random() < 0.1 THEN upper(name) WHEN random() < 0.05 THEN replace(name, ' ', '') ELSE name END
		|| pick('', '', '', ' Inc', ' GmbH', ', LLC')
$$;

CREATE FUNCTION website_as_written(c company) RETURNS text LANGUAGE sql VOLATILE
AS $$
	SELECT CASE WHEN random() < 0.45 THEN pick(NULL, '', 'n/a') WHEN random() < 0.08 THEN 'https://www.linkedin.com/company/' || c.label
		WHEN random() < 0.06 THEN c.label || '.myshopify.com' ELSE pick('', 'https://www.', 'http://', 'eng.', 'kgs.') || c.host || pick('', '/en') END
$$;

CREATE FUNCTION new_account(list text, c company) RETURNS ours LANGUAGE sql VOLATILE
AS $$
	SELECT ROW(list || nextval('account_number'), c.n, name_as_written(c.name), website_as_written(c),
		CASE WHEN random() < 0.2 THEN 'jo@' || pick(c.host, 'gmail.com', 'mail.' || c.host) END,
		CASE WHEN random() < 0.05 THEN c.duns END,
		pick(NULL, NULL, 'US', 'DE', 'Germany'), pick('customer', 'prospect', 'Open Opportunity', 'lead', NULL), pick('ann', 'bob', 'cho'),
		CASE WHEN random() < 0.4 THEN floor(random() * 1000) END, pick('USD', 'EUR'))::ours
$$;

CREATE FUNCTION found_world(companies int, accounts int, size int DEFAULT 1) RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
	list text;
BEGIN
	INSERT INTO company SELECT n, name, label || pick('.com', '.de', '.io'), label,
		CASE WHEN size = 1 THEN pick('150483782', '804735132', '15-048-3782') ELSE (100000000 + n)::text END
	FROM (SELECT n, name, CASE WHEN random() < 0.6 THEN lower(replace(name, ' ', '')) WHEN random() < 0.3 THEN lower(substr(name, 1, 1) || substr(name, 4, 2 * size - 1) || 'gs')
			ELSE 'site' || n % (20 * size * size) END AS label
		FROM (SELECT n, company_name(size) AS name FROM generate_series(1, companies) n OFFSET 0) a OFFSET 0) b;
	FOREACH list IN ARRAY '{ours,p1,p2,p3}'::text[] LOOP
		EXECUTE format('INSERT INTO %I SELECT (new_account(%L, c)).* FROM (SELECT c FROM company c ORDER BY random() LIMIT %s) x(c)', list, list, accounts);
		-- duplicates, as lists have them
		EXECUTE format('INSERT INTO %I SELECT (new_account(%L, c)).* FROM (SELECT c FROM company c ORDER BY random() LIMIT %s) x(c)', list, list, accounts / 8);
	END LOOP;
END $$;

-- new, renamed, moved, removed, merged accounts: a share of each list
CREATE FUNCTION live_a_week(share float) RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
	list text;
BEGIN
	FOREACH list IN ARRAY '{ours,p1,p2,p3}'::text[] LOOP
		CONTINUE WHEN random() < 0.2;
		EXECUTE format('DELETE FROM %I WHERE random() < %s', list, share);
		EXECUTE format('UPDATE %I SET status = pick(''customer'', ''prospect'', ''opportunity'', NULL) WHERE random() < %s', list, share);
		EXECUTE format('UPDATE %I SET owner = pick(''ann'', ''dan''), amount = floor(random() * 1000) WHERE random() < %s', list, share / 2);
		EXECUTE format('UPDATE %I x SET name = name_as_written(c.name) FROM company c WHERE c.n = x.company AND random() < %s', list, share);
		EXECUTE format('UPDATE %I x SET website = website_as_written(c) FROM company c WHERE c.n = x.company AND random() < %s', list, share);
		-- merged into another company
		EXECUTE format('UPDATE %I x SET (company, name, website) = (SELECT c.n, c.name, c.host FROM company c ORDER BY random() LIMIT 1)
			WHERE random() < %s', list, share / 4);
		EXECUTE format('INSERT INTO %I SELECT (new_account(%L, c)).* FROM company c WHERE random() < %s', list, list, share);
	END LOOP;
END $$;

-- people correct something, some weeks
CREATE FUNCTION correct_something() RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
	whose text := pick('p1', 'p2', 'p3');
	any_match record;
	o text := (SELECT account_id FROM ours ORDER BY random() LIMIT 1);
	t text;
BEGIN
	EXECUTE format('SELECT account_id FROM %I ORDER BY random() LIMIT 1', whose) INTO t;
	SELECT * INTO any_match FROM matches m WHERE m.partner = whose ORDER BY random() LIMIT 1;
	CASE floor(random() * 9)::int
		WHEN 0 THEN PERFORM pin(whose, o, t);
		WHEN 1 THEN PERFORM block(whose, any_match.our_id, any_match.their_id) WHERE any_match.our_id IS NOT NULL;
		WHEN 2 THEN PERFORM suppress(whose, our_id => o);
		WHEN 3 THEN PERFORM suppress(whose, their_id => t);
		WHEN 4 THEN PERFORM suppress(domain => (SELECT host FROM company ORDER BY random() LIMIT 1));
		WHEN 5 THEN PERFORM undo_correction(correction_id) FROM (SELECT * FROM corrections WHERE undone_at IS NULL ORDER BY random() LIMIT 1) c;
		WHEN 6 THEN PERFORM review(match_id, pick('same', 'different')) FROM (SELECT * FROM review_queue ORDER BY random() LIMIT 2) q;
		ELSE
			BEGIN
				PERFORM CASE WHEN random() < 0.5 THEN alias_domain(a.host, b.host) ELSE add_family(a.host, b.host) END
				FROM (SELECT * FROM company ORDER BY random() LIMIT 1) a, (SELECT * FROM company ORDER BY random() LIMIT 1) b;
			EXCEPTION WHEN invalid_parameter_value THEN
				NULL;	-- it stands for another one already
			END;
	END CASE;
END $$;

-- rules change, some weeks
CREATE FUNCTION change_rules(similar_share float DEFAULT 0.6) RETURNS void LANGUAGE sql
AS $$
	SELECT set_rules(pick('p1', 'p2', 'p3'), rules => pick('{id,domain,email,name,near}', '{domain,name,near}', '{id,email,name}', '{domain}')::text[],
		"similar" => random() < similar_share, domain_cap => floor(random() * 5)::int)
$$;

-- The corrections of a partner, as overlap() takes them
CREATE TABLE current_partner (name text);
CREATE VIEW overrides AS SELECT o.action, o.our_id, o.their_id, o.domain FROM corrections o
WHERE o.undone_at IS NULL AND o.action IN ('pin', 'block', 'suppress') AND (o.partner IS NULL OR o.partner = (SELECT name FROM current_partner));
CREATE VIEW aliases AS SELECT o.domain, o.canonical, replace(o.action, 'alias', 'same') AS kind FROM corrections o
WHERE o.undone_at IS NULL AND o.action IN ('alias', 'family');

-- What differs between the map of a partner and the overlap of the two relations
-- as they are, computed afresh
CREATE FUNCTION differences(partner text) RETURNS SETOF text LANGUAGE plpgsql
AS $$
DECLARE
	p record;
BEGIN
	DELETE FROM current_partner;
	INSERT INTO current_partner VALUES (partner);
	SELECT * INTO p FROM partners x WHERE x.partner = differences.partner;
	CREATE TEMP TABLE afresh AS
	SELECT our_id, their_id, our_name, their_name, segment, tier, why, rule, match_key, confidence, needs_review,
		CASE WHEN company IS NOT NULL THEN min(our_id COLLATE "C") OVER (PARTITION BY company) END AS company,
		our_country, our_status, our_owner, our_amount, their_country, their_status, their_owner, their_amount
	FROM overlap('ours', partner::regclass, rules => p.rules, "similar" => p.similar, domain_cap => p.domain_cap,
		overrides => 'overrides', aliases => 'aliases');
	CREATE TEMP TABLE kept AS
	SELECT our_id, their_id, our_name, their_name, segment, tier, why, rule, match_key, confidence, needs_review, company,
		our_country, our_status, our_owner, our_amount, their_country, their_status, their_owner, their_amount
	FROM _accountmatch.match m WHERE m.partner = differences.partner;
	RETURN QUERY SELECT 'missing ' || a::text FROM (SELECT * FROM afresh EXCEPT SELECT * FROM kept) a
	UNION ALL SELECT 'surplus ' || k::text FROM (SELECT * FROM kept EXCEPT SELECT * FROM afresh) k;
	DROP TABLE afresh, kept;
END $$;

-- A reader of the feed who keeps a copy of the maps from events alone
CREATE TABLE replayed (partner text, our_id text, their_id text, segment text, tier int, PRIMARY KEY (partner, our_id, their_id));
CREATE TABLE seen (event_id bigint PRIMARY KEY, at timestamptz);

-- Read some events, apply them, acknowledge them
CREATE FUNCTION replay_some(how_many int) RETURNS int LANGUAGE plpgsql
AS $$
DECLARE
	e event_row;
	n int := 0;
BEGIN
	FOR e IN SELECT * FROM read_feed('replay', how_many) LOOP
		n := n + 1;
		INSERT INTO seen VALUES (e.event_id, e.at);	-- told twice is an error
		CASE e.kind
			WHEN 'mapped' THEN
				DELETE FROM replayed r WHERE r.partner = e.partner;
				INSERT INTO replayed SELECT partner, our_id, their_id, segment, tier FROM matches_as_of(e.partner, e.at);
			WHEN 'new' THEN INSERT INTO replayed VALUES (e.partner, e.our_id, e.their_id, e.segment, e.tier);
			WHEN 'lost' THEN
				DELETE FROM replayed r WHERE (r.partner, r.our_id, r.their_id) = (e.partner, e.our_id, e.their_id);
				ASSERT FOUND, 'lost what was not there';
			WHEN 'changed', 'reclassified' THEN
				UPDATE replayed r SET segment = e.segment, tier = e.tier
				WHERE (r.partner, r.our_id, r.their_id) = (e.partner, e.our_id, e.their_id)
					AND (r.segment, r.tier) IS NOT DISTINCT FROM (e.old_segment, e.old_tier);
				ASSERT FOUND, 'changed what was not so';
			ELSE NULL;
		END CASE;
		ASSERT e.kind IN ('mapped', 'alert') OR e.cause IS NOT NULL, 'an event without a cause';
	END LOOP;
	PERFORM ack_feed('replay', max(event_id)) FROM seen HAVING max(event_id) IS NOT NULL;
	RETURN n;
END $$;

CREATE FUNCTION replay_differences() RETURNS SETOF text LANGUAGE sql
AS $$
	SELECT 'not told ' || m::text FROM (SELECT partner, our_id, their_id, segment, tier FROM matches EXCEPT SELECT * FROM replayed) m
	UNION ALL SELECT 'told, but not so ' || r::text FROM (SELECT * FROM replayed EXCEPT SELECT partner, our_id, their_id, segment, tier FROM matches) r
	UNION ALL SELECT 'lost event ' || e.event_id FROM feed e WHERE NOT EXISTS (SELECT FROM seen s WHERE s.event_id = e.event_id)
$$;

-- What stood there at the end of each week
CREATE TABLE snapshot (week int, at timestamptz, m match_row);
CREATE FUNCTION take_snapshot(week int) RETURNS void LANGUAGE sql
AS $$ INSERT INTO snapshot SELECT take_snapshot.week, clock_timestamp(), ROW(m.*)::match_row FROM matches m $$;
CREATE FUNCTION snapshot_differences() RETURNS SETOF text LANGUAGE plpgsql
AS $$
DECLARE
	w record;
BEGIN
	FOR w IN SELECT s.week, max(s.at) AS at FROM snapshot s GROUP BY s.week LOOP
		RETURN QUERY SELECT format('week %s: %s', w.week, d) FROM (
			(SELECT m FROM snapshot s WHERE s.week = w.week
			EXCEPT SELECT m FROM unnest('{p1,p2,p3}'::text[]) p, matches_as_of(p, w.at) m)
			UNION ALL
			(SELECT m FROM unnest('{p1,p2,p3}'::text[]) p, matches_as_of(p, w.at) m
			EXCEPT SELECT m FROM snapshot s WHERE s.week = w.week)) d(d);
	END LOOP;
END $$;
