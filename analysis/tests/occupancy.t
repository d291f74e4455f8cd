#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Days of 'xswbounce occupancy --json' as the tuner judges them: by themselves, and beside a recording.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" || bail 'replay was not built'
tune=$checkout/analysis/tune/tune
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'
recording=$scratch/made/tune/small_pool.rec

# A week by the minute: at most 2180 slots, at noon of the fourth day; nights are quiet.
week()
{
	awk -v failed="${1:-0}" 'BEGIN {
		srand(3)
		for (i = 0; i < 7 * 1440; i++) {
			day = i % 1440 / 1440
			used = int(800 + 600 * (day > 0.3 && day < 0.8) + 300 * rand())
			if (i == 3 * 1440 + 720)
				used = 2180
			maps += 1000
			printf "{\"command\":\"occupancy\",\"schema\":1,\"time\":1.5,\"seconds\":60,\"kernel\":\"6.12.1\","
			printf "\"cpus\":2,\"pools\":[{\"backend\":\"swiotlb-xen\",\"slots\":32768,\"most_used\":%d,\"areas\":2},", used
			printf "{\"backend\":\"xen_swiotlb\",\"slots\":1024,\"most_used\":7}],\"devices\":["
			printf "{\"device\":\"0000:00:04.0\",\"driver\":\"e1000\",\"backend\":\"swiotlb-xen\",\"maps\":%d,", maps
			printf "\"failed\":%d,\"most_held\":%d,\"most_used\":%d}],\"lost\":0}\n", failed, used - 20, used
		}
	}'
}
week >"$scratch/week"

# tells FILTER EXPECTED WHAT [OPTION...]
tells()
{
	local filter=$1 expected=$2 what=$3

	shift 3
	is "$("$tune" --json "$@" 2>&1 | jq -c "$filter")" "$expected" "$what"
}

"$tune" --occupancy "$scratch/week" >"$scratch/screen"
like "$(head -n 1 "$scratch/screen")" '^The pool suffices' 'a week that the pool held'
passes 'its peak, and how long it was watched' grep -qF \
	'Watched for 7 days, 10080 intervals: at most 2180 slots in use, exact.' "$scratch/screen"
passes 'when the peak was' grep -q 'stock: 32768 slots; 7 % at the peak, 4 days after' "$scratch/screen"
passes 'who held how much' grep -q 'slots: e1000 0000:00:04.0 2160\.$' "$scratch/screen"
passes 'the size' grep -q 'swiotlb=4096 .* 8 MiB below' "$scratch/screen"
tells '[.need_slots, .parameter, .pool_mb, .pool, .failed]' '[2725,"swiotlb=4096",6,"stock",0]' 'as JSON' \
	--occupancy "$scratch/week"
tells '[.levels[] | .why_not]' '[null,null]' 'a week by the minute tells of a day and of a month' \
	--occupancy "$scratch/week"
tells '.levels | [.[0].slots >= 2180, .[0].low <= .[0].slots, .[1].slots >= .[0].slots]' '[true,true,true]' \
	'never less than was seen, and a month brings more than a day' --occupancy "$scratch/week"
tells '.need_slots' 4360 'as much to spare as is asked for' --occupancy "$scratch/week" --margin 1
week 3 >"$scratch/failed"
like "$("$tune" --occupancy "$scratch/failed" | head -n 1)" '^3 mappings failed: too small' 'what failed'
head -n 5 "$scratch/week" >"$scratch/short"
tells '[.levels[] | .slots]' '[null,null]' 'five minutes tell nothing of a day' --occupancy "$scratch/short"
sed 's/"slots":32768/"slots":2304/' "$scratch/week" >"$scratch/tight"
like "$("$tune" --occupancy "$scratch/tight" | head -n 1)" 'less room to spare' 'a pool that just held it'
sed 's/"most_used":7/"most_used":7000/; s/"slots":1024/"slots":8192/' "$scratch/week" >"$scratch/module"
tells '[.pool, .peak.slots, .slots]' '["module",7000,8192]' 'the pool that was used more is judged' \
	--occupancy "$scratch/module"

# ---- beside a recording ----
tells '.sizes | [.need_slots, .stock.parameter]' '[2725,"swiotlb=4096"]' "the size holds the week's peak, too" \
	--occupancy "$scratch/week" "$recording"
tells '[.occupancy.peak.slots, .levels[0].slots != null]' '[2180,true]' 'and it tells what a day brings' \
	--occupancy "$scratch/week" "$recording"
expect 'on the screen' 0 '^Watched for 7 days' "$tune" --occupancy "$scratch/week" "$recording"
expect 'in the place of the sample' 0 '!is a sample of this load' "$tune" --occupancy "$scratch/week" "$recording"

# ---- bad files ----
# shellcheck disable=SC2317 # called through complains
judge()
{
	"$tune" --occupancy "$@"
}
: >"$scratch/empty"
complains 'empty' 1 'no interval is in it' judge "$scratch/empty"
complains 'not there' 1 'No such file' judge "$scratch/nothing"
complains 'foreign' 1 'line 1 is none' judge "$recording"
sed 's/"schema":1/"schema":2/' "$scratch/short" >"$scratch/later"
complains "of the future's" 1 'a later version' judge "$scratch/later"
for change in 's/"most_used":[0-9]*/"most_used":-1/' 's/"seconds":60/"seconds":0/' 's/"seconds":60/"seconds":1e999/' \
	's/"pools":/"pool":/' 's/"devices":\[/"devices":[3,/' 's/"cpus":2/"cpus":true/' 's/^.*$/[]/' 's/^.*$/1/'; do
	sed "4$change" "$scratch/short" >"$scratch/bad"
	complains "line 4 by $change" 1 'line 4 is none' judge "$scratch/bad"
done
head -c -20 "$scratch/short" >"$scratch/cut"
expect 'cut off: by what is there' 0 'Watched for 4 minutes, 4 intervals.*CUT OFF' judge "$scratch/cut"
complains 'nothing to confirm' 1 'name a recording, too' judge "$scratch/short" --apply
done_testing
