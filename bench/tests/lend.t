#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The devices are lent to another tool with a script that loads each once: traces/cost/throughput
# lives by that.
# shellcheck disable=SC2016,SC2317  # variables of an inner shell, functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_native
fake_disk wide 240:0 SER-W 64
fake_disk narrow 240:16 SER-N 32
truncate -s 64M "$fake/dev/wide" "$fake/dev/narrow"
mkdir "$fake/lent"
export fake

lend()
{
	bench/run --here --disk serial:SER-W --disk serial:SER-N --seconds 1 --seed 1 --lend "$fake/lent" "$@"
}
expect 'the command runs while they are lent' 0 '^wide.disk.64.randread-4k-qd1' \
	lend -- cat "$fake/lent/devices"
expect 'its status is the status' 7 '' lend -- sh -c 'exit 7'
expect 'the script loads each of them' 0 '^narrow.json$' lend -- bash -c '
	bash "$fake/lent/loads" >/dev/null 2>&1 && cd "$fake/lent" && ls *.json'
expect 'and a figure can be taken from what it leaves' 0 '^[1-9][0-9]*' \
	analysis/figures.py --raw "$fake/lent/wide.json" bandwidth_bytes_s
expect 'without a command it is refused' 2 'wants a command after --' lend
expect 'a folder that is none is refused' 2 'no such folder' \
	bench/run --here --lend "$fake/none" -- true
done_testing
