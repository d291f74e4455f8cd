#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the doctor says of a scattered dom0, beside the test module's count of frames, Xen's of free memory,
# the other module's of straddles, and the pool that module then gets.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/../../../impl/tests/guest/contiguity/contiguity.sh"

out=$(mktemp -d)
ask() { # ask ARGUMENTS...: of the doctor, whose answers said gives
	$doctor --json "$@" >"$out/json" 2>"$out/err"
	status=$?
	sed 's/^/# /' "$out/err"
}
said() { jq -r "$1" "$out/json"; }
share() { said '.pages_by_order[3:] | add * 1000 / '"$(said .pages)"' | floor'; }
defrag_in
scatter
line=$(memory)

# ---- shares ----

ask 1
is $status 0 'without a load there is nothing to do'
is "$(said .stride)" 1 'of a small domain all is looked at'
is "$(said .pages)" "$(word_of frames "$line")" 'every frame'
within "$(said .below_4g_pages)" "$(word_of low "$line")" 1 'and as many lie below 4 GiB'
full=$(share)
at_most "$full" 950 'memory is scattered'
# Of 64 GiB as many blocks are looked at as of 8 GiB. Other emulators slow a walk down: the fastest counts.
for try in 1 2 3; do
	said '.walk_seconds * 4096 / (.pages / 512) * 1000 | floor'
	[ $try = 3 ] || ask 0.1 >&2
done >"$out/walks"
at_most "$(sort -n "$out/walks" | head -n 1)" 2000 \
	"a walk of 64 GiB would take less than two seconds: ms $(paste -sd' ' "$out/walks")"
is "$(said '.look_seconds >= .load_seconds + .walk_seconds')" true \
	"the whole look is told, $(said .look_seconds) s, and its loading, $(said .load_seconds) s"
ask --width 31 1
within "$(said .below_4g_pages)" "$(word_of low "$line")" 1 'whatever width is asked for'
# PFNs without memory are blocks, too: so some 200 blocks of memory are looked at.
ask --blocks $(($(said .pages) / 512 / 2)) 1
at_least "$(said .stride)" 2 "one block in $(said .stride) is looked at when fewer are asked for"
within "$(said '.pages * .stride')" "$(word_of frames "$line")" 30 'that is such a part of the memory'
at_least "$(share)" $((full - 150)) "of which $(share) in 1000 are contiguous, of all $full"
at_most "$(share)" $((full + 150)) 'no more than that'
like "$(said .pool_module.why)" 'about|nothing' 'and it says where it estimates, if there is something'

is "$(said '.walk_longest_seconds > 0 and .walk_longest_seconds < .walk_seconds')" true \
	"the walk is one of pieces, the longest of $(said .walk_longest_seconds) s"

# ---- a kernel that has no pool, to all appearances, and one that hides its tables ----

no_pool() { # no_pool COMMAND...
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/debug && mkdir /sys/kernel/debug/swiotlb && exec "$@"' sh "$@"
}
# shellcheck disable=SC2086 # a command and its argument
no_pool $doctor --json 1 >"$out/json"
is "$? $(said .no_pool)" '0 true' 'without a pool the doctor looks, and tells that there is none'
like "$(said .cause_memory.state)" '^(yes|no|unknown)$' 'and why there may be none'
like "$(said .pool_module.state)" '^(yes|possible|no)$' 'whether the module can have one'
like "$(said .next_step)" 'modprobe xen_swiotlb' 'and what to do'
like "$(no_pool "${doctor% doctor}" 1; echo "status $?")" '^What must bounce fails: .*status 1' \
	'in dom0 no wrong memory is claimed'
restrict=$(cat /proc/sys/kernel/kptr_restrict)
echo 2 >/proc/sys/kernel/kptr_restrict
ask 1
is $status 2 'where the kernel hides its tables the doctor refuses'
like "$(cat "$out/err")" 'kernel.kptr_restrict is 2 \(sysctl kernel.kptr_restrict=1' 'and names what ends that'
like "$(${doctor% doctor} 1 2>&1 >/dev/null)" 'kernel.kptr_restrict is 2 .*only bounced mappings are counted, by tracefs' \
	'the verdict says so in the same words'
echo "$restrict" >/proc/sys/kernel/kptr_restrict

# ---- a pool, and the causes ----

free=$(xl info | sed -n 's/^free_memory *: //p')
ask --pool 32 1
said '{pool_from, pool_module, pool_stock, cause_permission, cause_memory, cause_fragmentation}' | jq -c . | sed 's/^/# /'
is "$(said .cause_permission.state)" no 'dom0 may exchange what the kernel asks for'
like "$(said .cause_permission.why)" 'up to order 18' "as Xen's command line has it"
is "$(said .cause_fragmentation.state)" unknown 'Xen tells no sizes'
low=$(said .xen_free_low_bytes)
echo "# Xen has $free MiB free, $((low >> 20)) of it low"
if [ "$low" -ge $((32 << 20)) ]; then
	is "$(said .cause_memory.state)" no 'Xen has enough'
	is "$(said .pool_stock.state)" possible 'so stock could get its pool'
fi
like "$(said .pool_module.state)" '^(yes|possible)$' 'the module can get a pool'
module_in pool_mb=32
is "$(pool bytes)" $((32 << 20)) 'it gets it'
ask --pool 32 1
like "$(said .pool_module.state)" '^(yes|possible)$' 'and another would do'
available=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
ask --pool $((available * 2 / 3)) 1
is "$(said '.pool_module.state + " " + .pool_from')" 'no none' 'it takes no more than it leaves'
like "$(said .pool_module.why)" available 'which is the reason given'
echo $((available << 19 | 32 << 20)) >$control/pool_bytes
at_most $(($(pool bytes) >> 20)) $((available * 2 / 3 + 31)) 'nor does it when it is asked to'
echo $((32 << 20)) >$control/pool_bytes

# ---- devices of the module ----

for nic in $(find_nics); do
	take "$nic"
done
wire
ok $? 'attached to the module the cards hear each other'
straddled() { # by the module's own counters
	local nic sum=0
	for nic in "${nics[@]}"; do
		sum=$((sum + $(counter "$nic" bounce_straddle)))
	done
	echo $sum
}
before=$(straddled)
begin_traffic
ask 4
end_traffic
is $status 1 'buffers of its devices straddle, and the doctor sees it'
is "$(said .verdict)" straddling 'that is the verdict'
at_least "$(said .straddles)" 500 "it counts them: $(said .straddles)"
at_most "$(said .straddles)" $(($(straddled) - before)) 'no more than the module does'
is "$(said '[.hot[].backend] | unique | join(" ")')" xen_swiotlb "each is the module's"
is "$(said '[.hot[].device] | unique | join(" ")' | tr ' ' '\n' | grep -cvxF "$(printf '%s\n' "${nics[@]}")")" 0 \
	'each of one of the cards'
is "$(said '[.hot[].mask_bits] | unique | join(" ")')" \
	"$(for nic in "${nics[@]}"; do cat "/sys/bus/pci/devices/$nic/dma_mask_bits"; done | sort -nu | paste -sd' ')" \
	'which reaches as far as PCI tells'
is "$(said '[.hot[].granted] | any')" false "in the domain's own memory"
is "$(said "[.hot[].mib * 256 < $(word_of frames "$line") * 2] | all")" true 'by its address'
at_most "$(said '[.hot[].bounces] | add')" "$(said .straddles)" 'no more of them by place than in all'
begin_traffic
$doctor 2 2>&1 | sed 's/^/# /'
end_traffic
unwire
for nic in "${nics[@]}"; do
	give_back "$nic"
done
module_out
ok $? 'the module goes: nothing of the doctor holds it'
defrag_out
done_testing
