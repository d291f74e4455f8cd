#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# While the pool grows and shrinks, a caller that must not wait for I/O gets its coherent memory.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

spare_nic
module_in pool_mb=16 coherent_mb=0
echo "$nic" >$control/attach

resize() {
	while :; do
		echo $((256 << 20)) >$control/pool_bytes
		echo $((16 << 20)) >$control/pool_bytes
		times=$((times + 1))
		echo $times >/tmp/resized
	done
}
rm -f /tmp/resized
resize 2>/tmp/resize.said &
resizer=$!
cases "$nic" noio
kill $resizer
wait $resizer 2>/dev/null
at_least "$(cat /tmp/resized 2>/dev/null || echo 0)" 1 'the pool grew and shrank meanwhile'
is "$(cat /tmp/resize.said)" '' 'without an error'

spare_nic_back
is "$(pool coherent_used_bytes)" 0 'no coherent byte is in use'
module_out
ok $? 'the module goes'
done_testing
