#!/bin/sh
# SPDX-License-Identifier: MIT
# The threaded unit tests and every SQL script under ThreadSanitizer: tsan.sh BUILD.  Silent but for the names, and what
# is wrong.  A race ends the program with 66.
set -eu
cd "$(dirname "$0")/../.."
build=$1
runtime=$(gcc -print-file-name=libtsan.so)
shell=$(command -v sqlite3)

for name in base/test_threads file/test_read_ahead scan/test_queue scan/test_scan; do
  echo "$name"
  "$build/unit/$name" >"$build/tsan.out" 2>&1 || { cat "$build/tsan.out"; exit 1; }
done
for script in tests/sql/*.sql $(find sql -name "*.sql" | sort); do
  echo "$script"
  rc=0
  { echo ".load ./$build/flowlogs"; cat "$script"; } |
    LD_PRELOAD=$runtime "$shell" -batch :memory: >"$build/tsan.out" 2>&1 || rc=$?
  # The shell ends with 1 where a script provokes errors.
  if [ "$rc" -gt 1 ] || grep -q "ThreadSanitizer" "$build/tsan.out"; then cat "$build/tsan.out"; exit 1; fi
done
echo "tsan: clean"
