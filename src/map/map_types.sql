-- What the functions of the maps return. Attributes are only ever added at the
-- end.

CREATE TYPE accountmatch.account_row AS (
	account_id text,
	name text,
	website text,
	domain text,
	email text,
	lei text,
	duns text,
	vat text,
	country text,
	status text,
	stage text,
	owner text,
	industry text,
	region text,
	amount numeric,
	currency text
);
COMMENT ON TYPE accountmatch.account_row IS 'the columns of a partner table: CREATE TABLE globex (LIKE accountmatch.account_row) takes a partner''s file by \copy';

CREATE TYPE _accountmatch.source_row AS (
	change text,
	account_id text,
	hash bigint,
	name text[],
	website text[],
	email text[],
	lei text,
	duns text,
	vat text,
	country text,
	status text,
	stage text,
	owner text,
	industry text,
	region text,
	amount numeric,
	currency text,
	amounts jsonb
);

CREATE TYPE accountmatch.run_row AS (
	partner text,
	status text,
	kind text,
	our_accounts bigint,
	their_accounts bigint,
	our_changes bigint,
	their_changes bigint,
	matches bigint,
	new bigint,
	lost bigint,
	changed bigint,
	reclassified bigint,
	message text
);
COMMENT ON TYPE accountmatch.run_row IS 'what a re-map did; see accountmatch.remap_now and the view accountmatch.runs';

CREATE TYPE accountmatch.match_row AS (
	partner text,
	match_id bigint,
	our_name text,
	their_name text,
	segment text,
	tier integer,
	why text,
	rule text,
	match_key text,
	confidence real,
	company text,
	our_id text,
	our_website text,
	our_country text,
	our_status text,
	our_owner text,
	our_amount numeric,
	our_currency text,
	their_id text,
	their_website text,
	their_country text,
	their_status text,
	their_owner text,
	their_amount numeric,
	their_currency text,
	since timestamptz,
	changed_at timestamptz
);
COMMENT ON TYPE accountmatch.match_row IS 'a match as the view accountmatch.matches shows it; see accountmatch.matches_as_of';

CREATE TYPE accountmatch.event_row AS (
	event_id bigint,
	partner text,
	at timestamptz,
	kind text,
	cause text,
	our_name text,
	their_name text,
	segment text,
	tier integer,
	old_segment text,
	old_tier integer,
	why text,
	match_id bigint,
	our_id text,
	their_id text,
	details jsonb
);
COMMENT ON TYPE accountmatch.event_row IS 'an event of the feed; see accountmatch.read_feed and the view accountmatch.feed';

CREATE TYPE accountmatch.preview_row AS (
	change text,
	our_name text,
	their_name text,
	segment text,
	tier integer,
	why text,
	rule text,
	our_id text,
	their_id text
);
COMMENT ON TYPE accountmatch.preview_row IS 'a pair that a change would gain or lose; see accountmatch.preview';

CREATE TYPE accountmatch.receipt_row AS (what text, rows bigint);
COMMENT ON TYPE accountmatch.receipt_row IS 'what was erased; see accountmatch.drop_partner';

CREATE TYPE accountmatch.import_row AS (list text, accounts bigint, changes bigint, columns jsonb, ignored text[]);
COMMENT ON TYPE accountmatch.import_row IS 'what a file became; see accountmatch.import_csv';
