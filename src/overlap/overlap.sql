-- Two partner tables in, matches out. The functions read both lists with the
-- caller's rights and keep nothing.

CREATE OR REPLACE FUNCTION accountmatch.overlap(ours regclass, theirs regclass,
	one_sided boolean DEFAULT false,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000
AS 'MODULE_PATHNAME', 'acm_overlap';
COMMENT ON FUNCTION accountmatch.overlap(regclass, regclass, boolean, text, text, jsonb, jsonb) IS
'the matches between two lists of accounts, a row each; one_sided adds the accounts without a match; our_status and their_status are for accounts that have no status of their own; our_columns and their_columns map attributes to columns, as in ''{"account_id": "sfid"}''';

CREATE OR REPLACE FUNCTION accountmatch.segments(ours regclass, theirs regclass,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.segment_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 20
AS 'MODULE_PATHNAME', 'acm_segments';
COMMENT ON FUNCTION accountmatch.segments(regclass, regclass, text, text, jsonb, jsonb) IS
'the totals of an overlap: per segment our accounts, their accounts, companies, pairs and amounts per currency, each account counted once; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.preflight(list regclass, columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.preflight_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
AS 'MODULE_PATHNAME', 'acm_preflight';
COMMENT ON FUNCTION accountmatch.preflight(regclass, jsonb) IS
'what a list is good for before anyone shares it: how many accounts can be matched, and what stands in the way of the others';

CREATE OR REPLACE FUNCTION accountmatch.guess_columns(list regclass)
RETURNS SETOF accountmatch.guess_row
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'acm_guess_columns';
COMMENT ON FUNCTION accountmatch.guess_columns(regclass) IS
'which column of an export seems to hold which attribute of an account, with a sample value; jsonb_object_agg(attribute, column_name) over it is the mapping that overlap takes';
