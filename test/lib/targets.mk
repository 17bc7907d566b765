# Demo, tests and measurements. All run in throw-away clusters of a staged
# copy of PostgreSQL, below WORK; nothing is installed into the system's.

# The build tree, or where that cannot be reached by the user who runs the
# clusters (initdb refuses root), a directory in /var/tmp
WORK = $(shell test/lib/workdir.sh)
STAGE = $(WORK)/stage
STAGED_BIN = $(STAGE)$(shell $(PG_CONFIG) --bindir)
CLUSTER = WORK='$(WORK)' BINDIR='$(STAGED_BIN)' test/lib/cluster.sh

.PHONY: deps stage demo psql demo-stop test test-unit test-regress test-pgtap test-oracle test-tap bench fuzz soak valgrind freeze

# Packages that building and testing need
deps:
	test/lib/deps.sh

# PostgreSQL with accountmatch in it, relocated below WORK
stage: all
	PG_CONFIG='$(PG_CONFIG)' test/lib/stage.sh '$(STAGE)'
	$(MAKE) install DESTDIR='$(STAGE)' > '$(WORK)/install.log'

demo: deps
	@$(MAKE) --no-print-directory -s stage
	@$(CLUSTER) start demo
	@$(CLUSTER) env demo test/demo/demo.sh

psql:
	@$(CLUSTER) env demo psql -d demo

demo-stop:
	@$(CLUSTER) drop demo

clean: clean-work
.PHONY: clean-work
clean-work: demo-stop
	rm -rf '$(WORK)'

test: deps
	@$(MAKE) --no-print-directory WERROR=1 stage
	@$(MAKE) --no-print-directory test-unit test-regress test-pgtap test-oracle test-tap

test-regress:
	@$(CLUSTER) start regress
	@$(CLUSTER) env regress $(MAKE) -s --no-print-directory PG_CONFIG='$(shell command -v $(PG_CONFIG))' installcheck || { cat regression.diffs; $(CLUSTER) drop regress; exit 1; }
	@$(CLUSTER) drop regress

test-pgtap:
	@$(CLUSTER) start pgtap
	@$(CLUSTER) env pgtap test/lib/pgtap.sh test/pgtap/*.sql || { $(CLUSTER) drop pgtap; exit 1; }
	@$(CLUSTER) drop pgtap

test-tap: psi-kit
	@WORK='$(WORK)' BENCH_DATA='$(abspath $(BENCH_DATA))' BINDIR='$(STAGED_BIN)' PG_CONFIG='$(PG_CONFIG)' test/lib/tap.sh test/t/*.pl

# Measurements on the data that is not part of the source tree
BENCH_DATA = ../shared/data

.PHONY: bench-pairs
bench: bench-pairs

bench-pairs: stage
	$(CC) $(CFLAGS) -Isrc test/bench/similarity_bench.c $(NORMALIZE_OBJS) $(ACM_ICU_LIBS) -o $(WORK)/similarity_bench
	@$(CLUSTER) start bench
	@$(CLUSTER) env bench test/bench/pairs.pl '$(BENCH_DATA)/company_name_pairs.tsv'
	@$(CLUSTER) drop bench
	@if [ -r '$(BENCH_DATA)/company_name_pairs.tsv' ]; then $(WORK)/similarity_bench '$(BENCH_DATA)/company_name_pairs.tsv'; fi

# Keep the scripts of this version as released
freeze: all
	mkdir -p release
	cp $(DATA_built) release/

# Unit tests, fuzzing, measurements
include src/kit/kit.mk $(wildcard test/unit/*.mk test/fuzz/*.mk test/oracle/*.mk test/map/*.mk test/bench/*.mk test/valgrind/*.mk)
# CPU time against a floor or a peer; see test/bench/README.md. RUNS and SIZES may be set.
.PHONY: bench-normalize bench-overlap bench-large
bench: bench-normalize bench-overlap

bench-normalize bench-overlap bench-large: bench-%: stage
	@$(CLUSTER) start bench-$*
	@BENCH_DIR='$(WORK)/bench' BENCH_DATA='$(BENCH_DATA)' $(CLUSTER) env bench-$* test/bench/bench.pl $* $(SIZES)
	@$(CLUSTER) drop bench-$*
