#!/bin/sh
# SPDX-License-Identifier: MIT
# What the tests cannot see: both compilers without a warning, the analysers, the formatting.  Needs gcc, clang, cppcheck, clang-tidy, clang-format and shellcheck.
set -eu
cd "$(dirname "$0")/../.."

for cc in gcc clang; do
  make --no-print-directory -s CC=$cc BUILD=build/lint-$cc OPT='-O2 -g -Werror' all
done
make --no-print-directory -s CC=gcc BUILD=build/lint-analyzer OPT='-O2 -fanalyzer -Werror' all
clang-format --dry-run -Werror ext/*.[ch] ext/*/*.[ch] tests/*/*.[ch] tests/unit/*/*.c
# Not true here: readdir() on a stream of one's own is safe in threads (readdir_r is deprecated for worse), and the
# index that may be out of bounds is guarded by the comparison before it.
cppcheck -q --suppress=readdirCalled --suppress=arrayIndexOutOfBoundsCond:ext/file/discover.c --std=c11 --enable=warning,performance,portability --library=posix --library=sqlite3 --inline-suppr \
  --error-exitcode=3 -D__x86_64__ -Iext ext
shellcheck -S warning tests/tools/*.sh sql/export/*.sh .ci/run
echo "lint: clean"
