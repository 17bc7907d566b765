# Upgrading from any released version gives what a fresh install gives, and a
# dump of any released version loads into the newest.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('upgrade');
my $tmp  = $PostgreSQL::Test::Utils::tmp_check;
my ($newest) = slurp_file('META.json') =~ /"version": "([0-9.]+)"/;

# The objects of the extension in a database, "kind schema.name" => definition
# with comment and privileges, as pg_upgrade would carry them: only in that mode
# pg_dump writes the members of an extension
sub members
{
	my ($db) = @_;
	my ($dump, $stderr) = run_command([ 'pg_dump', '--binary-upgrade', '--schema-only', '-d', $node->connstr($db) ]);
	die $stderr if $stderr;
	my %member;
	while ($dump =~ /^-- Name: (\N*?)(?:; Owner: \N*)?\n--\n(.*?)(?=^--$)/msg)
	{
		my ($name, $definition) = ($1, $2);
		# OIDs and transaction ids differ from database to database
		$definition =~ s/^SELECT pg_catalog\.binary_upgrade_(?:set_next|create_empty)_\N*;\n//mg;
		$definition =~ s/^UPDATE pg_catalog\.pg_class\nSET relfrozenxid\N*\n\N*;\n//mg;
		$member{$name} = $definition;
	}
	$member{'what is dumped'} = $node->safe_psql($db, q{
		SELECT c.oid::regclass, c.condition FROM pg_extension,
			unnest(extconfig, extcondition) AS c(oid, condition)
		WHERE extname = 'accountmatch' ORDER BY c.oid::regclass::text COLLATE "C"});
	return \%member;
}

sub new_database
{
	my ($db, @sql) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->safe_psql($db, $_) for @sql;
	return $db;
}

my $fresh = members(new_database('fresh', 'CREATE EXTENSION accountmatch'));
is( $node->safe_psql('fresh', q{SELECT extversion FROM pg_extension WHERE extname = 'accountmatch'}),
	$newest, 'the newest version is the default');

is_deeply(members(new_database('fresh_again', 'CREATE EXTENSION accountmatch')), $fresh, 'two fresh installs are equal');

# The comparison sees every function of the extension, and every kind of change
my $functions = $node->safe_psql('fresh', q{
	SELECT count(*) FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass
		AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'accountmatch')
		AND d.classid = 'pg_proc'::regclass});
is(scalar(grep { /; Type: (?:FUNCTION|PROCEDURE); Schema: _?accountmatch/ } keys %$fresh), $functions, 'all functions are compared');
for (
	[ 'cost',      'ALTER FUNCTION accountmatch.match_host(text) COST 7' ],
	[ 'comment',   q{COMMENT ON FUNCTION accountmatch.match_host(text) IS 'x'} ],
	[ 'privilege', 'GRANT SELECT ON _accountmatch.tier TO PUBLIC' ],
	[ 'column',    'ALTER TABLE _accountmatch.tier ADD test_note text' ],
	[ 'attribute', 'ALTER TYPE accountmatch.tier_row ADD ATTRIBUTE test_note text' ],
	[ 'label',     q{ALTER TYPE accountmatch.domain_kind ADD VALUE 'test_label'} ],
	[ 'check',     'ALTER TABLE _accountmatch.tier ADD CHECK (tier > 0)' ],
	[ 'new',       'CREATE FUNCTION accountmatch.test_function() RETURNS int LANGUAGE sql RETURN 1; ALTER EXTENSION accountmatch ADD FUNCTION accountmatch.test_function()' ])
{
	my ($kind, $change) = @$_;
	my $changed = members(new_database("changed_$kind", 'CREATE EXTENSION accountmatch', $change));
	ok(!eq_hash($changed, $fresh), "a changed $kind is seen");
}

# Modules that only declare functions can be replayed, as upgrade scripts do
my ($library) = slurp_file('accountmatch.control') =~ /^module_pathname = '(.*)'/m;
new_database('replayed', 'CREATE EXTENSION accountmatch');
my $install = slurp_file(extension_dir() . "/accountmatch--$newest.sql");
my (undef, %module) = split /^-- (src\S+\.sql)\n/m, $install;
my @replayable = grep { !/(?:^|[_\/])(?:types|tables|accountmatch)\.sql$/ } sort keys %module;
cmp_ok(scalar @replayable, '>=', 3, 'there are modules to replay');
for my $name (@replayable)
{
	my $sql = $module{$name} =~ s/MODULE_PATHNAME/$library/gr;
	my ($rc, undef, $stderr) = $node->psql('replayed', $sql, on_error_stop => 1);
	is($stderr, '', "$name can be replayed");
}
is_deeply(members('replayed'), $fresh, 'replaying changes nothing');

# What a user has: settings in the extension's tables, own objects on its functions
my $user_objects = q{
	SELECT accountmatch.set_status_word('paying', 'customer');
	SELECT accountmatch.set_tier('customer', 'customer', 1, 'high', 'Celebrate');
	CREATE TABLE crm (account_id int PRIMARY KEY, website text, status text);
	CREATE INDEX crm_domain ON crm (accountmatch.match_domain(website));
	INSERT INTO crm VALUES (1, 'https://www.acme.com/', 'Paying'), (2, 'b.co.uk', 'lead');
	CREATE VIEW own_overlap AS SELECT * FROM accountmatch.overlap('crm', 'crm');
};
my $user_results = q{
	SELECT our_id, their_id, segment, tier, match_key FROM own_overlap ORDER BY 1, 2;
	SELECT * FROM accountmatch.classify('paying', 'customer');
	SELECT word, status FROM accountmatch.status_words() WHERE NOT built_in;
};
new_database('user_fresh', 'CREATE EXTENSION accountmatch', $user_objects);
my $expected = $node->safe_psql('user_fresh', $user_results);

for my $script (sort glob 'release/accountmatch--*.sql')
{
	my ($name, $old) = $script =~ /(accountmatch--([0-9.]+)\.sql)$/ or next;
	is(slurp_file(extension_dir() . "/$name"), slurp_file($script), "$old: is installed as released");
	next if $old eq $newest;

	(my $db = "from_$old") =~ tr/./_/;
	new_database($db, "CREATE EXTENSION accountmatch VERSION '$old'", 'ALTER EXTENSION accountmatch UPDATE');
	is_deeply(members($db), $fresh, "$old: upgrading gives what a fresh install gives");

	new_database("user_$db", "CREATE EXTENSION accountmatch VERSION '$old'", $user_objects);
	$node->command_ok([ 'pg_dump', '-f', "$tmp/$old.sql", '-d', $node->connstr("user_$db") ], "$old: pg_dump");
	new_database("dump_$db");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$tmp/$old.sql", '-d', $node->connstr("dump_$db") ],
		"$old: its dump loads into $newest");
	is($node->safe_psql("dump_$db", $user_results), $expected, "$old: and gives the same results");

	$node->safe_psql("user_$db", 'ALTER EXTENSION accountmatch UPDATE');
	is($node->safe_psql("user_$db", $user_results), $expected, "$old: as does upgrading under the user's objects");
}

# Every upgrade script of a release is installed as it was released, too
for my $script (sort glob 'release/accountmatch--*--*.sql')
{
	my ($name) = $script =~ m{([^/]+)$};
	is(slurp_file(extension_dir() . "/$name"), slurp_file($script), "$name: is installed as released");
}

# Upgrade sources take modules in
mkdir "$tmp/src";
append_to_file("$tmp/src/module.sql", "SELECT 'module';\n");
append_to_file("$tmp/upgrade.sql", "SELECT 1;\n-- include $tmp/src/module.sql\nSELECT 2;\n");
my ($expanded) = run_command([ 'perl', 'src/upgrade/expand.pl', "$tmp/upgrade.sql" ]);
like($expanded, qr/\ASELECT 1;\n-- \S+module\.sql\n\nSELECT 'module';\n\nSELECT 2;\z/, 'expand.pl includes a module in its place');
append_to_file("$tmp/upgrade.sql", "-- include $tmp/src/none.sql\n");
command_fails_like([ 'perl', 'src/upgrade/expand.pl', "$tmp/upgrade.sql" ], qr/upgrade\.sql:4: .*none\.sql: No such file/,
	'expand.pl names the line whose module is missing');

$node->stop;
done_testing();
