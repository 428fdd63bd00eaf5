#!/bin/sh
# SPDX-License-Identifier: MIT
# Ends make install: how_to_load.sh DESTDIR LIBDIR PREFIX. It says which line loads the extension, and
# whether that line is `.load flowlogs` it finds out by trying.
#
# The sqlite3 shell hands a name without a slash to the dynamic linker. On Debian, Fedora and others,
# this looks in /usr/lib, and in /usr/local/lib for what ldconfig has listed there.
set -eu
[ -z "$1" ] || exit 0 # a package is being made
library=$2/flowlogs
if [ "$(id -u)" = 0 ]; then ${LDCONFIG:-ldconfig} >/dev/null 2>&1 || true; fi
if ! command -v sqlite3 >/dev/null 2>&1; then
  echo "Installed; the sqlite3 shell is not. In it, this loads the extension: .load $library"
  exit 0
fi

word() { case $1 in *\ *) printf '"%s"' "$1" ;; *) printf %s "$1" ;; esac }
load=".load $(word "$library")"
# Another copy may be the one that the linker finds. On Linux, what is mapped into the shell tells it.
maps=$(cd / && sqlite3 -bail -batch -init /dev/null -cmd '.load flowlogs' :memory: '.shell cat /proc/$PPID/maps' 'SELECT 1' \
  2>/dev/null || true)
found=$(printf '%s\n' "$maps" | sed -n 's|^[^/]*\(/.*flowlogs\.so\)$|\1|p' | head -n 1)
if [ "$found" ] && [ "$found" != "$(realpath "$library.so")" ]; then
  echo "Note: .load flowlogs loads another one, $found"
elif [ "$maps" ]; then load='.load flowlogs'
fi
cat <<END
Installed. In the sqlite3 shell, in any folder:
  $load
In each session from now on:
  echo '$load' >>~/.sqliterc
A script, and the manual:
  .read $(word "$3/share/flowlogs/sql/investigate/rejects.sql")
  man 7 flowlogs
END
