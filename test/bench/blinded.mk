# The type blinded against uuid, and what blinding costs

.PHONY: bench-blinded
bench: bench-blinded

bench-blinded: stage
	@$(CLUSTER) start bench-blinded
	@LISTS='$(abspath $(BENCH_DATA))/lists' $(CLUSTER) env bench-blinded test/bench/blinded.sh
	@$(CLUSTER) drop bench-blinded
