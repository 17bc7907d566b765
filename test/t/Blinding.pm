# What the tests of blinding share: clusters with a key directory, keys, errors.
package Blinding;

use strict;
use warnings;
use Cwd 'abs_path';
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(key_node make_keydir key_files error_of slurp spew secret_of agree);

# A directory as accountmatch wants it
sub make_keydir
{
	my $dir = abs_path(PostgreSQL::Test::Utils::tempdir()) . '/keys';
	mkdir $dir or die "$dir: $!";
	chmod 0700, $dir;
	return $dir;
}

# A running cluster with the extension, and its key directory
sub key_node
{
	my ($name, %opt) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	my $dir = make_keydir();
	$node->init(extra => [ '--encoding=UTF8', '--no-locale', '--wal-segsize=1' ], %{ $opt{init} // {} });
	$node->append_conf('postgresql.conf', "accountmatch.key_directory = '$dir'\n" . ($opt{conf} // ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION accountmatch; ALTER DATABASE postgres SET search_path = public, accountmatch');
	return ($node, $dir);
}

# Names of the files in a directory
sub key_files
{
	my ($dir) = @_;
	opendir my $d, $dir or die "$dir: $!";
	return sort grep { !/^\.\.?$/ } readdir $d;
}

# What psql says of a statement that must fail: ERROR, DETAIL and HINT lines
sub error_of
{
	my ($node, $sql, %opt) = @_;
	my $status = $node->psql('postgres', $sql, stderr => \my $err, on_error_stop => 1, %opt);
	is($status, 3, "fails: $sql");
	$err =~ s/^psql:<stdin>:\d+: //mg;
	return $err;
}

sub slurp
{
	my ($file) = @_;
	open my $f, '<:raw', $file or die "$file: $!";
	local $/;
	return scalar <$f>;
}

sub spew
{
	my ($file, $content) = @_;
	open my $f, '>:raw', $file or die "$file: $!";
	print $f $content;
	close $f or die "$file: $!";
	chmod 0600, $file;
}

# The key bytes in a key file, by the documented layout
sub secret_of
{
	my ($file) = @_;
	return substr(slurp($file), 208, 32);
}

# Agree on a key between two nodes, under one name on each; returns the pinned forms
sub agree
{
	my ($a, $b, $name, $label) = @_;
	my ($pa, $pb) = map { $_->safe_psql('postgres', "SELECT public_key('$name')") } $a, $b;
	my $ka = $a->safe_psql('postgres', "SELECT agree_key('$name', '$label', '$pb')");
	my $kb = $b->safe_psql('postgres', "SELECT agree_key('$name', '$label', '$pa')");
	my ($ca, $cb) = map { $_->safe_psql('postgres', "SELECT confirmation_code('$name')") } $a, $b;
	$a->safe_psql('postgres', "SELECT confirm_key('$name', '$cb')");
	$b->safe_psql('postgres', "SELECT confirm_key('$name', '$ca')");
	return ($ka, $kb);
}

1;
