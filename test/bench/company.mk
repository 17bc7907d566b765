# What normalizing names costs, on names that are not part of the source tree
.PHONY: bench-company
bench: bench-company

ifneq ($(wildcard $(BENCH_DATA)/company_name_pairs.tsv),)

# In a plain C loop, and in SQL beside length() and lower(unaccent())
bench-company: stage $(WORK)/bench/company_bench
	@cut -f1,2 '$(BENCH_DATA)/company_name_pairs.tsv' | tr '\t' '\n' > '$(WORK)/bench/names.txt'
	@$(WORK)/bench/company_bench '$(WORK)/bench/names.txt'
	@$(CLUSTER) start bench-company
	@$(CLUSTER) env bench-company test/bench/company_sql.sh '$(BENCH_DATA)'
	@$(CLUSTER) drop bench-company

else

bench-company:
	@echo '$@: skipped, no company_name_pairs.tsv in $(BENCH_DATA)'

endif

$(WORK)/bench/company_bench: test/bench/company_bench.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	@mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Isrc $(ACM_ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ACM_ICU_LIBS)
