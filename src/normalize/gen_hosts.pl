#!/usr/bin/perl
# gen_hosts.pl DATADIR > generated/host_table.h
# Compile the Public Suffix List, the free-mail domains, the shared hosts, the
# reserved names and the generic host labels into one static hash table.
#
# The table is a trie held in a hash: the key of a name is a hash over its
# labels, from the right. Keys stand in ascending order, each at or after the
# slot that its upper 32 bits point to, so that a search ends at the first key
# that is not smaller (ordered hashing, Amble and Knuth 1974). The hash must be
# that of host.c.
use strict;
use warnings;
no warnings 'portable';    # 64-bit constants
use lib do { $0 =~ m{^(.*)/} ? $1 : '.' };
use Punycode qw(to_alabel);

my $dir = shift or die "usage: gen_hosts.pl DATADIR\n";
my %flag = (
	RULE => 1, WILDCARD => 2, EXCEPTION => 4, PRIVATE => 8, FREEMAIL => 16,
	SHARED => 32, SHARED_BELOW => 64, RESERVED => 128, CHILDREN => 256, LONG => 512,
	PRIVATE_WILDCARD => 1024,
);
my %node;    # name => flags; generic labels stand below the root "*"

# Read the lines of a list without its comments
sub list
{
	my ($file) = @_;
	open my $in, '<', "$dir/$file" or die "$dir/$file: $!\n";
	my @line = map { s/(?:^|\s)#.*//r =~ s/^\s+|\s+$//gr } <$in>;
	return grep { $_ ne '' } @line;
}

# Add flags to a name, and to all names above it that they have something below
sub add
{
	my ($name, @flags) = @_;
	$node{$name} = ($node{$name} // 0) | $flag{$_} for @flags;
	while ($name =~ s/^[^.]+\.//) { $node{$name} = ($node{$name} // 0) | $flag{CHILDREN}; }
	return;
}

# The Public Suffix List: https://publicsuffix.org/list/
my $section = '';
open my $psl, '<', "$dir/public_suffix_list.dat" or die "$dir/public_suffix_list.dat: $!\n";
while (<$psl>)
{
	$section = $1 if m{^// ===BEGIN (\w+) DOMAINS===};
	s/\s.*//s;
	next if $_ eq '' || m{^//};
	my $rule = $_;
	my $kind = $rule =~ s/^!// ? 'EXCEPTION' : $rule =~ s/^\*\.// ? 'WILDCARD' : 'RULE';
	$rule = join '.', map { to_alabel($_) } split /\./, $rule;
	die "public_suffix_list.dat:$.: wildcard inside a rule\n" if $rule =~ /\*/;

	# a name can bear a rule of one section and a wildcard of the other
	add($rule, $kind, $section eq 'PRIVATE' ? $kind eq 'WILDCARD' ? 'PRIVATE_WILDCARD' : 'PRIVATE' : ());
}
close $psl;

add($_, 'RESERVED') for list('reserved_names.txt');

# Free-mail: at least two of three lists, corrected by hand
my (%keep, %family, @freemail);
for (list('free_email_corrections.txt'))
{
	/^([-+])\s*(\S+)$/ or die "free_email_corrections.txt: bad line \"$_\"\n";
	my ($sign, $name) = ($1, $2);
	if ($name =~ s/\.\*$//) { $family{$name} = 1; next; }
	$keep{$name} = $sign;
	push @freemail, $name if $sign eq '+';
}
for (list('free_email_domains.tsv'))
{
	my ($domain, @in) = split /\t/;
	next if $domain eq 'domain' || $keep{$domain};
	my ($first, $rest) = split /\./, $domain, 2;
	my $lists = grep { $_ } @in;
	push @freemail, $domain
	  if $lists >= 2
	  || $lists && $family{$first} && ($node{$rest} // 0) & $flag{RULE};
}

# A name that has a rule of its own is a suffix, which settles its class
for (@freemail) { add($_, 'FREEMAIL') unless ($node{$_} // 0) & $flag{RULE}; }

for (list('shared_hosts.txt'))
{
	my $name = $_;
	my $kind = $name =~ s/^\*\.// ? 'SHARED_BELOW' : 'SHARED';
	die "shared_hosts.txt: $name is on the Public Suffix List\n"
	  if ($node{$name} // 0) & $flag{RULE};
	$node{$name} &= ~$flag{FREEMAIL} if $kind eq 'SHARED' && defined $node{$name};
	add($name, $kind);
}

# The hash of host.c: labels are summed up from the right, and mixed to a key
my ($k, $k_long, $k_key) = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93);
my %root = (name => 0x243F6A8885A308D3, label => 0x13198A2E03707344);

sub product
{
	my ($x, $y) = @_;
	{ use integer; $x *= $y; }
	return $x & 0xFFFFFFFFFFFFFFFF;
}

sub add_term
{
	my ($sum, $term) = @_;
	$sum = ($sum << 23 & 0xFFFFFFFFFFFFFFFF) | ($sum >> 41);
	{ use integer; $sum += $term; }
	return $sum & 0xFFFFFFFFFFFFFFFF;
}

sub add_label
{
	my ($sum, $label) = @_;
	while (length $label > 16)
	{
		$sum = add_term($sum, product(unpack('Q<', substr $label, -8, 8, ''), $k));
	}
	my ($before, $last) = unpack 'Q<Q<', "\0" x (16 - length $label) . $label;
	return add_term($sum, product($last, $k) ^ product($before, $k_long));
}

sub key_of
{
	my ($sum) = @_;
	my $h = product($sum, $k_key);
	return $h ^ ($h >> 32);
}

# All entries: key => [parent's key, flags, label]
my (%entry, %sum, %key);
($sum{''}, $key{''}) = ($root{name}, 'name');
for my $name (sort { ($a =~ tr/.//) <=> ($b =~ tr/.//) || $a cmp $b } keys %node)
{
	my ($label, $up) = $name =~ /^([^.]+)\.?(.*)$/;
	$sum{$name} = add_label($sum{$up}, $label);
	$key{$name} = key_of($sum{$name});
	die "two names have one hash: $name\n" if $entry{ $key{$name} };
	$node{$name} |= $flag{LONG} if length $label > 8;
	$entry{ $key{$name} } = [ $key{$up}, $node{$name}, $label ];
}
for my $label (grep { length $_ > 8 } map { split } list('host_labels.txt'))
{
	my $key = key_of(add_label($root{label}, $label));
	$entry{$key} = [ 'label', $flag{LONG}, $label ];
}

my @keys = sort { $a <=> $b } keys %entry;
my $slots = int(@keys / 0.6);
die "too many names\n" if $slots > 60000;
my (%slot, @table);
my $next = 0;
for my $key (@keys)
{
	my $s = (($key >> 32) * $slots) >> 32;
	$s = $next if $s < $next;
	$table[$s] = $key;
	$slot{$key} = $s;
	$next = $s + 1;
}
@slot{qw(name label)} = (65535, 65534);
$#table = $slots if $#table < $slots;
my $size = @table + 1;    # the last is empty and ends every search

# One bit a key, found by its upper bits: small enough for the first-level cache
my $filter_bits = 18;
my @filter = (0) x (1 << $filter_bits - 6);
for my $key (@keys)
{
	my $bit = $key >> 64 - $filter_bits;
	$filter[ $bit >> 6 ] |= 1 << ($bit & 63);
}

# Labels of up to 8 bytes that searches begin with, in tables of their own:
# open addressing with linear probing, the label itself the key
sub short_table
{
	my ($bits, @name) = @_;
	my @table;
	for my $name (@name)
	{
		my $label = unpack 'Q<', "\0" x (8 - length $name) . $name;
		my $i = product($label, $k) >> 64 - $bits;
		$i = ($i + 1) % (1 << $bits) while $table[$i];
		$table[$i] = [ $label, $name ];
	}
	return map { $table[$_] // [ 0, '' ] } 0 .. (1 << $bits) - 1;
}
my ($tld_bits, $label_bits) = (12, 10);

# the most frequent ones get their places first
my %first;
$first{ (qw(com org net de uk fr gov edu jp cn it ca au in br ru nl es ch at se pl us io co eu be tw kr))[$_] } = $_ - 99 for 0 .. 28;
$first{ (qw(www2 www1 www3 mail shop eu en web blog m us uk de store portal news info careers support))[$_] } //= $_ - 99 for 0 .. 18;
my $order = sub { ($first{ $_[0] } // 0) <=> ($first{ $_[1] } // 0) || $_[0] cmp $_[1] };
my @tld = short_table($tld_bits, sort { $order->($a, $b) } grep { !/\./ && length $_ <= 8 } keys %node);
my @label = short_table($label_bits, sort { $order->($a, $b) } grep { length $_ <= 8 } map { split } list('host_labels.txt'));

# Labels of more than 8 bytes are compared, as the hash alone might lie
my ($pool, %offset) = ('');
for my $key (@keys)
{
	my $label = $entry{$key}[2];
	next if length $label <= 8 || exists $offset{$label};
	$offset{$label} = length $pool;
	$pool .= $label;
}

print "/* Generated by gen_hosts.pl from the lists in data/ */\n";
print "#define HOST_SLOTS $slots\n#define HOST_ROOT 65535\n#define HOST_LABELS 65534\n";
printf "#define LAST_MULTIPLIER UINT64_C(0x%X)\n#define BEFORE_MULTIPLIER UINT64_C(0x%X)\n", $k, $k_long;
printf "#define KEY_MULTIPLIER UINT64_C(0x%X)\n", $k_key;
printf "#define HOST_SEED UINT64_C(0x%X)\n#define LABEL_SEED UINT64_C(0x%X)\n", @root{qw(name label)};
print "#define TLD_BITS $tld_bits\n#define LABEL_BITS $label_bits\n";
print "#define HOST_FILTER_BITS $filter_bits\n";
print "#define HOST_$_ $flag{$_}\n" for sort { $flag{$a} <=> $flag{$b} } keys %flag;
print "\nstatic const uint64_t host_filter[", scalar @filter, "] = {\n";
print "\t", (join ', ', map { sprintf '0x%X', $_ } @filter[ 4 * $_ .. 4 * $_ + 3 ]), ",\n" for 0 .. @filter / 4 - 1;
print "};\n\nstatic const host_node host_nodes[$size] = {\n";
for my $i (0 .. $size - 1)
{
	my $key = $table[$i];
	if (!defined $key) { print "\t{UINT64_MAX, 0, 0, 0},\n"; next; }
	my ($up, $flags, $label) = @{ $entry{$key} };
	printf "\t{0x%X, %d, %d, %d},\n", $key, $slot{$up}, $flags, $offset{$label} // 0;
}
print "};\n\nstatic const uint64_t short_tlds[", scalar @tld, "] = {\n";
printf "\t0x%X,\n", $_->[0] for @tld;
print "};\n\nstatic const uint16_t short_tld_slots[", scalar @tld, "] = {\n";
printf "\t%d,\n", $_->[0] ? $slot{ $key{ $_->[1] } } : 0 for @tld;
print "};\n\nstatic const uint64_t short_labels[", scalar @label, "] = {\n";
printf "\t0x%X,\n", $_->[0] for @label;
print "};\n\nstatic const char host_label_pool[] =\n";
print qq{\t"$_"\n} for $pool =~ /.{1,100}/g;
print "\t\"\";\n";
