# The matching rules, written to be read: slow, and sharing no code with the
# engine. Accounts come in with their keys already normalized; evidence,
# matches, companies and totals come out. Every step looks at all pairs.
#
# An account:
#   id, status (1 customer, 2 opportunity, 3 prospect, 0 unknown), country (a
#   code or ''), amount, currency
#   names   [ { key, words } ]: match names; key is the words without blanks
#   hosts   [ { host, site, from } ]: from is website, email or hosted; site is
#           the match domain
#   ids     { scheme => value }
#   handle  what it is called on a social network, or ''
package Rules;
use strict;
use warnings;
use List::Util qw(any all max min uniq first);

# Rules and findings in the order in which they count
our @RULES = qw(pin id domain email name near similar family);
my %rule_order = map { $RULES[$_] => $_ } 0 .. $#RULES;
our @FINDINGS = ('pinned', 'same identifier', 'same domain', 'same domain and similar name',
	'same name below one domain', 'same name', 'same name, which others have too',
	'same name, and a domain that speaks for it', 'same name and country', 'same words in another order',
	'the domain is the name', 'typing error', 'perhaps a typing error',
	'the domain has the initials, same country', 'the social page is called like the domain',
	'parent and subsidiary');
my %finding_order = map { $FINDINGS[$_] => $_ } 0 .. $#FINDINGS;

# new(ours, theirs, options, knowledge)
#   options: rules { rule => 1 }, domain_cap, pins, blocks { "our_id\0their_id" => 1 },
#   family { host or site => parent }
#   knowledge: similarity->(a, b) of two match names, collision->(words),
#   strange->(word), label->(host)
sub new
{
	my ($class, %args) = @_;
	return bless { %args, evidence => [], matched => {} }, $class;
}

# What the accounts are to each other: evidence, then what follows from it
sub run
{
	my ($self) = @_;

	$self->by_pin;
	$self->by_id;
	$self->settle;
	$self->by_domain;
	$self->settle;
	$self->by_name(0);
	$self->settle;
	$self->by_name(1);
	$self->settle;
	$self->nearly('near');
	$self->settle;
	$self->nearly('similar');
	$self->settle;
	$self->by_family;
	$self->decide;
	return $self;
}

# From now on, accounts matched so far count as matched
sub settle
{
	my ($self) = @_;

	for my $e (grep { $_->{accepted} } @{ $self->{evidence} })
	{
		$self->{matched}{ $e->{o} } = $self->{matched}{ $e->{t} } = 1;
	}
}

# Whether nothing has matched an account yet
sub free
{
	my ($self, $account) = @_;
	return !$self->{matched}{$account};
}

# Note evidence. Whatever a rule accepts, a block or different identifiers overrule
sub note
{
	my ($self, $rule, $finding, $o, $t, $our_key, $their_key) = @_;
	my $accepted = exists $finding_order{$finding};

	if ($accepted && $rule ne 'pin')
	{
		if ($self->{blocks}{"$o->{id}\0$t->{id}"})
		{
			($accepted, $finding) = (0, 'blocked');
		}
		elsif ($rule ne 'id' && $rule ne 'family' && $self->{rules}{id} && ids_differ($o, $t))
		{
			($accepted, $finding) = (0, 'identifiers differ');
		}
	}
	push @{ $self->{evidence} },
		{ rule => $rule, accepted => $accepted, finding => $finding, o => $o, t => $t,
			our_key => $our_key, their_key => $their_key };
}

# Both have an identifier of one scheme, and none in common
sub ids_differ
{
	my ($o, $t) = @_;
	my @both = grep { exists $t->{ids}{$_} } keys %{ $o->{ids} };
	return @both && all { $o->{ids}{$_} ne $t->{ids}{$_} } @both;
}

# Different countries, as far as they are known
sub countries_differ
{
	my ($o, $t) = @_;
	return $o->{country} ne '' && $t->{country} ne '' && $o->{country} ne $t->{country};
}

# An account's own domains: of its websites, or if it has none, of its e-mail.
# Hosted sites are not its own
sub own_hosts
{
	my ($account) = @_;
	my @websites = grep { $_->{from} eq 'website' } @{ $account->{hosts} };
	return @websites ? @websites : grep { $_->{from} eq 'email' } @{ $account->{hosts} };
}

sub has_site { return scalar own_hosts($_[0]) }

# unknown, shared or differ
sub compare_sites
{
	my ($x, $y) = @_;
	my %of_x = map { $_->{site} => 1 } own_hosts($x);
	my @of_y = own_hosts($y);

	return 'unknown' unless %of_x && @of_y;
	return (any { $of_x{ $_->{site} } } @of_y) ? 'shared' : 'differ';
}

# Parts of accounts that have domains, joined where they share one
sub parts_by_site
{
	my @parts;
	for my $account (grep { has_site($_) } @_)
	{
		my @joined = grep { any { compare_sites($account, $_) eq 'shared' } @$_ } @parts;
		my %joined = map { $_ => 1 } @joined;
		@parts = ((grep { !$joined{$_} } @parts), [ $account, map { @$_ } @joined ]);
	}
	return @parts;
}

# The keys of some accounts, each with the accounts under it: key => [[ours], [theirs]]
sub groups
{
	my ($self, $keys_of) = @_;
	my %groups;
	for my $side (0, 1)
	{
		for my $account (@{ $self->{lists}[$side] })
		{
			push @{ $groups{$_}[$side] }, $account for uniq $keys_of->($account);
		}
	}
	delete @groups{ grep { !$groups{$_}[0] || !$groups{$_}[1] } keys %groups };
	return \%groups;
}

# Rule pin
sub by_pin
{
	my ($self) = @_;
	for my $o (@{ $self->{lists}[0] })
	{
		for my $t (@{ $self->{lists}[1] })
		{
			$self->note('pin', 'pinned', $o, $t, '', '') if $self->{pins}{"$o->{id}\0$t->{id}"};
		}
	}
}

# Rule id: the same valid identifier
sub by_id
{
	my ($self) = @_;
	return unless $self->{rules}{id};
	my $groups = $self->groups(sub { my $ids = $_[0]{ids}; map { "$_:$ids->{$_}" } keys %$ids });
	while (my ($key, $in) = each %$groups)
	{
		for my $o (@{ $in->[0] })
		{
			$self->note('id', 'same identifier', $o, $_, $key, $key) for @{ $in->[1] };
		}
	}
}

# Rules domain and email: the same match host
sub by_domain
{
	my ($self) = @_;
	my $groups = $self->groups(sub { map { $_->{host} } @{ $_[0]{hosts} } });

	while (my ($host, $in) = each %$groups)
	{
		# how many names of a list stand under the host
		my @names = map { scalar uniq map { $_->{names}[0]{key} } grep { @{ $_->{names} } } @$_ } @$in;
		my $crowd = max @names;
		# of several spellings of a name in one list the one that sorts first
		my @spelled = map { my %of; for my $n (map { $_->{names}[0] // () } @$_) {
				$of{ $n->{key} } = $n->{words} if !defined $of{ $n->{key} } || $n->{words} lt $of{ $n->{key} } } \%of } @$in;

		for my $o (@{ $in->[0] })
		{
			for my $t (@{ $in->[1] })
			{
				my $email = any { $_->{host} eq $host && $_->{from} eq 'email' } @{ $o->{hosts} }, @{ $t->{hosts} };
				my $rule = $email ? 'email' : 'domain';
				my $finding = 'same domain';

				next unless $self->{rules}{$rule};
				if ($crowd > $self->{domain_cap})
				{
					my ($our_name, $their_name) = ($o->{names}[0], $t->{names}[0]);
					next unless $our_name && $their_name;
					$finding = $our_name->{key} eq $their_name->{key}
						|| $self->{know}{similarity}->($spelled[0]{ $our_name->{key} }, $spelled[1]{ $their_name->{key} }) >= 0.85
						? 'same domain and similar name' : "domain shared by $crowd names";
				}
				# a contact writes from there, but the websites are others
				$finding = 'different domains'
					if $rule eq 'email' && exists $finding_order{$finding} && compare_sites($o, $t) eq 'differ';
				$self->note($rule, $finding, $o, $t, $host, $host);
			}
		}
	}
}

# The match name of an account with this key
sub name_of
{
	my ($account, $key) = @_;
	return first { $_->{key} eq $key } @{ $account->{names} };
}

# Rule name: equal match names, blanks apart. First the names that stand for one
# company at most, by domains and countries; then those that several bear
sub by_name
{
	my ($self, $several) = @_;
	my $groups = $self->groups(sub { map { $_->{key} } @{ $_[0]{names} } });

	for my $key (sort keys %$groups)
	{
		my $in = $groups->{$key};
		my @parts = parts_by_site(@{ $in->[0] }, @{ $in->[1] });
		# rows of one list without a domain that are in different countries are no duplicates
		my $apart = any { 1 < uniq(grep { $_ ne '' } map { $_->{country} } grep { !has_site($_) } @$_) } @$in;
		next unless $several == (@parts > 1 || $apart);

		my $common = any { $self->{know}{collision}->(name_of($_, $key)->{words}) } @{ $in->[0] }, @{ $in->[1] };
		# of each side: whether all that is left is one company with a domain
		my @only = map {
			my @left = grep { $self->free($_) } @$_;
			my %left = map { $_ => 1 } @left;
			(all { has_site($_) } @left) && 1 == grep { any { $left{$_} } @$_ } @parts;
		} @$in;

		for my $o (@{ $in->[0] })
		{
			for my $t (@{ $in->[1] })
			{
				my $sites = compare_sites($o, $t);
				my $words = [ name_of($o, $key)->{words}, name_of($t, $key)->{words} ];
				if ($sites eq 'shared')
				{
					$self->note('name', 'same name below one domain', $o, $t, @$words) if $self->{rules}{domain};
				}
				elsif ($self->{rules}{name})
				{
					$self->note('name',
						$sites eq 'differ' ? 'different domains' :
						countries_differ($o, $t) ? 'different countries' :
						!$several && !$common ? 'same name' :
						$self->one_of_several($o, $t, $words, $several, $common, $in, \@only),
						$o, $t, @$words);
				}
			}
		}
	}
}

# Two accounts with a name that several companies bear, or by its kind may bear
sub one_of_several
{
	my ($self, $o, $t, $words, $several, $common, $in, $only) = @_;
	my $side = has_site($o) ? 0 : has_site($t) ? 1 : -1;

	if ($side >= 0)
	{
		my ($with, $without) = $side == 0 ? ($o, $t) : ($t, $o);
		my $clear = !$several || ($self->free($o) && $self->free($t) && $only->[$side]);

		return 'same name, and a domain that speaks for it'
			if $clear && $self->domain_supports($with, $without, @$words);
		return 'same name and country'
			if $clear && !$common && $o->{country} ne '' && $o->{country} eq $t->{country};
	}
	return 'name borne by several companies' if $several;
	return 'same name, which others have too' if @{ $in->[0] } == 1 && @{ $in->[1] } == 1;
	return 'a name of which there are many';
}

# The domain's label looks like the name, or is what the other is called elsewhere
sub domain_supports
{
	my ($self, $with, $without, @words) = @_;
	for my $host (own_hosts($with))
	{
		my $label = $self->{know}{label}->($host->{host});
		return 1 if any { $self->resembles($label, $_) } @words;
		return 1 if $without->{handle} ne '' && $without->{handle} eq $label;
	}
	return 0;
}

sub initials { return join '', map { substr $_, 0, 1 } split / /, $_[0] }
sub joined { return $_[0] =~ tr/ //dr }

# A label that is the name, its initials, its beginning, its first word and more,
# the name and more, or nearly the name
sub resembles
{
	my ($self, $label, $words) = @_;
	my $name = joined($words);
	my ($first) = split / /, $words;

	return 0 if $label eq '';
	return 1 if $label eq $name;
	return 1 if length $label >= 3 && $label eq initials($words);
	return 0 if length $label < 4 || length $name < 4;
	return 1 if index($name, $label) == 0 || index($label, $name) == 0;
	return 1 if length $first >= 4 && length $label > length $first && index($label, $first) == 0;
	return $self->{know}{similarity}->($label, $name) >= 0.8;
}

# Optimal string alignment: insertions, deletions, substitutions, transpositions
sub edits
{
	my @x = split //, $_[0];
	my @y = split //, $_[1];
	my @d;
	for my $i (0 .. @x)
	{
		for my $j (0 .. @y)
		{
			my @ways;
			push @ways, 0 unless $i || $j;
			push @ways, $d[$i - 1][$j] + 1 if $i;
			push @ways, $d[$i][$j - 1] + 1 if $j;
			push @ways, $d[$i - 1][$j - 1] + ($x[$i - 1] ne $y[$j - 1]) if $i && $j;
			push @ways, $d[$i - 2][$j - 2] + 1
				if $i > 1 && $j > 1 && $x[$i - 1] eq $y[$j - 2] && $x[$i - 2] eq $y[$j - 1];
			$d[$i][$j] = min @ways;
		}
	}
	return $d[@x][@y];
}

# How sure it is that two names differ by a typing error: '', short, plain, sure; and the edits
sub typo
{
	my ($self, $x, $y) = @_;
	my ($p, $q) = (joined($x), joined($y));
	my $shorter = min length $p, length $q;
	my $edits;

	return ('', 0) if $shorter < 6 || substr($p, 0, 1) ne substr($q, 0, 1);
	return ('', 0) if ($p =~ tr/0-9//cdr) ne ($q =~ tr/0-9//cdr);
	return ('', 0) if abs(length($p) - length $q) > 2;
	$edits = edits($p, $q);
	return ('', 0) if $edits > ($shorter >= 16 ? 2 : 1);
	return ('short', $edits) if $shorter < 10;

	# one has a word that the other lacks and that no dictionary has
	my %of_x = map { $_ => 1 } split / /, $x;
	my %of_y = map { $_ => 1 } split / /, $y;
	my @differ = ((grep { !$of_y{$_} } keys %of_x), (grep { !$of_x{$_} } keys %of_y));
	return ('plain', $edits) if $self->{know}{collision}->($x) || $self->{know}{collision}->($y);
	return ((any { $self->{know}{strange}->($_) } @differ) ? 'sure' : 'plain', $edits);
}

# Names in which a typing error is looked for: with all words but one the same,
# and that one beginning or ending alike, by two bytes or, if short, by one
sub same_near_key
{
	my ($x, $y) = map { [ split / / ] } @_;

	return 0 unless @$x == @$y;
	for my $i (0 .. $#$x)
	{
		next if any { $_ != $i && $x->[$_] ne $y->[$_] } 0 .. $#$x;
		my @bytes = map { my $word = $_->[$i]; utf8::encode($word); $word } $x, $y;
		for my $part (1, 2)
		{
			my @range = $part == 1 ? (2, 4) : (4, 999);
			next if any { length $_ < $range[0] || length $_ > $range[1] } @bytes;
			return 1 if substr($bytes[0], 0, $part) eq substr($bytes[1], 0, $part)
				|| substr($bytes[0], -$part) eq substr($bytes[1], -$part);
		}
	}
	return 0;
}

# Names of one list only, of accounts that nothing has matched: key => what is known of its bearers
sub lone_names
{
	my ($self) = @_;
	my (%sides, @nodes);

	for my $side (0, 1)
	{
		$sides{ $_->{key} }{$side} = 1 for map { @{ $_->{names} } } @{ $self->{lists}[$side] };
	}
	for my $side (0, 1)
	{
		my %rows;
		for my $account (grep { $self->free($_) } @{ $self->{lists}[$side] })
		{
			push @{ $rows{ $_->{key} } }, $account for @{ $account->{names} };
		}
		for my $key (sort grep { keys %{ $sides{$_} } == 1 } keys %rows)
		{
			my @rows = @{ $rows{$key} };
			push @nodes, {
				side => $side, key => $key, rows => \@rows,
				# of several spellings the one that sorts first
				words => (sort map { name_of($_, $key)->{words} } @rows)[0],
				bare => (all { !has_site($_) } @rows),
				countries => [ uniq grep { $_ ne '' } map { $_->{country} } @rows ],
				companies => scalar parts_by_site(@rows),
				labels => [ uniq map { $self->{know}{label}->($_->{host}) } map { own_hosts($_) } @rows ],
				handles => [ uniq grep { $_ ne '' } map { $_->{handle} } @rows ],
			};
		}
	}
	return @nodes;
}

# What two names are to each other by a rule: finding and score, the highest counts
sub alike
{
	my ($self, $rule, $x, $y) = @_;
	my @found;

	# their countries are known to be one, or not known
	return if @{ $x->{countries} } > 1 || @{ $y->{countries} } > 1;
	return if 2 == uniq @{ $x->{countries} }, @{ $y->{countries} };

	if ($x->{bare} || $y->{bare})
	{
		my $same_words = join(' ', sort split / /, $x->{words}) eq join(' ', sort split / /, $y->{words});
		if ($same_words)
		{
			push @found, [ 90, 'same words in another order' ] if $rule eq 'near';
		}
		elsif (same_near_key($x->{words}, $y->{words}))
		{
			my ($typo, $edits) = $self->typo($x->{words}, $y->{words});
			push @found, [ 72 - $edits, 'typing error' ] if $rule eq 'near' && $typo eq 'sure';
			push @found, [ ($typo eq 'short' ? 50 : 54) - $edits, 'perhaps a typing error' ] if $rule eq 'similar' && $typo;
		}
	}
	for my $pair ([ $x, $y ], [ $y, $x ])
	{
		my ($bare, $other) = @$pair;
		next unless $bare->{bare};
		for my $label (@{ $other->{labels} })
		{
			push @found, [ 80, 'the domain is the name' ]
				if $rule eq 'near' && length $label >= 4 && $label eq $bare->{key};
			push @found, [ 60, 'the social page is called like the domain' ]
				if $rule eq 'similar' && length $label >= 4 && any { $_ eq $label } @{ $bare->{handles} };
			push @found, [ 40, 'the domain has the initials, same country' ]
				if $rule eq 'similar' && length $label >= 3 && $label eq initials($bare->{words})
				&& @{ $x->{countries} } && @{ $y->{countries} };
		}
	}
	my ($best) = sort { $b->[0] <=> $a->[0] } @found;
	return $best ? @$best : ();
}

# Rules near and similar: names that are nearly equal, each the other's only best
sub nearly
{
	my ($self, $rule) = @_;
	return unless $self->{rules}{$rule};
	my @nodes = $self->lone_names;
	my @candidates;

	for my $x (grep { $_->{side} == 0 } @nodes)
	{
		for my $y (grep { $_->{side} == 1 } @nodes)
		{
			my ($score, $finding) = $self->alike($rule, $x, $y);
			push @candidates, { x => $x, y => $y, score => $score, finding => $finding } if $score;
		}
	}
	my @free = map { [ grep { $self->free($_) } @$_ ] } @{ $self->{lists} };
	for my $c (@candidates)
	{
		my $rivals = grep { $_ != $c && ($_->{x} == $c->{x} || $_->{y} == $c->{y}) && $_->{score} >= $c->{score} } @candidates;
		my $finding = $rivals ? 'another candidate is as good' :
			max($c->{x}{companies}, $c->{y}{companies}) > 1 ? 'name borne by several companies' : $c->{finding};
		for my $o (@{ $c->{x}{rows} })
		{
			for my $t (@{ $c->{y}{rows} })
			{
				next if has_site($o) && has_site($t);
				$self->note($rule, countries_differ($o, $t) ? 'different countries' : $finding, $o, $t,
					name_of($o, $c->{x}{key})->{words}, name_of($t, $c->{y}{key})->{words});
			}
		}
	}
}

# Rule family: accounts whose domains have one parent
sub by_family
{
	my ($self) = @_;
	my $groups = $self->groups(sub {
		map { $self->{family}{ $_->{host} } // $self->{family}{ $_->{site} } // () } @{ $_[0]{hosts} } });
	while (my ($key, $in) = each %$groups)
	{
		for my $o (@{ $in->[0] })
		{
			$self->note('family', 'parent and subsidiary', $o, $_, $key, $key) for @{ $in->[1] };
		}
	}
}

# Which of two pieces of evidence for one pair counts
sub compare_evidence
{
	my ($x, $y) = @_;
	return $rule_order{ $x->{rule} } <=> $rule_order{ $y->{rule} }
		|| $finding_order{ $x->{finding} } <=> $finding_order{ $y->{finding} }
		|| joined($x->{our_key}) cmp joined($y->{our_key})
		|| joined($x->{their_key}) cmp joined($y->{their_key});
}

# The stronger of two statuses
sub stronger
{
	my @known = grep { $_ } @_;
	return @known ? min @known : 0;
}

# One match for each pair, companies, segments
sub decide
{
	my ($self) = @_;
	my (%match, @companies);

	for my $e (grep { $_->{accepted} } @{ $self->{evidence} })
	{
		my $m = \$match{"$e->{o}{id}\0$e->{t}{id}"};
		$$m = $e if !$$m || compare_evidence($e, $$m) < 0;
	}
	$self->{matches} = [ values %match ];

	# a company is what matches hold together; a family is not one company
	for my $m (grep { $_->{rule} ne 'family' } @{ $self->{matches} })
	{
		my ($joined, $apart) = ([], []);
		for my $c (@companies)
		{
			push @{ $c->{accounts}{ $m->{o} } || $c->{accounts}{ $m->{t} } ? $joined : $apart }, $c;
		}
		my $new = { accounts => { map({ %{ $_->{accounts} } } @$joined), $m->{o} => 1, $m->{t} => 1 },
			pairs => 1 + List::Util::sum0(map { $_->{pairs} } @$joined) };
		@companies = (@$apart, $new);
	}
	for my $c (@companies)
	{
		for my $side (0, 1)
		{
			my @in = grep { $c->{accounts}{$_} } @{ $self->{lists}[$side] };
			$c->{status}[$side] = stronger(map { $_->{status} } @in);
			$self->{company}{$_} = $c for @in;
		}
	}
	$self->{companies} = \@companies;
}

my @STATUS = qw(unknown customer opportunity prospect);

sub segment { return join '-', map { defined $_ ? $STATUS[$_] : 'none' } @_ }

# The segment of an account: of its company, or alone
sub segment_of
{
	my ($self, $account, $side) = @_;
	my $c = $self->{company}{$account};
	return $c ? segment(@{ $c->{status} }) :
		$side == 0 ? segment($account->{status}, undef) : segment(undef, $account->{status});
}

# Totals by segment: our accounts, their accounts, companies, pairs, amounts of both
sub segments
{
	my ($self) = @_;
	my %total;
	for my $side (0, 1)
	{
		for my $account (@{ $self->{lists}[$side] })
		{
			my $s = $total{ $self->segment_of($account, $side) } //= { accounts => [ 0, 0 ], companies => 0, pairs => 0, amounts => [ {}, {} ] };
			$s->{accounts}[$side]++;
			next unless defined $account->{amount};
			$s->{amounts}[$side]{ $account->{currency} // 'unknown' } += $account->{amount};
		}
	}
	for my $c (@{ $self->{companies} })
	{
		my $s = $total{ segment(@{ $c->{status} }) };
		$s->{companies}++;
		$s->{pairs} += $c->{pairs};
	}
	return \%total;
}

# Of each of our accounts the best match: rule, finding, their status, their id
sub best
{
	my ($self) = @_;
	my %best;
	for my $m (@{ $self->{matches} })
	{
		my $b = \$best{ $m->{o}{id} };
		$$b = $m if !$$b || ($rule_order{ $m->{rule} } <=> $rule_order{ $$b->{rule} }
			|| $finding_order{ $m->{finding} } <=> $finding_order{ $$b->{finding} }
			|| ($m->{t}{status} || 9) <=> ($$b->{t}{status} || 9)
			|| $m->{t}{id} cmp $$b->{t}{id}) < 0;
	}
	return [ values %best ];
}

1;
