#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module loads with good parameters, says why with bad ones, and gives all back.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

like "$(refused pool_mb=0)" 'pool_mb out of range: 0 is not in 1..4096' 'pool_mb=0 is refused'
like "$(refused pool_mb=5000)" 'pool_mb out of range: 5000' 'pool_mb=5000 is refused'
like "$(refused address_bits=50)" 'address_bits out of range: 50' 'address_bits=50 is refused'
like "$(refused coherent_mb=2000)" 'coherent_mb out of range' 'coherent_mb=2000 is refused'
like "$(refused devices=00:1f.2)" "bad BDF '00:1f.2': it looks like 0000:00:1f.2" \
	'a BDF without a domain is refused'
like "$(refused devices=0000:00:1f.2,nonsense)" "bad BDF 'nonsense'" 'a word that is no BDF is refused'
like "$(refused address_bits=16)" 'no memory below 2\^16: ' 'a width that Xen has nothing in is refused'
is "$(lsmod | grep -c '^xen_swiotlb')" 0 'no refused load left the module behind'

before=$(memory)
is "$(word_of m2p_wrong "$before")" 0 'before: every frame that is ours is ours in the M2P'
is "$(word_of pte_wrong "$before")" 0 'before: and mapped where the P2M says'

mark_log
module_in pool_mb=32
ok $? 'it loads with a pool of 32 MiB'
is "$(cat $control/abi)" 3 'its ABI is version 3'
is "$(pool bytes)" $((32 << 20)) 'the pool has 32 MiB'
is "$(pool slots)" $((32 << 9)) 'of 2 KiB slots'
is "$(pool used)" 0 'none in use'
is "$(cut -d' ' -f1 $control/pool | xargs)" "segments bytes slots used quarantined largest_free \
high_water high_water_kind reserve_bytes coherent_bytes coherent_used_bytes exchanges \
exchanged_bytes exchange_fails exchange_ns assembled_bytes" 'the file pool has its keys'
is "$(pool exchanged_bytes)" $((32 << 20)) 'as much as the pool was exchanged'
is "$(pool exchange_fails)" 0 'no exchange failed'
at_least "$(pool exchange_ns)" 100000 'and the time it took is told'
at_least "$(pool exchanges)" 1 'exchanges were made'
highest=0
while read -r _ bus bytes _; do
	[ $((bus + bytes)) -le $highest ] || highest=$((bus + bytes))
done <$debug/segments
at_least $highest 1 'segments are listed'
at_most $highest $((1 << 32)) 'the highest ends below 4 GiB'
is "$(awk '{ n += $3 } END { print n }' $debug/segments)" $((32 << 20)) 'the segments add up to the pool'
during=$(memory)
at_least "$(word_of low "$during")" $(($(word_of low "$before") + (31 << 8))) \
	'the domain holds 32 MiB more of low frames'
is "$(word_of m2p_wrong "$during")" 0 'M2P and P2M agree on the exchanged frames'
is "$(word_of pte_wrong "$during")" 0 'and the page table on both'

echo $((48 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((48 << 20)) 'it grows to 48 MiB at run time'
echo $((16 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((16 << 20)) 'and shrinks to 16'
like "$(cat $control/high_water)" '^0 sampled [1-9][0-9]*$' 'the high-water mark is a sample'
echo exact >$control/high_water
like "$(cat $control/high_water)" '^0 exact [1-9][0-9]*$' 'or exact, and begins anew then'
is "$(pool high_water_kind)" exact 'which the file pool says, too'
refuses $control/high_water 1 'it is switched by those words alone'
echo sampled >$control/high_water
like "$(cat $control/high_water)" '^0 sampled ' 'and back'
refuses $control/attach 'ffff:ff:1f.7' 'a device that does not exist cannot be attached'
refuses $control/attach rubbish 'nor one that is no BDF'
like "$(dmesg | tail -n 3)" "attach: bad BDF 'rubbish" 'which the log says'

module_out
ok $? 'it unloads'
like "$(new_log)" 'gave back [0-9]+ KiB .*, kept low 0 KiB, leaked 0 KiB' 'all of its memory went back to Xen'
after=$(memory)
is "$(word_of frames "$after")" "$(word_of frames "$before")" 'the domain has as many frames as before'
is "$(word_of m2p_wrong "$after")" 0 'every one is ours in the M2P'
is "$(word_of pte_wrong "$after")" 0 'and mapped where the P2M says'
at_most "$(word_of low "$after")" $(($(word_of low "$before") + 512)) 'no low memory was kept'
is "$(word_of low_blocks "$after")" "$(word_of low_blocks "$before")" 'no contiguous low block either'
done_testing
