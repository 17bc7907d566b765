# Tests of the pure C floor, without a server. Each program prints TAP.

UNIT_LIST = src/normalize/data/public_suffix_list.dat

test-unit: $(WORK)/unit/psl_check
	prove --exec '' $< :: $(UNIT_LIST)

$(WORK)/unit/psl_check: test/unit/psl_check.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(CC) -O1 -g -Wall -Wextra -Werror -Isrc $(ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS) -lpsl
