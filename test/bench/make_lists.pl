#!/usr/bin/perl
# make_lists.pl [--lists DIR] a N M    > ours.csv
# make_lists.pl [--lists DIR] b N M    > theirs.csv
# make_lists.pl [--lists DIR] websites N
#
# Account lists of any length for the benchmarks: two lists of N and M rows,
# in the style of the real lists in DIR (partner_a.csv, partner_b.csv,
# truth.csv), or N website values alone, one a line, none of them blank. The
# same arguments give the same bytes everywhere: no seed, no clock, no hash
# order. Needs core Perl only; takes about 10 s per million rows.
#
# Where the rows come from
# - The organisations of both lists that have a website of their own are the
#   models, each with a name, a host and a country. Organisation number c is a
#   copy of model c mod (number of models). Each round of copies has a cipher,
#   which maps vowels to vowels and consonants to consonants; round 0 is the
#   real organisations. It changes the name's words that fewer than 200 rows of
#   the real lists have, and the registrable domain's own label: "City of
#   Fargo", fargond.gov becomes "City of Vumri", vumribk.gov. So names and
#   domains are as distinct as in the real lists at any length, what is shared
#   there (one domain by many organisations with hosts of their own, one name
#   by several) is shared to the same extent within each round, and labels
#   resemble names as they do there.
# - List a holds organisations 0 .. N-1, list b the M from N - 0.42 * min(N, M)
#   on: so many rows have a counterpart. Both are written in scrambled order.
# - One row in fifty is replaced by a duplicate of another row of its list.
#
# What is done to a row, by rates counted in the real lists
# - website: 10 % blank, 1.2 % junk (n/a, tbd, www, ...), 2.2 % free-mail
#   address, 1.3 % social or site-builder page; else the host in one of 17
#   forms (bare, URL with scheme, port, path, query, e-mail address, "Jo Doe
#   <jo@...>", blanks and trailing dot), two thirds of those that are no e-mail
#   address with www, shop, mail, eu, ... before it, 3 % in upper case
# - name: legal form appended (14 %) or dropped, (HQ) and the like, "The",
#   case, double blanks, & and "and", a typo (2.4 %)
# - country: 27 % blank, else as code or English name
# - status: twelve words, as in the real lists
use strict;
use warnings;
no warnings 'portable';    # 64-bit constants
use integer;

my $here = $0 =~ m{^(.*)/} ? $1 : '.';
my $data = "$here/../../src/normalize/data";
my $lists = "$here/../../../shared/data/lists";
if (@ARGV && $ARGV[0] eq '--lists')
{
	shift;
	$lists = shift;
}
my ($what, $rows_a, $rows_b) = @ARGV;
die "usage: make_lists.pl [--lists DIR] a N M | b N M | websites N\n"
  unless defined $rows_a && ($what eq 'websites' || ($what =~ /^[ab]$/ && defined $rows_b));

# ---- random numbers that depend on their argument only

# 62 bits out of a number: two rounds of multiply and shift
sub hash
{
	my ($x) = @_;
	$x = ($x + 0x1F83D9ABFB41BD6B) * 0x369DEA0F31A53F85;
	$x ^= ($x >> 31) & 0x1ffffffff;
	$x *= 0x27BB2EE687B0B0FD;
	$x ^= ($x >> 29) & 0x7ffffffff;
	return $x & 0x3fffffffffffffff;
}

# ---- the models

sub read_csv
{
	my ($file) = @_;
	my @rows;
	open my $fh, '<', $file or die "$file: $!\n";
	<$fh>;
	while (my $line = <$fh>)
	{
		chomp $line;
		my @row;
		while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)
		{
			my $v = defined $1 ? $1 =~ s/""/"/gr : $2;
			push @row, $v;
			last if @row == 4;
		}
		push @rows, \@row;
	}
	return \@rows;
}

# Rules of the Public Suffix List, to find where the registrable domain begins
my %suffix_rule;
open my $rules, '<', "$data/public_suffix_list.dat" or die "$data/public_suffix_list.dat: $!\n";
while (<$rules>)
{
	$suffix_rule{$1} = 1 if m{^([^\s/]\S*)};
}
close $rules;

# Split a host into what is before the registrable domain, its label, its suffix
sub split_host
{
	my @labels = split /\./, shift;
	my $n = @labels;
	my $suffix = $n - 1;
	for my $i (0 .. $n - 1)
	{
		my $rule = join '.', @labels[$i .. $n - 1];
		if ($suffix_rule{"!$rule"}) { $suffix = $i + 1; last; }
		if ($suffix_rule{$rule} ||
			($i < $n - 1 && $suffix_rule{join '.', '*', @labels[$i + 1 .. $n - 1]}))
		{
			$suffix = $i;
			last;
		}
	}
	return if $suffix < 1;
	return (join('', map { "$_." } @labels[0 .. $suffix - 2]),
		$labels[$suffix - 1], join('', map { ".$_" } @labels[$suffix .. $n - 1]));
}

my @social = qw(linkedin.com/company/ facebook.com/ instagram.com/ x.com/
  sites.google.com/view/);
my @freemail = qw(gmail.com gmx.de outlook.com yahoo.com hotmail.com protonmail.com
  163.com qq.com aol.com icloud.com);
my $not_own = join '|', map { quotemeta } map({ m{^([^/]*)} } @social), @freemail;

# The organisation's own host in a website value
sub own_host
{
	my $host = lc shift;
	$host =~ s/^\s+|\s+$//g;
	$host =~ s/.*<(.*)>.*/$1/;
	$host =~ s{^[a-z]+://}{};
	$host =~ s/.*@//;
	$host =~ s{[/:?#].*}{};
	$host =~ s/\.$//;
	$host =~ s/^(?:(?:www\d*|eu|shop|mail)\.)+(?=.*\.)//;
	return if $host !~ /\./ || $host =~ /xn--|[^-a-z0-9._\x80-\xff]/ || $host =~ /^(?:$not_own)$/;
	return $host;
}

my ($list_a, $list_b) = map { read_csv("$lists/partner_$_.csv") } qw(a b);
my (%b_of, %is_b);
open my $truth, '<', "$lists/truth.csv" or die "$lists/truth.csv: $!\n";
while (<$truth>)
{
	next unless /^(A\d+),(B\d+)/;
	$b_of{$1} //= $2;
	$is_b{$2} = 1;
}
close $truth;

# English names of the codes
my (%country_of_b, %country_name);
$country_of_b{$_->[0]} = $_->[3] for @$list_b;
open my $countries, '<', "$data/countries.tsv" or die "$data/countries.tsv: $!\n";
while (<$countries>)
{
	$country_name{$1} = $2 if /^([A-Z]{2})\t([^\t\n]+)/;
}
close $countries;
my %code_of = reverse %country_name;

# models: [name in pieces, host before the label, label, suffix, country code];
# every second piece of a name goes through the cipher
my @models;
{
	my (@found, %rows_with);
	for my $row (@$list_a, grep { !$is_b{$_->[0]} } @$list_b)
	{
		my $host = own_host($row->[2]) // next;
		my ($sub, $label, $suffix) = split_host($host) or next;
		my $name = $row->[1];
		$name =~ s/\s+/ /g;
		$name =~ s/^ | $//g;
		$name =~ s/ \((?:HQ|Global|Europe|US|UK|DE)\)$//;
		next if $name eq '';
		my $country = $row->[3] || $country_of_b{$b_of{$row->[0]} // ''} || '';
		$country = $code_of{$country} // '' if length $country != 2;
		push @found, [$name, $sub, $label, $suffix, $country];
		my %words = map { $_ => 1 } split /[^a-z\x80-\xff]+/, lc $name;
		$rows_with{$_}++ for keys %words;
	}
	for (@found)
	{
		my ($name, @rest) = @$_;
		my @piece = ('');
		while ($name =~ /([A-Za-z\x80-\xff]+)|([^A-Za-z\x80-\xff]+)/g)
		{
			my ($word, $other) = ($1, $2);
			my $rare = defined $word && $word =~ /[A-Za-z]{3}/ && $rows_with{lc $word} < 200;
			# odd places are for rare words
			push @piece, '' if $rare != (@piece + 1) % 2;
			$piece[-1] .= $word // $other;
		}
		# a name without such a word gets the domain's label before it
		@piece = ('', substr($rest[1], 0, 8), " $name") if @piece == 1;
		push @models, [\@piece, @rest];
	}
}
my $nmodels = @models;

# ---- rows

# The cipher of a round: changes the text that it is given
my @cipher = (sub { });
sub cipher
{
	my ($round) = @_;
	return $cipher[$round] //= do
	{
		my ($from, $to) = ('', '');
		for my $letters ('aeiou', 'bcdfghjklmnpqrstvwxyz')
		{
			my @left = split //, $letters;
			for my $i (0 .. length($letters) - 1)
			{
				my $letter = splice @left, hash($round * 100 + length $from) % @left, 1;
				$from .= substr $letters, $i, 1;
				$to .= $letter;
			}
		}
		eval sprintf 'sub { $_[0] =~ tr/%s%s/%s%s/ }', $from, uc $from, $to, uc $to;
	};
}

# A table of 1000 places out of (value, how many of 1000), ...
sub places
{
	my @table;
	while (my ($value, $n) = splice @_, 0, 2) { push @table, ($value) x $n; }
	die unless @table == 1000;
	return \@table;
}

my $website_sort = places(blank => 97, junk => 12, freemail => 22, social => 13, own => 856);
my @junk = qw(n/a - tbd unknown none www);
my $form = places('%s' => 305, 'http://%s/' => 115, 'https://%s' => 50, 'https://%s/' => 48,
	'https://%s/about?x=1' => 48, 'https://%s/en' => 48, 'https://%s:443/' => 48,
	'https://%s/#top' => 48, '  %s. ' => 37, 'info@%s' => 58, 'sales@%s' => 46, 'a.b@%s' => 46,
	'Jo Doe <jo@%s>' => 84, 'joe@%s' => 6, 'buyer@%s' => 6, 'https://%s/home' => 4,
	'https://www.%s/index.html' => 3);
my $before_host = places('' => 340, 'www.' => 283, 'shop.' => 120, 'mail.' => 120, 'eu.' => 120,
	'www2.' => 7, 'en.' => 4, 'english.' => 2, 'portal.' => 2, 'web.' => 2);
my $legal = places('' => 860, map({ $_ => 9 } ' Inc', ' Inc.', ', Inc.', ' LLC', ' Ltd', ' Limited',
		' GmbH', ' AG', ' SA', ' S.A.', ' B.V.', ' S.r.l.'), map({ $_ => 8 } ' Oy', ' A/S', ' Pty Ltd',
		' Co., Ltd.'));
my $qualifier = places('' => 940, map { $_ => 10 } ' (HQ)', ' (Global)', ' (Europe)', ' (US)', ' (UK)',
	' (DE)');
my @status = ('Active Customer', 'Closed Won', 'Customer', 'customer', 'Negotiation',
	'Open Opportunity', 'Opportunity', 'opportunity', ('Prospect', 'prospect', 'Lead',
		'Target Account') x 2);

# The website field of organisation $c, by random number $r
sub website
{
	my ($model, $cipher, $r) = @_;
	my $label = $model->[2];
	$cipher->($label);
	my $sort = $website_sort->[$r % 1000];
	$r /= 1000;
	if ($sort eq 'own')
	{
		my $shape = $form->[$r % 1000];
		my $before = $before_host->[$r / 1000 % 1000];
		my $host = "$model->[1]$label$model->[3]";
		$host = "$before$host" if index($shape, '@') < 0;
		$shape =~ s/%s/$host/;
		return $r / 1000000 % 33 == 0 ? uc $shape : $shape;
	}
	return '' if $sort eq 'blank';
	return $junk[$r % @junk] if $sort eq 'junk';
	return "$label\@$freemail[$r % @freemail]" if $sort eq 'freemail';
	return ($r / 8 % 2 ? 'https://' : '') . $social[$r % @social] . $label;
}

# The name field, likewise
sub name
{
	my ($model, $cipher, $r) = @_;
	my $name = '';
	for my $i (0 .. $#{ $model->[0] })
	{
		my $piece = $model->[0][$i];
		$cipher->($piece) if $i % 2;
		$name .= $piece;
	}
	my $form = $legal->[$r % 1000];
	$r /= 1000;
	if ($form ne '')
	{
		$name =~ s/,? (?:inc|llc|ltd|limited|gmbh|ag|sa|company|corporation|corp)\.?$//i if $r % 2;
		$name .= $form;
	}
	$r /= 2;
	$name .= $qualifier->[$r % 1000];
	$r /= 1000;
	my $noise = $r % 1000;
	$r /= 1000;
	if ($noise < 70) { $name =~ tr/A-Z/a-z/; }
	elsif ($noise < 120) { $name =~ tr/a-z/A-Z/; }
	elsif ($noise < 165) { $name =~ s/ /  /g; }
	elsif ($noise < 200) { $name = "The $name"; }
	elsif ($noise < 240) { $name =~ s/&/and/ or $name =~ s/\band\b/&/; }
	elsif ($noise < 264 && length $name > 8)
	{
		# leave out, double, or swap letters: ASCII ones, not to cut a character
		my $at = 1 + $r % (length($name) - 4);
		substr($name, $at, 2) =~ s/^([a-z])([a-z])$/$r % 3 == 0 ? $2 : $r % 3 == 1 ? "$1$1$2" : "$2$1"/e;
	}
	return $name;
}

$| = 0;
binmode STDOUT;
if ($what eq 'websites')
{
	for (my ($i, $n) = (0, 0); $n < $rows_a; $i++)
	{
		my $website = website($models[$i % $nmodels], cipher($i / $nmodels), hash($i));
		next if $website eq '';
		print "$website\n";
		$n++;
	}
	exit;
}

my $common = ($rows_a < $rows_b ? $rows_a : $rows_b) * 42 / 100;
my ($nrows, $first, $step, $letter, $salt) =
  $what eq 'a' ? ($rows_a, 0, 15485863, 'A', 1 << 40) : ($rows_b, $rows_a - $common, 32452843, 'B', 1 << 41);
# the step is a prime: it goes through all organisations but where the length is a multiple of it
print "account_id,name,website,country,status\n";
for my $i (0 .. $nrows - 1)
{
	my $r = hash($i + $salt);
	my $place = $r % 50 == 0 ? $r / 50 % $nrows : $i;
	my $c = $first + $place * $step % $nrows;
	my $model = $models[$c % $nmodels];
	my $cipher = cipher($c / $nmodels);
	my $name = name($model, $cipher, hash($r));
	my $website = website($model, $cipher, hash($r + 1));
	my $country = ($r /= 100000000) % 100 < 16 ? '' : $model->[4];
	$country = $country_name{$country} // $country if $r / 100 % 100 < 31;
	$name = '"' . $name =~ s/"/""/gr . '"' if $name =~ /[",]/;
	printf "%s%08d,%s,%s,%s,%s\n", $letter, $i + 1, $name, $website, $country,
	  $status[$r / 10000 % @status];
}
