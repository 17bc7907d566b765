-- Status words, segments, tiers.

CREATE OR REPLACE FUNCTION accountmatch.classify(our_status text, their_status text)
RETURNS accountmatch.class_row
LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000
AS 'MODULE_PATHNAME', 'acm_classify';
COMMENT ON FUNCTION accountmatch.classify(text, text) IS
'segment, tier (1 act now .. 4), priority and suggested play of a match with these statuses; each is a status or a word for one, null is unknown';

CREATE OR REPLACE FUNCTION accountmatch.status_words()
RETURNS SETOF accountmatch.status_word_row
LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 80
AS 'MODULE_PATHNAME', 'acm_status_words';
COMMENT ON FUNCTION accountmatch.status_words() IS
'every status word in force and the status that it stands for, built-in or set by set_status_word';

CREATE OR REPLACE FUNCTION accountmatch.tiers()
RETURNS SETOF accountmatch.tier_row
LANGUAGE c STABLE PARALLEL RESTRICTED ROWS 10
AS 'MODULE_PATHNAME', 'acm_tiers';
COMMENT ON FUNCTION accountmatch.tiers() IS
'the tier, priority and play of every segment that has one, built-in or set by set_tier';

CREATE OR REPLACE FUNCTION _accountmatch.fold_status_word(word text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'acm_fold_status_word';

CREATE OR REPLACE FUNCTION accountmatch.set_status_word(word text, status text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	folded text := _accountmatch.fold_status_word(word);
BEGIN
	IF folded IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a status word needs a letter or digit';
	END IF;
	IF status IS NULL THEN
		DELETE FROM _accountmatch.status_word w WHERE w.word = folded;
		RETURN;
	END IF;
	IF status !~ '^[a-z][a-z0-9_ ]{0,30}$' OR status IN ('none', 'unknown') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" cannot be the name of a status', status),
			HINT = 'Use customer, opportunity, prospect, or a name of your own: a lower-case letter, then up to 30 of a-z, 0-9, underscore and space; not "none" or "unknown".';
	END IF;
	IF status NOT IN ('customer', 'opportunity', 'prospect')
		AND NOT EXISTS (SELECT FROM _accountmatch.status_word w WHERE w.status = set_status_word.status) THEN
		RAISE NOTICE USING MESSAGE = format('"%s" is a new status of your own', status),
			HINT = 'Its segments have no tier until accountmatch.set_tier gives them one.';
	END IF;
	INSERT INTO _accountmatch.status_word AS w (word, status) VALUES (folded, set_status_word.status)
	ON CONFLICT ON CONSTRAINT status_word_pkey DO UPDATE SET status = EXCLUDED.status;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_status_word(text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_status_word(text, text) IS
'let a word of your lists (case and punctuation do not count) stand for a status: customer, opportunity, prospect, or one of your own; null takes your setting back. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.set_tier(our_status text, their_status text, tier integer,
	priority text DEFAULT NULL, play text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	s text;
BEGIN
	FOREACH s IN ARRAY ARRAY[our_status, their_status] LOOP
		IF s IS NULL OR NOT EXISTS (SELECT FROM accountmatch.status_words() w WHERE w.status = s
			UNION ALL SELECT WHERE s IN ('customer', 'opportunity', 'prospect')) THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('unknown status %s', coalesce(quote_ident(s), 'null')),
				HINT = 'Use customer, opportunity, prospect, or a status that set_status_word has introduced.';
		END IF;
	END LOOP;
	IF tier NOT BETWEEN 1 AND 4 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('tier %s is not between 1 and 4', tier),
			HINT = 'Tiers go from 1 (act now) to 4; null means no tier.';
	END IF;
	INSERT INTO _accountmatch.tier AS t (our_status, their_status, tier, priority, play)
	SELECT set_tier.our_status, set_tier.their_status, set_tier.tier,
		coalesce(set_tier.priority, c.priority), coalesce(set_tier.play, c.play)
	FROM accountmatch.classify(set_tier.our_status, set_tier.their_status) c
	ON CONFLICT ON CONSTRAINT tier_pkey DO UPDATE
	SET tier = EXCLUDED.tier, priority = EXCLUDED.priority, play = EXCLUDED.play;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.set_tier(text, text, integer, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.set_tier(text, text, integer, text, text) IS
'set the tier (1 .. 4, null for none), and if they are given the priority and play, of a segment over the built-in ones. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.reset_tier(our_status text, their_status text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
BEGIN
	DELETE FROM _accountmatch.tier t
	WHERE t.our_status = reset_tier.our_status AND t.their_status = reset_tier.their_status;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.reset_tier(text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.reset_tier(text, text) IS
'take back what set_tier set for a segment. Not executable by PUBLIC';
