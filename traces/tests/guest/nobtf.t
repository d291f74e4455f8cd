#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce where the kernel has no type information (it is hidden): what is left agrees with the
# bytes that fio moved, the rest is told as unknown or refused.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/tool.sh

instances=/sys/kernel/tracing/instances
narrow_disk || bail 'no disk behind a controller of 32 bits'

hidden_exec()
{
	exec unshare -m sh -c 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$@"' sh "$@"
}

hidden()
{
	(hidden_exec "$@")
}

cat >"$out/read" <<END
#!/bin/sh
exec fio --name=read --filename=/dev/$disk --direct=1 --rw=read --bs=64k --size=4M \
	--output-format=json --output=$out/fio
END
chmod +x "$out/read"

read_bytes()
{
	jq '.jobs[0].read.io_bytes' "$out/fio"
}

hidden $x top --json -- "$out/read" >"$out/json" 2>"$out/err"
is $? 0 'top counts without BTF'
is "$(of "$bdf" .bounce_bytes)" "$(read_bytes)" 'top: bounced bytes equal those that fio read'
is "$(of "$bdf" '.bounces > 0 and .bounces == .reasons.mask')" true 'top: for its mask alone'
is "$(of "$bdf" .dma_mask)" 4294967295 'top: it tells the mask'
is "$(of "$bdf" '[.maps, .copied_bytes, .in_flight, .fails.full]')" '[null,null,null,null]' \
	'top: what is not seen is null'
is "$(jq .exchanges.calls "$out/json")" null 'top: nor are exchanges'
is "$(grep -c 'no type information' "$out/err")" 1 'top: it says so in one line'
like "$(cat "$out/err")" 'not seen are direct ones, .*failures' 'top: and what is not seen'
hidden $x top -- "$out/read" >"$out/table" 2>/dev/null
is "$(awk -v d="$bdf" '$1 == d { print $4, $5, $6, ($7 > 0), $8, $9 }' "$out/table")" '- - mask 1 - -' \
	'top: a dash in each column that is not known'

hidden $x --json -- "$out/read" >"$out/json" 2>/dev/null
is "$(of "$bdf" .bounce_bytes) $(of "$bdf" .main_reason)" "$(read_bytes) \"mask\"" 'verdict: bytes and reason'
like "$(hidden $x -- "$out/read" 2>/dev/null)" \
	'^(Bouncing is not your problem|I cannot tell what it costs, because no BPF program runs here)' \
	'verdict: it does not guess a cost'
is "$(hidden $x --json 2 2>/dev/null | jq -r .verdict)" innocent 'verdict: with the disk idle it acquits'

# What stock can't map fires its event, too.
driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
cat >"$out/large" <<END
#!/bin/sh
{ echo 'map 1 4096 to'; for i in 2 3 4; do echo "map \$i 524288 to"; done; } >/sys/kernel/debug/dmabench/$bdf/sequence
END
chmod +x "$out/large"
hidden $x top --json -- "$out/large" >"$out/json" 2>/dev/null
is "$(of "$bdf" '[.bounces, .bounce_bytes, .fails["too-large"], .fails.full]')" '[1,4096,3,null]' \
	'top: what is above 256 KiB has failed, and did not bounce'
like "$(hidden $x -- "$out/large" 2>/dev/null)" "^Mappings FAIL: 3 in .*most of $bdf" 'verdict: so it says'
driver_give_back
wait_for_disk 32 "$bdf" || bail 'the disk did not come back'

module_load || bail "can't load the module"
module_take "$bdf"
wait_for_disk 32 "$bdf" || bail 'the disk did not come back'
sleep 2
hidden $x top --json -- "$out/read" >"$out/json" 2>/dev/null
is "$(of "$bdf" '[.backend, .bounce_bytes]')" "[\"xen_swiotlb\",$(read_bytes)]" \
	"the module's device: the bytes that fio read"
module_give_back "$bdf"
wait_for_disk 32 "$bdf" || bail 'the disk did not come back'
module_unload
is $? 0 'the module unloads: nothing holds it'

# Nothing stays behind, however it ends.
left()
{
	find $instances -maxdepth 1 -name 'xswbounce-*' | wc -l
}
await_left()
{
	local tries

	for tries in {1..100}; do
		[ "$(left)" != "$1" ] || return 0
		sleep 0.1
	done
	echo "# $(left) instances after $tries tries"
	return 1
}
await_left 0
is $? 0 'no instance is left'
for signal in INT TERM KILL; do
	# no shell in between: the signal is for the tool
	hidden_exec env --default-signal=INT $x top --json 100 >/dev/null 2>&1 &
	pid=$!
	await_left 1
	is $? 0 "it runs: $signal comes"
	kill -$signal $pid
	wait $pid 2>/dev/null
	await_left 0
	is $? 0 "no instance is left after $signal"
done

for command in latency sizes stacks leaks full exchange 'record -o /dev/null' watch occupancy 'top --latency' \
	'top --by domain' 'top -p /dev/null'; do
	# shellcheck disable=SC2086 # a command and its options
	hidden $x $command 1 >"$out/stdout" 2>"$out/err"
	is "$? $(wc -l <"$out/err")" '2 1' "$command: refused with one line"
	like "$(cat "$out/err")" 'type information \(BTF\).*; use .* instead$' "$command: says what to use"
done
like "$(hidden $x latency --help)" 'Examples:' 'help is given all the same'

# Other kinds of domain, as far as the tool can know them.
domain_type()
{
	unshare -m sh -c "echo $1 >$out/type; mount --bind $out/type /sys/hypervisor/guest_type; exec $x"
}
# They have a pool, so they are looked at: native/forced.t has one that bounces.
for type in PVH HVM; do
	like "$(domain_type $type)" "^(Bouncing is not|I cannot).*Backend swiotlb, kernel .*, Xen $type " "$type: measured"
done

done_testing
