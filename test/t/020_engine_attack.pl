# Lists that are hard on the engine: huge groups under one key, columns of odd
# types, relations that fail or call the engine themselves. And cancels at
# random moments, on lists that make each rule work.
use strict;
use warnings;
use Cwd ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use Acm;

my $node = new_cluster('attack', <<'CONF');
max_parallel_workers_per_gather = 0
fsync = off
CONF

sub sql { my ($sql) = @_; return $node->safe_psql('postgres', $sql) }

# How long after a timeout (ms) a statement of PL/pgSQL ends, by the server's own clock; nothing if it ended before
sub cancelled_late
{
	my ($timeout, $statement, $settings) = @_;
	my $took = sql(($settings // '') . qq{
		SET attack.took = '';
		SET statement_timeout = $timeout;
		DO \$\$
		BEGIN
			$statement;
		EXCEPTION WHEN query_canceled THEN
			PERFORM set_config('attack.took', (1000 * extract(epoch FROM clock_timestamp() - statement_timestamp()))::text, false);
		END \$\$;
		SET statement_timeout = 0;
		SHOW attack.took});
	return $took eq '' ? undef : $took - $timeout;
}

sub overlap { my ($lists, $what) = @_; $what //= 'count(*)'; return sql("SELECT $what FROM accountmatch.overlap($lists, similar => true)") }

sql(q{CREATE EXTENSION accountmatch; CREATE EXTENSION citext; CREATE EXTENSION file_fdw});

# Groups whose pairs nobody could wait for; each call is stopped if it takes too long
sql(q{ALTER DATABASE postgres SET statement_timeout = '60s'});
sql(q{
	CREATE TABLE equal AS SELECT i AS account_id, 'Acme Widgets' AS name, 'acme.com' AS website FROM generate_series(1, 100000) i;
	CREATE TABLE one_domain AS SELECT i AS account_id, 'Acme Branch ' || i AS name, 'acme.com' AS website FROM generate_series(1, 100000) i;
	CREATE TABLE one_name AS SELECT i AS account_id, 'Acme Widgets' AS name, 'acme' || i || '.com' AS website, (ARRAY['US', 'DE', 'FR'])[i % 3 + 1] AS country
		FROM generate_series(1, 100000) i;
	CREATE TABLE few_domains AS SELECT i AS account_id, 'Acme Widgets' AS name, CASE WHEN i % 2 = 0 THEN 'acme' || i % 7 || '.com' END AS website FROM generate_series(1, 100000) i;
	CREATE TABLE nearly AS SELECT i AS account_id, 'Veltrimor Quandrix' AS name, 'linkedin.com/company/h' || i % 500 AS website FROM generate_series(1, 100000) i;
	CREATE TABLE near_by AS SELECT i AS account_id, 'Veltrimor Quandrx' AS name, 'h' || i % 500 || '.com' AS website FROM generate_series(1, 100000) i;
});
my $size = 'count(DISTINCT our_id), count(DISTINCT their_id), count(DISTINCT company)';
is(overlap(q{'equal', 'equal'}, $size), '100000|100000|1', 'all rows equal');
is(overlap(q{'one_domain', 'one_domain'}, $size), '100000|100000|100000', 'one domain for all, each its name');
is(overlap(q{'one_name', 'one_name'}, $size), '100000|100000|100000', 'one name for all, each its domain');
is(overlap(q{'few_domains', 'few_domains'}, 'count(DISTINCT company)'), '7', 'one name, some domains');
is(sql(q{SELECT count(DISTINCT (our_id, their_id)) FROM accountmatch.overlap_evidence('few_domains', 'one_name', similar => true) WHERE accepted}), sql(
		q{SELECT count(*) FROM accountmatch.overlap('few_domains', 'one_name', similar => true)}), 'and its evidence');
is(overlap(q{'nearly', 'near_by'}), '0', 'names that are nearly equal, of many companies');
sql(q{UPDATE near_by SET website = NULL});
is(overlap(q{'nearly', 'near_by'}, $size), '100000|100000|1', 'and of one');
sql(q{DROP TABLE equal, one_domain, one_name, few_domains, nearly, near_by});

# Few pairs, each of which takes a million comparisons
sql(q{CREATE TABLE many_a AS SELECT r AS account_id, 'Acme Widgets' AS name, array_agg('a' || r || 'x' || i || '.com') AS website FROM generate_series(1, 31) r, generate_series(1, 1000) i GROUP BY r;
	CREATE TABLE many_b AS SELECT account_id, name, array(SELECT 'b' || w FROM unnest(website) w) AS website FROM many_a});
cmp_ok(cancelled_late(600, q{PERFORM count(*) FROM accountmatch.overlap('many_a', 'many_b', rules => '{name}')}), '<', 300, 'cancelled within the pairs of a name');
sql(q{DROP TABLE many_a, many_b});

# Types, and columns that are no longer there or computed
sql(q{
	CREATE TYPE kind AS ENUM ('Customer', 'lead');
	CREATE DOMAIN title AS text CHECK (length(value) < 100);
	CREATE DOMAIN titles AS text[];
	CREATE DOMAIN number AS int;
	CREATE DOMAIN unit AS citext;
	CREATE TABLE odd (account_id number, gone text, name title, website citext[], email titles, status kind, amount float8, country char(2),
		currency unit, owner name, shown text GENERATED ALWAYS AS ('US') STORED);
	ALTER TABLE odd DROP COLUMN gone;
	INSERT INTO odd VALUES (1, 'Acme', '{ACME.com,NULL}', '{jo@acme.com}', 'Customer', 'NaN', 'US', 'usd'),
		(2, 'Acme', '{}', '{NULL}', 'lead', 'Infinity', NULL, NULL), (3, NULL, NULL, NULL, NULL, '-Infinity', 'DE', NULL), (4, 'Beta', '{beta.com}', NULL, 'lead', 1e300, NULL, NULL);
});
is(overlap(q{'odd', 'odd'}, q{string_agg(our_id || their_id || rule || our_amount, ' ' ORDER BY our_id, their_id)} =~ s/our_amount/left(our_amount::text, 3)/r),
	'11domainNaN 12nameNaN 21nameInf 22nameInf 44domain100', 'domains, enums, citext, arrays, floats');
is(sql(q{SELECT string_agg(segment || our_accounts || coalesce(our_amounts->>'usd', '') || left(our_amounts->>'unknown', 4), ' ' ORDER BY segment) FROM accountmatch.segments('odd', 'odd') WHERE our_accounts > 0}),
	'customer-customer2NaNInfi prospect-prospect11000 unknown-none1-Inf', 'their amounts');
is(overlap(q{'odd', 'odd', our_columns => '{"country": "shown"}'}, 'min(our_country)'), 'US', 'a generated column');
sql(q{CREATE TABLE wide (account_id int, name text, website text)});
sql(q{ALTER TABLE wide } . join ', ', map { "ADD c$_ int" } 1 .. 1597);
sql(q{INSERT INTO wide (account_id, website) VALUES (1, 'acme.com')});
is(overlap(q{'wide', 'wide'}), '1', '1,600 columns');
sql(q{CREATE TABLE arrays (account_id int, name text[], website text[]);
	INSERT INTO arrays SELECT 1, array_agg('Acme ' || i), array_agg('acme' || i || '.com') FROM generate_series(1, 1000) i;
	INSERT INTO arrays SELECT 2, '{{Acme 7,Beta},{Gamma,NULL}}', array_agg('n/a ' || i) FROM generate_series(1, 200000) i});
is(overlap(q{'arrays', 'arrays'}, q{string_agg(our_id || their_id || rule, ' ' ORDER BY our_id, their_id)}), '11domain 12name 21name 22name', 'large arrays');
# The limit of an account's size is the same in memory and in files, after small ones and large ones
sql(q{CREATE TABLE heavy AS SELECT length AS account_id, (SELECT array_agg(lpad(to_hex(i), length, 'g')) FROM generate_series(1, 1000) i) AS name FROM unnest('{10,500,505,512}'::int[]) length;
	CREATE VIEW not_heavy AS SELECT * FROM heavy WHERE account_id < 512;
	CREATE TABLE heaviest AS SELECT account_id, name, repeat('o', 8000) AS website, repeat('o', 8000) AS owner FROM heavy;
	CREATE VIEW heaviest_first AS SELECT * FROM heaviest ORDER BY account_id DESC});
for my $memory (qw(64kB 4MB 1GB))
{
	is(sql(qq{SET work_mem = '$memory'; SELECT count(*) FROM accountmatch.overlap('not_heavy', 'not_heavy')}), '3', "accounts of half a megabyte, work_mem $memory");
	fails_with($node, 'postgres', "SET work_mem = '$memory'; SELECT count(*) FROM accountmatch.overlap('$_', 'not_heavy')", '54000',
		"an account of public.$_ takes more than 524288 bytes", undef, "$_, work_mem $memory") for qw(heaviest heaviest_first);
}
sql(q{CREATE TABLE long (account_id int, name text, website text, email text, country text, status text, owner text);
	INSERT INTO long VALUES (1, repeat('Acme ', 1640), repeat('a.', 600000) || 'com', repeat('é', 500000), repeat('U', 9000), repeat('x', 100000), repeat('€', 9000)),
		(2, repeat('Acme ', 3000), 'acme.com', NULL, NULL, NULL, NULL), (3, E'\x01\x02', E'\t', '@', '', '', '')});
is(overlap(q{'long', 'long'}, q{string_agg(our_id || their_id || rule, ' ')}), '22domain', 'long values are cut, or no keys');
is(sql(q{SELECT count(*) FROM accountmatch.find_matches('long', name => repeat('Acme ', 100000), website => repeat('a.', 100000), lei => repeat('9', 100000))}), '0',
	'long values to find');

# Relations that are read through code of others
my $csv = Cwd::abs_path($node->basedir) . '/list.csv';
append_to_file($csv, join '', map { "$_,Company $_,company$_.com\n" } 1 .. 5000);
sql(qq{
	CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE list (account_id text, name text, website text) SERVER files OPTIONS (filename '$csv', format 'csv');
	CREATE VIEW failing AS SELECT account_id, name, CASE WHEN account_id = '4000' THEN (1 / length('') )::text ELSE website END AS website FROM list;
	CREATE VIEW again AS SELECT our_id AS account_id, our_name AS name, our_website AS website FROM accountmatch.overlap('list', 'list') WHERE length(our_id) < 3;
	CREATE FUNCTION inner_overlap() RETURNS bigint LANGUAGE plpgsql AS \$\$ BEGIN RETURN (SELECT count(*) FROM accountmatch.overlap('odd', 'odd')); END \$\$;
	CREATE VIEW each_row AS SELECT account_id, name, website, inner_overlap() AS amount FROM list LIMIT 200;
	CREATE VIEW itself AS SELECT 1 AS account_id, 'x'::text AS name;
	CREATE OR REPLACE VIEW itself AS SELECT count(*)::int AS account_id, 'x'::text AS name FROM accountmatch.overlap('itself', 'itself')});
is(overlap(q{'list', 'list'}), '5000', 'a foreign table');
is(overlap(q{'again', 'again'}), '99', 'a view that is an overlap');
is(overlap(q{'each_row', 'each_row'}, 'min(our_amount) || count(*)::text'), '5200', 'a view that calls overlap for each row');
fails_with($node, 'postgres', q{SELECT * FROM accountmatch.overlap('list', 'failing')}, '22012', 'division by zero', undef, 'a view that fails in mid-scan');
my ($rc, $out, $err) = $node->psql('postgres', q{SELECT * FROM accountmatch.overlap('itself', 'itself')});
like($err, qr/stack depth limit exceeded|infinite recursion/, 'a view that is its own overlap');
is(overlap(q{'list', 'list'}), '5000', 'the server goes on');

# A view whose function makes the other list anew, of other types, while lists are read
sql(q{CREATE VIEW remade AS SELECT '1'::text AS account_id, '{Acme}'::text[] AS name;
	CREATE FUNCTION remake() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		DROP VIEW IF EXISTS remade;
		CREATE VIEW remade AS SELECT 4242424242::bigint AS account_id, 1311768467463790320 AS name;
		RETURN 'Acme';
	END $$;
	CREATE VIEW remaking AS SELECT '1'::text AS account_id, remake() AS name});
fails_with($node, 'postgres', q{SELECT * FROM accountmatch.overlap('remaking', 'remade')}, '42804',
	'column account_id of public.remade has become another one while the lists were read', undef, 'a list that becomes another one');

# Errors that are caught, again and again: no memory and no file is left in the session
is(sql(q{
	SET work_mem = '64kB';
	SET hash_mem_multiplier = 1;
	CREATE FUNCTION caught() RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		before bigint;
	BEGIN
		FOR i IN 1..60 LOOP
			BEGIN
				PERFORM count(*) FROM accountmatch.overlap('list', 'failing');
			EXCEPTION WHEN division_by_zero THEN
				IF i = 20 THEN SELECT sum(total_bytes) INTO before FROM pg_backend_memory_contexts; END IF;
			END;
		END LOOP;
		RETURN format('files %s, grown by a megabyte: %s', (SELECT count(*) FROM pg_ls_tmpdir()),
			(SELECT sum(total_bytes) - before > 1048576 FROM pg_backend_memory_contexts));
	END $$;
	SELECT caught()}), 'files 0, grown by a megabyte: f', 'errors in subtransactions');

# Cancels at random moments, on lists that make every rule work. Half of them
# are answered within a tenth of a second, however busy the machine is all in two
sql(q{SELECT setseed(.5);
	CREATE TABLE busy AS SELECT i AS account_id, CASE WHEN i % 5 = 0 THEN 'Acme Branch ' || i ELSE w || ' ' || x || ' ' || i % 1000 END AS name,
		CASE WHEN i % 5 = 0 THEN 'acme.com' WHEN i % 3 = 0 THEN w || x || i % 100 || '.com' END AS website
	FROM (SELECT i, (ARRAY['Veltrimor', 'Quandrix', 'Dralvos', 'Zorblat'])[1 + floor(random() * 4)::int] AS w,
		(ARRAY['Tymbrek', 'Ofkarun', 'Hulkenbrot', 'Xymaxa', 'Brontelia'])[1 + floor(random() * 5)::int] || chr(97 + floor(random() * 26)::int) AS x FROM generate_series(1, 60000) i) d;
	CREATE TABLE busier AS SELECT account_id, CASE WHEN random() < .3 THEN overlay(name PLACING 'e' FROM 4 FOR 1) ELSE name END AS name, CASE WHEN random() < .7 THEN website END AS website FROM busy});
my @calls = map { "SELECT count(*) FROM accountmatch.$_('busy', 'busier', similar => true)" } qw(overlap overlap_evidence segments);
my $before = time;
sql($_) for @calls;
my $whole = (time() - $before) / @calls;
my @late;
for my $i (1 .. 30)
{
	my $timeout = 1 + int rand 1000 * $whole;
	my $memory = (qw(64kB 4MB 256MB))[$i % 3];
	my $call = $calls[$i % @calls] =~ s/^SELECT/PERFORM/r;
	push @late, grep { defined } cancelled_late($timeout, $call, "SET work_mem = '$memory';");
}
@late = sort { $a <=> $b } @late;
cmp_ok(scalar @late, '>', 5, 'calls were cancelled: ' . @late);
cmp_ok($late[@late / 2], '<', 100, 'half of them within 100 ms: ' . $late[@late / 2] . ' ms');
cmp_ok($late[-1], '<', 2000, "all promptly: at most $late[-1] ms");
is(sql('SELECT count(*) FROM pg_ls_tmpdir()'), '0', 'no temporary file is left');

$node->stop;
done_testing();
