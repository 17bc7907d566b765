# Maps: a simulated year, and fifty kills; both run in a short form in "make test"
.PHONY: soak-map
soak: soak-map
soak-map: stage
	@MAP_WEEKS=52 MAP_KILLS=50 WORK='$(WORK)' BINDIR='$(STAGED_BIN)' PG_CONFIG='$(PG_CONFIG)' test/lib/tap.sh test/t/031_map_year.pl test/t/033_map_crash.pl
