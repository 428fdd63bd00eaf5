# flowlogs: AWS VPC flow log files as a SQL table.
#
#   make               build/flowlogs.so (.dylib on macOS); INFLATE=zlib or INFLATE=isal chooses what inflates
#   make demo          installs what is missing, builds, and shows a tour of queries on the sample logs
#   make test          installs what is missing, builds, and runs every test; ends in "N passed, N failed"
#   make bench         measures side by side with DuckDB, zcat | awk and zlib's own speed; some ten minutes
#   make install       to $(PREFIX)/lib, with the scripts of sql in $(PREFIX)/share/flowlogs and the man page flowlogs(7);
#                      PREFIX, LIBDIR and DESTDIR say where, and make uninstall removes it all
#   make packages      makes all packages in build/package; make tarball, npm, wheel, deb and sqlpkg make one
#   make packages-check   installs the packages in Debian 12 and 13, Node.js and Python, and asks them; an hour
#   make sample        makes tests/data anew
#   make generate      writes what is generated from ext/record/fields.h and from the descriptions of tables anew: the field
#                      lists of sql/export and the tables in the READMEs; run it after a change of a field, and commit both
#   make asan          a checked build, in build/asan
#   make tsan          the same for threads, and the threaded tests on it
#   make valgrind      the SQL scripts and unit tests under valgrind
#   make faults        each allocation and call of the system fails in turn; an hour and more
#   make hosts         installs the languages and libraries that Debian and npm have, and runs the extension in each
#   make damage        damages every sample file at every byte, and reads bombs of 10 GB; an hour
#   make large         reads a gzip member of more than 4 GiB with each library that inflates; a minute
#   make fuzz          searches with libFuzzer for inputs that break a parser, an hour; FUZZ_SECONDS=10 for a quick look
#   make parquet       random queries over random Parquet files and over the same records as text; some minutes
#   make soak          random queries over files that change, two hours; SOAK_SECONDS=60 for a quick look
#   make soak-index    random queries with an index and without one, over files that change, an hour; INDEX_SECONDS=60
#   make versions      builds older and newer versions of SQLite, and runs the tests on each; an hour
#   make lint          compilers' and analysers' warnings, formatting
#   make analyze       clang-tidy and scan-build, some minutes
#   make coverage      which lines of ext/ make test's tests run; fails below 95 %
#   make clean

, := ,
CC      ?= cc
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
PYTHON  ?= $(firstword $(wildcard /usr/bin/python3) python3)
BUILD   ?= build
OPT     ?= -O3 -g

# The version of everything that is built and packaged.
VERSION := $(shell sed -n 's/^\#define FLOWLOGS_VERSION "\(.*\)"/\1/p' ext/flowlogs.h)

ifeq ($(shell uname -s),Darwin)
  SO     := dylib
  SHARED := -dynamiclib -undefined dynamic_lookup
else
  SO     := so
  # nodelete: when loading fails half way, for want of memory, SQLite unloads us and then calls destructors of ours.
  SHARED := -shared -Wl,-z,defs,-z,relro,-z,now,-z,nodelete
  # By this name ldconfig lists the installed library, which it finds by a link that begins with "lib".
  SONAME := -Wl,-soname,flowlogs.so
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wwrite-strings
ALL_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE $(OPT) $(WARN) -fPIC -pthread -fvisibility=hidden \
              $(CPPFLAGS) $(CFLAGS)
LIBS := -lz -pthread

# What inflates gzip files: ISA-L where it can be compiled and linked, zlib otherwise.  INFLATE=zlib and INFLATE=isal force
# one.  The tests compare both where there is ISA-L, whatever INFLATE is.  ISAL: are its headers and library there?
ifeq ($(origin ISAL_LIBS),undefined)
  ISAL_CFLAGS := $(shell pkg-config --cflags libisal 2>/dev/null)
  ISAL_LIBS   := $(or $(shell pkg-config --libs libisal 2>/dev/null),-lisal)
endif
ISAL_TEST := \#include <isa-l.h>\nint main(void) { struct inflate_state s; isal_inflate_init(&s); return isal_inflate(&s); }
ifeq ($(origin ISAL),undefined)
  ISAL := $(shell printf '$(ISAL_TEST)\n' | $(CC) $(CPPFLAGS) $(CFLAGS) $(ISAL_CFLAGS) -o /dev/null -x c - -x none $(LDFLAGS) $(ISAL_LIBS) 2>/dev/null && echo yes)
endif
INFLATE ?= $(if $(ISAL),isal,zlib)
ifeq ($(filter zlib isal,$(INFLATE)),)
  $(error INFLATE is zlib or isal, not '$(INFLATE)')
endif
ifeq ($(INFLATE)/$(ISAL),isal/)
  $(error ISA-L was not found; install it (libisal-dev in Debian and Ubuntu, isa-l-devel in Fedora, isa-l in Homebrew), or \
          say INFLATE=zlib)
endif

# The rooms of ext/, lowest first: each may include headers of the rooms before it and of its own.  The lower rooms do
# not know SQLite, so unit tests link them alone.
LOWER_ROOMS := base net file record container parquet predicate scan connection index
UPPER_ROOMS := sqlite index_file functions tables

ISAL_OBJECT := $(BUILD)/file/inflate_isal.o

LOWER   := $(filter-out $(ISAL_OBJECT),$(sort $(patsubst ext/%.c,$(BUILD)/%.o,$(wildcard $(LOWER_ROOMS:%=ext/%/*.c)))))
ifeq ($(INFLATE),isal)
  LOWER += $(ISAL_OBJECT)
  LIBS  += $(ISAL_LIBS)
endif
UPPER   := $(sort $(patsubst ext/%.c,$(BUILD)/%.o,$(wildcard $(UPPER_ROOMS:%=ext/%/*.c)))) $(BUILD)/main.o
OBJECTS := $(LOWER) $(UPPER)

.PHONY: all demo test test-only valgrind faults hosts versions bench install uninstall clean deps deps-build deps-test asan tsan lint sample \
        generate
.DELETE_ON_ERROR:

all: $(BUILD)/flowlogs.$(SO)

$(BUILD)/flowlogs.$(SO): $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(SHARED) $(SONAME) $(LDFLAGS) -o $@ $^ $(LIBS)
	@echo "$@ inflates with $(if $(filter isal,$(INFLATE)),ISA-L,zlib)"

# The choice of the last build: what depends on it is made again when it changes.
$(BUILD)/inflate.choice: FORCE
	@mkdir -p $(@D)
	@echo $(INFLATE) | cmp -s - $@ || echo $(INFLATE) >$@
FORCE:
$(BUILD)/file/inflate.o: ALL_CFLAGS += -DINFLATE_KIND=inflate_$(INFLATE)
$(BUILD)/file/inflate.o: $(BUILD)/inflate.choice
$(ISAL_OBJECT): ALL_CFLAGS += $(ISAL_CFLAGS)

# The compiler writes down which headers an object depends on (-MMD), so that a change of one compiles what it concerns.
$(BUILD)/%.o: ext/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iext -MMD -MP -c -o $@ $<
-include $(OBJECTS:.o=.d) $(ISAL_OBJECT:.o=.d)

$(BUILD) $(BUILD)/bench:
	mkdir -p $@

# --- what has to be there -----------------------------------------------------------------------------------------

deps: deps-build deps-test
deps-build:
	@tests/tools/deps.sh build
deps-test:
	@tests/tools/deps.sh build test

# --- for users ----------------------------------------------------------------------------------------------------

demo: deps-build
	@$(MAKE) -s --no-print-directory all
	@tests/tools/demo.sh $(BUILD)/flowlogs

# What is installed besides the library and the scripts is made from templates in .packaging; its README says more.
install: all $(BUILD)/flowlogs.7 $(BUILD)/flowlogs.pc
	tests/tools/install_sql.sh "$(DESTDIR)" "$(PREFIX)" "$(LIBDIR)"
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(MANDIR)/man7"
	install -m 755 $(BUILD)/flowlogs.$(SO) "$(DESTDIR)$(LIBDIR)/"
	$(if $(SONAME),ln -sf flowlogs.so "$(DESTDIR)$(LIBDIR)/libflowlogs.so")
	install -m 644 $(BUILD)/flowlogs.pc "$(DESTDIR)$(LIBDIR)/pkgconfig/"
	install -m 644 $(BUILD)/flowlogs.7 "$(DESTDIR)$(MANDIR)/man7/"
	@.packaging/how_to_load.sh "$(DESTDIR)" "$(LIBDIR)" "$(PREFIX)"

uninstall:
	rm -f "$(DESTDIR)$(LIBDIR)/flowlogs.$(SO)" "$(DESTDIR)$(LIBDIR)/libflowlogs.so" \
	      "$(DESTDIR)$(LIBDIR)/pkgconfig/flowlogs.pc" "$(DESTDIR)$(MANDIR)/man7/flowlogs.7"
	rm -rf "$(DESTDIR)$(PREFIX)/share/flowlogs"

# The time of whatever carries one: that of the last commit, or of the header where there is no git.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),$(shell date -r ext/flowlogs.h +%s))

$(BUILD)/flowlogs.7: .packaging/man.sql $(BUILD)/flowlogs.$(SO) FORCE
	@.packaging/man.sh $(BUILD)/flowlogs "$(EPOCH)" "$(PREFIX)" "$(LIBDIR)" >$@
$(BUILD)/flowlogs.pc: .packaging/flowlogs.pc.in FORCE
	@sed -e "s|@VERSION@|$(VERSION)|" -e "s|@PREFIX@|$(PREFIX)|" -e "s|@LIBDIR@|$(LIBDIR)|" $< >$@

include .packaging/packages.mk

# --- tests --------------------------------------------------------------------------------------------------------

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))

# What the tests have in the place of the extension's own: an allocator that can fail on purpose, and a choice of what
# inflates, with all libraries that are there.
TEST_CFLAGS := -Iext -Itests/lib -DINFLATE_KIND=inflate_$(INFLATE) $(if $(ISAL),-DHAVE_ISAL)
TEST_LIB    := tests/lib/mem.c tests/lib/inflate_choice.c
TEST_LOWER  := $(filter-out $(BUILD)/file/inflate.o,$(sort $(LOWER) $(if $(ISAL),$(ISAL_OBJECT))))
TEST_LIBS   := $(LIBS) $(if $(ISAL),$(ISAL_LIBS))

# A unit test is linked with the lower rooms.
$(BUILD)/unit/%: tests/unit/%.c $(TEST_LIB) $(TEST_LOWER) $(BUILD)/inflate.choice $(wildcard tests/lib/*.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -o $@ $< $(TEST_LIB) $(TEST_LOWER) -lcmocka $(TEST_LIBS)

# A host of its own that makes SQLite's allocator and calls of the system fail; it loads the extension as any other
# host does, which then finds the functions of the host (-rdynamic) before those of the C library.
$(BUILD)/fault_host: tests/lib/fault_host.c tests/lib/faulty_calls.c tests/lib/faulty_calls.h | $(BUILD)
	$(CC) $(ALL_CFLAGS) -fvisibility=default -rdynamic -o $@ $(filter %.c,$^) -lsqlite3 -ldl

# A host with many threads, statements and children.
$(BUILD)/crowd_host: tests/lib/crowd_host.c | $(BUILD)
	$(CC) $(ALL_CFLAGS) -o $@ $< -lsqlite3 $(LIBS)

# A host that says that its SQLite is old.
$(BUILD)/old_host: tests/lib/old_host.c | $(BUILD)
	$(CC) $(ALL_CFLAGS) -o $@ $< -lsqlite3 -ldl

$(BUILD)/columns: tests/tools/columns.c $(BUILD)/record/fields.o
	$(CC) $(ALL_CFLAGS) -Iext -o $@ $^

# The same calls, for the sqlite3 shell: preloaded, and told by the environment what fails.
$(BUILD)/faulty_calls.so: tests/lib/faulty_calls.c tests/lib/faulty_calls.h | $(BUILD)
	$(CC) $(ALL_CFLAGS) -fvisibility=default -shared -o $@ $< -ldl

# A fuzz target, tests/fuzz/NAME.c, is linked with a program that replays the files of its corpus, or with libFuzzer.
# Those of the lower rooms have what the unit tests have; sql_*.c have SQLite and the whole extension.
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_MAIN    ?= tests/lib/replay.c
$(BUILD)/fuzz/sql_%: tests/fuzz/sql_%.c tests/lib/replay.c $(wildcard tests/lib/fuzz*.h) $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iext -Itests/lib -o $@ $< $(FUZZ_MAIN) $(OBJECTS) -lsqlite3 $(LIBS)
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/lib/replay.c $(wildcard tests/lib/*.h) $(TEST_LIB) $(TEST_LOWER) $(BUILD)/inflate.choice
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -o $@ $< $(FUZZ_MAIN) $(TEST_LIB) $(TEST_LOWER) -lsqlite3 $(TEST_LIBS)
build-fuzz: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
.PHONY: build-fuzz

build-tests: all $(UNIT_TESTS) $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%) $(BUILD)/columns $(BUILD)/fault_host \
             $(BUILD)/faulty_calls.so $(BUILD)/crowd_host $(BUILD)/old_host
.PHONY: build-tests

CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
test: deps-test
	@$(MAKE) --no-print-directory -j$(CORES) build-tests asan build-tsan
	@$(MAKE) --no-print-directory test-only

# The same tests on the release build and under AddressSanitizer and UndefinedBehaviorSanitizer, and a few under
# ThreadSanitizer.  The release build inflates with ISA-L where it is there, and the one with AddressSanitizer with zlib.  The tests of a file run one after the other, and files side by side where there is pytest-xdist.
SIDE_BY_SIDE = $(shell $(PYTHON) -c 'import xdist' 2>/dev/null && echo ' -n auto --dist loadfile')
test-only: build-tests asan build-tsan
	$(PYTHON) -m pytest -q -rs -p no:cacheprovider $(SIDE_BY_SIDE) tests/python

SANITIZED = $(MAKE) --no-print-directory BUILD=$(BUILD)/$(1) \
            OPT="-O1 -g -fno-omit-frame-pointer $(2)" CC=gcc
# Without its detection of addresses that outlive their function: for it, gcc 14 puts vectors of 64 bytes at addresses that
# are not multiples of 64, and a processor with AVX-512 refuses them.
asan:
	@$(call SANITIZED,asan,-fsanitize=address$(,)undefined -fno-sanitize-recover=all --param asan-use-after-return=0) \
	  INFLATE=zlib build-tests
build-tsan:
	@$(call SANITIZED,tsan,-fsanitize=thread) all
tsan:
	@$(call SANITIZED,tsan,-fsanitize=thread) build-tests
	@tests/tools/tsan.sh $(BUILD)/tsan
.PHONY: build-tsan

# All fuzz targets with libFuzzer, each for FUZZ_SECONDS, in which it looks for inputs beyond its corpus.  By default that
# is an hour for all together.  FUZZ='lines ip' runs these alone.
FUZZ         ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= $(shell expr 3600 / $(words $(FUZZ)))
FUZZED = $(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang FUZZ_MAIN=-fsanitize=fuzzer FUZZ_TARGETS="$(FUZZ)" \
         OPT="-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
fuzz: deps-fuzz
	@$(FUZZED) build-fuzz
	@tests/tools/fuzz.sh $(BUILD)/clang/fuzz $(FUZZ_SECONDS) $(FUZZ)

# Chooses the inputs of tests/fuzz/corpus anew, from those and from what `make fuzz` has found.
fuzz-corpus: deps-fuzz
	@$(FUZZED) build-fuzz
	@$(PYTHON) -B tests/tools/fuzz_corpus.py $(BUILD)/clang/fuzz $(FUZZ)
deps-fuzz:
	@tests/tools/deps.sh build fuzz
.PHONY: fuzz fuzz-corpus deps-fuzz

# Random queries over files that change, compared with a slow reader, for SOAK_SECONDS.  SOAK_SEED repeats a run.
SOAK_SECONDS ?= 7200
soak: build-tests
	@$(PYTHON) -B tests/tools/soak.py --seconds $(SOAK_SECONDS) $(if $(SOAK_SEED),--seed $(SOAK_SEED))
.PHONY: soak

# Random queries with an index and without one, over trees that change between the two, for INDEX_SECONDS.  INDEX_SEED
# repeats a run.
INDEX_SECONDS ?= 3600
soak-index: build-tests
	@$(PYTHON) -B tests/tools/index_soak.py --seconds $(INDEX_SECONDS) $(if $(INDEX_SEED),--seed $(INDEX_SEED))
.PHONY: soak-index

# All SQL scripts and the unit tests under valgrind: some minutes.
valgrind: build-tests
	@tests/tools/valgrind.sh $(BUILD)

# A gzip member of more than 4 GiB, with each library that inflates; a minute.
large: build-tests
	$(BUILD)/unit/file/test_inflate large
.PHONY: large

# Every allocation of every SQL script fails in turn, and every call of the system of some queries: an hour and more.
faults: deps-test
	@$(MAKE) --no-print-directory build-tests
	@$(MAKE) --no-print-directory asan
	@$(PYTHON) tests/lib/faults.py $(BUILD) io every tests/lib/faults.sql
	@FLOWLOGS_ROOT=$(CURDIR)/tests/data $(PYTHON) tests/lib/faults.py $(BUILD) io every:4 tests/lib/faults.sql
	@$(PYTHON) tests/lib/faults.py $(BUILD)/asan io every:4 tests/lib/faults.sql
	@$(PYTHON) tests/lib/faults.py $(BUILD) io every tests/lib/faults_index.sql
	@$(PYTHON) tests/lib/faults.py $(BUILD) alloc every tests/lib/faults_index.sql
	@$(PYTHON) tests/lib/faults.py $(BUILD) io every tests/lib/faults_containers.sql
	@$(PYTHON) tests/lib/faults.py $(BUILD) alloc every tests/lib/faults_containers.sql
	@FLOWLOGS_MANY=100000 $(PYTHON) -m pytest -q -p no:cacheprovider tests/python/test_odd_files.py
	@$(PYTHON) tests/lib/faults.py $(BUILD) alloc every
	@$(PYTHON) tests/lib/faults.py $(BUILD)/asan alloc ours:4

# What make test does with a few small files, with all; DAMAGE_FROM=38 goes on after 38 samples.
damage: build-tests asan
	$(BUILD)/asan/unit/scan/test_damage all $(DAMAGE_FROM)
	$(BUILD)/asan/unit/parquet/test_parquet all
	DAMAGE=all $(PYTHON) -m pytest -q -p no:cacheprovider tests/python/test_damage.py tests/python/test_index_file.py tests/python/test_pipes.py tests/python/test_parquet_hostile.py
.PHONY: damage

# Folders of Parquet files and of text, and questions about them, with other seeds than those of make test.
PARQUET_SEEDS ?= 100-400
parquet: build-tests asan
	PARQUET_SEEDS=$(PARQUET_SEEDS) PARQUET_QUESTIONS=60 $(PYTHON) -m pytest -q -p no:cacheprovider tests/python/test_parquet_random.py
.PHONY: parquet

# BENCH='--records 1000000 default-gzip small' measures less; what is printed is Markdown.
bench: all $(BUILD)/bench/gen $(BUILD)/bench/inflate $(BUILD)/bench/measure
	@$(MAKE) -s --no-print-directory BUILD=$(BUILD)/zlib INFLATE=zlib all
	@$(PYTHON) -B tests/bench/bench.py $(BUILD) $(BENCH)

$(BUILD)/bench/%: tests/bench/%.c | $(BUILD)/bench
	$(CC) -std=c11 -D_DEFAULT_SOURCE -O2 $(WARN) $(if $(ISAL),-DHAVE_ISAL $(ISAL_CFLAGS)) -o $@ $< -lz $(if $(ISAL),$(ISAL_LIBS))

# VERSIONS='newest' chooses; tests/tools/sqlite_versions.sh lists them.
VERSIONS ?= 3.30.1 3.31.1 3.34.0 3.38.2 3.46.1 newest
versions: deps-test build-tests
	@PYTHON=$(PYTHON) tests/tools/sqlite_versions.sh test $(VERSIONS)

# Prints a table of the hosts in tests/hosts, and "N passed, N failed, N skipped".
hosts: all
	@$(PYTHON) -B tests/hosts/run.py $(BUILD)

# The report of 2 million records with an intrusion in them: its time beside that of its queries alone, its size, and the
# page in Chromium, whose pictures are in $(BUILD)/report; a few minutes.  Without chromium, tidy: apt-get install.
report-check: all
	@$(PYTHON) -B tests/tools/report_check.py $(BUILD) $(REPORT)
.PHONY: report-check

lint:
	@tests/tools/lint.sh

analyze:
	@tests/tools/analyze.sh
.PHONY: analyze

# The table of files is in build/coverage/coverage.txt; tests/README.md says why some lines are not run.
coverage: deps-test
	@tests/tools/coverage.sh $(BUILD)/coverage $(PYTHON)
.PHONY: coverage

sample:
	$(PYTHON) tests/data/generate.py tests/data

generate: all $(BUILD)/columns
	$(PYTHON) tests/lib/readme.py --write $(BUILD)/columns
	$(PYTHON) tests/tools/generate.py --write $(BUILD)/columns

clean:
	rm -rf $(BUILD)
