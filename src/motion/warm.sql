-- For other systems: which of our accounts a partner knows.

CREATE OR REPLACE VIEW accountmatch.partner_warm AS
SELECT a.account_id, coalesce(w.is_partner_warm, false) AS is_partner_warm,
	-- one match is the rule, and needs no sorting
	CASE WHEN pg_catalog.cardinality(w.partners) OPERATOR(pg_catalog.>) 1
		THEN ARRAY(SELECT DISTINCT u FROM pg_catalog.unnest(w.partners) u ORDER BY u) ELSE coalesce(w.partners, '{}') END AS partners,
	w.best_tier, b.best_partner, b.why, w.changed_at
FROM _accountmatch.list l
JOIN _accountmatch.account a ON a.list_id OPERATOR(pg_catalog.=) l.list_id
LEFT JOIN (
	-- matches that are, and those that were: what was warm once tells that it is not any more
	SELECT x.our_id, pg_catalog.bool_or(x.is_warm) AS is_partner_warm, pg_catalog.min(x.tier) AS best_tier,
		pg_catalog.array_agg(x.partner) FILTER (WHERE x.partner IS NOT NULL) AS partners,
		pg_catalog.array_agg(x.tier) FILTER (WHERE x.partner IS NOT NULL) AS tiers,
		pg_catalog.array_agg(x.why) FILTER (WHERE x.partner IS NOT NULL) AS whys,
		pg_catalog.max(x.changed_at) AS changed_at
	FROM (SELECT m.our_id, m.partner, m.tier, m.segment OPERATOR(pg_catalog.~~) '%-customer' AS is_warm, m.why, m.changed_at
			FROM _accountmatch.match m JOIN _accountmatch.map p ON p.map_id OPERATOR(pg_catalog.=) m.map_id AND p.is_partner
			WHERE NOT m.needs_review AND m.rule OPERATOR(pg_catalog.<>) 'family'
		UNION ALL
		SELECT h.our_id, NULL, NULL, NULL, NULL, r.finished_at
			FROM _accountmatch.match_history h JOIN _accountmatch.map p ON p.map_id OPERATOR(pg_catalog.=) h.map_id AND p.is_partner
			JOIN _accountmatch.run r ON r.run_id OPERATOR(pg_catalog.=) h.valid_to
			WHERE NOT h.needs_review AND h.rule OPERATOR(pg_catalog.<>) 'family') x
	GROUP BY x.our_id) w ON w.our_id OPERATOR(pg_catalog.=) a.account_id
CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.cardinality(w.partners) OPERATOR(pg_catalog.>) 1 THEN (SELECT i FROM pg_catalog.generate_subscripts(w.partners, 1) i
	ORDER BY w.tiers[i], w.partners[i], w.whys[i] LIMIT 1) ELSE 1 END) best(i)
CROSS JOIN LATERAL (SELECT w.partners[best.i], w.whys[best.i]) b(best_partner, why)
WHERE l.name OPERATOR(pg_catalog.=) 'ours';
COMMENT ON VIEW accountmatch.partner_warm IS 'a row per account of ours, for MERGE and reverse ETL: account_id is unique. A later changed_at than the last time is what changed since';
COMMENT ON COLUMN accountmatch.partner_warm.account_id IS 'our account_id; unique';
COMMENT ON COLUMN accountmatch.partner_warm.is_partner_warm IS 'whether it is a customer of a partner';
COMMENT ON COLUMN accountmatch.partner_warm.partners IS 'the partners that have it';
COMMENT ON COLUMN accountmatch.partner_warm.best_tier IS 'its smallest tier; null if it has none';
COMMENT ON COLUMN accountmatch.partner_warm.best_partner IS 'the partner with that';
COMMENT ON COLUMN accountmatch.partner_warm.why IS 'why it is the same company there, in a sentence';
COMMENT ON COLUMN accountmatch.partner_warm.changed_at IS 'when a re-map last changed anything of it, also that it is not warm any more; null: never matched';
