# The pure C parts of blinding and private set intersection on published vectors

CRYPTO_TESTS = crypto curve

.PHONY: test-crypto
test-unit: test-crypto

test-crypto: $(CRYPTO_TESTS:%=$(WORK)/unit/%)
	for t in $^; do prove --exec '' "$$t" || exit 1; done

$(CRYPTO_TESTS:%=$(WORK)/unit/%): $(WORK)/unit/%: test/unit/%.c test/unit/tap.h $(CRYPTO_OBJS:.o=.c) $(wildcard src/blind/*.h)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Wno-unused-function -Isrc -o '$@' $< $(CRYPTO_OBJS:.o=.c) -lcrypto
