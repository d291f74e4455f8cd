#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The bundle runs from its own folder, without compiler, git, jq and packages: on a machine of files,
# with no command in reach but those that a dom0 has, and fio.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_native
fake_disk wide 240:0 SER-W 64
truncate -s 64M "$fake/dev/wide"

file=$(bench/bundle/bundle 2>"$fake/said") || bail "no bundle: $(cat "$fake/said")"
tar -C "$fake" -xzf "$file"
root=$(echo "$fake"/swiotlb-xen-*)
is "$(find "$root/bench" "$root/impl" -path '*/lab/*' -o -path '*/tests/*' | head -n 1)" '' \
	'neither the lab nor a test is in it'
passes 'the sources of the module are' test -e "$root/impl/kmod/Kbuild"
passes 'with the version that they carry' test -s "$root/impl/VERSION"
passes 'and the recipe that counts bounces' test -x "$root/traces/tracefs/bounces"
expect 'a program in it is static' 0 'statically linked|not a dynamic executable' \
	bash -c "ldd '$root/build/xentime/xentime' 2>&1; true"

mkdir "$fake/bin"
for tool in fio ip bash cat env sleep rm; do
	ln -s "$(command -v $tool)" "$fake/bin/$tool"
done
ln -s "$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')" "$fake/bin/python3"
expect 'it measures' 0 '^4 rounds, 0 failed' env PATH="$fake/bin" "$root/bench/run" --here \
	--disk "$fake/dev/wide" --rounds 1 --seconds 1 --yes --out "$fake/out"
expect 'and prints the table' 0 '^wide read-128k ' env PATH="$fake/bin" \
	python3 "$root/analysis/figures.py" "$fake/out/native"
expect 'with the version of the checkout' 0 '"suite": "[0-9a-z]' grep suite "$fake/out/native/run.json"
expect 'dmabench needs Python alone' 0 '^Usage: dmabench' env PATH="$fake/bin" \
	"$root/bench/dmabench/dmabench" --help
gunzip -c analysis/tests/data/recordings/v2-mix.rec.gz >"$fake/mix.rec"
expect 'the tuner judges a recording' 0 '^The pool suffices' env PATH="$fake/bin" "$root/analysis/tune/tune" \
	"$fake/mix.rec"
is "$(ls "$root/build/replay")" replay 'by one program'
rm "$fake/bin/fio"
expect 'without fio it is refused before the first round' 2 '^run: missing commands: fio; their packages: fio ' \
	env PATH="$fake/bin" "$root/bench/run" --here --disk "$fake/dev/wide" --yes --out "$fake/out2"
done_testing
