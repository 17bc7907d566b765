#!/usr/bin/perl
#
# gen_company.pl DATADIR > company_tables.h
#
# The tables of company_rules.c from the data beside this script: one double-array
# trie (Aoe 1989) that holds the legal forms and stock words read backwards,
# the leading forms, the contents of brackets and the collision words; the
# forms' canonical names and ISO 20275 codes; the abbreviations by hash.
#
use strict;
use warnings;
no warnings 'portable';
use utf8;
use Encode qw(decode encode);
use Unicode::Normalize qw(NFKC NFD);

my $dir = shift or die "usage: gen_company.pl DATADIR\n";

# A data file's lines, without comments and blank ones
sub lines
{
	my ($name) = @_;
	open(my $fh, '<:encoding(UTF-8)', "$dir/$name") or die "$dir/$name: $!\n";
	my @lines = grep { !/^\s*(#|$)/ } <$fh>;
	close($fh);
	s/\s+$// for @lines;
	return @lines;
}

# As name_fold.c folds, for the scripts that the data is written in: the words.
# What they must agree in is checked by test/pgtap/company_forms.sql.
my %letter = ('æ' => 'ae', 'ð' => 'd', 'ø' => 'o', 'þ' => 'th', 'đ' => 'd', 'ħ' => 'h',
	'ı' => 'i', 'ł' => 'l', 'œ' => 'oe', 'ə' => 'e');
my %arabic = ("\x{622}" => "\x{627}", "\x{623}" => "\x{627}", "\x{625}" => "\x{627}",
	"\x{629}" => "\x{647}", "\x{649}" => "\x{64A}", "\x{671}" => "\x{627}",
	"\x{6A9}" => "\x{643}", "\x{6CC}" => "\x{64A}");

sub fold
{
	my ($s) = @_;
	$s =~ s/[\x{B4}\x{2B9}-\x{2BF}\x{2C8}\x{2CA}\x{2CB}\x{55A}\x{5F3}\x{5F4}\x{2018}\x{2019}\x{201B}\x{2032}\x{2035}\x{A78B}\x{A78C}]/'/g;
	$s = NFKC(CORE::fc(NFKC($s)));
	$s =~ s/[\x{AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]//g;
	my $out = '';
	for my $c (split //, $s)
	{
		next if $c =~ /[\x{300}-\x{36F}\x{591}-\x{5BD}\x{5BF}\x{5C1}\x{5C2}\x{5C4}\x{5C5}\x{5C7}\x{640}\x{64B}-\x{65F}\x{670}]/;
		if ($arabic{$c}) { $c = $arabic{$c} }
		elsif ($c =~ /[\x{C0}-\x{52F}\x{1E00}-\x{1FFF}]/ && $c !~ /[йўїѓќ]/)
		{
			$c = substr(NFD($c), 0, 1);
			$c = $letter{$c} // $c;
		}
		$out .= $c;
	}
	$s = $out;
	$s =~ s/&amp;/&/g;
	$s =~ s/(?<=[\x{590}-\x{5FF}])"(?=[\x{590}-\x{5FF}])//g;
	$s =~ s/['`]//g;
	$s =~ s/\s*[&+]\s*/ and /g;
	# initials with dots or slashes between are one word
	1 while $s =~ s/(?<![\p{L}\p{M}\p{N}])((?:\p{L}\p{M}*)+)(?<!\p{L}\p{L})[.\/](\p{L})(?![\p{L}\p{M}\p{N}])/$1\x{1}$2/;
	1 while $s =~ s/\x{1}(\p{L})[.\/](\p{L})(?![\p{L}\p{M}\p{N}])/\x{1}$1\x{1}$2/;
	$s =~ s/\x{1}//g;
	$s =~ s/[^\p{L}\p{M}\p{N}]+/ /g;
	$s =~ s/^ | $//g;
	return $s;
}

# The key of a phrase: its folded words without blanks
sub key
{
	my $k = fold($_[0]);
	$k =~ s/ //g;
	return encode('UTF-8', $k);
}

# ---------------------------------------------------------------------
# Legal forms. First come, first named: our list, org_types, ISO 20275.
# ---------------------------------------------------------------------
my (%canon, %lead, %trail, %elf, %not);
my (%rare, %before);	# leading forms with a condition
my %ours;	# keys of our own list
my %spelling;	# key => spellings that have another canonical form than the key

# Short forms that are nobody's name when nothing else is left
my %solid = map { $_ => 1 } qw(co inc ltd llc llp plc pty pte pvt bhd sdn kg ag oy bv nv kft zrt doo sro);

for (lines('not_legal_forms.txt'))
{
	my ($forms) = split /\s*\|\s*/;
	$not{ key($_) } = 1 for split /\s*;\s*/, $forms;
}

for (lines('legal_forms.txt'))
{
	my ($canon, $forms, $countries, $where) = split /\s*\|\s*/;
	$where //= 'end';
	my $before = $where =~ s/^before (.*)/start/ ? $1 : '';
	die "legal_forms.txt: $_\n" unless $countries && $where =~ /^(end|start|both)$/ && $canon !~ /[~^]/;
	for my $form (split /\s*;\s*/, $forms)
	{
		my $mark = $form =~ s/^([~^])// ? $1 : '';
		my $k = key($form);
		die "legal_forms.txt: nothing left of $form\n" if $k eq '';
		$canon{$k} //= $canon;
		$ours{$k} = 1;
		$spelling{$k}{$form} = $canon if $canon{$k} ne $canon && $where ne 'start' && $form =~ /[^\x00-\x7f]|[.\/]/;
		$rare{$k} = 1 if $mark eq '~';
		$before{$k} = $before if $before ne '';
		$trail{$k} = 1 if $where ne 'start';
		$lead{$k} = 1 if $where eq 'start'
		  || $where eq 'both' && ($mark || length($k) >= 8 || $k =~ /[^\x00-\x7f]/);
	}
}

{
	my ($display, $compare, @aliases);
	my $flush = sub {
		my $name = $display || $compare || $aliases[0];
		for my $form (grep { defined && length } $display, @aliases)
		{
			my $k = key($form);
			next if $k eq '' || $not{$k} || length($k) > 90;
			# state schools, ministries and foundations are no legal forms here
			next if $form =~ /fond\b|fund\b|bank|institution|учрежд|школ|институт|профсоюз|служб|организац|союз|фонд|банк|центр|комисси|детский|управлени/i;
			next if $form =~ /^\p{Cyrillic}*ОУ\p{Cyrillic}*$|^ППО|МЧС|ФСБ|СК РФ|ГПС/;
			next if length(decode('UTF-8', $k)) < 2;
			$canon{$k} //= $name;
			$trail{$k} = 1;
		}
		($display, $compare, @aliases) = ();
	};
	for (lines('org_types.yml'))
	{
		s/\s+#.*//;
		s/["']//g if !/\p{Hebrew}/;
		if (/^  - (?:(\w+):\s*(.*))?/)
		{
			$flush->();
			$display = $2 if defined $1 && $1 eq 'display';
		}
		elsif (/^    display:\s*(.*)/) { $display = $1 }
		elsif (/^    compare:\s*(.*)/) { $compare = $1 }
		elsif (/^      - (.*)/) { push @aliases, $1 }
	}
	$flush->();
}

# Fields of a line of CSV, all quoted
sub csv
{
	my @f;
	push @f, $1 =~ s/""/"/gr while $_[0] =~ /"((?:[^"]|"")*)"/g;
	return @f;
}

# Words that make a full name of ISO 20275 a legal form rather than a kind of organisation
my $form_word = qr/limited|liabilit|limitad|limitee|anonym|anonim|responsab|raspund|haftung|aktie|aksje|akcion|akcyj|akciov|actions|acoes|acciones|azioni|incorporated|joint.?stock|ogranic|omezen|obmedz|ogranich|odpowiedz|shares|kommandit|komandit|commandite|comandita|besloten|naamloze|osakey|акцион|акціон|ограничен|обмежен|责任|責任|股份|株式|주식|유한/i;
my $kind_word = qr/bank|insur|fund|fond|trust|union|assoc|coop|co-op|mutual|stift|societe d|society|genossen|pension|invest|sparkasse|versicher|cooperativ|foreign|branch|zweig|or /i;

for (lines('iso20275_elf.csv'))
{
	my @f = csv($_);
	my ($code, $country, $name, $translit, $abbr, $abbr_t) = @f[ 0, 2, 5, 8, 9, 10 ];
	next unless defined $country && $country =~ /^[A-Z]{2}$/;
	# "ULC / uc" stands for both, and each of them
	for my $form (map { ($_, m{ / } ? split m{ / } : ()) } map { split /\s*;\s*/ } $abbr, $abbr_t)
	{
		$form =~ s/^\s+|\s+$//g;
		my $k = key($form);
		next if $k eq '';
		push @{ $elf{$k} }, "$code $country" unless grep { $_ eq "$code $country" } @{ $elf{$k} };
		next if $not{$k};
		$canon{$k} //= $form;
		$trail{$k} = 1;
	}
	for my $form ($name, $translit)
	{
		my $k = key($form);
		next if $k eq '';
		push @{ $elf{$k} }, "$code $country" unless grep { $_ eq "$code $country" } @{ $elf{$k} };
		next if $not{$k} || length($k) > 90 || fold($form) !~ $form_word || fold($form) =~ $kind_word || fold($form) !~ / |[^\x00-\x7f]/;
		# the name belongs with its abbreviation
		my ($first) = grep { length } map { split /\s*;\s*/ } $abbr;
		$canon{$k} //= defined $first ? ($canon{ key($first) } // $form) : $form;
		$trail{$k} = 1;
	}
}

# ---------------------------------------------------------------------
# Entries: what a key means
# ---------------------------------------------------------------------
my @entries = ('{0, 0, "", "", "", NULL}');
my @spellings;
my %entry;

sub c_string
{
	my $s = encode('UTF-8', $_[0]);
	$s =~ s/([\\"])/\\$1/g;
	$s =~ s/([^\x20-\x7e])/sprintf('\\%03o', ord $1)/ge;
	return "\"$s\"";
}

sub entry
{
	my ($kind, $flags, $name, $codes, $before, $spellings) = @_;
	my $e = sprintf('{%s, %s, %s, %s, %s, %s}', $kind, $flags, c_string($name), c_string($codes),
		$before ? join(' ', map { c_string($_) . ' "\\0"' } split /\s*;\s*/, $before) : '""', $spellings // 'NULL');
	$entry{$e} //= do { push @entries, $e; $#entries };
	return $entry{$e};
}

# Scripts written without blanks: a form may stick to the name
sub glues
{
	my $k = decode('UTF-8', $_[0]);
	return length($k) >= 2 && $k =~ /[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]/;
}

my %trie;	# root letter and key => entry
my %glue;	# those that may stick to a name

sub add
{
	my ($root, $key, $entry) = @_;
	my $k = $root . ($root eq 'E' ? scalar reverse($key) : $key);
	$trie{$k} //= $entry;
	$glue{$k} = 1 if $root =~ /[ES]/ && glues($key);
}

# All ISO 20275 codes of a canonical form, by country; the list is long for some
my %codes;
for my $k (sort keys %canon)
{
	my $codes = $elf{$k} or next;
	$codes{ $canon{$k} }{$_} = 1 for @$codes;
}
for my $name (keys %codes)
{
	my @codes = sort { substr($a, 5) cmp substr($b, 5) || $a cmp $b } keys %{ $codes{$name} };
	splice(@codes, 20, @codes, '...') if @codes > 20;
	$codes{$name} = join(', ', @codes);
}

# Forms that a comma or bracket behind them makes sure: of our list, long ones,
# and of short ones these, which are no words, names or states of America. Not
# those of names like Lee & Co., Solicitors.
my %sure = map { $_ => 1 } qw(ag aps asa bv bvba doo ehf eurl gmbh inc kft kg kgaa llc llp ltd ltda nyrt oy oyj plc pte pty
  sa sarl sas sasu se sprl srl srls sro ug zrt);
my $not_sure = qr/^(Co|& Cie)$/;

for my $pass ([ 'E', \%trail ], [ 'S', \%lead ])
{
	my ($root, $keys) = @$pass;
	for my $k (sort keys %$keys)
	{
		my @flags;
		my $spellings;
		push @flags, 'F_NAME' if $k =~ /^[a-z0-9]{1,3}$/ && !$solid{$k};
		push @flags, 'F_RARE' if $root eq 'S' && $rare{$k};
		push @flags, 'F_TAIL' if $root eq 'E' && $canon{$k} !~ /$not_sure/ && $ours{$k} && ($sure{$k} || length($k) > 4);
		if ($root eq 'E' && $spelling{$k})
		{
			my $of = $spelling{$k};
			my @list;
			for my $form (sort { length($b) <=> length($a) || $a cmp $b } keys %$of)
			{
				push @list, [ $_, $of->{$form} ] for $form, $form eq lc $form ? () : lc $form, $form eq uc $form ? () : uc $form;
			}
			$spellings = sprintf 'acm_form_spellings + %d', scalar @spellings;
			push @spellings, map { sprintf '{%s, %s, %s}', c_string($_->[0]), c_string($_->[1]), c_string($codes{ $_->[1] } // '') } @list;
			push @spellings, '{NULL, NULL, NULL}';
		}
		add($root, $k, entry('K_LEGAL', join(' | ', @flags) || '0', $canon{$k}, $codes{ $canon{$k} } // '',
				$root eq 'S' ? $before{$k} : '', $spellings));
	}
}
add('S', 'the', entry('K_ARTICLE', '0', 'the', ''));
add('E', 'and', entry('K_AND', '0', '', ''));

# ---------------------------------------------------------------------
# Brackets, markers, stock words, collision words
# ---------------------------------------------------------------------
my @markers;
for (lines('tags.txt'))
{
	my ($what, $rest) = /^(\w+) (.*)/ or die "tags.txt: $_\n";
	my $codes = '';
	($rest, $codes) = split /\s*\|\s*/, $rest if $what eq 'country';
	for my $phrase (split(/\s*;\s*/, $rest), split(' ', $codes))
	{
		if ($what eq 'tag' || $what eq 'country') { add('B', key($phrase), entry('K_TAG', '0', '', '')) }
		elsif ($what eq 'opener') { add('B', key($phrase), entry('K_OPENER', '0', '', '')) }
		elsif ($what eq 'marker')
		{
			add('M', key($phrase), entry('K_MARKER', '0', '', ''));
			push @markers, $phrase;
		}
		elsif ($what eq 'ending') { add('E', key($phrase), entry('K_STATUS', '0', '', '')) }
		elsif ($what eq 'status') { add($_, key($phrase), entry('K_TAG', '0', '', '')) for 'B', 'D' }
		elsif ($what eq 'stock')
		{
			for my $letter ($phrase =~ /\*/ ? ('a' .. 'z', '1' .. '9') : '')
			{
				add('E', key($phrase =~ s/\*/$letter/r), entry('K_STOCK', '0', $phrase, ''));
			}
		}
		else { die "tags.txt: $_\n" }
	}
}
add('C', key(tr/_/ /r), entry('K_COLLISION', '0', '', '')) for map { split ' ' } lines('collision_words.txt');

# ---------------------------------------------------------------------
# The double array: the child of s by byte c is t = base[s] + c, if its label
# is c. No two nodes have the same base, so the label tells whose child it is.
# ---------------------------------------------------------------------
my %children;	# prefix => bytes
for my $k (keys %trie)
{
	my $prefix = '';
	for my $c (split //, $k)
	{
		$children{$prefix}{$c} = 1;
		$prefix .= $c;
	}
}
my (@base, @label, @value, @sticks, %taken);

# Free numbers are a list, so that a search meets no others; one that served
# few nodes in many searches leaves it, and stays empty. Numbers below 256 are
# what a leaf, of base 0, leads to: they stay empty, too.
my (@next, @prev, @tried);
my $known = 256;
sub next_free
{
	my ($i) = @_;
	if ($next[$i] == $known)
	{
		($next[$known], $prev[$known]) = ($known + 1, $i);
		$known++;
	}
	return $next[$i];
}
sub not_free
{
	my ($i) = @_;
	next_free($i);
	$next[ $prev[$i] ] = $next[$i];
	$prev[ $next[$i] ] = $prev[$i];
	$prev[$i] = undef;
}
$next[255] = 256;

my @queue = ([ '', 0 ]);
$label[0] = 0;
while (my $node = shift @queue)
{
	my ($prefix, $s) = @$node;
	my @bytes = sort { $a <=> $b } map { ord } keys %{ $children{$prefix} // {} };
	$value[$s] = $trie{$prefix} // 0;
	$sticks[$s] = $glue{$prefix};
	next unless @bytes;
	my $at;
	for (my $slot = next_free(255);; $slot = next_free($slot))
	{
		$at = $slot - $bytes[0];
		last unless $taken{$at} || grep { defined $label[ $at + $_ ] } @bytes;
		if (++$tried[$slot] > 200) { my $bad = $slot; $slot = $prev[$slot]; not_free($bad) }
	}
	$base[$s] = $at;
	$taken{$at} = 1;
	for my $c (@bytes)
	{
		my $t = $at + $c;
		$label[$t] = $c;
		my $last = $known - 1;
		$last = next_free($last) while $last < $t;
		not_free($t) if defined $prev[$t];
		push @queue, [ $prefix . chr($c), $t ];
	}
}
my $nodes = @label;
die "gen_company.pl: too many nodes for a node's bits\n" if $nodes >= 1 << 22;
die "gen_company.pl: too many entries\n" if @entries >= 1 << 16;

# ---------------------------------------------------------------------
# Abbreviations and first words of markers, by their first eight bytes and
# length: a table probed from the slot that multiplication gives until an
# empty one
# ---------------------------------------------------------------------
my %special;
for (lines('abbreviations.txt'))
{
	my ($short, $dot, $how, $long) = /^(\w+)(\.?) ([=>]) (\w+)$/ or die "abbreviations.txt: $_\n";
	next if $special{$short} && $dot;	# already short without the dot
	die "abbreviations.txt: $short twice\n" if $special{$short};
	$special{$short} = { word => $long, when => $dot ? 'A_DOTTED' : $how eq '>' ? 'A_BETWEEN' : 'A_ALWAYS' };
}
for (values %special)
{
	my $s = $special{ $_->{word} };
	die "abbreviations.txt: $_->{word} is itself short for something\n" if $s && $s->{when} ne 'A_DOTTED';
}
$special{$_}{marker} = 1 for grep { length } map { (split ' ', fold($_))[0] } @markers;
my @special = sort keys %special;
die "gen_company.pl: an abbreviation is not ASCII\n" if grep { /[^a-z0-9]/ } @special;
my $bits = 14;
my $mult = 0x9E3779B97F4A7C15;
my (@slots, @first);
for my $i (0 .. $#special)
{
	my $len = length $special[$i];
	my $k = (unpack('Q<', pack('a8', $special[$i])) << 64 - 8 * ($len < 8 ? $len : 8)) ^ $len;
	my $h = unpack('Q', do { use integer; pack('q', $k * $mult) }) >> (64 - $bits);
	$first[$h] = 1;
	$h = ($h + 1) % (1 << $bits) while defined $slots[$h];
	$slots[$h] = $i + 1;
}

# ---------------------------------------------------------------------
# Out
# ---------------------------------------------------------------------
print "/* Generated by gen_company.pl from src/normalize/data. Do not edit. */\n\n";
print "static const acm_form_spelling acm_form_spellings[] = {\n", join(",\n", map { "\t$_" } @spellings), "\n};\n\n";
print "static const acm_entry acm_entries[] = {\n", join(",\n", map { "\t$_" } @entries), "\n};\n\n";
print "/* base << 10 | whether the phrase may stick to a name << 9 | whether one ends here << 8 | label */\n";
printf "static const uint32_t acm_nodes[%d] = {\n", $nodes + 256;
for (my $i = 0; $i < $nodes; $i += 8)
{
	print "\t", join(' ', map {
		defined $label[$_]
		  ? sprintf('0x%X,', ($base[$_] // 0) << 10 | ($sticks[$_] ? 0x200 : 0) | ($value[$_] ? 0x100 : 0) | $label[$_])
		  : '0,'
	} $i .. ($i + 7 < $nodes ? $i + 7 : $nodes - 1)), "\n";
}
print "};\n\n/* the entry of the phrase that ends at a node */\n";
printf "static const uint16_t acm_node_entries[%d] = {\n", $nodes;
for (my $i = 0; $i < $nodes; $i += 16)
{
	print "\t", join(' ', map { ($value[$_] // 0) . ',' } $i .. ($i + 15 < $nodes ? $i + 15 : $nodes - 1)), "\n";
}
print "};\n\n";
# Words of four bytes and more that can end a form end as one does: a hash of
# the last four bytes tells most others apart
my $end_bits = 14;
my @ends;
for my $k (grep { /^E/ && length($_) > 4 } keys %trie)
{
	my $last = unpack('L<', scalar reverse substr($k, 1, 4));
	$ends[ ($last * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - $end_bits) ] = 1;
}
printf "#define ACM_END_BITS %d\n#define ACM_END_MULT 0x9E3779B1u\n\n", $end_bits;
print "static const uint64_t acm_end_bits[1 << (ACM_END_BITS - 6)] = {\n";
printf "\tUINT64_C(0x%X),\n", oct('0b' . join '', map { $ends[$_] // 0 } reverse $_ * 64 .. $_ * 64 + 63) for 0 .. (1 << ($end_bits - 6)) - 1;
print "};\n\n";

my ($maxlen) = sort { $b <=> $a } map { length } @special;
printf "#define ACM_SPECIAL_BITS %d\n#define ACM_SPECIAL_MULT UINT64_C(0x%X)\n#define ACM_SPECIAL_MAX %d\n\n", $bits, $mult, $maxlen;
print "/* which slots words begin at: small enough to stay in cache */\n";
print "static const uint64_t acm_special_bits[1 << (ACM_SPECIAL_BITS - 6)] = {\n";
printf "\tUINT64_C(0x%X),\n", oct('0b' . join '', map { $first[$_] // 0 } reverse $_ * 64 .. $_ * 64 + 63) for 0 .. (1 << ($bits - 6)) - 1;
print "};\n\nstatic const uint16_t acm_special_slots[1 << ACM_SPECIAL_BITS] = {\n";
for (my $i = 0; $i < 1 << $bits; $i += 16)
{
	print "\t", join(' ', map { ($slots[$_] // 0) . ',' } $i .. $i + 15), "\n";
}
print "};\n\nstatic const acm_special_word acm_special_words[] = {\n\t{\"\", 0, 0, 0, false, NULL},\n";
for my $w (@special)
{
	my $s = $special{$w};
	printf "\t{\"%s\", %d, %s, %d, %s, %s},\n", $w, length $w, $s->{when} // 0, length($s->{word} // ''),
	  $s->{marker} ? 'true' : 'false', defined $s->{word} ? "\"$s->{word}\"" : 'NULL';
}
print "};\n";
