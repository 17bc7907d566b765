# What domain normalization costs. LISTS holds partner_a.csv and partner_b.csv.

LISTS ?= ../shared/data/lists
MESSY = $(WORK)/bench/messy.txt

bench: bench-host bench-domain

# In a plain C loop, beside libpsl loaded with the same list
bench-host: $(WORK)/bench/host_bench $(MESSY)
	$< $(MESSY) src/normalize/data/public_suffix_list.dat

# In SQL, beside length()
bench-domain: stage $(MESSY)
	$(CLUSTER) start bench
	$(CLUSTER) env bench test/bench/domain_sql.sh $(MESSY)
	$(CLUSTER) drop bench

$(WORK)/bench/host_bench: test/bench/host_bench.c $(NORMALIZE_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Isrc $(ICU_CFLAGS) -o '$@' $< $(NORMALIZE_OBJS:.o=.c) $(ICU_LIBS) -lpsl

$(MESSY): test/bench/messy.pl
	mkdir -p '$(@D)'
	perl $< $(LISTS) > '$@.tmp'
	mv '$@.tmp' '$@'
