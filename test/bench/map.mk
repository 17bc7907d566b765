# Maps: what a re-map costs when nothing, a thousandth, or everything changed. MAP_ROWS may be set.
MAP_ROWS = 1000000
.PHONY: bench-map
bench: bench-map
bench-map: stage
	@$(CLUSTER) start bench-map
	@BENCH_DIR='$(WORK)/bench' BENCH_DATA='$(BENCH_DATA)' $(CLUSTER) env bench-map test/bench/map.sh $(MAP_ROWS)
	@$(CLUSTER) drop bench-map
