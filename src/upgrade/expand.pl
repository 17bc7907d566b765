#!/usr/bin/perl
# expand.pl FILE: print an upgrade script with each line "-- include MODULE"
# replaced by that SQL module. Paths are relative to the top of the tree.
use strict;
use warnings;

my ($file) = @ARGV or die "usage: expand.pl FILE\n";
open my $in, '<', $file or die "$file: $!\n";
while (my $line = <$in>)
{
	if ($line =~ /^--\s*include\s+(\S+)\s*$/)
	{
		open my $module, '<', $1 or die "$file:$.: $1: $!\n";
		print "-- $1\n\n", <$module>, "\n";
	}
	else { print $line }
}
