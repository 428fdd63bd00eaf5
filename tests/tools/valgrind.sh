#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs every SQL script and every unit test under valgrind: valgrind.sh BUILD.
# Prints the names, and the output of the first one that valgrind finds an error in.
set -eu
cd "$(dirname "$0")/../.."
build=$1
check="valgrind -q --error-exitcode=99 --leak-check=full --track-origins=yes --keep-debuginfo=yes"

for script in tests/sql/*.sql tests/lib/faults*.sql $(find sql -name "*.sql" | sort); do
  echo "$script"
  rc=0
  # A script that ends by .exit leaves the database open, and SQLite's memory in use.
  { echo ".load ./$build/flowlogs"; cat "$script"; } |
    $check --errors-for-leak-kinds=definite sqlite3 -batch :memory: >"$build/valgrind.out" 2>&1 || rc=$?
  # The shell's exit status is 1 if a script causes errors on purpose, and another if the script chooses it.
  if [ "$rc" = 99 ] || [ "$rc" -ge 128 ]; then cat "$build/valgrind.out"; exit 1; fi
done
export TEST_SLOWNESS=20
for test in "$build"/unit/*/test_*; do
  echo "$test"
  # A child of fork() leaves what it cannot free, and ends like that.
  case $test in */test_fork | */test_discover_threads) leaks=no ;; *) leaks=full ;; esac
  $check --leak-check=$leaks "$test" >"$build/valgrind.out" 2>&1 || { cat "$build/valgrind.out"; exit 1; }
done
echo "valgrind: clean"
