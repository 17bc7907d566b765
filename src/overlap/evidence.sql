-- Why accounts match or do not, and the matches of one account.

CREATE OR REPLACE FUNCTION accountmatch.overlap_evidence(ours regclass, theirs regclass,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.evidence_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000
SUPPORT _accountmatch.overlap_support
AS 'MODULE_PATHNAME', 'acm_overlap_evidence';
COMMENT ON FUNCTION accountmatch.overlap_evidence(regclass, regclass, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'every reason to believe that two accounts are one company, a row each, also those that were rejected, and why; a pair can have several; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.explain_match(ours regclass, theirs regclass, our_id text, their_id text,
	rules text[] DEFAULT '{id,domain,email,name,near}', similar boolean DEFAULT false,
	domain_cap integer DEFAULT 2,
	our_status text DEFAULT NULL, their_status text DEFAULT NULL,
	our_columns jsonb DEFAULT NULL, their_columns jsonb DEFAULT NULL,
	overrides regclass DEFAULT NULL, aliases regclass DEFAULT NULL)
RETURNS SETOF accountmatch.match_explanation_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000000 ROWS 9
SUPPORT _accountmatch.overlap_support
AS 'MODULE_PATHNAME', 'acm_explain_match';
COMMENT ON FUNCTION accountmatch.explain_match(regclass, regclass, text, text, text[], boolean, integer, text, text, jsonb, jsonb, regclass, regclass) IS
'why two accounts match, or not: a row per rule with the keys of both and what it found, then the verdict; options as in overlap';

CREATE OR REPLACE FUNCTION accountmatch.find_matches(theirs regclass,
	name text DEFAULT NULL, website text DEFAULT NULL, email text DEFAULT NULL, country text DEFAULT NULL,
	lei text DEFAULT NULL, duns text DEFAULT NULL, vat text DEFAULT NULL,
	their_columns jsonb DEFAULT NULL)
RETURNS SETOF accountmatch.overlap_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10000 ROWS 2
AS 'MODULE_PATHNAME', 'acm_find_matches';
COMMENT ON FUNCTION accountmatch.find_matches(regclass, text, text, text, text, text, text, text, jsonb) IS
'the matches of one account in a list. Reads only the rows that share a key: create indexes on accountmatch.match_host(website) and accountmatch.match_company(name)';
