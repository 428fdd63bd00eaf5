#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints a script of this folder so that the sqlite3 shell can read it in any folder:
#
#   .read '|sh /opt/flowlogs/sql/anywhere.sh report.sql'
#
# The scripts read each other by paths that begin at the folder above this one.  In what is printed,
# these are absolute, and each script that is read goes through this one again.  In the copies that
# make install makes, paths are absolute already.
top=sql # written so, because make install looks for paths that begin with it
stop() { printf '%s\n' '.bail on' "SELECT flowlogs_require(0, 'flowlogs: $1');" && exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
case $here in
*[!A-Za-z0-9\ /._+@%:,=~-]*) stop "the path of anywhere.sh may have letters, digits, spaces and /._+@%:,=~- only" ;;
esac
case ${1-} in
*[!A-Za-z0-9/._-]* | *..*) stop "anywhere.sh is given the name of a script, such as report.sql" ;;
esac
name=${1#"$top"/}
if [ ! -f "$here/$name" ]; then stop "anywhere.sh: there is no script $name beside it"; fi
# A script that is read, one that sh runs, one that is looked for, one whose text is shown.
sed -e "s|^\.read $top/\(.*\)$|.read '\|sh \"$here/anywhere.sh\" \1'|" \
  -e "s|sh $top/\([a-z/_-]*\.sh\)|sh \"$here/\1\"|" \
  -e "s|test -f $top/\([a-z/_-]*\.sql\)|test -f \"$here/\1\"|" \
  -e "s|readfile('$top/|readfile('$here/|" "$here/$name"
