# Another program computes the same values from the description of the format: the openssl command line.
use strict;
use warnings;
use Blinding;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = `openssl version` =~ /^OpenSSL ([0-9]+)/;
plan skip_all => 'needs the openssl command line, version 3' if !$version || $version < 3;

my ($a, $dir_a) = key_node('a');
my ($b, $dir_b) = key_node('b');
my $tmp = PostgreSQL::Test::Utils::tempdir();

# each field after its length in 4 bytes, big-endian
sub framed { return join '', map { pack('N/a*', $_) } @_ }

# run openssl on input, give its output
sub openssl
{
	my ($input, @args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'openssl', @args ], '<', \$input, '>', \$out, '2>', \$err) or die "openssl @args: $err";
	return $out;
}
sub hmac { my ($key, $message) = @_; return openssl($message, 'dgst', '-sha256', '-mac', 'HMAC', '-macopt', 'hexkey:' . unpack('H*', $key), '-binary') }
sub sha256 { return openssl($_[0], 'dgst', '-sha256', '-binary') }
sub hkdf { my ($ikm, $info, $len) = @_;
	return openssl('', 'kdf', '-binary', '-keylen', $len, '-kdfopt', 'digest:SHA256', '-kdfopt', 'hexkey:' . unpack('H*', $ikm), '-kdfopt', 'hexinfo:' . unpack('H*', $info), 'HKDF') }

# a created key, and values under it
my $key = $a->safe_psql('postgres', "SELECT create_key('acme')");
my ($id) = $key =~ m{/(.*)};
my $secret = secret_of("$dir_a/acme.$id");
is(unpack('H8', sha256(framed('acme', pack('N', 1), $secret))), $id, 'key id');
my $blinded = sub { my @fields = @_; return "$id:" . unpack('H32', hmac($secret, framed('accountmatch blinded v1', @fields))) };
for my $case (
	[ "blind_domain('https://www.Siemens.com/de/', '$key')", 'domain', '', 'siemens.com' ],
	[ "blind_domain('jane\@shop.contoso.co.uk', '$key')", 'domain', '', 'contoso.co.uk' ],
	[ "blind_domain('http://bücher.de', '$key')", 'domain', '', 'xn--bcher-kva.de' ],
	[ "blind_identifier('LEI', '5067 00ge 1g29 325q x363', '$key')", 'id', 'lei', '506700GE1G29325QX363' ],
	[ "blind_identifier('duns', '00-136-7960', '$key')", 'id', 'duns', '001367960' ])
{
	my ($call, @fields) = @$case;
	is($a->safe_psql('postgres', "SELECT $call"), $blinded->(@fields), $call);
}
is($a->safe_psql('postgres', "SELECT blind_company('The Northern Light Company GmbH', '$key')"), $blinded->('name', '', 'northernlight'), 'blind_company');

# an agreement: the other side's part computed from our pair alone
agree($a, $b, 'deal', 'a and b');
my ($agreed_file) = grep { /^deal\.[0-9a-f]{8}$/ } key_files($dir_a);
my $agreed = slurp("$dir_a/$agreed_file");
my $pair = slurp("$dir_b/deal.pair");
my ($pub_a, $pub_b) = (substr($agreed, 240, 33), substr($agreed, 273, 33));
is($a->safe_psql('postgres', "SELECT public_key('deal')"), unpack('H*', $pub_a), 'own public key in the file');
is($b->safe_psql('postgres', "SELECT public_key('deal')"), unpack('H*', $pub_b), 'their public key in the file');
# RFC 5915 and RFC 5480 wrapping of the scalar and the point
spew("$tmp/secret", pack('H*', '30310201010420') . substr($pair, 208, 32) . pack('H*', 'a00a06082a8648ce3d030107'));
spew("$tmp/public", pack('H*', '3039301306072a8648ce3d020106082a8648ce3d030107032200') . $pub_a);
my $shared = openssl('', 'pkeyutl', '-derive', '-inkey', "$tmp/secret", '-keyform', 'DER', '-peerkey', "$tmp/public", '-peerform', 'DER');
is(length $shared, 32, 'ECDH');
my ($low, $high) = sort $pub_a, $pub_b;
is(hkdf($shared, framed('accountmatch agree v1', 'a and b', pack('N', 1), $low, $high), 32), substr($agreed, 208, 32), 'the agreed key');
my $code = unpack 'H32', hmac(substr($agreed, 208, 32), framed('accountmatch confirm v1', 'a and b', $pub_a, $pub_b));
is($a->safe_psql('postgres', "SELECT confirmation_code('deal')"), join('-', $code =~ /(.{4})/g), 'confirmation code');
my $digits = hkdf($low . $high, framed('accountmatch fingerprint v1'), 60);
is($a->safe_psql('postgres', "SELECT key_fingerprint('deal')"),
	join(' ', map { my ($h, $l) = unpack 'CN', $_; sprintf '%05d', ($h * 2**32 + $l) % 100000 } unpack '(a5)*', $digits), 'fingerprint');

done_testing();
