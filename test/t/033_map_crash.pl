# Killed at random points, in re-maps, imports and feed reads, a backend or the
# whole server: afterwards nothing is there by halves, locks are given back, and
# the next run completes.
#
#   MAP_KILLS   how many times (8)
#   MAP_SEED    of the random part (the time)
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use Acm;

my $kills = $ENV{MAP_KILLS} // 8;
my $seed = $ENV{MAP_SEED} // time;
diag("random seed $seed: MAP_SEED=$seed repeats it, but for the clock");
srand $seed;

my $node = new_cluster('crash', "restart_after_crash = on\nautovacuum = off");
my $db = 'postgres';
my $set = 'SET search_path = world, accountmatch; SET client_min_messages = warning;';
my $run = sub { $node->safe_psql($db, $set . $_[0]) };
my $n = 0;
my $seeded = sub { $run->(sprintf 'SELECT setseed(%.9f);' . $_[0], sin($seed + ++$n)) };

$node->safe_psql($db, 'CREATE EXTENSION accountmatch');
$node->psql($db, slurp_file('test/map/year.sql'), on_error_die => 1);
$seeded->('SELECT found_world(400, 300)');
$run->(q{SELECT set_our_list('ours'); SELECT add_partner('p1', 'p1'); SELECT add_partner('p2', 'p2', "similar" => true); SELECT add_partner('p3')});
# the third partner's list comes as a file
$run->(q{CREATE FUNCTION p3_file() RETURNS text LANGUAGE sql AS $$
	SELECT E'id,name,website,country,status\n' || string_agg(format('%s,"%s",%s,%s,%s', account_id, name, website, country, status), E'\n') FROM p3 $$;
	SELECT import_csv('p3', p3_file())});
$run->('CALL remap_all()');

my %work = (
	remap => 'CALL remap_all();',
	full => 'CALL remap_all("full" => true);',
	one => q{SELECT remap_all_now();},
	import => q{SELECT import_csv('p3', p3_file(), force => true); CALL remap('p3');},
	feed => q{SELECT replay_some(20) FROM generate_series(1, 20);});

for my $kill (1 .. $kills)
{
	my $what = (sort keys %work)[rand keys %work];
	my $server = rand() < 0.4;
	my ($in, $out, $err) = ("$set SELECT 'backend ' || pg_backend_pid();\n$work{$what}\n$work{$what}\n", '', '');

	$seeded->('SELECT live_a_week(0.05)');
	$seeded->('SELECT correct_something()') if rand() < 0.3;
	my $psql = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr($db) ], '<', \$in, '>', \$out, '2>', \$err);
	IPC::Run::pump($psql) until $out =~ /backend (\d+)/;
	my $pid = $1;
	usleep(rand 300_000);
	if ($server) { $node->kill9 }
	else { kill 9, $pid }
	eval { IPC::Run::finish($psql) };

	if ($server)
	{
		# no orphan may be left when a new postmaster starts
		kill 9, $pid;
		usleep(100_000) while kill 0, $pid;
		usleep(500_000);
		$node->start;
	}
	$node->poll_query_until($db, 'SELECT true') or BAIL_OUT('the server does not answer');
	my $name = "kill $kill, " . ($server ? 'server' : 'backend') . " in $what";

	is($run->(q{SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND database <> 0}), '0', "$name: locks are given back");
	is($run->(q{SELECT count(*) FROM runs r WHERE status = 'done' AND matches <> (SELECT count(*) FROM matches_as_of(r.partner, r.finished_at))}), '0',
		"$name: every run is whole");
	$run->('DO $$ BEGIN WHILE replay_some(100) > 0 LOOP END LOOP; END $$');
	is($run->('SELECT * FROM replay_differences() LIMIT 3'), '', "$name: the feed replays to what is there");
	$run->(q{SELECT import_csv('p3', p3_file(), force => true)});
	$run->('CALL remap_all()');
	is($run->(q{SELECT string_agg(status, ',') FROM (SELECT DISTINCT ON (partner) status FROM runs ORDER BY partner, run_id DESC) r}),
		'done,done,done', "$name: the next run completes");
	is($run->(q{SELECT d FROM unnest('{p1,p2}'::text[]) p, differences(p) d LIMIT 3}), '', "$name: and is right");
}
is($run->(q{SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname ~ '^accountmatch'}), '0', 'no temporary tables are left');
$node->stop;
done_testing();
