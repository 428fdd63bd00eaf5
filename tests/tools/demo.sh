#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows each query of sql/tour.sql, which reads the sample logs, and its answer: demo.sh EXTENSION,
# the path of the extension. It ends with commands for a first query on other logs, which work in
# any folder.
set -eu
cd "$(dirname "$0")/../.."
case $1 in
/*) library=$1 ;;
*) library=$PWD/$1 ;;
esac
# As a word of the sqlite3 shell's commands, whatever the path holds.
word=\"$(printf %s "$library" | sed 's/[\\"]/\\&/g')\"
bold="" plain=""
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi

show() { # show QUERY: prints the query, its first line as a heading, and then its answer
  heading=$(printf '%s\n' "$1" | head -n 1)
  printf '\n%s%s%s\n%s\n' "$bold" "${heading#-- }" "$plain" "$(printf '%s\n' "$1" | tail -n +2)"
  printf '%s\n' "$1" | sqlite3 -bail -batch -cmd ".load $word" -cmd '.mode box' :memory:
}

printf 'flowlogs is built.  These queries read the sample logs in tests/data/AWSLogs.\n'
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

printf '\n%sTo ask your own logs, in any folder:%s\n\n' "$bold" "$plain"
printf "sqlite3 -cmd '.load \"%s\"' -cmd '.mode box'\n" "$library"
printf "SELECT count(*), sum(bytes) FROM flowlogs('/path/to/AWSLogs');\n\n"
printf 'Then read README.md.  sql/investigate has more than 40 questions as scripts.\n'
