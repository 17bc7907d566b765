# The pure C parts of blinding and private set intersection on published vectors

CRYPTO_TESTS = crypto curve

.PHONY: test-crypto
test-unit: test-crypto

test-crypto: $(CRYPTO_TESTS:%=$(WORK)/unit/%)
	for t in $^; do prove --exec '' "$$t" || exit 1; done

$(CRYPTO_TESTS:%=$(WORK)/unit/%): $(WORK)/unit/%: test/unit/%.c test/unit/tap.h $(CRYPTO_OBJS:.o=.c) $(wildcard src/blind/*.h)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Wno-unused-function -Isrc -o '$@' $< $(CRYPTO_OBJS:.o=.c) -lcrypto

# Sessions of private set intersection, and another implementation that makes the same files
.PHONY: test-psi
test-unit: test-psi

test-psi: $(WORK)/unit/psi $(WORK)/unit/psi_hostile
	prove --exec '' $(WORK)/unit/psi
	prove --exec '' $(WORK)/unit/psi_hostile
	rm -rf '$(WORK)/unit/transcript' && mkdir -p '$(WORK)/unit/transcript'
	$(WORK)/unit/psi '$(WORK)/unit/transcript'
	prove --exec python3 test/unit/psi_transcript.py :: '$(WORK)/unit/transcript' doc/psi.md

$(WORK)/unit/psi $(WORK)/unit/psi_hostile: $(WORK)/unit/%: test/unit/%.c test/unit/psi_peer.h test/unit/tap.h $(CRYPTO_OBJS:.o=.c) $(PSI_OBJS:.o=.c) $(GENERATED) $(wildcard src/*/*.h)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Wno-unused-function -Isrc $(ACM_ICU_CFLAGS) -o '$@' $< $(PSI_OBJS:.o=.c) $(CRYPTO_OBJS:.o=.c) $(NORMALIZE_OBJS:.o=.c) $(ACM_ICU_LIBS) -lcrypto

# The same tests against builds that lack one defence each: they must fail
.PHONY: test-psi-mutants
MUTANTS = $(WORK)/unit/mutants
MUTANT_OBJS = $(patsubst src/%.o,$(MUTANTS)/%.c.o,$(PSI_OBJS) $(CRYPTO_OBJS) $(NORMALIZE_OBJS))

test-psi-mutants: $(MUTANT_OBJS)
	prove -v --exec perl test/unit/psi_mutants.pl :: '$(MUTANTS)' '$(CC) -O1 $(ACM_ICU_CFLAGS)' '$(ACM_ICU_LIBS) -lcrypto' $(MUTANT_OBJS)

$(MUTANT_OBJS): $(MUTANTS)/%.c.o: src/%.c $(GENERATED) $(wildcard src/*/*.h)
	mkdir -p '$(@D)'
	$(CC) -O1 -Isrc $(ACM_ICU_CFLAGS) -c -o '$@' $<
