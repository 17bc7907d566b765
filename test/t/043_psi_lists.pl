# Two real lists of about 35,000 accounts: between two clusters, and between a cluster and the partner's program, what is
# common is what overlap() finds by the same rule, row for row.
use strict;
use warnings;
use Blinding;
use Cwd 'abs_path';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Psi;
use Test::More;
use Time::HiRes 'time';

my $data = ($ENV{BENCH_DATA} // '') . '/lists';
plan skip_all => "needs the real lists in $data" if !-r "$data/partner_a.csv" || !-r "$data/partner_b.csv";
my $kit = ($ENV{WORK} // '') . '/accountmatch-psi';

my ($a, $dir_a) = key_node('a');
my ($b, $dir_b) = key_node('b');
agree($a, $b, 'deal', 'a and b');
my $columns = 'account_id text, name text, website text, country text, status text, owner text, industry text, amount numeric';
for ([ $a, 'accounts', 'partner_a' ], [ $b, 'accounts', 'partner_b' ], [ $a, 'theirs', 'partner_b' ])
{
	my ($node, $table, $file) = @$_;
	$node->safe_psql('postgres', "CREATE TABLE $table ($columns)");
	$node->safe_psql('postgres', "\\copy $table FROM '$data/$file.csv' (FORMAT csv, HEADER)");
}

# the domain rule, where it needs nothing but the host: not crowded in either list
my $expected = $a->safe_psql('postgres', "SELECT our_id, their_id FROM overlap('accounts', 'theirs', rules => '{domain}')
	WHERE why ~ '^Both have the domain [^ ]+\\.\$' ORDER BY 1, 2");
cmp_ok(scalar(split /\n/, $expected), '>', 10000, 'overlap() finds some');

# one step after the other, by files: a literal of megabytes is no way
sub step_by_file
{
	my ($node, $call, $from, $to) = @_;
	$call =~ s/:file/(SELECT decode(line, 'hex') FROM lines)/;
	$node->safe_psql('postgres', 'CREATE TEMP TABLE lines (line text); ' . (defined $from ? "COPY lines FROM '$from';" : '') .
		"COPY (SELECT encode(file, 'hex') FROM $call) TO '$to'");
}
my $work = abs_path(PostgreSQL::Test::Utils::tempdir());
my $terms = "'accounts', kinds => '{domain}', reveal => '{account_id,country}'";
my $start = time;
step_by_file($a, "psi_offer('deal', $terms)", undef, "$work/1");
step_by_file($b, "psi_answer(:file, $terms)", "$work/1", "$work/2");
step_by_file($_ % 2 ? $a : $b, 'psi_finish(:file)', "$work/" . ($_ - 1), "$work/$_") for 3 .. 9;
step_by_file($b, 'psi_finish(:file)', "$work/9", "$work/end");
note sprintf '%.1f s for a whole session', time - $start;
my $session = $a->safe_psql('postgres', 'SELECT session FROM psi_sessions()');
is($a->safe_psql('postgres', "SELECT our_id, their_id FROM psi_result('$session') WHERE rule = 'domain' ORDER BY 1, 2") eq $expected, 1, 'two clusters: the opener has the rows of overlap()');
is($b->safe_psql('postgres', "SELECT their_id, our_id FROM psi_result('$session') WHERE rule = 'domain' ORDER BY 1, 2") eq $expected, 1, 'so has the answerer');
is($a->safe_psql('postgres', "SELECT count(*) FROM psi_result('$session') r JOIN theirs t ON t.account_id = r.their_id
	WHERE r.their_country IS DISTINCT FROM t.country OR r.their_name IS NOT NULL OR r.their_owner IS NOT NULL"), 0, 'with their country and nothing else');

SKIP:
{
	skip 'needs the partner\'s program: make psi-kit', 4 if !-x $kit;
	my $home = "$work/home";
	my $run = sub { my ($out, $err); IPC::Run::run([ $kit, '--home', $home, @_ ], '<', \'', '>', \$out, '2>', \$err) or die "@_: $err"; return $out };
	my $hex = sub { my ($from, $to) = @_; my $content = slurp($from); chomp $content; spew($to, pack 'H*', $content) };
	my $his = $run->('public-key', 'acme');
	chomp $his;
	my $ours = $a->safe_psql('postgres', "SELECT public_key('kit')");
	$a->safe_psql('postgres', "SELECT agree_key('kit', 'a and the kit', '$his')");
	my ($code) = $run->('agree', 'acme', 'a and the kit', $ours) =~ /^your code +(\S+)$/m;
	$a->safe_psql('postgres', "SELECT confirm_key('kit', '$code')");
	$run->('confirm', 'acme', $a->safe_psql('postgres', "SELECT confirmation_code('kit')"));

	$start = time;
	step_by_file($a, "psi_offer('kit', $terms)", undef, "$work/k1");
	$hex->("$work/k1", "$work/k1.psi");
	$run->('answer', '--kinds', 'domain', '--reveal', 'account_id,country', '-o', "$work/k2.psi", "$work/k1.psi", "$data/partner_b.csv");
	for my $n (3, 5, 7, 9)
	{
		spew("$work/in", unpack 'H*', slurp("$work/k" . ($n - 1) . '.psi'));
		chmod 0644, "$work/in";
		step_by_file($a, 'psi_finish(:file)', "$work/in", "$work/k$n");
		$hex->("$work/k$n", "$work/k$n.psi");
		$run->('finish', '-o', "$work/k" . ($n + 1) . '.psi', "$work/k$n.psi");
	}
	note sprintf '%.1f s for a whole session with the program', time - $start;
	$session = $a->safe_psql('postgres', "SELECT session FROM psi_sessions() WHERE key LIKE 'kit/%'");
	is($a->safe_psql('postgres', "SELECT our_id, their_id FROM psi_result('$session') ORDER BY 1, 2") eq $expected, 1, 'a cluster and the program: the opener has the rows of overlap()');
	$a->safe_psql('postgres', 'CREATE TABLE kit (' . join(', ', map { "$_ text" } qw(rule match_key needs_review),
		map { my $side = $_; map { "${side}_$_" } qw(account_id name website country status owner amount currency industry region) } qw(our their)) . ')');
	$a->safe_psql('postgres', "\\copy kit FROM '$home/$session-common.csv' (FORMAT csv, HEADER)");
	is($a->safe_psql('postgres', "SELECT their_account_id, our_account_id FROM kit ORDER BY 1, 2") eq $expected, 1, 'so has the program\'s CSV file');
}

done_testing();
