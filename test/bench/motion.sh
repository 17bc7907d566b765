#!/bin/bash
# motion.sh: seconds of a weekly list, medians of three, and the ratio of
# partner_warm to a plain join of the same tables. Needs the server of the environment.
set -euo pipefail
cd "$(dirname "$0")"
dropdb --if-exists motion
createdb motion
export PGDATABASE=motion PGOPTIONS='-c client_min_messages=warning'
psql -X -q -v ON_ERROR_STOP=1 -f motion.sql > /dev/null
clock() { psql -X -q -v ON_ERROR_STOP=1 -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1; }
median() { sort -n | sed -n 2p; }
# without one-sided customers, of which there are three million pairs here
list() { for week in 2026-03-02 2026-03-09 2026-03-16; do clock "SELECT accountmatch.make_weekly_list('$week', $1)"; done | median; }
matches=$(list false)
items=$(psql -X -A -t -c "SELECT count(*) / 3 FROM accountmatch.weekly_list")
joined="SELECT count(*), max(x.changed_at), count(x.why) FROM (SELECT a.account_id, m.partner, m.tier, m.why, m.changed_at
	FROM _accountmatch.list l JOIN _accountmatch.account a USING (list_id)
	LEFT JOIN (SELECT our_id, partner, tier, why, m.changed_at FROM _accountmatch.match m JOIN _accountmatch.map p ON p.map_id = m.map_id AND p.is_partner
			WHERE NOT needs_review AND rule <> 'family'
		UNION ALL SELECT our_id, partner, tier, why, r.finished_at FROM _accountmatch.match_history h JOIN _accountmatch.map p ON p.map_id = h.map_id AND p.is_partner
			JOIN _accountmatch.run r ON r.run_id = h.valid_to WHERE NOT needs_review AND rule <> 'family') m ON m.our_id = a.account_id
	WHERE l.name = 'ours') x"
warm="SELECT count(*), max(x.changed_at), count(x.why), count(x.best_partner), count(x.partners) FROM accountmatch.partner_warm x"
# neither is to wait for temporary files
export PGOPTIONS="$PGOPTIONS -c work_mem=64MB"
join_ms=$(for i in 1 2 3; do clock "$joined"; done | median)
warm_ms=$(for i in 1 2 3; do clock "$warm"; done | median)
perl -e 'printf "weekly list: 500 sellers, 300000 matches: %.1f s, %d items\npartner_warm: 1000000 accounts: %.2f s, %.2f times a plain join\n",
	$ARGV[0] / 1000, $ARGV[3], $ARGV[2] / 1000, $ARGV[2] / $ARGV[1]' "$matches" "$join_ms" "$warm_ms" "$items"
