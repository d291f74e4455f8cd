#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder for half an hour, or for ENDURE seconds: the module comes and goes, devices move
# to it and back under load, mappings fail on both backends, the disk is full, the toolstack hangs all
# the while. Every failure has its file, its memory stays what it was, nothing is written elsewhere.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/trouble.sh
. traces/tests/recorder.sh
. traces/tests/tool.sh

lasts=${ENDURE:-1800}
narrow_disk || bail 'no disk behind a controller of 32 bits'
network_up || bail 'no two linked NICs of 32 bits'
toolstack_hangs
driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
recorder_begin 16m

expected=0 written=0
# A failure that must have its file: what makes it fail.
failure()
{
	"$@"
	expected=$((expected + 1))
	await failure $expected && written=$((written + 1))
	# a cause that comes back at once would get none
	sleep 6
}

# A failure while the disk is full has none, not even a part; the next one has.
full_disk()
{
	dd if=/dev/zero of="$out/watch/fill" bs=64k 2>/dev/null
	sleep 1
	fail_on_stock
	sleep 12
	[ "$(find "$out/watch" -name '.*' -type f | wc -l)" -eq 0 ] || parts=$((parts + 1))
	rm "$out/watch/fill"
	sleep 4
}

module_comes()
{
	module_load && module_take "$bdf"
	sleep 4
}

module_goes()
{
	module_give_back "$bdf"
	unload_soon || stuck=$((stuck + 1))
}

# A NIC moves to the module, works there, and moves back.
moves()
{
	network_down
	module_take "$nic_b_bdf"
	network_up || lame=$((lame + 1))
	network_load 5
	network_down
	module_give_back "$nic_b_bdf"
	network_up || lame=$((lame + 1))
}

# The tool's memory, and what the kernel keeps for it: the pages of maps that it has looked at are the
# kernel's.
memory()
{
	awk '/RssAnon/ { print $2 }' "/proc/$watch_pid/status"
}

kernel_memory()
{
	awk 'FNR == 1 { bytes = 0 } $1 == "memlock:" { bytes = $2 }
		$1 ~ /^(map|prog)_id:$/ && !seen[$1, $2]++ { sum += bytes }
		END { print sum + 0 }' /proc/"$watch_pid"/fdinfo/*
}

descriptors()
{
	find "/proc/$watch_pid/fd" -type l | wc -l
}

parts=0 stuck=0 lame=0 rounds=0
touch "$out/began"
watch_start -r 1 -f 1000 -O 80
began=$SECONDS
while [ $((SECONDS - began)) -lt "$lasts" ] || [ $rounds -lt 3 ]; do
	failure fail_on_stock
	full_disk
	failure fail_on_stock
	module_comes
	failure fail_on_module
	moves
	module_goes
	network_load 5
	rounds=$((rounds + 1))
	read -r kib bytes open < <(echo "$(memory)" "$(kernel_memory)" "$(descriptors)")
	echo "# after $((SECONDS - began)) s, round $rounds: KiB, bytes in the kernel, descriptors: $kib $bytes $open" \
		"($(grep -E 'RssFile|RssShmem' "/proc/$watch_pid/status" | tr -s '\t\n ' ' '))"
	# in the first round it reads the kernel's symbols, in the second those of the module's next load
	[ $rounds -ne 2 ] || first_kib=$kib first_bytes=$bytes first_open=$open
done
kill -0 "$watch_pid"
is $? 0 "it runs after $((SECONDS - began)) s and $rounds rounds"
is "$written $(files failure)" "$expected $expected" 'every failure has its file, and no other is there'
[ "$(files failure)" = "$expected" ] || sed 's/^/# /' "$out/watched"
is $parts 0 'of a full disk no part of a file'
is $lame 0 'a NIC that moved works, on both sides'
is $stuck 0 'the module was never kept from being unloaded'
within "$kib" "$first_kib" 100 'its memory is what it was after the second round'
# but for stacks that it met since, until they take half of their room and are swept
within "$bytes" "$first_bytes" 120 'so is what the kernel keeps for it'
is "$open" "$first_open" 'and what it has open'
bad=0
for file in "$out"/watch/*-failure.txt; do
	$x report -i "$file" >/dev/null || bad=$((bad + 1))
done
is $bad 0 'each file is whole'
is "$(find / -xdev -newer "$out/began" -type f ! -path "$out/*" ! -path '/proc/*' ! -path '/sys/*' ! -path '/out/*')" '' \
	'nothing was written elsewhere'
watch_end
like "$(cat "$out/err")" "watched [0-9]+ s, [0-9]+ bounces, $((expected + $(files occupancy) + $(files exchange))) files" \
	'at its end it tells what it wrote'
network_down
done_testing
