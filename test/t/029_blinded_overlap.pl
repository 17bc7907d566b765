# Two companies agree on a key, blind their lists, swap files: overlap() finds what it finds on the plain lists.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($ours) = key_node('ours');
my ($theirs) = key_node('theirs');
my ($host) = key_node('host');
agree($ours, $theirs, 'deal', 'ours and theirs');

# the demo's lists, with what they lack: identifiers, contacts, hosts of one domain, crowded hosts, hosted sites,
# names that are none, common names, several of a name, blanks in different places, aliases
my $columns = 'account_id text PRIMARY KEY, name text, website text, country text, status text, owner text, industry text, amount numeric';
my $more = 'email text, lei text, duns text';
my %extra = (
	ours => "('x1', 'First Trust', NULL, NULL, 'Customer', NULL, '506700GE1G29325QX363', NULL), ('x2', 'Second', NULL, NULL, NULL, 'jo\@mail.second.org', NULL, '001367960'),
		('x3', 'Geology', 'kgs.ku.edu', NULL, NULL, NULL, NULL, NULL), ('x4', 'Ministry of Silly Walks', 'https://gov.silly.net', NULL, NULL, NULL, NULL, NULL),
		('x5', 'Ministry of Health', 'gov.silly.net', NULL, NULL, NULL, NULL, NULL), ('x6', 'Ministry of Defence', 'gov.silly.net', NULL, NULL, NULL, NULL, NULL),
		('x7', 'n/a', NULL, NULL, NULL, NULL, NULL, NULL), ('x8', 'Unknown', NULL, NULL, NULL, NULL, NULL, NULL), ('x9', 'City of Springfield', NULL, 'US', NULL, NULL, NULL, NULL),
		('x10', 'City of Springfield', NULL, NULL, NULL, NULL, NULL, NULL), ('x11', 'Face Book', NULL, NULL, NULL, NULL, NULL, NULL), ('x12', 'Handmade', 'handmade.myshopify.com', NULL, NULL, NULL, NULL, NULL),
		('x13', 'Person One', 'one\@gmail.com', NULL, NULL, NULL, NULL, NULL), ('x14', 'Twins', NULL, NULL, NULL, NULL, NULL, NULL), ('x15', 'Twins', NULL, NULL, NULL, NULL, NULL, NULL),
		('x16', 'Homonym', 'homonym-one.com', NULL, NULL, NULL, NULL, NULL), ('x17', 'Homonym', 'homonym-two.com', NULL, NULL, NULL, NULL, NULL), ('x18', 'Vetoed', NULL, NULL, NULL, NULL, NULL, '804735132'),
		('x19', 'Single Branch', 'a.branches.net', NULL, NULL, NULL, NULL, NULL)",
	theirs => "('y1', 'Erste Bank', NULL, NULL, 'prospect', NULL, '506700ge1g29325qx363', NULL), ('y2', 'Zweite', 'second.org', NULL, NULL, NULL, NULL, NULL),
		('y3', 'University', 'ku.edu', NULL, NULL, NULL, NULL, NULL), ('y4', 'Ministry for Silly Walks', 'gov.silly.net', NULL, NULL, NULL, NULL, NULL),
		('y5', 'Ministry of Health', 'gov.silly.net', NULL, NULL, NULL, NULL, NULL), ('y6', 'Ministry of Truth', 'gov.silly.net', NULL, NULL, NULL, NULL, NULL),
		('y7', 'N/A', NULL, NULL, NULL, NULL, NULL, NULL), ('y8', 'unknown', NULL, NULL, NULL, NULL, NULL, NULL), ('y9', 'City of Springfield', NULL, NULL, NULL, NULL, NULL, NULL),
		('y10', 'Third', NULL, NULL, NULL, NULL, NULL, '00-136-7960'), ('y11', 'Facebook Inc', NULL, NULL, NULL, NULL, NULL, NULL), ('y12', 'Handmade', NULL, NULL, NULL, NULL, NULL, NULL),
		('y13', 'Person Two', 'gmail.com', NULL, NULL, NULL, NULL, NULL), ('y14', 'Twins', 'twins.com', NULL, NULL, NULL, NULL, NULL),
		('y16', 'Homonym', NULL, NULL, NULL, NULL, NULL, NULL), ('y18', 'Vetoed', NULL, NULL, NULL, NULL, NULL, '15-048-3782'), ('y19', 'Single Branch', 'b.branches.net', NULL, NULL, NULL, NULL, NULL)");
my %node = (ours => $ours, theirs => $theirs);
for my $list ('ours', 'theirs')
{
	$node{$list}->safe_psql('postgres', "CREATE TABLE accounts ($columns); \\copy accounts FROM 'test/demo/$list.csv' (FORMAT csv, HEADER)
		ALTER TABLE accounts ADD email text, ADD lei text, ADD duns text;
		UPDATE accounts SET email = 'jo\@' || match_host(website), website = NULL WHERE account_id LIKE '%7';
		INSERT INTO accounts (account_id, name, website, country, status, email, lei, duns) VALUES $extra{$list}");
}

# files: theirs blinded to us; both blinded to a host that has no key; both plain to one that may see all
my $dir = PostgreSQL::Test::Utils::tempdir();
my $blinded = "SELECT account_id, blind_company(name, 'deal') AS name, blind_domain(website, 'deal') AS website, country, status, owner, amount,
	blind_domain(email, 'deal') AS email, blind_identifier('lei', lei, 'deal') AS lei, blind_identifier('duns', duns, 'deal') AS duns FROM accounts";
my $one_line = $blinded =~ s{\s+}{ }gr;
my $table = 'account_id text, name blinded, website blinded, country text, status text, owner text, amount numeric, email blinded, lei blinded, duns blinded';
for my $list ('ours', 'theirs')
{
	$node{$list}->safe_psql('postgres', "\\copy ($one_line) TO '$dir/$list.blinded' (FORMAT csv)
		\\copy accounts TO '$dir/$list.plain' (FORMAT csv)".'');
}
for my $to ([ $host, 'ours', 'theirs' ], [ $ours, 'theirs' ], [ $theirs, 'ours' ])
{
	my ($node, @lists) = @$to;
	$node->safe_psql('postgres', "CREATE TABLE $_ ($table); \\copy $_ FROM '$dir/$_.blinded' (FORMAT csv)") for @lists;
}
$ours->safe_psql('postgres', "CREATE TABLE plain (LIKE accounts); \\copy plain FROM '$dir/theirs.plain' (FORMAT csv)");

my $pairs = sub {
	my ($node, $call) = @_;
	return { map { my ($o, $t, @rest) = split /\|/; ("$o|$t" => join '|', @rest) }
		split /\n/, $node->safe_psql('postgres', "SELECT our_id, their_id, rule, segment, tier, our_status, their_amount, regexp_replace(why, '(name|domain|identifier|address agree:) [^,]*', '\\1') FROM $call") };
};
my $less = sub { my ($a, $b) = @_; return join ' ', sort grep { !exists $b->{$_} } keys %$a };
my $exact = "rules => '{id,domain,email,name}'";
my $plain = $pairs->($ours, "overlap('accounts', 'plain', $exact)");
my $on_the_fly = $pairs->($ours, "overlap('accounts', 'theirs')");
my $at_host = $pairs->($host, "overlap('ours', 'theirs')");
cmp_ok(scalar keys %$plain, '>', 480, 'the lists are of some size');

# nothing that plain lists do not show; and what they show more, for the reasons that the README gives
for my $case ([ 'our plain list against their blinded one', $on_the_fly ], [ 'both blinded, at a host without the key', $at_host ])
{
	is($less->($case->[1], $plain), '', "$case->[0]: no other matches than on plain lists");
}
my %reason = map { my ($o, $t, $reason) = split /\|/; ("$o|$t" => $reason) }
	split /\n/, $ours->safe_psql('postgres', "SELECT DISTINCT ON (our_id, their_id) our_id, their_id, reason FROM overlap_evidence('accounts', 'plain', $exact) e
		WHERE accepted ORDER BY 1, 2, rule = 'name', reason");
my $read_on_both = qr/^(same domain and similar name|same name below one domain|same name, and a domain that speaks for it)$/;
# a site that somebody hosts counts as the company's own, if nobody sees that it is one
my %hosts_differ = map { $_ => 1 } split / /, $ours->safe_psql('postgres', "SELECT string_agg(format('%s|%s', o.account_id, t.account_id), ' ')
	FROM accounts o JOIN plain t ON match_company(o.name) = match_company(t.name) AND match_host(coalesce(o.website, o.email)) <> match_host(coalesce(t.website, t.email))");
is(join(' ', grep { $reason{$_} !~ $read_on_both && !$hosts_differ{$_} } split / /, $less->($plain, $on_the_fly)), '', 'on the fly: all but what takes reading both texts');
my $keys = $ours->safe_psql('postgres', "SELECT string_agg(format('%s|%s', o.account_id, t.account_id), ' ') FROM accounts o JOIN plain t ON replace(match_company(o.name), ' ', '') = replace(match_company(t.name), ' ', '')
	WHERE (SELECT count(*) FROM accounts x WHERE match_company(x.name) = match_company(o.name)) > 1 OR (SELECT count(*) FROM plain x WHERE match_company(x.name) = match_company(o.name)) > 1");
my %often = map { $_ => 1 } split / /, $keys;
is(join(' ', grep { $reason{$_} !~ $read_on_both && !$hosts_differ{$_} && !$often{$_} } split / /, $less->($plain, $at_host)), '', 'at the host: these, and names that stand more than once in a list');
cmp_ok(scalar(keys %$on_the_fly) / keys %$plain, '>', 0.97, 'on the fly: few are missing');
cmp_ok(scalar(keys %$at_host) / keys %$plain, '>', 0.93, 'at the host: few are missing');
diag(sprintf '%d matches on plain lists, %d of them on the fly, %d at the host', map { scalar keys %$_ } $plain, $on_the_fly, $at_host);
# the added accounts, by the letter
my $added = sub { my ($m) = @_; return join ' ', sort grep { /^x/ && /\|y/ } keys %$m };
is($added->($plain), join(' ', sort qw(x1|y1 x11|y11 x12|y12 x14|y14 x15|y14 x19|y19 x2|y10 x2|y2 x4|y4 x5|y5)), 'plain');
is($added->($on_the_fly), join(' ', sort qw(x1|y1 x11|y11 x12|y12 x14|y14 x15|y14 x2|y10 x2|y2 x5|y5)), 'on the fly');
is($added->($at_host), join(' ', sort qw(x1|y1 x11|y11 x12|y12 x2|y10 x2|y2 x5|y5)), 'at the host');

# where reading is not asked for, it is the same to the last column
for my $rules ('{id}', '{id,email}')
{
	my $expected = $pairs->($ours, "overlap('accounts', 'plain', rules => '$rules')");
	is_deeply($pairs->($ours, "overlap('accounts', 'theirs', rules => '$rules')"), $expected, "$rules: on the fly as plain");
	is_deeply($pairs->($host, "overlap('ours', 'theirs', rules => '$rules')"), $expected, "$rules: at the host as plain");
}
# hosts as keys: lists in which every site is its own registrable domain and no host is crowded
$ours->safe_psql('postgres', "DELETE FROM $_ WHERE match_host(website) <> match_domain(website) OR website LIKE '%silly.net' OR website LIKE '%myshopify.com'") for 'accounts', 'plain';
$ours->safe_psql('postgres', 'DELETE FROM theirs WHERE account_id NOT IN (SELECT account_id FROM plain)');
my $expected = $pairs->($ours, "overlap('accounts', 'plain', rules => '{id,domain,email}', domain_cap => 1000)");
cmp_ok(scalar keys %$expected, '>', 300, 'most match by these');
is_deeply($pairs->($ours, "overlap('accounts', 'theirs', rules => '{id,domain,email}', domain_cap => 1000)"), $expected, 'domain: on the fly as plain');

# the other functions
is($ours->safe_psql('postgres', "SELECT sum(pairs) FROM segments('accounts', 'theirs')"), $ours->safe_psql('postgres', "SELECT count(*) FROM overlap('accounts', 'theirs')"), 'segments');
is($ours->safe_psql('postgres', "SELECT finding FROM explain_match('accounts', 'theirs', 'x1', 'y1') WHERE held AND rule = 'id'"), 'same identifier', 'explain_match');
is($ours->safe_psql('postgres', "SELECT why FROM overlap('accounts', 'theirs') WHERE our_id = 'x2' AND their_id = 'y2'"),
	"A contact's e-mail address and the other's domain or address agree: second.org.", 'keys are told in plain where one list has them');
is($theirs->safe_psql('postgres', "SELECT match_key FROM overlap('ours', 'accounts') WHERE our_id = 'x1' AND their_id = 'y1'"), 'lei:506700GE1G29325QX363', 'whichever it is');
is($host->safe_psql('postgres', "SELECT count(*) FROM overlap('ours', 'theirs') WHERE why ~ 'example|siemens'"), 0, 'and not where none has');

# random lists of few words and hosts, full of clashes: blinded ones show nothing that plain ones do not. Where only one
# is blinded, names look at what is left over, and there may be more of that: see the README
$ours->safe_psql('postgres', q{
	CREATE FUNCTION pick(VARIADIC text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT $1[1 + floor(random() * cardinality($1))::int] $$;
	CREATE FUNCTION clash(n int, seed float) RETURNS TABLE (what text, found bigint, more bigint) LANGUAGE plpgsql AS $f$
	BEGIN
		PERFORM setseed(seed);
		DROP TABLE IF EXISTS p1, p2, b1, b2, r;
		FOR i IN 1 .. 2 LOOP
			EXECUTE format($q$ CREATE TABLE p%s AS SELECT i AS account_id, pick('', 'City of ', '', '') || pick('Alpha', 'Beta', 'Gamma', 'Acme', 'Acme Works', 'Acmeworks', 'n/a') || pick(' Inc', '', ' GmbH') AS name,
				pick('acme', 'alpha', 'beta', 'acmeworks') || pick('.com', '.de', '.myshopify.com', '.uni.edu', '', '') AS website, pick('DE', 'US', NULL, NULL) AS country,
				pick('804735132', '150483782', NULL, NULL, NULL, NULL, NULL) AS duns, pick('jo@acme.com', 'jo@mail.beta.de', NULL, NULL, NULL) AS email FROM generate_series(1, $1) i $q$, i) USING n;
			EXECUTE format($q$ CREATE TABLE b%s AS SELECT account_id, blind_company(name, 'deal') AS name, blind_domain(website, 'deal') AS website, country,
				blind_identifier('duns', duns, 'deal') AS duns, blind_domain(email, 'deal') AS email FROM p%s $q$, i, i);
		END LOOP;
		CREATE TABLE r AS SELECT our_id, their_id FROM overlap('p1', 'p2', rules => '{id,domain,email,name}');
		RETURN QUERY SELECT 'both'::text, count(*), count(*) FILTER (WHERE (our_id, their_id) NOT IN (TABLE r)) FROM overlap('b1', 'b2')
			UNION ALL SELECT 'theirs', count(*), count(*) FILTER (WHERE (our_id, their_id) NOT IN (TABLE r)) FROM overlap('p1', 'b2')
			UNION ALL SELECT 'ours', count(*), count(*) FILTER (WHERE (our_id, their_id) NOT IN (TABLE r)) FROM overlap('b1', 'p2');
	END $f$});
my %clash = map { my ($what, @n) = split /\|/; ($what => \@n) }
	split /
/, $ours->safe_psql('postgres', 'SET client_min_messages = warning; SELECT what, sum(found), sum(more) FROM generate_series(1, 60) s, clash(3 + s / 2, s / 60.0) GROUP BY 1');
cmp_ok($clash{$_}[0], '>', 1000, "random lists, $_ blinded: there are matches") for 'both', 'ours', 'theirs';
is($clash{both}[1], 0, 'both blinded: none that plain lists do not show');
cmp_ok($clash{$_}[1], '<=', $clash{$_}[0] / 200, "$_ blinded: hardly one") for 'ours', 'theirs';

done_testing();
