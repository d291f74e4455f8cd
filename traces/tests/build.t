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

build
is "$?" 0 'it builds, whatever kernel runs here'
passes 'its help' "$out/tree/build/traces/xswbounce" --help
build STATIC=1 TOOL="$out/static"
is "$?" 0 'it builds statically'
is "$(ldd "$out/static" 2>&1 | tr -d '\t')" 'not a dynamic executable' 'and needs no library'
passes 'its help' "$out/static" --help
is "$(grep -rl vmlinux.h traces/xswbounce)" '' 'no header of a kernel is asked for'

# What is missing is one line.
mkdir "$out/bin"
for tool in make sh gcc cc; do
	ln -s "$(command -v $tool)" "$out/bin/"
done
rm -r "$out/tree/build"
is "$(PATH=$out/bin make -s -C "$out/tree/traces/xswbounce" 2>&1 | grep -v '^make')" \
	"xswbounce: can't be built without clang: apt-get install clang bpftool gcc libbpf-dev libelf-dev zlib1g-dev" \
	'without clang: one clear line'
done_testing
