#!/usr/bin/perl
# Print the table of country spellings as C, sorted for a binary search.
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));

my %code_of;
open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!";
while (my $line = <$in>)
{
	chomp $line;
	next if $line =~ /^#/ || $line eq '';
	my ($code, @names) = split /\t/, $line;
	for my $name ($code, @names)
	{
		# the C side lowers ASCII only, so other scripts' cases are spelled out
		for my $form ($name, lc $name, uc $name)
		{
			my $key = join '', map { /[a-z0-9]/ ? $_ : /[A-Z]/ ? lc : ord >= 128 ? $_ : '' } split //, $form;
			next if $key eq '';
			utf8::encode(my $bytes = $key);
			die "$name: both $code_of{$bytes} and $code\n" if exists $code_of{$bytes} && $code_of{$bytes} ne $code;
			$code_of{$bytes} = $code;
		}
	}
}

print "/* Generated from countries.tsv. Do not edit. */\n";
print "static const struct { const char *name; char code[2]; } countries[] = {\n";
for my $key (sort keys %code_of)
{
	my $c = join '', map { ord($_) < 128 ? $_ : sprintf('\\%03o', ord $_) } split //, $key;
	binmode STDOUT, ':raw';
	printf "{\"%s\",{'%s','%s'}},\n", $c, split //, $code_of{$key};
}
print "};\n";
