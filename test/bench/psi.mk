# Private set intersection beside OpenSSL's own multiplication of a point, and in SQL beside @openmined/psi.js
.PHONY: bench-psi
bench: bench-psi

PSI_PEER = $(WORK)/bench/psi.js

bench-psi: stage $(WORK)/curve_bench
	$(WORK)/curve_bench
	@mkdir -p '$(PSI_PEER)'
	@npm install --prefix '$(PSI_PEER)' --no-audit --no-fund --ignore-scripts --loglevel error '@openmined/psi.js@2.0' > '$(PSI_PEER)/npm.log' 2>&1 || \
		echo 'skipped: @openmined/psi.js: no node and npm here, or npm could not install it'
	@$(CLUSTER) start bench-psi
	@NPM="$$(test -d '$(PSI_PEER)/node_modules/@openmined' && echo '$(PSI_PEER)')" $(CLUSTER) env bench-psi test/bench/psi_bench.sh || { $(CLUSTER) drop bench-psi; exit 1; }
	@$(CLUSTER) drop bench-psi

$(WORK)/curve_bench: test/bench/curve_bench.c $(CRYPTO_OBJS:.o=.c) $(wildcard src/blind/*.h)
	mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Isrc -o '$@' $< $(CRYPTO_OBJS:.o=.c) -lcrypto
