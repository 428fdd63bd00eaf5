#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that everything is installed that building (testing, fuzzing) needs: deps.sh build [test]
# [fuzz] [analyze] [coverage] [package] [libisal]. On Debian and Ubuntu it installs what is missing, if it runs as root
# or if sudo asks for no password. Otherwise it prints the one command that does so, and fails.
#
# ISA-L makes reading gzip faster and is not needed: where it cannot be installed, this goes on. With
# INFLATE=zlib it is not looked for.
set -eu

missing=""
need() { # need WHAT-IS-TESTED PACKAGE: adds the package unless the test, a shell command, succeeds
  if ! sh -c "$1" >/dev/null 2>&1; then missing="$missing $2"; fi
}

has_header() { printf 'printf "#include <%s>\\n" | ${CC:-cc} -E -' "$1"; }

# Package names: Debian and Ubuntu, Fedora, Alpine, macOS with Homebrew ("-" where the system has
# it).
family=other
if command -v apt-get >/dev/null 2>&1; then family=debian
elif command -v dnf >/dev/null 2>&1; then family=fedora
elif command -v apk >/dev/null 2>&1; then family=alpine
elif [ "$(uname -s)" = Darwin ]; then family=macos
fi
name() { # name DEBIAN FEDORA ALPINE MACOS
  case $family in
  fedora) echo "$2" ;; alpine) echo "$3" ;; macos) echo "$4" ;; *) echo "$1" ;;
  esac
}

need 'command -v ${CC:-cc}' "$(name gcc gcc gcc -)"
if ! command -v "${CC:-cc}" >/dev/null 2>&1; then
  # Without a compiler it cannot be checked which headers exist, so everything that building needs is named.
  missing="$missing $(name 'libc6-dev libsqlite3-dev zlib1g-dev' 'sqlite-devel zlib-devel' 'musl-dev sqlite-dev zlib-dev' 'sqlite zlib')"
else
  need "$(has_header stdio.h)" "$(name libc6-dev glibc-devel musl-dev -)"
  need "$(has_header sqlite3ext.h)" "$(name libsqlite3-dev sqlite-devel sqlite-dev sqlite)"
  need "$(has_header zlib.h)" "$(name zlib1g-dev zlib-devel zlib-dev zlib)"
fi
need 'command -v sqlite3' "$(name sqlite3 sqlite sqlite sqlite)"
for what in "$@"; do
  if [ "$what" = analyze ]; then
    need 'command -v clang-tidy' "$(name clang-tidy clang-tools-extra clang-extra-tools llvm)"
    need 'command -v scan-build' "$(name clang-tools clang-analyzer clang-analyzer llvm)"
  fi
  if [ "$what" = package ]; then # for the package of Debian
    need 'command -v dpkg-buildpackage && command -v dh' "$(name 'dpkg-dev debhelper fakeroot' - - -)"
  fi
  if [ "$what" = libisal ]; then # to build ISA-L from its source
    need 'command -v nasm || [ "$(uname -m)" != x86_64 ]' "$(name nasm nasm nasm nasm)"
    need 'command -v dpkg-source' "$(name dpkg-dev - - -)"
  fi
  if [ "$what" = coverage ]; then
    need 'command -v gcovr' "$(name gcovr gcovr gcovr gcovr)"
  fi
  if [ "$what" = test ]; then
    need 'command -v python3' "$(name python3 python3 python3 python3)"
    need '/usr/bin/python3 -m pytest --version || python3 -m pytest --version' "$(name python3-pytest python3-pytest py3-pytest pytest)"
    need '/usr/bin/python3 -c "import xdist" || python3 -c "import xdist"' "$(name python3-pytest-xdist python3-pytest-xdist py3-pytest-xdist -)"
    need "printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <cmocka.h>\n' | \${CC:-cc} -E -" "$(name libcmocka-dev libcmocka-devel cmocka-dev cmocka)"
    need 'test -f /etc/services && test -f /etc/protocols' "$(name netbase setup alpine-baselayout-data -)"
    need 'command -v strace || [ "$(uname -s)" != Linux ]' "$(name strace strace strace -)"
    need 'command -v gcc' "$(name gcc gcc gcc -)"
    need 'command -v curl' "$(name curl curl curl -)"
    need 'logger --help | grep -q -e --udp || [ "$(uname -s)" != Linux ]' "$(name bsdutils util-linux logger -)"
  fi
  if [ "$what" = fuzz ]; then # clang, and its runtimes of libFuzzer and the sanitizers
    need 'echo "int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { return p == 0 && n; }" |
          clang -x c -fsanitize=fuzzer,address,undefined -o /dev/null -' "$(name 'clang libclang-rt-dev' 'clang compiler-rt' 'clang compiler-rt' llvm)"
  fi
done

# shellcheck disable=SC2086  # a list of words
missing=$(printf '%s\n' $missing | grep -vx -e - -e '' | sort -u | tr '\n' ' ' || true)

sudo=""
[ "$(id -u)" = 0 ] || [ "$family" = macos ] || sudo="sudo "
may_install=""
if [ "$family" = debian ] && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; }; then may_install=1; fi
export DEBIAN_FRONTEND=noninteractive

install_command() { # install_command PACKAGES
  case $family in
  debian) echo "apt-get install -y --no-install-recommends $1" ;;
  fedora) echo "dnf install -y $1" ;;
  alpine) echo "apk add $1" ;;
  macos) echo "brew install $1" ;;
  esac
}

if [ -n "$missing" ]; then
  if [ "$family" = other ]; then
    echo "missing: a C compiler, SQLite 3 with its headers and shell, zlib with its headers; look for: $missing" >&2
    exit 1
  elif [ -z "$may_install" ]; then
    echo "missing: $missing" >&2
    echo "install it with:  $sudo$(install_command "$missing")" >&2
    exit 1
  fi
  echo "installing: $missing"
  ${sudo}apt-get update -qq
  # shellcheck disable=SC2046  # words
  ${sudo}$(install_command "$missing") >/dev/null
fi

if [ "${INFLATE:-}" = zlib ] || sh -c "$(has_header isa-l.h)" >/dev/null 2>&1; then exit 0; fi
fast=$(name libisal-dev isa-l-devel isa-l-dev isa-l)
if [ -z "$may_install" ]; then
  [ "$family" = other ] || echo "to read gzip faster, if you like:  $sudo$(install_command "$fast")" >&2
elif apt-cache show "$fast" >/dev/null 2>&1 || { ${sudo}apt-get update -qq && apt-cache show "$fast"; } >/dev/null 2>&1; then
  echo "installing: $fast"
  # shellcheck disable=SC2046  # words
  ${sudo}$(install_command "$fast") >/dev/null || echo "$fast can't be installed; zlib inflates gzip" >&2
else
  echo "$fast is not to be had; zlib inflates gzip" >&2
fi
