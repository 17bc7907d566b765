# Tests of the pure C floor, without a server. Each program prints TAP.

UNIT_LIST = src/normalize/data/public_suffix_list.dat

UNIT_CC = $(CC) -O1 -g -Wall -Wextra -Werror -Isrc $(ICU_CFLAGS)

test-unit: $(WORK)/unit/psl_check $(WORK)/unit/scan_check $(WORK)/unit/company_digest
	prove --exec '' $(WORK)/unit/scan_check
	prove --exec '' $(WORK)/unit/psl_check :: $(UNIT_LIST)
	prove --exec '' $(WORK)/unit/company_digest :: test/unit/company_digest.txt

$(WORK)/unit/psl_check: test/unit/psl_check.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS) -lpsl

$(WORK)/unit/scan_check: test/unit/scan_check.c src/normalize/scan.h
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $<

# Hosts under the ICU that is installed are those under every other
test-unit: test-unit-icu-domain
.PHONY: test-unit-icu-domain
test-unit-icu-domain: $(WORK)/unit/domain_digest
	$< $$(sed -n 's/^[0-9a-f]* \(.*\/\)/\1/p' test/icu/domain_digest.txt) | diff test/icu/domain_digest.txt -

$(WORK)/unit/domain_digest: test/icu/domain_digest.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS)

$(WORK)/unit/company_digest: test/unit/company_digest.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS)
