# A cancel is answered in every phase of an overlap: after each stage that the
# engine reports, the next one is cancelled.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);
use Acm;

my $node = new_cluster('phases', <<'CONF');
max_parallel_workers_per_gather = 0
fsync = off
CONF

# Names and domains that keep each rule busy
$node->safe_psql('postgres', q{
	CREATE EXTENSION accountmatch;
	SELECT setseed(.3);
	CREATE TABLE ours AS SELECT i AS account_id, (ARRAY['Velt', 'Quan', 'Dral', 'Zorb', 'Tymb', 'Ofka'])[1 + i % 6] || md5((i / 3)::text) || ' ' || left(md5((i / 7)::text), 6) || ' ' || i / 2 AS name,
		CASE WHEN i % 2 = 0 THEN 'www.host' || i / 2 || '.com' END AS website
		FROM generate_series(1, 200000) i;
	CREATE TABLE theirs AS SELECT account_id, CASE WHEN random() < .4 THEN overlay(name PLACING 'e' FROM 8 FOR 1) ELSE name END AS name,
		CASE WHEN random() < .5 THEN website END AS website FROM ours;
});

my @stages = ('(start)', 'read ours', 'read theirs', 'number keys', 'match by id, domain, email', 'match by name', 'match nearly', 'find companies');

# Start the call, wait for the stage to be reported, cancel; how long it took to end, in milliseconds, and its last words
sub cancel_after
{
	my ($stage, $memory) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-c',
			"SET work_mem = '$memory'; SET client_min_messages = log; SET accountmatch.log_stages = on; SET application_name = 'victim'", '-c',
			q{SELECT count(*), min(why) FROM accountmatch.overlap('ours', 'theirs', similar => true)} ],
		'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	if ($stage eq '(start)')
	{
		$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%overlap%' AND state = 'active'});
	}
	else
	{
		$run->pump until $err =~ /accountmatch: \Q$stage\E:/;
	}
	my $before = time;
	$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'});
	# the call to cancel takes its time, too
	my $sent = time;
	$run->finish;
	return (1000 * (time - $sent), $err);
}

my @took;
for ((map { [ $_, '256MB' ] } @stages), (map { [ $_, '1MB' ] } 'read ours', 'number keys', 'match by name'))
{
	my ($stage, $memory) = @$_;
	my ($ms, $said) = cancel_after($stage, $memory);
	like($said, qr/ERROR:  canceling statement due to user request/, "cancelled after $stage, work_mem $memory");
	push @took, $ms if $said =~ /canceling/;
	note sprintf '%.0f ms', $ms;
}
@took = sort { $a <=> $b } @took;
# the machine may be busy: most of them at once, none of them long after
cmp_ok($took[@took / 2], '<', 100, "most within 100 ms: $took[@took / 2]");
cmp_ok($took[-1], '<', 2000, "all promptly: at most $took[-1] ms");
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), '0', 'no temporary file is left');

$node->stop;
done_testing();
