# Tests of the pure C floor, without a server. Each program prints TAP.

UNIT_LIST = src/normalize/data/public_suffix_list.dat

test-unit: $(WORK)/unit/psl_check
	prove --exec '' $< :: $(UNIT_LIST)

$(WORK)/unit/psl_check: test/unit/psl_check.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Isrc $(ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS) -lpsl

# Hosts under the ICU that is installed are those under every other
test-unit: test-unit-icu-domain
.PHONY: test-unit-icu-domain
test-unit-icu-domain: $(WORK)/unit/domain_digest
	$< $$(sed -n 's/^[0-9a-f]* \(.*\/\)/\1/p' test/icu/domain_digest.txt) | diff test/icu/domain_digest.txt -

$(WORK)/unit/domain_digest: test/icu/domain_digest.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Werror -Isrc $(ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS)
