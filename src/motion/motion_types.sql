-- What the functions of the seller's week return. Attributes are only ever added
-- at the end.

CREATE TYPE accountmatch.weight_row AS (part text, weight double precision, built_in boolean, meaning text);
COMMENT ON TYPE accountmatch.weight_row IS 'the weight of a part of the score; see accountmatch.score_weights';

CREATE TYPE accountmatch.score_row AS (
	partner text,
	side text,
	tier integer,
	score real,
	our_name text,
	their_name text,
	segment text,
	relationship real,
	signal real,
	fit real,
	strategic real,
	amount real,
	freshness real,
	signal_name text,
	signal_at timestamptz,
	why text,
	our_owner text,
	their_owner text,
	open_amount numeric,
	currency text,
	region text,
	our_id text,
	their_id text,
	match_id bigint,
	map_id integer
);
COMMENT ON TYPE accountmatch.score_row IS 'a match or a one-sided account with its score and each part of it, from 0 to 1; see accountmatch.scores';

CREATE TYPE accountmatch.signal_run_row AS (source text, rows bigint, matched bigint, signals bigint);
COMMENT ON TYPE accountmatch.signal_run_row IS 'what a source of signals gave; see accountmatch.refresh_signals';

CREATE TYPE accountmatch.made_row AS (week date, owner text, accounts bigint, new bigint, capacity integer, candidates bigint);
COMMENT ON TYPE accountmatch.made_row IS 'the list of a seller as it was made; see accountmatch.make_weekly_list';

CREATE TYPE accountmatch.introduction_row AS (
	introduction_id bigint,
	partner text,
	our_name text,
	their_name text,
	our_owner text,
	their_owner text,
	tier integer,
	score real,
	our_id text,
	their_id text
);
COMMENT ON TYPE accountmatch.introduction_row IS 'an introduction as it was proposed; see accountmatch.propose_introductions';
