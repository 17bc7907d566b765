# A database with three maps is dumped and restored, and goes on; a role that may
# only read can read the views, and nothing else; whoever may not read a relation
# cannot make it a source, and a source's functions act as its owner.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('moves');
my $tmp = $PostgreSQL::Test::Utils::tmp_check;
my $set = 'SET search_path = world, accountmatch; SET client_min_messages = warning;';

sub new_database
{
	my ($db) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	return $db;
}

# Everything that a user can see of the maps
my $all = join "\n", map { "SELECT '$_', t::text FROM $_ t ORDER BY t::text COLLATE \"C\";" } map { "accountmatch.$_" }
	qw(matches one_sided family_matches review_queue partner_summary feed runs partners corrections);
$all .= q{SELECT 'as of', m::text FROM accountmatch.runs r, accountmatch.matches_as_of(r.partner, r.finished_at) m ORDER BY m::text COLLATE "C";
	SELECT 'unread', count(*) FROM accountmatch.read_feed('replay', 100000);};

my $db = new_database('home');
$node->safe_psql($db, 'CREATE EXTENSION accountmatch');
$node->psql($db, slurp_file('test/map/year.sql'), on_error_die => 1);
$node->safe_psql($db, "$set SELECT setseed(0.3), found_world(60, 40); SELECT set_our_list('ours'); SELECT add_partner('p1', 'p1');
	SELECT add_partner('p2', 'p2', \"similar\" => true); SELECT create_map('p3', 'ours', 'p3')");
for (1 .. 3)
{
	$node->safe_psql($db, "$set CALL remap_all()");
	$node->safe_psql($db, "$set SELECT setseed(0.$_), live_a_week(0.1); SELECT replay_some(5); SELECT pin('p1', min(o.account_id), max(t.account_id)) FROM ours o, p1 t");
}
my $before = $node->safe_psql($db, $all);
cmp_ok(length $before, '>', 20000, 'there is something to lose');

# Dump and restore
$node->command_ok([ 'pg_dump', '-f', "$tmp/home.sql", '-d', $node->connstr($db) ], 'pg_dump');
my $restored = new_database('restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$tmp/home.sql", '-d', $node->connstr($restored) ], 'the dump loads');
is($node->safe_psql($restored, $all), $before, 'all that was known is known');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$tmp/home.dump", '-d', $node->connstr($db) ], 'pg_dump, custom format');
my $parallel = new_database('parallel');
$node->command_ok([ 'pg_restore', '-j', '2', '-d', $node->connstr($parallel), "$tmp/home.dump" ], 'pg_restore in two jobs');
is($node->safe_psql($parallel, $all), $before, 'the same');
# both go on alike: numbers are not given out twice, nothing is matched anew
for my $where ($db, $restored)
{
	$node->safe_psql($where, "$set CALL remap_all()");
	is($node->safe_psql($where, "$set SELECT d FROM unnest('{p1,p2}'::text[]) p, differences(p) d"), '', "$where: the next run is right");
	is($node->safe_psql($where, q{SELECT DISTINCT kind FROM accountmatch.runs r WHERE run_id > (SELECT max(run_id) - 3 FROM accountmatch.runs)}), 'changes',
		"$where: and matched what changed");
}
my $told = q{SELECT event_id, kind, cause, our_id, their_id, segment FROM accountmatch.feed ORDER BY event_id};
is($node->safe_psql($restored, $told), $node->safe_psql($db, $told), 'with the same events under the same numbers');
$node->safe_psql($restored, "$set DO \$\$ BEGIN WHILE replay_some(50) > 0 LOOP END LOOP; END \$\$");
is($node->safe_psql($restored, "$set SELECT * FROM replay_differences() WHERE replay_differences !~ 'p3'"), '', 'and readers go on where they were');

# A role for BI: the statement of the README
my ($grant) = slurp_file('README.md') =~ /^(GRANT SELECT ON matches,.*? TO bi;)$/m;
$node->safe_psql($db, "CREATE ROLE bi LOGIN; CREATE ROLE ann LOGIN; SET search_path = accountmatch; $grant");
my $as = sub { my ($role, $sql) = @_; return $node->psql($db, $sql, extra_params => [ '-U', $role ], on_error_stop => 1) };
for my $view ($grant =~ /ON (.*) TO/ ? split /, /, $1 : ())
{
	is(($as->('bi', "SELECT count(*) >= 0 FROM accountmatch.$view"))[1], 't', "bi reads $view");
	for my $write ("DELETE FROM accountmatch.$view", "INSERT INTO accountmatch.$view SELECT * FROM accountmatch.$view")
	{
		isnt(($as->('bi', $write))[0], 0, "bi cannot: " . substr $write, 0, 40);
	}
}
for my $table (split /\n/, $node->safe_psql($db, q{SELECT oid::regclass FROM pg_class WHERE relnamespace = '_accountmatch'::regnamespace AND relkind IN ('r', 'S')}))
{
	like(($as->('bi', "SELECT * FROM $table"))[2], qr/permission denied for schema _accountmatch/, "bi cannot read $table");
}
is($node->safe_psql($db, q{
	SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p
	WHERE p.pronamespace = '_accountmatch'::regnamespace AND has_function_privilege('bi', p.oid, 'EXECUTE')
		AND p.proname !~ '^(fold_status_word|blinded_|overlap_support|psi_)'}), '', 'bi can execute no inner function of maps');
for my $call (q{set_our_list(NULL)}, q{add_partner('x')}, q{drop_partner('p1')}, q{remap_now('p1')}, 'remap_all_now()', q{import_csv('p1', 'x')},
	q{read_feed('x')}, q{ack_feed('x', 1)}, q{matches_as_of('p1', now())}, q{pin('p1', '1', '2')}, q{block('p1', '1', '2')}, q{suppress(domain => 'x.com')},
	q{alias_domain('x.com', 'y.com')}, q{add_family('x.com', 'y.com')}, q{review(1, 'same')}, q{undo_correction(1)}, q{preview('p1', '{}')},
	q{set_rules('p1')}, q{set_source('p1', NULL)}, q{create_map('x', NULL, NULL)}, 'map_names()', q{schedule_remap('0 0 * * *')})
{
	like(($as->('bi', "SELECT accountmatch.$call"))[2], qr/permission denied for function/, "bi cannot call $call");
}
like(($as->('bi', 'CALL accountmatch.remap_all()'))[2], qr/permission denied for (?:procedure|function)/, 'nor the procedures');

# A manager who is no superuser: what he may not read cannot become a source
$node->safe_psql($db, q{
	CREATE ROLE manager LOGIN; CREATE ROLE eve LOGIN; GRANT USAGE ON SCHEMA world TO manager, eve; GRANT CREATE ON SCHEMA public TO eve;
	GRANT EXECUTE ON FUNCTION accountmatch.add_partner, accountmatch.remap_now, accountmatch.map_names TO manager;
	GRANT EXECUTE ON PROCEDURE accountmatch.remap TO manager;
	CREATE TABLE public.salaries (account_id int, name text, website text);
	CREATE TABLE public.trace (who name, what text); GRANT INSERT ON public.trace TO PUBLIC});
like(($as->('manager', q{SELECT accountmatch.add_partner('x', 'public.salaries')}))[2], qr/permission denied for relation salaries/, 'what he cannot read is no source');
$node->safe_psql($db, 'GRANT SELECT ON public.salaries TO manager; INSERT INTO public.salaries VALUES (1, \'Quandrix Data\', NULL)');
is(($as->('manager', q{SELECT accountmatch.add_partner('x', 'public.salaries'); CALL accountmatch.remap('x')}))[0], 0, 'what he can read is');

# A source acts as its owner, whoever re-maps; and not even he can do more in it than read
is(($as->('eve', q{
	CREATE FUNCTION public.spy() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.trace VALUES (current_user, 'ran');
		RETURN current_user;
	END $$;
	CREATE FUNCTION public.grab() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		CREATE TEMP TABLE grabbed (x int);
		RETURN 'x';
	END $$;
	CREATE VIEW public.spying AS SELECT 1 AS account_id, public.spy() AS name;
	CREATE VIEW public.grabbing AS SELECT 1 AS account_id, public.grab() AS name;
	GRANT SELECT ON public.spying, public.grabbing TO manager}))[0], 0, 'a hostile source');
$node->safe_psql($db, q{SELECT accountmatch.add_partner('spy', 'public.spying'), accountmatch.add_partner('grab', 'public.grabbing')});
$node->safe_psql($db, q{SELECT accountmatch.remap_now('spy')});
is($node->safe_psql($db, q{SELECT DISTINCT who FROM public.trace}), 'eve', 'it ran as its owner');
like($node->safe_psql($db, q{SET client_min_messages = error; SELECT (accountmatch.remap_now('grab')).message}),
	qr/cannot create temporary table within security-restricted operation/, 'restricted as in REFRESH MATERIALIZED VIEW');

# What a re-map is doing stands in pg_stat_activity while it does it, and not after
$node->safe_psql($db, q{
	CREATE FUNCTION public.slowly() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); RETURN 'x'; END $$;
	CREATE VIEW public.slow AS SELECT 1 AS account_id, 'x' || public.slowly() AS name;
	SELECT accountmatch.add_partner('slow', 'public.slow')});
my ($out, $err) = ('', '');
my $psql = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr($db) . ' application_name=before',
	'-c', q{SELECT status FROM accountmatch.remap_now('slow')}, '-c', q{SELECT 'then ' || current_setting('application_name')} ], '>', \$out, '2>', \$err);
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'accountmatch: slow: reading public.slow'}),
	'pg_stat_activity shows what a re-map is doing');
IPC::Run::finish($psql);
is($out, "done\nthen before\n", 'and afterwards what stood there before');

# Every column of every view of the maps has a comment
is($node->safe_psql($db, q{
	SELECT string_agg(c.relname || '.' || a.attname, ', ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'accountmatch'::regnamespace AND c.relname IN ('matches', 'one_sided', 'family_matches', 'review_queue',
		'partner_summary', 'feed', 'runs', 'partners', 'stale_partners', 'corrections') AND col_description(c.oid, a.attnum) IS NULL}), '',
	'every column has a comment');

# DROP EXTENSION takes the maps, and leaves the sources
$node->safe_psql($restored, 'DROP EXTENSION accountmatch CASCADE');
is($node->safe_psql($restored, q{SELECT count(*) > 0 FROM world.ours}), 't', 'the sources are left');

$node->stop;
done_testing();
