-- What a seller finds on Monday, and what finance wants to know.
\pset null ''

\echo == 6. Monday: a list for each seller ==
\echo
\set ECHO queries
SELECT count(set_seller(owner, capacity => 5)) AS sellers FROM (SELECT DISTINCT owner FROM ours WHERE owner <> '') o;
SELECT sum(accounts) AS accounts, sum(candidates) AS of FROM make_weekly_list();
\set ECHO none
SELECT owner AS seller FROM weekly_list WHERE tier = 1 GROUP BY owner ORDER BY count(*) DESC, owner LIMIT 1 \gset
\echo
\echo :seller, this week:
SELECT rank, left(account, 28) AS account, split_part(their_owner, '@', 1) AS ask, left(play, 44) AS play, tier, round(score) AS score
FROM weekly_list WHERE owner = :'seller' ORDER BY rank;

\echo == 7. A question of finance: what came of the partnership? ==
\echo
SELECT account_id AS account, match_id AS match FROM weekly_list WHERE owner = :'seller' AND match_id IS NOT NULL ORDER BY rank LIMIT 1 \gset
-- the seller meets the partner, and the opportunity is won
CREATE TABLE opportunities (opportunity_id text, account_id text, name text, is_won boolean, is_closed boolean, amount numeric, currency text,
	created_at timestamptz, closed_at timestamptz);
SELECT record_touch(:match, 'meeting') AS touch \gset
INSERT INTO opportunities VALUES ('1', :'account', 'Won together', true, true, 90000, 'USD', now() - interval '60 days', clock_timestamp()),
	('2', (SELECT account_id FROM one_sided WHERE side = 'ours' ORDER BY account_id LIMIT 1), 'Won alone', true, true, 40000, 'USD', now() - interval '60 days', clock_timestamp());
\set ECHO queries
SELECT set_opportunities('ours', 'opportunities');
SELECT new FROM refresh_opportunities();
SELECT opportunity, partner, kind, credit, credited_amount AS amount, left(why, 60) AS why FROM attribution(daterange(current_date - 1, current_date + 2));
SELECT currency, with_partner, won, won_amount FROM partner_pipeline();
\set ECHO none
