-- A million accounts of ours, twelve partners with 300,000 matches, 500 sellers:
-- written into the tables of maps as re-maps would leave them.
CREATE EXTENSION accountmatch;
CREATE TABLE ours (account_id text, name text);
CREATE TABLE theirs (account_id text, name text);
SELECT accountmatch.set_our_list('ours');
SELECT count(accountmatch.add_partner('partner ' || n, 'theirs')) FROM generate_series(1, 12) n;
INSERT INTO _accountmatch.account (list_id, account_id, hash, name, website, country, status, owner, industry, region, amount, currency)
SELECT l.list_id, n, n, ARRAY['Company ' || n], ARRAY['company' || n || '.com'], 'US', (ARRAY['Customer', 'Prospect', 'Prospect', 'Open Opportunity'])[1 + n % 4],
	'owner' || n % 520, 'Industry ' || n % 20, 'Region ' || n % 5, CASE WHEN n % 4 = 3 THEN n END, CASE WHEN n % 3 = 0 THEN 'EUR' ELSE 'USD' END
FROM _accountmatch.list l, generate_series(1, 1000000) n WHERE l.name = 'ours';
UPDATE _accountmatch.list SET accounts = 1000000 WHERE name = 'ours';
INSERT INTO _accountmatch.run (map_id, status, kind, started_at, finished_at, matches)
SELECT map_id, 'done', 'first', now(), now(), 25000 FROM _accountmatch.map;
UPDATE _accountmatch.map m SET last_run = r.run_id FROM _accountmatch.run r WHERE r.map_id = m.map_id;
INSERT INTO _accountmatch.match (map_id, partner, since, changed_at, valid_from, our_id, their_id, our_name, their_name, segment, tier, why, rule, confidence, needs_review,
	our_status, our_owner, our_amount, our_currency, their_status, their_owner)
SELECT m.map_id, m.name, now() - make_interval(days => n % 100), now(), m.last_run, a.account_id, 't' || a.account_id, a.name[1], a.name[1] || ' Inc',
	k.segment, c.tier, 'Both have the domain ' || a.website[1] || '.', 'domain', 0.99, false, split_part(k.segment, '-', 1), a.owner, a.amount, a.currency, split_part(k.segment, '-', 2), 'rep' || n % 300
FROM generate_series(1, 300000) n
JOIN _accountmatch.map m ON m.map_id = (SELECT min(map_id) FROM _accountmatch.map) + n % 12
JOIN _accountmatch.list l ON l.name = 'ours'
JOIN _accountmatch.account a ON a.list_id = l.list_id AND a.account_id = (1 + n::bigint * 7919 % 1000000)::text
CROSS JOIN LATERAL (SELECT (ARRAY['customer', 'prospect', 'prospect', 'opportunity'])[1 + a.account_id::int % 4] || '-' || (ARRAY['customer', 'prospect'])[1 + n % 2]) k(segment)
LEFT JOIN (SELECT our_status || '-' || their_status AS segment, tier FROM accountmatch.tiers()) c ON c.segment = k.segment;
INSERT INTO _accountmatch.match_history SELECT m.*, m.valid_from FROM _accountmatch.match m WHERE m.match_id % 10 = 0;
INSERT INTO _accountmatch.signal_source (name, source, scale, half_life, set_by, set_at) VALUES ('intent', 'public.intent', 1, '30 days', 'x', now());
INSERT INTO _accountmatch.signal SELECT 1, l.list_id, n * 10, 'pricing', 0.5, now() - make_interval(days => n % 60) FROM _accountmatch.list l, generate_series(1, 100000) n WHERE l.name = 'ours';
SELECT count(accountmatch.set_seller('owner' || n, capacity => 50)) FROM generate_series(0, 499) n;
SELECT accountmatch.set_seller('ops', capacity => 50, is_fallback => true);
SELECT accountmatch.set_ideal_customer(industries => '{Industry 1,Industry 2}', regions => '{Region 1}');
VACUUM ANALYZE;
