#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hostile recordings, some thousands, under the address and undefined-behaviour sanitizers.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" SAN=address,undefined fuzz-loop || bail 'replay_fuzz was not built'
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'
gunzip -c "$checkout/analysis/tests/data/recordings/v2-usb-seqread.rec.gz" >"$scratch/made/real.rec"
rm "$scratch"/made/v?/right/storm.rec # long, and so slow
mapfile -t recordings < <(find "$scratch/made" -name "*.rec" -size +0 | sort)
for seed in 1 2; do
	passes "seed $seed" "$checkout/build/replay-address-undefined/replay_fuzz" "$seed" \
		"${ROUNDS:-4000}" "${recordings[@]}"
done
done_testing
