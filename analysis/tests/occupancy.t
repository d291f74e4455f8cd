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
tells '[.levels[] | .slots]' '[null,null]' 'days and nights are two kinds of load: no level is told' \
	--occupancy "$scratch/week"
# A week whose minutes are alike: of each the most of 30 claims.
awk 'BEGIN { srand(5); for (i = 0; i < 1440 * 7; i++) { most = 0
	for (k = 0; k < 30; k++) { r = -200 * log(1 - rand()); if (r > most) most = r }
	printf "%d\n", 500 + most } }' | paste - "$scratch/week" |
	sed -E 's/^([0-9]+)\t(.*"slots":32768,"most_used":)[0-9]+/\2\1/' >"$scratch/alike"
tells '.levels | [.[0].why_not, .[1].why_not]' '[null,null]' 'a week of one kind tells of a day and of a month' \
	--occupancy "$scratch/alike"
tells '.levels | [(.[] | .low <= .slots, .slots <= .high), .[0].slots < .[1].slots]' '[true,true,true,true,true]' \
	'each in its interval, and a month brings more than a day' --occupancy "$scratch/alike"
# 500 + 200 ln(30 * 1440) is exceeded once a day.
tells '.levels[0] | [.low <= 2635, .high >= 2635]' '[true,true]' 'the truth is in it' --occupancy "$scratch/alike"
most=$(jq -s '[.[].pools[0].most_used] | max' "$scratch/alike")
sed "s/\"slots\":32768/\"slots\":$most/" "$scratch/alike" >"$scratch/full"
tells '[.levels[] | .why_not]' '["the pool was full: more may have been wanted","the pool was full: more may have been wanted"]' \
	'a pool that was full once tells no level' --occupancy "$scratch/full"
sed 's/"failed":0/"failed":1/' "$scratch/alike" >"$scratch/refused"
tells '.levels[0].why_not' '"mappings failed, and their drivers asked for less"' 'nor one that failed' \
	--occupancy "$scratch/refused"
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

# ---- what failed ----
sed '3,$s/"device":"0000:00:04.0"/"device":"0000:00:05.0"/; 1,2s/"failed":0/"failed":500/' "$scratch/short" >"$scratch/left"
tells '.failed' 500 'a device that left is not forgotten' --occupancy "$scratch/left"
like "$("$tune" --occupancy "$scratch/left" | head -n 1)" '^500 mappings failed' 'and that is said'
sed '1,2s/"failed":0/"failed":7/; 4,5s/"failed":0/"failed":4/' "$scratch/short" >"$scratch/again"
tells '.failed' 11 'one that came back counts anew' --occupancy "$scratch/again"
sed 's/"failed":0,"most_held":[0-9]*,"most_used":[0-9]*}/&,{"device":"0000:00:06.0","driver":"nvme","backend":"xen_swiotlb","maps":900,"failed":500,"most_held":5,"most_used":7}/' \
	"$scratch/short" >"$scratch/other"
tells '[.pool, .failed, .other_pool_failed, .other_pool_peak_slots > 800]' '["module",500,0,true]' \
	'the pool that failed is judged, though the other was used more' --occupancy "$scratch/other"
expect 'the other is named' 0 '^The pool of stock held [0-9]+ slots at most: not judged here\.$' \
	"$tune" --occupancy "$scratch/other"
expect 'and beside a recording, by whose pool it goes, too' 0 '^The pool of xen_swiotlb .* 500 mappings FAILED: not judged' \
	"$tune" --occupancy "$scratch/other" "$recording"

# ---- what the kernel makes of a parameter ----
sed 's/"areas":2/"areas":64/; s/"cpus":2/"cpus":64/; s/"most_used":[0-9]*/"most_used":20/' "$scratch/short" >"$scratch/areas"
tells '[.parameter, .memory_bytes]' '["swiotlb=8192",16777216]' 'at least 128 slots an area' --occupancy "$scratch/areas"
sed 's/"cpus":64/"cpus":2/' "$scratch/areas" >"$scratch/named"
tells '[.parameter, .memory_bytes]' '["swiotlb=8192,64",16777216]' 'areas are named if they are not the usual' \
	--occupancy "$scratch/named"
sed 's/,"areas":2//; s/"6.12.1"/"5.10.0"/' "$scratch/short" >"$scratch/old"
expect 'a kernel without areas' 0 'stock   swiotlb=[0-9]+ ' "$tune" --occupancy "$scratch/old"
sed 's/"slots":32768,"most_used":[0-9]*/"slots":2000000,"most_used":1900000/' "$scratch/short" >"$scratch/huge"
tells '[.parameter, .memory_bytes, .pool_mb]' '[null,null,null]' 'more than any pool holds' --occupancy "$scratch/huge"
expect 'is said' 0 'no pool holds that' "$tune" --occupancy "$scratch/huge"

# ---- the other options ----
"$tune" --occupancy "$scratch/week" --save "$scratch/saved/days.json" --plots "$scratch/plots" >"$scratch/screen"
is "$(jq -r .kind "$scratch/saved/days.json")" swiotlb-xen-tune-occupancy 'it is saved'
is "$(cd "$scratch/plots" && ls ./*.svg ./*.png)" './pool_time.png
./pool_time.svg' 'and drawn'
passes 'in days' grep -q '>days<\|days' "$scratch/plots/pool_time.svg"
complains 'scaled it is not' 1 "can't be scaled" "$tune" --occupancy "$scratch/week" --scale 2

# ---- beside a recording ----
tells '.sizes | [.need_slots, .stock.parameter]' '[2725,"swiotlb=4096"]' "the size holds the week's peak, too" \
	--occupancy "$scratch/week" "$recording"
tells '[.occupancy.peak.slots > 2635, .levels[0].slots != null]' '[true,true]' 'and it tells what a day brings' \
	--occupancy "$scratch/alike" "$recording"
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
	's/"most_used":[0-9]*/"most_used":100000000000000000000/' 's/"areas":2/"areas":3/' 's/"kernel":"6.12.1"/"kernel":[1]/' \
	's/"seconds":60/"seconds":"60"/' 's/"cpus":2/"cpus":99999999/' \
	's/"pools":/"pool":/' 's/"devices":\[/"devices":[3,/' 's/"cpus":2/"cpus":true/' 's/^.*$/[]/' 's/^.*$/1/'; do
	sed "4$change" "$scratch/short" >"$scratch/bad"
	complains "line 4 by $change" 1 'line 4 is none' judge "$scratch/bad"
done
{ head -n 1 "$scratch/short"; printf '%0100000d\n' 0 | tr 0 '['; } >"$scratch/deep"
complains 'deeply nested' 1 'line 2 is none' judge "$scratch/deep"
head -c -20 "$scratch/short" >"$scratch/cut"
expect 'cut off: by what is there' 0 'Watched for 4 minutes, 4 intervals.*CUT OFF' judge "$scratch/cut"
complains 'nothing to confirm' 1 'name a recording, too' judge "$scratch/short" --apply
done_testing
