# postgres_fdw: comparisons and joins on blinded columns are done by the server that has the rows.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($remote) = key_node('remote');
my ($local) = key_node('local');
agree($local, $remote, 'shared', 'fdw');
$remote->safe_psql('postgres', "
	CREATE TABLE a (id int, k blinded); INSERT INTO a SELECT i, blind_domain('company' || i || '.com', 'shared') FROM generate_series(1, 100) i;
	CREATE TABLE b (id int, k blinded); INSERT INTO b SELECT i, blind_domain('company' || i || '.com', 'shared') FROM generate_series(91, 200) i;
	ANALYZE a, b");
my ($host, $port) = ($remote->host, $remote->port);
$local->safe_psql('postgres', "
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres', extensions 'accountmatch', use_remote_estimate 'true');
	CREATE SERVER silent FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres');
	CREATE USER MAPPING FOR CURRENT_USER SERVER remote; CREATE USER MAPPING FOR CURRENT_USER SERVER silent;
	IMPORT FOREIGN SCHEMA public LIMIT TO (a, b) FROM SERVER remote INTO public;
	CREATE FOREIGN TABLE quiet (id int, k blinded) SERVER silent OPTIONS (table_name 'a')");
my $plan = sub { return $local->safe_psql('postgres', "EXPLAIN (VERBOSE, COSTS OFF) $_[0]") };

my $equal = "SELECT id FROM a WHERE k = blind_domain('www.company95.com', 'shared')";
like($plan->($equal), qr/Remote SQL: .*WHERE \(\(k OPERATOR\(accountmatch\.=\) '[0-9a-f]{8}:[0-9a-f]{32}'(::accountmatch\.blinded)?\)\)/, 'equality is shipped, the value blinded here');
is($local->safe_psql('postgres', $equal), 95, 'and finds');
like($plan->('SELECT a.id, b.id FROM a JOIN b ON a.k = b.k'), qr/Relations: \(?.*a.*INNER JOIN.*b.*Remote SQL: .*INNER JOIN .*OPERATOR\(accountmatch\.=\)/s, 'a join of two foreign tables is shipped');
is($local->safe_psql('postgres', 'SELECT count(*) FROM a JOIN b USING (k)'), 10, 'and joins');
like($plan->('SELECT count(*) FROM a JOIN b USING (k)'), qr/Remote SQL: SELECT count\(\*\)/, 'with its aggregate');
like($plan->('SELECT id FROM a ORDER BY k'), qr/Remote SQL: .*ORDER BY k ASC/, 'sorting is shipped');
like($plan->("SELECT id FROM quiet WHERE k = blind_domain('www.company95.com', 'shared')"), qr/Filter:/, 'nothing is, where the server does not list the extension');
# our plain list against their blinded one
$local->safe_psql('postgres', "CREATE TABLE list (website text); INSERT INTO list SELECT 'https://company' || i || '.com/x' FROM generate_series(98, 300) i");
is($local->safe_psql('postgres', "SELECT count(*) FROM list JOIN a ON a.k = blind_domain(website, 'shared')"), 3, 'local rows, blinded on the fly, against remote ones');
# and by overlap()
$local->safe_psql('postgres', "CREATE VIEW mine AS SELECT website AS account_id, website FROM list; CREATE VIEW remote AS SELECT id AS account_id, k AS domain FROM a");
is($local->safe_psql('postgres', "SELECT string_agg(their_id, ' ' ORDER BY their_id) FROM overlap('mine', 'remote')"), '100 98 99', 'overlap with a foreign list');
is($local->safe_psql('postgres', "SELECT their_id FROM find_matches('remote', website => 'shop.company98.com')"), '98', 'find_matches in one');

done_testing();
