/*
 * psi.c
 *		Sessions of private set intersection without a server: honest ones in
 *		every mode, terms, limits and caps. Prints TAP.
 */
#include "psi_peer.h"

/* The common keys of a side, in words */
static const char *
common(const session *s, int side)
{
	static char text[2][1000];
	acm_psi_common c;

	text[side][0] = '\0';
	for (size_t i = 0; acm_psi_common_key(s->side[side], i, &c); i++)
		sprintf(text[side] + strlen(text[side]), "%s%.*s", i ? " " : "", (int) c.key.len, (const char *) c.key.data);
	return text[side];
}

/* Whether two texts hold the same words, which none holds twice */
static bool
same_words(const char *a, const char *b)
{
	char		x[1000];
	char		y[1000];

	snprintf(y, sizeof y, " %s ", b);
	snprintf(x, sizeof x, "%s", a);
	for (char *w = strtok(x, " "); w; w = strtok(NULL, " "))
	{
		char		word[100];

		snprintf(word, sizeof word, " %s ", w);
		if (!strstr(y, word))
			return false;
	}
	return strlen(a) == strlen(b);
}

/* By hand from the two lists: hosts kgs.ku.edu and ku.edu differ, gmail.com is nobody's, names gleif and gleiffoundation differ */
#define COMMON "lei:506700GE1G29325QX363 contoso.com xn--bcher-kva.de siemens.com contoso siemens"

/* Honest sessions */
static void
test_honest(void)
{
	acm_psi_terms terms = all_terms;
	session		s = run_to(&terms, 9, false);
	acm_psi_common c;
	acm_psi_facts facts;
	bool		siemens = false;

	ok(step(&s, 9), "with reveal: nine files");
	ok(same_words(COMMON, common(&s, 0)), "the opener knows the common keys");
	ok(same_words(COMMON, common(&s, 1)), "so does the answerer");
	for (size_t i = 0; acm_psi_common_key(s.side[1], i, &c); i++)
		if (c.kind == ACM_PSI_DOMAIN && c.key.len == 11 && memcmp(c.key.data, "siemens.com", 11) == 0)
		{
			acm_bytes	id[2] = {acm_psi_their_field(s.side[1], &c, 0, ACM_PSI_ACCOUNT_ID), acm_psi_their_field(s.side[1], &c, 1, ACM_PSI_ACCOUNT_ID)};
			acm_bytes	name = acm_psi_their_field(s.side[1], &c, 1, ACM_PSI_ACCOUNT_NAME);

			siemens = c.their_accounts == 2 && c.shown == 2 && c.naccounts == 1 &&
				id[0].len == 2 && memcmp(id[0].data, "a1", 2) == 0 && id[1].len == 2 && memcmp(id[1].data, "a8", 2) == 0 &&
				name.len == 16 && memcmp(name.data, "Siemens Erlangen", 16) == 0 &&
				acm_psi_their_field(s.side[1], &c, 0, ACM_PSI_WEBSITE).data == NULL;
		}
	ok(siemens, "two accounts with one key are told, with what the terms name and nothing else");

	terms.reveal = 0;
	terms.payload = 0;
	s = run_to(&terms, 6, false);
	ok(step(&s, 6), "without reveal: six files");
	ok(same_words(COMMON, common(&s, 0)) && same_words(COMMON, common(&s, 1)), "both know the common keys");
	ok(acm_psi_common_key(s.side[0], 0, &c) && acm_psi_their_field(s.side[0], &c, 0, ACM_PSI_ACCOUNT_ID).data == NULL, "and nothing of the other's accounts");

	terms.kinds = 1 << ACM_PSI_DOMAIN;
	s = run_to(&terms, 6, false);
	ok(step(&s, 6) && same_words("contoso.com xn--bcher-kva.de siemens.com", common(&s, 0)), "domains alone");

	terms.kinds = 7;
	for (int mode = ACM_PSI_OPENER_LEARNS; mode <= ACM_PSI_COUNT; mode++)
	{
		terms.mode = (uint8_t) mode;
		s = run_to(&terms, 6, false);
		ok(step(&s, 6), "another mode");
		for (int side = 0; side < 2; side++)
		{
			bool		learns = mode == ACM_PSI_COUNT || mode == ACM_PSI_OPENER_LEARNS + side;

			acm_psi_tell(s.side[side], &facts);
			ok(facts.finished && facts.knows_common == learns, "who is to learn, learns");
			ok(facts.common[ACM_PSI_ID] == (learns ? 1 : 0) && facts.common[ACM_PSI_DOMAIN] == (learns ? 3 : 0) &&
			   facts.common[ACM_PSI_NAME] == (learns ? 2 : 0), "how many");
			ok(same_words(learns && mode != ACM_PSI_COUNT ? COMMON : "", common(&s, side)), "and which, unless it is only how many");
		}
	}
}

/* Giving up at each step: what each side knows by then, as doc/psi.md and the README have it */
static void
test_giving_up(void)
{
	static const char sizes[] = "The sizes of both sets.";
	static const char rows[] = "Which of its own keys are common, and the sizes of both sets.";
	static const char details[] = "Which keys are common, and of the accounts with them what the terms reveal.";
	/* by the file that was taken in last */
	static const char *const knows[] = {NULL, NULL, sizes, sizes, sizes, rows, rows, rows, details, details};
	session		s = begin(&all_terms, false);
	acm_psi_facts facts;

	acm_psi_tell(s.side[1], &facts);
	ok(strcmp(acm_psi_we_know(&facts), sizes) == 0 && !facts.knows_common, "the answerer of an offer knows sizes");
	acm_psi_tell(s.side[0], &facts);
	ok(strcmp(acm_psi_we_know(&facts), "Nothing of the other side.") == 0, "who has made an offer knows nothing");
	for (int n = 2; n <= 9; n++)
	{
		acm_psi_common c;

		if (!step(&s, n))
			abort();
		acm_psi_tell(s.side[n % 2 == 0 ? 0 : 1], &facts);
		ok(strcmp(acm_psi_we_know(&facts), knows[n]) == 0, "what who takes a file in knows by it");
		ok(facts.knows_common == (n >= 5) && (facts.common[ACM_PSI_DOMAIN] > 0) == (n >= 5), "common keys from file 5 or 6 on");
		ok(acm_psi_common_key(s.side[n % 2 == 0 ? 0 : 1], 0, &c) == (n >= 8), "and what was revealed at the end");
	}
}

/* Whether two files share a stretch of 16 bytes that both have at a place where a value begins */
static bool
share_values(acm_bytes a, acm_bytes b)
{
	for (size_t i = 256; i + 16 <= a.len; i += 4)
		for (size_t j = 256; j + 16 <= b.len; j += 4)
			if (memcmp((const char *) a.data + i, (const char *) b.data + j, 16) == 0)
				return true;
	return false;
}

/* What crosses: lengths, order, and that nothing comes twice */
static void
test_traffic(void)
{
	session		s = run_to(&all_terms, 9, false);
	session		t = run_to(&all_terms, 9, false);
	/* id 1 + domain 4 (siemens, contoso, kgs.ku, buecher) + name 6; siemens and siemens erlangen are two */
	size_t		n[2] = {0, 0};
	bool		sorted = true;
	bool		shared = false;

	for (int side = 0; side < 2; side++)
	{
		acm_psi_facts facts;

		acm_psi_tell(s.side[side], &facts);
		for (int kind = 0; kind < 3; kind++)
			n[side] += facts.ours[kind];
	}
	ok(s.file[2].len == 256 + 32 + 3 * 4 + 64 * n[1], "points of the answerer: a nonce, three counts, 64 bytes a key");
	ok(s.file[3].len == 256 + 3 * 4 + 64 * n[0] + 32, "points of the opener: the same, and a commitment");
	ok(s.file[4].len == 256 + 32, "a commitment");
	ok(s.file[5].len == 256 + 32 + 3 * 4 + 16 * n[1], "tags of the opener: 16 bytes for each key of the answerer");
	ok(s.file[6].len == 256 + 32 + 3 * 4 + 16 * n[0] + 3 * 4 + 64 * 6 + 32, "tags of the answerer, and reveal points for the common keys");
	ok(s.file[7].len == 256 + 3 * 4 + 64 * 6 + 32 + 3 * 4 + 16 * 6, "reveal points and confirmations for them");
	ok(s.file[8].len == 256 + 3 * 4 + 16 * 6 + 3 * 4 + (128 + 16) * 6, "confirmations and payloads of one length");
	ok(s.file[9].len == 256 + 3 * 4 + (128 + 16) * 6, "payloads of one length");
	for (int f = 2; f <= 3; f++)
	{
		acm_source	in = {(const uint8_t *) s.file[f].data + 256 + (f == 2 ? 32 : 0), s.file[f].len - 288, false};

		for (int kind = 0; kind < 3; kind++)
		{
			uint32_t	count = (uint32_t) acm_take_number(&in, 4);
			const uint8_t *p = acm_take(&in, (size_t) count * 64);

			for (uint32_t i = 1; i < count; i++)
				sorted &= memcmp(p + 64 * (i - 1), p + 64 * i, 64) < 0;
		}
		sorted &= acm_source_done(&in);
	}
	ok(sorted, "points are sorted");
	for (int i = 2; i <= 9; i++)
		for (int j = 2; j <= 9; j++)
			shared |= share_values(s.file[i], t.file[j]);
	ok(!shared, "two sessions over the same lists share no value");
}

/* Answer an offer with these limits and terms; what happens */
static const char *
answer(const acm_psi_terms *terms, const acm_psi_terms *accepted, const acm_psi_limits *limits, acm_psi_fault *fault)
{
	acm_psi    *a = acm_psi_new(&keys[0], NULL, NULL);
	acm_psi    *b = acm_psi_new(&keys[1], NULL, NULL);
	acm_bytes	out;
	static char error[256];

	fill(a, ours, sizeof ours / sizeof *ours);
	fill(b, theirs, sizeof theirs / sizeof *theirs);
	if (!acm_psi_open(a, terms, &no_limits, &out))
		abort();
	*fault = ACM_PSI_NO_FAULT;
	error[0] = '\0';
	if (!acm_psi_reply(b, copy(out), accepted, limits, &out))
		snprintf(error, sizeof error, "%s", acm_psi_error(b, fault));
	acm_psi_free(a);
	acm_psi_free(b);
	return error;
}

/* Terms that were not accepted, and limits */
static void
test_terms_and_limits(void)
{
	acm_psi_terms terms;
	acm_psi_limits limits;
	acm_psi_fault fault;
	acm_bytes	out;
	session		s;

#define TERMS(change, what, error) \
	do { terms = all_terms; change; \
		ok(strstr(answer(&terms, &all_terms, &no_limits, &fault), error) && fault == ACM_PSI_OTHER_TERMS, what); } while (0)
	TERMS(terms.kinds = 3, "other kinds than accepted", "kinds");
	TERMS((terms.mode = ACM_PSI_COUNT, terms.reveal = 0, terms.payload = 0), "another mode than accepted", "a mode");
	TERMS(terms.reveal |= 1 << ACM_PSI_OWNER, "more to reveal than accepted", "reveal");
	TERMS(terms.domain_cap = 3, "another cap than accepted", "caps");
	TERMS(terms.name_cap = 3, "another cap of names than accepted", "caps");
	TERMS(terms.payload = 4096, "another length of payloads than accepted", "length");

	/* the opener has 1 id, 4 hosts, 7 names; so has the answerer, but for names: 7 */
#define LIMIT(change, what, error) \
	do { limits = no_limits; change; \
		ok(strstr(answer(&all_terms, &all_terms, &limits, &fault), error) && fault == ACM_PSI_LIMIT, what); } while (0)
	LIMIT(limits.max_keys = 3, "more keys of ours than allowed", "the limit is 3");
	{
		acm_psi    *a = acm_psi_new(&keys[0], NULL, NULL);

		fill(a, ours, sizeof ours / sizeof *ours);
		ok(!acm_psi_open(a, &all_terms, &limits, &out) && strstr(acm_psi_error(a, &fault), "our list has 4 keys of kind domain") &&
		   fault == ACM_PSI_LIMIT, "nor does an offer of more leave");
		acm_psi_free(a);
	}
	LIMIT(limits.min_keys = 2, "a set of one row", "their list has 1 keys of kind id, at least 2 are required");
	s = begin(&all_terms, false);
	{
		acm_psi    *a = acm_psi_new(&keys[0], NULL, NULL);
		acm_psi    *b = acm_psi_new(&keys[1], NULL, NULL);
		char		host[64];

		/* every known domain against a list of a few */
		for (int i = 0; i < 100; i++)
		{
			acm_psi_add_account(acm_psi_own_list(a));
			snprintf(host, sizeof host, "known-%d.com", i);
			acm_psi_add_host(acm_psi_own_list(a), host, strlen(host), false);
		}
		fill(b, theirs, sizeof theirs / sizeof *theirs);
		limits = no_limits;
		limits.max_ratio = 10;
		if (!acm_psi_open(a, &all_terms, &no_limits, &out))
			abort();
		ok(!acm_psi_reply(b, copy(out), &all_terms, &limits, &out) &&
		   strstr(acm_psi_error(b, &fault), "more than 10 times our 5") && fault == ACM_PSI_LIMIT, "every known domain, refused by its number");
		acm_psi_free(a);
		acm_psi_free(b);
	}
	{
		acm_psi    *a = acm_psi_new(&keys[0], NULL, NULL);
		acm_psi    *b = acm_psi_new(&keys[1], NULL, NULL);

		/* identifiers on one side alone */
		fill(a, ours, sizeof ours / sizeof *ours);
		for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		{
			account		without = theirs[i];

			without.lei = NULL;
			fill(b, &without, 1);
		}
		limits = no_limits;
		limits.max_ratio = 10;
		ok(acm_psi_open(a, &all_terms, &no_limits, &out) && acm_psi_reply(b, copy(out), &all_terms, &limits, &out),
		   "a kind of which we have none is no matter of ratio");
		acm_psi_free(a);
		acm_psi_free(b);
	}
	/* the opener learns the number of the answerer's with file 2 */
	{
		acm_psi    *a = reload(s.side[0], 0);

		limits = no_limits;
		limits.min_keys = 2;
		ok(!acm_psi_next(a, s.file[2], &limits, &out) && strstr(acm_psi_error(a, &fault), "at least 2") && fault == ACM_PSI_LIMIT,
		   "the opener's limits hold before its points leave");
		acm_psi_free(a);
	}
}

/* Keys that stay at home */
static void
test_caps(void)
{
	static const account crowd[] = {
		{"1", "One", "crowd.org", NULL}, {"2", "Two", "crowd.org", NULL}, {"3", "Three", "crowd.org", NULL},
		{"4", "Twin", "twin-a.com", NULL}, {"5", "Twin", "twin-b.com", NULL}, {"6", "Twin", "twin-c.com", NULL},
		{"7", "Pair", "pair.com", NULL}, {"8", "Pear", "pair.com", NULL}, {"9", NULL, "pair.com", NULL},
		{"10", "Unknown", "n/a", NULL}, {"11", "City of Springfield", NULL, NULL},
		{"12", "Same, twice", "same.com same.com", NULL},
	};
	acm_psi    *psi = acm_psi_new(&keys[0], NULL, NULL);
	const acm_psi_list *list = acm_psi_own_list(psi);
	acm_bytes	out;
	char		hosts[500] = "";
	char		names[500] = "";

	fill(psi, crowd, sizeof crowd / sizeof *crowd);
	if (!acm_psi_open(psi, &all_terms, &no_limits, &out))
		abort();
	for (uint32_t i = 0; i < list->set[ACM_PSI_DOMAIN].n; i++)
		sprintf(hosts + strlen(hosts), "%.*s ", (int) list->set[ACM_PSI_DOMAIN].keys[i].key.len, (const char *) list->set[ACM_PSI_DOMAIN].keys[i].key.data);
	for (uint32_t i = 0; i < list->set[ACM_PSI_NAME].n; i++)
		sprintf(names + strlen(names), "%.*s ", (int) list->set[ACM_PSI_NAME].keys[i].key.len, (const char *) list->set[ACM_PSI_NAME].keys[i].key.data);
	ok(strcmp(hosts, "pair.com same.com twin-a.com twin-b.com twin-c.com ") == 0, "a host of three names stays at home");
	ok(strcmp(names, "one pair pear sametwice three two ") == 0, "so does a name of three accounts, a common one, a placeholder");
	ok(list->set[ACM_PSI_DOMAIN].kept == 1 && list->set[ACM_PSI_NAME].kept == 1, "and they are counted");
	acm_psi_free(psi);
}

/* Write all files of a session with fixed random bytes */
static int
dump(const char *dir)
{
	session		s = run_to(&all_terms, 9, true);

	if (!step(&s, 9))
		return 1;
	for (int i = 1; i <= 9; i++)
	{
		char		path[1000];
		FILE	   *f;

		snprintf(path, sizeof path, "%s/%d", dir, i);
		f = fopen(path, "wb");
		if (f == NULL || fwrite(s.file[i].data, 1, s.file[i].len, f) != s.file[i].len || fclose(f) != 0)
			return 1;
	}
	return 0;
}

/* psi: the tests. psi DIR: the files of the transcript into a directory, for another program to compare. */
int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_keys();
	if (argc > 1)
		return dump(argv[1]);
	test_honest();
	test_giving_up();
	test_traffic();
	test_terms_and_limits();
	test_caps();
	return done_testing();
}
