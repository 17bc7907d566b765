# accountmatch-psi, the partner's program for private set intersection: no server, no network. Linked
# statically where the static libraries are, so that it can be copied to another Linux machine.

KIT = $(WORK)/accountmatch-psi
KIT_SOURCES = $(wildcard src/kit/*.c) $(PSI_OBJS:.o=.c) $(CRYPTO_OBJS:.o=.c) $(NORMALIZE_OBJS:.o=.c)
KIT_CC = $(CC) -O2 -Wall -Wextra -Wno-unused-parameter $(if $(WERROR),-Werror) -Isrc -DACM_VERSION='"$(EXTVERSION)"' $(ACM_ICU_CFLAGS)

.PHONY: psi-kit
psi-kit: $(KIT)

$(KIT): $(KIT_SOURCES) $(GENERATED) $(wildcard src/*/*.h) META.json
	mkdir -p '$(@D)'
	$(KIT_CC) -static -o '$@' $(KIT_SOURCES) $(ACM_ICU_LIBS) -licudata -lcrypto -lstdc++ -lm > '$@.log' 2>&1 || \
		$(KIT_CC) -o '$@' $(KIT_SOURCES) $(ACM_ICU_LIBS) -lcrypto
