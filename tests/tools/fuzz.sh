#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs fuzz targets with libFuzzer: fuzz.sh FOLDER SECONDS TARGET...  Each starts from its corpus in
# the tree and from what it found before, which is kept in FOLDER/corpus.  One line says what a target
# did.  A finding ends the run; the file that causes it and how to run it again are printed.
set -eu
cd "$(dirname "$0")/../.."
folder=$(cd "$1" && pwd) # a finding is written while the current folder is a target's own
seconds=$2
shift 2

for target in "$@"; do
  found=$folder/corpus/$target
  log=$folder/$target.log
  mkdir -p "$found" "$folder/findings"
  options="-max_len=4096"
  case $target in
  sql_where | sql_lookup) options="-max_len=128" ;; # the grammars take no more
  records) options="-max_len=8192" ;;
  esac
  dict=tests/fuzz/dict/$target.dict
  if [ -f "$dict" ]; then options="$options -dict=$dict"; fi
  rc=0
  # shellcheck disable=SC2086  # a list of options
  "$folder/$target" "$found" "tests/fuzz/corpus/$target" $options -max_total_time="$seconds" -timeout=60 \
    -rss_limit_mb=2560 -print_final_stats=1 -artifact_prefix="$folder/findings/$target-" >"$log" 2>&1 || rc=$?
  if [ "$rc" != 0 ]; then
    grep -E -A 25 'does not hold|ERROR: |runtime error: ' "$log" | head -60 || tail -30 "$log"
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    echo "fuzz: $target has found something; to run it again: $folder/$target ${input:-$log}"
    exit 1
  fi
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -1)
  printf '%-14s %9s inputs in %s s, %s\n' "$target" "$inputs" "$seconds" "$covered"
done
echo "fuzz: clean"
