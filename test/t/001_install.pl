# CREATE EXTENSION says why it cannot be done; DROP EXTENSION and a dump leave
# and carry what they should.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('install');

# Databases whose encoding is not UTF8
for my $encoding ('SQL_ASCII', 'LATIN1')
{
	my $db = lc $encoding;
	$node->safe_psql('postgres',
		"CREATE DATABASE $db ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	fails_with($node, $db, 'CREATE EXTENSION accountmatch', '0A000',
		"accountmatch needs a database with encoding UTF8, this one has $encoding",
		"Create the database with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.", $encoding);
	is( $node->safe_psql($db, q{SELECT count(*) FROM pg_namespace WHERE nspname ~ 'accountmatch'}),
		'0', "$encoding: nothing is left");
}

# A schema of ours that belongs to another role
$node->safe_psql('postgres', 'CREATE ROLE other LOGIN');
for my $schema ('accountmatch', '_accountmatch')
{
	my $db = "taken$schema";
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->safe_psql($db, "CREATE SCHEMA $schema AUTHORIZATION other");
	fails_with($node, $db, 'CREATE EXTENSION accountmatch', '42P06',
		qq{schema "$schema" exists already and belongs to "other"},
		'Rename or drop that schema, then run CREATE EXTENSION accountmatch again.', "schema $schema");
	# what the hint says helps
	$node->safe_psql($db, "ALTER SCHEMA $schema RENAME TO theirs; CREATE EXTENSION accountmatch");
	is( $node->safe_psql($db, q{SELECT count(*) FROM pg_extension WHERE extname = 'accountmatch'}),
		'1', "schema $schema: renaming it helps");
}

# Only a superuser may create it, whatever he may do in the database
$node->safe_psql('postgres', 'CREATE DATABASE others OWNER other TEMPLATE template0');
my ($rc, $stdout, $stderr) =
  $node->psql('others', 'CREATE EXTENSION accountmatch', extra_params => [ '-U', 'other' ]);
isnt($rc, 0, 'a role that is no superuser cannot create it');
like($stderr, qr/permission denied to create extension "accountmatch"/, 'and is told so');

# DROP EXTENSION leaves nothing but the empty schema that CREATE EXTENSION
# made: PostgreSQL does not count it among an extension's objects
my $objects = q{
	SELECT (SELECT count(*) FROM pg_proc) AS procs, (SELECT count(*) FROM pg_type) AS types,
		(SELECT count(*) FROM pg_class) AS classes, (SELECT count(*) FROM pg_operator) AS operators,
		(SELECT count(*) FROM pg_opclass) AS opclasses, (SELECT count(*) FROM pg_cast) AS casts,
		(SELECT count(*) FROM pg_constraint) AS constraints, (SELECT count(*) FROM pg_namespace
			WHERE nspname <> 'accountmatch') AS schemas, (SELECT count(*) FROM pg_description d
			WHERE d.classoid <> 'pg_namespace'::regclass) AS comments, (SELECT count(*) FROM pg_roles) AS roles};
$node->safe_psql('postgres', 'CREATE DATABASE dropped TEMPLATE template0');
my $before = $node->safe_psql('dropped', $objects);
$node->safe_psql('dropped', 'CREATE EXTENSION accountmatch');
isnt($node->safe_psql('dropped', $objects), $before, 'the count of objects tells whether it is there');
$node->safe_psql('dropped', 'DROP EXTENSION accountmatch');
is($node->safe_psql('dropped', $objects), $before, 'DROP EXTENSION leaves no object');
$node->safe_psql('dropped', 'CREATE EXTENSION accountmatch');
pass('it can be created again');

# A dump carries the user's settings, and what the user built on the functions
$node->safe_psql('postgres', 'CREATE DATABASE kept TEMPLATE template0');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->safe_psql('kept', q{
	CREATE EXTENSION accountmatch;
	SELECT accountmatch.set_status_word('Paying', 'customer');
	SELECT accountmatch.set_status_word('Prospect', 'partner');
	SELECT accountmatch.set_tier('customer', 'customer', 1, 'high', 'Celebrate');
	SELECT accountmatch.set_tier('opportunity', 'customer', NULL);
	CREATE TABLE crm (account_id int PRIMARY KEY, website text,
		host text GENERATED ALWAYS AS (accountmatch.match_host(website)) STORED);
	CREATE INDEX ON crm (accountmatch.match_domain(website));
	INSERT INTO crm VALUES (1, 'https://www.acme.com/x'), (2, 'shop.b.co.uk');
	CREATE VIEW own_overlap AS SELECT * FROM accountmatch.overlap('crm', 'crm');
});
my $dump = "$PostgreSQL::Test::Utils::tmp_check/kept.sql";
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('kept') ], 'pg_dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ],
	'the dump loads');
for (
	[ 'status words', 'SELECT * FROM accountmatch.status_words() ORDER BY word' ],
	[ 'tiers',        'SELECT * FROM accountmatch.tiers() ORDER BY our_status, their_status' ],
	[ 'rows',         'SELECT * FROM crm ORDER BY 1' ],
	[ 'a view',       'SELECT our_id, their_id, match_key FROM own_overlap ORDER BY 1, 2' ],
	[ 'indexes',      q{SELECT indexdef FROM pg_indexes WHERE tablename = 'crm' ORDER BY 1} ],
	[ 'privileges',   q{SELECT nspname, nspacl FROM pg_namespace WHERE nspname ~ 'accountmatch' ORDER BY 1} ])
{
	my ($what, $query) = @$_;
	is($node->safe_psql('restored', $query), $node->safe_psql('kept', $query), "restored: $what");
}
is( $node->safe_psql('restored', q{SELECT segment, tier, play FROM accountmatch.classify('paying', 'Customer')}),
	'customer-customer|1|Celebrate', 'restored settings are in force');

# Another superuser restores it into a cluster where the dump's owner is a role
$node->safe_psql('postgres', 'CREATE ROLE admin SUPERUSER LOGIN; CREATE DATABASE moved TEMPLATE template0');
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('moved') . " user=admin" ],
	'another superuser can load the dump');

$node->stop;
done_testing();
