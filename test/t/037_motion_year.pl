# Weeks of selling over maps that live: lists, dispositions, introductions,
# touches, opportunities that open and close, periods that are closed. What must
# hold in any week, holds.
#
#   MOTION_WEEKS   how many weeks (8; 52 is a year)
#   MOTION_SEED    of the random part (the time)
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $weeks = $ENV{MOTION_WEEKS} // 8;
my $seed = $ENV{MOTION_SEED} // time;
my $node = new_cluster('motion_year');
diag("random seed $seed: MOTION_SEED=$seed repeats it");
$node->safe_psql('postgres', 'CREATE EXTENSION accountmatch');
$node->psql('postgres', slurp_file('test/map/year.sql'), on_error_die => 1);
my $random = 0;
my $run = sub { $node->safe_psql('postgres', 'SET search_path = world, accountmatch; SET client_min_messages = warning;' . $_[0]) };
my $seeded = sub { $run->(sprintf 'SELECT setseed(%.9f);' . $_[0], sin($seed + ++$random)) };

$seeded->('SELECT found_world(160, 110)');
$run->(q{SELECT set_our_list('ours'), add_partner('p1', 'p1'), add_partner('p2', 'p2'), add_partner('p3', 'p3');
	SELECT set_seller('ann', capacity => 12), set_seller('bob', capacity => 7), set_seller('ops', capacity => 5, is_fallback => true);
	CREATE TABLE deal (opportunity_id text, account_id text, name text, stage text, amount numeric, currency text, created_at timestamptz, closed_at timestamptz);
	CREATE TABLE answer (as_of timestamptz, rows text);
	CREATE TABLE frozen (name text, rows text);
	CREATE TABLE put_off (week date, map text, side text, account_id text, until date);
	INSERT INTO deal SELECT 'first', account_id, 'first', 'Negotiation', 100, 'USD', now() - interval '70 days', NULL FROM ours LIMIT 1;
	SELECT set_opportunities('ours', 'deal')});
my $whole = q{SELECT coalesce(string_agg(a::text, E'\n' ORDER BY a::text COLLATE "C"), '') FROM attribution('[2000-01-01,2100-01-01)', %s) a};

for my $n (1 .. $weeks)
{
	# Mondays from the present one on: what is made known comes after what was
	my $monday = "(date_trunc('week', now())::date + 7 * $n)";
	$seeded->('SELECT live_a_week(0.03)') if $n > 1;
	$run->('CALL remap_all()');
	$run->("SELECT count(*) FROM make_weekly_list($monday)");
	is($run->("SELECT owner, week, count(*) FROM weekly_list w JOIN sellers s USING (owner) GROUP BY owner, week, capacity HAVING count(*) > capacity"), '',
		"week $n: nobody is above capacity");
	cmp_ok($run->("SELECT count(*) FROM weekly_list WHERE week = $monday"), '>', 10, "week $n: there are lists");
	is($run->("SELECT week, partner, side, account_id FROM weekly_list w WHERE week = $monday AND EXISTS (SELECT FROM put_off p
		WHERE p.map = w.partner AND p.side = w.side AND p.account_id = w.account_id AND p.week < w.week AND (p.until IS NULL OR p.until > w.week))"), '',
		"week $n: nothing that was put off is back before its time");
	is($run->("SELECT side, account_id FROM weekly_list WHERE week = $monday GROUP BY side, account_id, CASE side WHEN 'theirs' THEN partner END HAVING count(*) > 1"), '',
		"week $n: each account once");
	# what sellers do; the test's own account of what is put off
	$seeded->("WITH d AS MATERIALIZED (SELECT w.*, pick('snoozed', 'dismissed', 'done', 'working', 'working') AS what, $monday + 7 * floor(1 + random() * 4)::int AS day
			FROM weekly_list w WHERE week = $monday AND random() < 0.4),
		said AS MATERIALIZED (SELECT d.*, set_disposition(account_id, partner, what, CASE WHEN what = 'snoozed' THEN day END, side => side) FROM d),
		gone AS (DELETE FROM put_off p USING said s WHERE p.map = s.partner AND p.side = s.side AND p.account_id = s.account_id)
		INSERT INTO put_off SELECT week, partner, side, account_id, CASE WHEN what = 'snoozed' THEN day END FROM said WHERE what <> 'working'");
	$seeded->("SELECT count(*) FROM propose_introductions(per_owner => 3)");
	$seeded->("SELECT set_introduction(introduction_id, pick('accepted', 'declined')) FROM introductions WHERE state = 'proposed' AND random() < 0.5");
	$seeded->("SELECT set_introduction(introduction_id, 'done') FROM introductions WHERE state = 'accepted' AND random() < 0.7");
	is($run->("SELECT count(*) FROM introductions WHERE state <> 'proposed' AND (coalesce(our_owner, '') = '' OR coalesce(their_owner, '') = '')"), '0', "week $n: introductions have both owners");
	is($run->("SELECT partner, their_owner FROM introductions WHERE state IN ('proposed', 'accepted') GROUP BY 1, 2 HAVING count(*) > 3
		UNION ALL SELECT '', our_owner FROM introductions WHERE state IN ('proposed', 'accepted') GROUP BY 2 HAVING count(*) > 3"), '', "week $n: nobody is asked too much");
	# touches and opportunities
	$seeded->("SELECT record_touch(match_id, pick('referral', 'meeting', 'call'), now() - random() * interval '20 days') FROM matches WHERE random() < 0.15");
	$seeded->("INSERT INTO deal SELECT 'o' || $n || '-' || account_id, account_id, 'deal', 'Negotiation', floor(random() * 1000), pick('USD', 'EUR'),
			now() - random() * interval '60 days', NULL FROM ours WHERE random() < 0.1;
		UPDATE deal SET stage = pick('Closed Won', 'Closed Lost'), closed_at = now() - random() * interval '40 days' WHERE closed_at IS NULL AND random() < 0.3;
		UPDATE deal SET amount = amount + 1 WHERE random() < 0.05; DELETE FROM deal WHERE opportunity_id <> 'first' AND random() < 0.02");
	$run->('SELECT refresh_opportunities()');
	$run->("SELECT close_period('$_', daterange((now() - interval '30 days')::date - 10 * $_, (now() - interval '30 days')::date - 10 * $_ + 10))") for grep { $_ * 3 == $n } 1 .. 4;
	$run->("INSERT INTO frozen SELECT '$_', string_agg(p::text, E'\\n' ORDER BY p::text COLLATE \"C\") FROM closed_periods p WHERE period_name = '$_'") for grep { $_ * 3 == $n } 1 .. 4;
	# what is said now must be said again
	$run->("INSERT INTO answer SELECT a.at, (" . sprintf($whole, 'a.at') . ") FROM (SELECT clock_timestamp()) a(at)");
	is($run->("SELECT count(*) FROM answer WHERE rows IS DISTINCT FROM (" . sprintf($whole, 'as_of') . ")"), '0', "week $n: attribution of any past moment is what it was");
	is($run->(q{SELECT name FROM frozen f WHERE rows IS DISTINCT FROM (SELECT string_agg(p::text, E'\n' ORDER BY p::text COLLATE "C") FROM closed_periods p WHERE period_name = f.name)}), '',
		"week $n: closed periods do not change");
	is($run->(q{SELECT opportunity_id, kind, sum(credit), sum(credited_amount), max(amount) FROM attribution('[2000-01-01,2100-01-01)') WHERE kind <> 'none'
		GROUP BY 1, 2 HAVING sum(credit) <> 1 OR sum(credited_amount) <> max(amount)}), '', "week $n: shares add up");
	is($run->(q{SELECT account_id FROM partner_warm GROUP BY 1 HAVING count(*) > 1 UNION ALL
		SELECT account_id FROM partner_warm w WHERE is_partner_warm <> EXISTS (SELECT FROM matches m WHERE m.our_id = w.account_id AND m.segment LIKE '%-customer')
			OR partners IS DISTINCT FROM ARRAY(SELECT DISTINCT m.partner COLLATE "C" FROM matches m WHERE m.our_id = w.account_id ORDER BY 1)
			OR best_tier IS DISTINCT FROM (SELECT min(tier) FROM matches m WHERE m.our_id = w.account_id)}), '', "week $n: partner_warm agrees with the matches");
}
cmp_ok($run->('SELECT count(*) FROM put_off'), '>', 10, 'there was something put off');
cmp_ok($run->(q{SELECT count(*) FROM attribution('[2000-01-01,2100-01-01)') WHERE kind <> 'none'}), '>', 3, 'partners had a part in opportunities');
cmp_ok($run->('SELECT count(*) FROM (SELECT DISTINCT rows FROM answer) x'), '>', $weeks / 2, 'which changed from week to week');
cmp_ok($run->(q{SELECT count(*) FROM introductions WHERE state = 'done'}), '>', 0, 'introductions took place');
$node->stop;
done_testing();
