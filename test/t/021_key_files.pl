# Key files that somebody changed, planted or broke; directories that are not fit; disks that are full.
use strict;
use warnings;
use Blinding;
use Cwd 'abs_path';
use Digest::SHA qw(sha256);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $dir) = key_node('files');
my $sql = sub { $node->safe_psql('postgres', shift) };
my $fails = sub { error_of($node, @_) };
my $key = $sql->("SELECT create_key('acme')");
my ($id) = $key =~ m{/(.*)};
my $file = "$dir/acme.$id";
my $whole = slurp($file);
my $value = $sql->("SELECT blind_domain('acme.com', '$key')");
$sql->("CREATE ROLE app; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA accountmatch TO app; GRANT SELECT ON keys TO app");
my $dead = qr/^ERROR:  key "[^"]*" does not exist, or role "postgres" may not use it\nDETAIL: /;

# the documented layout, digest and key id, computed here
is(substr($whole, 0, 8), 'acmkey01', 'magic');
is(unpack('N', substr($whole, 8, 4)), 1, 'kind');
is(unpack('N', substr($whole, 12, 4)), 1, 'epoch');
is(unpack('Z64', substr($whole, 16, 64)), 'postgres', 'role');
is(unpack('Z128', substr($whole, 80, 128)), 'acme', 'label');
sub framed { return join '', map { pack('N/a*', $_) } @_ }
sub sealed { my $c = substr($_[0], 0, 480); return $c . sha256(framed($c)) }
is(sealed($whole), $whole, 'digest');
is(unpack('H8', sha256(framed('acme', pack('N', 1), secret_of($file)))), $id, 'key id');

# every byte changed: refused, always in the same way, and mended by putting the file back
my %fields = (magic => 0, kind => 11, epoch => 15, role => 16, 'after role' => 79, label => 80, 'after label' => 207, secret => 208,
	'secret, last byte' => 239, 'own public key' => 240, 'their public key' => 273, reserved => 306, 'reserved, last byte' => 479,
	digest => 480, 'digest, last byte' => 511);
for my $field (sort keys %fields)
{
	my $bad = $whole;
	substr($bad, $fields{$field}, 1) ^= "\x01";
	spew($file, $bad);
	for my $spec ('acme', $key)
	{
		like($fails->("SELECT blind_domain('acme.com', '$spec')"), qr/$dead.*acme\.$id.*\.\nHINT/, "changed: $field");
	}
	like($sql->("SELECT problem FROM keys WHERE name = 'acme' AND NOT usable"), qr/Restore it from your backup/, "the view tells a superuser: $field");
}
# by somebody who computes the digest anew
my %changes = (
	'another secret' => [ 208, "\x00" x 32, qr/holds the key with id/ ],
	'another label' => [ 80, 'b', qr/holds the key with id/ ],
	'another epoch' => [ 15, "\x02", qr/holds the key with id/ ],
	'another kind: pair' => [ 11, "\x02", qr/a value that accountmatch does not write/ ],
	'another kind: agreed' => [ 11, "\x03", qr/a value that accountmatch does not write/ ],
	'another kind: unknown' => [ 11, "\x04", qr/a kind of key that/ ],
	'another format' => [ 7, '2', qr/not a key file of this version/ ]);
for my $change (sort keys %changes)
{
	my ($at, $bytes, $says) = @{ $changes{$change} };
	my $bad = $whole;
	substr($bad, $at, length $bytes) = $bytes;
	spew($file, sealed($bad));
	like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*$says/, $change);
}
for my $length (0, 1, 511, 513, 1024)
{
	spew($file, substr($whole x 2, 0, $length));
	like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.* has $length bytes; a key file has 512/, "$length bytes");
}
# the role of a key is what its file says; nobody else learns that a file is there
my $other = $whole;
substr($other, 16, 64) = pack('a64', 'app');
spew($file, sealed($other));
is($sql->("SET ROLE app; SELECT blind_domain('acme.com', '$key')"), $value, 'a file with another role and digest is that role\'s');
spew($file, substr($whole, 1));
is($fails->("SET ROLE app; SELECT blind_domain('acme.com', 'acme')"),
	$fails->("SET ROLE app; SELECT blind_domain('acme.com', 'none')") =~ s/"none"/"acme"/r, 'who has no right is told nothing of a damaged file');
is($sql->('SET ROLE app; SELECT count(*) FROM keys'), 0, 'and does not see it');
like(slurp($node->logfile), qr/DETAIL:  ".*acme\.$id" has 511 bytes/, 'the log tells');
# a role that this server has not
substr($other, 16, 64) = pack('a64', 'elsewhere');
spew($file, sealed($other));
is($sql->("SELECT blind_domain('acme.com', '$key')"), $value, 'a superuser may use the key of a role that is not here');
like($fails->("SET ROLE app; SELECT blind_domain('acme.com', '$key')"), qr/does not exist, or role/, 'nobody else');
spew($file, $whole);
is($sql->("SELECT blind_domain('acme.com', '$key')"), $value, 'mended');

# a key of another normalization epoch, all in order otherwise
my $old = $whole;
substr($old, 15, 1) = "\x00";
my $old_id = unpack 'H8', sha256(framed('acme', pack('N', 0), substr($old, 208, 32)));
spew("$dir/old.$old_id", sealed($old));
like($fails->("SELECT blind_domain('acme.com', 'old')"), qr/^ERROR:  key "old" is of normalization epoch 0, this is epoch 1\nHINT/, 'epoch');
is($sql->("SELECT usable, problem ~ 'epoch' FROM keys WHERE name = 'old'"), 'f|t', 'the view says so');
unlink "$dir/old.$old_id";

# modes
for my $mode (0644, 0660, 0604, 0400, 0700, 0601, 04600)
{
	chmod $mode, $file;
	like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*(has mode|Permission denied)/, sprintf 'mode %04o', $mode);
}
chmod 0600, $file;

# what is not a file
rename $file, "$dir/real";
symlink "$dir/real", $file;
like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*is a symbolic link/, 'symbolic link');
unlink $file;
symlink '/dev/zero', $file;
like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*is a symbolic link/, 'symbolic link to a device');
unlink $file;
mkdir $file;
like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*is not a regular file/, 'directory');
rmdir $file;
system_or_bail('mkfifo', '-m', '600', $file);
like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*is not a regular file/, 'FIFO');
unlink $file;
like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*No key file/, 'nothing');
is_deeply([ key_files($dir) ], ['real'], 'nothing is made anew');
# nor is a planted link followed when a file is made
rename "$dir/real", $file;
symlink "$dir/elsewhere", "$dir/planted.pair";
like($fails->("SELECT public_key('planted')"), qr/does not exist, or role/, 'a planted link is no key');
ok(!-e "$dir/elsewhere", 'and nothing is written through it');
unlink "$dir/planted.pair";
SKIP:
{
	my $foreign = "$ENV{TESTDATADIR}/of-root";
	skip 'not started by root, who would have made a file of another user', 2 if !-e $foreign;
	rename $file, "$dir/real";
	rename $foreign, $file or die $!;
	like($fails->("SELECT blind_domain('acme.com', '$key')"), qr/$dead.*belongs to user 0 /, q{another user's file});
	rename "$dir/real", $file;
}
# files that are none of ours are not looked at
spew("$dir/$_", 'x') for ('README', 'acme', '.acme', 'acme.key', 'Acme.00000000', 'acme.0000000', 'acme.000000000', 'acme.0000000G', 'acme.00000000.old');
is($sql->('SELECT count(*) FROM keys'), 1, 'other files');
is($sql->("SELECT blind_domain('acme.com', 'acme')"), $value, 'do no harm');

# directories
my $at = sub { my ($path, $why, $what) = @_;
	like($fails->("SET accountmatch.key_directory = '$path'; SELECT $_"), qr/^ERROR:  the key directory cannot be used\nDETAIL:  .*$why.*\nHINT: /, "$what: $_")
		for "create_key('x')", "public_key('x')", "blind_domain('a.com', 'acme')", 'count(*) FROM keys' };
my $pgdata = abs_path($node->data_dir);
my $tmp = make_keydir();
$at->("$dir/none", 'No such file or directory', 'missing');
$at->($file, 'is not a directory', 'a file');
chmod 0750, $tmp;
$at->($tmp, 'has mode 0750', 'open to a group');
chmod 0700, $tmp;
$at->('/', 'belongs to user 0', q{another user's});
mkdir "$pgdata/keys", 0700;
$at->($pgdata, 'lies in the data directory', 'the data directory');
$at->("$pgdata/keys", 'lies in the data directory', 'in the data directory');
$at->("$pgdata/../pgdata/keys/../keys/", 'lies in the data directory', 'in the data directory, by a detour');
symlink "$pgdata/keys", "$tmp/link";
$at->("$tmp/link", 'lies in the data directory', 'in the data directory, by a link');
my $space = make_keydir();
$sql->("CREATE TABLESPACE space LOCATION '$space'");
mkdir "$space/keys", 0700;
$at->("$space/keys", 'lies in a tablespace', 'in a tablespace');
$at->($space, 'lies in a tablespace', 'a tablespace');
symlink $space, "$tmp/space";
$at->("$tmp/space/keys", 'lies in a tablespace', 'in a tablespace, by a link');
symlink $dir, "$tmp/keys";
is($sql->("SET accountmatch.key_directory = '$tmp/keys'; SELECT blind_domain('acme.com', 'acme')"), $value, 'a link to a fit directory is one');
is($sql->("SET accountmatch.key_directory = '$dir/../keys//'; SELECT blind_domain('acme.com', 'acme')"), $value, 'a detour as well');
unlike($fails->("SET accountmatch.key_directory = '$dir/none'; SET ROLE app; SELECT blind_domain('a.com', 'acme')"), qr/none|DETAIL/, 'where it is, is for superusers');
like($fails->("LOAD '\$libdir/accountmatch-1'; SET ROLE app; SHOW accountmatch.key_directory"), qr/must be superuser|permission denied/, 'in the setting, too');
# a cluster that lost the directory entirely
rename $dir, "$dir-away";
like($fails->("SELECT blind_domain('a.com', 'acme')"), qr/^ERROR:  the key directory cannot be used/, 'lost');
ok(!-e $dir, 'and not made anew');
rename "$dir-away", $dir;

# a write that stops half-way leaves no file: a limit on the size of files, for one backend
my $files = join ' ', key_files($dir);
SKIP:
{
	skip 'no prlimit', 5 if system('prlimit --version > /dev/null 2>&1') != 0;
	for my $f ("create_key('cut')", "public_key('cut')")
	{
		my ($in, $out, $err) = ('', '', '');
		my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(60));
		$in .= "SELECT pg_backend_pid();\n";
		$psql->pump until $out =~ /(\d+)\n/;
		system_or_bail('prlimit', '--pid', $1, '--fsize=100');
		$in .= "SELECT $f;\n\\q\n";
		$psql->finish;
		like($err, qr/^ERROR:  could not write a key file: File too large\nDETAIL:  No key was made\./m, "cut short: $f");
		is(join(' ', key_files($dir)), $files, 'no half file');
	}
	like($sql->("SELECT create_key('cut')"), qr{^cut/}, 'the name is free');
}
# a disk that is full: the server in a mount namespace with a tiny file system over the directory
SKIP:
{
	my $small = make_keydir();
	skip 'no user namespaces to mount a tiny file system in', 3
		if system("unshare -Um --map-current-user --keep-caps sh -c 'mount -t tmpfs -o size=16k,mode=700 tmpfs $small' 2>/dev/null") != 0;
	$node->stop;
	$node->append_conf('postgresql.conf', "accountmatch.key_directory = '$small'");
	my $log = abs_path($node->logfile);
	system_or_bail('unshare', '-Um', '--map-current-user', '--keep-caps', 'sh', '-c',
		"mount -t tmpfs -o size=16k,mode=700 tmpfs $small && pg_ctl -w -D '$pgdata' -l '$log' start");
	$node->_update_pid(1);
	is($sql->("DO \$\$ BEGIN FOR i IN 1 .. 1000 LOOP PERFORM create_key('k' || i); END LOOP; EXCEPTION WHEN disk_full THEN RAISE NOTICE '%', SQLERRM; END \$\$;
		SELECT count(*) BETWEEN 1 AND 16, bool_and(usable), count(problem) FROM keys"), 't|t|0', 'a full disk: what was made is whole');
	like($fails->("SELECT create_key('more')"), qr/^ERROR:  could not (write|create) a key file: No space left on device/, 'the rest is an error');
	is($sql->("SELECT count(DISTINCT blind_domain('a.com', key)) = count(*) FROM keys"), 't', 'blinding goes on');
	$node->stop;
}

done_testing();
