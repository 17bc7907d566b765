#!/usr/bin/perl
# cut.pl LISTS: cut the demo's two lists out of larger ones, LISTS/partner_a.csv,
# partner_b.csv and truth.csv, into ours.csv, theirs.csv and truth.csv here.
#
# Rows are drawn in clusters, so that what makes matching hard survives the
# cut: rows that are the same organisation by the truth, or share a domain or
# a name (branches behind one domain, homonyms, duplicates), are all in or all
# out. Which clusters are in is decided by a hash: every run cuts the same.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use File::Basename qw(dirname);

# Keys that more rows than this share do not make a cluster: whole countries
# would hang together by their ministries
use constant CROWD => 25;
# Rows of our list to draw
use constant WANTED => 1000;

my $lists = shift or die "usage: cut.pl LISTS\n";
my $here  = dirname($0);

# The first three fields of a record of CSV: id, name, website
sub fields
{
	my ($record) = @_;
	my @f = $record =~ /\G("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;
	return map { /^"(.*)"$/s ? $1 =~ s/""/"/gr : $_ } @f[ 0 .. 2 ];
}

# A file's header and its records; no field holds a line break
sub slurp
{
	my ($file) = @_;
	open my $fh, '<', "$lists/$file" or die "$lists/$file: $!\n";
	return <$fh>;
}

# Something like the registrable domain in a website field, or nothing
sub domain
{
	my ($host) = lc($_[0]) =~ m{(?:^|//|@)([a-z0-9.-]+\.[a-z]{2,})} or return;
	my @labels = split /\./, $host;
	my $n = @labels > 2 && length $labels[-1] == 2 && $labels[-2] =~ /^(?:ac|co|com|edu|gob|gouv|gov|govt|ne|net|nsn|or|org|sch)$/ ? 3 : 2;
	return join '.', @labels[ -$n .. -1 ];
}

# Clusters as a union-find forest
my %parent;
sub root
{
	my ($x) = @_;
	$x = $parent{$x} while $parent{$x} ne $x;
	return $x;
}
sub join_rows
{
	my ($x, $y) = map { root($_) } @_;
	my ($first, $second) = sort $x, $y;
	$parent{$second} = $first;
}

my ($header, @a) = slurp('partner_a.csv');
my (undef, @b) = slurp('partner_b.csv');
my ($truth_header, @truth) = slurp('truth.csv');

my %sharing;
for my $line (@a, @b)
{
	my ($id, $name, $website) = fields($line);
	$parent{$id} = $id;
	my $domain = domain($website);
	push @{ $sharing{"domain $domain"} }, $id if defined $domain;
	push @{ $sharing{ 'name ' . lc($name) =~ s/[^\w\x80-\xff]+//gr } }, $id;
}
join_rows(/\w+/g) for @truth;
for my $rows (map { $sharing{$_} } sort keys %sharing)
{
	next if @$rows > CROWD;
	join_rows($rows->[0], $_) for @$rows[ 1 .. $#$rows ];
}

my %cluster;
push @{ $cluster{ root($_) } }, $_ for sort keys %parent;
my (%in, $drawn);
for my $c (sort { md5_hex($a) cmp md5_hex($b) } keys %cluster)
{
	last if ($drawn //= 0) >= WANTED;
	$drawn += grep { /^A/ } @{ $cluster{$c} };
	$in{$_} = 1 for @{ $cluster{$c} };
}

for (['ours.csv', $header, @a], ['theirs.csv', $header, @b], ['truth.csv', $truth_header, @truth])
{
	my ($file, $head, @lines) = @$_;
	open my $fh, '>', "$here/$file" or die "$here/$file: $!\n";
	print $fh $head, grep { /^(\w+)/ && $in{$1} } @lines;
	close $fh or die "$here/$file: $!\n";
}
