-- Two partner tables in, matches out. The functions read both lists with the
-- caller's rights and keep nothing.

CREATE OR REPLACE FUNCTION _accountmatch.overlap_support(internal)
RETURNS internal
LANGUAGE c STRICT
AS 'MODULE_PATHNAME', 'acm_overlap_support';
COMMENT ON FUNCTION _accountmatch.overlap_support(internal) IS 'planner support: rows and cost by the size of the lists';

CREATE OR REPLACE FUNCTION accountmatch.overlap(ours regclass, theirs regclass,
	one_sided boolean DEFAULT false, best boolean DEFAULT false,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000
SUPPORT _accountmatch.overlap_support
AS 'MODULE_PATHNAME', 'acm_overlap';
COMMENT ON FUNCTION accountmatch.overlap(regclass, regclass, boolean, boolean, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'the matches between two lists of accounts, a row each. one_sided adds the accounts without a match; best leaves one row per account of ours; rules selects among id, domain, email, name, near, and similar adds the weaker evidence that needs review; a domain that more than domain_cap names of a list share does not match by itself; our_status and their_status are for accounts that have none of their own; our_columns and their_columns map attributes to columns, as in ''{"account_id": "sfid"}''; overrides and aliases are relations of your own with corrections';

CREATE OR REPLACE FUNCTION accountmatch.segments(ours regclass, theirs regclass,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.segment_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 20
SUPPORT _accountmatch.overlap_support
AS 'MODULE_PATHNAME', 'acm_segments';
COMMENT ON FUNCTION accountmatch.segments(regclass, regclass, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'the totals of an overlap: per segment our accounts, their accounts, companies, pairs and amounts per currency, each account counted once, in the segment of its company; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.preflight(list regclass, columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.preflight_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 15
SUPPORT _accountmatch.overlap_support
AS 'MODULE_PATHNAME', 'acm_preflight';
COMMENT ON FUNCTION accountmatch.preflight(regclass, jsonb) IS
'what a list is good for before anyone shares it: how many accounts can be matched, and what stands in the way of the others';

CREATE OR REPLACE FUNCTION accountmatch.guess_columns(list regclass)
RETURNS SETOF accountmatch.guess_row
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10000 ROWS 10
AS 'MODULE_PATHNAME', 'acm_guess_columns';
COMMENT ON FUNCTION accountmatch.guess_columns(regclass) IS
'which column of an export seems to hold which attribute of an account, with a sample value; jsonb_object_agg(attribute, column_name) over it is the mapping that overlap takes';
