#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder sees what begins after it: the module is loaded, unloaded and loaded again while
# it runs. A full disk, a toolstack that hangs, a pool that stays full: each failure has its file.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/trouble.sh
. traces/tests/recorder.sh
. traces/tests/tool.sh

narrow_disk || bail 'no disk behind a controller of 32 bits'
toolstack_hangs

# await_line COUNT: so many failures of the module's were told.
await_line()
{
	local tries

	for tries in {1..150}; do
		[ "$(grep -c "a mapping of 2097152 bytes failed for $bdf" "$out/watched")" -lt "$1" ] || return 0
		sleep 0.2
	done
	echo "# not told $1 times after $tries tries: $(cat "$out/watched")"
	return 1
}

driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
recorder_begin 1m
watch_start -r 1 -f 6 -O 80
fail_on_stock
await failure 1
is $? 0 'stock: a failure has its file'
began=$SECONDS
like "$(cat "$out"/watch/*-failure.txt)" '== xl info
begun
\(not whole: it took too long\)' 'a toolstack that hangs is not waited for'

# A full disk: no file, and no part of one; what fails after that is written again.
dd if=/dev/zero of="$out/watch/fill" bs=64k 2>/dev/null
sleep 3
fail_on_stock
sleep 12
is "$(files '*') $(find "$out/watch" -name '.*' -type f | wc -l)" '1 0' 'a full disk: no part of a file'
rm "$out/watch/fill"
sleep 6
fail_on_stock
await failure 2
is $? 0 'with room again, the next failure has its file'

# The pool stays fuller than the limit: one file, however long that takes.
slots=$(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs)
{
	echo 'mask 32'
	for ((i = 1; i <= slots * 85 / 100 / 128; i++)); do echo "map $i 262144 to"; done
} >"$out/most.plan"
cat "$out/most.plan" >"$requests"
await occupancy 1
sleep 15
is "$(files occupancy)" 1 'a pool that stays full: one file'
echo 'map 3000 524288 to' >>"$requests"
await failure 3
is $? 0 'and a failure after that has its own'
# Its own memory in KiB. VmRSS counts the pages of its program too, which the kernel drops when it likes.
own_memory()
{
	awk '/RssAnon/ { print $2 }' "/proc/$watch_pid/status"
}
# with the names of the kernel's functions, which the stacks of this one have asked for
own=$(own_memory)
echo >"$requests"

# The module comes.
module_load || bail 'the module does not load'
module_take "$bdf"
sleep 4
fail_on_module
await failure 4
is $? 0 'module, loaded after the recorder: a failure has its file'
like "$(cat "$out/watched")" "a mapping of 2097152 bytes failed for $bdf" 'told by its events'
module_give_back "$bdf"
unload_soon
is $? 0 'without a device the recorder does not keep the module from being unloaded'
module_load && module_take "$bdf"
sleep 4
fail_on_module
await_line 2
is $? 0 'loaded again: it goes on to be seen'
module_give_back "$bdf"
unload_soon
is $? 0 'and is unloaded again'
at_most "$(find "$out/watch" -name 'incident-*' | wc -l)" 6 'no more files than allowed'
within "$(own_memory)" "$own" 300 'its memory is what it was'
watch_end
like "$(cat "$out/err")" 'watched [0-9]+ s, [0-9]+ bounces, [0-9]+ files; [0-9]+ causes without one' \
	'at its end it tells what got no file'
echo "# $((SECONDS - began)) s"
umount "$out/watch"

# The table sees it come, too, and what it writes for Prometheus has a device on both backends.
$x top --json -p "$out/prom" 1 40 >"$out/lines" 2>/dev/null &
top=$!
sleep 12
fail_on_stock
module_load && module_take "$bdf"
sleep 2
{
	echo 'mask 32'
	for i in {1..20}; do echo "map $i 4096 to"; done
} >"$requests"
sleep 2
echo >"$requests"
module_give_back "$bdf"
sleep 1
fail_on_stock
module_unload
is $? 0 'top neither keeps the module from being unloaded'
wait $top
is "$(jq -s "[.[].devices[] | select(.device == \"$bdf\" and .backend == \"xen_swiotlb\").maps] | add" "$out/lines")" 20 \
	'top: what the module mapped that came later'
sample()
{
	sed -n "s/^xswbounce_$1{device=\"$bdf\",backend=\"$2\"$3} //p" "$out/prom"
}
is "$(awk -f traces/tests/prometheus.awk "$out/prom")" '' 'top -p: well formed, no series twice'
is "$(sample map_failures_total swiotlb-xen ',reason="too-large"')" 2 \
	'top -p: to the module and back, failures on stock are one series'
is "$(sample counted_maps_total xen_swiotlb)" 20 "top -p: and the module's maps another"
done_testing
