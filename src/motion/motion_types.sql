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

CREATE TYPE accountmatch.opportunity_run_row AS (opportunities bigint, new bigint, changed bigint, gone bigint);
COMMENT ON TYPE accountmatch.opportunity_run_row IS 'what refresh_opportunities found';

CREATE TYPE accountmatch.attribution_row AS (
	opportunity_id text,
	opportunity text,
	partner text,
	status text,
	amount numeric,
	currency text,
	kind text,
	credit numeric,
	credited_amount numeric,
	touches integer,
	overlap_since timestamptz,
	policy text,
	why text,
	account_id text,
	owner text,
	created_at timestamptz,
	closed_at timestamptz,
	map_id integer
);
COMMENT ON TYPE accountmatch.attribution_row IS 'what a partner had to do with an opportunity; see accountmatch.attribution';

CREATE TYPE accountmatch.adjustment_row AS (
	opportunity_id text,
	opportunity text,
	partner text,
	closed_kind text,
	kind text,
	closed_credit numeric,
	credit numeric,
	closed_amount numeric,
	credited_amount numeric,
	adjustment numeric,
	currency text,
	why text
);
COMMENT ON TYPE accountmatch.adjustment_row IS 'what differs by now from a closed period; see accountmatch.adjustments';

CREATE TYPE accountmatch.pipeline_row AS (
	month date,
	currency text,
	"group" text,
	with_partner boolean,
	opportunities bigint,
	open_amount numeric,
	won_amount numeric,
	won bigint,
	lost bigint,
	win_rate numeric
);
COMMENT ON TYPE accountmatch.pipeline_row IS 'opportunities of a month; see accountmatch.partner_pipeline';
