# flowlogs: AWS VPC flow log files as a SQL table.
#
#   make               build/flowlogs.so (.dylib on macOS)
#   make demo          installs what is missing, builds, and shows a tour of queries on the sample logs
#   make test          installs what is missing, builds, and runs every test; ends in "N passed, N failed"
#   make bench         measures side by side with DuckDB, zcat | awk and zlib's own speed; some eight minutes
#   make install       to $(PREFIX)/lib
#   make sample        makes tests/data anew; make readme: the README's column table
#   make asan          a checked build, in build/asan
#   make tsan          the same for threads, and the threaded tests on it
#   make valgrind      the SQL scripts and unit tests under valgrind
#   make lint          compilers' and analysers' warnings, formatting
#   make clean

CC      ?= cc
PREFIX  ?= /usr/local
PYTHON  ?= $(firstword $(wildcard /usr/bin/python3) python3)
BUILD   ?= build
OPT     ?= -O3 -g

ifeq ($(shell uname -s),Darwin)
  SO     := dylib
  SHARED := -dynamiclib -undefined dynamic_lookup
else
  SO     := so
  # nodelete: when loading fails half way, for want of memory, SQLite unloads us and then calls destructors of ours.
  SHARED := -shared -Wl,-z,defs,-z,relro,-z,now,-z,nodelete
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wwrite-strings
ALL_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE $(OPT) $(WARN) -fPIC -pthread -fvisibility=hidden $(CFLAGS)
LIBS := -lz -pthread

SOURCES := $(sort $(wildcard ext/*.c))
HEADERS := $(wildcard ext/*.h)
OBJECTS := $(SOURCES:ext/%.c=$(BUILD)/%.o)

# The upper layer, which talks to SQLite.  Everything else is the lower one: it knows no SQLite, and tests link it alone.
UPPER := columns cwl errors_table files_table flowlogs_table funcs interrupt lookup main mem numbers options pass place \
         plan query recall report request rollup_table stats table terms unpack value
LOWER := $(filter-out $(UPPER),$(SOURCES:ext/%.c=%))

.PHONY: all demo test test-only valgrind bench install uninstall clean deps deps-build deps-test asan tsan lint sample readme
.DELETE_ON_ERROR:

all: $(BUILD)/flowlogs.$(SO)

$(BUILD)/flowlogs.$(SO): $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(SHARED) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: ext/%.c $(HEADERS) Makefile | $(BUILD)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD) $(BUILD)/unit $(BUILD)/bench:
	mkdir -p $@

# --- what has to be there -----------------------------------------------------------------------------------------

deps: deps-build deps-test
deps-build:
	@tests/deps.sh build
deps-test:
	@tests/deps.sh build test

# --- for users ----------------------------------------------------------------------------------------------------

demo: deps-build
	@$(MAKE) -s --no-print-directory all
	@tests/demo.sh $(BUILD)/flowlogs

install: all
	install -d "$(DESTDIR)$(PREFIX)/lib"
	install -m 755 $(BUILD)/flowlogs.$(SO) "$(DESTDIR)$(PREFIX)/lib/"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/lib/flowlogs.$(SO)"

# --- tests --------------------------------------------------------------------------------------------------------

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))

$(BUILD)/unit/%: tests/unit/%.c tests/unit/mem.c $(LOWER:%=$(BUILD)/%.o) $(wildcard tests/unit/*.h) | $(BUILD)/unit
	$(CC) $(ALL_CFLAGS) -Iext -o $@ $< tests/unit/mem.c $(LOWER:%=$(BUILD)/%.o) -lcmocka $(LIBS)

# A host of its own that makes SQLite's allocator fail; it loads the extension as any other host does.
$(BUILD)/test_nomem: tests/host/test_nomem.c | $(BUILD)
	$(CC) $(ALL_CFLAGS) -o $@ $< -lsqlite3

$(BUILD)/columns: tests/columns.c $(BUILD)/fields.o
	$(CC) $(ALL_CFLAGS) -Iext -o $@ $^

build-tests: all $(UNIT_TESTS) $(BUILD)/columns $(BUILD)/test_nomem
.PHONY: build-tests

test: deps-test
	@$(MAKE) --no-print-directory test-only

# The same tests on the release build and under AddressSanitizer and UndefinedBehaviorSanitizer.
test-only: build-tests
	@$(MAKE) --no-print-directory asan
	$(PYTHON) -m pytest -q -rs -p no:cacheprovider tests

SANITIZED = $(MAKE) --no-print-directory BUILD=$(BUILD)/$(1) \
            OPT="-O1 -g -fno-omit-frame-pointer $(2)" CC=gcc
asan:
	@$(call SANITIZED,asan,-fsanitize=address$(,)undefined -fno-sanitize-recover=all) build-tests
tsan:
	@$(call SANITIZED,tsan,-fsanitize=thread) build-tests
	@tests/tsan.sh $(BUILD)/tsan
, := ,

# All SQL scripts and the unit tests under valgrind: some minutes.
valgrind: build-tests
	@tests/valgrind.sh $(BUILD)

# BENCH='--records 1000000 default-gzip small' measures less; what is printed is Markdown.
bench: all $(BUILD)/bench/gen $(BUILD)/bench/inflate $(BUILD)/bench/measure
	@$(PYTHON) -B tests/bench/bench.py $(BUILD) $(BENCH)

$(BUILD)/bench/%: tests/bench/%.c | $(BUILD)/bench
	$(CC) -std=c11 -D_DEFAULT_SOURCE -O2 $(WARN) -o $@ $< -lz

lint:
	@tests/lint.sh $(LOWER)

sample:
	$(PYTHON) tests/data/generate.py tests/data

readme: $(BUILD)/columns
	$(PYTHON) tests/readme.py --write $(BUILD)/columns

clean:
	rm -rf $(BUILD)
