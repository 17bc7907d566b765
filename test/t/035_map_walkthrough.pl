# The walk-through of the README runs as it stands, and shows what it says; with
# pg_cron it ends with a job.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('walkthrough');
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;

for my $cron (0, 1)
{
	if ($cron)
	{
		$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'with_cron'");
		$node->restart;
		$node->safe_psql('postgres', 'CREATE DATABASE with_cron TEMPLATE template0; DROP OWNED BY walkthrough_bi');
		$node->safe_psql('without_cron', 'DROP OWNED BY walkthrough_bi; DROP ROLE walkthrough_bi');
		$node->safe_psql('with_cron', 'CREATE EXTENSION pg_cron');
	}
	else { $node->safe_psql('postgres', 'CREATE DATABASE without_cron TEMPLATE template0') }
	my ($out, $err) = run_command([ 'psql', '-X', '-d', $cron ? 'with_cron' : 'without_cron', '-f', 'examples/walkthrough.sql' ]);
	my @errors = grep { /ERROR|FATAL/ } split /\n/, $err;
	if ($cron)
	{
		is(scalar @errors, 0, 'no error');
		like($err, qr/NOTICE:  job \d+ runs in the time zone GMT, next at \d{4}-\d\d-\d\d 06:00:00 GMT/, 'it says when the job runs');
		is($node->safe_psql('with_cron', 'SELECT schedule, command FROM cron.job'), '0 6 * * 1|CALL accountmatch.remap_all()', 'the job is there');
	}
	else
	{
		is(scalar @errors, 1, 'one error');
		like($err, qr/pg_cron is not installed.*Install pg_cron/s, 'which says what is missing');
	}
	like($out, qr/^ +938 \| \{.*"account_id": "account_id".*\}/m, 'the file was understood');
	like($out, qr/^ lost +\| /m, 'the preview shows the pair that goes');
	like($out, qr/\| lost +\| override +\|/, 'and the feed that it went');
	like($out, qr/\| reclassified \| ours changed +\| .*opportunity-customer +\| customer-customer/, 'and what the CRM changed');
	like($out, qr/^ +513$/m, 'what was known last week');
}
# the walk-through is in the README
like(slurp_file('README.md'), qr{\(examples/walkthrough\.sql\)}, 'the README leads to it');
$node->stop;
done_testing();
