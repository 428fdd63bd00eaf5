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
# and apt-get fetch them with this machine's configuration and verify them; the archives of the
# versions in the table have checksums here besides.
set -eu
cd "$(dirname "$0")/../.."

# The last version that is refused; the oldest that is not; Debian 11's and RHEL 9's; the oldest in
# which all conditions work; Debian 13's. Debian 12's is that of `make test`.
table='
3.30.1 npm sqlite3@4.1.1 8c5a50db089bd2a1b08dbc5b00d2027602ca7ff238ba7658fabca454d4298e60
3.31.1 npm sqlite3@4.2.0 62284efebc05a76f909c580ffa5c008a7d22a1287285d68b7825a2b6b51949ae
3.34.0 npm sqlite3@5.0.2 bf6db7fae37d51754737747aaaf413b4d6b3b5fbacd52bdb2d0d6e5b2edd9aee
3.38.2 npm sqlite3@5.0.3 e7974aa1430bad690a5e9f79a6ee5c8492ada8269dc675875ad0fb747d7cada4
3.46.1 debian trixie d0cdd2ece271b29e7ce18095745d892517ee26d0f270065b3a25c2e9eb11639c
'

OLD_TESTS='tests/python/test_sql.py tests/python/test_loading.py tests/python/test_reference.py tests/python/test_pushdown.py'

fail() {
  echo "versions: $*" >&2
  exit 1
}

# fetch_npm PACKAGE FOLDER [SHA256]: unpacks the package into the folder, and SQLite's archive in it.
fetch_npm() {
  command -v npm >/dev/null || fail "npm is missing, which brings the sources of SQLite; install nodejs and npm"
  mkdir -p "$2"
  (cd "$2" && tar -xzf "$(npm pack --silent "$1")" --strip-components=1)
  for archive in "$2"/deps/sqlite-autoconf-*.tar.gz; do
    [ ! -f "$archive" ] || unpack "$archive" "$2" "${3:-}"
  done
}

# apt FOLDER ARGUMENT...: apt-get with lists and a cache of its own, which needs no rights of root.
apt() {
  folder=$1
  shift
  apt-get -qq -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" "$@"
}

# unpack ARCHIVE FOLDER [SHA256]: without its own outer folder.
unpack() {
  [ -z "${3:-}" ] || echo "$3  $1" | sha256sum -c --status - || fail "$1 has another checksum than the one noted in $0"
  tar -xf "$1" -C "$2" --strip-components=1
}

# fetch_debian RELEASE FOLDER [SHA256]: unpacks the source package of the release into the folder.
fetch_debian() {
  command -v apt-get >/dev/null || fail "the sources of SQLite for $1 come from Debian, and there is no apt-get here"
  command -v tclsh >/dev/null || fail "tclsh is missing, with which SQLite makes its amalgamation; install tcl"
  mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
  uri=$(apt-get indextargets --format '$(REPO_URI) $(SUITE)' 'Created-By: Packages' |
    awk '$1 ~ /\/debian\/?$/ {print $1; exit}')
  [ -n "$uri" ] || fail "apt-get knows no mirror of Debian; run apt-get update"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $1 main" >"$2/sources.list"
  (
    cd "$2"
    apt "$PWD" update
    apt "$PWD" source --download-only sqlite3 2>/dev/null
    unpack sqlite3_*.orig.tar.xz . "${3:-}"
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
      where=$(printf '%s' "$table" | awk -v v="$1" '$1 == v {print "fetch_" $2, $3, "FOLDER", $4}')
      [ -n "$where" ] || fail "no source is known for SQLite $1; the table in $0 lists the versions"
      # shellcheck disable=SC2086  # a list of words
      set -- "$1" ${where%FOLDER*} "${where##* }"
      "$2" "$3" "$work" "$4" >&2
      source=$work
      [ "$(version_of "$source")" = "$1" ] || fail "$3 carries SQLite $(version_of "$source"), not $1"
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
  # A process of its own, so that it ends at the first command that fails.
  tests/tools/sqlite_versions.sh build "$1" >/dev/null || { echo "SQLite $1 could not be built" && return 1; }
  folder=$PWD/build/sqlite/$1
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
  build) build "$version" ;;
  test) test_on "$version" || status=1 ;;
  esac
done
exit $status
