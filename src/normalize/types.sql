-- Types that several floors use.

CREATE TYPE accountmatch.explain_row AS (step integer, rule text, value text);
COMMENT ON TYPE accountmatch.explain_row IS
	'a step of an explanation: its number, the rule that was applied, and what it gave';
