#!/usr/bin/perl
# Take the defences out of private set intersection, one at a time, and see that the unit tests notice.
# usage: psi_mutants.pl BUILD_DIRECTORY "compiler and flags" "libraries" objects...     prints TAP
use strict;
use warnings;

my ($dir, $cc, $libs, @objects) = @ARGV;

# what it defends against, file, the text that does it, and what stands there without
my @mutants = (
	[ 'flipped manifests', 'message.c', '!acm_equal_secret(digest, p + HEAD_MAC, sizeof digest)', 'false' ],
	[ 'changed bodies', 'message.c', 'memcmp(digest, p + HEAD_BODY_DIGEST, sizeof digest) != 0', 'false' ],
	[ 'own files sent back', 'message.c', 'memcmp(head.from, psi->key.own_public, ACM_PUBLIC_LEN) == 0', 'false' ],
	[ 'files from others', 'message.c', 'memcmp(head.from, psi->key.their_public, ACM_PUBLIC_LEN) != 0 ||', '' ],
	[ 'another epoch', 'message.c', 'memcmp(p + HEAD_EPOCH, psi->key.epoch, sizeof psi->key.epoch) != 0', 'false' ],
	[ 'a step again', 'message.c', 'head.step != psi->step + 1', 'false' ],
	[ 'files of another session', 'message.c', 'memcmp(head.previous, psi->last, sizeof psi->last) != 0 ||', '' ],
	[ 'another session id', 'message.c', 'head.step != 2 && memcmp(head.sid, psi->sid, sizeof psi->sid) != 0', 'false' ],
	[ 'a session id that is not made of what was said', 'session.c', 'memcmp(head.sid, psi->sid, sizeof psi->sid) != 0', 'false' ],
	[ 'files cut off', 'message.c', 'head->body_len > in.len - HEAD_LEN', 'false' ],
	[ 'trailing bytes', 'message.c', 'head->body_len < in.len - HEAD_LEN', 'false' ],
	[ 'trailing bytes in a body', 'session.c', '!acm_source_done(in)', 'in->failed' ],
	[ 'other terms than accepted', 'session.c', 'compare_terms(psi, &terms, accepted);', '' ],
	[ 'copied commitments', 'session.c', 'memcmp(commitment, psi->commitment[ACM_PSI_AT(psi->role)], ACM_HASH_LEN) == 0', 'false' ],
	[ 'own points sent back', 'round.c', 'i < psi->count[0][kind] && cmp == 0', 'false' ],
	[ 'duplicate and reordered points', 'round.c', 'k * ACM_POINT_LEN, ACM_POINT_LEN) >= 0)', 'k * ACM_POINT_LEN, ACM_POINT_LEN) > 1000)' ],
	[ 'another number of points than offered', 'round.c', 'n != psi->count[1][kind]', 'false' ],
	[ 'too many keys', 'round.c', 'ours > limits->max_keys', 'false' ],
	[ 'a one-row set', 'round.c', 'theirs > 0 && theirs < limits->min_keys', 'false' ],
	[ 'every known domain', 'round.c', 'ours > 0 && theirs > (uint64_t) ours * limits->max_ratio', 'false' ],
	[ 'tags of one role for those of the other', 'round.c', '{&role, 1},' . "\n\t\t{point, ACM_POINT_LEN}", '{"x", 1},' . "\n\t\t{point, ACM_POINT_LEN}" ],
	[ 'tags that were not committed to', 'round.c', '!acm_equal_secret(commitment, psi->commitment[ACM_PSI_AT(other)], sizeof commitment)', 'false' ],
	[ 'one tag in every row', 'round.c', 'i > 0 && compare_tags(&said[i - 1], &said[i]) == 0', 'false' ],
	[ 'points off the curve', '../blind/curve.c', 'EC_POINT_set_affine_coordinates(c->group, q, c->x, c->y, c->bn) ? ACM_POINT_OK : ACM_POINT_BAD', '(EC_POINT_set_affine_coordinates(c->group, q, c->x, c->y, c->bn) || EC_POINT_copy(q, EC_GROUP_get0_generator(c->group))) ? ACM_POINT_OK : ACM_POINT_BAD' ],
	[ 'coordinates from p on', '../blind/curve.c', 'BN_cmp(c->x, c->p) >= 0 || BN_cmp(c->y, c->p) >= 0', '!BN_nnmod(c->x, c->x, c->p, c->bn)' ],
	[ 'other rows taken for common', 'reveal.c', 'memcmp(said, digest, sizeof digest) != 0', 'false' ],
	[ 'another number of common rows', 'reveal.c', 'n != psi->side[kind].npairs', 'false' ],
	[ 'reveal points of other rows, permuted replies', 'reveal.c', '!acm_equal_secret(said + (size_t) j * 16,', 'false && !acm_equal_secret(said + (size_t) j * 16,' ],
	[ 'own reveal points sent back', 'reveal.c', 'memcmp(own, theirs, sizeof own) == 0', 'false' ],
	[ 'payloads that do not open', 'reveal.c', '!gcm(side->secrets[j].key[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))], false,' . "\n\t\t\t\t\t payloads + j * sealed, psi->terms.payload, plain)", '(gcm(side->secrets[j].key[ACM_PSI_AT(ACM_PSI_OTHER(psi->role))], false, payloads + j * sealed, psi->terms.payload, plain), false)' ],
	[ 'payloads that harm who shows them', 'reveal.c', '(len != ABSENT && !is_clean_text(text, len))', 'false' ],
	[ 'more accounts told than counted', 'reveal.c', 'total == 0 || shown > total', 'false' ],
	[ 'crowded hosts', 'psi_list.c', 'stays = crowded(list, accounts, key->naccounts, cap, seen);', 'stays = false;' ],
	[ 'names of many', 'psi_list.c', 'stays = kind == ACM_PSI_NAME && key->naccounts > cap;', 'stays = false;' ],
);

# What tests print, and whether they went well
sub run_tests
{
	my ($program) = @_;
	my $out = `timeout 60 $program 2>/dev/null`;
	return $? == 0 && $out !~ /^not ok/m;
}

my $n = 0;
mkdir $dir;
for my $m ([ 'nothing taken out', 'round.c', 'static bool', 'static bool' ], @mutants)
{
	my ($what, $file, $from, $to) = @$m;
	open my $in, '<', "src/exchange/$file" or die "$file: $!";
	my $text = do { local $/; <$in> };
	my $at = index $text, $from;
	die "$file does not have: $from" if $at < 0;
	substr($text, $at, length $from) = $to;
	(my $name = $file) =~ s{.*/}{};
	open my $out, '>', "$dir/$name" or die $!;
	print $out $text;
	close $out;
	my @rest = grep { !m{/\Q$name\E\.o$} } @objects;
	my $good = 1;
	for my $test ('psi', 'psi_hostile')
	{
		system("$cc -w -Isrc -o $dir/$test test/unit/$test.c $dir/$name @rest $libs") == 0 or die "does not compile: $what";
		$good &&= run_tests("$dir/$test");
	}
	$n++;
	print $n == 1 ? ($good ? '' : 'not ') . "ok 1 - the tests pass as it is\n" :
		($good ? 'not ' : '') . "ok $n - they notice that nothing stands against $what\n";
}
print "1..$n\n";
