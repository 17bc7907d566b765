# What the tests of private set intersection share: sessions between two nodes, files from and to them.
package Psi;

use strict;
use warnings;
use Blinding;
use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(step_of run_session result_of refused make_lists);

# A step on a node: the SQL text calls psi_...() with :file where a file goes; gives session, step, file, finished, common keys.
# $opt{before} and $opt{after} stand around the call, in its transaction.
sub step_of
{
	my ($node, $call, $file, %opt) = @_;
	my $hex = defined $file ? unpack('H*', $file) : '';
	$call =~ s/:file/'\\x$hex'/;
	my $sql = ($opt{before} // '') . "SELECT session, step, encode(file, 'hex'), finished, common_keys FROM $call;" . ($opt{after} // '');
	my $out = $node->safe_psql('postgres', $sql);
	my @row = split /\|/, $out, -1;
	$row[2] = pack('H*', $row[2]);
	return @row;
}

# A whole session: an offer with these arguments, and an answer with those; gives its name and all files, from 1
sub run_session
{
	my ($a, $b, $offer, $answer) = @_;
	my @files = (undef);
	my ($session, $step, $file, $finished) = step_of($a, "psi_offer($offer)");
	push @files, $file;
	my @nodes = ($a, $b);
	for (my $n = 1; length $file; $n++)
	{
		my $node = $nodes[$n % 2];
		(my $same, $step, $file, $finished) = step_of($node, $n == 1 ? "psi_answer(:file, $answer)" : 'psi_finish(:file)', $file);
		die "session $session became $same" if $same ne $session;
		push @files, $file if length $file;
	}
	return ($session, @files);
}

# Rows of a result, sorted
sub result_of
{
	my ($node, $session, $columns) = @_;
	return $node->safe_psql('postgres', "SELECT $columns FROM psi_result('$session') ORDER BY 1, 2, 3");
}

# The call fails with this SQLSTATE and a message that has this text
sub refused
{
	my ($node, $call, $file, $sqlstate, $text, $name) = @_;
	my $hex = defined $file ? unpack('H*', $file) : '';
	$call =~ s/:file/'\\x$hex'/;
	my $status = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT session FROM $call", stderr => \my $err, stdout => \my $out, on_error_stop => 1);
	is($status, 3, "$name: refused");
	is($out, '', "$name: nothing leaves");
	like($err, qr/ERROR:  $sqlstate: .*\Q$text\E/, "$name: why");
	return $err;
}

# The two lists of test/unit/psi_peer.h
sub make_lists
{
	my ($a, $b) = @_;
	my $table = 'CREATE TABLE accounts (account_id text, name text, website text, lei text, status text, owner text)';
	$a->safe_psql('postgres', "$table; INSERT INTO accounts VALUES
		('a1', 'Siemens AG', 'https://www.siemens.com/global/en.html', NULL, 'Customer', 'ann'),
		('a2', 'Contoso Ltd', 'contoso.com', NULL, 'Prospect', 'ann'),
		('a3', 'Some Person', 'someone\@gmail.com', NULL, 'Customer', 'bob'),
		('a4', 'GLEIF', NULL, '506700GE1G29325QX363', NULL, 'bob'),
		('a5', 'Kansas Survey', 'http://kgs.ku.edu', NULL, 'SecretStatusOfA5', 'secret-owner-a5'),
		('a6', 'Bücher GmbH', 'https://bücher.de', NULL, 'Opportunity', NULL),
		('a7', NULL, NULL, NULL, NULL, NULL),
		('a8', 'Siemens Erlangen', 'siemens.com', NULL, 'Customer', 'ann')");
	$b->safe_psql('postgres', "$table; INSERT INTO accounts VALUES
		('b1', 'SIEMENS', 'info\@siemens.com', NULL, 'Closed Won', 'zoe'),
		('b2', 'Fabrikam', 'fabrikam.com', NULL, 'SecretStatusOfB2', 'secret-owner-b2'),
		('b3', 'Other Person', 'GMAIL.com', NULL, 'Customer', 'zoe'),
		('b4', 'Gleif Foundation', NULL, '506700ge1g29325qx363', 'Prospect', 'zoe'),
		('b5', 'University', 'ku.edu', NULL, 'Prospect', 'yan'),
		('b6', 'Buecher', 'xn--bcher-kva.de', NULL, 'Customer', 'yan'),
		('b7', 'Contoso', 'shop.contoso.com/index.html', NULL, 'Opportunity', 'yan'),
		('b8', NULL, NULL, NULL, NULL, NULL)");
}

1;
