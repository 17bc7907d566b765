# Private set intersection beside OpenSSL's own multiplication of a point
.PHONY: bench-psi
bench: bench-psi

bench-psi: $(WORK)/curve_bench
	$(WORK)/curve_bench

$(WORK)/curve_bench: test/bench/curve_bench.c $(CRYPTO_OBJS:.o=.c) $(wildcard src/blind/*.h)
	mkdir -p '$(@D)'
	$(CC) -O2 -Wall -Wextra -Isrc -o '$@' $< $(CRYPTO_OBJS:.o=.c) -lcrypto
