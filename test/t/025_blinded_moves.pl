# Blinded data moves as any data does: dump and restore, logical replication, a standby. Keys move by cp.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $dir) = key_node('moves', conf => "wal_level = logical\n", init => { allows_streaming => 'logical' });
my $sql = sub { $node->safe_psql('postgres', shift) };
my $key = $sql->("SELECT create_key('acme')");

# a generated column with a unique index, an expression index, and a table partitioned by blinded values
my $schema = "
	CREATE TABLE accounts (id int PRIMARY KEY, website text,
		k blinded GENERATED ALWAYS AS (blind_domain(website, '$key')) STORED);
	CREATE UNIQUE INDEX accounts_k ON accounts (k);
	CREATE INDEX accounts_name ON accounts (blind_company(website, '$key'));
	CREATE TABLE hashed (k blinded PRIMARY KEY, id int) PARTITION BY HASH (k);
	CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	CREATE TABLE ranged (k blinded PRIMARY KEY, id int) PARTITION BY RANGE (k);
	CREATE TABLE ranged_0 PARTITION OF ranged FOR VALUES FROM (MINVALUE) TO ('80000000:00000000000000000000000000000000');
	CREATE TABLE ranged_1 PARTITION OF ranged DEFAULT";
$sql->("$schema;
	INSERT INTO accounts SELECT i, 'company' || i || '.com' FROM generate_series(1, 500) i;
	INSERT INTO hashed SELECT k, id FROM accounts;
	INSERT INTO ranged SELECT k, id FROM accounts");
my $state = "SELECT (SELECT md5(string_agg(a::text, ',' ORDER BY id)) FROM accounts a),
	(SELECT md5(string_agg(h::text, ',' ORDER BY k)) FROM hashed_0 h), (SELECT md5(string_agg(h::text, ',' ORDER BY k)) FROM hashed_1 h),
	(SELECT md5(string_agg(r::text, ',' ORDER BY k)) FROM ranged r)";
my $lookup = "SET enable_seqscan = off; SELECT id FROM accounts WHERE k = blind_domain('company75.com', '$key');
	SELECT id FROM accounts WHERE blind_company(website, '$key') = blind_company('company78.com', '$key')";
my $expected = $sql->($state);
is($sql->($lookup), "75\n78", 'both indexes find');
like(error_of($node, "INSERT INTO accounts VALUES (0, 'www.COMPANY75.com')"), qr/duplicate key value/, 'the unique index refuses');

# dump and restore, first without the key, then with it
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('postgres') ], 'pg_dump');
my ($other, $other_dir) = key_node('restored');
$other->safe_psql('postgres', 'CREATE DATABASE without; CREATE DATABASE restored');
my @restore = ('pg_restore', '-d', $other->connstr('restored'), $dump);
$other->command_fails_like([ 'pg_restore', '-d', $other->connstr('without'), $dump ],
	qr/key "$key" does not exist, or role/, 'without its key a generated column cannot be restored');
is($other->safe_psql('without', 'SELECT count(*) FROM hashed'), 500, 'blinded values as such can');
system_or_bail("cp -p '$dir'/* '$other_dir'");
$other->command_ok(\@restore, 'with the key it can');
is($other->safe_psql('restored', "SET search_path = public, accountmatch; $state"), $expected, 'restored: the same');
is($other->safe_psql('restored', "SET search_path = public, accountmatch; $lookup"), "75\n78", 'restored: indexes find');
like($other->safe_psql('restored', 'SELECT string_agg(problem, chr(10)) FROM accountmatch.keys'), qr/^$/, 'cp is a backup');

# logical replication, to a server that has the key
$sql->('CREATE PUBLICATION p FOR TABLE accounts, hashed, ranged WITH (publish_via_partition_root = true)');
$other->safe_psql('postgres', $schema);
my $connstr = $node->connstr . ' dbname=postgres';
$other->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connstr' PUBLICATION p");
$other->wait_for_subscription_sync($node, 's');
is($other->safe_psql('postgres', $state), $expected, 'logical replication: first copy');
$sql->("UPDATE accounts SET website = 'renamed' || id || '.com' WHERE id % 7 = 0; DELETE FROM accounts WHERE id % 11 = 0;
	DELETE FROM hashed WHERE id % 5 = 0; UPDATE ranged SET k = ('ffffffff:' || md5(id::text))::blinded WHERE id % 3 = 0;
	INSERT INTO accounts VALUES (1000, 'late.com')");
$node->wait_for_catchup('s');
$expected = $sql->($state);
is($other->safe_psql('postgres', $state), $expected, 'logical replication: changes');
is($other->safe_psql('postgres', "SELECT blind_key_id(k) FROM accounts WHERE id = 1000"), $key =~ s{.*/}{}r, 'generated over there');

# a physical standby: the base backup has no key; it shares the directory by its path here
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $state), $expected, 'standby: the same');
is($standby->safe_psql('postgres', $lookup), $sql->($lookup), 'standby: indexes find, constants are blinded');
is($standby->safe_psql('postgres', "SELECT count(*) FROM accounts WHERE k = blind_domain(website, 'acme')"), $sql->('SELECT count(*) FROM accounts'), 'standby blinds');
like(error_of($standby, "SELECT create_key('standby')"), qr/read-only transaction|during recovery/, 'but makes no key');
$standby->promote;
is($standby->safe_psql('postgres', "INSERT INTO accounts VALUES (2000, 'promoted.com') RETURNING k = blind_domain('promoted.com', 'acme')"), 't', 'promoted: goes on');

# the extension leaves and comes back: values need it, keys do not
like(error_of($node, 'DROP EXTENSION accountmatch'), qr/other objects depend on it/, 'columns hold on to the type');
$sql->('DROP PUBLICATION p; DROP TABLE accounts, hashed, ranged; DROP EXTENSION accountmatch; CREATE EXTENSION accountmatch');
is($sql->("SELECT key FROM keys"), $key, 'the key is still there');

done_testing();
