#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens to a run when rounds fail: fio hangs, is killed, or leaves a file that is cut, has
# NaN in it or begins with a note. A machine of files; fio is real once, and then plays its part.
# shellcheck disable=SC2016,SC2317  # variables of an inner shell, functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_native
fake_disk wide 240:0 SER-W 64
truncate -s 64M "$fake/dev/wide"
out=$fake/out good=$fake/good.json

fake_fio_record wide "$good"

# BAD names what each fio does in turn, by its round: BAD='3=cut 5=hang'.
mkdir "$fake/bin"
cat >"$fake/bin/fio" <<END
#!/bin/bash
[ "\$1" != --version ] || { echo fio-3.33; exit; }
[ "\$1" != --parse-only ] || exit 0
n=\$(cat "$fake/n" 2>/dev/null || echo 0)
echo \$((n + 1)) >"$fake/n"
for word; do case \$word in --output=*) o=\${word#*=} ;; esac; done
cp "$good" "\$o"
what=\$(grep -oE "(^| )\$n=[a-z]+" <<<" \$BAD" | sed 's/.*=//')
case \$what in
cut) head -c 500 "$good" >"\$o" ;;
nan) sed -i '0,/"bw_dev" : [0-9.]*/s//"bw_dev" : nan/' "\$o" ;;
minus) sed -i '0,/"bw_dev" : [0-9.]*/s//"bw_dev" : -nan/' "\$o" ;;
capital) sed -i '0,/"bw_dev" : [0-9.]*/s//"bw_dev" : NaN/' "\$o" ;;
note) { echo 'fio: double CPU clock wrap'; cat "$good"; } >"\$o" ;;
empty) : >"\$o"; exit 1 ;;
slots) sed -i 's/"error" : 0/"error" : 5/' "\$o"; echo 'fio: pid=7, err=5/file:io_u.c' >&2; exit 1 ;;
wrong) sed -i 's/"error" : 0/"error" : 84/' "\$o"; echo 'fio: pid=7, err=84/file:io_u.c' >&2; exit 1 ;;
gone) sed -i 's/"error" : 0/"error" : 19/' "\$o"; echo 'fio: state file: x.state (for_write=1)' >&2; exit 1 ;;
killed) kill -KILL \$\$ ;;
hang) exec sleep 100 ;;
slow) sleep 2 ;;
parent) kill -KILL \$PPID; sleep 1 ;;
interrupt) kill -INT \$PPID; sleep 5 ;;
hangup) kill -HUP \$PPID; sleep 5 ;;
full) dd if=/dev/zero of="\${o%/*}/fill" bs=1M status=none; exit 1 ;;
esac
exit 0
END
chmod +x "$fake/bin/fio"
export PATH=$fake/bin:$PATH XSW_DEADLINE_S=4

# measure BAD ARGS...: a run whose rounds fail so; its status is the function's.
measure()
{
	export BAD=$1
	shift
	rm -rf "$out" "$fake/n"
	bench/run --here --disk "$fake/dev/wide" --seed 2 --seconds 1 --leave-out samples --yes --out "$out" "$@"
}
export -f measure
export fake out good

# of EXPRESSION: of the record, in Python; r is the record.
of()
{
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1] + "/native/run.json"))
print(eval(sys.argv[2]))' "$out" "$1"
}

# The quick set: rounds 0 and 1 are discarded, 2 to 7 are timed (A1 to A3), then two are counted.
expect 'a run whose rounds are good ends well' 0 '^8 rounds, 0 failed' measure ''
is "$(of '[len(r["rounds"]), len(r["discarded"]), r["ok"], r["errors"]]')" '[8, 2, True, []]' \
	'and its record says so'
expect 'a note before the JSON is no failure' 0 '^8 rounds, 0 failed' measure '2=note'

expect 'a killed, a cut and a hung round and one with NaN fail, and are tried once more' 3 \
	'^12 rounds, 4 failed' measure '2=killed 3=cut 4=nan 5=hang'
is "$(of '[one["why"].split(" short")[0] for one in r["rounds"] if not one["ok"]]')" \
	"['killed by signal 9', 'its record: damaged or cut', 'its record: damaged or cut', \
'it hung: no end within 4 s']" 'each with its reason'
is "$(of '[(one["position"], one["repeats"]) for one in r["rounds"] if one["repeats"]]')" \
	"[('A4', 1), ('A4', 1), ('A5', 2), ('A5', 2)]" 'as new pairs, and both are kept'
is "$(of 'len(r["errors"])')" 4 'the record names the four'
expect 'the report is made all the same' 0 'Rounds failed: 4 of 12' analysis/report/report "$out"
for nan in minus capital; do
	expect "NaN written as $nan" 3 "failed: its record: " measure "2=$nan"
	expect 'is no reason to lose the report' 0 'Rounds failed: 1' analysis/report/report "$out"
done
expect 'the cause is that of the record, not the last thing that fio says' 3 \
	"failed: status 1: fio's error 19 \(No such device\) in job" measure '2=gone'
expect 'a counted round is tried once more, too' 3 '^9 rounds, 1 failed' measure '8=empty'
is "$(of '[one["ok"] for one in r["rounds"] if one["kind"] == "counted"]')" '[False, True, True]' \
	'and both are kept'
expect 'when nothing is good there is nothing to report' 1 'no round was good, the first: round 2' \
	measure "$(printf '%s=empty ' {0..11})" --rounds 1
expect 'and nothing is called a result' 0 '!^native$' ls "$out"

# ---- samples: a round of its own, in which perf, played by a script, looks where the CPUs are ----
cat >"$fake/bin/perf" <<END
#!/bin/sh
case \$1 in
--version) echo perf version 6.12 ;;
record) echo "\$REFUSE" >&2; : >"$out/native.partial/perf.data"; [ -z "\$REFUSE" ] ;;
script) printf 'cycles: \\n\\t %s\\n\\n' "$(awk '$3 == "dma_map_page_attrs" { print $1 }' /proc/kallsyms)" ;;
esac
END
chmod +x "$fake/bin/perf"
sample()
{
	export BAD=$1 REFUSE=${2-}
	rm -rf "$out" "$fake/n"
	bench/run --here --disk "$fake/dev/wide" --seed 2 --seconds 1 --yes --out "$out" --rounds 1
}
export -f sample
sampled='[(one["kind"], one["ok"], one["samples"], one["missing"].get("samples")) for one in r["rounds"] if one["load"] == "randread-4k-qd32"][1:]'
# Rounds 0 and 1 are discarded, 2 and 3 are timed, 4 and 5 are counted, 6 is sampled.
expect 'samples are taken after all other rounds' 0 '^5 rounds, 0 failed' sample '6=slow'
is "$(of "$sampled")" "[('sampled', True, 'raw/006-stock-samples.json', None)]" 'and named in the record'
passes 'the page tells of them' grep -q '| native | wide | randread-4k-qd32 | stock | 1 | 1 = 100 % | 1/1 | 0/1 | 0/1 | 0/1 | 0/1 | \[6\]' "$out/report.md"
expect 'where perf is refused the run is as good' 0 '^5 rounds, 0 failed' sample '6=slow' 'Permission denied'
is "$(of "$sampled")" "[('sampled', True, None, 'perf record: Permission denied')]" 'and the record says why there are none'
passes 'so does the page' grep -q '^- No samples of native wide: perf record: Permission denied' "$out/report.md"
expect 'a load that fails meanwhile is a round that failed' 3 '^5 rounds, 1 failed' sample '6=empty'
rm "$fake/bin/perf"

# ---- while a part of the pool is held: a disk that bounces, and in place of dmabench what fails ----
fake_disk narrow 240:1 SER-N 32
truncate -s 64M "$fake/dev/narrow"
printf '#!/bin/sh\necho /none/$2.ko\n' >"$fake/bin/modinfo"
chmod +x "$fake/bin/modinfo"
held()
{
	rm -rf "$out"
	XSW_EMULATED=1 bench/run --here --disk "$fake/dev/narrow" --leave-out timed --seed 2 --yes --out "$out" "$@"
}
export -f held
expect 'what bounces is loaded while half and nine tenths of the pool are held' 0 \
	'narrow read-128k on stock .90 % of the pool held., held' held --dry-run
expect 'but not where that is left out' 0 '!held' held --leave-out held --dry-run
expect 'nor unasked on a real machine' 0 '!held' env XSW_EMULATED=0 bash -c \
	"bench/run --here --disk '$fake/dev/narrow' --dry-run"
expect 'where nothing can be held the run says so' 3 "narrow read-128k on stock. failed: can't prepare it: dmabench: " held
is "$(of '[(one["kind"], one["held"], one["ok"]) for one in r["rounds"]]')" \
	"[('counted', None, True), ('held', 50, False), ('held', 90, False)]" 'and what it did is recorded'
expect 'and so does its page' 0 'native narrow read-128k .can.t prepare it: dmabench: ' \
	bash -c "analysis/report/report '$out' >/dev/null; grep -o '2 of 3 rounds failed.*' '$out/report.md'"
# The same where something is held: a copy of the suite whose dmabench runs the load, and no more.
mkdir -p "$fake/suite/build"
cp -r bench analysis traces impl "$fake/suite"
printf '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n' >"$fake/suite/bench/dmabench/dmabench"
cat >"$fake/writes.fio" <<'END'
# xsw: counted narrow=quick
# xsw: checks
[job]
filename=${XSW_NODE}
rw=randread
END
# beside BAD: what becomes of the load beside a held pool, round 2 with 50 % and 3 with 90 %.
beside()
{
	export BAD=$1
	rm -rf "$out" "$fake/n"
	XSW_EMULATED=1 "$fake/suite/bench/run" --here --disk "$fake/dev/narrow" --leave-out timed --seed 2 \
		--job "$fake/writes.fio" --yes --out "$out"
}
export -f beside
told='[(one["held"], one["ok"], one["finding"], one["verified"]) for one in r["rounds"] if one["kind"] == "held"]'
expect 'a load that fails for want of slots is no error of the run' 0 '^4 rounds, 1 failed' beside '3=slots'
is "$(of "$told")" '[(50, True, False, True), (90, False, True, None)]' 'the record says that it is a finding'
is "$(of '{one.get("finding", "none") for one in r["rounds"] if one["kind"] != "held"}')" '{None}' \
	'and says nothing where nothing was held'
expect 'wrong data is an error, whatever was held' 3 '^4 rounds, 1 failed' beside '3=wrong'
is "$(of "$told")" '[(50, True, False, True), (90, False, False, False)]' 'and no finding'
expect 'a load that is killed meanwhile is a finding' 0 '^4 rounds, 1 failed' beside '3=killed'
is "$(of "$told")" '[(50, True, False, True), (90, False, True, None)]' 'without a word about its data'
expect 'a run is cut after a finding' 130 'kept: bench/run --resume' beside '2=slots 3=interrupt'
expect 'and is no worse for it when it is taken up' 0 '^4 rounds, 1 failed' \
	env XSW_EMULATED=1 "$fake/suite/bench/run" --resume "$out"

# ---- taken up ----
expect 'an interrupted run says how to go on' 130 "kept: bench/run --resume $out\$" \
	measure '5=interrupt'
expect 'so does one whose terminal went away' 130 "interrupted .SIGHUP." measure '5=hangup'
expect 'no half result is called a result' 0 '^native.partial$' ls "$out"
expect 'another run does not overwrite it' 2 'has rounds of a run that was ended: take it up' \
	bench/run --here --disk "$fake/dev/wide" --out "$out"
expect 'it is taken up' 0 '^8 rounds, 0 failed' bench/run --resume "$out"
passes 'and has its report' test -s "$out/report.md"
is "$(of '[one["position"] for one in r["rounds"]]')" \
	"['A1', 'A1', 'A2', 'A2', 'A3', 'A3', None, None]" 'and is whole: no pair is measured in halves'
is "$(of '[one.get("why") for one in r["discarded"]].count("its pair was cut")')" 1 \
	'the half of a pair is kept apart'
expect 'a whole run is not taken up' 2 'no run that was ended lies there' bench/run --resume "$out"
expect 'nor is a folder that is none' 2 'No such file' bench/run --resume "$fake/none"

expect 'a runner that is killed leaves a run' 137 '' measure '5=parent'
edit()
{
	sed -i "$1" "$out/native.partial/plan.json"
}
cp "$out/native.partial/plan.json" "$fake/plan.json"
edit 's/"machine": "[^"]*"/"machine": "another"/'
expect "another machine's run is refused" 2 "it is another machine's run" bench/run --resume "$out"
cp "$fake/plan.json" "$out/native.partial/plan.json"
edit 's/fio-3.33/fio-3.99/'
expect 'another build is refused' 2 'another build: fio was fio-3.99' bench/run --resume "$out"
cp "$fake/plan.json" "$out/native.partial/plan.json"
edit 's/read-128k/read-256k/'
expect 'another plan is refused' 2 'the plan is another now' bench/run --resume "$out"
cp "$fake/plan.json" "$out/native.partial/plan.json"
edit 's/"boots": \[/"boots": ["an older one",/'
expect 'after another boot it goes on' 0 '^8 rounds, 0 failed' bench/run --resume "$out"
is "$(of 'sorted({(one["pair"], one["boot"]) for one in r["rounds"]}, key=str)')" \
	"[(1, 0), (2, 1), (3, 1), (None, 1)]" 'no pair spans two boots'

# ---- no room, no permission, no terminal ----
mkdir "$fake/small"
if mount -t tmpfs -o size=80m tmpfs "$fake/small" 2>/dev/null; then
	trap 'umount "$fake/small"; rm -rf "$fake"' EXIT
	out=$fake/small/out
	expect 'a full disk ends the run at once' 1 '^run: no room in .*: make some' measure '3=full'
	rm -f "$fake"/small/out/native.partial/raw/fill
	expect 'and with room it goes on' 3 '^[89] rounds, 1 failed' bench/run --resume "$out"
	dd if=/dev/zero of="$fake/small/fill" bs=1M count=40 status=none
	expect 'too little room is told before the first round' 1 'less than 64 MiB free' measure ''
	out=$fake/out
fi
expect 'two runs at once: the second is refused' 2 'another run is measuring on this machine .process [0-9]+' \
	flock /run/lock/xsw-bench bench/run --here --disk "$fake/dev/wide" --out "$fake/second"
expect 'a reader that goes away ends nothing' 0 '^whole$' bash -c '
	measure "" 2>&1 | true; [ -e "$out/native/run.json" ] && echo whole'

# ---- a job of the user's ----
job=$fake/mine.fio
printf '[mine]\nfilename=${XSW_NODE}\nrw=randread\nruntime=1\ntime_based=1\nioengine=sync\n' >"$job"
expect 'a job of the user is measured' 0 'wide mine on stock, timed A1' measure '' --job "$job" --dry-run
printf '[mine]\nfilename=/dev/other\n' >"$job"
expect 'but not one that names a disk itself' 2 'wants filename=' measure '' --job "$job" --dry-run
PATH=${PATH#"$fake/bin:"}
printf '[mine]\nfilename=${XSW_NODE}\nnonsense=1\n' >"$job"
expect 'nor one that fio does not understand' 2 'fio refuses it: ' measure '' --job "$job" --dry-run
expect 'nor one that is not there' 2 'no such file' measure '' --job "$fake/none.fio" --dry-run
done_testing
