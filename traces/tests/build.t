#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Building xswbounce: on any kernel, statically, and what is said where it can't be.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# A tree of its own: the products of the checkout are in use by other tests.
mkdir -p "$out/tree/traces" "$out/tree/impl"
cp impl/VERSION "$out/tree/impl/"
cp -r traces/xswbounce "$out/tree/traces/"
build()
{
	make -s -C "$out/tree/traces/xswbounce" "$@" >"$out/said" 2>&1
}

# shellcheck disable=SC1091 # which release this is
release=$(. /etc/os-release && echo "$PRETTY_NAME")
build
is "$?" 0 "it builds on $release, whatever kernel runs here"
passes 'its help' "$out/tree/build/traces/xswbounce" --help
build STATIC=1 TOOL="$out/static"
is "$?" 0 "it builds statically on $release"
is "$(ldd "$out/static" 2>&1 | tr -d '\t')" 'not a dynamic executable' 'and needs no library'
passes 'its help' "$out/static" --help
is "$(grep -rl vmlinux.h traces/xswbounce)" '' 'no header of a kernel is asked for'

# What is missing is one line.
mkdir "$out/bin"
for tool in make sh gcc cc; do
	ln -s "$(command -v $tool)" "$out/bin/"
done
rm -r "$out/tree/build"
# says PACKAGES WHAT ARGUMENTS...: in one line, that without WHAT it can't be built.
says()
{
	local packages=$1 what=$2

	shift 2
	is "$(PATH=$path make -s -C "$out/tree/traces/xswbounce" "$@" 2>&1 | grep -v '^make')" \
		"xswbounce: can't be built without $what: apt-get install $packages" "without $what: one clear line"
}
tools='clang bpftool gcc libbpf-dev libelf-dev zlib1g-dev'
path=$out/bin
says "$tools" clang
ln -s "$(command -v clang)" "$out/bin/"
says "$tools" bpftool
path=$PATH
says "$tools" no-such-gcc CC=no-such-gcc
# a header that is not there: one in its place that no compiler takes
mkdir -p "$out/none/bpf"
for header in bpf/libbpf.h gelf.h zlib.h; do
	echo '#error not installed' >"$out/none/$header"
	says 'libbpf-dev libelf-dev zlib1g-dev' $header CFLAGS="-I$out/none"
	rm "$out/none/$header"
done
is "$(find "$out/tree/build" -name xswbounce 2>/dev/null)" '' 'and nothing is built'
done_testing
