# Fuzzing, without a server: make fuzz FUZZ_SECONDS=600

FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_FLAGS = -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZERS = $(patsubst test/fuzz/fuzz_%.c,%,$(wildcard test/fuzz/fuzz_*.c))

fuzz: $(addprefix fuzz-,$(FUZZERS))

# A finding is left in the build tree as crash-*; new inputs are not kept
fuzz-%: test/fuzz/fuzz_%.c $(NORMALIZE_OBJS:.o=.c) $(CRYPTO_OBJS:.o=.c) $(PSI_OBJS:.o=.c) $(GENERATED)
	mkdir -p '$(WORK)/fuzz/$*'
	$(FUZZ_CC) $(FUZZ_FLAGS) -Wall -Wextra -Wno-unused-function -Isrc $(ACM_ICU_CFLAGS) -o '$(WORK)/fuzz/fuzz_$*' $< $(NORMALIZE_OBJS:.o=.c) $(CRYPTO_OBJS:.o=.c) $(PSI_OBJS:.o=.c) $(ACM_ICU_LIBS) -lcrypto
	'$(WORK)/fuzz/fuzz_$*' -max_total_time=$(FUZZ_SECONDS) -max_len=600 -timeout=10 -print_final_stats=1 \
		-artifact_prefix='$(WORK)/fuzz/' $(if $(wildcard test/fuzz/$*.dict),-dict=test/fuzz/$*.dict) \
		'$(WORK)/fuzz/$*' test/fuzz/seeds/$*
