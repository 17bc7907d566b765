# The regression tests in a server under valgrind: make valgrind REGRESS=overlap
# Fails where an error has a frame in our library, or a test's output differs.

VALGRIND = valgrind --quiet --leak-check=no --num-callers=40 --error-limit=no --fullpath-after= \
	--log-file='$(WORK)/clusters/valgrind/%p.log'

valgrind: deps
	@$(MAKE) --no-print-directory -s stage
	@UNDER="$(VALGRIND)" CLUSTER_CONF='jit = off' PGCTLTIMEOUT=600 $(CLUSTER) start valgrind
	@$(CLUSTER) env valgrind $(MAKE) -s --no-print-directory PG_CONFIG='$(shell command -v $(PG_CONFIG))' installcheck || touch '$(WORK)/clusters/valgrind/failed'
	@perl test/valgrind/report.pl '$(MODULE_big).so' '$(CURDIR)/src' '$(WORK)'/clusters/valgrind/*.log && [ ! -e '$(WORK)/clusters/valgrind/failed' ]; \
		status=$$?; $(CLUSTER) drop valgrind; exit $$status
