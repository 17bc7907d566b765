# The script of the weekly motion runs as it stands, and shows what it says.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('monday');
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my ($out, $err) = run_command([ 'psql', '-X', '-d', 'postgres', '-f', 'examples/monday.sql' ]);
is(join("\n", grep { /ERROR|FATAL/ } split /\n/, $err), '', 'no error');
like($out, qr/^ intent \| +20 \| +[1-9]/m, 'signals fell on accounts');
my ($sellers, $accounts, $longest) = $out =~ /^ sellers \| accounts \| longest \n.*\n +(\d+) \| +(\d+) \| +(\d+)$/m;
cmp_ok($sellers, '>', 5, 'there are sellers');
cmp_ok($longest, '<=', 20, 'nobody has more than he can do');
like($out, qr/^ +1 \| .* \| globex +\| .* \| Ask the partner for an introduction/m, 'the list begins with what to act on now');
like($out, qr/your accounts for the week of/, 'a digest');
like($out, qr/^ +# .*\n? /m, 'a brief');
like($out, qr/joint workshop/, 'with its plan');
like($out, qr/^ working \| dismissed \n.*\n +1 \| +0$/m, 'what was dismissed is not on the next list, what is worked on is');
like($out, qr/^ The first +\| globex +\| influenced \| +1\.0000 \| +50000\.00 \| USD +\| +[12] \| /m, 'the partner had his part in what was won');
like($out, qr/^ USD +\| t +\| +50000 \| +1\.000$/m, 'which is in the pipeline');
like($out, qr/^ globex +\| +\d+ \| +\d+ \| +\d+ \| +[1-9]/m, 'the motion is alive');
is($node->safe_psql('postgres', q{SELECT count(*) FROM (SELECT w.owner, w.week FROM accountmatch.weekly_list w JOIN accountmatch.sellers s USING (owner)
	GROUP BY w.owner, w.week, s.capacity HAVING count(*) > s.capacity) x}), 0, 'no list is longer than its seller can do');
like(slurp_file('README.md'), qr{\(examples/monday\.sql\)}, 'the README leads to it');
$node->stop;
done_testing();
