# The demo shows what it promises, and can be run again.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('demo');
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
for my $run (1, 2)
{
	my ($out, $err) = run_command([ 'sh', 'test/demo/demo.sh' ]);
	is($err, '', "run $run: no error");
	like($out, qr/== 4\. .*== 5\. .*make psql.*make demo-stop/s, "run $run: to the end");
	like($out, qr/^ \Q$_\E/m, "run $run: the second week has $_") for 'reclassified │ theirs changed', 'changed      │ ours changed', 'lost         │ theirs removed',
	  'lost         │ theirs changed', 'new          │ theirs added';
	like($out, qr/^ a week ago │\s+(\d+) │.*\n now        │\s+(\d+) │/m, "run $run: and an as-of query");
	like($out, qr/== 6\. .*== 7\. .*^ Won together │ globex  │ influenced │ 1\.0000 │ 90000\.00 │/ms, "run $run: a Monday list and what finance asks");
	for my $only ('overlap\(\) finds and the join', 'the join by hand finds and')
	{
		my ($rows) = $out =~ /^Five pairs that $only.*\n.*\n.*\n((?:.*│.*\n)+)/m;
		is(scalar(my @rows = split /\n/, $rows // ''), 5, "run $run: five pairs that $only");
	}
}

# The lists are what their README says
my $readme = slurp_file('test/demo/README.md');
is($node->safe_psql('demo', 'SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM theirs), (SELECT count(*) FROM truth)'),
	join('|', map { s/,//r } $readme =~ /\| (?:the )?([\d,]+) (?:accounts|pairs)/g), 'rows, as in its README');
is( $node->safe_psql('demo', q{
	SELECT count(*) FROM truth LEFT JOIN ours ON ours.account_id = our_id LEFT JOIN theirs ON theirs.account_id = their_id
	WHERE ours.account_id IS NULL OR theirs.account_id IS NULL}), '1', 'the truth is about these lists, but for the account that went in the second week');

# overlap() is better than the joins by hand at both, and keeps its bars
my $score = q{
	SELECT count(truth)::numeric / count(*) > %s, count(truth)::numeric / (SELECT count(*) FROM truth) > %s
	FROM matches LEFT JOIN truth USING (our_id, their_id)};
is($node->safe_psql('demo', sprintf $score, 0.98, 0.93), 't|t', 'precision and recall');
is($node->safe_psql('demo', sprintf $score,
	map { "(SELECT count(t)::numeric / $_ FROM by_hand_and_name LEFT JOIN truth t USING (our_id, their_id))" }
	  'count(*)', '(SELECT count(*) FROM truth)'),
	't|t', 'and both are above the join by hand');

$node->stop;
done_testing();
