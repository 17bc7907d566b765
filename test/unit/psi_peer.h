/*
 * psi_peer.h
 *		Both sides of a session in one program, over two short lists, and what
 *		a hostile one of them needs. For the unit tests and the fuzzers; one
 *		source file a program.
 */
#ifndef ACM_TEST_PSI_PEER_H
#define ACM_TEST_PSI_PEER_H

#include "exchange/psi_int.h"
#include "tap.h"

static acm_key_record keys[2];	/* the opener's, the answerer's record of the agreed key */

static const acm_psi_limits no_limits = {1000000, 1, 1000000};

/* An agreed key, made of fixed secrets so that runs can be repeated */
static void
make_keys(void)
{
	acm_key_record pair[2];
	/* P-256 keys of RFC 5903, 8.1 */
	const char *secret[2] = {
		"c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
		"c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"
	};
	const char *pub[2] = {
		"03dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
		"03d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	};

	for (int i = 0; i < 2; i++)
	{
		acm_key_begin(&pair[i], ACM_KEY_PAIR, 1, "someone", "");
		memcpy(pair[i].secret, bytes(secret[i]).data, ACM_SECRET_LEN);
		memcpy(pair[i].own_public, bytes(pub[i]).data, ACM_PUBLIC_LEN);
	}
	for (int i = 0; i < 2; i++)
	{
		acm_key_begin(&keys[i], ACM_KEY_AGREED, 1, "someone", "acme and globex");
		if (!acm_key_agree(&keys[i], &pair[i], pair[1 - i].own_public) || !acm_key_seal(&keys[i]))
			abort();
	}
	if (memcmp(keys[0].secret, keys[1].secret, ACM_SECRET_LEN) != 0 || acm_key_problem(&keys[0]))
		abort();
}

/* An account: id, name, website, identifier */
typedef struct account
{
	const char *id,
			   *name,
			   *website,
			   *lei;
} account;

static const account ours[] = {
	{"a1", "Siemens AG", "https://www.siemens.com/global/en.html", NULL},
	{"a2", "Contoso Ltd", "contoso.com", NULL},
	{"a3", "Some Person", "someone@gmail.com", NULL},
	{"a4", "GLEIF", NULL, "506700GE1G29325QX363"},
	{"a5", "Kansas Survey", "http://kgs.ku.edu", NULL},
	{"a6", "B\xc3\xbc" "cher GmbH", "https://b\xc3\xbc" "cher.de", NULL},
	{"a7", NULL, NULL, NULL},
	{"a8", "Siemens Erlangen", "siemens.com", NULL},
};
static const account theirs[] = {
	{"b1", "SIEMENS", "info@siemens.com", NULL},
	{"b2", "Fabrikam", "fabrikam.com", NULL},
	{"b3", "Other Person", "GMAIL.com", NULL},
	{"b4", "Gleif Foundation", NULL, "506700ge1g29325qx363"},
	{"b5", "University", "ku.edu", NULL},
	{"b6", "Buecher", "xn--bcher-kva.de", NULL},
	{"b7", "Contoso", "shop.contoso.com/index.html", NULL},
	{"b8", NULL, NULL, NULL},
};

/* Fill in a list */
static void
fill(acm_psi *psi, const account *accounts, size_t n)
{
	acm_psi_list *list = acm_psi_own_list(psi);

	for (size_t i = 0; i < n; i++)
	{
		const account *a = &accounts[i];

		acm_psi_add_account(list);
		acm_psi_add_field(list, ACM_PSI_ACCOUNT_ID, a->id, strlen(a->id));
		if (a->name)
		{
			acm_psi_add_field(list, ACM_PSI_ACCOUNT_NAME, a->name, strlen(a->name));
			acm_psi_add_name(list, a->name, strlen(a->name));
		}
		if (a->website)
		{
			acm_psi_add_field(list, ACM_PSI_WEBSITE, a->website, strlen(a->website));
			acm_psi_add_host(list, a->website, strlen(a->website), false);
		}
		if (a->lei)
			acm_psi_add_identifier(list, "lei", a->lei, strlen(a->lei));
	}
}

static const acm_psi_terms all_terms = {
	.kinds = 7, .mode = ACM_PSI_BOTH,
	.reveal = 1 << ACM_PSI_ACCOUNT_ID | 1 << ACM_PSI_ACCOUNT_NAME,
	.domain_cap = 2, .name_cap = 2, .payload = 128
};

/* Both sides of a session, and every file */
typedef struct session
{
	acm_psi    *side[2];
	acm_bytes	file[10];
} session;

/* Save, free and load a side, as between two days */
static acm_psi *
reload(acm_psi *psi, int side)
{
	acm_bytes	state;
	acm_psi    *again = acm_psi_new(&keys[side], NULL, NULL);

	if (!acm_psi_save(psi, &state) || !acm_psi_load(again, state))
		abort();
	acm_psi_free(psi);
	return again;
}

/* A copy that outlives its session */
static acm_bytes
copy(acm_bytes b)
{
	return (acm_bytes) {memcpy(malloc(b.len + 1), b.data, b.len), b.len};
}

/* Begin a session: files 1 and 2 */
static session
begin(const acm_psi_terms *terms, bool fix)
{
	session		s;
	acm_bytes	out;
	static acm_psi_random random[2];

	for (int i = 0; i < 2; i++)
	{
		s.side[i] = acm_psi_new(&keys[i], NULL, NULL);
		memset(random[i].nonce, 0x10 + i, 32);
		memset(random[i].seed, 0x20 + i, 32);
		memset(random[i].salt, 0x30 + i, 32);
		if (fix)
			acm_psi_fix_random(s.side[i], &random[i]);
	}
	fill(s.side[0], ours, sizeof ours / sizeof *ours);
	fill(s.side[1], theirs, sizeof theirs / sizeof *theirs);
	if (!acm_psi_open(s.side[0], terms, &no_limits, &out))
		abort();
	s.file[1] = copy(out);
	if (!acm_psi_reply(s.side[1], s.file[1], terms, &no_limits, &out))
		abort();
	s.file[2] = copy(out);
	return s;
}

/* Take file n in */
static bool
step(session *s, int n)
{
	acm_bytes	out;
	int			side = n % 2 == 0 ? 0 : 1;

	s->side[side] = reload(s->side[side], side);
	if (!acm_psi_next(s->side[side], s->file[n], &no_limits, &out))
		return false;
	if (out.len > 0)
		s->file[n + 1] = copy(out);
	return true;
}

/* Up to file n */
static session
run_to(const acm_psi_terms *terms, int n, bool fix)
{
	session		s = begin(terms, fix);

	for (int i = 2; i < n; i++)
		if (!step(&s, i))
		{
			acm_psi_fault fault;

			for (int side = 0; side < 2; side++)
				printf("# side %d: %s\n", side, acm_psi_error(s.side[side], &fault));
			abort();
		}
	return s;
}

/* A file that the insider on a side changed, with a manifest that fits again */
static acm_bytes
reseal(int side, acm_bytes file)
{
	const acm_key_record *key = &keys[side];
	uint8_t    *p = (uint8_t *) copy(file).data;
	acm_bytes	body = {p + 256, file.len - 256};
	acm_bytes	head = {p, 224};
	acm_bytes	info[] = {
		string("accountmatch psi manifest v1"), string(key->label), {key->epoch, 4},
		{p + 112, ACM_PUBLIC_LEN}, {p + 145, ACM_PUBLIC_LEN}
	};
	uint8_t		framed[400];
	size_t		n = 0;
	uint8_t		mac_key[32];
	acm_mac    *mac;

	for (int i = 0; i < 8; i++)
		p[184 + i] = (uint8_t) ((uint64_t) body.len >> (8 * (7 - i)));
	for (int i = 0; i < 5; i++)
	{
		framed[n] = framed[n + 1] = framed[n + 2] = 0;
		framed[n + 3] = (uint8_t) info[i].len;
		memcpy(framed + n + 4, info[i].data, info[i].len);
		n += 4 + info[i].len;
	}
	if (!acm_sha256_fields(&body, 1, p + 192) ||
		!acm_hkdf(string(""), (acm_bytes) {key->secret, 32}, (acm_bytes) {framed, n}, mac_key, 32) ||
		!(mac = acm_mac_open(mac_key, 32)) || !acm_mac_fields(mac, &head, 1, p + 224))
		abort();
	acm_mac_close(mac);
	return (acm_bytes) {p, file.len};
}

#endif							/* ACM_TEST_PSI_PEER_H */
