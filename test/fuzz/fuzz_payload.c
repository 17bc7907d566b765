/*
 * fuzz_payload.c
 *		Any bytes in the body of any file, well authenticated: from a peer who
 *		holds the key and does not follow the protocol. For the last file, any
 *		bytes as plaintexts of payloads, well sealed.
 *
 * A libFuzzer target; the first byte chooses the step, the second whether the
 * rest stands for the body, is laid over the genuine one, or is sealed.
 */
#include <openssl/evp.h>
#include <sanitizer/lsan_interface.h>

#include "../unit/psi_peer.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static acm_bytes states[10];
static acm_bytes files[10];

/* Run an honest session once, and keep what each side was before each file */
static void
prepare_once(void)
{
	session		s;

	__lsan_disable();			/* made once, never freed */
	make_keys();
	s = begin(&all_terms, true);
	for (int n = 2; n <= 9; n++)
	{
		acm_bytes	state;

		if (!acm_psi_save(s.side[n % 2 == 0 ? 0 : 1], &state))
			abort();
		states[n] = copy(state);
		files[n] = copy(s.file[n]);
		if (!step(&s, n))
			abort();
		if (n < 9)
			files[n + 1] = copy(s.file[n + 1]);
	}
	__lsan_enable();
}

/* A file 9 with this plaintext in every payload */
static acm_bytes
seal(const acm_psi *answerer, const uint8_t *data, size_t size)
{
	acm_bytes	file = copy(files[9]);
	uint8_t    *p = (uint8_t *) file.data + 256;
	uint8_t		plain[128] = {0};

	memcpy(plain, data, size < sizeof plain ? size : sizeof plain);
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
	{
		p += 4;
		for (uint32_t j = 0; j < answerer->side[kind].npairs; j++, p += 144)
		{
			EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
			static const uint8_t nonce[12];
			int			n;

			if (!EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), answerer->side[kind].secrets[j].key[0], nonce, NULL) ||
				!EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *) "accountmatch psi payload v1", 27) ||
				!EVP_EncryptUpdate(ctx, p, &n, plain, sizeof plain) ||
				!EVP_EncryptFinal_ex(ctx, p + n, &n) ||
				!EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, p + sizeof plain))
				abort();
			EVP_CIPHER_CTX_free(ctx);
		}
	}
	return file;
}

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int			n;
	int			side;
	int			how;
	acm_psi    *psi;
	acm_bytes	file;
	acm_bytes	sealed;
	acm_bytes	out;

	if (size < 2)
		return 0;
	if (states[2].data == NULL)
		prepare_once();
	how = data[1] % 3;
	n = how == 2 ? 9 : 2 + data[0] % 8;
	side = n % 2 == 0 ? 0 : 1;
	data += 2;
	size -= 2;
	psi = acm_psi_new(&keys[side], NULL, NULL);
	if (!acm_psi_load(psi, states[n]))
		abort();
	if (how == 2)
		file = seal(psi, data, size);
	else
	{
		file = copy(files[n]);
		if (how == 0)
		{
			file.data = realloc((void *) file.data, 256 + size + 1);
			file.len = 256 + size;
		}
		memcpy((uint8_t *) file.data + 256, data, size < file.len - 256 ? size : file.len - 256);
	}
	sealed = reseal(1 - side, file);
	if (acm_psi_next(psi, sealed, &no_limits, &out) && n == 9)
	{
		acm_psi_common c;

		for (size_t i = 0; acm_psi_common_key(psi, i, &c); i++)
			for (uint32_t a = 0; a < c.shown; a++)
				for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
				{
					acm_bytes	f = acm_psi_their_field(psi, &c, a, attr);

					if (f.data && memchr(f.data, '\0', f.len))
						abort();
				}
	}
	acm_psi_free(psi);
	free((void *) file.data);
	free((void *) sealed.data);
	return 0;
}
