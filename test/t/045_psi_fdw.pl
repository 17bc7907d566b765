# Files carried by postgres_fdw: each side has a database that holds one view, which the other side may read, and nothing else.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Psi;
use Test::More;

my $conf = "accountmatch.psi_min_keys = 1\n";
my ($a) = key_node('a', conf => $conf);
my ($b) = key_node('b', conf => $conf);
agree($a, $b, 'deal', 'a and b');
make_lists($a, $b);

# as in the README
for my $node ($a, $b)
{
	$node->safe_psql('postgres', 'CREATE DATABASE exchange; CREATE ROLE partner LOGIN; REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
	$node->safe_psql('exchange', 'CREATE TABLE outbox (session text, step int, file bytea, PRIMARY KEY (session, step));
		CREATE VIEW files AS SELECT * FROM outbox; GRANT SELECT ON files TO partner');
}
for ([ $a, $b ], [ $b, $a ])
{
	my ($own, $other) = @$_;
	my ($host, $port) = ($own->host, $own->port);
	my ($their_host, $their_port) = ($other->host, $other->port);
	$own->safe_psql('postgres', "CREATE EXTENSION postgres_fdw;
		CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'exchange');
		CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$their_host', port '$their_port', dbname 'exchange');
		CREATE USER MAPPING FOR CURRENT_USER SERVER here;
		CREATE USER MAPPING FOR CURRENT_USER SERVER there OPTIONS (user 'partner', password_required 'false');
		CREATE FOREIGN TABLE outbox (session text, step int, file bytea) SERVER here;
		CREATE FOREIGN TABLE inbox (session text, step int, file bytea) SERVER there OPTIONS (table_name 'files')");
}

# a session in SQL alone
$a->safe_psql('postgres', "INSERT INTO outbox SELECT session, step, file FROM psi_offer('deal', 'accounts')");
my $session = $a->safe_psql('postgres', 'SELECT session FROM psi_sessions()');
$b->safe_psql('postgres', "INSERT INTO outbox SELECT session, step, file FROM psi_answer((SELECT file FROM inbox WHERE session = '$session' AND step = 1), 'accounts')");
for my $n (3 .. 7)
{
	my $node = $n % 2 ? $a : $b;
	my $from = $n - 1;
	$node->safe_psql('postgres', "INSERT INTO outbox SELECT session, step, file FROM psi_finish((SELECT file FROM inbox WHERE session = '$session' AND step = $from)) WHERE file IS NOT NULL");
}
is($a->safe_psql('postgres', "SELECT string_agg(our_id, ' ' ORDER BY our_id) FROM psi_result('$session') WHERE rule <> 'name'"), 'a1 a2 a4 a6 a8', 'the opener has its rows');
is($b->safe_psql('postgres', "SELECT string_agg(our_id, ' ' ORDER BY our_id) FROM psi_result('$session') WHERE rule <> 'name'"), 'b1 b4 b6 b7', 'so has the answerer');
is($a->safe_psql('exchange', 'SELECT string_agg(step::text, \' \' ORDER BY step) FROM files'), '1 3 5', 'what left');

# the partner sees the view and nothing else
my %partner = (extra_params => [ '-U', 'partner' ]);
my ($status, $out, $err) = $a->psql('exchange', 'SELECT count(*) FROM files', %partner);
is($out, 3, 'the partner reads the view');
for my $sql ('SELECT * FROM outbox', "DELETE FROM files", 'CREATE TABLE public.x ()')
{
	($status, $out, $err) = $a->psql('exchange', $sql, %partner);
	like($err, qr/permission denied/, "but not: $sql");
}
($status, $out, $err) = $a->psql('postgres', 'SELECT 1', %partner);
like($err, qr/permission denied for database "postgres"/, 'nor another database');

done_testing();
