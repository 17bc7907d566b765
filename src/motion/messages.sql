-- Messages: what happened, and what to do this week, as text, Markdown, Slack's
-- Block Kit and CSV. Names are what partners write; none of them may become a
-- link, a mention, a table or a formula.

-- One line without control characters, invisible ones and those that turn the
-- direction of writing; cut to a number of characters
CREATE OR REPLACE FUNCTION _accountmatch.one_line(raw text, most integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN length(t) > most THEN left(t, most - 1) || chr(8230) ELSE t END
	FROM (SELECT btrim(regexp_replace(regexp_replace(raw,
		'[\u0001-\u0020\u007f-\u00a0\u2028\u2029]+', ' ', 'g'),
		'[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]', '', 'g'))) x(t)
$$;
REVOKE ALL ON FUNCTION _accountmatch.one_line(text, integer) FROM PUBLIC;

-- A value as a part of a message in a format
CREATE OR REPLACE FUNCTION _accountmatch.escaped(format text, raw text, most integer DEFAULT 80) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT CASE format
		-- every character that can mean something; the at sign would make an e-mail address a link even so
		WHEN 'markdown' THEN replace(regexp_replace(t, '([!-/:-?[-`{-~])', '\\\1', 'g'), '@', '&#8203;@&#8203;')
		WHEN 'slack' THEN replace(replace(replace(t, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
		ELSE t END
	FROM (SELECT _accountmatch.one_line(raw, most)) x(t)
$$;
REVOKE ALL ON FUNCTION _accountmatch.escaped(text, text, integer) FROM PUBLIC;

-- A value as a field of a CSV file: quoted, and no formula to a spreadsheet
CREATE OR REPLACE FUNCTION _accountmatch.csv_field(raw text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
	SELECT '"' || replace(CASE WHEN t ~ '^[-=+@\uff1d\uff0b\uff0d\uff20]' AND t !~ '^-?[0-9]+(\.[0-9]+)?$' THEN '''' ELSE '' END || t, '"', '""') || '"'
	FROM (SELECT coalesce(_accountmatch.one_line(raw, 2000), '')) x(t)
$$;
REVOKE ALL ON FUNCTION _accountmatch.csv_field(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION _accountmatch.check_format(format text, known text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF format IS NULL OR NOT format = ANY (known) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = pg_catalog.format('unknown format %s', coalesce(quote_literal(format), 'null')),
			HINT = pg_catalog.format('The formats are %s.', array_to_string(known, ', '));
	END IF;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.check_format(text, text[]) FROM PUBLIC;

-- A message of a title and lines, all escaped for the format. In Slack the lines
-- are plain text, in which nothing but an escape means anything; by its limits
-- (docs.slack.dev/reference/block-kit/blocks) a header has 150 characters, a
-- section 3000, a message 50 blocks. Characters count twice there where they
-- take two UTF-16 units; so twice is left room for.
CREATE OR REPLACE FUNCTION _accountmatch.compose(format text, title text, lines text[], channel text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE format
		WHEN 'markdown' THEN concat_ws(E'\n\n', '**' || title || '**', (SELECT string_agg('- ' || l, E'\n' ORDER BY n) FROM unnest(lines) WITH ORDINALITY u(l, n)))
		WHEN 'slack' THEN jsonb_strip_nulls(jsonb_build_object(
			'channel', channel, 'text', title,
			'blocks', jsonb_build_array(jsonb_build_object('type', 'header', 'text', jsonb_build_object('type', 'plain_text', 'emoji', false, 'text',
					regexp_replace(left(title, 75), '&[a-z]{0,4}$', ''))))
				|| coalesce((SELECT jsonb_agg(jsonb_build_object('type', 'section', 'text', jsonb_build_object('type', 'plain_text', 'emoji', false, 'text', s.text)) ORDER BY s.part)
					FROM (SELECT (u.n - 1) / per.section AS part, string_agg(regexp_replace(left(u.l, 350), '&[a-z]{0,4}$', ''), E'\n\n' ORDER BY u.n) AS text
						FROM unnest(lines) WITH ORDINALITY u(l, n) WHERE u.n <= 48 * per.section GROUP BY 1) s), '[]')
				|| CASE WHEN cardinality(lines) > 48 * per.section THEN jsonb_build_array(jsonb_build_object('type', 'section', 'text',
					jsonb_build_object('type', 'plain_text', 'emoji', false, 'text', pg_catalog.format('and %s more', cardinality(lines) - 48 * per.section)))) ELSE '[]' END))::text
		ELSE concat_ws(E'\n', title, (SELECT string_agg('- ' || l, E'\n' ORDER BY n) FROM unnest(lines) WITH ORDINALITY u(l, n))) END
	FROM (SELECT least(4, greatest(1, (cardinality(lines) + 47) / 48))) per(section)
$$;
REVOKE ALL ON FUNCTION _accountmatch.compose(text, text, text[], text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.message(event bigint, format text DEFAULT 'text') RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	e record;
	f text := message.format;
	x _accountmatch.match;
	title text;
	lines text[];
BEGIN
	PERFORM _accountmatch.check_format(f, '{text,markdown,slack}');
	SELECT v.*, m.name AS partner INTO e FROM _accountmatch.event v JOIN _accountmatch.map m USING (map_id) WHERE v.event_id = message.event;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = pg_catalog.format('there is no event %s', coalesce(message.event::text, 'null'));
	END IF;
	SELECT * INTO x FROM _accountmatch.match t WHERE t.match_id = e.match_id;
	title := CASE e.kind
		WHEN 'new' THEN 'New with %2$s: %1$s'
		WHEN 'lost' THEN 'No longer with %2$s: %1$s'
		WHEN 'reclassified' THEN 'Moved with %2$s: %1$s'
		WHEN 'changed' THEN 'Changed with %2$s: %1$s'
		WHEN 'mapped' THEN 'Mapped with %2$s'
		ELSE 'The map with %2$s needs care' END;
	title := pg_catalog.format(title, _accountmatch.escaped(f, e.our_name), _accountmatch.escaped(f, e.partner));
	lines := array_remove(ARRAY[
		CASE WHEN e.kind = 'mapped' THEN pg_catalog.format('matches: %s', _accountmatch.escaped(f, e.details ->> 'matches')) END,
		CASE WHEN e.kind = 'reclassified' THEN pg_catalog.format('%s, was %s', _accountmatch.escaped(f, e.segment), _accountmatch.escaped(f, e.old_segment))
			ELSE _accountmatch.escaped(f, coalesce(e.segment, e.old_segment)) END || coalesce(', tier ' || coalesce(e.tier, e.old_tier), ''),
		CASE WHEN e.their_name IS NOT NULL THEN pg_catalog.format('there: %s', _accountmatch.escaped(f, e.their_name)) END,
		CASE WHEN e.kind = 'changed' THEN (SELECT pg_catalog.format('changed: %s', string_agg(_accountmatch.escaped(f, replace(k, '_', ' ')), ', ' ORDER BY k)) FROM jsonb_object_keys(e.details) k) END,
		_accountmatch.escaped(f, e.why, 250),
		CASE WHEN x.our_owner IS NOT NULL THEN pg_catalog.format('ours: %s', _accountmatch.escaped(f, x.our_owner)) END,
		CASE WHEN x.their_owner IS NOT NULL THEN pg_catalog.format('ask: %s', _accountmatch.escaped(f, x.their_owner)) END,
		CASE WHEN e.cause IS NOT NULL THEN pg_catalog.format('because: %s', _accountmatch.escaped(f, e.cause)) END], NULL);
	RETURN _accountmatch.compose(f, title, lines,
		(SELECT s.slack_id FROM _accountmatch.seller s WHERE s.owner = x.our_owner));
END
$$;
REVOKE ALL ON FUNCTION accountmatch.message(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.message(bigint, text) IS
'an event of the feed as a message: text, markdown, or slack (JSON for chat.postMessage or an incoming webhook; with the channel of the account''s seller, if he has one). Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.digest(owner text, format text DEFAULT 'text', week date DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	f text := digest.format;
	s _accountmatch.seller;
	monday date := date_trunc('week', digest.week)::date;
	title text;
BEGIN
	PERFORM _accountmatch.check_format(f, '{text,markdown,slack,csv}');
	SELECT * INTO s FROM _accountmatch.seller t WHERE t.owner = digest.owner;
	IF monday IS NULL THEN
		monday := (SELECT max(w.week) FROM _accountmatch.weekly_item w WHERE w.owner = digest.owner);
	END IF;
	IF f = 'csv' THEN
		RETURN concat_ws(E'\r\n', '"rank","account","partner","ask","why","play","new","tier","score","account_id"',
			(SELECT string_agg(concat_ws(',', w.rank, _accountmatch.csv_field(w.account), _accountmatch.csv_field(w.partner), _accountmatch.csv_field(w.their_owner),
				_accountmatch.csv_field(w.why), _accountmatch.csv_field(w.play), CASE WHEN w.is_new THEN 'true' ELSE 'false' END, coalesce(w.tier::text, ''),
				round(w.score), _accountmatch.csv_field(w.account_id)), E'\r\n' ORDER BY w.rank)
			FROM accountmatch.weekly_list w WHERE w.week = monday AND w.owner = digest.owner)) || E'\r\n';
	END IF;
	title := _accountmatch.escaped(f, coalesce(s.name, digest.owner), 30)
		|| coalesce(_accountmatch.escaped(f, to_char(monday, '": your accounts for the week of "YYYY-MM-DD')), ': no list yet');
	RETURN _accountmatch.compose(f, title, coalesce((
		SELECT array_agg(concat(w.rank, CASE f WHEN 'markdown' THEN '\. ' ELSE '. ' END, CASE WHEN w.is_new THEN 'new: ' END,
			_accountmatch.escaped(f, w.why, 230),
			' ' || _accountmatch.escaped(f, w.play, 100)) ORDER BY w.rank)
		FROM accountmatch.weekly_list w WHERE w.week = monday AND w.owner = digest.owner), '{}'), s.slack_id);
END
$$;
REVOKE ALL ON FUNCTION accountmatch.digest(text, text, date) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.digest(text, text, date) IS
'the list of a seller, of the last week or a given one, as text, markdown, slack (JSON, with his channel) or csv. Not executable by PUBLIC';
