# The same results in every database, whatever its collation, lc_ctype and
# locale provider, and for columns of any collation.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('locale');

# Values in which locales differ, beside the demo's lists
my $values = q{('I'), ('i'), ('İ'), ('ı'), ('İSTANBUL BİLİŞİM A.Ş.'), ('istanbul bilişim a.ş.'), ('TITIL.COM'), ('https://WWW.TITIL.COM/Iİ'),
	('DİYARBAKIR.COM.TR'), ('info@ISPARTA.EDU.TR'), ('Straße GmbH'), ('STRASSE GMBH'), ('Ängström AB'), ('ΣΊΣΥΦΟΣ Α.Ε.'), ('σίσυφος α.ε.'),
	('Ĳsselmeer B.V.'), ('ǆ'), ('Ǆ'), ('ﬁn'), ('ΌΣΟΣ.GR'), ('CUSTOMER I'), ('PROSPECTİ'), ('opportunity-ı')};

# Every normalizing function of one or two texts that needs no key, over all values: a digest each
my $digests = q{
	CREATE VIEW pair AS
	SELECT value AS a, lead(value) OVER (ORDER BY value COLLATE "C") AS b,
		(ARRAY['VAT', 'lei', 'SIREN'])[1 + octet_length(value) % 3] AS scheme
	FROM value;
	CREATE FUNCTION digests() RETURNS TABLE (function text, digest text) LANGUAGE plpgsql AS $f$
	DECLARE
		call text;
	BEGIN
		FOR function, call IN
			SELECT p.proname, format('accountmatch.%I', p.proname) || CASE
				WHEN p.pronargs = 1 THEN '(a)' WHEN p.proargnames[1] = 'scheme' THEN '(scheme, a)' ELSE '(a, b)' END
			FROM pg_proc p
			WHERE p.pronamespace = 'accountmatch'::regnamespace AND p.provolatile = 'i'
				AND array_to_string(p.proargtypes::regtype[], ',') IN ('text', 'text,text')
				AND NOT 'key' = ANY (coalesce(p.proargnames, '{}'))
			ORDER BY p.proname COLLATE "C"
		LOOP
			EXECUTE format($$SELECT md5(string_agg(r::text, E'\n' ORDER BY a COLLATE "C", b COLLATE "C", scheme COLLATE "C"))
				FROM pair, LATERAL (SELECT array_agg(v::text) FROM (SELECT %s) s(v)) r(r)$$, call) INTO digest;
			RETURN NEXT;
		END LOOP;
	END $f$;
};
my %query = (
	normalizers => 'SELECT * FROM digests()',
	overlap => q{SELECT md5(string_agg(to_jsonb(m)::text, E'\n' ORDER BY our_id COLLATE "C", their_id COLLATE "C"))
		FROM accountmatch.overlap('ours', 'theirs', one_sided => true) m},
	segments => q{SELECT to_jsonb(s) FROM accountmatch.segments('ours', 'theirs') s ORDER BY segment COLLATE "C"},
	preflight => q{SELECT * FROM accountmatch.preflight('ours')},
	'status words' => q{SELECT * FROM accountmatch.status_words() ORDER BY word COLLATE "C"},
	classes => q{SELECT word, accountmatch.classify(upper(word COLLATE "C"), initcap(word COLLATE "C"))
		FROM accountmatch.status_words() ORDER BY word COLLATE "C"});

sub load
{
	my ($db, $options, $collate) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 ENCODING 'UTF8' $options");
	$node->safe_psql($db, qq{
		CREATE EXTENSION accountmatch;
		CREATE TABLE ours (account_id text, name text $collate, website text $collate, country text $collate,
			status text $collate, owner text, industry text, amount numeric);
		CREATE TABLE theirs (LIKE ours);
		\\copy ours from 'test/demo/ours.csv' with (format csv, header)
		\\copy theirs from 'test/demo/theirs.csv' with (format csv, header)
		CREATE TABLE value (value text $collate);
		INSERT INTO value VALUES $values;
		INSERT INTO value SELECT name FROM ours UNION SELECT website FROM ours;
		$digests});
}

load('plain', q{LOCALE 'C'}, '');
my %expected = map { $_ => $node->safe_psql('plain', $query{$_}) } keys %query;
cmp_ok(scalar(split /\n/, $expected{normalizers}), '>=', 6, 'there are normalizers');

# [database, how it is created, collation of the columns, lower('I') there]
my @databases = (
	[ 'c_utf8',     q{LOCALE 'C.UTF-8'},                                                 '', 'i' ],
	[ 'turkish',    q{LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C.UTF-8'},           '', 'ı' ],
	[ 'lithuanian', q{LOCALE_PROVIDER icu ICU_LOCALE 'lt-u-kf-upper' LOCALE 'C'},         '', 'i' ],
	[ 'columns',    q{LOCALE 'C'},                                    'COLLATE "tr-TR-x-icu"', 'ı' ]);
my ($installed) = run_command([ 'locale', '-a' ]);
for my $locale ('tr_TR.utf8', 'de_DE.utf8', 'en_US.utf8')
{
	push @databases, [ lc $locale =~ s/\W/_/r, qq{LOCALE '$locale'}, '', $locale =~ /^tr/ ? 'ı' : 'i' ]
	  if $installed =~ /^\Q$locale\E$/m;
}
note 'Turkish of the C library is not installed: not tested' unless $installed =~ /^tr_TR.utf8$/m;

for (@databases)
{
	my ($db, $options, $collate, $lower) = @$_;
	load($db, $options, $collate);
	is($node->safe_psql($db, qq{SELECT lower(value) FROM value WHERE value = 'I'}), $lower, "$db: the locale is in force");
	is($node->safe_psql($db, $query{$_}), $expected{$_}, "$db: the same $_") for sort keys %query;
}

$node->stop;
done_testing();
