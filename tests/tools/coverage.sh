#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests of make test on a build that counts which lines are run: coverage.sh BUILD PYTHON.
# The table of all files is in BUILD/coverage.txt; below 95 % of the lines of ext/ it fails.
set -eu
cd "$(dirname "$0")/../.."
build=$1
tests/tools/deps.sh coverage

# Threads count in one place, hence the atomic counters.  A child of fork() that ends with _exit() writes nothing.
make --no-print-directory -s BUILD="$build" CC=gcc OPT='-O0 -g --coverage -fprofile-update=atomic' build-tests
find "$build" -name '*.gcda' -delete
# A count may be off where the program is killed, but a failing test is a failing test.
BUILD=$build "$2" -m pytest -q -p no:cacheprovider tests/python || echo "coverage: some tests fail in this build, which is slow"
gcovr -r . --object-directory "$build" --filter 'ext/' --fail-under-line 95 --txt "$build/coverage.txt" --print-summary
