# A partner without PostgreSQL: he agrees on a key, looks at the offer, answers it from a CSV file and gets his result, all with
# one program and without a network.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Psi;
use Test::More;

my $kit = ($ENV{WORK} // '') . '/accountmatch-psi';
plan skip_all => "needs the partner's program: make psi-kit" if !-x $kit;

my ($a, $dir_a) = key_node('a', conf => "accountmatch.psi_min_keys = 1\n");

my $home = PostgreSQL::Test::Utils::tempdir() . '/home';
my $work = PostgreSQL::Test::Utils::tempdir();

# Run the program; gives its exit status, output and errors
sub kit
{
	my (@args) = @_;
	IPC::Run::run([ $kit, '--home', $home, @args ], '<', \'', '>', \my $out, '2>', \my $err);
	return ($? >> 8, $out, $err);
}
sub kit_ok { my (@args) = @_; my ($status, $out, $err) = kit(@args); is($status, 0, "accountmatch-psi @args[0 .. 1]") or diag $err; return $out }
sub kit_fails { my ($text, @args) = @_; my ($status, $out, $err) = kit(@args); isnt($status, 0, "accountmatch-psi $args[0] fails"); like($err, qr/$text/, 'and says why') }

# the agreement
my $his = kit_ok('public-key', 'acme');
chomp $his;
like($his, qr/^0[23][0-9a-f]{64}$/, 'a public key');
is(kit_ok('public-key', 'acme'), "$his\n", 'the same once more');
my $ours = $a->safe_psql('postgres', "SELECT public_key('globex')");
$a->safe_psql('postgres', "SELECT agree_key('globex', 'acme and globex', '$his')");
my $told = kit_ok('agree', 'acme', 'acme and globex', $ours);
my ($his_code) = $told =~ /^your code +(\S+)$/m;
my ($digits) = $told =~ /^fingerprint +(.*)$/m;
is($digits, $a->safe_psql('postgres', "SELECT key_fingerprint('globex')"), 'both have the same fingerprint');

$a->safe_psql('postgres', 'CREATE TABLE accounts (account_id text, name text, website text, lei text, status text, owner text)');
$a->safe_psql('postgres', "INSERT INTO accounts VALUES ('a1', 'Siemens AG', 'https://www.siemens.com', NULL, 'Customer', 'ann'),
	('a2', 'Contoso, \"Ltd\"', 'contoso.com', NULL, 'Prospect', '=ann'), ('a4', 'GLEIF', NULL, '506700GE1G29325QX363', NULL, 'bob'),
	('a5', 'Kansas Survey', 'http://kgs.ku.edu', NULL, 'SecretStatusOfA5', 'secret-owner-a5')");
$a->safe_psql('postgres', "SELECT confirm_key('globex', '$his_code')");

# the offer, before he has confirmed
my ($session, undef, $offer) = step_of($a, "psi_offer('globex', 'accounts', reveal => '{account_id,name,owner}')");
spew("$work/offer", $offer);
spew("$work/list.csv", "\xef\xbb\xbfRecord ID;Company name;Company Domain Name;LEI Code;Lifecycle Stage;Company owner;Ignored\r\n" .
	"b1;SIEMENS;info\@siemens.com;;Closed Won;zoe;x\r\n" .
	"b2;Fabrikam;fabrikam.com;;SecretStatusOfB2;secret-owner-b2;x\r\n" .
	"b4;\"Gleif; \"\"the\"\" Foundation\";;506700ge1g29325qx363;;zoe;x\r\n" .
	"b7;Contoso;shop.contoso.com/index.html;;Opportunity;yan;\"two\r\nlines\"\r\n\r\n");
my @reveal = ('--reveal', 'account_id,name,owner', '--min-keys', '1');
kit_fails('not confirmed yet', 'answer', @reveal, "$work/offer", "$work/list.csv");
kit_fails('your own code', 'confirm', 'acme', $his_code);
kit_fails('does not confirm', 'confirm', 'acme', '0' x 32);
like(kit_ok('confirm', 'acme', $a->safe_psql('postgres', "SELECT confirmation_code('globex')")), qr/^confirmed/, 'confirmed');
kit_fails('agreed on already under the label "acme and globex"', 'agree', 'acme', 'another label', $ours);
like(kit_ok('inspect', "$work/offer"), qr/labelled "acme and globex".*tells the other: account_id, name, owner\./s, 'inspect tells the terms');
kit_fails('attributes to reveal other than those that we accept', 'answer', '--min-keys', 1, "$work/offer", "$work/list.csv");
kit_fails('at least 10 are required', 'answer', '--reveal', 'account_id,name,owner', "$work/offer", "$work/list.csv");
spew("$work/latin", "name\nB\xfccher\n");
kit_fails('not in UTF-8', 'answer', @reveal, "$work/offer", "$work/latin");
spew("$work/nothing", "a,b\n1,2\n");
kit_fails('no column that is known', 'answer', @reveal, "$work/offer", "$work/nothing");

# the session
my $out = kit_ok('answer', @reveal, '-o', "$work/2", "$work/offer", "$work/list.csv");
like($out, qr/^keys of kind domain: 3 of yours, 3 of theirs$/m, 'how many keys');
kit_fails('answered before', 'answer', @reveal, "$work/offer", "$work/list.csv");
like(kit_ok('sessions'), qr/^$session$/m, 'an open session');
my $file = slurp("$work/2");
for my $n (3, 5, 7, 9)
{
	my (undef, $step, $next, $finished) = step_of($a, 'psi_finish(:file)', $file);
	is($step, $n, "the server's file $n");
	spew("$work/$n", $next);
	$out = kit_ok('finish', '--min-keys', 1, '-o', "$work/" . ($n + 1), "$work/$n");
	$file = slurp("$work/" . ($n + 1)) if $n < 9;
}
like($out, qr/^the session is finished$/m, 'finished');
kit_fails('no open session', 'finish', "$work/9");
is(join(' ', grep { /open|tmp/ } key_files($home)), '', 'its seed is gone');

# what both got
is(result_of($a, $session, 'rule, our_id, their_id, their_name, their_owner, their_status'), join("\n",
	'domain|a1|b1|SIEMENS|zoe|', 'domain|a2|b7|Contoso|yan|', 'id|a4|b4|Gleif; "the" Foundation|zoe|',
	'name|a1|b1|SIEMENS|zoe|', 'name|a2|b7|Contoso|yan|'), 'what the server got');
my $csv = slurp("$home/$session-common.csv");
like($csv, qr/^rule,match_key,needs_review,our_account_id,our_name,/, 'a CSV file');
like($csv, qr/^"domain","contoso\.com",false,"b7","Contoso","shop\.contoso\.com\/index\.html","","Opportunity","yan","","","","","a2","Contoso, ""Ltd""","","","","'=ann",/m,
	'with his columns and what was revealed of ours; a value that a spreadsheet would run is not one any more');
is(scalar(() = $csv =~ /\r\n/g), 6, 'a row for each pair');
unlike($csv, qr/a5|secret/i, 'and of nothing else');

# what crossed tells nothing of other accounts
unlike(join('', map { slurp("$work/$_") } 2 .. 9), qr/siemens|contoso|fabrikam|secret|gleif/i, 'nothing crossed in the clear');

# no network: the program makes no socket
SKIP:
{
	skip 'needs strace', 1 if system('strace -V > /dev/null 2>&1') != 0;
	system("strace -f -e trace=network -o $work/trace $kit --home $home inspect $work/3 > /dev/null");
	unlike(slurp("$work/trace"), qr/socket|connect/, 'no socket');
}

# its home
chmod 0755, $home;
kit_fails('has to be yours alone', 'sessions');

done_testing();
