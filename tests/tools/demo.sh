#!/bin/sh
# SPDX-License-Identifier: MIT
# The tour of sql/tour.sql on the sample logs, query by query: demo.sh PATH-OF-THE-EXTENSION.
set -eu
cd "$(dirname "$0")/../.."
library=$1
bold="" plain=""
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

show() { # prints a query, its first line a heading, and what it answers
  printf '\n%s%s%s\n%s\n' "$bold" "$(printf '%s\n' "$1" | head -n 1)" "$plain" "$(printf '%s\n' "$1" | tail -n +2)"
  printf '%s\n' "$1" | sqlite3 -bail -batch -cmd ".load $library" -cmd '.mode box' :memory:
}

query=""
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
  '') query="" ;; # an empty line stands between two queries
  *\;) show "$query$line" ;;
  *)
    query="$query$line
"
    ;;
  esac
done <sql/tour.sql

printf '\nYour own:  sqlite3 -cmd ".load %s"\n' "$library"
printf "           SELECT count(*), sum(bytes) FROM flowlogs('path/to/AWSLogs/');\n"
printf "More:      .read sql/investigate/top-talkers.sql, and its neighbours, each with its parameters on top\n"
