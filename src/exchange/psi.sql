-- Private set intersection. Sessions are files in accountmatch.key_directory: a rollback takes nothing back.

CREATE OR REPLACE FUNCTION accountmatch.psi_offer(partner text, list regclass, kinds text[] DEFAULT '{id,domain,name}',
	mode text DEFAULT 'both', reveal text[] DEFAULT '{}', domain_cap integer DEFAULT 2, name_cap integer DEFAULT 2,
	payload integer DEFAULT 512, columns jsonb DEFAULT NULL)
RETURNS accountmatch.psi_step
AS 'MODULE_PATHNAME', 'acm_psi_offer' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION accountmatch.psi_offer(text, regclass, text[], text, text[], integer, integer, integer, jsonb) IS
'open a session of private set intersection over a list with the other side of an agreed key; its file holds the terms and how many keys the list has';

CREATE OR REPLACE FUNCTION accountmatch.psi_answer(offer bytea, list regclass, kinds text[] DEFAULT '{id,domain,name}',
	mode text DEFAULT 'both', reveal text[] DEFAULT '{}', domain_cap integer DEFAULT 2, name_cap integer DEFAULT 2,
	payload integer DEFAULT 512, columns jsonb DEFAULT NULL)
RETURNS accountmatch.psi_step
AS 'MODULE_PATHNAME', 'acm_psi_answer' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION accountmatch.psi_answer(bytea, regclass, text[], text, text[], integer, integer, integer, jsonb) IS
'answer the offer of the other side over a list, if it has just these terms; psi_inspect() tells them';

CREATE OR REPLACE FUNCTION accountmatch.psi_finish(file bytea) RETURNS accountmatch.psi_step
AS 'MODULE_PATHNAME', 'acm_psi_finish' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION accountmatch.psi_finish(bytea) IS
'take in the next file of a session and give the one after it, until it is finished; the same file once more gives the same again';

CREATE OR REPLACE FUNCTION accountmatch.psi_inspect(file bytea) RETURNS SETOF text
AS 'MODULE_PATHNAME', 'acm_psi_inspect' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION accountmatch.psi_inspect(bytea) IS
'what a file of private set intersection holds, in words; whether it is genuine shows when it is taken in';

CREATE OR REPLACE FUNCTION accountmatch.psi_sessions() RETURNS SETOF accountmatch.psi_session
AS 'MODULE_PATHNAME', 'acm_psi_sessions' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION accountmatch.psi_sessions() IS
'sessions of the keys that you may use: terms, state, what each side knows by now, and what is left of the year''s limits';

CREATE OR REPLACE FUNCTION accountmatch.psi_close(session text) RETURNS void
AS 'MODULE_PATHNAME', 'acm_psi_close' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION accountmatch.psi_close(text) IS
'end a session and forget its secrets and its result; what was spent stays spent';

CREATE OR REPLACE FUNCTION accountmatch.psi_result(session text) RETURNS SETOF accountmatch.psi_row
AS 'MODULE_PATHNAME', 'acm_psi_result' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 1000;
COMMENT ON FUNCTION accountmatch.psi_result(text) IS
'the accounts that both sides have, of a finished session: our columns, as they were when it began, and of theirs what the terms reveal';

-- Costs: a call of a plain C function, at cost 1, takes some 10 nanoseconds.
CREATE OR REPLACE FUNCTION accountmatch.psi_blind(kind text, key text, session text) RETURNS accountmatch.psi_point
AS 'MODULE_PATHNAME', 'acm_psi_blind' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 7500;
COMMENT ON FUNCTION accountmatch.psi_blind(text, text, text) IS
'the point that a match key of ours (id, domain or name) has in an open session: to see what leaves';

CREATE OR REPLACE FUNCTION accountmatch.psi_evaluate(kind text, point accountmatch.psi_point, session text) RETURNS accountmatch.psi_point
AS 'MODULE_PATHNAME', 'acm_psi_evaluate' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION accountmatch.psi_evaluate(text, accountmatch.psi_point, text) IS
'a point of the other side times our scalar in an open session';

CREATE OR REPLACE FUNCTION accountmatch.psi_tag_of(kind text, point accountmatch.psi_point, session text, role text) RETURNS accountmatch.psi_tag
AS 'MODULE_PATHNAME', 'acm_psi_tag_of' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION accountmatch.psi_tag_of(text, accountmatch.psi_point, text, text) IS
'the tag that the opener or the answerer says of a point that both sides have blinded';

REVOKE EXECUTE ON FUNCTION
	accountmatch.psi_blind(text, text, text), accountmatch.psi_evaluate(text, accountmatch.psi_point, text),
	accountmatch.psi_tag_of(text, accountmatch.psi_point, text, text),
	accountmatch.psi_offer(text, regclass, text[], text, text[], integer, integer, integer, jsonb),
	accountmatch.psi_answer(bytea, regclass, text[], text, text[], integer, integer, integer, jsonb),
	accountmatch.psi_finish(bytea), accountmatch.psi_sessions(), accountmatch.psi_close(text), accountmatch.psi_result(text)
	FROM PUBLIC;
