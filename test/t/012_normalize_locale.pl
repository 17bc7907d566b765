# The same results in databases of any lc_ctype and collation, ICU's and the
# system's, whatever the language: one digest over every corpus.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;

# where dotless and dotted i, sharp s, or collation differ
my %database = (
	c => "LC_COLLATE 'C' LC_CTYPE 'C'",
	turkish => "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LC_COLLATE 'C' LC_CTYPE 'C'",
	azeri => "LOCALE_PROVIDER icu ICU_LOCALE 'az-Latn' LC_COLLATE 'C' LC_CTYPE 'C'",
	lithuanian => "LOCALE_PROVIDER icu ICU_LOCALE 'lt' LC_COLLATE 'C' LC_CTYPE 'C'",
	german => "LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk' LC_COLLATE 'C' LC_CTYPE 'C'",
	nocase => "LOCALE_PROVIDER icu ICU_LOCALE 'und-u-ks-level1' LC_COLLATE 'C' LC_CTYPE 'C'",
);

# the system's, as far as they are installed
my $installed = join ' ', map { chomp; $_ } `locale -a`;
for my $locale ('C.UTF-8', 'tr_TR.UTF-8', 'de_DE.UTF-8', 'en_US.UTF-8')
{
	my $pattern = $locale =~ s/\.UTF-8/.utf-?8/r;
	$database{$locale} = "LC_COLLATE '$locale' LC_CTYPE '$locale'" if $installed =~ /(^| )$pattern( |$)/i;
}

my $digest = q{
SELECT count(*), count(normalize_domain(x)),
	md5(string_agg(concat_ws('|', x, coalesce(normalize_domain(x), '-'), coalesce(registrable_domain(x), '-'), coalesce(public_suffix(x), '-'),
		domain_class(x), coalesce(match_domain(x), '-'), coalesce(match_host(x), '-')), E'\n' ORDER BY x COLLATE "C"))
FROM (SELECT DISTINCT x COLLATE "C" AS x FROM corpus) c;
};

my $first;
for my $name (sort keys %database)
{
	$node->safe_psql('postgres', qq{CREATE DATABASE "$name" TEMPLATE template0 ENCODING 'UTF8' $database{$name}});
	$node->safe_psql($name, 'CREATE EXTENSION accountmatch');
	my $result = $node->safe_psql($name, "\\i test/pgtap/lib/corpus.sql\nSET search_path = accountmatch;\n$digest");
	$first //= $result;
	like($result, qr/^\d{4,}\|\d{4,}\|[0-9a-f]{32}$/, "$name: all of the corpus was read");
	is($result, $first, "$name: the same results");

	# what lower() says there is of no consequence
	is($node->safe_psql($name, q{SELECT accountmatch.normalize_domain('HTTPS://ISTANBUL.COM/') || ' ' || accountmatch.normalize_domain('ISTANBUL。com')}),
		'istanbul.com istanbul.com', "$name: I becomes i");
}
is($node->safe_psql('turkish', q{SELECT lower('I')}), 'ı', 'in the Turkish database lower() says otherwise');

$node->stop;
done_testing();
