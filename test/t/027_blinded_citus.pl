# Citus: blinded as distribution column, joins and constants on it pushed down.
# CITUS_BINDIR: programs of a PostgreSQL that has Citus and accountmatch installed.
use strict;
use warnings;
use Blinding;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'CITUS_BINDIR does not point to an installation of PostgreSQL with Citus' if !$ENV{CITUS_BINDIR};

# coordinator and two workers, all with the same keys
my $dir = make_keydir();
my @nodes = map {
	my $node = PostgreSQL::Test::Cluster->new($_, install_path => dirname($ENV{CITUS_BINDIR}));
	$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'citus'\naccountmatch.key_directory = '$dir'\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus; CREATE EXTENSION accountmatch; ALTER DATABASE postgres SET search_path = public, accountmatch');
	$node;
} 'coordinator', 'worker1', 'worker2';
my $node = $nodes[0];
$node->safe_psql('postgres', sprintf "SELECT citus_set_coordinator_host('%s', %d)", $node->host, $node->port);
$node->safe_psql('postgres', sprintf "SELECT citus_add_node('%s', %d)", $_->host, $_->port) for @nodes[1, 2];

my $key = $node->safe_psql('postgres', "SELECT create_key('acme')");
$node->safe_psql('postgres', "
	CREATE TABLE a (k blinded, id int); CREATE TABLE b (k blinded, id int);
	SELECT create_distributed_table('a', 'k'); SELECT create_distributed_table('b', 'k', colocate_with => 'a');
	INSERT INTO a SELECT blind_domain('company' || i || '.com', '$key'), i FROM generate_series(1, 1000) i;
	INSERT INTO b SELECT blind_domain('company' || i || '.com', '$key'), i FROM generate_series(901, 2000) i");
is($node->safe_psql('postgres', 'SELECT count(*) FROM a JOIN b USING (k)'), 100, 'colocated join');
like($node->safe_psql('postgres', 'EXPLAIN SELECT count(*) FROM a JOIN b USING (k)'), qr/Citus Adaptive.*Join/s, 'is pushed down');
is($node->safe_psql('postgres', "SELECT id FROM a WHERE k = blind_domain('www.company7.com', '$key')"), 7, 'a constant');
like($node->safe_psql('postgres', "EXPLAIN SELECT id FROM a WHERE k = blind_domain('www.company7.com', '$key')"), qr/Task Count: 1\b/, 'goes to one shard');
is($node->safe_psql('postgres', "SELECT count(*) FROM a WHERE k = blind_domain('company' || id || '.com', '$key')"), 1000, 'workers blind');
is($node->safe_psql('postgres', qq{SELECT count(*), min(rule) FROM overlap('a', 'b', our_columns => '{"account_id": "id", "domain": "k"}', their_columns => '{"account_id": "id", "domain": "k"}')}),
	'100|domain', 'overlap of distributed lists');

done_testing();
