#!/usr/bin/perl
#
# test/pgtap/data/select.pl idna IdnaTestV2.txt IdnaTestV2.json > idna.tsv
# test/pgtap/data/select.pl toascii toascii.json > toascii.tsv
# test/pgtap/data/select.pl url urltestdata.json > url.tsv
#
# Turn published vectors for URL hosts into vectors for normalize_domain: a
# place (line of the text file, place in the JSON array), the text, what is to
# come of it (\N: NULL), as COPY reads them. Each rule by which a vector is
# changed or left out stands below, with its reason; what is left out, and by
# which rule, is counted on standard error. README.md says where the files come
# from.
use strict;
use warnings;
no warnings 'nonchar';
use utf8;
use JSON::PP;

my ($what, @files) = @ARGV;
binmode(STDOUT, ':utf8');
my (%left, $kept);

# Write one vector
sub vector
{
	my ($n, $input, $expected) = @_;
	$kept++;
	for ($input, $expected)
	{
		next unless defined;
		s/\\/\\\\/g;
		s/\t/\\t/g;
		s/\n/\\n/g;
		s/\r/\\r/g;
	}
	print join("\t", $n, $input, $expected // '\N'), "\n";
}

sub left_out { $left{ $_[0] }++; return; }

# What normalize_domain is to give where a URL parser gives this host: undef
# for NULL. Dies with the rule if the vector is to be left out.
sub ours
{
	my ($host) = @_;

	return undef if !defined $host || $host eq '';

	# an address is a host as it stands
	return $host if $host =~ /^\[.*\]$/ || $host =~ /^\d+(\.\d+){3}$/;

	# trailing dots are noise in a CRM field, the root's or more
	$host =~ s/\.+$//;

	# www. is dropped
	$host =~ s/^www\.(?=.*\.)//;

	# a single label is no host
	return undef if $host !~ /\./;

	# no label is empty or longer than 63, no host longer than 253: a URL
	# parser does not look, the DNS does
	my @labels = split /\./, $host, -1;
	return undef if length($host) > 253 || grep { $_ eq '' || length($_) > 63 } @labels;

	# no top-level domain is one letter: an abbreviation, "S.p.A."
	die "top-level domain of one character\n" if $host =~ /\.[-a-z]$/;

	# a URL parser takes punctuation in a host that the DNS has no use for
	# and that in a CRM field separates values
	die "punctuation in the host\n" if $host !~ /^[-a-z0-9_.]+$/;
	return $host;
}

# A domain all in ASCII is lower-cased and not otherwise looked at, also where
# a label starts with xn-- and is no Punycode (URL Standard, "domain to ASCII",
# since June 2026; vectors older than that say failure)
sub passes_through { return $_[0] =~ /^[\x21-\x7e]+$/ && $_[0] =~ /(^|\.)xn--/i && $_[0] !~ /[#\/:<>?\@\[\\\]^|%]/; }

# A single label is no host, and would prove nothing: it gets a .com. That can
# neither mend nor break it (com satisfies the Bidi rule)
my $dots = qr/[.\x{3002}\x{ff0e}\x{ff61}]/;
sub one_label { return $_[0] !~ $dots; }

# Characters that end a value or a host in a CRM field, or that start or end
# one in quotes; control characters are read leniently too
my $separator = qr/[\s\x00-\x1f\x7f-\x9f,;|<>"'`()\[\]{}\/?#\@:\\%=\x{ff1d}]/;

# A vector: its place, the source, what ToASCII gives, or undef and the errors
sub host_vector
{
	my ($n, $source, $result, @errors) = @_;

	return left_out('separator in the source') if $source =~ $separator;
	return left_out('a bidirectional mark, which a lenient reader drops')
	  if $source =~ /[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]/;
	# the Bidi rule may fail by the joiner alone
	return left_out('fails by a joiner where it joins nothing, which a lenient reader drops')
	  if grep({ /^C/ } @errors) && !grep({ !/^[BC]/ } @errors);
	if (one_label($source))
	{
		return left_out('empty source') if $source eq '';
		$source .= '.com';
		$result .= '.com' if defined $result;
	}
	$result = lc $source if passes_through($source);

	# a host whose last label is a number is an IPv4 address or invalid:
	# url.tsv has those
	(my $last = $result // '') =~ s/\.$//;
	return left_out('ends in a number') if $last =~ /(^|\.)(\d+|0x[0-9a-f]*)$/i;
	my $expected = eval { ours($result) };
	return left_out($@) if $@;
	vector($n, $source, $expected);
}

# Code points for which the pinned version's test file does not speak: those
# whose mapping changed later, which are mapped as in the newest tables
# (src/normalize/data/idna_changes.txt), and U+2260, U+226E, U+226F, which that
# file has under UseSTD3ASCIIRules; the Web Platform Tests' copy of the newest
# file does
sub superseded
{
	my $class = '\x{2260}\x{226e}\x{226f}';
	for my $line (lines('src/normalize/data/idna_changes.txt'))
	{
		$class .= $2 ? "\\x{$1}-\\x{$2}" : "\\x{$1}" if $line =~ /^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;/;
	}
	return qr/[$class]|[<=>]\x{338}/;
}

# What the pinned version of Unicode knows
sub assigned
{
	my $class = '';
	for my $line (lines('src/normalize/data/derived_age.txt'))
	{
		$class .= $2 ? "\\x{$1}-\\x{$2}" : "\\x{$1}" if $line =~ /^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;/;
	}
	return qr/^[$class]*$/;
}

sub lines
{
	open(my $in, '<:utf8', $_[0]) or die "$_[0]: $!";
	return <$in>;
}

# CheckHyphens and UseSTD3ASCIIRules are off (URL Standard), lengths are ours(),
# so V2, V3, U1, A4_1 and A4_2 are no errors by themselves
sub errors { return grep { /^[A-Z][0-9]/ && !/^(V2|V3|U1|A4_1|A4_2)$/ } split /[\s,;\[\]()]+/, $_[0]; }

# UTS-46. Where the Web Platform Tests have the same source, theirs is the
# expectation.
sub idna
{
	my ($text, $json) = @_;
	my ($superseded, $assigned, $n) = (superseded(), assigned(), 0);
	my (%newest, %seen);

	for my $v (json($json))
	{
		$n++;
		next unless ref $v && !$seen{ $v->{input} }++;
		$newest{ $v->{input} } = 1;
		my $known = $v->{input} =~ $assigned;
		host_vector("json $n", $v->{input}, $known ? $v->{output} : undef, $known ? errors($v->{comment} // '') : ());
	}
	$n = 0;
	for my $line (lines($text))
	{
		$n++;
		$line =~ s/#.*//;
		my @c = map { s/^\s+|\s+$//gr } split /;/, $line;
		next if @c < 2;
		my ($source, $unicode, $ustatus, $ascii, $astatus) = (@c, ('') x 5);
		for ($source, $unicode, $ascii)
		{
			s/\\u([0-9A-Fa-f]{4})|\\x\{([0-9A-Fa-f]+)\}/chr(hex($1 || $2))/ge;
		}
		next if $newest{$source};
		if ($source =~ $superseded)
		{
			left_out('a code point of which newer versions speak');
			next;
		}
		$unicode = $source if $unicode eq '';
		$ascii = $unicode if $ascii eq '';
		$astatus = $ustatus if $astatus eq '';
		my @errors = errors($astatus);
		host_vector($n, $source, @errors ? undef : $ascii, @errors);
	}
}

sub json
{
	my ($file) = @_;
	local $/;
	open(my $in, '<:raw', $file) or die "$file: $!";
	# half a surrogate pair is no text: as U+0000, it is left out below
	my $text = <$in>;
	$text =~ s/(\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f]../$1 \/\/ '\\u0000'/gei;
	return @{ decode_json($text) };
}

sub toascii
{
	my $n = -1;
	for my $v (json(@_))
	{
		$n++;
		host_vector($n, $v->{input}, $v->{output}) if ref $v;
	}
}

sub url
{
	my $n = -1;
	my %seen;
	for my $v (json(@_))
	{
		$n++;
		next unless ref $v;
		my ($input, $host) = @$v{qw(input hostname)};
		$host = undef if $v->{failure};

		next if $seen{$input}++;
		if (defined $v->{base} && $v->{base} ne 'about:blank' && $input !~ m{^[a-z][-+.a-z0-9]*://}i)
		{
			left_out('relative to a base URL');
			next;
		}
		if ($input !~ m{^[\x00-\x20]*([a-z][-+.a-z0-9]*):}i)
		{
			left_out('no scheme: a URL parser takes no bare host');
			next;
		}
		my ($scheme, $start) = (lc $1, $+[0]);
		my $special = $scheme =~ /^(https?|wss?|ftp)$/;
		my $slash = $special || $scheme eq 'file' ? qr{[/\\]} : qr{/};
		pos($input) = $start;
		if (!($input =~ ($special ? qr/\G$slash*/ : qr/\G$slash$slash/)))
		{
			left_out('opaque path: a lenient reader may find a host in it');
			next;
		}
		$start = pos($input) = $+[0];
		$input =~ /\G(?:(?!$slash)[^?#])*/;
		my $authority = $&;
		my ($user, $label, $port) = $authority =~ /^(.*\@)?(\[.*\]|[^:]*)(:\d*)?$/s ? ($1 // '', $2, $3 // '') : ('', $authority, '');

		if (defined $host && $host eq '')
		{
			left_out('no host: a lenient reader may find one in the path');
			next;
		}
		if ($authority =~ /[\s\x00-\x1f\x7f-\x9f,;|<>"'`(){}\x{feff}\x{ff05}]/ || $label =~ /^[^\[].*[\[\]]/)
		{
			left_out('separator in the authority');
			next;
		}
		if ($input =~ /\x00|\p{Cs}/)
		{
			left_out('U+0000 or a surrogate, which no text holds');
			next;
		}
		if (!defined $host && ($user ne '' || "$user$label$port" ne $authority || $authority =~ /^[^\[]*:|\][^\]]/))
		{
			left_out('fails by its user info or port, which a lenient reader skips');
			next;
		}
		if (!defined $host && $label =~ /^\[[^:]*\]/)
		{
			left_out('brackets around no address: quotes to a lenient reader');
			next;
		}
		if (!defined $host && $label eq '' && substr($input, $start) =~ /[^\/\\?#]/)
		{
			left_out('no host where it should be: a lenient reader may find one elsewhere');
			next;
		}
		if (!$special && $label =~ /[%\x80-\x{10ffff}]/)
		{
			left_out('opaque host of a scheme that is not special: ours are all domains');
			next;
		}
		if ($label =~ /(^|\.)(\d+|0x[0-9a-f]*)\.{2,}$/i)
		{
			left_out('ends in a number once its trailing dots are gone');
			next;
		}

		# see one_label; one number is an IPv4 address
		if ($label ne '' && one_label($label) && one_label($host // '') && $label !~ /^(\[.*|\d+|0x[0-9a-f]*)$/i)
		{
			substr($input, $start, length $authority) = "$user$label.com$port";
			$label .= '.com';
			$host .= '.com' if defined $host;
		}
		$host = lc $label if !defined $host && passes_through($label);
		my $expected = eval { ours($host) };
		if ($@)
		{
			left_out($@);
			next;
		}
		vector($n, $input, $expected);
	}
}

my %select = (idna => \&idna, toascii => \&toascii, url => \&url);
($select{ $what // '' } or die "usage: select.pl idna|toascii|url FILE...\n")->(@files);
print STDERR "$what: $kept kept\n";
print STDERR sprintf("%6d left out: %s\n", $left{$_}, s/\n//r) for sort { $left{$b} <=> $left{$a} } keys %left;
