-- What overlap_evidence and explain_match return.

CREATE TYPE accountmatch.evidence_row AS (
	our_name text,
	their_name text,
	rule text,
	accepted boolean,
	reason text,
	our_key text,
	their_key text,
	our_id text,
	their_id text
);
COMMENT ON TYPE accountmatch.evidence_row IS 'a reason to believe, or not, that two accounts are one company; see accountmatch.overlap_evidence';

CREATE TYPE accountmatch.match_explanation_row AS (
	rule text,
	our_key text,
	their_key text,
	finding text,
	held boolean
);
COMMENT ON TYPE accountmatch.match_explanation_row IS 'what a rule found for two accounts; see accountmatch.explain_match';
