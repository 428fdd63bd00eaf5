#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks what tests cannot: that gcc and clang give no warnings, gcc's analyzer and cppcheck find
# no fault, and the formatting of C and the shell scripts are as agreed. Needs gcc, clang,
# cppcheck, clang-format and shellcheck.
set -eu
cd "$(dirname "$0")/../.."

for cc in gcc clang; do
  make --no-print-directory -s CC=$cc BUILD=build/lint-$cc OPT='-O2 -g -Werror' all
done
make --no-print-directory -s CC=gcc BUILD=build/lint-analyzer OPT='-O2 -fanalyzer -Werror' all
clang-format --dry-run -Werror ext/*.[ch] ext/*/*.[ch] tests/*/*.[ch] tests/unit/*/*.c
# Three findings of cppcheck are wrong here. readdir() is safe in threads that do not share a stream
# (readdir_r is deprecated). The index in discover.c that may be out of bounds is guarded by the
# comparison before it. It does not read SQLite's headers, so it takes their version for too old.
cppcheck -q --suppress=readdirCalled --suppress=preprocessorErrorDirective:ext/main.c --suppress=arrayIndexOutOfBoundsCond:ext/file/discover.c --std=c11 \
  --enable=warning,performance,portability --library=posix --library=sqlite3 --inline-suppr \
  --error-exitcode=3 -D__x86_64__ -Iext ext
shellcheck -s sh -S warning tests/tools/*.sh sql/*/*.sh .packaging/*.sh
shellcheck -S warning .ci/run
echo "lint: clean"
