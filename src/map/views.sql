-- Views for people and BI tools. They show what the last runs left; reading them
-- costs no matching. Grant SELECT on them to whom you like.

CREATE OR REPLACE VIEW accountmatch.matches AS
SELECT x.partner, x.match_id, x.our_name, x.their_name, x.segment, x.tier, x.why, x.rule, x.match_key, x.confidence, x.company,
	x.our_id, x.our_website, x.our_country, x.our_status, x.our_owner, x.our_amount, x.our_currency,
	x.their_id, x.their_website, x.their_country, x.their_status, x.their_owner, x.their_amount, x.their_currency,
	x.since, x.changed_at
FROM _accountmatch.match x
WHERE NOT x.needs_review AND x.rule OPERATOR(pg_catalog.<>) 'family';
COMMENT ON VIEW accountmatch.matches IS 'the matches of every map; without what a person still has to confirm, and without families';
COMMENT ON COLUMN accountmatch.matches.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.matches.match_id IS 'number of the match, the same as long as both accounts match';
COMMENT ON COLUMN accountmatch.matches.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.matches.their_name IS 'their account''s name';
COMMENT ON COLUMN accountmatch.matches.segment IS 'the strongest status of the company on our side and on theirs, as in customer-prospect';
COMMENT ON COLUMN accountmatch.matches.tier IS '1 (act now) to 4, from the segment; null if it has none';
COMMENT ON COLUMN accountmatch.matches.why IS 'why both are the same company, in a sentence';
COMMENT ON COLUMN accountmatch.matches.rule IS 'the rule that decided; pin: you did';
COMMENT ON COLUMN accountmatch.matches.match_key IS 'the normalized value that both have';
COMMENT ON COLUMN accountmatch.matches.confidence IS '0 to 1: how often the rule was right on lists whose truth is known';
COMMENT ON COLUMN accountmatch.matches.company IS 'matches of a map with the same value here belong to one company: its smallest account_id of ours';
COMMENT ON COLUMN accountmatch.matches.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.matches.our_website IS 'our website or domain as the list has it, or the host of an e-mail address';
COMMENT ON COLUMN accountmatch.matches.our_country IS 'our country as the list has it';
COMMENT ON COLUMN accountmatch.matches.our_status IS 'our account''s own status';
COMMENT ON COLUMN accountmatch.matches.our_owner IS 'our account''s owner';
COMMENT ON COLUMN accountmatch.matches.our_amount IS 'our open amount; in one currency, if opportunities have several';
COMMENT ON COLUMN accountmatch.matches.our_currency IS 'currency of our open amount';
COMMENT ON COLUMN accountmatch.matches.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.matches.their_website IS 'their website or domain as the list has it, or the host of an e-mail address';
COMMENT ON COLUMN accountmatch.matches.their_country IS 'their country as the list has it';
COMMENT ON COLUMN accountmatch.matches.their_status IS 'their account''s own status';
COMMENT ON COLUMN accountmatch.matches.their_owner IS 'their account''s owner';
COMMENT ON COLUMN accountmatch.matches.their_amount IS 'their open amount';
COMMENT ON COLUMN accountmatch.matches.their_currency IS 'currency of their open amount';
COMMENT ON COLUMN accountmatch.matches.since IS 'when a re-map first found the match';
COMMENT ON COLUMN accountmatch.matches.changed_at IS 'when a re-map last found something of it changed';

CREATE OR REPLACE VIEW accountmatch.family_matches AS
SELECT x.partner, x.our_name, x.their_name, x.segment, x.tier, x.why, x.match_key, x.our_id, x.our_owner, x.their_id, x.their_owner, x.since
FROM _accountmatch.match x
WHERE x.rule OPERATOR(pg_catalog.=) 'family';
COMMENT ON VIEW accountmatch.family_matches IS 'accounts of a parent and a subsidiary, by add_family: related, not the same company';
COMMENT ON COLUMN accountmatch.family_matches.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.family_matches.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.family_matches.their_name IS 'their account''s name';
COMMENT ON COLUMN accountmatch.family_matches.segment IS 'status of both accounts';
COMMENT ON COLUMN accountmatch.family_matches.tier IS '1 (act now) to 4, from the segment; null if it has none';
COMMENT ON COLUMN accountmatch.family_matches.why IS 'why they are shown, in a sentence';
COMMENT ON COLUMN accountmatch.family_matches.match_key IS 'domain of the family''s parent';
COMMENT ON COLUMN accountmatch.family_matches.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.family_matches.our_owner IS 'our account''s owner';
COMMENT ON COLUMN accountmatch.family_matches.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.family_matches.their_owner IS 'their account''s owner';
COMMENT ON COLUMN accountmatch.family_matches.since IS 'when a re-map first found the pair';

CREATE OR REPLACE VIEW accountmatch.one_sided AS
SELECT m.name AS partner, s.side, a.account_id, a.name[1] AS name, a.website[1] AS website, a.country, a.status, a.owner,
	a.industry, a.region, a.amount, a.currency
FROM _accountmatch.map m
CROSS JOIN LATERAL (VALUES ('ours', m.our_list), ('theirs', m.their_list)) s(side, list_id)
JOIN _accountmatch.account a ON a.list_id OPERATOR(pg_catalog.=) s.list_id
WHERE m.last_run IS NOT NULL
	AND NOT EXISTS (SELECT FROM _accountmatch.match x WHERE x.map_id OPERATOR(pg_catalog.=) m.map_id AND s.side OPERATOR(pg_catalog.=) 'ours'
		AND x.our_id OPERATOR(pg_catalog.=) a.account_id AND NOT x.needs_review AND x.rule OPERATOR(pg_catalog.<>) 'family')
	AND NOT EXISTS (SELECT FROM _accountmatch.match x WHERE x.map_id OPERATOR(pg_catalog.=) m.map_id AND s.side OPERATOR(pg_catalog.=) 'theirs'
		AND x.their_id OPERATOR(pg_catalog.=) a.account_id AND NOT x.needs_review AND x.rule OPERATOR(pg_catalog.<>) 'family');
COMMENT ON VIEW accountmatch.one_sided IS 'the accounts of both sides that have no match in a map';
COMMENT ON COLUMN accountmatch.one_sided.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.one_sided.side IS 'ours or theirs';
COMMENT ON COLUMN accountmatch.one_sided.account_id IS 'the account_id in that list';
COMMENT ON COLUMN accountmatch.one_sided.name IS 'the account''s name';
COMMENT ON COLUMN accountmatch.one_sided.website IS 'its website or domain as the list has it';
COMMENT ON COLUMN accountmatch.one_sided.country IS 'its country as the list has it';
COMMENT ON COLUMN accountmatch.one_sided.status IS 'its status as the list has it';
COMMENT ON COLUMN accountmatch.one_sided.owner IS 'its owner';
COMMENT ON COLUMN accountmatch.one_sided.industry IS 'its industry';
COMMENT ON COLUMN accountmatch.one_sided.region IS 'its region';
COMMENT ON COLUMN accountmatch.one_sided.amount IS 'its open amount';
COMMENT ON COLUMN accountmatch.one_sided.currency IS 'currency of the amount';

CREATE OR REPLACE VIEW accountmatch.partner_summary AS
SELECT t.partner, t.segment, t.tier, t.our_accounts, t.their_accounts, t.companies, a.our_currency AS currency, a.our_amount AS open_amount,
	l.refreshed_at
FROM (SELECT x.map_id, x.partner, x.segment, x.tier, count(DISTINCT x.our_id) AS our_accounts,
		count(DISTINCT x.their_id) AS their_accounts, count(DISTINCT x.company) AS companies
	FROM _accountmatch.match x WHERE NOT x.needs_review AND x.rule OPERATOR(pg_catalog.<>) 'family'
	GROUP BY x.map_id, x.partner, x.segment, x.tier) t
JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) t.map_id
JOIN _accountmatch.list l ON l.list_id OPERATOR(pg_catalog.=) m.their_list
LEFT JOIN LATERAL (SELECT d.our_currency, sum(d.our_amount) AS our_amount
	FROM (SELECT DISTINCT x.our_id, nullif(v.currency, '') AS our_currency, v.amount AS our_amount FROM _accountmatch.match x
		LEFT JOIN _accountmatch.account c ON c.list_id OPERATOR(pg_catalog.=) m.our_list AND c.account_id OPERATOR(pg_catalog.=) x.our_id
			AND c.amounts IS NOT NULL
		CROSS JOIN LATERAL (SELECT e.key AS currency, e.value::pg_catalog.numeric AS amount FROM pg_catalog.jsonb_each_text(c.amounts) e
			UNION ALL SELECT x.our_currency, x.our_amount WHERE c.amounts IS NULL) v
		WHERE x.map_id OPERATOR(pg_catalog.=) t.map_id AND x.segment OPERATOR(pg_catalog.=) t.segment AND v.amount IS NOT NULL
			AND NOT x.needs_review AND x.rule OPERATOR(pg_catalog.<>) 'family') d
	GROUP BY d.our_currency) a ON true;
COMMENT ON VIEW accountmatch.partner_summary IS 'totals per partner, segment and currency; each account counts once, and amounts of different currencies are never added';
COMMENT ON COLUMN accountmatch.partner_summary.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.partner_summary.segment IS 'our status and theirs, as in customer-prospect';
COMMENT ON COLUMN accountmatch.partner_summary.tier IS '1 (act now) to 4; null if it has none';
COMMENT ON COLUMN accountmatch.partner_summary.our_accounts IS 'accounts of ours in the segment, in all currencies: the same in each row of a segment';
COMMENT ON COLUMN accountmatch.partner_summary.their_accounts IS 'accounts of theirs in the segment';
COMMENT ON COLUMN accountmatch.partner_summary.companies IS 'companies in the segment';
COMMENT ON COLUMN accountmatch.partner_summary.currency IS 'of open_amount; a row for each; null if accounts have an amount without a currency';
COMMENT ON COLUMN accountmatch.partner_summary.open_amount IS 'sum of our open amounts in that currency';
COMMENT ON COLUMN accountmatch.partner_summary.refreshed_at IS 'when the partner''s list was last read';

CREATE OR REPLACE VIEW accountmatch.feed AS
SELECT e.event_id, m.name AS partner, e.at, e.kind, e.cause, e.our_name, e.their_name, e.segment, e.tier, e.old_segment, e.old_tier,
	e.why, e.match_id, e.our_id, e.their_id, e.details
FROM _accountmatch.event e JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) e.map_id;
COMMENT ON VIEW accountmatch.feed IS 'what re-maps found to be new, lost, changed or reclassified; a summary (mapped) for a first map or a change of rules; alerts';
COMMENT ON COLUMN accountmatch.feed.event_id IS 'number of the event; events become visible in its order';
COMMENT ON COLUMN accountmatch.feed.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.feed.at IS 'when';
COMMENT ON COLUMN accountmatch.feed.kind IS 'new, lost, changed (a field), reclassified (segment or tier); mapped: the map as a whole; alert: a re-map could not be done';
COMMENT ON COLUMN accountmatch.feed.cause IS 'ours or theirs added, removed or changed; override; rule; first map. If neither account of the pair changed, it was another one that shares a key with it';
COMMENT ON COLUMN accountmatch.feed.our_name IS 'our account''s name';
COMMENT ON COLUMN accountmatch.feed.their_name IS 'their account''s name';
COMMENT ON COLUMN accountmatch.feed.segment IS 'the segment now; null if lost';
COMMENT ON COLUMN accountmatch.feed.tier IS 'the tier now';
COMMENT ON COLUMN accountmatch.feed.old_segment IS 'the segment before; null if new';
COMMENT ON COLUMN accountmatch.feed.old_tier IS 'the tier before';
COMMENT ON COLUMN accountmatch.feed.why IS 'why they match, or did; what is wrong, of an alert';
COMMENT ON COLUMN accountmatch.feed.match_id IS 'number of the match';
COMMENT ON COLUMN accountmatch.feed.our_id IS 'our account_id';
COMMENT ON COLUMN accountmatch.feed.their_id IS 'their account_id';
COMMENT ON COLUMN accountmatch.feed.details IS 'changed fields, {field: [old, new]}; counts of a summary; status and hint of an alert';

CREATE OR REPLACE VIEW accountmatch.runs AS
SELECT r.run_id, m.name AS partner, r.status, r.kind, r.started_at, r.finished_at, r.refresh_seconds, r.match_seconds,
	r.our_accounts, r.their_accounts, r.our_changes, r.their_changes, r.compared, r.matches,
	r.new, r.lost, r.changed, r.reclassified, r.sqlstate, r.message, r.hint
FROM _accountmatch.run r JOIN _accountmatch.map m ON m.map_id OPERATOR(pg_catalog.=) r.map_id;
COMMENT ON VIEW accountmatch.runs IS 'the history of re-maps';
COMMENT ON COLUMN accountmatch.runs.run_id IS 'number of the run';
COMMENT ON COLUMN accountmatch.runs.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.runs.status IS 'done; refused: a list was empty or shrank; failed: see message. The map is as before unless done';
COMMENT ON COLUMN accountmatch.runs.kind IS 'first, full, changes (only what a change can reach was matched) or nothing (nothing had changed)';
COMMENT ON COLUMN accountmatch.runs.started_at IS 'when it began';
COMMENT ON COLUMN accountmatch.runs.finished_at IS 'as of when the map is what it made of it';
COMMENT ON COLUMN accountmatch.runs.refresh_seconds IS 'time to read the sources and to store what changed';
COMMENT ON COLUMN accountmatch.runs.match_seconds IS 'time to match and to write';
COMMENT ON COLUMN accountmatch.runs.our_accounts IS 'accounts of our list';
COMMENT ON COLUMN accountmatch.runs.their_accounts IS 'accounts of theirs';
COMMENT ON COLUMN accountmatch.runs.our_changes IS 'accounts of ours that were added, changed or removed since the map''s last run';
COMMENT ON COLUMN accountmatch.runs.their_changes IS 'likewise, theirs';
COMMENT ON COLUMN accountmatch.runs.compared IS 'accounts that were matched, of both lists';
COMMENT ON COLUMN accountmatch.runs.matches IS 'matches after it';
COMMENT ON COLUMN accountmatch.runs.new IS 'matches that were not there before';
COMMENT ON COLUMN accountmatch.runs.lost IS 'matches that are not there any more';
COMMENT ON COLUMN accountmatch.runs.changed IS 'matches of which a field changed';
COMMENT ON COLUMN accountmatch.runs.reclassified IS 'matches whose segment or tier changed';
COMMENT ON COLUMN accountmatch.runs.sqlstate IS 'of the error';
COMMENT ON COLUMN accountmatch.runs.message IS 'the error';
COMMENT ON COLUMN accountmatch.runs.hint IS 'what to do about it';

CREATE OR REPLACE VIEW accountmatch.partners AS
SELECT m.name AS partner, m.is_partner, l.source, l.accounts, l.refreshed_at, m.rules, m.similar, m.domain_cap, m.stale_after,
	r.status AS last_status, r.finished_at AS last_run, r.message
FROM _accountmatch.map m
JOIN _accountmatch.list l ON l.list_id OPERATOR(pg_catalog.=) m.their_list
LEFT JOIN LATERAL (SELECT x.status, x.finished_at, x.message FROM _accountmatch.run x WHERE x.map_id OPERATOR(pg_catalog.=) m.map_id
	ORDER BY x.finished_at DESC LIMIT 1) r ON true;
COMMENT ON VIEW accountmatch.partners IS 'the partners and maps, and how each is';
COMMENT ON COLUMN accountmatch.partners.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.partners.is_partner IS 'whether it maps our list (add_partner), or two others (create_map)';
COMMENT ON COLUMN accountmatch.partners.source IS 'where their list is; null: it comes by import_csv';
COMMENT ON COLUMN accountmatch.partners.accounts IS 'accounts of theirs';
COMMENT ON COLUMN accountmatch.partners.refreshed_at IS 'when their list was last read';
COMMENT ON COLUMN accountmatch.partners.rules IS 'the rules that match';
COMMENT ON COLUMN accountmatch.partners.similar IS 'whether weaker evidence is put into the review_queue';
COMMENT ON COLUMN accountmatch.partners.domain_cap IS 'names of a list that may share a domain';
COMMENT ON COLUMN accountmatch.partners.stale_after IS 'age at which their list is stale';
COMMENT ON COLUMN accountmatch.partners.last_status IS 'of the last run: done, refused or failed';
COMMENT ON COLUMN accountmatch.partners.last_run IS 'when that was';
COMMENT ON COLUMN accountmatch.partners.message IS 'why it could not be done';

CREATE OR REPLACE VIEW accountmatch.stale_partners AS
SELECT m.name AS partner, l.refreshed_at, pg_catalog.date_trunc('day', pg_catalog.now() OPERATOR(pg_catalog.-) l.refreshed_at) AS age, m.stale_after,
	pg_catalog.format(E'Subject: A new account list, please\n\nHello,\n\nour account mapping with %s still works with your list of %s (%s accounts). '
		'Could you send us a current export? A CSV file with one row per account is fine: account id, name, website, country and status; '
		'owner if you want introductions. We keep these fields and nothing else of the file.\n\nThank you',
		m.name, coalesce(pg_catalog.to_char(l.refreshed_at, 'FMDD FMMonth YYYY'), 'no date'), l.accounts) AS request
FROM _accountmatch.map m JOIN _accountmatch.list l ON l.list_id OPERATOR(pg_catalog.=) m.their_list
WHERE l.refreshed_at IS NULL OR l.refreshed_at OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) m.stale_after);
COMMENT ON VIEW accountmatch.stale_partners IS 'partners whose list is older than stale_after, or was never read, with a text that asks for a new one';
COMMENT ON COLUMN accountmatch.stale_partners.partner IS 'the partner or map';
COMMENT ON COLUMN accountmatch.stale_partners.refreshed_at IS 'when their list was last read';
COMMENT ON COLUMN accountmatch.stale_partners.age IS 'how long ago that is, in days';
COMMENT ON COLUMN accountmatch.stale_partners.stale_after IS 'the age at which a list is stale';
COMMENT ON COLUMN accountmatch.stale_partners.request IS 'an e-mail that asks for a new list';
