# The seller's week from outside: roles with the grants of the README, messages
# that keep Slack's limits whatever the names, the README's consumer of the feed.
use strict;
use warnings;
use Encode qw(encode);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('motion');
my $readme = slurp_file('README.md');
my $tmp = $PostgreSQL::Test::Utils::tmp_check;

# Names as partners write them: every script, everything that means something somewhere
my @names = ("\x{6771}\x{829D}\x{682A}\x{5F0F}\x{4F1A}\x{793E}", "\x{41E}\x{41E}\x{41E} \x{413}\x{430}\x{437}\x{43F}\x{440}\x{43E}\x{43C}", "\x{634}\x{631}\x{643}\x{629} \x{623}\x{631}\x{627}\x{645}\x{643}\x{648}",
	"\x{1F600}" x 200, '&' x 200, '<!channel> & <@U024BE7LH>', '<https://evil.com|Acme>', '[x](http://evil.com)', "a\n\n| b | c |\n|---|---|\n| d | e |", '![x](http://evil.com/x.png)',
	'<a href="http://evil.com">x</a>', "x\n# heading", "x\n\n---\n", 'jo@evil.com', '*bold* _it_ ~no~ `code`', ':smile:', "\x{202E}moc.live", "=1+1", "+1", "-1+1", "\@SUM(A1)", "\x{FF1D}1+1",
	"\t=1+1", '"";x', '&lt;b&gt;', '\\[x\\](y)');
$node->safe_psql('postgres', q{
	CREATE EXTENSION accountmatch;
	CREATE TABLE crm (LIKE accountmatch.account_row);
	CREATE TABLE globex_list (LIKE accountmatch.account_row);
	INSERT INTO globex_list (account_id, name, website, status, owner) SELECT 'g' || n, 'G' || n, 'host' || n || '.com', 'customer', '<!here>' FROM generate_series(1, 300) n;
	SELECT accountmatch.set_our_list('crm'), accountmatch.add_partner('globex', 'globex_list')});
$node->safe_psql('postgres', join ';', map { my $name = encode('UTF-8', $names[ $_ % @names ]) =~ s/'/''/gr;
	"INSERT INTO crm (account_id, name, website, status, owner) VALUES ('$_', '$name', 'host$_.com', 'opportunity', '" . ($_ % 10 ? 'ann' : 'bob') . "')" } 1 .. 300);
$node->safe_psql('postgres', q{SELECT accountmatch.remap_now('globex'), accountmatch.set_seller('ann', '<Ann> & co', slack_id => 'U024BE7LH', capacity => 270),
	accountmatch.set_seller('bob', capacity => 26)});
$node->safe_psql('postgres', q{SELECT * FROM accountmatch.make_weekly_list()});
# an event for each account
$node->safe_psql('postgres', q{UPDATE globex_list SET status = 'prospect'; SELECT accountmatch.remap_now('globex')});
is($node->safe_psql('postgres', q{SELECT count(*) FROM accountmatch.feed WHERE kind = 'reclassified'}), 300, 'events');

# Length as Slack counts it, with room to spare: in UTF-16
sub units { return length(encode('UTF-16LE', $_[0])) / 2 }
my @problems;
sub check_slack
{
	my ($json) = @_;
	my $m = JSON::PP->new->utf8->decode($json);
	push @problems, 'keys ' . join ',', sort keys %$m if join(',', sort keys %$m) !~ /^blocks,(?:channel,)?text$/;
	push @problems, 'blocks' if @{ $m->{blocks} } < 1 || @{ $m->{blocks} } > 50;
	push @problems, 'text' if units($m->{text}) > 4000 || $m->{text} eq '';
	for my $b (@{ $m->{blocks} })
	{
		my $t = $b->{text};
		push @problems, "type $b->{type}" if $b->{type} !~ /^(?:header|section)$/ || $t->{type} ne 'plain_text';
		push @problems, "length of $b->{type}: " . units($t->{text}) if units($t->{text}) < 1 || units($t->{text}) > ($b->{type} eq 'header' ? 150 : 3000);
		push @problems, "escape in $t->{text}" if $t->{text} =~ /[<>]|&(?!amp;|lt;|gt;)/ || $m->{text} =~ /[<>]|&(?!amp;|lt;|gt;)/;
		push @problems, 'emoji' if $t->{emoji};
	}
}
check_slack($_) for split /\n/, $node->safe_psql('postgres', q{SELECT accountmatch.message(event_id, 'slack') FROM accountmatch.feed});
check_slack($_) for split /\n/, $node->safe_psql('postgres', q{SELECT accountmatch.digest(o, 'slack') FROM unnest('{ann,bob,nobody}'::text[]) o});
is_deeply(\@problems, [], 'Slack: limits and escapes of 300 events and three digests');
check_slack('{"text": "<x>", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]}');
is(scalar @problems, 3, 'and the check sees problems');

# Markdown: but for our own list and bold title, every character that means something is escaped
my $markdown = $node->safe_psql('postgres', q{SELECT accountmatch.digest('ann', 'markdown') UNION ALL SELECT accountmatch.message(event_id, 'markdown') FROM accountmatch.feed});
my $rest = $markdown =~ s/\\[[:punct:]]//gr =~ s/^\*\*(.*)\*\*$/$1/gmr =~ s/^- //gmr =~ s/&#8203;@&#8203;//gr;
is(join(' ', $rest =~ /([][<>|`*_~#!@&\\]|:\/|www\.)/g), '', 'Markdown: nothing is left that means anything');
like($markdown, qr/\\\|/, 'though there was');
unlike($markdown, qr/\x{E2}\x{80}\x{AE}/, 'no text runs backwards');

# CSV: each record has ten fields, none begins as a formula does
my $csv = $node->safe_psql('postgres', q{SELECT accountmatch.digest('ann', 'csv')});
my @records = split /\r\n/, $csv;
is(scalar @records, 271, 'CSV: a record per account, and headings');
my @bad = grep { my @f = /(?:^|,)("(?:[^"]|"")*"|[^",]*)(?=,|$)/g; @f != 10 || grep { /^"?(?:[-=+@\t]|\xEF\xBC\x9D)/ && !/^-?\d+$/ } @f } @records;
is_deeply(\@bad, [], 'CSV: ten fields, no formulas');

# Roles, with the statements of the README
$node->safe_psql('postgres', 'CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE sales_ops LOGIN');
my ($seller_grants) = $readme =~ /^(GRANT SELECT ON my_list TO ann;\nGRANT EXECUTE.*? TO ann;)$/ms;
my ($ops_grants) = $readme =~ /^(GRANT SELECT ON matches, signals.*? TO sales_ops;\nGRANT EXECUTE.*? TO sales_ops;)$/ms;
$node->safe_psql('postgres', "SET search_path = accountmatch; $seller_grants; $ops_grants; " . $seller_grants =~ s/TO ann/TO bob/gr);
my $as = sub { my ($role, $sql) = @_; return $node->psql('postgres', "SET search_path = accountmatch; $sql", extra_params => [ '-U', $role ], on_error_stop => 1) };
is(($as->('ann', 'SELECT count(*) FROM my_list'))[1], '0', 'a role that is no seller sees nothing');
is(($as->('sales_ops', q{SELECT set_seller('ann', '<Ann> & co', slack_id => 'U024BE7LH', role => 'ann'), set_seller('bob', role => 'bob')}))[0], 0, 'sales operations makes sellers');
is(($as->('ann', 'SELECT count(*), count(DISTINCT owner), min(owner) FROM my_list'))[1], '270|1|ann', 'a seller sees his rows');
is(($as->('bob', 'SELECT count(*), count(DISTINCT owner), min(owner) FROM my_list'))[1], '26|1|bob', 'another one his');
my $leak = q{CREATE FUNCTION pg_temp.leak(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'owner %', t; RETURN true; END $$;
	SELECT count(*) FROM my_list WHERE pg_temp.leak(owner)};
my @leaked = $as->('bob', $leak);
like($leaked[2], qr/owner bob/, 'a function in his query sees his rows');
unlike($leaked[2], qr/owner ann/, 'and no others');
for my $view (qw(weekly_list matches sellers dispositions signals partner_warm feed))
{
	like(($as->('ann', "SELECT * FROM $view"))[2], qr/permission denied/, "a seller cannot read $view");
}
my ($mine) = split /\n/, ($as->('ann', 'SELECT account_id FROM my_list ORDER BY rank'))[1];
my ($his) = split /\n/, ($as->('bob', 'SELECT account_id FROM my_list ORDER BY rank'))[1];
is(($as->('ann', "SELECT set_disposition('$mine', 'globex', 'working')"))[0], 0, 'a seller disposes of what is on his list');
like(($as->('ann', "SELECT set_disposition('$his', 'globex', 'dismissed')"))[2], qr/was never on your list/, 'of nothing else');
is(($as->('sales_ops', "SELECT set_disposition('$his', 'globex', 'snoozed')"))[0], 0, 'sales operations of everything');
is(($as->('sales_ops', q{SELECT set_by, account_id FROM dispositions ORDER BY set_at}))[1], "ann|$mine\nsales_ops|$his", 'it is known who did');
for my $call (q{make_weekly_list()}, q{scores()}, q{set_seller('ann')}, q{digest('bob')}, q{record_touch(1, 'call')}, q{message(1)}, q{read_feed('x')})
{
	like(($as->('ann', "SELECT $call"))[2], qr/permission denied for function/, "a seller cannot call $call");
}
is(($as->('sales_ops', $_))[0], 0, "sales operations: $_")
  for q{SELECT count(*) FROM scores()}, q{SELECT count(*) FROM make_weekly_list()}, q{SELECT set_score_weight('fit', 1)}, q{SELECT count(*) FROM weekly_list},
  q{SELECT record_touch(min(match_id), 'call') FROM matches}, q{SELECT count(*) FROM score_weights()};
for my $table (split /\n/, $node->safe_psql('postgres', q{SELECT oid::regclass FROM pg_class WHERE relnamespace = '_accountmatch'::regnamespace AND relkind IN ('r', 'S', 'v')}))
{
	isnt(($as->('sales_ops', "SELECT * FROM $table"))[0], 0, "sales operations cannot read $table");
}

my ($finance_grants) = $readme =~ /^(GRANT SELECT ON closed_periods.*? TO finance;\nGRANT EXECUTE.*? TO finance;)$/ms;
$node->safe_psql('postgres', "CREATE ROLE finance LOGIN; SET search_path = accountmatch; $finance_grants");
is(($as->('finance', $_))[0], 0, "finance: $_") for q{SELECT count(*) FROM attribution('[2026-01-01,2026-04-01)')}, q{SELECT close_period('q', '[2020-01-01,2020-04-01)')},
  q{SELECT count(*) FROM adjustments('q')}, q{SELECT count(*) FROM closed_periods}, q{SELECT count(*) FROM activation}, q{SELECT count(*) FROM motion_health}, q{SELECT count(*) FROM partner_pipeline()};
like(($as->('finance', $_))[2], qr/permission denied/, "finance cannot: $_") for q{SELECT count(*) FROM weekly_list}, q{SELECT make_weekly_list()}, q{SELECT record_touch(1, 'call')};

# The README's program empties the feed: in order, and nothing is lost where Slack fails
my ($program) = $readme =~ /^```sh\n(#!\/bin\/sh\n# feed-to-slack.*?)^```$/ms;
ok($program, 'the README has the program');
mkdir "$tmp/bin";
append_to_file("$tmp/bin/curl", qq{#!/bin/sh
n=\$(cat '$tmp/calls' 2>/dev/null || echo 0)
n=\$((n + 1)); echo \$n > '$tmp/calls'
# every third call fails, once after it was received
if [ \$((n % 3)) -eq 0 ]; then exit 22; fi
cat >> '$tmp/posted'; echo >> '$tmp/posted'
if [ \$n -eq 7 ]; then exit 28; fi
});
append_to_file("$tmp/feed-to-slack", $program);
chmod 0755, "$tmp/bin/curl", "$tmp/feed-to-slack";
{
	local $ENV{PATH} = "$tmp/bin:$ENV{PATH}";
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	local $ENV{SLACK_WEBHOOK} = 'https://hooks.example.com/x';
	my $runs = 0;
	while ($node->safe_psql('postgres', q{SELECT count(*) > 0 FROM accountmatch.read_feed('slack')}) eq 't' && $runs++ < 400)
	{
		# only some events a run, so that the test is not long
		$node->safe_psql('postgres', q{SELECT accountmatch.ack_feed('slack', max(event_id) - 12) FROM accountmatch.feed}) if $runs == 1;
		system("$tmp/feed-to-slack 2>/dev/null");
	}
	cmp_ok($runs, '<', 400, 'it came to the end');
}
my @expected = split /\n/, $node->safe_psql('postgres', q{SELECT accountmatch.message(event_id, 'slack') FROM accountmatch.feed ORDER BY event_id DESC LIMIT 12});
my @posted = split /\n/, slurp_file("$tmp/posted");
my @once;
for (@posted) { push @once, $_ unless @once && $once[-1] eq $_ }
is_deeply(\@once, [ reverse @expected ], 'all were posted, in order');
cmp_ok(scalar @posted, '>', scalar @once, 'one of them twice: at least once is what is promised');

# Dump and restore
$node->safe_psql('postgres', q{SET search_path = accountmatch; SELECT propose_introductions(), set_plan('1', 'globex', next_step => 'x')});
my $all = join "\n", map { "SELECT '$_', t::text FROM accountmatch.$_ t ORDER BY t::text COLLATE \"C\";" } qw(weekly_list dispositions sellers signals partner_warm score_weights() introductions account_plans closed_periods activation partner_pipeline());
my $before = $node->safe_psql('postgres', $all);
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$tmp/motion.dump", '-d', $node->connstr('postgres') ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'pg_restore', '-j', '2', '-d', $node->connstr('restored'), "$tmp/motion.dump" ], 'pg_restore');
is($node->safe_psql('restored', $all), $before, 'a dump has all of it');

$node->stop;
done_testing();
