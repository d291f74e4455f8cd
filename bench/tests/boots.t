#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots are the unit of what is said of a machine: three boots of an environment, each measured by the
# same command, stand in one record, and the report then has an interval. A machine of files, whose
# kernel names its boot as the test says; fio leaves a record that was measured once.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_native
fake_disk wide 240:0 SER-W 64
truncate -s 64M "$fake/dev/wide"
run=$fake/run

fake_fio_record wide "$fake/good.json"
mkdir "$fake/bin"
cat >"$fake/bin/fio" <<END
#!/usr/bin/env python3
import json, os, signal, sys
if "--version" in sys.argv:
    sys.exit(print("fio-3.33"))
path = next(word[9:] for word in sys.argv if word.startswith("--output="))
with open("$fake/good.json") as file:
    record = json.load(file)
read = record["jobs"][0]["read"]
for key in ("iops", "bw_bytes"):
    read[key] = 10000 * float(os.environ["SPEED"])
with open(path, "w") as file:
    json.dump(record, file)
with open("$fake/n", "a") as file:
    file.write("x")
if os.path.getsize("$fake/n") == int(os.environ.get("CUT", "0")):
    os.kill(os.getppid(), signal.SIGKILL)
END
chmod +x "$fake/bin/fio"
export PATH=$fake/bin:$PATH run fake
mkdir -p "$fake/proc/sys/kernel/random" "$fake/sys/class/iommu/unit0" "$fake/sys/kernel/iommu_groups/1"
ln -s "$fake/sys/kernel/iommu_groups/1" "$(readlink -f "$fake/sys/block/wide/../..")/iommu_group"

# boot NAME TYPE SPEED [ARGS...]: measures a boot in which the IOMMU has this type of groups.
boot()
{
	echo "$1" >"$fake/proc/sys/kernel/random/boot_id"
	echo "$2" >"$fake/sys/kernel/iommu_groups/1/type"
	export SPEED=$3
	shift 3
	rm -f "$fake/n"
	bench/run --here "$@" 2>&1
}
measure()
{
	boot "$@" --disk "$fake/dev/wide" --rounds 2 --seconds 1 --leave-out samples --yes --no-report --out "$run"
}
export -f boot measure

# told ENVIRONMENT JQ: what its record says, with the figures of its rounds
told()
{
	python3 -B analysis/figures.py --json "$run/$1" | jq -c "$2"
}

expect 'a first boot' 0 '^[0-9]+ rounds, 0 failed' measure a none 1
expect 'a second one is added' 0 '^Adds boot 2 to those of native' measure b none 1.02
expect 'the same one again is refused, by one line' 2 '^run: .* has native of this boot already: boot it again' \
	measure b none 1
expect 'a third one' 0 '^Adds boot 3 ' measure c none 1.01
is "$(told native '[.boots, ([.rounds[].boot] | unique)]')" '[["a","b","c"],[0,1,2]]' 'three boots are counted'
is "$(told native '[.rounds[] | select(.kind == "timed") | [.load, .pair]] | length == (unique | length)')" true \
	'no two pairs share a number'
is "$(told native '[.rounds[], .discarded[] | .raw] | length == (unique | length)')" true 'no two rounds a file'
is "$(told native '[.rounds[] | select(.kind == "timed") | .figures.iops] | unique')" '[10000,10100,10200]' \
	'each has the figures of its boot'
is "$(told native '.ok, .elapsed_s >= 0')" $'true\ntrue' 'all is well'
is "$(find "$run" -name '*.partial')" '' 'nothing half is left'
expect 'another build is refused' 2 'not like those of native that are there .suite: ' bash -c "
	jq '.versions.suite = \"older\"' $run/native/run.json >$fake/older
	mkdir -p $fake/other/native && cp $run/bench.json $fake/other/ && cp $fake/older $fake/other/native/run.json
	run=$fake/other; measure d none 1"
echo 'root=/dev/x quiet mitigations=off' >"$fake/proc/cmdline"
expect 'another command line, too' 2 'not like those of native that are there .cmdline: ' measure d none 1
echo 'root=/dev/x quiet' >"$fake/proc/cmdline"

refused()
{
	measure d none 1 --dry-run "$@"
}
export -f refused
expect 'another number of rounds, which is the design' 2 'not like those of native that are there .timed_rounds: 2, here 3' \
	boot d none 1 --dry-run --disk "$fake/dev/wide" --rounds 3 --seconds 1 --out "$run"
expect 'rounds by a precision' 2 'not like those of native that are there .precision_percent: 7, here None' bash -c "
	mkdir -p $fake/precise/native && cp $run/bench.json $fake/precise/
	jq '.precision_percent = 7' $run/native/run.json >$fake/precise/native/run.json
	run=$fake/precise; refused"
expect 'a disk that is written to, too' 2 'not like those of native that are there .devices: ' refused --write "$fake/dev/wide"
expect 'the same is not' 0 '^Adds boot 4 ' refused

for one in d:0.9 e:0.92 f:0.91; do
	measure "${one%:*}" DMA-FQ "${one#*:}" >"$fake/said" || tap_show said "$(cat "$fake/said")"
done
is "$(jq -c '[.environments[] | select(.loads.status == "measured") | .name]' "$run/bench.json")" \
	'["native","native-iommu-lazy"]' 'three boots of another environment beside them'
passes 'a report of six boots' analysis/report/report "$run"
is "$(jq -c '[.against_native[] | select(.primary) | [.boots, .low != null]] | unique' "$run/summary.json")" \
	'[[3,true]]' 'has an interval of the machine, from three boots a side'
passes 'and prints it' grep -qE \
	'Throughput against native, the worst load: native-iommu-lazy ×0\.9[0-9]* \(0\.[0-9]+–0\.[0-9]+\)' "$run/report.md"

export CUT=5
measure g DMA-FQ 0.9 >"$fake/said"
is $? 137 'a boot that dies in the middle of its run'
export CUT=0
is "$(jq -c .boots "$run/native-iommu-lazy/run.json")" '["d","e","f"]' 'leaves those before as they were'
expect 'is taken up in the next one' 0 '^Adds boot 4 ' boot h DMA-FQ 0.9 --resume "$run"
is "$(told native-iommu-lazy '[.boots, ([.rounds[].boot] | unique), .ok]')" \
	'[["d","e","f","g","h"],[0,1,2,3,4],true]' 'and stands beside them'
is "$(told native-iommu-lazy '[.rounds[] | select(.kind == "timed") | [.load, .pair]] | length == (unique | length)')" \
	true 'with pairs of its own'
expect 'what lies there is taken up no more' 2 'no run that was ended lies there' boot h DMA-FQ 1 --resume "$run"

fake_nic left 0x1002
fake_nic right 0x1002
mkdir -p "$fake/paired/native"
cp "$run/bench.json" "$fake/paired/"
jq '.devices += [{id: "left", target: "left", role: "nic", bdf: "a", driver: "testnic", serial: null, writable: false}]' \
	"$run/native/run.json" >"$fake/paired/native/run.json"
expect 'a dry run has no pairs of cards, and is not refused for them' 0 '^Adds boot 4 ' boot i none 1 \
	--dry-run --rounds 2 --seconds 1 --out "$fake/paired"
expect 'though for other disks' 2 'not like those of native that are there .devices: ' boot i none 1 \
	--dry-run --rounds 2 --seconds 1 --write "$fake/dev/wide" --nic left --nic right --out "$fake/paired"
done_testing
