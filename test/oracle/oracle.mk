# The engine against a plain formulation of its rules, on random lists
ORACLE_CASES = 300

test-oracle:
	@$(CLUSTER) start oracle
	@ORACLE_CASES=$(ORACLE_CASES) $(CLUSTER) env oracle prove test/oracle/equivalence.pl || { $(CLUSTER) drop oracle; exit 1; }
	@$(CLUSTER) drop oracle

.PHONY: soak-oracle
soak: soak-oracle
soak-oracle: stage
	@$(MAKE) --no-print-directory test-oracle ORACLE_CASES=5000
