-- What the functions of the overlap return. Attributes are only ever added at
-- the end.

CREATE TYPE accountmatch.overlap_row AS (
	our_name text,
	their_name text,
	segment text,
	tier integer,
	why text,
	rule text,
	match_key text,
	confidence real,
	needs_review boolean,
	company integer,
	our_id text,
	our_website text,
	our_country text,
	our_status text,
	our_owner text,
	our_amount numeric,
	their_id text,
	their_website text,
	their_country text,
	their_status text,
	their_owner text,
	their_amount numeric
);
COMMENT ON TYPE accountmatch.overlap_row IS 'a match, or an account without one; see accountmatch.overlap';
COMMENT ON COLUMN accountmatch.overlap_row.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.overlap_row.their_name IS 'their account''s name';
COMMENT ON COLUMN accountmatch.overlap_row.segment IS 'the strongest status of the company on our side and on theirs, as in customer-prospect; customer-none for an account without a match';
COMMENT ON COLUMN accountmatch.overlap_row.tier IS '1 (act now) to 4, from the segment; null if it has none';
COMMENT ON COLUMN accountmatch.overlap_row.why IS 'why both are the same company, in a sentence';
COMMENT ON COLUMN accountmatch.overlap_row.rule IS 'the rule that decided';
COMMENT ON COLUMN accountmatch.overlap_row.match_key IS 'the normalized value that both have';
COMMENT ON COLUMN accountmatch.overlap_row.confidence IS '0 to 1: how often the rule was right on lists whose truth is known';
COMMENT ON COLUMN accountmatch.overlap_row.needs_review IS 'whether a person should confirm the match';
COMMENT ON COLUMN accountmatch.overlap_row.company IS 'number of the company within the result: matches that belong together share it';
COMMENT ON COLUMN accountmatch.overlap_row.our_id IS 'our account_id as text';
COMMENT ON COLUMN accountmatch.overlap_row.our_website IS 'our website, domain or e-mail as the list has it';
COMMENT ON COLUMN accountmatch.overlap_row.our_country IS 'our country as the list has it';
COMMENT ON COLUMN accountmatch.overlap_row.our_status IS 'our account''s own status';
COMMENT ON COLUMN accountmatch.overlap_row.our_owner IS 'our account''s owner';
COMMENT ON COLUMN accountmatch.overlap_row.our_amount IS 'our open amount';
COMMENT ON COLUMN accountmatch.overlap_row.their_id IS 'their account_id as text';
COMMENT ON COLUMN accountmatch.overlap_row.their_website IS 'their website, domain or e-mail as the list has it';
COMMENT ON COLUMN accountmatch.overlap_row.their_country IS 'their country as the list has it';
COMMENT ON COLUMN accountmatch.overlap_row.their_status IS 'their account''s own status';
COMMENT ON COLUMN accountmatch.overlap_row.their_owner IS 'their account''s owner';
COMMENT ON COLUMN accountmatch.overlap_row.their_amount IS 'their open amount';

CREATE TYPE accountmatch.segment_row AS (
	segment text,
	tier integer,
	our_accounts bigint,
	their_accounts bigint,
	companies bigint,
	pairs bigint,
	our_amounts jsonb,
	their_amounts jsonb
);
COMMENT ON TYPE accountmatch.segment_row IS 'the totals of a segment; see accountmatch.segments';

CREATE TYPE accountmatch.preflight_row AS (
	"check" text,
	accounts bigint,
	percent double precision,
	example text,
	advice text
);
COMMENT ON TYPE accountmatch.preflight_row IS 'what a list is good for; see accountmatch.preflight';

CREATE TYPE accountmatch.guess_row AS (attribute text, column_name text, sample text);
COMMENT ON TYPE accountmatch.guess_row IS 'a column and what it seems to hold; see accountmatch.guess_columns';
