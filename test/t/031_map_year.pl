# Weeks in the life of three maps: each week the map equals an overlap computed
# afresh, the feed replays to it, and what was known in any week is known still.
#
#   MAP_WEEKS   how many weeks (6)
#   MAP_SEED    of the random part (the time)
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $weeks = $ENV{MAP_WEEKS} // 6;
my $seed = $ENV{MAP_SEED} // time;
my $node = new_cluster('year');
diag("random seed $seed: MAP_SEED=$seed repeats it");

# Small lists, of which a week changes much; and larger ones, of which it changes so little
# that only what the changes reach is matched
for my $part ([ 'fixed', 1, 160, 110, 1, 1 ], [ 'random', $seed, 160, 110, 1, 1 ], [ 'large', $seed + 1, 4000, 3000, 2, 0.02 ])
{
	my ($name, $part_seed, $companies, $accounts, $size, $share) = @$part;
	my $db = "year_$name";
	my $set = 'SET search_path = world, accountmatch; SET client_min_messages = warning;';
	my $run = sub { $node->safe_psql($db, $set . $_[0]) };
	my $random = 0;
	my $seeded = sub { $run->(sprintf 'SELECT setseed(%.9f);' . $_[0], sin($part_seed + ++$random)) };

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->safe_psql($db, 'CREATE EXTENSION accountmatch');
	$node->psql($db, slurp_file('test/map/year.sql'), on_error_die => 1);
	$seeded->("SELECT found_world($companies, $accounts, $size)");
	$run->("SELECT set_our_list('ours'); SELECT add_partner('p1', 'p1'); SELECT add_partner('p2', 'p2', \"similar\" => true);"
		. "SELECT add_partner('p3', 'p3', domain_cap => 1)");

	for my $week (1 .. $weeks)
	{
		if ($week > 1)
		{
			$seeded->('SELECT live_a_week(' . ($week % 3 == 0 ? 0.15 : 0.02) * $share . ')');
			$seeded->('SELECT correct_something() FROM generate_series(1, 2)') if $week % 2 == 0;
			# with rule similar everything is matched
			$seeded->('SELECT change_rules(' . ($name eq 'large' ? 0 : 0.6) . ')') if $week % 5 == 0;
		}
		$run->('CALL remap_all()');
		is($run->(q{SELECT string_agg(status, ',') FROM (SELECT DISTINCT ON (partner) status FROM runs ORDER BY partner, run_id DESC) r}),
			'done,done,done', "$name: week $week: mapped");
		for my $partner ('p1', 'p2', 'p3')
		{
			my $differences = $run->("SELECT * FROM differences('$partner') LIMIT 10");
			is($differences, '', "$name: week $week: $partner is as if computed afresh")
			  or BAIL_OUT("$name seed $part_seed week $week");
		}
		$seeded->('SELECT replay_some(7); SELECT replay_some(1 + (random() * 30)::int)');
		$run->('DO $$ BEGIN WHILE replay_some(50) > 0 LOOP END LOOP; END $$') if $week % 2 == 0 || $week == $weeks;
		is($run->('SELECT * FROM replay_differences() LIMIT 5'), '', "$name: week $week: the feed replays to it") if $week % 2 == 0 || $week == $weeks;
		$run->("SELECT take_snapshot($week)");
	}
	is($run->('SELECT * FROM snapshot_differences() LIMIT 5'), '', "$name: what was known in any week is known");
	cmp_ok($run->(q{SELECT count(*) FROM runs WHERE kind = 'changes' AND compared < 0.2 * (our_accounts + their_accounts)}), '>', 0,
		"$name: some runs matched only what was reached") if $name eq 'large';
	cmp_ok($run->(q{SELECT count(DISTINCT kind) FROM feed WHERE kind <> 'alert'}), '>=', 5, "$name: all kinds of events came");
	cmp_ok($run->(q{SELECT count(DISTINCT cause) FROM feed}), '>=', 5, "$name: and most causes");
	is($run->(q{SELECT count(*) FROM runs r WHERE kind = 'first'}), '3', "$name: three first maps");
	cmp_ok($run->(q{SELECT count(*) FROM matches}), '>', 50, "$name: there are matches");
}
$node->stop;
done_testing();
