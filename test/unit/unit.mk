# Tests of the pure C floor, without a server. Each program prints TAP.

UNIT_LIST = src/normalize/data/public_suffix_list.dat

UNIT_CC = $(CC) -O1 -g -Wall -Wextra -Werror -Isrc $(ACM_ICU_CFLAGS)

test-unit: $(WORK)/unit/psl_check $(WORK)/unit/scan_check $(WORK)/unit/domain_digest $(WORK)/unit/company_digest
	prove --exec '' $(WORK)/unit/scan_check
	prove --exec '' $(WORK)/unit/psl_check :: $(UNIT_LIST)
	prove --exec '' $(WORK)/unit/domain_digest :: test/unit/domain_digest.txt
	prove --exec '' $(WORK)/unit/company_digest :: test/unit/company_digest.txt

$(WORK)/unit/psl_check: test/unit/psl_check.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ACM_ICU_LIBS) -lpsl

$(WORK)/unit/scan_check: test/unit/scan_check.c src/normalize/scan.h
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $<

$(WORK)/unit/%_digest: test/unit/%_digest.c test/unit/digest.c test/unit/digest.h $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(UNIT_CC) -o '$@' $< test/unit/digest.c $(NORMALIZE_OBJS:.o=.c) $(ACM_ICU_LIBS)
