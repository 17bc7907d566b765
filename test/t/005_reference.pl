# The README names every public function with its arguments, and its examples
# run; everything public has a comment; versions agree.
use strict;
use warnings;
use JSON::PP qw(decode_json);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('reference');
$node->safe_psql('postgres', 'CREATE EXTENSION accountmatch');
my $readme = slurp_file('README.md');

# One version
my $meta = decode_json(slurp_file('META.json'));
my ($control) = slurp_file('accountmatch.control') =~ /^default_version = '(.*)'/m;
is($meta->{provides}{accountmatch}{version}, $meta->{version}, 'META.json: the version it provides');
is($control, $meta->{version}, 'control file: the version');
is($node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'accountmatch'}),
	$meta->{version}, 'CREATE EXTENSION: the version');
like(slurp_file('CHANGELOG.md'), qr/\b\Q$meta->{version}\E\b/, 'CHANGELOG.md tells of it');
ok(-e $meta->{provides}{accountmatch}{$_}, "META.json: its $_ is there") for 'file', 'docfile';

# The functions: name => [required arguments, optional ones]; arguments without
# a name go by their type
my %function;
for (split /\n/, $node->safe_psql('postgres', q{
	SELECT p.proname, p.pronargs - p.pronargdefaults, coalesce(string_agg(coalesce(nullif(a.name, ''), a.type::regtype::text), ',' ORDER BY a.n), '')
	FROM pg_proc p LEFT JOIN LATERAL unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY AS a(name, type, n) ON true
	WHERE p.pronamespace = 'accountmatch'::regnamespace
	GROUP BY p.oid}))
{
	my ($name, $required, $arguments) = split /\|/;
	my @arguments = split /,/, $arguments // '';
	$function{$name} = [ [ splice @arguments, 0, $required ], \@arguments ];
}
cmp_ok(scalar keys %function, '>', 20, 'there are functions');

# The reference tables
my ($reference) = $readme =~ /^## Reference\n(.*?)^## /ms;
my %documented;
while ($reference =~ /^\| `(\w+)\(([^)\[]*)(?:\[,? ?([^\]]*)\])?\)` \|/mg)
{
	my ($name, $required, $optional) = ($1, $2, $3);
	$documented{$name} = 1;
	next unless ok(exists $function{$name}, "README: $name() exists");
	is($required =~ s/\s+$//r, join(', ', @{ $function{$name}[0] }), "README: required arguments of $name()");
	is($optional // '', join(', ', @{ $function{$name}[1] }), "README: optional arguments of $name()")
	  unless ($optional // '') eq '...';
}
is_deeply([ sort grep { !$documented{$_} } keys %function ], [], 'README: every function is in the reference');
my ($options) = $reference =~ /^\| option \|.*?\n((?:\|.*\n)+)/m;
my @options = map { /`(\w+)`/g } map { (split /\|/)[1] } split /\n/, $options;
is_deeply([ sort @options ], [ sort @{ $function{overlap}[1] } ], 'README: every option of overlap()');
for my $name ('segments', 'overlap_evidence', 'explain_match')
{
	my %known = map { $_ => 1 } @options;
	is_deeply([ grep { !$known{$_} } @{ $function{$name}[1] } ], [], "README: every option of $name()");
}
for my $setting (split /\n/, $node->safe_psql('postgres', q{
	LOAD '$libdir/} . ($node->safe_psql('postgres', q{SELECT probin FROM pg_proc WHERE probin ~ 'accountmatch' LIMIT 1}) =~ s{.*/}{}r) . q{';
	SELECT name FROM pg_settings WHERE name ~ '^accountmatch\.'}))
{
	like($reference, qr/^\| `\Q$setting\E` \|/m, "README: setting $setting");
}

# Whatever users see has a comment
is($node->safe_psql('postgres', q{
	SELECT pg_describe_object(d.classid, d.objid, 0)
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	CROSS JOIN pg_identify_object(d.classid, d.objid, 0) o
	WHERE e.extname = 'accountmatch' AND o.schema = 'accountmatch'
		AND obj_description(d.objid, d.classid::regclass::name) IS NULL
		AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_type t ON t.typrelid = c.oid
			WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'c'
				AND obj_description(t.oid, 'pg_type') IS NOT NULL)
		AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typelem <> 0)}),
	'', 'everything public has a comment');

# The examples run, section by section, on tables like the reader's
my $lists = q{
	CREATE TABLE ours (account_id int, name text, website text, status text);
	CREATE TABLE theirs (account_id text, name text, website text, status text);
	INSERT INTO ours VALUES (17, 'Acme Inc', 'https://www.acme.com/en', 'Customer');
	INSERT INTO theirs VALUES ('B0004711', 'ACME', 'mail.acme.com', 'Proposal');};
my %setup = (
	'Improving a join you have' => $lists,
	FAQ => $lists,
	'Getting started' => q{
		CREATE TABLE crm (id bigint, "Account Name" text, "Website" text, "Billing Country" text, "Type" text,
			"Account Owner" text, partner_owner text);
		INSERT INTO crm VALUES (1, 'Acme Inc', 'https://www.acme.com', 'US', 'Customer', 'ann'), (2, 'Beta GmbH', '', NULL, 'Prospect', 'bob');
		CREATE TABLE theirs (account_id int, name text, website text, stage text, owner text);
		INSERT INTO theirs VALUES (1, 'ACME', 'mail.acme.com', 'Proposal', 'tim'), (2, 'beta', 'jo@beta.de', 'Closed Won', 'tom');});
my %seen;
for my $section (split /^## /m, $readme)
{
	my ($title) = $section =~ /^(.*)\n/;
	next unless $setup{$title};
	my @examples = $section =~ /^ *```sql\n(.*?)^ *```$/msg;
	$seen{$title} = @examples;
	my ($rc, $out, $err) = $node->psql('postgres', join("\n", 'BEGIN;', 'SET search_path = "$user", public, accountmatch;',
		$setup{$title}, @examples, 'ROLLBACK'), on_error_stop => 1);
	is($err, '', "README: the examples of \"$title\" run");
	if ($title eq 'Getting started')
	{
		like($out, qr/^$_$/m, 'README: and give what it says')
		  for 'Acme Inc\|ACME\|customer-opportunity\|2\|Both have the domain acme\.com\.',
		  'Beta GmbH\|beta\|prospect-customer\|2\|Both have the name beta, and no domain or country speaks against it\.',
		  'account_id\|id\|1', 'owner\|Account Owner\|ann';
	}
}
is_deeply([ sort keys %seen ], [ sort keys %setup ], 'README: all these sections have examples');

$node->stop;
done_testing();
