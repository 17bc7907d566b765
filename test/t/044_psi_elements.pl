# Row by row: what leaves in a session's files can be computed again in SQL, in parallel, as long as the session is open.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Psi;
use Test::More;

my $conf = "accountmatch.psi_min_keys = 1\nmax_parallel_workers = 4\nmax_worker_processes = 8\n";
my ($a, $dir_a) = key_node('a', conf => $conf);
my ($b, $dir_b) = key_node('b', conf => $conf);
agree($a, $b, 'deal', 'a and b');
make_lists($a, $b);

# blocks of values in a body, one for each kind
sub blocks
{
	my ($body, $len) = @_;
	my @out;
	for (1 .. 3)
	{
		my $n = unpack 'N', substr $body, 0, 4, '';
		push @out, [ map { unpack 'H*', $_ } unpack "(a$len)*", substr $body, 0, $n * $len, '' ];
	}
	return @out;
}

my ($session, undef, $offer) = step_of($a, "psi_offer('deal', 'accounts')");
like(error_of($a, "SELECT psi_blind('domain', 'siemens.com', '$session')"), qr/has no scalars before its offer is answered/, 'an offer has no scalars');
my (undef, undef, $second) = step_of($b, "psi_answer(:file, 'accounts')", $offer);
my (undef, undef, $third) = step_of($a, 'psi_finish(:file)', $second);
my (undef, undef, $fourth) = step_of($b, 'psi_finish(:file)', $third);
my (undef, undef, $fifth) = step_of($a, 'psi_finish(:file)', $fourth);

# points: those of the file are those of the keys, sorted
my @theirs = blocks(substr($second, 256 + 32), 64);
my @ours = blocks(substr($third, 256), 64);
my $keys = q{SELECT DISTINCT match_host(website) AS key FROM accounts WHERE match_host(website) IS NOT NULL};
is(join("\n", @{ $ours[1] }), $a->safe_psql('postgres', "SELECT psi_blind('domain', key, '$session') FROM ($keys) k ORDER BY 1"), 'the points of our hosts are what left');
is(join("\n", @{ $theirs[1] }), $b->safe_psql('postgres', "SELECT psi_blind('domain', key, '$session') FROM ($keys) k ORDER BY 1"), 'likewise on the other side');
is($ours[0][0], $a->safe_psql('postgres', "SELECT psi_blind('id', 'lei:506700GE1G29325QX363', '$session')"), 'and of our identifiers');
isnt($a->safe_psql('postgres', "SELECT psi_blind('name', 'siemens.com', '$session')"), $a->safe_psql('postgres', "SELECT psi_blind('domain', 'siemens.com', '$session')"), 'another kind, another point');

# evaluation commutes, and tags are those of the file
my $pa = $a->safe_psql('postgres', "SELECT psi_blind('domain', 'siemens.com', '$session')");
my $pb = $b->safe_psql('postgres', "SELECT psi_blind('domain', 'siemens.com', '$session')");
my $both = $a->safe_psql('postgres', "SELECT psi_evaluate('domain', '$pb', '$session')");
is($both, $b->safe_psql('postgres', "SELECT psi_evaluate('domain', '$pa', '$session')"), 'both orders give one point');
my @tags = blocks(substr($fifth, 256 + 32), 16);
my ($place) = grep { $theirs[1][$_] eq $pb } 0 .. $#{ $theirs[1] };
is($tags[1][$place], $a->safe_psql('postgres', "SELECT psi_tag_of('domain', '$both', '$session', 'opener')"), 'the tag that the opener said');
isnt($tags[1][$place], $a->safe_psql('postgres', "SELECT psi_tag_of('domain', '$both', '$session', 'answerer')"), 'is not that of the answerer');

# parallel workers, CREATE TABLE AS, COPY
$a->safe_psql('postgres', 'CREATE TABLE many AS SELECT i, i || \'.example.net\' AS key FROM generate_series(1, 3000) i; ANALYZE many');
my $parallel = 'SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET max_parallel_workers_per_gather = 2; ';
like($a->safe_psql('postgres', "${parallel}EXPLAIN (COSTS OFF) SELECT i, psi_blind('domain', key, '$session') FROM many"), qr/Gather/, 'a parallel plan');
like($a->safe_psql('postgres', "EXPLAIN (COSTS OFF) SELECT i, psi_blind('domain', i::text, '$session') FROM generate_series(1, 10) i"), qr/Function Scan/, 'and a plain one');
$a->safe_psql('postgres', "${parallel}CREATE TABLE points AS SELECT i, psi_blind('domain', key, '$session') AS p FROM many");
my $file = PostgreSQL::Test::Utils::tempdir() . '/points';
$a->safe_psql('postgres', "\\copy (SELECT i, psi_blind('domain', key, '$session') FROM many) TO '$file' (FORMAT binary)");
$a->safe_psql('postgres', 'CREATE TABLE points2 (LIKE points)');
$a->safe_psql('postgres', "\\copy points2 FROM '$file' (FORMAT binary)");
is($a->safe_psql('postgres', 'SELECT count(*), count(DISTINCT p) FROM points JOIN points2 USING (i, p)'), '3000|3000', 'both give the same points');

# rights: the function's, and the key's
$a->safe_psql('postgres', "CREATE ROLE mapper; GRANT EXECUTE ON FUNCTION psi_blind(text, text, text) TO mapper");
like(error_of($a, "SET ROLE mapper; SELECT psi_blind('domain', 'a.com', '$session')"), qr/session "$session" does not exist, or its key is another role's/, 'not for another role');
like(error_of($a, "SET ROLE mapper; SELECT psi_evaluate('domain', '$pb', '$session')"), qr/permission denied for function psi_evaluate/, 'EXECUTE is granted by name');
like(error_of($a, "SELECT psi_blind('domain', 'a.com', '$session') UNION ALL SELECT psi_blind('domain', 'a.com', '0000000000000000')"), qr/session "0000000000000000" does not exist/, 'no such session');

# the scalars go with the session
step_of($b, 'psi_finish(:file)', $fifth);
like(error_of($b, "SELECT psi_blind('domain', 'siemens.com', '$session')"), qr/the session is finished: its scalars are gone/, 'a finished session blinds nothing');
$a->safe_psql('postgres', "SELECT psi_close('$session')");
like(error_of($a, "SELECT psi_blind('domain', 'siemens.com', '$session')"), qr/does not exist/, 'nor does a closed one');

done_testing();
