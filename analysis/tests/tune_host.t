#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tuner on a host made of files: one that can't be recorded, and Xen's memory below 4 GiB.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" || bail 'replay was not built'
tune=$checkout/analysis/tune/tune
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'
made=$scratch/made/tune
root=$scratch/root
stock=$root/sys/kernel/debug/swiotlb
module=$root/sys/devices/platform/xen_swiotlb
mkdir -p "$root/sys/hypervisor" "$stock" "$root/sys/kernel/btf" "$root/proc/xen"
echo xen >"$root/sys/hypervisor/type"
echo control_d >"$root/proc/xen/capabilities"

# What tracefs/bounces answers; without a file it refuses.
cat >"$scratch/bounces" <<-END
	#!/bin/sh
	echo "\$@" >"$scratch/asked"
	cat "$scratch/answer" 2>/dev/null || exit 2
END
chmod +x "$scratch/bounces"
# shellcheck disable=SC2317  # called through complains and expect
on_host()
{
	env TUNE_ROOT="$root" "$tune" --bounces "$scratch/bounces" --time 7 "$@"
}

# answer LINES TOO_LARGE FAILED
answer()
{
	cat >"$scratch/answer" <<-END
		{"schema":1,"tool":"bounces","elapsed_us":7000000,"dropped":0,"command_status":null,"pools":[],
		"full_lines":$1,"devices":[{"device":"0000:00:04.0","driver":"nvme","backend":"swiotlb-xen",
		"dma_mask_bits":32,"bounces":5000,"bytes":20480000,"reasons":{},"too_large":{"attempts":$2,"bytes":0},
		"failed":{$3},"sizes":[]}],"verdict":"."}
	END
}

# ---- no BTF: the kernel's counters ----
complains 'nothing to look at' 1 'no BTF.*; and no pool is to be seen' on_host
echo 32768 >"$stock/io_tlb_nslabs"
echo 512 >"$stock/io_tlb_used"
echo 'quiet swiotlb=32768' >"$root/proc/cmdline"
expect 'the pool, and what can not be known' 0 '^Not known so: who holds it, .*failures and their reason\.$' on_host
expect 'failures that could not be counted' 0 '^Failures: not counted' on_host
is "$(cat "$scratch/asked")" '--json 7' 'they are counted for as long as a recording would last'
expect 'how it was booted' 0 '^Booted with swiotlb=32768\.$' on_host
expect 'an older kernel has no high-water mark' 0 'does not tell it .io_tlb_used_hiwater came' on_host
echo 0 >"$stock/io_tlb_used_hiwater"
expect 'one that does not keep it says 0: that is no peak' 0 'is not known: io_tlb_used_hiwater says 0.*track_hiwater' on_host
expect 'and nothing follows from it' 0 '!it suffices' on_host
echo 6000 >"$stock/io_tlb_used_hiwater"
expect 'the kernel tells its high-water mark' 0 'At most 6000 in use \(18 %\), exact' on_host
expect 'that is enough' 0 'By that alone it suffices; with 25 % to spare: swiotlb=8192\.$' on_host
echo 'quiet swiotlb=32768,1,force' >"$root/proc/cmdline"
expect 'what else it was booted with is kept' 0 'to spare: swiotlb=8192,1,force\.$' on_host
echo 'quiet swiotlb=32768' >"$root/proc/cmdline"
expect 'more to spare' 0 'with 100 % to spare: swiotlb=16384\.$' on_host --margin 1
echo 31000 >"$stock/io_tlb_used_hiwater"
expect 'nearly full: the parameter of twice as much' 0 'It was full, or nearly: boot with swiotlb=65536, and' on_host
echo 6000 >"$stock/io_tlb_used_hiwater"
answer 0 0 ''
expect 'nothing failed' 0 '^Failed in 7 s: none that is told \(5000 bounces\)\.$' on_host
expect 'then that is not unknown' 0 '^Not known so: who holds it.*would save\.$' on_host
answer 3 2 ''
expect "failures by the kernel's log" 0 "^Failed in 7 s: mappings of stock, how many is not known; .* 3 lines" on_host
expect 'and those too large' 0 '^Failed in 7 s: nvme 0000:00:04.0: 2 too-large\.$' on_host
expect 'a pool that failed is too small' 0 'boot with swiotlb=65536' on_host
answer null 0 ''
expect 'a log that can not be read' 0 "^Whether mappings of stock failed is not known" on_host
echo 'no JSON' >"$scratch/answer"
expect 'an answer that is none' 0 '^Failures: not counted' on_host
rm "$scratch/answer"

mkdir -p "$module"
echo 4194304 >"$module/pool_bytes"
echo '100 sampled 60000000000' >"$module/high_water"
printf 'segments 2\nused 17\nslots 2048\n' >"$module/pool"
expect "the module's pool" 0 '^Pool of xen_swiotlb: 2048 slots \(4 MiB\), 17 in use now\.$' on_host
expect 'its high water' 0 'At most 100 in use \(5 %\), sampled, so it may be far too low .*, for 60 s\.$' on_host
echo '1500 exact 60000000000' >"$module/high_water"
expect 'an exact one' 0 'At most 1500 in use \(73 %\), exact, for 60 s\.$' on_host
expect 'with its parameter' 0 'with 25 % to spare: pool_mb=4\.$' on_host
answer 0 0 '"full":{"attempts":9,"bytes":0}'
expect 'what failed in it' 0 '^Failed in 7 s: nvme 0000:00:04.0: 9 full\.$' on_host
expect 'too small, then' 0 'It was full, or nearly: modprobe xen_swiotlb pool_mb=8, and' on_host
on_host --json >"$scratch/document"
is "$(jq -c '[.kind, (.pools[] | .pool, .slots, .most_used, .parameter), .failures.devices[0].failed.full]' \
	"$scratch/document")" '["swiotlb-xen-tune-counters","stock",32768,6000,"swiotlb=8192","module",2048,1500,"pool_mb=8",9]' 'as JSON'
on_host --save "$scratch/saved/here" >"$scratch/screen"
is "$(jq -c .kind "$scratch/saved/here")" '"swiotlb-xen-tune-counters"' 'it is saved, too'
complains 'nothing is applied so' 1 'no BTF.*: --apply needs a recording' on_host --apply
"$tune" --json "$made/small_pool.rec" >"$scratch/advice.json"
complains 'nothing confirmed' 1 'no BTF.*: --confirm needs a recording' on_host --confirm "$scratch/advice.json"
complains 'nothing scaled' 1 'no BTF.*: --scale needs a recording' on_host --scale 2
rm -r "$module"

# ---- Xen's memory below 4 GiB: doctor.json and xen_heap.txt (xl debug-keys H) are of one dom0 of the lab ----
: >"$root/sys/kernel/btf/vmlinux"
cat >"$scratch/xswbounce" <<-'END'
	#!/bin/sh
	case "$*" in
	'record -o '*) cp "$RECORDED" "$3" ;;
	'doctor --json --width 32 1')
		[ "$FREE" != refused ] || exit 2
		jq ".xen_free_low_bytes = $FREE" "$DOCTOR"
		exit 1 ;;
	*) exit 2 ;;
	esac
END
chmod +x "$scratch/xswbounce"
# with_free BYTES RECORDING [OPTION...]
# shellcheck disable=SC2317  # called through expect
with_free()
{
	local free=$1 recording=$2

	shift 2
	env FREE="$free" DOCTOR="$checkout/analysis/tests/data/doctor.json" TUNE_ROOT="$root" \
		RECORDED="$made/$recording.rec" "$tune" --xswbounce "$scratch/xswbounce" --time 7 "$@"
}
real=$(jq .xen_free_low_bytes "$checkout/analysis/tests/data/doctor.json")
is "$(sed -nE 's/.*zone=([0-9]+).* ([0-9]+) pages/\1 \2/p' "$checkout/analysis/tests/data/xen_heap.txt" |
	awk '$1 <= 20 { pages += $2 } END { printf "%.0f", pages * 4096 }')" "$real" 'doctor tells what Xen dumps'
is "$(with_free "$real" small_pool --json | jq .low_memory_free_bytes)" "$real" 'what Xen has free below 4 GiB'
expect 'on the screen, beside the pool of today that a boot frees' 0 \
	'swiotlb=2048 .*4 MiB below 4 GiB \(Xen has 16 MiB there now, today.s pool 2 MiB\);' with_free $((16 << 20)) small_pool
expect "the module's comes beside stock's" 0 'pool_mb=4 .*\(Xen has 16 MiB there now\)' with_free $((16 << 20)) small_pool
expect 'too little' 0 'swiotlb=2048 .*Xen has 1 MiB there now, today.s pool 2 MiB: TOO LITTLE' with_free $((1 << 20)) small_pool
expect 'what to do' 0 'too little free below 4 GiB: give dom0 less memory' with_free $((1 << 20)) small_pool
expect 'which is not said else' 0 '!give dom0 less memory' with_free $((16 << 20)) small_pool
expect 'half of it is there already' 0 '!swiotlb=2048 .*TOO LITTLE' with_free $((2 << 20)) small_pool
expect "the module's is resized: the difference counts" 0 \
	'pool_mb=4 .*\(Xen has 2 MiB there now, today.s pool 2 MiB\);' with_free $((2 << 20)) module
for no in refused null '"x"' -1 true; do
	is "$(with_free "$no" small_pool --json | jq .low_memory_free_bytes)" null "not known: $no"
done
echo >"$root/proc/xen/capabilities"
is "$(with_free "$real" small_pool --json | jq .low_memory_free_bytes)" null 'a domain that may not ask does not'
done_testing
