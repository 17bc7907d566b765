-- Scores of matches and of one-sided customers; signals.
SET client_min_messages = warning;
SET search_path = public, accountmatch;
CREATE TABLE crm (account_id text PRIMARY KEY, name text, website text, country text, status text, owner text, industry text, region text, amount numeric, currency text);
CREATE TABLE globex_list (LIKE account_row);
INSERT INTO crm VALUES
	('1', 'Acme Inc', 'acme.com', 'US', 'Open Opportunity', 'ann', 'Software', 'West', 1000, 'USD'),
	('2', 'Beta GmbH', 'beta.de', 'DE', 'Open Opportunity', 'bob', 'Retail', 'East', 500, 'EUR'),
	('3', 'Gamma Ltd', 'gamma.io', 'GB', 'Prospect', 'ann', 'Software', 'East', 4000, 'USD'),
	('4', 'Delta SA', 'delta.fr', 'FR', 'Customer - Direct', 'bob', 'Software', NULL, NULL, NULL),
	('5', 'Nobody Else', 'nobody-else.com', 'US', 'Prospect', 'ann', NULL, NULL, 2000, 'USD');
INSERT INTO globex_list (account_id, name, website, status, owner, industry) VALUES
	('g1', 'ACME', 'www.acme.com', 'customer', 'tim', NULL),
	('g2', 'beta', 'beta.de', 'customer', NULL, NULL),
	('g3', 'Gamma', 'gamma.io', 'customer', 'tom', NULL),
	('g8', 'Epsilon', 'epsilon.com', 'Customer', 'tim', 'Software'),
	('g9', 'Zeta', 'zeta.com', 'prospect', 'tim', 'Software');
SELECT set_our_list('crm');
SELECT add_partner('globex', 'globex_list');
SELECT matches FROM remap_now('globex');
SELECT since AS mapped FROM matches LIMIT 1 \gset

-- tier first; of the one-sided only customers: ours that they lack (4), theirs that we lack (g8)
SELECT side, tier, segment, our_id, their_id, score, relationship, signal, fit, strategic, amount, freshness
FROM scores(at => :'mapped') ORDER BY tier, score DESC, our_id;
SELECT count(*) FROM scores('globex', one_sided => false);
-- freshness is half after 30 days
SELECT our_id, freshness FROM scores(at => :'mapped'::timestamptz + interval '30 days', one_sided => false) ORDER BY our_id;

-- the parts by what the user says: each field of the ideal customer counts alike
SELECT set_ideal_customer(industries => '{Software}', regions => '{West,North}');
SELECT set_strategic('2', 0.5, 'board member');
SELECT record_touch(match_id, 'meeting', since, 'at the fair') FROM matches WHERE our_id IN ('1', '2');
SELECT record_touch(match_id, 'call', since) FROM matches WHERE our_id = '1';
SELECT our_id, their_id, relationship, fit, strategic FROM scores(at => :'mapped') ORDER BY our_id, their_id;
-- weights: the built-in ones, one's own, and back
SELECT part, weight, built_in FROM score_weights();
SELECT set_score_weight(part, 0) FROM score_weights() WHERE part <> 'strategic';
SELECT our_id, score FROM scores(one_sided => false) ORDER BY our_id;
SELECT set_score_weight('strategic', 0);
SELECT our_id, score FROM scores(one_sided => false) ORDER BY our_id;
SELECT set_score_weight(part, NULL) FROM score_weights();
SELECT count(*) FROM score_weights() WHERE built_in;

-- signals know domains and names, seldom our ids; a value of 100 counts fully
CREATE TABLE intent (host text, topic text, points int, seen timestamptz);
SELECT add_signal_source('intent', 'intent', '{"domain": "host", "signal": "topic", "value": "points", "observed_at": "seen"}', scale => 100, half_life => '10 days');
INSERT INTO intent VALUES
	('www.acme.com', 'pricing', 50, :'mapped'::timestamptz - interval '10 days'),
	('acme.com', 'pricing', 20, :'mapped'),
	('acme.com', 'hiring', 10, :'mapped'),
	('https://epsilon.com/jobs', 'hiring', 250, :'mapped'),
	('gamma.io', 'pricing', 100, :'mapped'::timestamptz + interval '1 day'),
	('gmail.com', 'pricing', 100, :'mapped'),
	('nobody-knows.com', 'pricing', 100, :'mapped'),
	('beta.de', 'pricing', 100, NULL);
CREATE TABLE fair (account_id text, observed_at timestamptz);
SELECT add_signal_source('fair', 'fair');
INSERT INTO fair VALUES ('2', :'mapped'), ('no such account', :'mapped');
SELECT * FROM refresh_signals();
SELECT source, list, account_id, name, signal, strength, observed_at - :'mapped' AS at FROM signals ORDER BY 1, 2, 3, 5;
SELECT our_id, their_id, signal, signal_name FROM scores(at => :'mapped') WHERE signal > 0 ORDER BY our_id, their_id;
SELECT our_id, their_id, signal, signal_name FROM scores(at => :'mapped'::timestamptz + interval '20 days') WHERE signal > 0 ORDER BY our_id, their_id;
-- what is gone from the source is gone
DELETE FROM intent WHERE points < 100;
SELECT * FROM refresh_signals('intent');
SELECT drop_signal_source('fair');
SELECT DISTINCT source FROM signals;

-- errors
\set VERBOSITY terse
SELECT add_signal_source('x', 'intent');
SELECT add_signal_source('x', 'intent', '{"observed_at": "seen"}');
SELECT add_signal_source('x', 'intent', '{"observed_at": "saw"}');
SELECT add_signal_source('x', 'intent', '{"when": "seen"}');
SELECT add_signal_source('x', 'fair', scale => 0);
SELECT add_signal_source('x', 'fair', half_life => '0');
SELECT refresh_signals('x');
SELECT drop_signal_source('x');
SELECT set_score_weight('luck', 1);
SELECT set_score_weight('fit', -1);
SELECT set_strategic('1', 2);
SELECT scores('nobody');
SELECT record_touch(0, 'call');
SELECT record_touch(min(match_id), 'call', now() + interval '1 hour') FROM matches;
SELECT record_touch(min(match_id), E'a\nb') FROM matches;
DROP TABLE intent;
SELECT refresh_signals('intent');
\set VERBOSITY default

-- what was done with a partner goes with him
SELECT count(*) FROM drop_partner('globex');
SELECT count(*) FROM _accountmatch.touch;
SELECT drop_signal_source('intent');
SELECT set_strategic('2', 0);
SELECT set_ideal_customer();
DROP TABLE crm, globex_list, fair;
