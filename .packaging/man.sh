#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the manual page: man.sh EXTENSION EPOCH PREFIX LIBDIR. It needs the sqlite3 shell; without one
# that can load the extension, the page says where the reference is.
set -eu
cd "$(dirname "$0")/.."
case $1 in
/*) library=$1 ;;
*) library=$PWD/$1 ;;
esac
# As a word of the shell's commands, whatever the path holds.
word() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }

if page=$(sqlite3 -bail -batch -init /dev/null -cmd ".load $(word "$library")" -cmd '.parameter init' -cmd ".parameter set @epoch $2" \
  -cmd ".parameter set @prefix $(word "'$3'")" -cmd ".parameter set @libdir $(word "'$4'")" :memory: <.packaging/man.sql); then
  printf '%s\n' "$page"
  exit 0
fi
echo "make install: no sqlite3 shell here can load $library, so the man page is short" >&2
cat <<END
.TH FLOWLOGS 7 "" flowlogs "Extensions of SQLite"
.SH NAME
flowlogs \\- AWS VPC flow log files as SQL tables in SQLite
.SH DESCRIPTION
\\fBSELECT * FROM flowlogs_help\\fR lists all tables, columns, options and functions.
END
