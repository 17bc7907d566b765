# Blinded columns in the hands of roles without a key, and of partners who send what nobody blinds.
use strict;
use warnings;
use Blinding;
use File::Copy qw(move copy);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $dir) = key_node('columns', conf => "log_min_messages = debug1\n");
my $sql = sub { $node->safe_psql('postgres', shift) };
my $as = sub { my ($role, $what) = @_; $node->safe_psql('postgres', $what, extra_params => [ '-U', $role ]) };
my $fails = sub { my ($role, $what) = @_; error_of($node, $what, extra_params => [ '-U', $role ]) };
$sql->('CREATE ROLE keepers; CREATE ROLE keeper LOGIN IN ROLE keepers; CREATE ROLE half LOGIN IN ROLE keepers; CREATE ROLE mallory LOGIN;
	GRANT CREATE ON DATABASE postgres TO mallory;
	GRANT EXECUTE ON FUNCTION blind_domain(text, text), blind_company(text, text), blind_identifier(text, text, text) TO keeper, mallory');
my $key = $sql->("SELECT create_key('acme', 'keepers')");
my ($id) = $key =~ m{/(.*)};
$sql->("CREATE TABLE plain (account_id text, name text, website text, lei text); CREATE TABLE blind (account_id text, name blinded, website blinded, lei blinded);
	INSERT INTO plain SELECT i, 'Firm number ' || i, 'https://www.firm' || i || '.com/', NULL FROM generate_series(1, 100) i;
	INSERT INTO blind SELECT i, blind_company('FIRM NUMBER ' || i, '$key'), blind_domain('firm' || i || '.com', '$key') FROM generate_series(51, 150) i;
	GRANT SELECT ON plain, blind TO PUBLIC");
my $overlap = "SELECT count(*) FROM overlap('plain', 'blind')";

# who may do what
is($as->('keeper', $overlap), 50, 'a role with the key blinds on the fly');
is($as->('keeper', "SELECT count(*) FROM overlap('blind', 'plain')"), 50, 'on either side');
is($as->('mallory', "SELECT count(*) FROM overlap('blind', 'blind')"), 100, 'blinded against blinded takes no key');
my $refusal = qr/^ERROR:  key "$id" does not exist, or role "mallory" may not use it\n(HINT: .*\n)CONTEXT:  comparing plain values of public\.plain with column \w+ of public\.blind, which is blinded under key $id/;
for my $call ("overlap('plain', 'blind')", "overlap('blind', 'plain')", "segments('plain', 'blind')", "overlap_evidence('plain', 'blind')", "explain_match('plain', 'blind', '51', '51')")
{
	like($fails->('mallory', "SELECT * FROM $call"), $refusal, "no oracle: $call");
}
like($fails->('mallory', "SELECT * FROM find_matches('blind', website => 'firm60.com')"), qr/key "$id" does not exist, or role "mallory" may not use it/, 'nor find_matches');
is($as->('mallory', "SELECT accounts FROM preflight('blind') WHERE \"check\" = 'blinded name'"), 100, 'preflight takes no key');
# the same words for a key that does not exist
$sql->("CREATE TABLE forged AS SELECT account_id, ('deadbeef' || substr(website::text, 9))::blinded AS website FROM blind; GRANT SELECT ON forged TO PUBLIC");
my $none = $fails->('mallory', "SELECT * FROM overlap('plain', 'forged')");
my $not_his = $fails->('mallory', "SELECT * FROM overlap('plain', 'blind', our_columns => '{\"name\": null}', their_columns => '{\"name\": null, \"lei\": null}')");
is($none =~ s/deadbeef/$id/gr =~ s/forged/blind/gr, $not_his, 'a key that does not exist and one of another role: one error');
like($fails->('keeper', "SELECT * FROM overlap('blind', 'forged')"), qr/^ERROR:  column website of public\.blind and column website of public\.forged are blinded under different keys, $id and deadbeef/, 'two keys');
# EXECUTE is asked for as well
like($fails->('half', $overlap), qr/^ERROR:  permission denied for function blind_/, 'a role with the key, but not the function');
$sql->('GRANT EXECUTE ON FUNCTION blind_company(text, text) TO half');
like($fails->('half', $overlap), qr/^ERROR:  permission denied for function blind_domain/, 'or not all of them');
is($as->('half', "SELECT count(*) FROM overlap('plain', 'blind', our_columns => '{\"website\": null}', their_columns => '{\"website\": null}')"), 50, 'names need that of names alone');
# one key under two names, for two roles; pending ones
copy("$dir/acme.$id", "$dir/copy.$id") or die $!;
chmod 0600, "$dir/copy.$id";
is($as->('keeper', $overlap), 50, 'a key under two names');
move("$dir/acme.$id", "$dir/acme.$id.pending") or die $!;
is($as->('keeper', $overlap), 50, 'one of them pending');
move("$dir/copy.$id", "$dir/copy.$id.pending") or die $!;
like($fails->('keeper', $overlap), qr/key "$id" does not exist/, 'pending keys blind nothing');
move("$dir/acme.$id.pending", "$dir/acme.$id") or die $!;

# between two calls of a session the key goes, and the right to it
my $two = sub {
	my ($between) = @_;
	$node->psql('postgres', "$overlap;\n\\! $between\n$overlap;\nSELECT count(*) FROM overlap('blind', 'blind');", extra_params => [ '-U', 'keeper' ], on_error_stop => 0,
		stdout => \my $out, stderr => \my $err);
	return "$out\n$err";
};
like($two->("mv '$dir/acme.$id' '$dir/gone'"), qr/^50\n100\n.*key "$id" does not exist/s, 'key file removed between two calls');
move("$dir/gone", "$dir/acme.$id") or die $!;
my $revoke = "psql -X -q -d '" . $node->connstr('postgres') . "' -U postgres -c 'REVOKE keepers FROM keeper'";
like($two->($revoke), qr/^50\n100\n.*key "$id" does not exist/s, 'right to it revoked between two calls');
$sql->('GRANT keepers TO keeper');
# and while the lists are read
$sql->("CREATE VIEW slow AS SELECT account_id, name, website FROM plain, (SELECT pg_sleep(0.5) FROM pg_sleep(0.5) OFFSET 0) s; GRANT SELECT ON slow TO PUBLIC");
my ($out, $err) = ('', '');
my $run = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-U', 'keeper', '-c', "SELECT count(*) FROM overlap('slow', 'blind')" ], '>', \$out, '2>', \$err);
$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
move("$dir/acme.$id", "$dir/gone") or die $!;
$run->finish;
like($err, qr/key "$id" does not exist/, 'key file removed while the lists are read');
move("$dir/gone", "$dir/acme.$id") or die $!;

# find_matches goes by the index on the column, and sees a second key through it
$sql->('CREATE INDEX blind_website ON blind (website); CREATE INDEX blind_name ON blind (name); ALTER TABLE blind ADD PRIMARY KEY (account_id)');
$sql->("INSERT INTO blind SELECT i, blind_company('Bulk ' || i, '$key'), blind_domain('bulk' || i || '.com', '$key') FROM generate_series(1000, 5000) i; ANALYZE blind");
my $scans = "SELECT sum(idx_scan) > 0 FROM pg_stat_user_indexes WHERE indexrelname IN ('blind_website', 'blind_name')";
is($as->('keeper', "SELECT their_id, rule FROM find_matches('blind', name => 'Firm Number 60 Inc', website => 'https://shop.firm60.com')"), '60|domain', 'find_matches');
is($as->('keeper', "SELECT their_id, rule, why FROM find_matches('blind', name => 'Bulk 1234')"), '1234|name|Both have the name bulk 1234, and no domain or country speaks against it.', 'by name');
ok($node->poll_query_until('postgres', $scans), 'through the indexes');
is($sql->("SELECT count(*) FROM pg_stat_user_tables WHERE relname = 'blind' AND seq_scan > 50"), 0, 'and not through the table');
$node->psql('postgres', "BEGIN; INSERT INTO blind (account_id, website) VALUES ('x', 'ffffffff:00000000000000000000000000000000'); SELECT * FROM find_matches('blind', website => 'firm60.com')", stderr => \$err);
like($err, qr/column website of public\.blind is blinded under two keys, $id and ffffffff/, 'a column with two keys, though no candidate has the second');
$sql->("CREATE TABLE arrays AS SELECT account_id, ARRAY[NULL, website] AS website, ARRAY[name] AS name FROM blind; GRANT SELECT ON arrays TO PUBLIC");
is($as->('keeper', "SELECT their_id, rule FROM find_matches('arrays', website => 'firm60.com')"), '60|domain', 'find_matches in arrays');

# what a partner may send: huge arrays, other shapes, nulls
my $v = sub { my ($n) = @_; "('$id:' || lpad(to_hex($n), 32, '0'))::blinded" };
$sql->("CREATE TABLE huge (account_id int, website blinded[]);
	INSERT INTO huge SELECT 1, array_agg(" . $v->('i % 1000') . ") FROM generate_series(1, 100000) i; INSERT INTO huge SELECT 2, array_fill(" . $v->(7) . ", ARRAY[100, 1000]);
	INSERT INTO huge SELECT 3, array_fill(NULL::blinded, ARRAY[1000000]); INSERT INTO huge VALUES (4, '{}'), (5, NULL);
	CREATE TABLE one AS SELECT 1 AS account_id, " . $v->(7) . " AS website");
is($sql->("SET statement_timeout = '60s'; SELECT string_agg(our_id, ',' ORDER BY our_id) FROM overlap('huge', 'one')"), '1,2', 'huge arrays, of few values, of two dimensions, of nulls');
$sql->("UPDATE huge SET website = (SELECT array_agg(" . $v->('i') . ") FROM generate_series(1, 100000) i) WHERE account_id = 4");
like($fails->('postgres', "SELECT count(*) FROM overlap('huge', 'one')"), qr/an account of public\.huge has more than 1000 names, domains or identifiers/, 'of too many values');
# one value for all, on both sides: no product of their numbers
$sql->("CREATE TABLE same AS SELECT i AS account_id, " . $v->(1) . " AS website, " . $v->(2) . " AS name FROM generate_series(1, 100000) i");
is($sql->("SET statement_timeout = '60s'; SELECT count(DISTINCT our_id), count(DISTINCT their_id), count(DISTINCT company) FROM overlap('same', 'same')"), '100000|100000|1', 'one value for all');
$sql->('UPDATE same SET website = NULL');
is($sql->("SET statement_timeout = '60s'; SELECT count(*) FROM overlap('same', 'same')"), 0, 'one name for all');
# a column without values
$sql->("CREATE TABLE nothing (account_id text, name blinded, website blinded); INSERT INTO nothing VALUES ('a', NULL, NULL); GRANT SELECT ON nothing TO PUBLIC");
is($as->('mallory', "SELECT count(*) FROM overlap('plain', 'nothing')"), 0, 'nothing blinded, nothing to ask a key for');
is($as->('mallory', "SELECT count(*) FROM find_matches('nothing', website => 'a.com', name => 'A')"), 0, 'nor in find_matches');
# a type of the same name elsewhere is text like any other
$as->('mallory', "CREATE SCHEMA m; CREATE TYPE m.blinded AS ENUM ('firm7.com'); CREATE TABLE m.t (account_id text, website m.blinded); INSERT INTO m.t VALUES ('t', 'firm7.com'); GRANT USAGE ON SCHEMA m TO PUBLIC; GRANT SELECT ON m.t TO PUBLIC");
is($sql->("SELECT our_id FROM overlap('plain', 'm.t')"), 7, 'an impostor of the type');
# shadowed operators and functions, in front of all
$as->('mallory', "CREATE FUNCTION m.trap(anyelement, anyelement) RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'trap'; END \$\$;
	CREATE OPERATOR m.= (FUNCTION = m.trap, LEFTARG = anyelement, RIGHTARG = anyelement); CREATE OPERATOR m.< (FUNCTION = m.trap, LEFTARG = anyelement, RIGHTARG = anyelement);
	CREATE OPERATOR m.> (FUNCTION = m.trap, LEFTARG = anyelement, RIGHTARG = anyelement);
	CREATE FUNCTION m.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'trap'; END \$\$;
	CREATE FUNCTION m.blind_domain(text, text) RETURNS accountmatch.blinded LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'trap'; END \$\$");
is($sql->("SET search_path = m, public, accountmatch, pg_catalog; SELECT pg_catalog.string_agg(their_id, ',') FROM accountmatch.find_matches('arrays', website => 'firm60.com')"), '60', 'shadows do not reach the queries');

# what the user knows better, of blinded domains
$sql->("CREATE TABLE fixes (action text, our_id text, their_id text, domain text); CREATE TABLE names (domain text, canonical text, kind text);
	CREATE TABLE a (account_id text, website text); CREATE TABLE b (account_id text, website blinded); GRANT SELECT ON fixes, names, a, b TO PUBLIC;
	INSERT INTO a VALUES ('a1', 'one.com'), ('a2', 'two.com'), ('a3', 'three.com'), ('a4', 'parent.com'), ('a5', 'www.sub.four.com');
	INSERT INTO b SELECT 'b' || n, blind_domain(d, '$key') FROM (VALUES (1, 'uno.com'), (2, 'two.com'), (3, 'three.com'), (4, 'child.com'), (5, 'quattro.com')) v(n, d);
	INSERT INTO fixes VALUES ('suppress', NULL, NULL, 'three.com'); INSERT INTO names VALUES ('uno.com', 'eins.com', 'same'), ('one.com', 'eins.com', 'same'), ('child.com', 'parent.com', 'family'), ('sub.four.com', 'quattro.com', NULL)");
my $corrected = sub { "SELECT string_agg(concat(our_id, their_id, rule), ' ' ORDER BY our_id) FROM overlap('$_[0]', '$_[1]', overrides => 'fixes', aliases => 'names')" };
is($as->('keeper', $corrected->('a', 'b')), 'a1b1domain a2b2domain a4b4family a5b5domain', 'aliases, families and suppressed domains');
$sql->("CREATE TABLE a_blind AS SELECT account_id, blind_domain(website, '$key') AS website FROM a; GRANT SELECT ON a_blind TO PUBLIC");
is($as->('keeper', $corrected->('a_blind', 'b')), 'a1b1domain a2b2domain a4b4family a5b5domain', 'both blinded');
like($fails->('mallory', $corrected->('a_blind', 'b')), qr/key "$id" does not exist, .*\n.*\nCONTEXT:  comparing the domains of overrides and aliases with column website of public\.a_blind/, 'which takes the key');
$sql->("UPDATE fixes SET action = 'block', our_id = 'a2', their_id = 'b2', domain = NULL; TRUNCATE names");
is($as->('mallory', $corrected->('a_blind', 'b')), 'a3b3domain', 'pairs of ids do not');

# large lists through temporary files give the same; cancels at any time leave nothing behind
$sql->("CREATE TABLE many AS SELECT i AS account_id, 'Bulk firm ' || i AS name, 'bulk' || i || '.com' AS website FROM generate_series(1, 60000) i;
	CREATE TABLE many_blind AS SELECT account_id, blind_company(name, '$key') AS name, blind_domain(website, '$key') AS website FROM many WHERE account_id % 2 = 0");
my $digest = "SELECT count(*), md5(string_agg(our_id || their_id || rule || why, '' ORDER BY our_id::int)) FROM overlap('many', 'many_blind')";
is($sql->("SET work_mem = '64kB'; $digest"), $sql->("SET work_mem = '256MB'; $digest"), 'through files and in memory the same');
is($sql->("SELECT count(*) FROM overlap('many', 'many_blind')"), 30000, 'and right');
srand(4711);
my $cancelled = 0;
for (1 .. 25)
{
	my $timeout = 1 + int rand 400;
	my $status = $node->psql('postgres', "SET work_mem = '256kB'; SET statement_timeout = $timeout; SELECT count(*) FROM overlap('many', 'many_blind'); SELECT count(*) FROM overlap('many_blind', 'many_blind')",
		stdout => \$out, stderr => \$err, on_error_stop => 1);
	next if $status == 0;
	$cancelled++;
	like($err, qr/canceling statement due to statement timeout/, "cancelled after $timeout ms");
}
cmp_ok($cancelled, '>', 3, 'some were');
is($sql->('SELECT count(*) FROM pg_ls_tmpdir()'), 0, 'no temporary files are left');
unlike(slurp($node->logfile), qr/PANIC|TRAP|terminated by signal|leak|still referenced/, 'and the log is quiet');

done_testing();
