# A role that owns nothing, and may create things where others look, attacks blinding.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('attack');
my $dir = make_keydir();
$node->init(extra => [ '--encoding=UTF8', '--no-locale', '--wal-segsize=1' ]);
$node->append_conf('postgresql.conf', "accountmatch.key_directory = '$dir'\nmax_files_per_process = 64\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE mallory LOGIN; GRANT CREATE ON DATABASE postgres TO mallory; GRANT CREATE ON SCHEMA public TO mallory');
my $sql = sub { $node->safe_psql('postgres', shift) };
my $mallory = sub { $node->safe_psql('postgres', shift, extra_params => [ '-U', 'mallory' ]) };
my $fails = sub { error_of($node, shift, extra_params => [ '-U', 'mallory' ]) };

# before CREATE EXTENSION: schemas of its names
for my $schema ('accountmatch', '_accountmatch')
{
	$mallory->("CREATE SCHEMA $schema");
	like(error_of($node, 'CREATE EXTENSION accountmatch'), qr/schema "$schema" exists already and belongs to "mallory"/, "planted schema $schema");
	$mallory->("DROP SCHEMA $schema");
}
# and in public, all that the script and the functions could take for the real thing
my $shadow = "
	CREATE FUNCTION %1\$s.stolen() RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'shadowed'; END \$\$;
	CREATE FUNCTION %1\$s.cmp(anyelement, anyelement) RETURNS boolean LANGUAGE sql AS 'SELECT %1\$s.stolen()';
	CREATE OPERATOR %1\$s.= (FUNCTION = %1\$s.cmp, LEFTARG = anyelement, RIGHTARG = anyelement);
	CREATE OPERATOR %1\$s.<> (FUNCTION = %1\$s.cmp, LEFTARG = anyelement, RIGHTARG = anyelement);
	CREATE FUNCTION %1\$s.name_text(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT %1\$s.stolen()';
	CREATE OPERATOR %1\$s.= (FUNCTION = %1\$s.name_text, LEFTARG = name, RIGHTARG = text);
	CREATE OPERATOR %1\$s.<> (FUNCTION = %1\$s.name_text, LEFTARG = name, RIGHTARG = text);
	CREATE FUNCTION %1\$s.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT %1\$s.stolen()::text';
	CREATE FUNCTION %1\$s.btequalimage(oid) RETURNS boolean LANGUAGE sql AS 'SELECT %1\$s.stolen()';
	CREATE FUNCTION %1\$s.key_list() RETURNS boolean LANGUAGE sql AS 'SELECT %1\$s.stolen()';
	CREATE FUNCTION %1\$s.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT %1\$s.stolen()::text';
	CREATE TYPE %1\$s.blinded AS ENUM ('planted'); CREATE TYPE %1\$s.key_entry AS ENUM ('planted');
	CREATE TYPE %1\$s.name AS ENUM ('planted'); CREATE TYPE %1\$s.text AS ENUM ('planted');";
$mallory->(sprintf $shadow, 'public');
$sql->('SET search_path = public, pg_catalog; CREATE EXTENSION accountmatch');
is($sql->("SELECT count(*) FROM pg_depend d JOIN pg_depend e ON e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
		AND e.refclassid = 'pg_extension'::regclass AND e.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'accountmatch')
	WHERE d.refobjid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT oid FROM pg_operator WHERE oprnamespace = 'public'::regnamespace
		UNION ALL SELECT oid FROM pg_type WHERE typnamespace = 'public'::regnamespace)"), 0, 'nothing of the extension rests on what was planted');
is($sql->("SELECT count(*) FROM pg_extension e JOIN pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e' WHERE extname = 'accountmatch'
	AND ((d.classid = 'pg_proc'::regclass AND (SELECT proowner FROM pg_proc WHERE oid = d.objid) = 'mallory'::regrole)
	OR (d.classid = 'pg_type'::regclass AND (SELECT typowner FROM pg_type WHERE oid = d.objid) = 'mallory'::regrole))"), 0, 'nor is anything of it his');

# keys and a table of somebody else's
$sql->('CREATE ROLE app LOGIN; GRANT USAGE, CREATE ON SCHEMA public TO app; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO app');
my $key = $sql->("SELECT accountmatch.create_key('acme', 'app')");
my $app = sub { $node->safe_psql('postgres', shift, extra_params => [ '-U', 'app' ]) };
$app->("CREATE TABLE accounts (website text, k accountmatch.blinded GENERATED ALWAYS AS (accountmatch.blind_domain(website, '$key')) STORED);
	CREATE UNIQUE INDEX ON accounts (k); INSERT INTO accounts SELECT 'company' || i || '.com' FROM generate_series(1, 200) i; GRANT SELECT, INSERT ON accounts TO mallory");

# shadows in front of everything: what is stored, indexes and joins by operator class do not look names up
$mallory->("CREATE SCHEMA m; " . sprintf($shadow, 'm') . "
	CREATE FUNCTION m.blind_domain(pg_catalog.text, pg_catalog.text) RETURNS boolean LANGUAGE sql AS 'SELECT m.stolen()';
	CREATE FUNCTION m.blinded_cmp(accountmatch.blinded, accountmatch.blinded) RETURNS integer LANGUAGE sql AS 'SELECT m.stolen()::int';
	CREATE FUNCTION m.eq(accountmatch.blinded, accountmatch.blinded) RETURNS boolean LANGUAGE sql AS 'SELECT m.stolen()';
	CREATE OPERATOR m.= (FUNCTION = m.eq, LEFTARG = accountmatch.blinded, RIGHTARG = accountmatch.blinded); GRANT USAGE ON SCHEMA m TO app");
is($app->("SET search_path = m, public; INSERT INTO accounts VALUES ('new.com'); REINDEX TABLE accounts;
	SELECT count(k), count(DISTINCT k) FROM accounts"), '201|201', 'shadowed names do not reach stored expressions and operator classes');
is($app->("SET search_path = m, public; SET enable_hashagg = off; SELECT count(*) FROM (SELECT k FROM accounts GROUP BY k ORDER BY k) g"), 201, 'nor sorting');
$sql->('SET search_path = m, public; SELECT count(*) FROM accountmatch.keys');
# what needs ownership, or superuser
for my $try ('CREATE CAST (pg_catalog.text AS accountmatch.blinded) WITH INOUT', 'CREATE CAST (accountmatch.blinded AS pg_catalog.text) WITH INOUT',
	'CREATE OPERATOR CLASS m.c DEFAULT FOR TYPE accountmatch.blinded USING btree AS STORAGE accountmatch.blinded',
	'CREATE FUNCTION accountmatch.blind_domain(text) RETURNS text LANGUAGE sql AS $$ SELECT 1::text $$',
	'CREATE OR REPLACE FUNCTION _accountmatch.blinded_eq(accountmatch.blinded, accountmatch.blinded) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
	'ALTER TYPE accountmatch.blinded SET (STORAGE = plain)', 'DROP EXTENSION accountmatch',
	"CREATE FUNCTION m.raw(pg_catalog.text, pg_catalog.name) RETURNS pg_catalog.text AS '\$libdir/accountmatch-1', 'acm_create_key' LANGUAGE c",
	'CREATE TABLE _accountmatch.x ()', 'CREATE VIEW accountmatch.v AS SELECT 1')
{
	like($fails->($try), qr/^ERROR:  (must be|permission denied|only superuser)/, 'refused');
}

# no right to a key: neither by calling, nor through what others own
for my $f ("create_key('m')", "key_list()", "blind_domain('a.com', '$key')", "blind_domain('a.com', 'acme')")
{
	like($fails->("SELECT accountmatch.$f"), qr/permission denied for function/, "no call: $f");
}
like($fails->("INSERT INTO accounts VALUES ('guess.com')"), qr/permission denied for function blind_domain/, 'no oracle in a generated column');
like($fails->("CREATE TABLE mine (website text, k accountmatch.blinded GENERATED ALWAYS AS (accountmatch.blind_domain(website, '$key')) STORED); INSERT INTO mine VALUES ('guess.com')"),
	qr/permission denied for function blind_domain/, 'nor in his own');
$sql->('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO mallory; GRANT SELECT ON accountmatch.keys TO mallory');
for my $f ("blind_domain('a.com', '$key')", "blind_domain('a.com', 'acme')", "confirm_key('acme', pg_catalog.repeat('0', 32))", "confirmation_code('acme')")
{
	like($fails->("SELECT accountmatch.$f"), qr/does not exist, or role "mallory" may not use it/, "no key: $f");
}
like($fails->("INSERT INTO accounts VALUES ('guess.com')"), qr/does not exist, or role "mallory" may not use it/, 'still no oracle in a generated column');
like($fails->("SELECT accountmatch.create_key('m', 'app')"), qr/must have the privileges of role "app"/, 'no key in the name of another');
is($mallory->('SELECT count(*) FROM accountmatch.keys'), 0, 'and sees none');
# as his own role he makes keys; a trap that runs as somebody else gets his rights, not mallory's
$mallory->("SELECT accountmatch.create_key('his')");
like(error_of($node, "SELECT accountmatch.blind_domain('a.com', 'his')", extra_params => [ '-U', 'app' ]), qr/role "app" may not use it/, 'his key is his');

# another directory: the setting, before the library is loaded and after, from every side
my $evil = make_keydir();
system_or_bail("cp -p '$dir'/* '$evil'");
my $set = "SET accountmatch.key_directory = '$evil'";
my $here = 'SELECT accountmatch.create_key';
my $try = sub { $node->psql('postgres', shift, extra_params => [ '-U', 'mallory' ], stdout => \my $out, stderr => \my $err);
	return $err };
like($try->("$set; $here('m1')"), qr/permission denied to set parameter "accountmatch.key_directory"/, 'SET before the library is loaded has no effect');
like($try->("SELECT '00000000:00000000000000000000000000000000'::accountmatch.blinded; $set"), qr/permission denied to set parameter/, 'nor after');
{
	local $ENV{PGOPTIONS} = "-c accountmatch.key_directory=$evil";
	like($try->("$here('m2')"), qr/permission denied to set parameter/, 'nor from the client');
}
like($try->("LOAD '\$libdir/accountmatch-1'; ALTER ROLE mallory SET accountmatch.key_directory = '$evil'"), qr/^.*(permission denied|access to library)/, 'nor by ALTER ROLE');
like($try->("ALTER ROLE mallory SET accountmatch.key_directory = '$evil'") . $try->("$here('m3')"), qr/permission denied/, 'nor for later');
like($try->("SELECT pg_catalog.set_config('accountmatch.key_directory', '$evil', false); $here('m4')"), qr/permission denied to set parameter/, 'nor by set_config');
is(scalar(grep { /^m\d/ } key_files($evil)), 0, 'nothing was made there');
# files, by what the server offers
like($fails->($_), qr/^ERROR:  (must be|permission denied)/, 'no file access') for "COPY (SELECT 1) TO '$dir/x.00000000'", "SELECT pg_catalog.pg_read_file('$dir/x')",
	"SELECT pg_catalog.pg_ls_dir('$dir')", "SELECT pg_catalog.lo_export(1, '$dir/x')";

# file handles exhausted: many relations open at once, then keys
$app->("CREATE TABLE many (i int) PARTITION BY LIST (i);
	DO \$\$ BEGIN FOR i IN 1 .. 150 LOOP EXECUTE pg_catalog.format('CREATE TABLE many_%s PARTITION OF many FOR VALUES IN (%s)', i, i); END LOOP; END \$\$;
	INSERT INTO many SELECT pg_catalog.generate_series(1, 150)");
is($app->("SELECT count(*), count(DISTINCT accountmatch.blind_domain('company' || i || '.com', 'acme')) FROM many"), '150|150', 'few file handles are enough');
is($app->("DO \$\$ BEGIN FOR i IN 1 .. 200 LOOP
		BEGIN PERFORM accountmatch.blind_domain('a.com', 'none'); EXCEPTION WHEN undefined_object THEN NULL; END;
		BEGIN PERFORM accountmatch.blind_domain('a.com', '$key'); END; END LOOP; END \$\$; SELECT accountmatch.blind_key_id(accountmatch.blind_domain('a.com', '$key'))"),
	$key =~ s{.*/}{}r, 'errors leave none open');

done_testing();
