#!/usr/bin/perl
# messy.pl [-n COUNT] [DIRECTORY]: print COUNT (default 1,000,000) web site values as a
# CRM holds them, one per line, made from the lists partner_a.csv and
# partner_b.csv in DIRECTORY (default ../shared/data/lists). The lists are gone
# through as often as needed; from the second time on the longest label of each
# host gets a number, so that hosts differ. Always the same output.
use strict;
use warnings;

my $count = 1_000_000;
if (@ARGV && $ARGV[0] eq '-n') { shift; $count = shift; }
my $dir = shift // '../shared/data/lists';

# One record of CSV with quoted fields (RFC 4180); a field may hold a line break
sub record
{
	my ($in) = @_;
	my $line = <$in>;
	return unless defined $line;
	while (($line =~ tr/"//) % 2) { $line .= <$in> // return; }
	$line =~ s/\r?\n\z//;
	my @field;
	while ($line =~ /\G("((?:[^"]|"")*)"|[^,]*)(,|\z)/g)
	{
		my ($plain, $quoted, $comma) = ($1, $2, $3);
		push @field, defined $quoted ? $quoted =~ s/""/"/gr : $plain;
		last if $comma eq '';
	}
	return \@field;
}

my @value;
for my $file ("$dir/partner_a.csv", "$dir/partner_b.csv")
{
	open my $in, '<', $file or die "$file: $!\n";
	my $head = record($in);
	my ($col) = grep { $head->[$_] eq 'website' } 0 .. $#$head;
	while (my $row = record($in)) { push @value, $row->[$col] =~ s/[\t\n\r\\]/ /gr; }
}

my $mail = qr/gmail|outlook|hotmail|yahoo|protonmail|icloud|gmx|aol|163|qq|facebook|linkedin|twitter/;
for my $i (0 .. $count - 1)
{
	my $value = $value[ $i % @value ];
	my $round = int($i / @value);
	if ($round && $value !~ /\b$mail\.\w+$/ && $value =~ m{((?:[\w-]+\.)+[a-zA-Z]{2,})(?=[^\w.@]*(?:[/:;?#>].*)?$)})
	{
		my ($start, $host) = ($-[1], $1);
		my ($longest) = sort { length $b <=> length $a || $a cmp $b } split /\./, $host =~ s/\.\w+$//r;
		substr($value, $start + index($host, $longest) + length $longest, 0) = $round;
	}
	print "$value\n";
}
