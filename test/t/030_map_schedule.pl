# schedule_remap says what is missing, makes jobs that fire, and tells when; also
# from the database where pg_cron lives.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

# When a schedule comes next, against what crontab(5) says of it
my $node = new_cluster('schedule');
$node->safe_psql('postgres', 'CREATE EXTENSION accountmatch');
for (
	# 2026-11-23 is a Monday
	[ '0 6 * * 1',      '2026-11-23 05:59:59', '2026-11-23 06:00' ],
	[ '0 6 * * 1',      '2026-11-23 06:00',    '2026-11-30 06:00' ],
	[ '0 6 * * mon',    '2026-11-24 00:00',    '2026-11-30 06:00' ],
	[ '*/15 * * * *',   '2026-11-23 10:07',    '2026-11-23 10:15' ],
	[ '5-20/5 9 * * *', '2026-11-23 09:11',    '2026-11-23 09:15' ],
	[ '30 8,17 * * *',  '2026-11-23 09:00',    '2026-11-23 17:30' ],
	[ '0 0 29 2 *',     '2026-11-23 00:00',    '2028-02-29 00:00' ],
	[ '0 0 31 4 *',     '2026-11-23 00:00',    '' ],
	# either of two restricted days: the 1st, or a Friday
	[ '0 0 1 * 5',      '2026-11-23 00:00',    '2026-11-27 00:00' ],
	[ '0 0 1 * 5',      '2026-11-28 00:00',    '2026-12-01 00:00' ],
	[ '0 12 * * 7',     '2026-11-23 00:00',    '2026-11-29 12:00' ],
	[ '0 3 * jan *',    '2026-11-23 00:00',    '2027-01-01 03:00' ],
	[ '@daily',         '2026-11-23 00:00',    '2026-11-24 00:00' ],
	[ '@monthly',       '2026-11-23 00:00',    '2026-12-01 00:00' ])
{
	my ($schedule, $after, $next) = @$_;
	is($node->safe_psql('postgres', "SELECT to_char(accountmatch.next_run('$schedule', '$after+00') AT TIME ZONE 'GMT', 'YYYY-MM-DD HH24:MI')"),
		$next, "$schedule after $after");
}
is($node->safe_psql('postgres', q{SELECT accountmatch.next_run('0 6 * * *', '2026-11-23 00:00+00', 'Europe/Berlin') AT TIME ZONE 'GMT'}),
	'2026-11-23 05:00:00', 'in another time zone');
for my $bad ('', 'weekly', '0 6 * *', '60 * * * *', '* * * * 8', '*/0 * * * *', '5-1 * * * *', '0 6 * * funday')
{
	fails_with($node, 'postgres', "SELECT accountmatch.schedule_remap('$bad')", '22023', "\"$bad\" is no schedule", 'Write minute', "schedule \"$bad\"");
}

# Without pg_cron: what to install and set
fails_with($node, 'postgres', q{SELECT accountmatch.schedule_remap('0 6 * * 1')}, '55000',
	'pg_cron is not installed in this database', 'Install pg_cron (Debian: postgresql-', 'without pg_cron');

# With it
$node->append_conf('postgresql.conf', qq{
	shared_preload_libraries = 'pg_cron'
	cron.database_name = 'postgres'
	cron.host = '@{[ $node->host ]}'});
$node->restart;
fails_with($node, 'postgres', q{SELECT accountmatch.schedule_remap('0 6 * * 1')}, '55000',
	'pg_cron is not installed in this database', 'Run CREATE EXTENSION pg_cron', 'without the extension');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
$node->safe_psql('postgres', 'CREATE DATABASE sales');

# Lists in two databases
for my $db ('postgres', 'sales')
{
	$node->safe_psql($db, q{
		CREATE EXTENSION IF NOT EXISTS accountmatch;
		CREATE TABLE ours (account_id int, name text, website text);
		CREATE TABLE theirs (account_id int, name text, website text);
		INSERT INTO ours VALUES (1, 'Acme', 'acme.com');
		INSERT INTO theirs VALUES (7, 'Acme', 'acme.com');
		SELECT accountmatch.set_our_list('ours');
		SELECT accountmatch.add_partner('globex', 'theirs');});
}
# what the hint of the other database says can be pasted
my $stderr = fails_with($node, 'sales', q{SELECT accountmatch.schedule_remap('* * * * *')}, '55000',
	'pg_cron lives in the database "postgres", not in this one', 'There, run SELECT cron.schedule_in_database', 'from another database');
my ($paste) = $stderr =~ /There, run (SELECT cron\.schedule_in_database\(.*\))\./;
like($node->safe_psql('postgres', $paste), qr/^\d+$/, 'the hint can be pasted');
is($node->safe_psql('postgres', q{SELECT database, command FROM cron.job}), 'sales|CALL accountmatch.remap_all()', 'and makes the job');
is($node->safe_psql('postgres', q{SELECT accountmatch.unschedule_remap(database => 'sales')}), 't', 'which is taken back');

fails_with($node, 'postgres', q{SELECT accountmatch.schedule_remap('* * * * *', 'nobody')}, '42704', 'there is no partner or map "nobody"', undef, 'nobody');
my ($rc, $out, $err) = $node->psql('postgres', q{SELECT accountmatch.schedule_remap('* * * * *', 'globex')});
is($rc, 0, 'a job here');
like($err, qr/NOTICE:  job \d+ runs in the time zone GMT, next at \d{4}-\d\d-\d\d \d\d:\d\d:00 GMT/, 'it says when');
$node->safe_psql('postgres', q{SELECT accountmatch.schedule_remap('* * * * *', database => 'sales')});
is($node->safe_psql('postgres', q{SELECT count(*) FROM cron.job}), '2', 'two jobs');
$node->safe_psql('postgres', q{SELECT accountmatch.schedule_remap('* * * * *', 'globex')});
is($node->safe_psql('postgres', q{SELECT count(*) FROM cron.job}), '2', 'again is no third');

# They fire: within the next full minute, and the map is there
for my $db ('postgres', 'sales')
{
	ok($node->poll_query_until($db, q{SELECT count(*) > 0 FROM accountmatch.runs WHERE status = 'done'}), "$db: the job fired");
	is($node->safe_psql($db, 'SELECT partner, our_id, their_id FROM accountmatch.matches'), 'globex|1|7', "$db: and mapped");
}
ok($node->poll_query_until('postgres', q{SELECT bool_and(status = 'succeeded') AND count(*) >= 2 FROM cron.job_run_details WHERE end_time IS NOT NULL}),
	'pg_cron says that they succeeded');
is($node->safe_psql('postgres', q{SELECT accountmatch.unschedule_remap('globex'), accountmatch.unschedule_remap('globex')}), 't|f', 'taken back once');

$node->stop;
done_testing();
