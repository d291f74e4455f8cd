#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Data survives: written through one backend and read through the other, verified under force.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

nvme=$(find_nvme)
[ -n "$nvme" ] || bail 'no NVMe disk'
size=$((8 << 20))

pattern() { # pattern SEED: $size bytes that depend on it
	awk -v seed="$1" -v size=$size 'BEGIN { srand(seed); for (i = 0; i < size / 64; i++)
		printf "%-63d\n", rand() * 1e15 + i }'
}

write_pattern() { pattern "$1" | dd of="$(nvme_node "$nvme")" bs=64k oflag=direct iflag=fullblock status=none; }
read_back() { dd if="$(nvme_node "$nvme")" bs=64k count=$((size >> 16)) iflag=direct status=none | sha256sum; }

write_pattern 1
stock_wrote=$(pattern 1 | sha256sum)
module_in pool_mb=16
take "$nvme"
is "$(read_back)" "$stock_wrote" 'what the kernel wrote, the module reads directly'
is "$(counter "$nvme" bounce_forced)" 0 'without a bounce'
echo 1 >$control/force
is "$(read_back)" "$stock_wrote" 'and bounced'
bounced=$(counter "$nvme" bounce_bytes)
is "$bounced" "$size" 'every byte of it'

write_pattern 2
give_back "$nvme"
is "$(read_back)" "$(pattern 2 | sha256sum)" 'what the module wrote bounced, the kernel reads'

take "$nvme"
fio --name=verify --filename="$(nvme_node "$nvme")" --direct=1 --rw=randwrite --bsrange=4k-256k \
	--verify_state_save=0 --size=32M --iodepth=16 --ioengine=libaio --verify=crc32c --verify_fatal=1 \
	--output-format=json --output=/tmp/fio.json
ok $? 'fio verifies 32 MiB of 4 to 256 KiB blocks with every mapping bounced'
is "$(jq '.jobs[0].error' /tmp/fio.json)" 0 'without an error'
at_least "$(counter "$nvme" bounce_bytes)" $((bounced + (60 << 20))) 'all of it went through the pool'
is "$(counter "$nvme" fail_mask_unreachable)" 0 'no mapping was out of reach'
is "$(counter "$nvme" maps)" "$(counter "$nvme" unmaps)" 'every mapping was unmapped'
is "$(pool used)" 0 'every slot is free again'
give_back "$nvme"
is "$(counter "$nvme" leaked)" 0 'nothing leaked'
module_out
done_testing
