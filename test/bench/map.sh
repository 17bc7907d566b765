#!/bin/bash
# map.sh ROWS: times of re-maps of two lists of so many rows, as ratios to the
# first one and to count(*) over both lists. CPU time of the backend; medians of
# three where a run can be repeated. Needs the server of the environment.
set -euo pipefail
rows=$1
mkdir -p "$BENCH_DIR"
for list in a b; do
	[ -s "$BENCH_DIR/map_$list.$rows.csv" ] ||
		perl "$(dirname "$0")/make_lists.pl" --lists "$BENCH_DATA/lists" $list "$rows" "$rows" > "$BENCH_DIR/map_$list.$rows.csv"
done
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
# CPU time of a statement in milliseconds: what the kernel says of its backend,
# in hundredths of a second
timed()
{
	sql -c 'CREATE TEMP TABLE stat (n serial, line text)' -c "COPY stat (line) FROM PROGRAM 'cat /proc/\$PPID/stat'" -c "$1" \
		-c "COPY stat (line) FROM PROGRAM 'cat /proc/\$PPID/stat'" \
		-c "SELECT 10 * (max(t) - min(t)) FROM (SELECT split_part(line, ' ', 14)::int + split_part(line, ' ', 15)::int AS t FROM stat) s" | tail -1
}
# milliseconds on the clock
clock() { sql -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1; }
median() { sort -n | sed -n 2p; }
ratio() { perl -e 'printf "%.3f", $ARGV[0] / $ARGV[1]' "$1" "$2"; }

dropdb --if-exists map
createdb map
export PGDATABASE=map
head=$(head -1 "$BENCH_DIR/map_a.$rows.csv")
columns=$(printf '%s' "$head" | sed 's/amount/amount numeric/; s/\([a-z_]*\)\(,\|$\)/\1 text\2/g; s/numeric text/numeric/')
sql -c 'CREATE EXTENSION accountmatch' -c "CREATE TABLE ours ($columns)" -c 'CREATE TABLE theirs (LIKE ours)'
sql -c "\\copy ours from '$BENCH_DIR/map_a.$rows.csv' (format csv, header)" -c "\\copy theirs from '$BENCH_DIR/map_b.$rows.csv' (format csv, header)"
sql -c 'VACUUM ANALYZE ours, theirs'
sql -c "SELECT accountmatch.set_our_list('ours'), accountmatch.add_partner('globex', 'theirs')" > /dev/null
remap="CALL accountmatch.remap('globex')"
change="UPDATE ours SET status = 'Customer' WHERE hashtext(account_id || %s) %% 2000 = 0;
	UPDATE ours SET name = name || ' x' WHERE hashtext(account_id || %s) %% 2000 = 1;
	UPDATE theirs SET website = 'www.' || website WHERE hashtext(account_id || %s) %% 2000 = 0;
	DELETE FROM theirs WHERE hashtext(account_id || %s) %% 2000 = 1"

count=$(for i in 1 2 3; do timed 'SELECT (SELECT count(*) FROM ours) + (SELECT count(*) FROM theirs)'; done | median)
first=$(timed "$remap")
sql -c 'VACUUM ANALYZE'
nothing=$(for i in 1 2 3; do timed "$remap"; done | median)
changes=$(for i in 1 2 3; do
	sql -c "$(printf "$change" "'$i'" "'$i'" "'$i'" "'$i'")" > /dev/null
	timed "$remap"
done | median)
compared=$(sql -c "SELECT compared FROM accountmatch.runs WHERE kind = 'changes' ORDER BY run_id DESC LIMIT 1")
full=$(timed "CALL accountmatch.remap('globex', true)")
page=$(for i in 1 2 3; do clock "SELECT * FROM accountmatch.matches WHERE partner = 'globex' ORDER BY tier LIMIT 50"; done | median)
matches=$(sql -c "SELECT count(*) FROM accountmatch.matches")

echo "$rows accounts a side, $matches matches"
echo "first map                           $first ms"
echo "full re-map                         $full ms"
echo "a thousandth of each list changed   $changes ms, $(ratio "$changes" "$first") of the first map, $(ratio "$changes" "$full") of a full one, $compared accounts compared"
echo "nothing changed                     $nothing ms, $(ratio "$nothing" "$count") times count(*) over both lists ($count ms)"
echo "first page of matches, by tier      $page ms on the clock"
sql -c "SELECT kind, round(refresh_seconds::numeric, 2) AS refresh, round(match_seconds::numeric, 2) AS match FROM accountmatch.runs ORDER BY run_id" | sed 's/^/  /; s/|/ /g'
