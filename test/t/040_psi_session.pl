# Private set intersection between two clusters, over short lists: every mode, what each side gets, what is left.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Psi;
use Test::More;

my $conf = "accountmatch.psi_min_keys = 1\n";
my ($a, $dir_a) = key_node('a', conf => $conf);
my ($b, $dir_b) = key_node('b', conf => $conf);
agree($a, $b, 'deal', 'a and b');
make_lists($a, $b);

# with reveal: by hand from the two lists
my $terms = "'accounts', reveal => '{account_id,name,status}'";
my ($session, @files) = run_session($a, $b, "'deal', $terms", $terms);
is(scalar @files, 10, 'nine files');
my $columns = 'rule, our_id, their_id, our_name, their_name, their_status, segment, tier, needs_review, match_key, their_owner, their_website';
is(result_of($a, $session, $columns), join("\n",
	'domain|a1|b1|Siemens AG|SIEMENS|customer|customer-customer|4|f|siemens.com||',
	'domain|a2|b7|Contoso Ltd|Contoso|opportunity|prospect-opportunity|3|f|contoso.com||',
	'domain|a6|b6|Bücher GmbH|Buecher|customer|opportunity-customer|1|f|xn--bcher-kva.de||',
	'domain|a8|b1|Siemens Erlangen|SIEMENS|customer|customer-customer|4|f|siemens.com||',
	'id|a4|b4|GLEIF|Gleif Foundation|prospect|unknown-prospect||f|lei:506700GE1G29325QX363||',
	'name|a1|b1|Siemens AG|SIEMENS|customer|customer-customer|4|t|siemens||',
	'name|a2|b7|Contoso Ltd|Contoso|opportunity|prospect-opportunity|3|t|contoso||'), 'what the opener gets');
is(result_of($b, $session, 'rule, our_id, their_id, their_status, their_accounts'), join("\n",
	'domain|b1|a1|customer|2', 'domain|b1|a8|customer|2', 'domain|b6|a6|opportunity|1', 'domain|b7|a2|prospect|1',
	'id|b4|a4||1', 'name|b1|a1|customer|1', 'name|b7|a2|prospect|1'), 'what the answerer gets');
is($a->safe_psql('postgres', "SELECT role, state, next_file, mode, kinds, reveal, our_keys, their_keys, common_keys, sessions_left FROM psi_sessions()"),
	'opener|finished||both|{id,domain,name}|{account_id,name,status}|12|13|6|99', 'psi_sessions');

# what crossed tells nothing of other accounts, in the clear or by what repeats
my $all = join '', @files[1 .. 9];
unlike($all, qr/siemens|contoso|fabrikam|ku\.edu|506700|secret|gmail|GLEIF/i, 'no key, status or owner in the clear');
is(length $files[8], 256 + 3 * 4 + 6 * 16 + 3 * 4 + 6 * (512 + 16), 'payloads are as many as common keys, all of one length');
my ($again, @other) = run_session($a, $b, "'deal', $terms", $terms);
my %seen;
my $repeated = 0;
for my $n (2 .. 9)
{
	$seen{$_}++ for unpack('(a16)*', substr($files[$n], 256 + ($n == 2 || $n == 5 || $n == 6 ? 32 : 0) + ($n == 4 ? 0 : 4)));
}
for my $n (2 .. 9)
{
	$repeated += exists $seen{$_} ? 1 : 0 for unpack('(a16)*', substr($other[$n], 256 + ($n == 2 || $n == 5 || $n == 6 ? 32 : 0) + ($n == 4 ? 0 : 4)));
}
is($repeated, 0, 'two sessions over the same lists share no value');

# the rows that come out are those of overlap() by the same rules
$a->safe_psql('postgres', 'CREATE TABLE theirs (LIKE accounts)');
my $copy = PostgreSQL::Test::Utils::tempdir() . '/theirs';
$b->safe_psql('postgres', "\\copy accounts TO '$copy'");
$a->safe_psql('postgres', "\\copy theirs FROM '$copy'");
is($a->safe_psql('postgres', "SELECT DISTINCT our_id, their_id FROM psi_result('$session') WHERE rule IN ('id', 'domain') ORDER BY 1, 2"),
	$a->safe_psql('postgres', "SELECT our_id, their_id FROM overlap('accounts', 'theirs', rules => '{id,domain,email}') ORDER BY 1, 2"),
	'as overlap() has them');

# every file can be looked at, and its words tell nothing of an account
for my $n (1 .. 9)
{
	my $told = $b->safe_psql('postgres', "SELECT string_agg(psi_inspect, E'\\n') FROM psi_inspect('\\x" . unpack('H*', $files[$n]) . "')");
	like($told, qr/^File $n of a private set intersection by accountmatch: .*Whether it is genuine shows/s, "psi_inspect of file $n");
	unlike($told, qr/siemens|contoso|secret-|SecretStatus|ku\.edu/i, 'names nobody');
}

# other modes
for my $mode ('opener', 'answerer', 'count')
{
	my $terms = "'accounts', mode => '$mode'";
	my ($s, @f) = run_session($a, $b, "'deal', $terms", $terms);
	is(scalar @f, 7, "$mode: six files");
	my %common = map { my $node = $_; $node->name => $node->safe_psql('postgres', "SELECT common_keys FROM psi_sessions() WHERE session = '$s'") } $a, $b;
	is($common{a}, $mode eq 'answerer' ? '' : 6, "$mode: what the opener learns");
	is($common{b}, $mode eq 'opener' ? '' : 6, "$mode: what the answerer learns");
	is($a->safe_psql('postgres', "SELECT count(*) FROM psi_result('$s')"), $mode eq 'opener' ? 7 : 0, "$mode: rows of the opener");
	is($b->safe_psql('postgres', "SELECT count(*) FROM psi_result('$s')"), $mode eq 'answerer' ? 6 : 0, "$mode: rows of the answerer");
	$_->safe_psql('postgres', "SELECT psi_close('$s')") for $a, $b;
}

# terms have to be said alike on both sides
my (undef, undef, $offer) = step_of($a, "psi_offer('deal', 'accounts', reveal => '{owner}')");
refused($b, "psi_answer(:file, 'accounts')", $offer, 22023, 'attributes to reveal other than those that we accept', 'terms not accepted');
like($b->safe_psql('postgres', "SELECT string_agg(psi_inspect, E'\\n') FROM psi_inspect('\\x" . unpack('H*', $offer) . "')"),
	qr/labelled "a and b".*holds nothing of any account.*brings 4 keys of kind domain.*Both sides learn.*tells the other: owner\./s, 'psi_inspect tells the terms');

# what is left: seeds go with the session
my @left = grep { /\.psi/ } key_files($dir_a);
is(scalar(grep { /\.psi$/ } @left), 3, 'open and finished sessions are files');
is(scalar(grep { ((stat "$dir_a/$_")[2] & 07777) != 0600 } @left), 0, 'of mode 0600');
$a->safe_psql('postgres', 'SELECT psi_close(session) FROM psi_sessions()');
is(join(' ', grep { /\.psi/ } key_files($dir_a)), (grep { /psi-ledger/ } @left)[0], 'closed, only the ledger is left');
is($a->safe_psql('postgres', 'SELECT count(*) FROM psi_sessions()'), 0, 'and no session');
like(error_of($a, "SELECT * FROM psi_result('$session')"), qr/does not exist/, 'nor its result');

# a role of its own: its key, its list, the functions that it was granted
for ([ $a, 'ours' ], [ $b, 'theirs' ])
{
	my ($node) = @$_;
	$node->safe_psql('postgres', "CREATE ROLE mapping; GRANT SELECT ON accounts TO mapping; GRANT EXECUTE ON FUNCTION
		psi_offer(text, regclass, text[], text, text[], integer, integer, integer, jsonb),
		psi_answer(bytea, regclass, text[], text, text[], integer, integer, integer, jsonb),
		psi_finish(bytea), psi_result(text), psi_sessions(), psi_close(text) TO mapping");
}
my ($pa, $pb) = map { $_->safe_psql('postgres', "SELECT public_key('role', role => 'mapping')") } $a, $b;
$a->safe_psql('postgres', "SELECT agree_key('role', 'for a role', '$pb')");
$b->safe_psql('postgres', "SELECT agree_key('role', 'for a role', '$pa')");
my ($ca, $cb) = map { $_->safe_psql('postgres', "SELECT confirmation_code('role')") } $a, $b;
$a->safe_psql('postgres', "SELECT confirm_key('role', '$cb')");
$b->safe_psql('postgres', "SELECT confirm_key('role', '$ca')");
my %as = (before => 'SET ROLE mapping;');
my ($by_role, $step, $next, $done) = step_of($a, "psi_offer('role', 'accounts', kinds => '{domain}')", undef, %as);
(undef, undef, $next) = step_of($b, "psi_answer(:file, 'accounts', kinds => '{domain}')", $next, %as);
for my $n (3 .. 6)
{
	(undef, undef, $next) = step_of($n % 2 ? $a : $b, 'psi_finish(:file)', $next, %as);
}
is((step_of($a, 'psi_finish(:file)', $next, %as))[3], 't', 'a session of a role that is no superuser');
is($a->safe_psql('postgres', "SET ROLE mapping; SELECT string_agg(our_id, ' ' ORDER BY our_id) FROM psi_result('$by_role')"), 'a1 a2 a6 a8', 'has its result');
$a->safe_psql('postgres', "CREATE TABLE hidden (account_id text, website text)");
like(error_of($a, "SET ROLE mapping; SELECT psi_offer('role', 'hidden')"), qr/permission denied for table hidden/, 'lists are read with the rights of the caller');

# nobody else
$b->safe_psql('postgres', 'CREATE ROLE other; CREATE ROLE mapper; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO mapper');
like(error_of($b, "SET ROLE other; SELECT psi_offer('deal', 'accounts')"), qr/permission denied for function psi_offer/, 'EXECUTE is granted by name');
is($b->safe_psql('postgres', 'SET ROLE mapper; SELECT count(*) FROM psi_sessions()'), 0, 'sessions of keys of other roles are not seen');
like(error_of($b, "SET ROLE mapper; SELECT psi_close('$session')"), qr/does not exist, or its key is another role's/, 'nor closed');
like(error_of($b, "SET ROLE mapper; SELECT psi_finish('\\x" . unpack('H*', $files[3]) . "')"), qr/no agreed key for this file exists, or role "mapper" may not use it/, 'nor gone on with');
for ([ $a, $dir_a ], [ $b, $dir_b ])
{
	my ($node, $dir) = @$_;
	my ($file) = grep { /^deal\.[0-9a-f]{8}$/ } key_files($dir);
	my $secret = unpack 'H*', secret_of("$dir/$file");
	my $told = $node->safe_psql('postgres', "SELECT string_agg(setting, ' ') FROM pg_settings") . slurp($node->logfile);
	is(index($told, $secret), -1, 'no key in settings or log');
}

done_testing();
