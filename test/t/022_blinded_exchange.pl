# Two companies with a database each agree on a key, blind their lists, swap files, and find what plain lists would show.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($ours) = key_node('ours');
my ($theirs) = key_node('theirs');

# public keys cross, then codes; names differ, the label does not
my $our_public = $ours->safe_psql('postgres', "SELECT public_key('globex')");
my $their_public = $theirs->safe_psql('postgres', "SELECT public_key('acme')");
my $our_key = $ours->safe_psql('postgres', "SELECT agree_key('globex', 'acme and globex, 2026', '$their_public')");
my $their_key = $theirs->safe_psql('postgres', "SELECT agree_key('acme', 'acme and globex, 2026', '$our_public')");
is($our_key =~ s{.*/}{}r, $their_key =~ s{.*/}{}r, 'both come to the same key id');
is($ours->safe_psql('postgres', "SELECT key_fingerprint('globex')"), $theirs->safe_psql('postgres', "SELECT key_fingerprint('acme')"),
	'and the same fingerprint');
like(error_of($ours, "SELECT blind_domain('a.com', 'globex')"), qr/is pending/, 'nothing is blinded before');
my $our_code = $ours->safe_psql('postgres', "SELECT confirmation_code('globex')");
my $their_code = $theirs->safe_psql('postgres', "SELECT confirmation_code('acme')");
$ours->safe_psql('postgres', "SELECT confirm_key('globex', '$their_code')");
$theirs->safe_psql('postgres', "SELECT confirm_key('acme', '$our_code')");

# a third party in the middle: each side agrees with him, and no code fits
my ($middle) = key_node('middle');
my $mallory = $middle->safe_psql('postgres', "SELECT public_key('mallory')");
$_->safe_psql('postgres', "SELECT agree_key(name, 'l', '$mallory') FROM (SELECT 'attacked'::text AS name, public_key('attacked') OFFSET 0) p") for $ours, $theirs;
isnt($ours->safe_psql('postgres', "SELECT key_fingerprint('attacked')"), $theirs->safe_psql('postgres', "SELECT key_fingerprint('attacked')"),
	'somebody in the middle: fingerprints differ');
my $code = $theirs->safe_psql('postgres', "SELECT confirmation_code('attacked')");
like(error_of($ours, "SELECT confirm_key('attacked', '$code')"), qr/the code does not confirm/, 'and the code does not fit');
# a label that differs
$ours->safe_psql('postgres', "SELECT public_key('label')");
my $pub = $theirs->safe_psql('postgres', "SELECT public_key('label')");
my $k1 = $ours->safe_psql('postgres', "SELECT agree_key('label', 'one', '$pub')");
$pub = $ours->safe_psql('postgres', "SELECT public_key('label')");
my $k2 = $theirs->safe_psql('postgres', "SELECT agree_key('label', 'another', '$pub')");
isnt($k1, $k2, 'another label, another key');
$code = $theirs->safe_psql('postgres', "SELECT confirmation_code('label')");
like(error_of($ours, "SELECT confirm_key('label', '$code')"), qr/the code does not confirm/, 'which no code confirms');

# two lists of the same companies, written in two ways
my $list = q{CREATE TABLE accounts (account_id text PRIMARY KEY, name text, website text, lei text)};
my @ours = (
	[ 'a1', 'Siemens AG', 'https://www.siemens.com/global/en.html', undef ],
	[ 'a2', 'Contoso Ltd', 'contoso.com', undef ],
	[ 'a3', 'Some Person', 'someone@gmail.com', undef ],
	[ 'a4', 'GLEIF', undef, '506700GE1G29325QX363' ],
	[ 'a5', 'Two Kansas Sites', 'http://kgs.ku.edu', undef ],
	[ 'a6', 'Bücher GmbH', 'https://bücher.de', undef ],
	[ 'a7', undef, undef, undef ]);
my @theirs = (
	[ 'b1', 'SIEMENS', 'info@siemens.com', undef ],
	[ 'b2', 'Fabrikam', 'fabrikam.com', undef ],
	[ 'b3', 'Other Person', 'GMAIL.com', undef ],
	[ 'b4', 'Gleif Foundation', undef, '506700ge1g29325qx363' ],
	[ 'b5', 'University', 'ku.edu', undef ],
	[ 'b6', 'Buecher', 'xn--bcher-kva.de', undef ],
	[ 'b7', 'Contoso', 'shop.contoso.com/index.html', undef ],
	[ 'b8', undef, undef, undef ]);
for ([ $ours, \@ours ], [ $theirs, \@theirs ])
{
	my ($node, $rows) = @$_;
	my $values = join ', ', map { '(' . join(', ', map { defined $_ ? "'$_'" : 'NULL' } @$_) . ')' } @$rows;
	$node->safe_psql('postgres', "$list; INSERT INTO accounts VALUES $values");
}

# what plain lists would show
my $file = PostgreSQL::Test::Utils::tempdir() . '/list.csv';
$theirs->safe_psql('postgres', "\\copy accounts TO '$file' (FORMAT csv)");
$ours->safe_psql('postgres', "CREATE TABLE plain (LIKE accounts)");
$ours->safe_psql('postgres', "\\copy plain FROM '$file' (FORMAT csv)");
my %plain = (
	domain => 'match_host(o.website) = match_host(t.website)',
	name => 'match_company(o.name) = match_company(t.name)',
	id => "normalize_identifier('lei', o.lei) = normalize_identifier('lei', t.lei)");
my %expected = map { $_ => $ours->safe_psql('postgres', "SELECT o.account_id, t.account_id FROM accounts o JOIN plain t ON $plain{$_} ORDER BY 1, 2") } keys %plain;
is($expected{domain}, "a1|b1\na2|b7\na6|b6", 'plain: hosts in three spellings, no free-mail, no blanks');
is($expected{id}, 'a4|b4', 'plain: identifiers');
like($expected{name}, qr/^a1\|b1$/m, 'plain: names');

# blinded, with ids that mean nothing to the other side; there by file, and back
my $blind = "SELECT account_id AS ref, blind_domain(website, '%1\$s') AS domain, blind_company(name, '%1\$s') AS name, blind_identifier('lei', lei, '%1\$s') AS id FROM accounts";
my %file = map { $_ => PostgreSQL::Test::Utils::tempdir() . "/$_" } qw(csv bin back common);
$theirs->safe_psql('postgres', "\\copy (" . sprintf($blind, $their_key) . ") TO '$file{csv}' (FORMAT csv, HEADER)");
$theirs->safe_psql('postgres', "\\copy (" . sprintf($blind, $their_key) . ") TO '$file{bin}' (FORMAT binary)");
my $csv = slurp($file{csv});
unlike($csv, qr/siemens|contoso|fabrikam|506700/i, 'the file names nobody');
like($csv, qr/^b2,[0-9a-f]{8}:[0-9a-f]{32},/m, 'but holds blinded values');
for my $format ('csv', 'bin')
{
	$ours->safe_psql('postgres', "DROP TABLE IF EXISTS theirs; CREATE TABLE theirs (ref text, domain blinded, name blinded, id blinded)");
	$ours->safe_psql('postgres', "\\copy theirs FROM '$file{$format}' (FORMAT " . ($format eq 'csv' ? 'csv, HEADER' : 'binary') . ')');
	$ours->safe_psql('postgres', "DROP TABLE IF EXISTS ours; CREATE TABLE ours AS " . sprintf($blind, $our_key));
	for my $rule (sort keys %plain)
	{
		is($ours->safe_psql('postgres', "SELECT o.ref, t.ref FROM ours o JOIN theirs t USING ($rule) ORDER BY 1, 2"), $expected{$rule}, "blinded by $format: $rule as plain");
	}
}
# the recipe of the README, to the letter but for the file's place, and what it finds
my ($recipe) = slurp('README.md') =~ /^Exchange by file\..*?```sql\n(.*?)```/ms;
my ($by_them, $by_us, $back) = map { s/'theirs\.csv'/'$file{back}'/r =~ s/'common\.csv'/'$file{common}'/r } $recipe =~ /^-- theirs\n(.*)^-- ours\n(.*)^-- theirs: .*?\n(.*)/ms;
$theirs->safe_psql('postgres', "ALTER TABLE accounts ADD ref text, ADD country text, ADD status text; UPDATE accounts SET ref = 'r' || account_id, country = 'DE', status = 'Customer'");
$ours->safe_psql('postgres', "ALTER TABLE accounts ADD status text DEFAULT 'prospect'; DROP TABLE theirs");
$theirs->safe_psql('postgres', $by_them);
unlike(slurp($file{back}), qr/siemens|contoso|fabrikam|506700/i, 'recipe: the file names nobody');
is(join("\n", sort split /\n/, $ours->safe_psql('postgres', $by_us)),
	join("\n", 'Bücher GmbH|rb6|prospect-customer|Both have the domain xn--bcher-kva.de.', 'Contoso Ltd|rb7|prospect-customer|Both have the domain contoso.com.',
		'Siemens AG|rb1|prospect-customer|Both have the domain siemens.com.'), 'recipe: the overlap');
is(join("\n", sort split /\n/, $theirs->safe_psql('postgres', $back)), "Buecher|xn--bcher-kva.de\nContoso|shop.contoso.com/index.html\nSIEMENS|info\@siemens.com",
	'recipe: and back');
$theirs->safe_psql('postgres', 'DROP TABLE common');
# the way back by blinded values: which of their rows we both have
$ours->safe_psql('postgres', "\\copy (SELECT DISTINCT t.domain FROM ours o JOIN theirs t USING (domain)) TO '$file{back}'");
$theirs->safe_psql('postgres', 'CREATE TABLE common (domain blinded)');
$theirs->safe_psql('postgres', "\\copy common FROM '$file{back}'");
is($theirs->safe_psql('postgres', "SELECT account_id FROM accounts JOIN common ON domain = blind_domain(website, '$their_key') ORDER BY 1"),
	"b1\nb6\nb7", 'they find their own rows again');
# rotation: a new key, blinded anew; values of the old do not match, and are told apart
$ours->safe_psql('postgres', "INSERT INTO ours SELECT account_id, blind_domain(website, 'rotated') FROM accounts, (SELECT create_key('rotated')) k");
is($ours->safe_psql('postgres', 'SELECT count(DISTINCT blind_key_id(domain)) FROM ours'), 2, 'values of two keys are told apart');
is($ours->safe_psql('postgres', 'SELECT count(*) FROM ours o JOIN theirs t USING (domain)'), 3, 'and do not match');

done_testing();
