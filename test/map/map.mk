# Maps: a simulated year; the short form is test/t/031_map_year.pl in "make test"
.PHONY: soak-map
soak: soak-map
soak-map: stage
	@MAP_WEEKS=52 WORK='$(WORK)' BINDIR='$(STAGED_BIN)' PG_CONFIG='$(PG_CONFIG)' test/lib/tap.sh test/t/031_map_year.pl
