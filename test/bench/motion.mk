# The seller's week: a weekly list of 500 sellers over 300,000 matches, partner_warm over a million accounts
.PHONY: bench-motion
bench: bench-motion
bench-motion: stage
	@$(CLUSTER) start bench-motion
	@$(CLUSTER) env bench-motion test/bench/motion.sh
	@$(CLUSTER) drop bench-motion
