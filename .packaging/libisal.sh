#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds ISA-L as a static library, which no package of Debian has: libisal.sh FOLDER. The source is that
# of Debian's package libisal, which apt fetches from the mirror of this machine. FOLDER then has
# libisal.a, include/ and LICENSE. It needs apt, dpkg-dev, make, gcc, and on x86 nasm.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ ! -f "$folder/libisal.a" ] || exit 0

site=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' |
  grep -v -e '-updates' -e '-backports' | head -n 1)
[ "$site" ] || { echo "libisal.sh: apt has no mirror of Debian here" >&2 && exit 1; }
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s main\n' "$site" >"$folder/apt/sources.list"
source_of() {
  apt-get -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root "$@"
}
cd "$folder/apt"
source_of update
source_of source libisal
cd libisal-*/

# Of its parts, the one for gzip alone.
make -s -f Makefile.unx lib isa-l.h units=igzip
mkdir -p "$folder/include/isa-l"
cp include/*.h "$folder/include/isa-l/"
cp isa-l.h "$folder/include/"
cp LICENSE "$folder/"
cp bin/isa-l.a "$folder/libisal.a"
rm -rf "$folder/apt"
