#!/bin/sh
# SPDX-License-Identifier: MIT
# Copies the scripts of sql/ to $PREFIX/share/flowlogs/sql: install_sql.sh DESTDIR PREFIX LIBDIR. In
# the copies, the paths by which scripts read each other are absolute, and so is that of the
# extension, so that they work in any folder.
set -eu
cd "$(dirname "$0")/../.."
root=$2/share/flowlogs/sql
# The paths stand in double quotes, in commands of sqlite3 and of sh, and in sed's.
check() { # check NAME PATH
  case $2 in
  /*) ;;
  *) echo "make install: $1 must be an absolute path, such as /usr/local: $2" >&2 && exit 1 ;;
  esac
  case $2 in
  *[!A-Za-z0-9\ /._+@%:,=~-]*) echo "make install: $1 may have letters, digits, spaces and /._+@%:,=~- only: $2" >&2 && exit 1 ;;
  esac
}
check PREFIX "$2"
check LIBDIR "$3"

find sql -type f \( -name '*.sql' -o -name '*.sh' -o -name '*.py' \) | while IFS= read -r file; do
  to=$1$2/share/flowlogs/$file
  mkdir -p "$(dirname "$to")"
  # A script that is read, one that sh runs, one that is looked for; in comments; in texts of the
  # report; the extension.
  sed -e "s|^\.read sql/\(.*\)$|.read \"$root/\1\"|" \
    -e "s|sh sql/\([a-z/_-]*\.sh\)|sh \"$root/\1\"|" \
    -e "s|test -f sql/\([a-z/_-]*\.sql\)|test -f \"$root/\1\"|" \
    -e "s|\.read sql/|.read $root/|" \
    -e "s|\.read \"sql/|.read \"$root/|" \
    -e "s|readfile('sql/|readfile('$root/|" \
    -e "s|cd /opt/flowlogs && ||" \
    -e "s|\./build/flowlogs|$3/flowlogs|g" "$file" >"$to"
  if [ -x "$file" ]; then chmod 755 "$to"; else chmod 644 "$to"; fi
done
