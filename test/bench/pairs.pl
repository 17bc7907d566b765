#!/usr/bin/perl
# How well names tell which companies are the same: match_company and
# company_similarity on labelled pairs of names, beside measures that everyone
# has at hand. Runs psql in the cluster of the environment.
# usage: pairs.pl company_name_pairs.tsv
#
# The file has a header and columns name_a, name_b, label (1 the same company,
# 0 not), source. Printed are, for a measure used with a threshold, the recall
# at the threshold where precision still is 0.95, and the best F1; for
# equality, precision and recall. The halves of the file, by a checksum of the
# names, show how much is chance.
use strict;
use warnings;
use utf8;
use Digest::MD5 'md5_hex';
use Encode 'encode_utf8';
use File::Temp;
use Unicode::Normalize 'NFKD';

binmode STDOUT, ':utf8';
my $file = shift // die "usage: pairs.pl company_name_pairs.tsv\n";
if (!-r $file)
{
	print "SKIPPED: no labelled pairs at $file\n";
	exit 0;
}

# Jaro's similarity with Winkler's bonus for up to four equal first characters
sub jaro_winkler
{
	my @a = split //, shift;
	my @b = split //, shift;
	return 0 unless @a && @b;
	my $window = int((@a > @b ? @a : @b) / 2) - 1;
	$window = 0 if $window < 0;
	my (@from, @taken);
	for my $i (0 .. $#a)
	{
		my $last = $i + $window > $#b ? $#b : $i + $window;
		for my $j (($i > $window ? $i - $window : 0) .. $last)
		{
			next if $taken[$j] || $a[$i] ne $b[$j];
			$taken[$j] = 1;
			push @from, $a[$i];
			last;
		}
	}
	return 0 unless @from;
	my @to = map { $b[$_] } grep { $taken[$_] } 0 .. $#b;
	my $transposed = grep { $from[$_] ne $to[$_] } 0 .. $#from;
	my $m = @from;
	my $jaro = ($m / @a + $m / @b + ($m - $transposed / 2) / $m) / 3;
	my $prefix = 0;
	$prefix++ while $prefix < 4 && $prefix < @a && $prefix < @b && $a[$prefix] eq $b[$prefix];
	return $jaro + $prefix * 0.1 * (1 - $jaro);
}

# lower case, no diacritics, no punctuation
sub fold
{
	my $s = lc NFKD(shift);
	$s =~ s/\p{M}//g;
	$s =~ s/&/ and /g;
	$s =~ s/[^\p{L}\p{N}]+/ /g;
	$s =~ s/^ | $//g;
	return $s;
}

# what a simple cleaner does: one legal form cut off the end of the folded name
my %legal = map { $_ => 1 } qw(inc incorporated corp corporation co company ltd limited llc llp lp plc pty
	gmbh ag kg se sa sas sarl srl spa bv nv ab as asa oy oyj aps kk pt tbk bhd sl ltda);

sub clean
{
	my @words = split / /, fold(shift);
	pop @words if @words > 1 && $legal{ $words[-1] };
	return "@words";
}

# recall at precision 0.95, and best F1, over [score, label]
sub rate
{
	my @rows = sort { $b->[0] <=> $a->[0] } @_;
	my $same = grep { $_->[1] } @rows;
	my ($right, $all, $recall, $f1) = (0, 0, 0, 0);
	for my $i (0 .. $#rows)
	{
		$all++;
		$right++ if $rows[$i][1];
		next if $i < $#rows && $rows[ $i + 1 ][0] == $rows[$i][0];
		my ($p, $r) = ($right / $all, $right / $same);
		$recall = $r if $p >= 0.95 && $r > $recall;
		$f1 = 2 * $p * $r / ($p + $r) if $p + $r > 0 && 2 * $p * $r / ($p + $r) > $f1;
	}
	return ($recall, $f1);
}

# precision and recall of a yes or no
sub rate_equal
{
	my $yes = grep { $_->[0] } @_;
	my $right = grep { $_->[0] && $_->[1] } @_;
	my $same = grep { $_->[1] } @_;
	return ($yes ? $right / $yes : 0, $same ? $right / $same : 0);
}

my $runs = 5;
my $sql = <<'SQL';
SET client_min_messages = warning;
CREATE DATABASE bench_pairs;
\connect bench_pairs
CREATE EXTENSION accountmatch;
CREATE EXTENSION pg_trgm;
CREATE TABLE pairs (id serial, a text, b text, label int, source text);
SQL
my $quoted = $file =~ s/'/''/gr;
$sql .= qq(\\copy pairs (a, b, label, source) FROM '$quoted' WITH (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\b', HEADER)\n);
$sql .= <<'SQL';
COPY (SELECT a, b, label, (accountmatch.match_company(a) = accountmatch.match_company(b))::int,
	accountmatch.company_similarity(a, b), similarity(a, b)
	FROM pairs ORDER BY id) TO STDOUT;
SET client_min_messages = log;
SET log_executor_stats = on;
SQL
$sql .= <<'SQL' x $runs;
SELECT 'normalized', sum(length(accountmatch.match_company(a)) + length(accountmatch.match_company(b))) FROM pairs, generate_series(1, 5);
SELECT 'compared', sum(accountmatch.company_similarity(a, b)) FROM pairs, generate_series(1, 5);
SQL
$sql .= <<'SQL';
SET log_executor_stats = off;
\connect postgres
DROP DATABASE bench_pairs;
SQL
my $script = File::Temp->new;
print $script $sql;
close $script;
my $command = 'psql -X -q -A -t -v ON_ERROR_STOP=1 -f ' . $script->filename . ' 2>&1';
open my $in, '-|:utf8', $command or die "psql: $!\n";

my (@rows, @cpu, $messages);
while (my $line = <$in>)
{
	chomp $line;
	my @f = split /\t/, $line, -1;
	if (@f == 6)
	{
		s/\\\\/\\/g for @f[ 0, 1 ];
		push @rows, \@f;
	}
	elsif ($line =~ /^!\s+([\d.]+) s user, ([\d.]+) s system, [\d.]+ s elapsed/)
	{
		push @cpu, $1 + $2;
	}
	elsif ($line =~ /ERROR|FATAL|error:/)
	{
		$messages .= "$line\n";
	}
}
close $in or die "psql failed\n", $messages // '';

my %score = (
	'company_similarity' => sub { $_[0][4] eq '\N' ? 0 : $_[0][4] },
	'pg_trgm similarity, raw' => sub { $_[0][5] },
	'Jaro-Winkler, raw' => sub { jaro_winkler($_[0][0], $_[0][1]) },
	'Jaro-Winkler, folded' => sub { jaro_winkler(fold($_[0][0]), fold($_[0][1])) });
my %equal = (
	'match_company equal' => sub { $_[0][3] eq '1' },
	'folded, one legal form off' => sub { clean($_[0][0]) eq clean($_[0][1]) });
my @half = map { hex(substr md5_hex(encode_utf8("$_->[0]\t$_->[1]")), 0, 8) % 2 } @rows;

printf "%d pairs, %d of them the same company\n\n", scalar @rows, scalar grep { $_->[2] } @rows;
printf "%-28s %-22s %-22s\n", 'equality', 'precision (halves)', 'recall (halves)';
for my $name (sort { $b cmp $a } keys %equal)
{
	my @r = map { [ $equal{$name}->($_), $_->[2] ] } @rows;
	my @h = map { my $h = $_; [ rate_equal(map { $r[$_] } grep { $half[$_] == $h } 0 .. $#r) ] } 0, 1;
	my @all = rate_equal(@r);
	printf "%-28s %.4f (%.4f %.4f) %.3f (%.3f %.3f)\n", $name, $all[0], $h[0][0], $h[1][0], $all[1], $h[0][1], $h[1][1];
}
printf "\n%-28s %-22s %-22s\n", 'measure', 'recall at P 0.95', 'best F1';
for my $name (sort keys %score)
{
	my @r = map { [ $score{$name}->($_), $_->[2] ] } @rows;
	my @h = map { my $h = $_; [ rate(map { $r[$_] } grep { $half[$_] == $h } 0 .. $#r) ] } 0, 1;
	my @all = rate(@r);
	printf "%-28s %.3f (%.3f %.3f)    %.3f (%.3f %.3f)\n", $name, $all[0], $h[0][0], $h[1][0], $all[1], $h[0][1], $h[1][1];
}

# medians; the two statements took turns
my @median = map { my $h = $_; (sort { $a <=> $b } @cpu[ grep { $_ % 2 == $h } 0 .. $#cpu ])[ $runs / 2 ] } 0, 1;
printf "\nin SQL, CPU time: company_similarity %.2f us a pair, of which %.2f us are two match_company\n",
  map { $_ * 1e6 / 5 / @rows } reverse @median;
