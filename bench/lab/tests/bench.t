#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A bench of the lab without a machine: which environments are booted, how, and what becomes of one
# that fails, hangs, is cut, or is there already. What boots is a script that leaves a record.
# shellcheck disable=SC2016,SC2317  # scripts of the lab that is none, functions called by name
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
here=$PWD
export fake
mkdir -p "$fake"/{bench/lab,analysis/report,does,results}
cp -r bench/lab/bench "$fake/bench/lab/"
cp -r bench/lab/env "$fake/bench/lab/"
cp bench/deps bench/packages.txt "$fake/bench/"
touch "$fake/analysis/packages.txt" "$fake/bench/lab/packages-host.txt"
printf '#!/bin/sh\necho "$@" >>"$fake/reports"\n' >"$fake/analysis/report/report"

# The lab: 'run' does what does/NAME-PART says, else it leaves what a good boot leaves.
cat >"$fake/bench/lab/lab" <<'LAB'
#!/bin/bash
echo "$*" >>"$fake/calls"
[ "$1" = run ] || exit "$(cat "$fake/does/$1" 2>/dev/null || echo 0)"
name=$2 out=$4 part=loads
[[ $* != *--icount* ]] || part=instructions
mkdir -p "$out"
leave()
{
	echo log >"$out/console.txt"
	if [ $part = instructions ]; then
		echo '{}' >"$out/dmabench.json"
		echo '{}' >"$out/counts.json"
	else
		mkdir -p "$out/$(basename "$run")/$name/raw"
		echo raw >"$out/$(basename "$run")/$name/raw/000.json"
		echo '{}' >"$out/$(basename "$run")/$name/run.json"
	fi
}
if [ -e "$fake/does/$name-$part" ]; then
	. "$fake/does/$name-$part"
else
	leave
fi
LAB
chmod +x "$fake/bench/lab/lab" "$fake/analysis/report/report"
export run=$fake/results/run

bench()
{
	: >"$fake/calls"
	(cd "$fake" && timeout 60 bench/lab/bench/bench "$@")
}
export -f bench

# told JQ: what bench.json says
told()
{
	jq -r "$1" "$run/bench.json"
}

# does NAME-PART SCRIPT
does()
{
	echo "$2" >"$fake/does/$1"
}

again()
{
	rm -rf "$run" "$fake"/does/* "$fake/reports"
}

expect 'the default is five environments' 0 '^native,native-iommu-lazy,native-iommu-strict,xen-dom0,xen-domu$' \
	bash -c "bench --dry-run | awk '/^  / { print \$1 }' | paste -sd ,"
is "$(cat "$fake/calls")" '' 'a dry run calls nothing'
expect 'full is all' 0 "^$(grep -l '^bench=' bench/lab/env/*.env | wc -l)$" \
	bash -c "bench --dry-run --full | grep -c '^  '"
expect 'all is all' 0 "^$(grep -l '^bench=' bench/lab/env/*.env | wc -l)$" \
	bash -c "bench --dry-run --env all | grep -c '^  '"
complains 'an unknown environment' 125 "no environment 'nosuch' can be benched: there are all, native, " \
	bench --env native,nosuch
complains 'an option without its value' 125 '--env wants a value' bench --env

expect 'a bench of two ends well' 0 '^lab: the bench took [0-9]+ s, and [0-9]+ s of CPU time: ' bench --env xen-dom0,native --out "$run"
is "$(told '[.environments[] | "\(.name) \(.loads.status) \(.instructions.status)"] | join(", ")')" \
	'native measured measured, xen-dom0 measured measured' 'both parts of both are measured, in their order'
is "$(told '[.environments[][] | objects | .reason, .cure] | unique | tostring')" '[null]' \
	'with no reason and no cure'
is "$(cd "$run/native" && find . -type f | sort | paste -sd ' ')" \
	'./instructions/counts.json ./instructions/dmabench.json ./instructions/raw/console.txt ./raw/000.json ./raw/console.txt ./run.json' \
	'records and logs lie where the schema says'
is "$(cat "$fake/reports")" "$run" 'it is reported, once'
like "$(grep 'xen-dom0.*icount' "$fake/calls")" \
	'guest/instructions --backend stock --backend module$' 'in Xen dmabench times both backends'
like "$(grep 'native.*icount' "$fake/calls")" 'guest/instructions --backend stock$' 'natively stock alone'
like "$(grep 'run xen-dom0 .*bench/run' "$fake/calls")" \
	'XSW_ENVIRONMENT=xen-dom0 bench/run --here .*--write serial:XSWNVME0 .*--try-module all' \
	'loads write to the scratch disks and try the module'
is "$(find "$fake/build/lab/out" -mindepth 2 -not -name '*.txt')" '' 'nothing else is left behind'

complains 'what is measured is not measured again' 125 'native is measured in .* already' \
	bench --env native --out "$run"
rm -rf "$run/native/instructions"
expect 'but what is missing is added' 0 '1 boots of 1 environments' bench --env native --out "$run"
is "$(grep -c '^run' "$fake/calls")" 1 'alone'
passes 'to the same folder' test -e "$run/native/instructions/dmabench.json" -a -e "$run/native/run.json"
is "$(told '.command | split("; ") | length')" 2 'and its command is told beside the first'

again
does native-loads 'echo "lab: native did not boot in 3 tries (log: x)"; exit 125'
does xen-dom0-loads 'leave; exit 3'
expect 'one that can not boot costs itself alone' 3 '^lab: not all went well in .*native, loads' \
	bench --env native,xen-dom0 --out "$run"
is "$(told '.environments[0] | .loads.status, .instructions.status')" $'failed\nmeasured' \
	'its other boot and the others are measured'
like "$(told '.environments[0].loads.reason')" '^native did not boot in 3 tries \(log: build/lab/out/' 'why, in one line'
is "$(told '.environments[0].loads.cure')" 'make bench ENV=native OUT=results/run' 'and what cures it'
is "$(told '.environments[1].loads.status')" measured 'one whose rounds failed in part is measured'
is "$(cat "$fake/reports")" "$run" 'the report is made'
rm "$fake/does/native-loads"
expect 'the cure cures it' 0 'native, loads: measured' bash -c \
	"cd '$fake'; bench --env native --out results/run"
is "$(told '[.environments[].loads.status] | unique | tostring')" '["measured"]' 'all are measured now'

again
does native-loads 'exit 0'
expect 'a boot without a record is none' 1 'nothing was measured' bash -c \
	"cp '$fake/does/native-loads' '$fake/does/native-instructions'; bench --env native --out '$run'"
is "$(told '.environments[0].loads | .status, .reason' | sed 's/ (log.*//')" \
	$'failed\nit ended with status 0' 'and is told as failed'
[ ! -e "$fake/reports" ]
ok $? 'nothing is reported then'

again
does native-instructions 'echo x >>"$fake/tries"; [ "$(wc -l <"$fake/tries")" -gt 1 ] || exit 123; leave'
expect 'a machine that hangs is booted once more' 0 'native, instructions: once more' bench --env native --out "$run"
does native-instructions 'echo "lab: the machine hung under the command"; exit 123'
rm -rf "$run"
expect 'but not for ever' 3 'native, instructions: FAILED: the machine hung' bench --env native --out "$run"

again
does native-loads 'trap "exit 143" TERM; touch "$fake/begun"; sleep 300 & wait'
does native-instructions 'leave'
(cd "$fake" && exec timeout 60 bench/lab/bench/bench --env native,xen-dom0 --out "$run") 2>"$fake/said" &
pid=$!
for ((i = 0; i < 200; i++)); do
	[ ! -e "$fake/begun" ] || break
	sleep 0.1
done
sleep 0.5
kill -INT "$(pgrep -P $pid)"
wait $pid
is $? 130 'a bench that is interrupted says so'
like "$(cat "$fake/said")" 'ended \(SIGINT\): what was measured is kept; go on with make bench OUT=' \
	'and how to go on'
is "$(cat "$fake/reports")" "$run" 'the page is made of what is there'
like "$(cat "$fake/said")" 'make report RUN=results/run' 'and how to make it again is told'
is "$(pgrep -f "$fake/bench/lab/lab")" '' 'none of its machines is left'
is "$(told '.environments[0].loads | .status, .reason')" $'missing\nthe bench ended before its turn' \
	'what was cut is missing'
is "$(told '.environments[1].loads.status')" measured 'what was measured stands'
cp "$fake/analysis/report/report" "$fake/report"
printf '#!/bin/sh\ntouch "$fake/reporting"; exec sleep 300\n' >"$fake/analysis/report/report"
rm "$fake/begun"
(cd "$fake" && exec timeout 60 bench/lab/bench/bench --out "$run") 2>"$fake/said" &
pid=$!
for what in begun reporting; do
	for ((i = 0; i < 200; i++)); do
		[ ! -e "$fake/$what" ] || break
		sleep 0.1
	done
	kill -INT "$(pgrep -P $pid)"
done
wait $pid
is $? 130 'a second signal ends its page'
like "$(cat "$fake/said")" 'no report: make report RUN=results/run' 'which is told'
cp "$fake/report" "$fake/analysis/report/report"
rm "$fake/does/native-loads"
expect 'it is gone on with, with what it was asked for' 0 '[0-9] boots of [12] environments' bench --out "$run"
complains 'until all is there' 125 'all of .* is measured' bench --out "$run"

again
expect 'a plan says how long it takes' 0 \
	'^10 boots of 5 environments, 1 at a time, the quick set: about [0-9]+ min$' \
	bash -c "bench --dry-run --jobs 1 | sed 's/one at a time/1 at a time/'"
quick=$(bench --dry-run --jobs 1 | sed -n 's/.*: about \([0-9]*\) min$/\1/p')
full=$(bench --dry-run --jobs 1 --full | sed -n 's/.*: about \([0-9]*\) min$/\1/p')
at_least "$full" $((2 * quick)) 'the full set takes longer'
complains 'no number of machines' 125 "--jobs wants a number of machines, not 'x'" bench --jobs x
does native-loads 'echo "lab: waiting for a free slot: 2 machines are running"; sleep 4; echo "lab: a slot is free"; sleep 2; [ "$(pgrep -fc "$fake/bench/lab/lab run")" = 1 ] || exit 9; leave'
cp "$fake/does/native-loads" "$fake/does/native-instructions"
expect 'one machine at a time' 0 '; (about 1 min|less than a minute) left\)' \
	bench --env native --jobs 1 --out "$run"
is "$(told '[.environments[] | .loads.seconds, .instructions.seconds | . >= 2 and . < 4] | all')" true \
	'how long each boot took is recorded, without what it waited for a machine'
is "$(told .set)" quick 'the set, too'

again
does xen-domu-loads 'echo "lab: no"; exit 125'
expect 'the full set' 3 'the full set' bench --env native,native-swiotlb,xen-domu --full --readonly --out "$run"
like "$(grep 'run native .*bench/run' "$fake/calls")" '--full --readonly --rounds 3 ' \
	"emulated times are timed no oftener than in the quick set"
like "$(grep 'run native-swiotlb .*bench/run' "$fake/calls")" '--full --readonly --leave-out timed ' 'or not at all'
is "$(told '.environments[2].loads.cure')" \
	'bench/run --env xen-domu --readonly --out results/run' 'a cure measures as the rest was measured'
complains 'a folder keeps its set' 125 'holds the full set: leave SET= out' bench --quick --out "$run"
expect 'an environment that may not last' 0 '1 boots of 1 environments, .* the full set' \
	bench --env xen-pvh --full --out "$fake/results/short/run"
like "$(grep 'run xen-pvh .*bench/run' "$fake/calls")" \
	' --here --out [^ ]+ --write serial:XSWNVME0 --write serial:XSWUSB0 --leave-out timed --leave-out dmabench$' \
	'has the loads of the quick set there, too'
is "$(grep -c icount "$fake/calls")" 0 'and none by a clock that is not told true'
rm "$fake/does/xen-domu-loads"
expect 'it is gone on with in the same set' 0 'the full set' bench --out "$run"
like "$(grep 'run xen-domu .*bench/run' "$fake/calls")" '--full' 'with all its loads'
again
bench --env native --full --rounds 7 --out "$run" 2>/dev/null
like "$(grep 'run native .*bench/run' "$fake/calls")" '--full --rounds 7 --write serial:XSWNVME0 --write serial:XSWUSB0 --leave-out dmabench$' \
	'rounds that were asked for are run'

again
does modules 1
complains 'modules that do not build are told' 125 "'lab modules' failed" bench --out "$run"
again
mkdir "$run"
complains "a folder that is no bench's" 125 'is there already, and no bench of the lab' bench --out "$run"
echo '{"kind": "swiotlb-xen-bench", "schema": 9}' >"$run/bench.json"
complains 'another schema' 125 'of another schema' bench --out "$run"
echo '{"kind": "swiotlb-xen-bench", "schema": 1, "host": "h", "host_id": "1"}' >"$run/bench.json"
complains "a real host's" 125 'holds what the host h measured' bench --out "$run"
again
mkdir "$fake/small"
mount -t tmpfs -o size=64k tmpfs "$fake/small" 2>/dev/null || bail 'needs root to make a full disk'
complains 'no room' 125 'needs 512 MiB' bench --out "$fake/small/run"
umount "$fake/small"

again
does native-loads 'mkdir "$run/bench.json.new"; leave'
expect 'a disk that is full in the middle is told' 125 "^lab: can't write .*bench.json: " \
	bench --env native,xen-dom0 --jobs 1 --out "$run"
is "$(pgrep -f "$fake/bench/lab/lab")" '' 'none of its machines is left'
rmdir "$run/bench.json.new"
rm "$fake/does/native-loads"
expect 'what was measured is known when it goes on' 0 '2 boots of 2 environments' bench --out "$run"
is "$(told '[.environments[] | .loads.status, .instructions.status] | unique | tostring')" '["measured"]' \
	'and then all is'

for file in bench/lab/env/*.env; do
	! grep -q '^bench=' "$file" || awk -F= '/^(describe|check|takes)=./ { n++ } END { exit n != 3 }' "$file"
	ok $? "$(basename "$file"): says what it is and how long it takes, and proves it"
done
is "$(grep -h '^bench=' bench/lab/env/*.env | sort | uniq -d)" '' 'no two environments have one place'
for words in bench-dma:ROUNDS=9 report:ENV=native bench:TIME=1 lab-shell:OUT=x; do
	complains "make ${words/:/ } is refused" 2 'does not use' make -n "${words%:*}" "${words#*:}"
done
complains 'and a variable that none uses' 2 'unknown variable COLOUR' make -n bench COLOUR=1
cd "$here" || exit 1
done_testing
