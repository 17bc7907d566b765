-- What the user sets over the built-in status words and tiers. Defaults are in
-- C, never rows here: a restored dump would collide with them.

CREATE TABLE _accountmatch.status_word (
	word text COLLATE "C" PRIMARY KEY,
	status text NOT NULL CHECK (status ~ '^[a-z][a-z0-9_ ]{0,30}$' AND status NOT IN ('none', 'unknown'))
);
COMMENT ON TABLE _accountmatch.status_word IS 'status words of the user''s own, over the built-in ones; see accountmatch.set_status_word';

CREATE TABLE _accountmatch.tier (
	our_status text NOT NULL,
	their_status text NOT NULL,
	tier integer CHECK (tier BETWEEN 1 AND 4),
	priority text,
	play text,
	PRIMARY KEY (our_status, their_status)
);
COMMENT ON TABLE _accountmatch.tier IS 'tiers of the user''s own, over the built-in ones; see accountmatch.set_tier';

SELECT pg_catalog.pg_extension_config_dump('_accountmatch.status_word', '');
SELECT pg_catalog.pg_extension_config_dump('_accountmatch.tier', '');

CREATE TYPE accountmatch.class_row AS (segment text, tier integer, priority text, play text);
COMMENT ON TYPE accountmatch.class_row IS 'what a pair of statuses means; see accountmatch.classify';

CREATE TYPE accountmatch.status_word_row AS (word text, status text, built_in boolean);
COMMENT ON TYPE accountmatch.status_word_row IS 'a status word in force; see accountmatch.status_words';

CREATE TYPE accountmatch.tier_row AS (our_status text, their_status text, tier integer, priority text, play text);
COMMENT ON TYPE accountmatch.tier_row IS 'the tier of a segment; see accountmatch.tiers';
