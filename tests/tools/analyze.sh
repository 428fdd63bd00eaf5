#!/bin/sh
# SPDX-License-Identifier: MIT
# The analysers that take minutes, over all of ext/: clang-tidy and scan-build.  Each finding is an
# error.  Needs clang-tidy and clang-tools, which it installs on Debian and Ubuntu.
set -eu
cd "$(dirname "$0")/../.."
tests/tools/deps.sh build analyze

# What is left out, and why:
#   easily-swappable-parameters, unused-parameters  are matters of taste
#   implicit-widening-of-multiplication-result      products of constants, which fit an int
#   bugprone-narrowing-conversions                  -Wconversion of gcc and clang looks for them, and takes a cast
#   concurrency-mt-unsafe                           strerror() and readdir() are safe where we use them: the C
#                                                   libraries of today keep the text for each thread, and no two
#                                                   threads share a folder
#   misc-no-recursion                               payloads in payloads, of which only so many are allowed
#   bugprone-macro-parentheses                      arguments that are parts of initialisers
#   misc-redundant-expression, misplaced-widening-cast, performance-no-int-to-ptr
#                                                   are right where a type has another size elsewhere, and in tables
#   cert-flp30-c                                    takes a power that a loop squares for its counter
#   DeprecatedOrUnsafeBufferHandling                asks for functions of C11's Annex K, which no C library has
#   cert-err33-c, cert-dcl37-c, cert-dcl51-cpp,     ask for a check of each snprintf(), and not to use names that
#   reserved-identifier                             macros of the system need, such as _GNU_SOURCE
checks='-*,bugprone-*,cert-*,clang-analyzer-*,concurrency-*,misc-*,performance-*,portability-*'
for check in bugprone-easily-swappable-parameters misc-unused-parameters \
  bugprone-implicit-widening-of-multiplication-result bugprone-narrowing-conversions \
  bugprone-macro-parentheses bugprone-misplaced-widening-cast misc-no-recursion misc-redundant-expression \
  performance-no-int-to-ptr concurrency-mt-unsafe cert-flp30-c \
  clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
  cert-err33-c cert-dcl37-c cert-dcl51-cpp bugprone-reserved-identifier; do
  checks="$checks,-$check"
done
for file in ext/main.c ext/*/*.c; do
  # Without ISA-L, the file that calls it cannot be read.
  if [ "$file" = ext/file/inflate_isal.c ] && ! echo '#include <isa-l.h>' | cc -E - >/dev/null 2>&1; then continue; fi
  clang-tidy --quiet --checks="$checks" --warnings-as-errors='*' "$file" -- -std=c11 -D_DEFAULT_SOURCE -Iext 2>/dev/null
done

rm -rf build/analyze
scan-build -o build/analyze/reports --status-bugs make --no-print-directory -s BUILD=build/analyze OPT='-O1 -g' all
echo "analyze: clean"
