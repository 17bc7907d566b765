#!/usr/bin/perl
# report.pl LIBRARY SOURCE LOG...: print each error that valgrind found with a
# frame in the library or in a file below SOURCE, once, and what ended a process
# early. Fails if there is any, or if no process ran at all.
use strict;
use warnings;

my ($library, $source, @logs) = @ARGV;
die "no logs\n" unless @logs;
my (%seen, $others);

for my $log (@logs)
{
	open my $in, '<', $log or die "$log: $!\n";
	my $text = do { local $/; <$in> } // '';
	$text =~ s/^==\d+== ?//mg;
	for my $error (split /\n\s*\n/, $text)
	{
		next unless $error =~ /^ +(?:at|by) 0x/m || $error =~ /terminating/;
		if ($error =~ /\Q$library\E|\Q$source\E|terminating/)
		{
			(my $key = $error) =~ s/0x[0-9A-F]+//g;
			print "$log\n$error\n\n" unless $seen{$key}++;
		}
		else { $others++ }
	}
}
printf "%d processes, %d errors in %s, %d elsewhere\n", scalar @logs, scalar(keys %seen), $library, $others // 0;
exit(%seen ? 1 : 0);
