-- What the functions of private set intersection return. Attributes are only ever added at the end.

CREATE TYPE accountmatch.psi_step AS (
	session text,
	step integer,
	file bytea,
	finished boolean,
	common_keys bigint
);
COMMENT ON TYPE accountmatch.psi_step IS 'a step of a session of private set intersection: the file to send, null behind the last one';

CREATE TYPE accountmatch.psi_session AS (
	session text,
	key text,
	role text,
	state text,
	next_file integer,
	mode text,
	kinds text[],
	reveal text[],
	domain_cap integer,
	name_cap integer,
	payload integer,
	our_keys bigint,
	their_keys bigint,
	common_keys bigint,
	we_know text,
	they_know text,
	sessions_left bigint,
	keys_left bigint
);
COMMENT ON TYPE accountmatch.psi_session IS 'a session of private set intersection';

CREATE TYPE accountmatch.psi_row AS (
	our_name text,
	their_name text,
	segment text,
	tier integer,
	why text,
	rule text,
	match_key text,
	needs_review boolean,
	our_id text,
	our_website text,
	our_country text,
	our_status text,
	our_owner text,
	our_amount text,
	our_currency text,
	our_industry text,
	our_region text,
	their_accounts integer,
	their_id text,
	their_website text,
	their_country text,
	their_status text,
	their_owner text,
	their_amount text,
	their_currency text,
	their_industry text,
	their_region text
);
COMMENT ON TYPE accountmatch.psi_row IS 'an account that both sides have, by private set intersection: names, segment, tier, the rest of ours, and what they revealed of theirs';
