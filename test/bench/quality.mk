# Precision and recall of the rules on lists whose truth is known
.PHONY: bench-quality
bench: bench-quality
bench-quality: stage
	@if [ -r '$(BENCH_DATA)/lists/truth.csv' ]; then \
		$(CLUSTER) start quality && \
		$(CLUSTER) env quality psql -X -v lists='$(abspath $(BENCH_DATA))/lists' -f test/bench/quality.sql; \
		$(CLUSTER) drop quality; \
	else echo 'SKIPPED: no $(BENCH_DATA)/lists, so no figures for quality'; fi
