# Keys: made, used, agreed on, confirmed; who may; what a rollback undoes (nothing).
use strict;
use warnings;
use Blinding;
use Fcntl qw(:flock O_RDONLY);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $dir) = key_node('keys');
my $sql = sub { $node->safe_psql('postgres', shift) };
my $fails = sub { error_of($node, @_) };

# made
my $key = $sql->("SELECT create_key('acme')");
like($key, qr{^acme/[0-9a-f]{8}$}, 'create_key tells the pinned form');
my ($id) = $key =~ m{/(.*)};
is_deeply([ key_files($dir) ], ["acme.$id"], 'one file, named by the fingerprint');
my @st = stat "$dir/acme.$id";
is($st[2] & 07777, 0600, 'for the owner alone');
is($st[7], 512, '512 bytes');
is($sql->("SELECT key, name, key_id, kind, usable, label, role, epoch, problem FROM keys"),
	"$key|acme|$id|created|t|acme|postgres|1|", 'the view shows it');

# used
my $value = $sql->("SELECT blind_domain('www.acme.com', '$key')");
like($value, qr/^$id:[0-9a-f]{32}$/, 'a blinded value begins with the key id');
is($sql->("SELECT blind_domain('https://ACME.com/about', 'acme')"), $value, 'the name alone does, too; normalized first');
is($sql->("SELECT blind_domain('acme.com', '$key') = blind_domain('acme.org', '$key')"), 'f', 'another host, another value');
is($sql->("SELECT blind_domain('acme', '$key') IS NULL AND blind_domain(NULL, '$key') IS NULL AND blind_domain('acme.com', NULL) IS NULL"),
	't', 'no host, no value');
isnt($sql->("SELECT blind_company('acme.com', '$key')"), $value, 'a name is not a domain');
is($sql->("SELECT blind_company('Face-Book, Inc.', '$key') = blind_company('Facebook', '$key')"), 't', 'names without blanks, as overlap() compares them');
is($sql->("SELECT count(blind_company(n, '$key')) FROM unnest('{n/a,Unknown,TEST,-,none}'::text[]) n"), 0, 'nothing where there is no name');
$sql->("SELECT create_key('other')");
my ($tag) = $value =~ /:(.*)/;
unlike($sql->("SELECT blind_domain('acme.com', 'other')"), qr/$tag/, 'another key, another tag');
like($fails->("SELECT blind_domain('acme.com', 'acme/00000000')"), qr{ERROR:  key "acme/00000000" does not exist, or role "postgres" may not use it}, 'the pinned form takes no other key');
like($fails->("SELECT blind_identifier('nonsense', '1', '$key')"), qr/unknown identifier scheme "nonsense"/, 'unknown scheme');
isnt($sql->("SELECT blind_identifier('duns', '001367960', '$key')"), $sql->("SELECT blind_identifier('uk_company', '01367960', '$key')"), 'schemes differ');

# from 16 on, what is no value can be told without an error
SKIP:
{
	skip 'input functions report softly from PostgreSQL 16 on', 2 if $node->pg_version < 16;
	is($sql->("SELECT pg_input_is_valid('$value', 'blinded')"), 't', 'valid input');
	is($sql->("SELECT message FROM pg_input_error_info('acme.com', 'blinded')"), 'invalid input syntax for type blinded: "acme.com"', 'invalid input');
}

# names
for my $bad ('', 'Acme', '../acme', 'a/b', 'acme.x', 'a' x 64, "acme\n", 'acme/3F2A9C01', 'acme/3f2a9c0', 'acme/3f2a9c011', '.', '/etc/passwd')
{
	like($fails->("SELECT create_key('$bad')"), qr/^ERROR:  invalid key name/, 'no name for a key');
	next if $bad eq '';
	like($fails->("SELECT blind_domain('a.com', '$bad')"), qr/^ERROR:  invalid key/, 'no key');
}
$sql->("SELECT create_key('" . 'a' x 63 . "')");
like($fails->("SELECT create_key('acme')"), qr/^ERROR:  key name "acme" is taken/, 'a name is given once');

# rights
$sql->('CREATE ROLE team NOLOGIN; CREATE ROLE ann LOGIN IN ROLE team; CREATE ROLE bob LOGIN');
for my $f ("create_key('x')", "public_key('x')", "agree_key('x', 'y', 'z')", "confirmation_code('x')", "confirm_key('x', 'y')",
	"key_fingerprint('x')", "key_list()", "blind_domain('a.com', 'acme')", "blind_company('a', 'acme')", "blind_identifier('lei', 'a', 'acme')")
{
	like($fails->("SET ROLE bob; SELECT $f"), qr/permission denied for function/, 'not for everybody');
}
like($fails->('SET ROLE bob; TABLE keys'), qr/permission denied for view keys/, 'not for everybody');
$sql->("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO bob, team; GRANT SELECT ON keys TO bob, team");
like($fails->("SET ROLE bob; SELECT create_key('b', 'team')"), qr/must have the privileges of role "team"/, 'no key for a role that one has not');
like($fails->("SET ROLE ann; SELECT create_key('b', 'nobody_there')"), qr/role "nobody_there" does not exist/, 'no key for no role');
my $team = $sql->("SET ROLE ann; SELECT create_key('team', 'team')");
is($sql->("SET ROLE ann; SELECT blind_key_id(blind_domain('a.com', 'team'))"), $team =~ s{.*/}{}r, 'who has the role may blind');
is($sql->("SET ROLE ann; SELECT string_agg(name, ' ') FROM keys"), 'team', 'and sees the keys that he may use');
is($sql->("SET ROLE bob; SELECT count(*) FROM keys"), 0, 'who has not, sees none');
# a key of others is like no key, for all that could tell
for my $f ("blind_domain('a.com', '%s')", "blind_company('a', '%s')", "blind_identifier('lei', '506700GE1G29325QX363', '%s')",
	"confirmation_code('%s')", "confirm_key('%s', repeat('0', 32))", "key_fingerprint('%s')")
{
	my $of = sub { my $e = $fails->('SET ROLE bob; SELECT ' . sprintf($f, $_[0])); $e =~ s/"$_[0]"/"KEY"/g; $e };
	is($of->('team'), $of->('none'), "no telling: $f");
	is($of->($team), $of->('team/00000000'), "no telling when pinned: $f");
	is($of->('none'), <<'END' =~ s/\n$//r, "the one error: $f");
ERROR:  key "KEY" does not exist, or role "bob" may not use it
HINT:  The view accountmatch.keys shows the keys that you may use; the server log tells the cause.
END
}
like(slurp($node->logfile), qr{DETAIL:  ".*/team\.[0-9a-f]{8}" is for role "team"}, 'the log tells the cause');
unlike($fails->("SET ROLE bob; SELECT agree_key('team', 'label', 'x')"), qr/DETAIL/, 'agree_key does not tell either');

# within a session, rights are those of the statement's user
my ($out, $err) = ('', '');
is($sql->("SELECT blind_key_id(blind_domain('a.com', 'team')); SET ROLE bob;
	DO \$\$ BEGIN PERFORM blind_domain('a.com', 'team'); RAISE NOTICE 'leak'; EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
	SET ROLE ann; SELECT blind_key_id(blind_domain('a.com', 'team'));
	RESET ROLE; REVOKE team FROM ann; GRANT EXECUTE ON FUNCTION blind_domain TO ann; SET ROLE ann;
	DO \$\$ BEGIN PERFORM blind_domain('a.com', 'team'); RAISE EXCEPTION 'leak'; EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
	RESET ROLE; GRANT team TO ann; SET ROLE ann; SELECT blind_key_id(blind_domain('a.com', 'team'))"),
	join("\n", ($team =~ s{.*/}{}r) x 3), 'a schedule that is kept serves nobody else');
# also where the user changes within one statement
$sql->("CREATE FUNCTION as_owner() RETURNS blinded LANGUAGE sql SECURITY DEFINER SET search_path = accountmatch AS \$\$ SELECT blind_domain('a.com', 'team') \$\$");
is($sql->('SET ROLE bob; SELECT blind_key_id(as_owner())'), $team =~ s{.*/}{}r, 'a definer function blinds for others');
like($fails->("SET ROLE bob; SELECT as_owner(), blind_domain(datname::text || '.com', 'team') FROM pg_database"), qr/role "bob" may not use it/, 'but lends no right');

# files that come and go under a running session
my ($tid) = $team =~ m{/(.*)};
is($node->safe_psql('postgres', qq{
	SELECT blind_domain('a.com', 'team') = blind_domain('a.com', '$team');
	\\! mv $dir/team.$tid $dir/away
	DO \$\$ BEGIN PERFORM blind_domain('a.com', '$team'); RAISE 'stale'; EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
	DO \$\$ BEGIN PERFORM blind_domain('a.com', 'team'); RAISE 'stale'; EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
	\\! mv $dir/away $dir/team.$tid
	SELECT blind_domain('a.com', 'team') = blind_domain('a.com', '$team');
	\\! chmod 640 $dir/team.$tid
	DO \$\$ BEGIN PERFORM blind_domain('a.com', '$team'); RAISE 'stale'; EXCEPTION WHEN undefined_object THEN NULL; END \$\$;
	\\! chmod 600 $dir/team.$tid
	SELECT blind_domain('a.com', 'team') = blind_domain('a.com', '$team');
	SET accountmatch.key_directory = '';
	DO \$\$ BEGIN PERFORM blind_domain('a.com', '$team'); RAISE 'stale'; EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END \$\$;
}), "t\nt\nt", 'a key goes with its file, and comes back with it');

# two keys of one name: the pinned forms tell them apart (as after a restore from backup)
my $first = $sql->("SELECT create_key('twice')");
rename "$dir/twice." . ($first =~ s{.*/}{}r), "$dir/away";
my $second = $sql->("SELECT create_key('twice')");
rename "$dir/away", "$dir/twice." . ($first =~ s{.*/}{}r);
like($fails->("SELECT blind_domain('a.com', 'twice')"), qr/^ERROR:  several keys are called "twice"/, 'two of a name');
is($sql->("SELECT count(DISTINCT blind_domain('a.com', k)) FROM unnest('{$first,$second}'::text[]) k"), 2, 'pinned, they work');

# a rollback undoes nothing, and breaks nothing
my $rolled = $sql->("BEGIN; SELECT create_key('rolled'); ROLLBACK");
is($sql->("SELECT key FROM keys WHERE name = 'rolled' AND usable"), $rolled, 'create_key: the key is there');
my $pub = $sql->("BEGIN; SELECT public_key('rolled-a'); ROLLBACK");
is($sql->("SELECT public_key('rolled-a')"), $pub, 'public_key: the pair is there');
my $pub_b = $sql->("SELECT public_key('rolled-b')");
isnt($pub_b, $pub, 'another name, another pair');
my $pending = $sql->("BEGIN; SELECT agree_key('rolled-a', 'l', '$pub_b'); ROLLBACK");
is($sql->("SELECT key FROM keys WHERE name = 'rolled-a' AND kind = 'agreed' AND NOT usable"), $pending, 'agree_key: it is pending');
is($sql->("SELECT agree_key('rolled-a', 'l', '$pub_b')"), $pending, 'and the same call gives the same again');
my $pending_b = $sql->("SELECT agree_key('rolled-b', 'l', '$pub')");
is($pending_b =~ s{.*/}{}r, $pending =~ s{.*/}{}r, 'both sides have the same id');
like($fails->("SELECT blind_domain('a.com', 'rolled-a')"), qr/^ERROR:  key "$pending" is pending: it blinds nothing yet/, 'pending blinds nothing');
like($fails->("SELECT blind_domain('a.com', '$pending')"), qr/^ERROR:  key "$pending" is pending: it blinds nothing yet/, 'pending blinds nothing, pinned');
my ($code_a, $code_b) = map { $sql->("SELECT confirmation_code('rolled-$_')") } qw(a b);
like($code_a, qr/^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/, 'a code has eight groups');
isnt($code_a, $code_b, 'each side has its own');
like($fails->("SELECT confirm_key('rolled-a', '$code_a')"), qr/^ERROR:  that is the code of this side/, 'our own code proves nothing');
like($fails->("SELECT confirm_key('rolled-a', '" . reverse($code_b) . "')"), qr/^ERROR:  the code does not confirm key "rolled-a"/, 'a wrong code');
like($fails->("SELECT confirm_key('rolled-a', 'x')"), qr/^ERROR:  invalid confirmation code/, 'no code');
like($fails->("SELECT blind_domain('a.com', 'rolled-a')"), qr/is pending/, 'still pending');
$sql->("BEGIN; SELECT confirm_key('rolled-a', '$code_b'); ROLLBACK");
is($sql->("SELECT blind_key_id(blind_domain('a.com', 'rolled-a'))"), $pending =~ s{.*/}{}r, 'confirm_key: it blinds');
like($fails->("SELECT blind_domain('a.com', 'rolled-b')"), qr/is pending/, 'the other side confirms for itself');
$sql->("SELECT confirm_key('rolled-b', upper(replace('$code_a', '-', ' ')))");
is($sql->("SELECT blind_domain('a.com', 'rolled-a') = blind_domain('a.com', 'rolled-b')"), 't', 'both sides blind alike');
is($sql->("SELECT confirm_key('rolled-a', '$code_b')"), $pending, 'to confirm again does no harm');
my $digits = $sql->("SELECT key_fingerprint('rolled-a')");
like($digits, qr/^\d{5}( \d{5}){11}$/, 'a fingerprint has sixty digits');
is($sql->("SELECT key_fingerprint('$pending_b')"), $digits, 'the same on both sides');
is($sql->("SELECT public_key('rolled-a')"), $pub, 'the public key can be had again');
unlink "$dir/rolled-a.pair";
is($sql->("SELECT public_key('rolled-a')"), $pub, 'also when the pair was put away');
like($fails->("SELECT agree_key('rolled-b', 'l2', '$pub')"), qr/key name "rolled-b" is taken/, 'no second agreement under a name that is in use');
like($fails->("SELECT key_fingerprint('acme')"), qr/was created here, not agreed/, 'a created key has no fingerprint of two');
like($fails->("SELECT public_key('acme')"), qr/was created here, not agreed/, 'nor a public key');

# what is refused in an agreement
my $pub_c = $sql->("SELECT public_key('c')");
for my $bad ('', 'x' x 66, substr($pub, 0, 65), "$pub ", '04' . substr($pub, 2), '00' x 33,
	'02' . 'f' x 64, '02' . '0' x 63 . '1', "02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
{
	like($fails->("SELECT agree_key('c', 'l', '$bad')"), qr/^ERROR:  invalid public key/, 'no public key');
}
like($fails->("SELECT agree_key('c', 'l', '$pub_c')"), qr/^ERROR:  that is the public key of this side/, 'own key');
like($fails->("SELECT agree_key('c', 'l', upper('$pub_c'))"), qr/^ERROR:  that is the public key of this side/, 'own key, in capitals');
for my $bad ("''", "' l'", "'l '", "E'l\\n'", "repeat('l', 128)")
{
	like($fails->("SELECT agree_key('c', $bad, '$pub')"), qr/^ERROR:  invalid label/, 'label');
}
like($fails->("SELECT agree_key('none', 'l', '$pub')"), qr/does not exist, or role/, 'no pair');
# an id that another file has
my $collides = $sql->("SELECT agree_key('c', 'collides', '$pub')");
my ($collision) = $collides =~ m{/(.*)};
rename "$dir/c.$collision.pending", "$dir/squatter.$collision" or die $!;
spew("$dir/squatter.$collision", 'x' x 512);
like($fails->("SELECT agree_key('c', 'collides', '$pub')"), qr/^ERROR:  another key has the id $collision already/, 'a colliding id is refused');
unlink "$dir/squatter.$collision";
# a wrong public key can be mended, as long as nothing is confirmed
my $wrong = $sql->("SELECT agree_key('c', 'mend', '$pub')");
my $pub_d = $sql->("SELECT public_key('d')");
my $right = $sql->("SELECT agree_key('c', 'mend', '$pub_d')");
isnt($wrong, $right, 'two pending');
like($fails->("SELECT confirmation_code('c')"), qr/several keys are called "c"/, 'of which code?');
$sql->("SELECT agree_key('d', 'mend', '$pub_c')");
is($sql->("SELECT confirm_key('c', confirmation_code('d'))"), $right, 'the code tells which');
is($sql->("SELECT blind_key_id(blind_domain('a.com', 'c'))"), $right =~ s{.*/}{}r, 'which is usable now');
is($sql->("SELECT string_agg(key || ' ' || kind || ' ' || usable, ', ' ORDER BY usable, key_id) FROM keys WHERE name = 'c' AND kind = 'agreed'"),
	"$wrong agreed false, $right agreed true", 'the view tells them apart');

# a read-only transaction makes no key
for my $f ("create_key('ro')", "public_key('ro')", "agree_key('d', 'x', '$pub')", "confirm_key('d', '$code_a')")
{
	like($fails->("SET default_transaction_read_only = on; SELECT $f"), qr/cannot execute \w+\(\) in a read-only transaction/, 'read only');
}
is($sql->("SET default_transaction_read_only = on; SELECT blind_domain('acme.com', '$key')"), $value, 'but blinds');

# sessions that make the same name at the same time
sysopen my $lock, $dir, O_RDONLY or die $!;
flock $lock, LOCK_EX or die $!;
like($fails->("SET statement_timeout = '200ms'; SELECT create_key('waits')"), qr/canceling statement due to statement timeout/, 'waiting can be cancelled');
for my $f (qw(create_key public_key))
{
	my @run = map {
		my %r = (out => '', err => '');
		$r{h} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', "SELECT $f('race-$f') -- race" ], '>', \$r{out}, '2>', \$r{err});
		\%r;
	} 1 .. 6;
	$node->poll_query_until('postgres', "SELECT count(*) = 6 FROM pg_stat_activity WHERE query LIKE '%-- race' AND state = 'active' AND pid <> pg_backend_pid()");
	flock $lock, LOCK_UN;
	$_->{h}->finish for @run;
	if ($f eq 'create_key')
	{
		is(scalar(grep { $_->{out} ne '' } @run), 1, 'one session makes the key');
		is(scalar(grep { $_->{err} =~ /is taken/ } @run), 5, 'five are told so');
	}
	else
	{
		is(scalar(grep { $_->{out} eq $run[0]{out} && $_->{out} ne '' } @run), 6, 'all sessions get the same public key');
	}
	is(scalar(grep { /^race-$f\./ } key_files($dir)), 1, 'one file');
	flock $lock, LOCK_EX;
}
close $lock;

# no file stays open, whatever fails
is($sql->("
	CREATE FUNCTION fds() RETURNS bigint LANGUAGE sql AS \$\$ SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/fd') \$\$;
	SELECT create_key('warm');
	CREATE TEMP TABLE before AS SELECT fds() AS n;
	DO \$\$ BEGIN FOR i IN 1 .. 300 LOOP
		BEGIN PERFORM create_key('acme'); EXCEPTION WHEN duplicate_object THEN NULL; END;
		BEGIN PERFORM blind_domain('a.com', 'none' || i); EXCEPTION WHEN undefined_object THEN NULL; END;
		BEGIN PERFORM confirm_key('d', repeat('0', 32)); EXCEPTION WHEN invalid_parameter_value THEN NULL; END;
		BEGIN PERFORM public_key('acme'); EXCEPTION WHEN wrong_object_type THEN NULL; END;
	END LOOP; END \$\$;
	SELECT fds() - n < 20 FROM before") =~ s/.*\n//sr, 't', 'no file handles are left open by 1,200 errors') if -d '/proc/self/fd';

# parallel workers blind
my $parallel = "SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;";
my $query = "SELECT count(*) FROM sites WHERE blind_domain(website, 'acme') = blind_domain('www.company77.com', '$key')";
$sql->("CREATE TABLE sites AS SELECT 'company' || i || '.com' AS website FROM generate_series(1, 20000) i; ANALYZE sites");
like($sql->("$parallel EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $query"),
	qr/Gather.*Workers Launched: [12].*Partial Aggregate.*Parallel Seq Scan on sites.*Filter: \(blind_domain\(website, 'acme'::text\) = '[0-9a-f]{8}:/s, 'parallel plan');
is($sql->("$parallel SET parallel_leader_participation = off; $query"), 1, 'workers blind');

# more keys than a backend keeps schedules of
is($sql->("
	SELECT count(create_key('many-' || i)) FROM generate_series(1, 80) i;
	CREATE TABLE many AS SELECT i, 'many-' || i AS name, blind_domain('a.com', 'many-' || i) AS v FROM generate_series(1, 80) i;
	SELECT count(*), count(DISTINCT v), bool_and(v = blind_domain('a.com', name)) FROM many, generate_series(1, 2)"),
	"80\n160|80|t", 'eighty keys in one query');

done_testing();
