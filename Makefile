# accountmatch: partner account mapping in PostgreSQL.
#
#   make demo        map two real lists in a throw-away cluster
#   make test        every test, in throw-away clusters
#   make install     into the PostgreSQL of PG_CONFIG
# See "Working on accountmatch" in README.md for the rest.

PG_CONFIG ?= pg_config
EXTENSION = accountmatch

# The version has one source, META.json; the normalization epoch another, epoch.h
EXTVERSION := $(shell sed -n 's/^   "version": "\(.*\)",/\1/p' META.json)
EPOCH := $(shell sed -n 's/^\#define ACM_EPOCH //p' src/normalize/epoch.h)

# The library is named by the epoch: an upgrade never changes an IMMUTABLE result
MODULE_big = accountmatch-$(EPOCH)

# Pure C, no server header: also linked into the fuzzers and micro-benchmarks
NORMALIZE_OBJS = \
	src/normalize/unicode.o \
	src/normalize/idna.o \
	src/normalize/fold.o \
	src/normalize/ipaddr.o \
	src/normalize/host.o \
	src/normalize/domain.o \
	src/normalize/country.o \
	src/normalize/name_unicode.o \
	src/normalize/name_fold.o \
	src/normalize/company_rules.o src/normalize/company_punctuation.o src/normalize/company.o \
	src/normalize/name_key.o \
	src/normalize/check_digit.o \
	src/normalize/vat.o \
	src/normalize/identifier.o \
	src/normalize/word_rarity.o \
	src/normalize/name_words.o \
	src/normalize/similarity.o

# Likewise, over OpenSSL
CRYPTO_OBJS = \
	src/blind/crypto.o \
	src/blind/curve.o \
	src/blind/key.o

# Private set intersection without a server, over both
PSI_OBJS = \
	src/overlap/headings.o \
	src/exchange/arena.o \
	src/exchange/psi_list.o \
	src/exchange/message.o \
	src/exchange/round.o \
	src/exchange/reveal.o \
	src/exchange/session.o \
	src/exchange/state.o \
	src/exchange/inspect.o

OBJS = src/accountmatch.o $(NORMALIZE_OBJS) $(CRYPTO_OBJS) $(PSI_OBJS) \
	src/exchange/psi_elements.o \
	src/exchange/psi_files.o \
	src/exchange/psi_read.o \
	src/exchange/psi_result.o \
	src/exchange/psi_sessions.o \
	src/exchange/psi_sql.o \
	src/normalize/domain_sql.o \
	src/normalize/company_sql.o \
	src/normalize/identifier_sql.o \
	src/normalize/version_sql.o \
	src/normalize/similarity_sql.o \
	src/blind/keydir.o \
	src/blind/keyfile.o \
	src/blind/keys.o \
	src/blind/blinded.o \
	src/blind/blind.o \
	src/blind/point.o \
	src/overlap/array.o \
	src/overlap/blinded_columns.o \
	src/overlap/corrections.o \
	src/overlap/engine.o \
	src/overlap/estimate.o \
	src/overlap/evidence.o \
	src/overlap/find_matches.o \
	src/overlap/groups.o \
	src/overlap/guess.o \
	src/overlap/keys.o \
	src/overlap/late_names.o \
	src/overlap/list.o \
	src/overlap/names.o \
	src/overlap/near.o \
	src/overlap/near_join.o \
	src/overlap/near_keys.o \
	src/overlap/near_letters.o \
	src/overlap/near_nodes.o \
	src/overlap/overlap_sql.o \
	src/overlap/pack.o \
	src/overlap/pairs.o \
	src/overlap/partner_table.o \
	src/overlap/preflight.o \
	src/overlap/read.o \
	src/overlap/resemble.o \
	src/overlap/result.o \
	src/overlap/rules.o \
	src/overlap/segments.o \
	src/overlap/sites.o \
	src/overlap/stages.o \
	src/overlap/status.o \
	src/overlap/store.o \
	src/overlap/typo.o \
	src/map/source.o \
	src/map/source_texts.o \
	src/map/refresh.o \
	src/map/stored.o \
	src/map/lock.o \
	src/map/csv.o \
	src/map/account_keys.o \
	src/map/key_set.o \
	src/map/reach.o \
	src/map/reach_load.o \
	src/map/reach_near.o \
	src/map/opportunities.o \
	src/motion/read.o

# The SQL script, module by module in floor order. Modules named *_types.sql,
# *_tables.sql and accountmatch.sql run once; the others only declare functions,
# and an upgrade script can replay them.
SQL_MODULES = \
	src/accountmatch.sql \
	src/normalize/types.sql \
	src/normalize/domain_types.sql \
	src/normalize/domain.sql \
	src/normalize/company.sql \
	src/normalize/identifier.sql \
	src/normalize/version_types.sql \
	src/normalize/version.sql \
	src/normalize/similarity.sql \
	src/blind/blinded_types.sql \
	src/blind/point_types.sql \
	src/blind/keys.sql \
	src/blind/blind.sql \
	src/overlap/status_tables.sql \
	src/overlap/status.sql \
	src/overlap/overlap_types.sql \
	src/overlap/overlap.sql \
	src/overlap/evidence_types.sql \
	src/overlap/evidence.sql \
	src/map/map_types.sql \
	src/map/account_keys.sql \
	src/map/map_tables.sql \
	src/map/lists.sql \
	src/map/refresh.sql \
	src/map/import.sql \
	src/map/remap.sql \
	src/map/feed.sql \
	src/map/corrections.sql \
	src/map/views.sql \
	src/map/schedule.sql \
	src/motion/motion_types.sql \
	src/motion/motion_tables.sql \
	src/motion/signals.sql \
	src/motion/scores.sql \
	src/motion/sellers.sql \
	src/motion/week.sql \
	src/motion/warm.sql \
	src/motion/messages.sql \
	src/motion/introductions.sql \
	src/motion/attribution.sql \
	src/motion/health.sql \
	src/motion/ended.sql \
	src/exchange/psi_types.sql \
	src/exchange/psi.sql

# Generated at build time from src/normalize/data; never committed
GEN = src/normalize/generated
GENERATED = \
	$(GEN)/unicode_data.h \
	$(GEN)/host_table.h \
	$(GEN)/data_versions.h \
	$(GEN)/countries.h \
	$(GEN)/separators.h \
	$(GEN)/company_tables.h \
	$(GEN)/words.h

REGRESS = \
	install \
	domain \
	company \
	identifier \
	version \
	similarity \
	blinded \
	psi \
	status \
	partner_table \
	overlap \
	blinded_columns \
	import_csv \
	maps \
	corrections \
	scores \
	weekly \
	messages \
	introductions \
	attribution
# Several sessions at once
ISOLATION = remap motion
ISOLATION_OPTS = --load-extension=accountmatch --encoding=UTF8 --no-locale --inputdir=test/isolation --outputdir=output_iso

REGRESS_OPTS = --load-extension=accountmatch --encoding=UTF8 --no-locale

# Upgrades. src/upgrade/OLD--NEW.sql leads from the last release to this version;
# its lines "-- include FILE" take in modules above. A release is frozen as built,
# install and upgrade script, in release/ ("make freeze"), and never changes there.
UPGRADES = $(patsubst src/upgrade/%.sql,$(EXTENSION)--%.sql,$(wildcard src/upgrade/*--$(EXTVERSION).sql))

DATA = $(filter-out %--$(EXTVERSION).sql,$(wildcard release/$(EXTENSION)--*.sql))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql $(UPGRADES)
EXTRA_CLEAN = accountmatch.control $(GEN) build results regression.diffs regression.out tmp_check

# Not called ICU_...: PGXS has these, empty where PostgreSQL was built without ICU
ACM_ICU_CFLAGS := $(shell pkg-config --cflags icu-uc 2>/dev/null)
ACM_ICU_LIBS := $(shell pkg-config --libs icu-uc 2>/dev/null || echo -licuuc)

PG_CPPFLAGS = -Isrc -DACM_VERSION='"$(EXTVERSION)"' $(ACM_ICU_CFLAGS)
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter $(if $(WERROR),-Werror) $(CLANG_CFLAGS)
SHLIB_LINK = $(ACM_ICU_LIBS) -lcrypto

# Where gcc built PostgreSQL, clang meets options and attributes that only gcc knows
CLANG_CFLAGS = $(if $(findstring clang,$(shell $(CC) --version)), \
	-Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes)

# Bitcode for JIT inlining would double the build and serve nobody
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

accountmatch.control: src/accountmatch.control.in META.json src/normalize/epoch.h
	sed -e 's/@VERSION@/$(EXTVERSION)/' -e 's/@EPOCH@/$(EPOCH)/' $< > $@

all: accountmatch.control

$(EXTENSION)--$(EXTVERSION).sql: $(SQL_MODULES) META.json Makefile
	for f in $(SQL_MODULES); do printf '\n-- %s\n\n' "$$f"; cat "$$f" || exit 1; done > $@.tmp
	mv $@.tmp $@

$(UPGRADES): $(EXTENSION)--%.sql: src/upgrade/%.sql src/upgrade/expand.pl $(SQL_MODULES)
	perl src/upgrade/expand.pl $< > $@.tmp
	mv $@.tmp $@

include src/normalize/generate.mk

$(OBJS): $(wildcard src/*.h src/*/*.h) $(GENERATED) META.json

else

# A bare machine: what needs PGXS starts make again after "deps"
all install installcheck:
	@echo "PostgreSQL's server headers are missing: 'make deps' installs them (Debian), or set PG_CONFIG" >&2; exit 1

endif

include test/lib/targets.mk
