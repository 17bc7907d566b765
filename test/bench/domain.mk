# What domain normalization costs, on values made from two lists that are not
# part of the source tree. LISTS holds partner_a.csv and partner_b.csv.

LISTS ?= $(BENCH_DATA)/lists
MESSY = $(WORK)/bench/messy.txt

.PHONY: bench-host bench-domain
bench: bench-host bench-domain

ifneq ($(wildcard $(LISTS)/partner_a.csv),)

# In a plain C loop, beside libpsl loaded with the same list
bench-host: $(WORK)/bench/host_bench $(MESSY)
	@$< $(MESSY) src/normalize/data/public_suffix_list.dat

# In SQL, beside length()
bench-domain: stage $(MESSY)
	@$(CLUSTER) start bench-domain
	@$(CLUSTER) env bench-domain test/bench/domain_sql.sh $(MESSY)
	@$(CLUSTER) drop bench-domain

else

bench-host bench-domain:
	@echo '$@: skipped, no lists in $(LISTS)'

endif

$(WORK)/bench/host_bench: test/bench/host_bench.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	@mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Isrc $(ACM_ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ACM_ICU_LIBS) -lpsl

$(MESSY): test/bench/messy.pl
	@mkdir -p '$(@D)'
	perl $< $(LISTS) > '$@.tmp'
	mv '$@.tmp' '$@'
