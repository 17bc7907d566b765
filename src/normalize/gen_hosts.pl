#!/usr/bin/perl
# gen_hosts.pl DATADIR > generated/host_table.h
# Compile the Public Suffix List, the free-mail domains, the shared hosts, the
# reserved names and the generic host labels into one static hash table.
#
# The table is a trie held in a hash: the key of a name is a hash over its
# labels, from the right. Keys stand in ascending order, each at or after the
# slot that its upper 32 bits point to, so that a search ends at the first key
# that is not smaller (ordered hashing, Amble and Knuth 1974). The hash must be
# that of suffix.c.
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

# The hash of suffix.c: 8 bytes at a time, from the end of the label
my $k = 0x9E3779B97F4A7C15;
my %root = (name => 0x243F6A8885A308D3, label => 0x13198A2E03707344);

sub mix
{
	my ($h, $v) = @_;
	{ use integer; $h = ($h ^ $v) * $k; }
	$h &= 0xFFFFFFFFFFFFFFFF;
	return $h ^ ($h >> 32);
}

sub label_hash
{
	my ($h, $label) = @_;
	while (length $label > 8) { $h = mix($h, unpack 'Q<', substr $label, -8, 8, ''); }
	return mix($h, unpack 'Q<', $label . "\0" x (8 - length $label));
}

# All entries: [key, parent's key, flags, label]
my (%entry, %key);
$key{''} = $root{name};
for my $name (sort { ($a =~ tr/.//) <=> ($b =~ tr/.//) || $a cmp $b } keys %node)
{
	my ($label, $up) = $name =~ /^([^.]+)\.?(.*)$/;
	$key{$name} = label_hash($key{$up}, $label);
	die "two names have one hash: $name\n" if $entry{ $key{$name} };
	$node{$name} |= $flag{LONG} if length $label > 8;
	$entry{ $key{$name} } = [ $key{$up}, $node{$name}, $label ];
}
for my $label (map { split } list('host_labels.txt'))
{
	my $key = label_hash($root{label}, $label);
	die "host_labels.txt: $label stands twice\n" if $entry{$key};
	$entry{$key} = [ $root{label}, length $label > 8 ? $flag{LONG} : 0, $label ];
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
$slot{ $root{name} } = 65535;
$slot{ $root{label} } = 65534;
$#table = $slots if $#table < $slots;
my $size = @table + 1;    # the last is empty and ends every search

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
printf "#define HOST_MULTIPLIER UINT64_C(0x%X)\n", $k;
printf "#define HOST_SEED UINT64_C(0x%X)\n#define LABEL_SEED UINT64_C(0x%X)\n", @root{qw(name label)};
print "#define HOST_$_ $flag{$_}\n" for sort { $flag{$a} <=> $flag{$b} } keys %flag;
print "\nstatic const uint64_t host_key[$size] = {\n";
for my $i (0 .. $size - 1)
{
	printf "%s0x%X,%s", $i % 4 ? '' : "\t", $table[$i] // 0xFFFFFFFFFFFFFFFF, $i % 4 == 3 ? "\n" : ' ';
}
print "\n};\n\nstatic const host_node host_nodes[$size] = {\n";
for my $i (0 .. $size - 1)
{
	my $key = $table[$i];
	if (!defined $key) { print "\t{0},\n"; next; }
	my ($up, $flags, $label) = @{ $entry{$key} };
	printf "\t{%d, %d, %d},\n", $slot{$up}, $flags, $offset{$label} // 0;
}
print "};\n\nstatic const char host_label_pool[] =\n";
print qq{\t"$_"\n} for $pool =~ /.{1,100}/g;
print "\t\"\";\n";
