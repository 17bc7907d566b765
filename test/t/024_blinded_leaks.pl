# Key bytes are in the key files and nowhere else: a search of all that a server writes, and proof that it would find them.
use strict;
use warnings;
use Blinding;
use File::Find;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $loud = <<'END';
wal_level = logical
shared_preload_libraries = 'pg_stat_statements, auto_explain'
pg_stat_statements.track = all
auto_explain.log_min_duration = 0
auto_explain.log_nested_statements = on
auto_explain.log_verbose = on
log_statement = all
log_min_messages = debug5
log_min_error_statement = debug5
log_error_verbosity = verbose
log_min_duration_statement = 0
log_parameter_max_length_on_error = -1
debug_print_parse = on
debug_print_rewritten = on
debug_print_plan = on
END
my ($node, $dir) = key_node('leaks', conf => $loud, init => { allows_streaming => 1 });
my $sql = sub { $node->safe_psql('postgres', shift) };
$sql->('CREATE EXTENSION pg_stat_statements; CREATE ROLE app; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO app');

# every function, in success and in failure
my $key = $sql->("SELECT create_key('acme')");
for my $n ('a', 'b')
{
	$sql->("SELECT public_key('$n')");
}
my ($pa, $pb) = map { $sql->("SELECT public_key('$_')") } 'a', 'b';
$sql->("SELECT agree_key('a', 'l', '$pb'), agree_key('b', 'l', '$pa')");
$sql->("SELECT confirm_key('a', confirmation_code('b'))");
$sql->("SELECT key_fingerprint('a'), key_fingerprint('b')");
$sql->('SELECT * FROM keys');
$sql->("CREATE TABLE t (website text, k blinded GENERATED ALWAYS AS (blind_domain(website, '$key')) STORED)");
$sql->("INSERT INTO t SELECT 'company' || i || '.com' FROM generate_series(1, 1000) i");
$sql->("CREATE INDEX ON t (k); CREATE INDEX ON t (blind_domain(website, 'a/" . ((grep { /^a\.[0-9a-f]{8}$/ } key_files($dir))[0] =~ s/^a\.//r) . "')); ANALYZE t");
$sql->("SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SELECT count(DISTINCT blind_domain(website, 'acme')) FROM t");
$sql->("CREATE TABLE plain AS SELECT website AS account_id, website FROM t; SET accountmatch.log_stages = on; SET work_mem = '64kB'; SELECT count(*) FROM overlap('plain', 't', their_columns => '{\"account_id\": \"website\", \"domain\": \"k\", \"website\": null}')");
error_of($node, $_) for "SELECT blind_domain('a.com', 'b')", "SELECT confirm_key('b', repeat('0', 32))", "SELECT agree_key('b', 'l2', '$pb')",
	"SELECT create_key('acme')", "SET ROLE app; SELECT blind_domain('a.com', 'acme')", "SELECT blind_domain('a.com', 'acme/00000000')",
	"SELECT key_fingerprint('acme')",
	"GRANT SELECT ON plain, t TO app; SET ROLE app; SELECT count(*) FROM overlap('plain', 't', their_columns => '{\"account_id\": \"website\", \"domain\": \"k\", \"website\": null}')";
my ($file) = map { "$dir/$_" } grep { /^acme\./ } key_files($dir);
my $whole = slurp($file);
for my $at (0, 100, 210, 500)
{
	my $bad = $whole;
	substr($bad, $at, 1) ^= "\x01";
	spew($file, $bad);
	error_of($node, "SELECT blind_domain('a.com', 'acme')");
	$sql->('SELECT * FROM keys');
}
spew($file, $whole);

# what to look for: each secret, whole and its halves, raw, in hex of both cases, in base64 at the three places it can begin
my @secrets = map { secret_of("$dir/$_") } key_files($dir);
is(scalar @secrets, 5, 'five files: one created, two pairs, two agreed');
my %needle;
for my $secret (@secrets)
{
	for my $part ($secret, substr($secret, 0, 16), substr($secret, 16))
	{
		$needle{$part} = 'raw';
		$needle{reverse $part} = 'raw, backwards';
		$needle{unpack 'H*', $part} = 'hex';
		$needle{uc unpack 'H*', $part} = 'HEX';
		for my $shift (0 .. 2)
		{
			# only the characters that depend on the secret alone
			my $b64 = encode_base64(("\0" x $shift) . $part, '');
			my $from = (0, 2, 3)[$shift];
			my $to = int((length($part) + $shift) * 8 / 6);
			$needle{substr $b64, $from, $to - $from} = 'base64';
		}
	}
}
my $any = join '|', map { quotemeta } sort { length $b <=> length $a } keys %needle;
my $find = sub { my ($text) = @_; return join ', ', sort keys %{ { map { $needle{$_} => 1 } $text =~ /($any)/g } } };
my $find_in_tree = sub { my ($top) = @_; my @found;
	find({ no_chdir => 1, wanted => sub { push @found, "$_: " . $find->(slurp($_)) if -f $_ && $find->(slurp($_)) } }, $top);
	return join '; ', @found };

# where to look
my $run = 0;
my $places = sub {
	$run++;
	$node->safe_psql('postgres', 'CHECKPOINT; SELECT pg_switch_wal()');
	my $dump = PostgreSQL::Test::Utils::tempdir() . "/dump";
	$node->command_ok([ 'pg_dumpall', '-f', $dump, '-d', $node->connstr('postgres') ], 'pg_dumpall');
	$node->backup("b$run");
	my $relations = $sql->("SELECT string_agg(format('SELECT r::text FROM %I.%I r', nspname, relname), '; ') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind IN ('r', 'v', 'm') AND nspname IN ('pg_catalog', 'information_schema', 'accountmatch', '_accountmatch') AND relname NOT IN ('keys')");
	my %found = (
		'server log' => $find->(slurp($node->logfile)),
		'pg_dumpall' => $find->(slurp($dump)),
		'base backup' => $find_in_tree->($node->backup_dir . "/b$run"),
		'data directory' => $find_in_tree->($node->data_dir),
		'write-ahead log' => $find_in_tree->($node->data_dir . '/pg_wal'),
		'pg_stat_statements' => $find->($sql->('SELECT s::text FROM pg_stat_statements s')),
		'pg_settings' => $find->($sql->('SELECT s::text FROM pg_settings s')),
		'pg_stat_activity' => $find->($sql->('SELECT s::text FROM pg_stat_activity s')),
		'keys' => $find->($sql->('SELECT k::text FROM keys k')),
		'catalogs' => $find->($sql->($relations)));
	return \%found;
};

my $clean = $places->();
is($clean->{$_}, '', "nothing in: $_") for sort keys %$clean;

# planted: one secret where a careless program would put it
my $hex = unpack 'H*', secret_of($file);
my $b64 = encode_base64("{\"k\":\"" . secret_of($file) . '"}', '');
my $other = $node->background_psql('postgres');
$other->query("SELECT '$hex'");
$sql->("ALTER DATABASE postgres SET search_path = public, accountmatch, \"$hex\"");
$sql->("CREATE TABLE planted (raw bytea); COMMENT ON TABLE planted IS '$hex'");
$sql->("CREATE FUNCTION planted() RETURNS text LANGUAGE sql AS \$\$ SELECT '$b64' \$\$");
$sql->("INSERT INTO planted VALUES ('\\x$hex')");
$sql->("CREATE VIEW accountmatch.planted AS SELECT '$hex'::text AS h, planted() AS b");
my $dirty = $places->();
for my $place (grep { $_ ne 'keys' } sort keys %$dirty)
{
	like($dirty->{$place}, qr/hex|base64|raw/, "planted, it is found in: $place");
}
$other->quit;
like($dirty->{'base backup'}, qr/raw/, 'raw bytes are found');
like($dirty->{'pg_dumpall'}, qr/base64/, 'base64 within something else is found');
like($find->(slurp($file)), qr/raw/, 'and in the key file itself, of course');

# in memory, key bytes are gone when a function is done with them; only blinding keeps its schedule
SKIP:
{
	my $session = $node->background_psql('postgres');
	my ($pid) = $session->query('SELECT pg_backend_pid()') =~ /(\d+)/;
	my $mem;
	skip "no reading of another process's memory here", 7 if !open $mem, '<:raw', "/proc/$pid/mem";
	my $in_memory = sub { my ($secret) = @_; my $found = 0;
		for my $line (split /\n/, slurp("/proc/$pid/maps"))
		{
			# what is its own: not shared memory, not files
			my ($from, $to, $private) = $line =~ /^([0-9a-f]+)-([0-9a-f]+) rw-(.) / or next;
			next if $private ne 'p';
			my $buf;
			sysseek $mem, hex $from, 0 or next;
			my $n = sysread $mem, $buf, hex($to) - hex($from);
			$found++ if $n && (index($buf, $secret) >= 0 || index($buf, reverse $secret) >= 0);
		}
		return $found };
	$session->query("SELECT create_key('forgotten')");
	$session->query('SELECT count(*) FROM keys');
	my ($forgotten) = map { secret_of("$dir/$_") } grep { /^forgotten\./ } key_files($dir);
	is($in_memory->($forgotten), 0, 'create_key and keys leave nothing in memory');
	$session->query("SELECT public_key('fa')");
	$session->query("SELECT agree_key('fa', 'memory', '$pa')");
	my ($half) = secret_of("$dir/fa.pair");
	my ($agreed) = map { secret_of("$dir/$_") } grep { /^fa\..*pending/ } key_files($dir);
	is($in_memory->($half), 0, 'public_key and agree_key leave nothing of the pair');
	is($in_memory->($agreed), 0, 'nor of what was agreed');
	$session->query("SELECT confirmation_code('fa'), key_fingerprint('fa')");
	is($in_memory->($agreed), 0, 'nor do codes');
	$session->query("DO \$\$ BEGIN PERFORM blind_domain('a.com', 'fa'); EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END \$\$");
	is($in_memory->($agreed), 0, 'nor do errors');
	$session->query("SELECT blind_domain('a.com', 'forgotten')");
	cmp_ok($in_memory->($forgotten), '>', 0, 'a schedule in use is found');
	rename $_, "$_.away" for glob "$dir/forgotten.*";
	$session->query("DO \$\$ BEGIN PERFORM blind_domain('a.com', 'forgotten'); EXCEPTION WHEN undefined_object THEN NULL; END \$\$");
	is($in_memory->($forgotten), 0, 'and gone when its file is');
	$session->quit;
}

done_testing();
