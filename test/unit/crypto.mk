# The pure C part of blinding on published vectors

.PHONY: test-crypto
test-unit: test-crypto

test-crypto: $(WORK)/unit/crypto
	prove --exec '' $<

$(WORK)/unit/crypto: test/unit/crypto.c $(CRYPTO_OBJS:.o=.c) $(wildcard src/blind/*.h)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Isrc -o '$@' $< $(CRYPTO_OBJS:.o=.c) -lcrypto
