package Punycode;

# The A-label of a U-label that is already mapped by UTS-46, as those of the
# Public Suffix List are (RFC 3492, 6.3).
use strict;
use warnings;
use parent 'Exporter';
our @EXPORT_OK = qw(to_alabel);

# The digit for 0..35
sub digit { my ($d) = @_; return chr($d < 26 ? 97 + $d : 22 + $d); }

# RFC 3492, 6.1
sub adapt
{
	my ($delta, $points, $first) = @_;
	$delta = $first ? int($delta / 700) : $delta >> 1;
	$delta += int($delta / $points);
	my $k = 0;
	while ($delta > 455) { $delta = int($delta / 35); $k += 36; }
	return $k + int(36 * $delta / ($delta + 38));
}

# Take UTF-8, give ASCII
sub to_alabel
{
	my ($label) = @_;
	utf8::decode($label) or die "not UTF-8: $label\n";
	return lc $label if $label !~ /[^\x00-\x7f]/;
	my @cp = map { ord } split //, $label;
	my $out = join '', map { chr } grep { $_ < 128 } @cp;
	my $basic = my $done = length $out;
	$out .= '-' if $basic;
	my ($n, $delta, $bias) = (128, 0, 72);
	while ($done < @cp)
	{
		my ($m) = sort { $a <=> $b } grep { $_ >= $n } @cp;
		$delta += ($m - $n) * ($done + 1);
		$n = $m;
		for my $c (@cp)
		{
			$delta++ if $c < $n;
			next if $c != $n;
			my $q = $delta;
			for (my $k = 36;; $k += 36)
			{
				my $t = $k <= $bias ? 1 : $k >= $bias + 26 ? 26 : $k - $bias;
				last if $q < $t;
				$out .= digit($t + ($q - $t) % (36 - $t));
				$q = int(($q - $t) / (36 - $t));
			}
			$out .= digit($q);
			$bias = adapt($delta, $done + 1, $done == $basic);
			$delta = 0;
			$done++;
		}
		$delta++;
		$n++;
	}
	return "xn--$out";
}

1;
