/*
 * fuzz_manifest.c
 *		Any bytes as a file of private set intersection, and as a saved
 *		session: no overrun; nothing without the key is taken for genuine.
 *
 * A libFuzzer target.
 */
#include <sanitizer/lsan_interface.h>

#include "../unit/psi_peer.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line of what a file holds */
static void
take_line(void *arg, const char *text)
{
	*(size_t *) arg += strlen(text);
}

/* One input */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static acm_bytes state;
	acm_bytes	file = {data, size};
	acm_psi_head head;
	acm_psi_terms terms;
	const uint8_t *nonce;
	uint32_t	counts[ACM_PSI_NKINDS];
	acm_bytes	label;
	acm_bytes	out;
	size_t		told = 0;
	acm_psi    *psi;

	if (state.data == NULL)
	{
		session		s;

		__lsan_disable();		/* made once, never freed */
		make_keys();
		s = run_to(&all_terms, 5, true);
		if (!acm_psi_save(s.side[1], &state))
			abort();
		state = copy(state);
		__lsan_enable();
	}
	if (acm_psi_read_head(file, &head) == NULL && (size < 256 || head.body_len != size - 256))
		abort();
	if (acm_psi_read_offer(file, &terms, &nonce, counts, &label) == NULL && acm_psi_terms_problem(&terms))
		abort();
	acm_psi_describe(file, take_line, &told);
	if (told == 0)
		abort();

	psi = acm_psi_new(&keys[1], NULL, NULL);
	if (!acm_psi_load(psi, state) || acm_psi_next(psi, file, &no_limits, &out))
		abort();
	acm_psi_free(psi);
	psi = acm_psi_new(&keys[1], NULL, NULL);
	if (acm_psi_reply(psi, file, &all_terms, &no_limits, &out))
		abort();
	acm_psi_free(psi);

	/* the digest at a state's end detects damage, not malice: put a right one there to get behind it */
	psi = acm_psi_new(&keys[1], NULL, NULL);
	if (size > 200 && size < 100000)
	{
		uint8_t    *bytes = malloc(size + 8 + 66 + 32);
		acm_bytes	all = {bytes, size + 8 + 66};

		memcpy(bytes, "acmpss01", 8);
		memcpy(bytes + 8, keys[1].own_public, 33);
		memcpy(bytes + 8 + 33, keys[1].their_public, 33);
		memcpy(bytes + 8 + 66, data, size);
		if (!acm_sha256_fields(&all, 1, bytes + all.len))
			abort();
		acm_psi_load(psi, (acm_bytes) {bytes, all.len + 32});
		free(bytes);
	}
	acm_psi_free(psi);
	return 0;
}
