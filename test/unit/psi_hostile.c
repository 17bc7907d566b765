/*
 * psi_hostile.c
 *		Sessions of private set intersection with a third party, or with a peer
 *		who does not follow the protocol. Prints TAP.
 */
#include <openssl/evp.h>

#include "psi_peer.h"

/* File n of the session, changed, is refused for this reason */
static void
refused(session *s, int n, acm_bytes file, acm_psi_fault fault, const char *error, const char *what)
{
	int			side = n % 2 == 0 ? 0 : 1;
	acm_psi    *psi = acm_psi_new(&keys[side], NULL, NULL);
	acm_bytes	state,
				out = {NULL, 0};
	acm_psi_fault got = ACM_PSI_NO_FAULT;
	bool		passed;

	if (!acm_psi_save(s->side[side], &state) || !acm_psi_load(psi, state))
		abort();
	passed = acm_psi_next(psi, file, &no_limits, &out);
	acm_psi_error(psi, &got);
	ok(!passed && got == fault && strstr(acm_psi_error(psi, NULL), error) && out.len == 0, what);
	if (passed || got != fault || !strstr(acm_psi_error(psi, NULL), error))
		printf("# %s: fault %d, %s\n", passed ? "passed" : "failed", got, acm_psi_error(psi, NULL));
	acm_psi_free(psi);
}

/* A file with a byte changed */
static acm_bytes
flipped(acm_bytes file, size_t at, uint8_t bits)
{
	acm_bytes	f = copy(file);

	((uint8_t *) f.data)[at] ^= bits;
	return f;
}

/* Somebody without the key: he can write the folder, and change or cut what lies there */
static void
test_third_party(void)
{
	for (int n = 2; n <= 9; n++)
	{
		session		s = run_to(&all_terms, n, false);
		int			side = n % 2 == 0 ? 0 : 1;
		acm_bytes	state;
		int			passed = 0;
		int			ended = 0;
		size_t		len = s.file[n].len;

		if (!acm_psi_save(s.side[side], &state))
			abort();
		for (size_t at = 0; at < len + 8; at += at < 300 ? 1 : 37)
		{
			acm_psi    *psi = acm_psi_new(&keys[side], NULL, NULL);
			acm_bytes	out,
						bad = at < len ? flipped(s.file[n], at, (uint8_t) (1 << at % 8)) : copy(s.file[n]);
			acm_psi_fault fault;

			if (!acm_psi_load(psi, state))
				abort();
			/* at the end: cut, or longer */
			if (at >= len)
			{
				bad.data = realloc((void *) bad.data, len + 8);
				((uint8_t *) bad.data)[len] = 0;
				bad.len = at == len ? len + 1 : len - (at - len);
			}
			passed += acm_psi_next(psi, bad, &no_limits, &out);
			acm_psi_error(psi, &fault);
			ended += fault != ACM_PSI_MALFORMED && fault != ACM_PSI_FORGED;
			acm_psi_free(psi);
		}
		ok(passed == 0 && ended == 0, "no byte of a file can be changed, and who tries does not end the session");
		ok(step(&s, n), "which goes on with the genuine file");
	}
}

/* The other side itself, with the key: manifests */
static void
test_manifests(void)
{
	session		s = run_to(&all_terms, 5, false);
	session		t = run_to(&all_terms, 5, false);
	acm_bytes	f;

	refused(&s, 5, reseal(0, flipped(s.file[5], 15, 3)), ACM_PSI_WRONG_FILE, "normalization epoch 2", "another epoch");
	refused(&s, 5, reseal(0, flipped(s.file[5], 16, 1)), ACM_PSI_WRONG_FILE, "another session", "another session id");
	refused(&s, 5, reseal(0, flipped(s.file[5], 48, 1)), ACM_PSI_WRONG_FILE, "does not follow", "another file before");
	refused(&s, 5, reseal(0, flipped(s.file[5], 80, 1)), ACM_PSI_WRONG_FILE, "another session", "another offer");
	refused(&s, 5, reseal(0, flipped(s.file[5], 10, 1)), ACM_PSI_MALFORMED, "does not write", "something in reserved bytes");
	refused(&s, 5, t.file[5], ACM_PSI_WRONG_FILE, "another session", "the same file of another session");
	refused(&s, 5, s.file[3], ACM_PSI_WRONG_FILE, "file 5 is what comes next", "a file again");
	refused(&s, 5, s.file[4], ACM_PSI_FORGED, "our own side", "our own file");
	refused(&s, 5, reseal(0, flipped(s.file[5], 144, 1)), ACM_PSI_FORGED, "not from the other side of this key", "a file from somebody else");
	refused(&s, 5, reseal(0, flipped(s.file[5], 177, 1)), ACM_PSI_FORGED, "not from the other side of this key", "a file to somebody else");
	f = copy(s.file[5]);
	f.len--;
	refused(&s, 5, f, ACM_PSI_MALFORMED, "it is cut off", "a file cut off");
	f = copy(s.file[5]);
	((uint8_t *) f.data)[191]--;
	refused(&s, 5, f, ACM_PSI_MALFORMED, "something follows its end", "a file with something behind");
	f = copy(s.file[4]);
	memcpy((uint8_t *) f.data + 112, keys[0].own_public, 33);
	memcpy((uint8_t *) f.data + 145, keys[1].own_public, 33);
	refused(&s, 5, f, ACM_PSI_FORGED, "changed on its way", "our own file under the other's name");
	s = begin(&all_terms, false);
	t = begin(&all_terms, false);
	refused(&s, 2, t.file[2], ACM_PSI_WRONG_FILE, "another session", "a replayed answer");
	refused(&s, 2, reseal(1, flipped(s.file[2], 256, 1)), ACM_PSI_BREACH, "session id", "a nonce that is not in the session id");
}

/* Where the points begin in file 2 or 3, and their number in all */
static uint8_t *
points_of(acm_bytes file, int n, acm_psi_kind kind, uint32_t *count)
{
	uint8_t    *p = (uint8_t *) file.data + 256 + (n == 2 ? 32 : 0);

	for (int k = 0;; k++)
	{
		*count = (uint32_t) p[2] << 8 | p[3];
		if (k == (int) kind)
			return p + 4;
		p += 4 + 64 * *count;
	}
}

/* For qsort */
static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 64);
}

/* The other side itself: points */
static void
test_points(void)
{
	session		s = begin(&all_terms, false);
	uint32_t	n,
				m;
	acm_bytes	f;
	uint8_t    *p;
	uint8_t		swap[64];

	f = copy(s.file[2]);
	p = points_of(f, 2, ACM_PSI_DOMAIN, &n);
	p[64 * (n - 1) + 63] ^= 1;
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "no point of P-256", "a point off the curve");
	f = copy(s.file[2]);
	p = points_of(f, 2, ACM_PSI_DOMAIN, &n);
	memcpy(p + 64 * (n - 1), bytes("ffffffff00000001000000000000000000000001000000000000000000000004459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc").data, 64);
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "no point of P-256", "x = p + 5");
	f = copy(s.file[2]);
	p = points_of(f, 2, ACM_PSI_DOMAIN, &n);
	memset(p, 0, 64);
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "point 1 of kind domain is no point of P-256", "zeros for the point at infinity");
	f = copy(s.file[2]);
	p = points_of(f, 2, ACM_PSI_DOMAIN, &n);
	memcpy(p + 64, p, 64);
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "point 2 of kind domain is not above", "a point twice");
	f = copy(s.file[2]);
	p = points_of(f, 2, ACM_PSI_DOMAIN, &n);
	memcpy(swap, p, 64);
	memcpy(p, p + 64, 64);
	memcpy(p + 64, swap, 64);
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "not above", "points in another order");
	f = copy(s.file[2]);
	points_of(f, 2, ACM_PSI_DOMAIN, &n)[-1]++;
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "", "more points said than there");
	f = copy(s.file[2]);
	f.len -= 64;
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "fewer than it says", "a point less");
	f = copy(s.file[2]);
	f.data = realloc((void *) f.data, f.len + 1);
	((uint8_t *) f.data)[f.len++] = 0;
	refused(&s, 2, reseal(1, f), ACM_PSI_BREACH, "something follows", "a byte more");
	refused(&s, 2, reseal(1, (acm_bytes) {s.file[2].data, 256}), ACM_PSI_BREACH, "cut off", "no body");

	/* what the answerer sent comes back from the opener */
	s = run_to(&all_terms, 3, false);
	f = copy(s.file[3]);
	p = points_of(f, 3, ACM_PSI_DOMAIN, &n);
	memcpy(p, points_of(s.file[2], 2, ACM_PSI_DOMAIN, &m), 64 * n);
	refused(&s, 3, reseal(0, f), ACM_PSI_BREACH, "one of ours, sent back", "own points sent back, as many as the offer said");
	f = copy(s.file[3]);
	p = points_of(f, 3, ACM_PSI_DOMAIN, &n);
	memcpy(p, points_of(s.file[2], 2, ACM_PSI_DOMAIN, &m), 64 * (n / 2));
	qsort(p, n, 64, by_bytes);
	refused(&s, 3, reseal(0, f), ACM_PSI_BREACH, "one of ours, sent back", "half of them, sorted among others");
	f = copy(s.file[3]);
	points_of(f, 3, ACM_PSI_ID, &n)[-1] = 0;
	memmove((uint8_t *) f.data + 260, (uint8_t *) f.data + 260 + 64, f.len - 260 - 64);
	f.len -= 64;
	refused(&s, 3, reseal(0, f), ACM_PSI_BREACH, "the offer said 1", "fewer points than the offer said");
}

/* The tag of a role for a point of kind domain, as the protocol's text has it */
static void
known_tag(const acm_psi *psi, int role, const uint8_t *point, uint8_t out[16])
{
	uint8_t		who = (uint8_t) role;
	acm_bytes	fields[] = {string("accountmatch psi tag v1"), {psi->sid, 32}, string("domain"), {&who, 1}, {point, 64}};
	uint8_t		hash[32];

	if (!acm_sha256_fields(fields, 5, hash))
		abort();
	memcpy(out, hash, 16);
}

/*
 * The other side itself: c P. The opener, who sends points second, sends the
 * answerer's, each times c. He learns nothing and proves nothing.
 */
static void
test_multiplied_points(void)
{
	acm_psi_terms terms = all_terms;
	session		s;
	uint8_t		c[32] = {[31] = 7};
	acm_scalar *scalar = acm_scalar_open(c);
	acm_psi    *a;
	acm_psi_facts facts;
	uint32_t	n,
				m;
	const uint8_t *points[2];
	bool		learnt = false;

	terms.kinds = 1 << ACM_PSI_DOMAIN;
	terms.reveal = 0;
	terms.payload = 0;
	s = run_to(&terms, 3, false);
	a = s.side[0];
	n = a->count[0][ACM_PSI_DOMAIN];
	points[1] = points_of(s.file[2], 2, 0, &m);
	/* file 3 anew, with c P for points, and tags of what he can compute: c P again */
	for (uint32_t i = 0; i < n; i++)
		if (acm_curve_evaluate(a->curve, points[1] + 64 * i, scalar, a->side[ACM_PSI_DOMAIN].points + 64 * i) != ACM_POINT_OK)
			abort();
	qsort(a->side[ACM_PSI_DOMAIN].points, n, 64, by_bytes);
	for (uint32_t k = 0; k < m; k++)
		known_tag(a, 1, k < n ? a->side[ACM_PSI_DOMAIN].points + 64 * k : points[1] + 64 * k, a->side[ACM_PSI_DOMAIN].reply + 16 * k);
	if (setjmp(a->failed) == 0)
	{
		acm_buffer	file;

		a->step = 2;
		if (!acm_sha256_fields(&s.file[2], 1, a->last))
			abort();
		acm_psi_begin_file(a, &file);
		acm_psi_put_points(a, &file);
		acm_psi_commit(a);
		acm_put(&file, a->commitment[0], 32);
		s.file[3] = copy(acm_psi_end_file(a, &file));
	}
	ok(step(&s, 3) && step(&s, 4), "c P for every point looks like any points");
	ok(step(&s, 5), "and tags for what the opener can compute look like any tags");
	acm_psi_tell(s.side[1], &facts);
	ok(facts.finished && facts.common[ACM_PSI_DOMAIN] == 0, "but to the answerer nothing is common");
	a = s.side[0];
	/* what the opener can make of the answerer's tags: points that he knows are P, c P */
	points[0] = points_of(s.file[3], 3, 0, &m);
	for (uint32_t k = 0; k < 2 * n; k++)
		for (int role = 1; role <= 2; role++)
		{
			uint8_t		tag[16];

			known_tag(a, role, k < n ? points[1] + 64 * k : points[0] + 64 * (k - n), tag);
			for (uint32_t i = 0; i < n; i++)
				learnt |= memcmp(tag, (const uint8_t *) s.file[6].data + 256 + 32 + 4 + 16 * i, 16) == 0;
		}
	ok(!learnt, "and no tag of the answerer's is of a point that the opener knows");
	acm_scalar_close(scalar);
}

/* The other side itself: commitments and tags */
static void
test_tags(void)
{
	session		s = run_to(&all_terms, 4, false);
	acm_bytes	f;
	acm_psi    *b;
	uint32_t	n;
	bool		echoes = true;

	f = copy(s.file[4]);
	memcpy((uint8_t *) f.data + 256, (const uint8_t *) s.file[3].data + s.file[3].len - 32, 32);
	refused(&s, 4, reseal(1, f), ACM_PSI_BREACH, "a copy of ours", "a copied commitment");

	s = run_to(&all_terms, 5, false);
	refused(&s, 5, reseal(0, flipped(s.file[5], 256, 1)), ACM_PSI_BREACH, "committed to", "other random bytes than committed to");
	refused(&s, 5, reseal(0, flipped(s.file[5], s.file[5].len - 1, 1)), ACM_PSI_BREACH, "committed to", "other tags than committed to");
	s = run_to(&all_terms, 6, false);
	f = copy(s.file[6]);
	memcpy((uint8_t *) f.data + 256, (const uint8_t *) s.file[5].data + 256, 32);
	refused(&s, 6, reseal(1, f), ACM_PSI_BREACH, "committed to", "our opening sent back as theirs");
	f = copy(s.file[6]);
	memcpy((uint8_t *) f.data + 256 + 32, (const uint8_t *) s.file[5].data + 256 + 32, s.file[5].len - 256 - 32);
	refused(&s, 6, reseal(1, f), ACM_PSI_BREACH, "", "our tags sent back as theirs");

	/* even committed to, an echo proves nothing: the tags of one role are not those of the other */
	b = s.side[1];
	for (int kind = 0; kind < 3; kind++)
		for (uint32_t k = 0; k < b->count[1][kind]; k++)
			for (uint32_t j = 0; j < b->count[1][kind]; j++)
				echoes &= memcmp(b->side[kind].reply + 16 * k, b->side[kind].expected + 16 * j, 16) != 0;
	ok(echoes, "what a side says is never what it waits for");

	/* one tag in every row, committed to */
	s = run_to(&all_terms, 3, false);
	if (!step(&s, 3))
		abort();
	b = s.side[1];
	n = b->count[1][ACM_PSI_DOMAIN];
	for (uint32_t k = 1; k < n; k++)
		memcpy(b->side[ACM_PSI_DOMAIN].reply + 16 * k, b->side[ACM_PSI_DOMAIN].reply, 16);
	acm_psi_commit(b);
	memcpy((uint8_t *) s.file[4].data + 256, b->commitment[1], 32);
	s.file[4] = reseal(1, s.file[4]);
	if (!acm_sha256_fields(&s.file[4], 1, b->last) || !step(&s, 4) || !step(&s, 5))
		abort();
	refused(&s, 6, s.file[6], ACM_PSI_BREACH, "are the same", "one tag in every row");
}

/*
 * The other side itself: a permuted reply, and then the reveal of what would
 * be a common row by it. Committed to, and consistent in all that follows.
 */
static void
test_permuted(void)
{
	acm_psi_terms terms = all_terms;
	session		s;
	acm_psi    *b;
	acm_psi_side *side;
	uint8_t		tag[16];
	uint32_t	from,
				to;
	acm_bytes	out;

	terms.kinds = 1 << ACM_PSI_DOMAIN;
	s = run_to(&terms, 3, false);
	if (!step(&s, 3))
		abort();
	b = s.side[1];
	side = &b->side[ACM_PSI_DOMAIN];
	/* which rows of the opener are common the answerer learns later; here a run to its end tells in advance */
	{
		acm_psi    *seer = acm_psi_new(&keys[1], NULL, NULL);
		acm_psi    *honest = acm_psi_new(&keys[0], NULL, NULL);
		acm_bytes	state;

		if (!acm_psi_save(b, &state) || !acm_psi_load(seer, state) ||
			!acm_psi_save(s.side[0], &state) || !acm_psi_load(honest, state) ||
			!acm_psi_next(honest, s.file[4], &no_limits, &out) || !acm_psi_next(seer, out, &no_limits, &out))
			abort();
		from = seer->side[ACM_PSI_DOMAIN].pairs[0].theirs;
		for (to = 0;; to++)
		{
			bool		taken = false;

			for (uint32_t j = 0; j < seer->side[ACM_PSI_DOMAIN].npairs; j++)
				taken |= seer->side[ACM_PSI_DOMAIN].pairs[j].theirs == to;
			if (!taken)
				break;
		}
		acm_psi_free(seer);
		acm_psi_free(honest);
	}
	memcpy(tag, side->reply + 16 * from, 16);
	memcpy(side->reply + 16 * from, side->reply + 16 * to, 16);
	memcpy(side->reply + 16 * to, tag, 16);
	acm_psi_commit(b);
	memcpy((uint8_t *) s.file[4].data + 256, b->commitment[1], 32);
	s.file[4] = reseal(1, s.file[4]);
	if (!acm_sha256_fields(&s.file[4], 1, b->last) || !step(&s, 4))
		abort();
	/* the answerer takes the tags in, then makes its rows those that the opener will see */
	b = s.side[1] = reload(s.side[1], 1);
	side = &b->side[ACM_PSI_DOMAIN];
	if (setjmp(b->failed) == 0)
	{
		acm_source	in = acm_psi_open_file(b, s.file[5]);
		acm_buffer	file;
		acm_psi_pair moved;

		acm_psi_take_tags(b, &in);
		for (uint32_t j = 0; j < side->npairs; j++)
			if (side->pairs[j].theirs == from)
				side->pairs[j].theirs = to;
		for (uint32_t i = 0; i < side->npairs; i++)
			for (uint32_t j = i + 1; j < side->npairs; j++)
				if (side->pairs[j].theirs < side->pairs[i].theirs)
				{
					moved = side->pairs[i];
					side->pairs[i] = side->pairs[j];
					side->pairs[j] = moved;
				}
		acm_psi_begin_file(b, &file);
		acm_psi_put_tags(b, &file);
		acm_psi_put_reveal_points(b, &file);
		s.file[6] = copy(acm_psi_end_file(b, &file));
	}
	ok(step(&s, 6), "the opener takes a permuted reply for true");
	if (setjmp(b->failed) == 0)
	{
		acm_source	in = acm_psi_open_file(b, s.file[7]);
		acm_buffer	file;

		acm_psi_take_reveal_points(b, &in);
		if (setjmp(b->failed) == 0)
		{
			acm_psi_take_confirmations(b, &in);
			ok(false, "the opener's confirmation of a row that is not common does not fit");
		}
		else
			ok(true, "the opener's confirmation of a row that is not common does not fit");
		if (setjmp(b->failed) == 0)
		{
			acm_psi_begin_file(b, &file);
			acm_psi_put_confirmations(b, &file);
			acm_psi_put_payloads(b, &file);
			s.file[8] = copy(acm_psi_end_file(b, &file));
		}
	}
	refused(&s, 8, s.file[8], ACM_PSI_BREACH, "does not confirm", "and the session ends before the opener's payloads leave");
}

/* File 8 with another plaintext in the last payload, sealed under its key */
static acm_bytes
with_payload(session *s, const char *text, size_t len)
{
	acm_bytes	file = copy(s->file[8]);
	uint8_t    *p = (uint8_t *) file.data + file.len - 144;
	const acm_psi_side *side = &s->side[1]->side[ACM_PSI_NAME];
	static const uint8_t nonce[12];
	uint8_t		plain[128] = {0};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int			n;

	memcpy(plain, text, len);
	if (!EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), side->secrets[side->npairs - 1].key[1], nonce, NULL) ||
		!EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *) "accountmatch psi payload v1", 27) ||
		!EVP_EncryptUpdate(ctx, p, &n, plain, sizeof plain) ||
		!EVP_EncryptFinal_ex(ctx, p + n, &n) ||
		!EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, p + sizeof plain))
		abort();
	EVP_CIPHER_CTX_free(ctx);
	return reseal(1, file);
}

/*
 * The other side itself, in the second round: for a row whose key he does not
 * know he offers the point of one that he knows. The shared points are then
 * known to him; the secrets must not be.
 */
static void
test_reveal_crossed(void)
{
	session		s = run_to(&all_terms, 7, false);
	acm_bytes	f = copy(s.file[7]);
	uint8_t    *p = (uint8_t *) f.data + 256;
	uint8_t		point[64];

	/* 1 id, then 3 domains: the first and the second domain's points change places */
	memcpy(point, p + 4 + 64 + 4, 64);
	memcpy(p + 4 + 64 + 4, p + 4 + 64 + 4 + 64, 64);
	memcpy(p + 4 + 64 + 4 + 64, point, 64);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "does not confirm", "reveal points of other rows");
	f = copy(s.file[7]);
	memcpy((uint8_t *) f.data + 256 + 4, (const uint8_t *) s.file[6].data + s.file[6].len - 32 - 2 * 64 - 4 - 3 * 64 - 4 - 64, 64);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "ours, sent back", "our reveal point sent back");
	f = flipped(s.file[7], 256 + 4 + 64 + 4 + 3 * 64 + 4 + 2 * 64, 1);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "not those that are", "other rows taken for common");
	f = flipped(s.file[7], s.file[7].len - 1, 1);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "does not confirm", "a wrong confirmation");
	f = flipped(s.file[7], 256 + 4 + 63, 1);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "no point of P-256", "a reveal point off the curve");
	f = flipped(s.file[7], 256 + 3, 3);
	refused(&s, 7, reseal(0, f), ACM_PSI_BREACH, "and there are 1", "rows that are not common");

	s = run_to(&all_terms, 8, false);
	f = flipped(s.file[8], s.file[8].len - 1, 1);
	refused(&s, 8, reseal(1, f), ACM_PSI_BREACH, "does not open", "a payload that does not open");
	f = copy(s.file[8]);
	f.data = realloc((void *) f.data, f.len + 144);
	memset((uint8_t *) f.data + f.len, 0, 144);
	f.len += 144;
	((uint8_t *) f.data)[f.len - 144 - 2 * 144 - 1]++;
	refused(&s, 8, reseal(1, f), ACM_PSI_BREACH, "it tells of 3 common keys of kind name, and there are 2", "a payload for a row that is not common");
	f = copy(s.file[8]);
	memcpy((uint8_t *) f.data + f.len - 144, (const uint8_t *) f.data + f.len - 288, 144);
	refused(&s, 8, reseal(1, f), ACM_PSI_BREACH, "does not open", "the payload of another row");

	/* sealed well, but not what it should be */
	s = run_to(&all_terms, 8, false);
	refused(&s, 8, with_payload(&s, "\0\1\0\1\0\2b1\0\5\033[31m", 15), ACM_PSI_BREACH, "form of one", "a payload with control characters");
	refused(&s, 8, with_payload(&s, "\0\1\0\1\0\2b1\0\2\xc3\x28", 12), ACM_PSI_BREACH, "form of one", "a payload that is not UTF-8");
	refused(&s, 8, with_payload(&s, "\0\1\0\2\0\2b1\0\1x\0\2b2\0\1y", 18), ACM_PSI_BREACH, "form of one", "more accounts told than counted");
	refused(&s, 8, with_payload(&s, "\0\1\0\1\0\2b1\1\0x", 11), ACM_PSI_BREACH, "form of one", "a text that is longer than the payload");
	refused(&s, 8, with_payload(&s, "\0\1\0\1\0\2b1\0\1xy", 12), ACM_PSI_BREACH, "form of one", "something behind the last account");
	refused(&s, 8, with_payload(&s, "\0\0\0\0", 4), ACM_PSI_BREACH, "form of one", "no account");
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_keys();
	test_third_party();
	test_manifests();
	test_points();
	test_multiplied_points();
	test_tags();
	test_permuted();
	test_reveal_crossed();
	return done_testing();
}
