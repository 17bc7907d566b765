# A partner, a thief of files and one's own user who do not keep to the rules: each is refused, the server log tells, and no
# transaction takes back what was spent or gives away what was not. What happens within a session file by file is in test/unit/psi.c.
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

sub sql { my ($call, $file) = @_; my $hex = defined $file ? unpack('H*', $file) : ''; $call =~ s/:file/'\\x$hex'/; return $call }
sub left { return $_[0]->safe_psql('postgres', 'SELECT min(sessions_left), min(keys_left) FROM psi_sessions()') }
sub set_limit
{
	my ($node, $name, $value) = @_;
	# a setting of an extension is known once its library is loaded
	$node->safe_psql('postgres', "SELECT match_domain('a.com'); ALTER SYSTEM SET accountmatch.$name = $value; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT match_domain('a.com'), current_setting('accountmatch.$name')", "a.com|$value");
}
sub flip { my ($file, $at) = @_; substr($file, $at, 1) ^= "\x01"; return $file }

# --- a third party who can write the folder, but has no key
my ($session, undef, $offer) = step_of($a, "psi_offer('deal', 'accounts')");
refused($b, "psi_answer(:file, 'accounts')", flip($offer, 300), 28000, 'content was changed on its way', 'a changed offer');
refused($b, "psi_answer(:file, 'accounts')", flip($offer, 12), 28000, 'manifest was changed on its way', 'a changed manifest');
refused($b, "psi_answer(:file, 'accounts')", flip($offer, 113), 42704, 'no agreed key for this file exists', 'an offer from nobody');
refused($b, "psi_answer(:file, 'accounts')", substr($offer, 0, -1), '22P03', 'it is cut off', 'an offer cut off');
refused($b, "psi_answer(:file, 'accounts')", $offer . "\0", '22P03', 'something follows its end', 'an offer with a byte more');
refused($b, "psi_answer(:file, 'accounts')", 'hello', '22P03', 'it is not a file of private set intersection', 'no file at all');
refused($a, "psi_answer(:file, 'accounts')", $offer, 42704, 'no agreed key', 'the own offer');
refused($b, 'psi_finish(:file)', $offer, 22023, 'this is an offer', 'an offer to psi_finish');
my (undef, undef, $answer) = step_of($b, "psi_answer(:file, 'accounts')", $offer);
refused($a, 'psi_finish(:file)', flip($answer, 400), 28000, 'content was changed on its way', 'a changed answer');
my (undef, undef, $third) = step_of($a, 'psi_finish(:file)', $answer);
is(length $third > 0, 1, 'which did not end the session');

# --- replay
refused($b, "psi_answer(:file, 'accounts')", $offer, 55000, 'this offer was answered before', 'a second answer to an offer');
my (undef, undef, $other_offer) = step_of($a, "psi_offer('deal', 'accounts')");
my (undef, undef, $other_answer) = step_of($b, "psi_answer(:file, 'accounts')", $other_offer);
my (undef, undef, $other_third) = step_of($a, 'psi_finish(:file)', $other_answer);
refused($a, 'psi_finish(:file)', substr($answer, 0, 80) . substr($other_answer, 80), 28000, 'manifest was changed', 'a mixture of two answers');
my (undef, undef, $same) = step_of($a, 'psi_finish(:file)', $answer);
is($same, $third, 'the same file once more gives the same');
my (undef, undef, $fourth) = step_of($b, 'psi_finish(:file)', $third);
my (undef, undef, $fifth) = step_of($a, 'psi_finish(:file)', $fourth);
refused($a, 'psi_finish(:file)', $answer, 55000, 'file 2 of a session, and file 6 is what comes next', 'an older file');
refused($b, 'psi_finish(:file)', $fourth, 42704, 'no agreed key', 'the own file');

# --- the own user: nothing comes back by a rollback, an exception block, a read-only transaction
$b->safe_psql('postgres', 'CREATE TABLE out (file bytea)');
my $before = left($b);
my (undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
$b->safe_psql('postgres', sql("BEGIN; INSERT INTO out SELECT file FROM psi_answer(:file, 'accounts'); ROLLBACK", $o));
is($b->safe_psql('postgres', 'SELECT count(*) FROM out'), 0, 'rolled back, the row is gone');
my ($sessions) = split /\|/, $before;
is((split /\|/, left($b))[0], $sessions - 1, 'but the session is spent');
refused($b, "psi_answer(:file, 'accounts')", $o, 55000, 'answered before', 'and the offer');
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
$b->safe_psql('postgres', sql("DO \$\$ DECLARE f bytea; BEGIN SELECT file INTO f FROM psi_answer(:file, 'accounts'); RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN NULL; END \$\$", $o));
is((split /\|/, left($b))[0], $sessions - 2, 'likewise in an exception block');
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
like(error_of($b, sql("BEGIN READ ONLY; SELECT psi_answer(:file, 'accounts')", $o)), qr/cannot execute psi_answer\(\) in a read-only transaction/, 'a read-only transaction gives nothing');
is((split /\|/, left($b))[0], $sessions - 2, 'and spends nothing');
my $log = -s $b->logfile;
$b->safe_psql('postgres', sql("SET client_min_messages = error; DO \$\$ BEGIN PERFORM psi_answer(:file, 'accounts'); EXCEPTION WHEN OTHERS THEN NULL; END \$\$", flip($o, 300)));
like(substr(slurp($b->logfile), $log), qr/LOG:  private set intersection under key "deal\/[0-9a-f]{8}" refused to role "postgres": its content was changed/, 'a refusal that is caught is in the server log');

# --- a crash: what had left is spent, and the session goes on
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
(my $survivor, undef, my $left_before) = step_of($b, "psi_answer(:file, 'accounts')", $o);
my $spent_before = left($b);
$b->stop('immediate');
$b->start;
is(left($b), $spent_before, 'after a crash nothing is given back');
my (undef, undef, $goes_on) = step_of($a, 'psi_finish(:file)', $left_before);
for my $n (4 .. 6)
{
	(undef, undef, $goes_on) = step_of($n % 2 ? $a : $b, 'psi_finish(:file)', $goes_on);
}
is((step_of($a, 'psi_finish(:file)', $goes_on))[3], 't', 'and the session is finished');
is($b->safe_psql('postgres', "SELECT count(*) > 0 FROM psi_result('$survivor')"), 't', 'on both sides');

# --- a cancel in the middle of the work: nothing is spent, nothing left behind, and the offer can still be answered
$b->safe_psql('postgres', "CREATE TABLE long AS SELECT account_id, name, website, lei FROM accounts UNION ALL SELECT i::text, NULL, 'long-' || i || '.com', NULL FROM generate_series(1, 20000) i");
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
my $spent = left($b);
my $start = time;
like(error_of($b, sql("SET statement_timeout = 300; SELECT psi_answer(:file, 'long')", $o)), qr/canceling statement due to statement timeout/, 'a long answer is cancelled');
cmp_ok(time - $start, '<', 10, 'at once');
is(left($b), $spent, 'and spends nothing');
is(scalar(grep { /tmp/ } key_files($dir_b)), 0, 'nor leaves a file');
is(length((step_of($b, "psi_answer(:file, 'accounts')", $o))[2]) > 0, 1, 'the offer can be answered');

# --- limits, of the owner alone
like(error_of($b, "CREATE ROLE mapper; SET ROLE mapper; SELECT match_domain('a.com'); SET accountmatch.psi_min_keys = 5"), qr/permission denied to set parameter "accountmatch.psi_min_keys"/, 'limits are for superusers');
is($b->safe_psql('postgres', "SET ROLE mapper; SET accountmatch.psi_max_keys = 5; RESET ROLE; SELECT match_domain('a.com'); SHOW accountmatch.psi_max_keys"),
	"a.com\n1000000", 'also before the library is loaded');
set_limit($b, 'psi_min_keys', 10);
$a->safe_psql('postgres', "CREATE TABLE one (account_id text, website text); INSERT INTO one VALUES ('x', 'fabrikam.com')");
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'one')");
refused($b, "psi_answer(:file, 'accounts')", $o, 53400, 'their list has 1 keys of kind domain, at least 10 are required', 'a one-row set');
set_limit($b, 'psi_min_keys', 1);
$a->safe_psql('postgres', "CREATE TABLE every AS SELECT i::text AS account_id, 'domain-' || i || '.com' AS website FROM generate_series(1, 200) i");
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'every')");
refused($b, "psi_answer(:file, 'accounts')", $o, 53400, 'their list has 200 keys of kind domain, more than 10 times our 5', 'every known domain');
my $keys_left = (split /\|/, left($b))[1];
set_limit($b, 'psi_keys_per_year', 2000000 - $keys_left);
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
is(length((step_of($b, "psi_answer(:file, 'accounts')", $o))[2]) > 0, 1, 'keys that have left already cost nothing again');
$b->safe_psql('postgres', "INSERT INTO accounts VALUES ('b9', 'New Name', 'new-name.com')");
(undef, undef, $o) = step_of($a, "psi_offer('deal', 'accounts')");
refused($b, "psi_answer(:file, 'accounts')", $o, 53400, 'different keys in a year are the limit, with this session they would be', 'more different keys than allowed');
set_limit($b, 'psi_keys_per_year', 2000000);
set_limit($b, 'psi_sessions_per_year', 100 - (split /\|/, left($b))[0]);
refused($b, "psi_answer(:file, 'accounts')", $o, 53400, 'sessions in a year are the limit', 'more sessions than allowed');
set_limit($b, 'psi_sessions_per_year', 100);

# --- giving up: closed on one side, the other's next file finds nothing
my (undef, undef, $sixth) = step_of($b, 'psi_finish(:file)', $fifth);
$a->safe_psql('postgres', "SELECT psi_close('$session')");
refused($a, 'psi_finish(:file)', $sixth, 42704, "there is no open session $session", 'a file for a closed session');
is($b->safe_psql('postgres', "SELECT they_know, we_know FROM psi_sessions() WHERE session = '$session'"),
	'Which of its own keys are common, and the sizes of both sets.|Which of its own keys are common, and the sizes of both sets.', 'what each side knows by then');

# --- a state of a session that somebody damaged
my ($state) = grep { /\.psi$/ } key_files($dir_b);
my $content = slurp("$dir_b/$state");
spew("$dir_b/$state", flip($content, 500));
is($b->safe_psql('postgres', "SELECT count(*) FROM psi_sessions() WHERE state = 'damaged'"), 1, 'damage is told');
spew("$dir_b/$state", $content);
chmod 0644, "$dir_b/$state";
like(error_of($b, 'SELECT * FROM psi_sessions()'), qr/not the server's own, with mode 0600/, 'a state that others can read is not used');
chmod 0600, "$dir_b/$state";

# --- keys that were not agreed on, or not confirmed
$a->safe_psql('postgres', "SELECT create_key('alone')");
like(error_of($a, "SELECT psi_offer('alone', 'accounts')"), qr/key "alone" was created here, not agreed with another side/, 'a key of one side');
$a->safe_psql('postgres', "SELECT public_key('half'); SELECT agree_key('half', 'label', public_key) FROM (SELECT '" . $b->safe_psql('postgres', "SELECT public_key('half')") . "' AS public_key) k");
like(error_of($a, "SELECT psi_offer('half', 'accounts')"), qr/pending: it blinds nothing yet/, 'a key that is not confirmed');

# --- arguments
like(error_of($a, "SELECT psi_offer('deal', 'accounts', $_->[0])"), $_->[1], "argument $_->[0]")
  for [ "kinds => '{domain,phone}'", qr/kinds does not know "phone"/ ], [ "mode => 'all'", qr/unknown mode "all"/ ],
  [ "reveal => '{email}'", qr/reveal does not know "email"/ ], [ "kinds => '{}'", qr/It needs kinds of keys/ ],
  [ "domain_cap => 0", qr/Its caps must be from 1 to 1000/ ], [ "reveal => '{name}', mode => 'count'", qr/only where both sides learn/ ],
  [ "reveal => '{name}', payload => 10", qr/from 64 to 65535/ ], [ "kinds => NULL", qr/kinds must not be null/ ];

done_testing();
