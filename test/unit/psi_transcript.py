#!/usr/bin/env python3
"""Private set intersection once more, made from doc/psi.md alone: the standard library for hashes and
numbers, the openssl command line for AES. Computes all files of the document's transcript and compares
them, byte by byte, with those that the product wrote (DIR), and their digests with the document's.

usage: psi_transcript.py DIR doc/psi.md     prints TAP
"""
import hashlib
import hmac
import re
import struct
import subprocess
import sys

# --- P-256 (SP 800-186, 3.2.1.3), affine

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(p, q):
    if p is None or q is None:
        return q if p is None else p
    if p == q:
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P)
    elif p[0] == q[0]:
        return None
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def mul(k, p):
    r = None
    while k:
        if k & 1:
            r = add(r, p)
        p = add(p, p)
        k >>= 1
    return r


def point_bytes(p):
    return p[0].to_bytes(32, 'big') + p[1].to_bytes(32, 'big')


def compressed(p):
    return bytes([2 + (p[1] & 1)]) + p[0].to_bytes(32, 'big')


# --- RFC 9380: expand_message_xmd, hash_to_field, the simplified SWU map as section 6.6.2 has it

def expand_message(msg, dst, n):
    dst_prime = dst + bytes([len(dst)])
    b0 = hashlib.sha256(bytes(64) + msg + struct.pack('>HB', n, 0) + dst_prime).digest()
    b = hashlib.sha256(b0 + b'\1' + dst_prime).digest()
    out = b
    i = 2
    while len(out) < n:
        b = hashlib.sha256(bytes(x ^ y for x, y in zip(b0, b)) + bytes([i]) + dst_prime).digest()
        out += b
        i += 1
    return out[:n]


def square_root(x):
    r = pow(x, (P + 1) // 4, P)
    return r if r * r % P == x else None


def sswu(u):
    z = P - 10
    t = (z * z * pow(u, 4, P) + z * u * u) % P
    x1 = B * pow(z * A, -1, P) % P if t == 0 else -B * pow(A, -1, P) * (1 + pow(t, -1, P)) % P
    for x in (x1, z * u * u * x1 % P):
        y = square_root((x * x * x + A * x + B) % P)
        if y is not None:
            return x, y if y % 2 == u % 2 else P - y
    raise AssertionError


def hash_to_curve(msg, dst):
    uniform = expand_message(msg, dst, 96)
    u = [int.from_bytes(uniform[i:i + 48], 'big') % P for i in (0, 48)]
    return add(sswu(u[0]), sswu(u[1]))


# --- RFC 9497: DeriveKeyPair, mode 0

def derive_scalar(seed, info):
    for counter in range(256):
        msg = seed + struct.pack('>H', len(info)) + info + bytes([counter])
        s = int.from_bytes(expand_message(msg, b'DeriveKeyPairOPRFV1-\0-P256-SHA256', 48), 'big') % N
        if s:
            return s
    raise AssertionError


# --- the document's notation

def u32(n):
    return struct.pack('>I', n)


def frame(*fields):
    return b''.join(u32(len(f)) + f for f in (f.encode() if isinstance(f, str) else f for f in fields))


def H(*fields):
    return hashlib.sha256(frame(*fields)).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(material, n, *info):
    prk = hmac_sha256(bytes(32), material)
    out = t = b''
    i = 1
    while len(out) < n:
        t = hmac_sha256(prk, t + frame(*info) + bytes([i]))
        out += t
        i += 1
    return out[:n]


def openssl(cipher, key, data, *more):
    return subprocess.run(['openssl', 'enc', '-' + cipher, '-K', key.hex(), '-nopad', *more],
                          input=data, stdout=subprocess.PIPE, check=True).stdout


def gcm_seal(key, plain, aad):
    """AES-256-GCM (SP 800-38D) with a nonce of 12 zero bytes, made of ECB and CTR"""
    h = int.from_bytes(openssl('aes-256-ecb', key, bytes(16)), 'big')
    cipher = openssl('aes-256-ctr', key, plain, '-iv', (bytes(15) + b'\2').hex())

    def gmul(x, y):
        z = 0
        for i in range(128):
            if x >> (127 - i) & 1:
                z ^= y
            y = y >> 1 ^ (0xe1 << 120 if y & 1 else 0)
        return z

    def padded(b):
        return b + bytes(-len(b) % 16)

    s = 0
    data = padded(aad) + padded(cipher) + struct.pack('>QQ', 8 * len(aad), 8 * len(cipher))
    for i in range(0, len(data), 16):
        s = gmul(s ^ int.from_bytes(data[i:i + 16], 'big'), h)
    mask = openssl('aes-256-ecb', key, bytes(15) + b'\1')
    return cipher + bytes(a ^ b for a, b in zip(mask, s.to_bytes(16, 'big')))


# --- the transcript's inputs

LABEL = b'acme and globex'
EPOCH = u32(1)
KINDS = ['id', 'domain', 'name']
SECRETS = [0xc88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433,
           0xc6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53]
LISTS = [
    [('a1', 'Siemens AG', {'domain': 'siemens.com', 'name': 'siemens'}),
     ('a2', 'Contoso Ltd', {'domain': 'contoso.com', 'name': 'contoso'}),
     ('a3', 'Some Person', {'name': 'someperson'}),
     ('a4', 'GLEIF', {'id': 'lei:506700GE1G29325QX363', 'name': 'gleif'}),
     ('a5', 'Kansas Survey', {'domain': 'kgs.ku.edu', 'name': 'kansassurvey'}),
     ('a6', 'Bücher GmbH', {'domain': 'xn--bcher-kva.de', 'name': 'bucher'}),
     ('a7', None, {}),
     ('a8', 'Siemens Erlangen', {'domain': 'siemens.com', 'name': 'siemenserlangen'})],
    [('b1', 'SIEMENS', {'domain': 'siemens.com', 'name': 'siemens'}),
     ('b2', 'Fabrikam', {'domain': 'fabrikam.com', 'name': 'fabrikam'}),
     ('b3', 'Other Person', {'name': 'otherperson'}),
     ('b4', 'Gleif Foundation', {'id': 'lei:506700GE1G29325QX363', 'name': 'gleiffoundation'}),
     ('b5', 'University', {'domain': 'ku.edu', 'name': 'university'}),
     ('b6', 'Buecher', {'domain': 'xn--bcher-kva.de', 'name': 'buecher'}),
     ('b7', 'Contoso', {'domain': 'contoso.com', 'name': 'contoso'}),
     ('b8', None, {})]]
PAYLOAD = 128
NONCE = [bytes([0x10 + i]) * 32 for i in (0, 1)]
SEED = [bytes([0x20 + i]) * 32 for i in (0, 1)]
SALT = [bytes([0x30 + i]) * 32 for i in (0, 1)]

# --- the agreed key (README: the format of keys)

public = [compressed(mul(s, G)) for s in SECRETS]
shared = mul(SECRETS[0] * SECRETS[1] % N, G)[0].to_bytes(32, 'big')
K = expand(shared, 32, 'accountmatch agree v1', LABEL, EPOCH, *sorted(public))


def MAC(*fields):
    return hmac_sha256(K, frame(*fields))


# --- the session

sets = [{k: {} for k in KINDS} for _ in (0, 1)]
for side in (0, 1):
    for account in LISTS[side]:
        for kind, key in account[2].items():
            sets[side][kind].setdefault(key, []).append(account)

terms = struct.pack('>BBHIII', 7, 1, 3, 2, 2, PAYLOAD) + b''.join(u32(len(sets[0][k])) for k in KINDS)
sid = H('accountmatch psi session v1', 'P256_XMD:SHA-256_SSWU_RO_', EPOCH, *public, LABEL, *NONCE, terms)

files = []


def send(body):
    step = len(files) + 1
    side = (step + 1) % 2
    head = (b'acmpsi01' + bytes([step, side + 1, 0, 0]) + EPOCH + (sid if step > 1 else bytes(32)) +
            (H(files[-1]) if files else bytes(32)) + (H(files[0]) if files else bytes(32)) +
            public[side] + public[1 - side] + bytes(6) + struct.pack('>Q', len(body)) + H(body))
    key = expand(K, 32, 'accountmatch psi manifest v1', LABEL, EPOCH, public[side], public[1 - side])
    files.append(head + hmac_sha256(key, frame(head)) + body)


def scalar(side, name, kind, *more):
    return derive_scalar(SEED[side], frame(name, sid, bytes([side + 1]), kind, *more))


own = [{}, {}]  # per kind: (point, key), sorted by the point's bytes
for side in (0, 1):
    for kind in KINDS:
        s = scalar(side, 'accountmatch psi scalar v1', kind)
        dst = b'accountmatch-psi-v1-' + kind.encode() + b'-P256_XMD:SHA-256_SSWU_RO_'
        points = [(mul(s, hash_to_curve(MAC('accountmatch psi input v1', kind, key), dst)), key) for key in sets[side][kind]]
        own[side][kind] = sorted(points, key=lambda p: point_bytes(p[0]))


def points_block(side):
    return b''.join(u32(len(own[side][k])) + b''.join(point_bytes(p) for p, _ in own[side][k]) for k in KINDS)


def tag(kind, role, point):
    return H('accountmatch psi tag v1', sid, kind, bytes([role]), point_bytes(point))[:16]


doubly = [{k: [mul(scalar(side, 'accountmatch psi scalar v1', k), p) for p, _ in own[1 - side][k]] for k in KINDS}
          for side in (0, 1)]


def tags_block(side):
    return b''.join(u32(len(doubly[side][k])) + b''.join(tag(k, side + 1, q) for q in doubly[side][k]) for k in KINDS)


def commitment(side):
    return H('accountmatch psi commitment v1', sid, bytes([side + 1]), H(points_block(0)), H(points_block(1)),
             H(tags_block(side)), SALT[side])


# common rows as the opener sees them, and as the answerer does
def rows_seen(side):
    rows = {}
    for k in KINDS:
        said = [tag(k, 2 - side, q) for q in doubly[1 - side][k]]
        waited = {tag(k, 2 - side, q): i for i, q in enumerate(doubly[side][k])}
        found = [(i, waited[t]) for i, t in enumerate(said) if t in waited]
        rows[k] = sorted(found if side == 0 else [(b, a) for a, b in found])
    return rows


common = rows_seen(0)
same_rows = common == rows_seen(1)


def row_bytes(row):
    return u32(row[0]) + u32(row[1])


def reveal_input(side, kind, row):
    return MAC('accountmatch psi reveal v1', sid, kind, own[side][kind][row[side]][1])


REVEAL = b'accountmatch-psi-v1-reveal-P256_XMD:SHA-256_SSWU_RO_'
reveal_scalars = [{k: [scalar(side, 'accountmatch psi reveal scalar v1', k, row_bytes(r)) for r in common[k]] for k in KINDS} for side in (0, 1)]
reveal_points = [{k: [mul(s, hash_to_curve(reveal_input(side, k, r), REVEAL)) for s, r in zip(reveal_scalars[side][k], common[k])]
                  for k in KINDS} for side in (0, 1)]


def reveal_block(side):
    pairs = b''.join(u32(len(common[k])) + b''.join(row_bytes(r) for r in common[k]) for k in KINDS)
    return (b''.join(u32(len(common[k])) + b''.join(point_bytes(p) for p in reveal_points[side][k]) for k in KINDS) +
            H('accountmatch psi pairs v1', sid, pairs))


def secrets(kind, j):
    row = common[kind][j]
    z = mul(reveal_scalars[0][kind][j], reveal_points[1][kind][j])
    return expand(point_bytes(z) + reveal_input(0, kind, row), 96, 'accountmatch psi reveal key v1', sid, kind, row_bytes(row),
                  point_bytes(reveal_points[0][kind][j]), point_bytes(reveal_points[1][kind][j]))


def confirmations(side):
    return b''.join(u32(len(common[k])) + b''.join(secrets(k, j)[16 * side:16 * side + 16] for j in range(len(common[k]))) for k in KINDS)


def payload(side, kind, row):
    accounts = sets[side][kind][own[side][kind][row[side]][1]]
    told = b''
    for n, account in enumerate(accounts):
        one = b''.join(b'\xff\xff' if f is None else struct.pack('>H', len(f.encode())) + f.encode() for f in account[:2])
        if len(told) + len(one) > PAYLOAD - 4:
            break
        told += one
    else:
        n = len(accounts)
    plain = struct.pack('>HH', len(accounts), n) + told
    return plain + bytes(PAYLOAD - len(plain))


def payloads(side):
    out = b''
    for k in KINDS:
        out += u32(len(common[k]))
        for j, row in enumerate(common[k]):
            key = secrets(k, j)[32 + 32 * side:64 + 32 * side]
            out += gcm_seal(key, payload(side, k, row), b'accountmatch psi payload v1')
    return out


send(NONCE[0] + frame(LABEL) + terms)
send(NONCE[1] + points_block(1))
send(points_block(0) + commitment(0))
send(commitment(1))
send(SALT[0] + tags_block(0))
send(SALT[1] + tags_block(1) + reveal_block(1))
send(reveal_block(0) + confirmations(0))
send(confirmations(1) + payloads(1))
send(payloads(0))

# --- TAP

tests = failures = 0


def ok(good, what):
    global tests, failures
    tests += 1
    failures += not good
    print(('' if good else 'not ') + 'ok %d - %s' % (tests, what))


documented = dict(re.findall(r'^\| ([1-9]) \| `([0-9a-f]{64})` \|$', open(sys.argv[2], encoding='utf-8').read(), re.M))
ok(same_rows, 'both sides see the same common rows')
ok([own[0][k][r[0]][1] for k in KINDS for r in common[k]] == [own[1][k][r[1]][1] for k in KINDS for r in common[k]], 'which have the same keys')
for i, made in enumerate(files, 1):
    written = open('%s/%d' % (sys.argv[1], i), 'rb').read()
    ok(made == written, 'file %d of the transcript is the same, byte for byte' % i)
    ok(documented.get(str(i)) == hashlib.sha256(made).hexdigest(), 'and has the digest that the document gives')
print('1..%d' % tests)
sys.exit(failures > 0)
