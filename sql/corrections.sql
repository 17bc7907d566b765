-- Corrections stick: what people know better holds at the next re-map and every
-- one after it.
SET client_min_messages = warning;
SET search_path = public, accountmatch;
CREATE TABLE ours (account_id text, name text, website text, country text, status text);
CREATE TABLE theirs (LIKE ours);
INSERT INTO ours VALUES ('1', 'Acme Inc', 'acme.com', 'US', 'customer'), ('2', 'Beta GmbH', 'beta.de', 'DE', 'prospect'),
	('3', 'Gamma Ltd', 'gamma.io', 'GB', 'customer'), ('4', 'Quandrix Zorblat', NULL, 'US', 'prospect'), ('5', 'Parent', 'parent.com', 'US', 'customer'),
	('6', 'Brontel', NULL, 'US', 'prospect');
INSERT INTO theirs VALUES ('a', 'Acme', 'acme.com', NULL, 'prospect'), ('b', 'Beta', 'beta-holding.com', NULL, 'customer'),
	('c', 'Gamma', 'gamma.io', NULL, 'prospect'), ('d', 'Quandrix Zorblta', NULL, 'US', 'customer'), ('e', 'Subsidiary', 'subsidiary.org', NULL, 'customer'),
	('f', 'Brontell', NULL, 'US', 'customer');
SELECT set_our_list('ours');
SELECT add_partner('globex', 'theirs', "similar" => true);
SELECT matches FROM remap_now('globex');
SELECT our_id, their_id, rule FROM matches ORDER BY 1;
SELECT ack_feed('t', max(event_id)) FROM feed;

-- what needs review goes nowhere until a person has said something
SELECT our_id, their_id, why FROM review_queue ORDER BY 1;
SELECT count(*) FROM one_sided WHERE side = 'ours' AND account_id IN (SELECT our_id FROM review_queue);

-- what a change would do, before it is made; and nothing of it is kept
SELECT * FROM preview('globex', '{"rules": ["domain"]}');
SELECT change, our_id, their_id FROM preview('globex', '{"pin": ["2", "b"], "block": ["1", "a"]}') ORDER BY 1;
SELECT change, our_id, their_id FROM preview('globex', '{"alias": ["beta-holding.com", "beta.de"]}');
SELECT change, our_id, their_id FROM preview('globex', '{"suppress": {"domain": "acme.com"}}');
SELECT change, our_id, their_id FROM preview('globex', '{"similar": false}');
SELECT count(*) FROM corrections;
SELECT rules, "similar" FROM partners;

-- each correction, at the next re-map, with its cause
SELECT pin('globex', '2', 'b', 'same board') AS pinned \gset
SELECT block('globex', '1', 'a') AS blocked \gset
SELECT suppress('globex', our_id => '3', note => 'legal') AS suppressed \gset
SELECT add_family('subsidiary.org', 'parent.com') AS family \gset
SELECT kind, matches, new, lost FROM remap_now('globex');
SELECT kind, cause, our_id, their_id, why FROM read_feed('t') ORDER BY event_id;
SELECT our_id, their_id, rule FROM matches ORDER BY 1;
SELECT our_id, their_id, segment FROM family_matches;
SELECT count(*) FROM matches WHERE rule = 'family';
-- they hold when the accounts change
UPDATE theirs SET name = 'Acme Corporation' WHERE account_id = 'a';
UPDATE ours SET name = 'Beta AG' WHERE account_id = '2';
SELECT matches FROM remap_now('globex');
SELECT our_id, their_id, rule, our_name FROM matches ORDER BY 1;
-- the opposite takes the place of what was said; undoing brings the rules back
SELECT pin('globex', '1', 'a') > :blocked AS later;
SELECT undo_correction(:suppressed);
SELECT undo_correction(:family);
SELECT kind, matches, new, lost FROM remap_now('globex');
SELECT our_id, their_id, rule FROM matches ORDER BY 1;
SELECT count(*) FROM family_matches;
SELECT partner, action, our_id, their_id, domain, canonical, note, made_by = current_user AS by_me, undone_at IS NOT NULL AS undone
FROM corrections ORDER BY correction_id;
-- two domains of one company
SELECT undo_correction(:pinned);
SELECT alias_domain('beta-holding.com', 'beta.de') AS alias \gset
SELECT new, lost, changed, reclassified FROM remap_now('globex');
SELECT our_id, their_id, rule, match_key FROM matches WHERE our_id = '2';
-- reviewing: same goes on to everybody, different does not come back
SELECT ack_feed('t', max(event_id)) FROM feed;
SELECT our_id, their_id FROM review_queue ORDER BY 1, 2;
SELECT count(review(match_id, 'same', 'called them')) FROM review_queue;
SELECT count(*) FROM review_queue;
SELECT new FROM remap_now('globex');
SELECT kind, cause, our_id, their_id FROM read_feed('t');
SELECT count(review(match_id, 'different')) FROM matches WHERE our_id = '6';
SELECT lost FROM remap_now('globex', "full" => true);
SELECT count(*) FROM review_queue WHERE our_id = '6';

-- wrong arguments
\set VERBOSITY terse
SELECT pin('globex', '1', NULL);
SELECT pin('nobody', '1', 'a');
SELECT suppress();
SELECT suppress(their_id => 'a');
SELECT suppress('globex', domain => 'gmail.com');
SELECT alias_domain('gmail.com', 'beta.de');
SELECT alias_domain('beta-holding.com', 'acme.com');
SELECT undo_correction(:alias + 1000);
SELECT review(-1, 'same');
SELECT review(1, 'perhaps');
SELECT preview('globex', '{"colour": "red"}');
SELECT preview('globex', '[]');
SET client_min_messages = notice;
SELECT pin('globex', 'nobody', 'a') IS NOT NULL AS waits;
SET client_min_messages = warning;
\set VERBOSITY default
SELECT what FROM drop_partner('globex') WHERE rows > 0;
DELETE FROM _accountmatch.alias;
DELETE FROM _accountmatch.account;
DELETE FROM _accountmatch.list;
DELETE FROM _accountmatch.consumer;
DROP TABLE ours, theirs;
