# Acm.pm
#		What the TAP tests share: clusters for the extension, and the errors it
#		answers with.
package Acm;

use strict;
use warnings;
use Exporter qw(import);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_cluster fails_with extension_dir);

# A started cluster; databases are UTF8 whatever the environment says
sub new_cluster
{
	my ($name, $conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', $conf) if defined $conf;
	$node->start;
	return $node;
}

# The statement fails, and stderr has the SQLSTATE, the message and the hint
sub fails_with
{
	my ($node, $dbname, $sql, $sqlstate, $message, $hint, $name) = @_;
	my ($rc, $stdout, $stderr) =
	  $node->psql($dbname, "\\set VERBOSITY verbose\n$sql", on_error_stop => 1);
	isnt($rc, 0, "$name: fails");
	like($stderr, qr/ERROR:  \Q$sqlstate\E: \Q$message\E/, "$name: message");
	like($stderr, qr/HINT:  \Q$hint\E/, "$name: hint") if defined $hint;
	return $stderr;
}

# Where the extension's scripts are
sub extension_dir
{
	chomp(my $dir = `pg_config --sharedir`);
	return "$dir/extension";
}

1;
