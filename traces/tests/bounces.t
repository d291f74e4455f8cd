#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tracefs/bounces under every shell and awk: the same recipe, the same figures. The kernel's part is
# played by files: a tracing instance has its histograms as soon as it is made.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The tree that a kernel would show, with names of any bytes, and a day of 25 GbE.
fake=$out/tracing
event=events/swiotlb/swiotlb_bounced
mkdir -p "$fake/instances" "$fake/$event" "$out/template/$event" "$out/debug/swiotlb"
printf '\tfield:u64 dma_mask;\toffset:16;\n\tfield:dma_addr_t dev_addr;\toffset:24;\n\tfield:bool force;\n' \
	>"$fake/$event/format"
: >"$fake/$event/hist"
: >"$out/template/$event/trigger"
echo 32768 >"$out/debug/swiotlb/io_tlb_nslabs"
echo 100 >"$out/debug/swiotlb/io_tlb_used"
name_of_bytes=$'a, size: 5 } hit"x\\ \e[31m\xff'
{
	echo '# event histogram'
	echo '# trigger info: hist:keys=dev_name,dma_mask,dev_addr.log2:vals=hitcount,size,force:sort=hitcount:size=4096 if size <= 262144 [active]'
	echo
	printf '{ dev_name: %-50s, dma_mask: %10s, dev_addr: ~ 2^%-2s } hitcount: %10s  size: %10s  force: %10s\n' \
		0000:00:04.0 4294967295 33 180000000000 270000000000000 0 \
		0000:00:04.0 4294967295 31 2 8192 0 \
		0000:00:05.0 18446744073709551615 35 7 28672 0 \
		10000:e1:00.0 72057594037927935 36 3 3000000000 3 \
		"$name_of_bytes" 1073741823 31 5 20480 0
	printf '\nTotals:\n    Hits: 17\n    Entries: 5\n    Dropped: 6\n'
	echo '# event histogram'
	echo '# trigger info: hist:keys=dev_name:vals=hitcount,size:sort=hitcount:size=4096 if size > 262144 [active]'
	printf '{ dev_name: %-50s } hitcount: %10s  size: %10s\n' 0000:00:04.0 20 10485760
	printf '\nTotals:\n    Hits: 20\n    Entries: 1\n    Dropped: 0\n'
	echo '# event histogram'
	echo '# trigger info: hist:keys=dev_name,size.log2:vals=hitcount,size:sort=hitcount:size=4096 if size <= 262144 [active]'
	printf '{ dev_name: %-50s, size: ~ 2^%-2s } hitcount: %10s  size: %10s\n' \
		0000:00:04.0 9 1 300 0000:00:04.0 16 4 200000
	printf '\nTotals:\n    Hits: 5\n    Entries: 2\n    Dropped: 0\n'
} >"$out/template/$event/hist"

# What the kernel does when an instance is made and removed; and its log. Functions, for busybox' shell
# would take its own mkdir and awk before any file.
: >"$out/log"
cat >"$out/kernel" <<'END'
mkdir()
{
	if [ -e "$FAKE/locked" ]; then
		echo "mkdir: can't create directory: Operation not permitted" >&2
		return 1
	fi
	/bin/mkdir "$@" && cp -r "$FAKE/template/." "$1/"
}
rmdir()
{
	rm -r "$1"
}
dmesg()
{
	cat "$FAKE/log"
}
awk()
{
	$AWK "$@"
}
. traces/tracefs/bounces
END

# run AWK SHELL... -- ARGUMENTS: bounces on the fake tree.
run()
{
	local awk=$1 shell=()

	shift
	while [ "$1" != -- ]; do
		shell+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2016 # expanded there
	AWK=$awk FAKE=$out unshare -rm sh -c 'mount --bind $FAKE/tracing /sys/kernel/tracing &&
		mount --bind $FAKE/debug /sys/kernel/debug &&
		{ [ ! -d /sys/kernel/security ] || mount -t tmpfs none /sys/kernel/security; } && exec "$@"' \
		sh "${shell[@]}" "$out/kernel" "$@"
}

run mawk dash -- --json --sizes -- true >"$out/json" 2>"$out/err"
is "$? $(cat "$out/err")" '0 ' 'it counts'
passes 'its JSON is one, in UTF-8' python3 -c 'import json, sys; json.loads(open(sys.argv[1], "rb").read().decode())' "$out/json"
of()
{
	jq -c ".devices[] | select(.device == \"$1\") | $2" "$out/json"
}
is "$(of 0000:00:04.0 '[.bounces, .bytes, .dma_mask_bits, .reasons.mask.bytes, .reasons.straddle.bounces]')" \
	'[180000000002,270000000008192,32,270000000000000,2]' 'a day of 25 GbE, by mask and by straddle'
is "$(of 0000:00:04.0 '[.too_large.attempts, .too_large.bytes]')" '[20,10485760]' \
	'attempts above 256 KiB are no bounces'
is "$(of 0000:00:04.0 '[.sizes[] | [.up_to, .bounces, .bytes]]')" '[[512,1,300],[65536,4,200000]]' 'sizes'
is "$(of 0000:00:05.0 '[.dma_mask_bits, .reasons.straddle.bytes]')" '[64,28672]' 'a mask of 64 bits'
is "$(of 10000:e1:00.0 '[.dma_mask_bits, .reasons.forced.bytes]')" '[56,3000000000]' 'one of 56, forced'
is "$(jq -c '.devices[] | select(.dma_mask_bits == 30) | [.device, .bytes]' "$out/json")" \
	"[\"a, size: 5 } hit\\\"x\\\\ \\u001b[31m"$'\xef\xbf\xbd'"\",20480]" 'a name is any bytes'
is "$(jq -c '[.dropped, .full_lines, .pools[0].bytes, .pools[0].used]' "$out/json")" \
	'[6,0,67108864,204800]' 'what found no room, the log, the pool'
like "$(jq -r .verdict "$out/json")" \
	'^Mappings FAIL: 20 attempts of more than 256 KiB FAILED.*xswbounce full tells each\. Bouncing: 180000000017 mappings' \
	'the verdict: failures first'
run mawk dash -- --sizes -- true >"$out/table" 2>&1
is "$(LC_ALL=C tr -d '\n\040-\176' <"$out/table" | wc -c)" 0 'no name moves a cursor'

# The log tells that some attempts failed.
printf '#!/bin/sh\necho "xhci: swiotlb buffer is full (sz: 4096 bytes)" >>%s/log\n' "$out" >"$out/load"
chmod +x "$out/load"
run mawk dash -- --json -- "$out/load" >"$out/json"
like "$(jq -r '[.full_lines, .verdict] | join(" ")' "$out/json")" \
	'^1 .*for want of room in the pool.*\(lines: 1.*xswbounce full.*Bouncing: [0-9]+ attempts' \
	'a full pool is seen in the log: attempts, not mappings'
: >"$out/log"

# Nor does one that can't be read tell that none failed.
mv "$out/log" "$out/log.kept"
for shell in dash 'busybox ash' bash; do
	# shellcheck disable=SC2086 # the shell's own arguments
	run mawk $shell -- --json -- true >"$out/json"
	like "$(jq -r '[.full_lines, .verdict] | join("|")' "$out/json")" \
		"^\\|.*Bouncing: [0-9]+ attempts,.* not known: the kernel's log can't be read" \
		"$shell: no log: it is not known whether attempts failed"
done
mv "$out/log.kept" "$out/log"

# Every shell with every awk: alike but for the time.
without_time()
{
	sed -E 's/"elapsed_us":[0-9]+//; s/ in [0-9.]+ s;//; s/(bytes|[0-9]+) +[0-9.]+ +[0-9.]+$/\1/' "$1"
}
without_time "$out/table" >"$out/want.table"
run mawk dash -- --json --sizes -- true >"$out/json"
without_time "$out/json" >"$out/want.json"
for shell in dash 'busybox ash' bash 'bash --posix'; do
	for awk in mawk gawk 'busybox awk'; do
		# shellcheck disable=SC2086 # the shell's own arguments
		run "$awk" $shell -- --json --sizes -- true >"$out/got.json" 2>&1
		# shellcheck disable=SC2086
		run "$awk" $shell -- --sizes -- true >"$out/got.table" 2>&1
		is "$(without_time "$out/got.json"; without_time "$out/got.table")" \
			"$(cat "$out/want.json" "$out/want.table")" "$shell, $awk: the same"
	done
	# shellcheck disable=SC2086
	run mawk $shell -- -- sh -c 'read -r word; exit ${word}' <<<7 >/dev/null 2>&1
	is $? 7 "$shell: the command has its input, and its status is passed on"
	for to in 'and the standard output' '-o /dev/full'; do
		arguments=(-- true)
		[ "$to" != '-o /dev/full' ] || arguments=(-j -o /dev/full -- true)
		# shellcheck disable=SC2086
		run mawk $shell -- "${arguments[@]}" >/dev/full 2>"$out/err"
		is "$? $(grep -c "can't write" "$out/err")" '2 1' "$shell: a full disk $to is an error"
	done
done

for shell in dash 'busybox ash' bash; do
	# shellcheck disable=SC2086 # the shell's own arguments
	run mawk $shell -- -o /proc/none -- true >"$out/said" 2>&1
	is "$? $(cat "$out/said")" "2 bounces: can't write /proc/none" "$shell: an output that can't be opened"
done

# Killed with all it started: the next run cleans up, and says so.
cat >"$out/kill" <<'END'
setsid "$@" 100 >/dev/null 2>&1 &
until ls "$FAKE"/tracing/instances | grep -q xsw; do sleep 0.1; done
sleep 0.3
kill -KILL -- -$!
wait
ls "$FAKE/tracing/instances" | wc -l
exec "$@" -- true 2>&1 >/dev/null
END
# shellcheck disable=SC2016 # expanded there
AWK=mawk FAKE=$out unshare -rm sh -c 'mount --bind $FAKE/tracing /sys/kernel/tracing &&
	mount --bind $FAKE/debug /sys/kernel/debug && exec bash $FAKE/kill "$@"' \
	sh dash "$out/kernel" 2>&1 | grep -v Killed >"$out/said"
like "$(cat "$out/said")" '^1
bounces: removed what a run that was killed had left: xsw-bounces-[0-9]+-[0-9]+-[0-9]+$' \
	'killed with -9, guard and all: the next run removes what was left, and says so'
is "$(ls "$fake/instances")" '' 'nothing is left'

# The module's pool is full: nothing bounces, for nothing can be mapped.
cp -r "$out/template" "$out/template.stock"
mkdir -p "$out"/{template,tracing}/events/xen_swiotlb/{xsw_map,xsw_full}
: | tee "$out"/template/events/xen_swiotlb/{xsw_map,xsw_full}/trigger >"$out/template/$event/hist"
echo '# trigger info: hist:keys=bus_nr,devfn,reason:vals=hitcount,size:sort=hitcount:size=4096 if domain == 1 && reason != 0 [active]' \
	>"$out/template/events/xen_swiotlb/xsw_map/hist"
{
	echo '# trigger info: hist:keys=bus_nr,devfn,fail:vals=hitcount,size:sort=hitcount:size=4096 if domain == 1 [active]'
	printf '{ bus_nr: %10s, devfn: %10s, fail: %10s } hitcount: %10s  size: %10s\n' 2 28 1 11 45056 2 28 3 2 8388608
} >"$out/template/events/xen_swiotlb/xsw_full/hist"
for shell in dash 'busybox ash' bash; do
	for awk in mawk gawk 'busybox awk'; do
		# shellcheck disable=SC2086
		run "$awk" $shell -- --json -- true >"$out/json"
		is "$(of 0001:02:03.4 '[.backend, .bounces, .failed.full.attempts, .failed["too-large"].bytes]')" \
			'["xen_swiotlb",0,11,8388608]' "$shell, $awk: what the module could not map"
		like "$(jq -r .verdict "$out/json")" '^Mappings FAIL: 13 attempts FAILED in the pool of xen_swiotlb' \
			"$shell, $awk: is the verdict"
	done
done
like "$(run mawk dash -- -- true)" '0001:02:03.4 .*FAILED: 11 attempts, 45056 bytes, in the pool of xen_swiotlb: full' \
	'and a line of the table'
rm -r "$out/template" "$fake/events/xen_swiotlb"
mv "$out/template.stock" "$out/template"

# The module comes while it counts.
printf '#!/bin/sh\nmkdir -p %s/events/xen_swiotlb/xsw_map\n' "$fake" >"$out/load"
like "$(run mawk dash -- -- "$out/load")" 'xen_swiotlb was loaded meanwhile: what its devices bounced is not counted' \
	'the module is loaded meanwhile: told'
rm -r "$fake/events/xen_swiotlb"

# Locked down since the boot, where no securityfs tells so.
: >"$out/locked"
for shell in dash 'busybox ash' bash; do
	# shellcheck disable=SC2086
	run mawk $shell -- -- true >"$out/said" 2>&1
	like "$? $(cat "$out/said")" '^2 .*Operation not permitted: it may be .*locked down .*without securityfs' \
		"$shell: what may be the cause is named"
done
rm "$out/locked"

# Without a pool.
rm "$out/debug/swiotlb/io_tlb_nslabs"
run mawk dash -- 1 >"$out/said" 2>&1
is "$? $(cat "$out/said")" '0 Nothing to bounce: this kernel (no Xen) has no bounce pool: it needs none, or swiotlb is switched off.' \
	'no pool: said in one line'
done_testing
