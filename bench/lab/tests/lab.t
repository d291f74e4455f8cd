#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: statuses, output, settings, bad input, and that it leaves nothing behind.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh

lab=bench/lab/lab
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refused WORDS ARGS...: the lab must fail before a machine starts, with one line that has WORDS.
refused()
{
	local words=$1 said status

	shift
	said=$(timeout 300 "$lab" "$@" 2>&1)
	status=$?
	said=$(grep -v 'waiting for a free slot\|a slot is free' <<<"$said")
	is "$status $(wc -l <<<"$said") $(grep -cF -- "$words" <<<"$said")" "125 1 1" "refused: $*"
}

refused "no environment 'nosuch'" run nosuch -- true
refused "unknown option 'true'" run native true
refused "name a command" run native
refused "unknown setting 'colour'" run native --set colour=blue -- true
refused "wants a number" run native --timeout soon -- true
refused "has no device 'floppy'" run native --without floppy -- true
refused "no PCI slot is left for nic-pair" run native --set slots=3 -- true
refused "QEMU refused to start" run native --set qemu=-nosuchoption -- true
refused "unknown command" dance
refused "wants a terminal" shell native </dev/null
refused "no kernel '5.10': there are 6.1 6.12 7" run native --kernel 5.10 -- true
said=$(setpriv --reuid 65534 --clear-groups "$lab" kver 2>&1)
is "$? $said" "125 lab: the lab needs root: run this through sudo" "refused: without root"

for env in bench/lab/env/*.env; do
	grep -q '^check=.' "$env"
	is $? 0 "$(basename "$env"): has a check that proves what it is"
done

for kernel in bench/lab/kernel/*.kernel; do
	kernel=$(basename "$kernel" .kernel)
	is "$("$lab" kernels | grep -c "^$kernel ")" 1 "kernel $kernel: its file can be read"
done

kver=$("$lab" kver)
# shellcheck disable=SC2016 # expanded in the chroot
said=$("$lab" chroot -- sh -c 'echo "$KVER"; pwd; touch /etc/x 2>/dev/null || echo read-only; exit 9')
is "$? $said" "9 $kver"$'\n'"/src"$'\n'"read-only" "chroot: status, kernel, /src, a read-only root"

timeout 600 "$lab" run native --out "$work/out" -- \
	sh -c 'uname -r; echo problem >&2; echo kept >/out/file;
		touch /src/x 2>/dev/null || echo read-only >/out/src; exit 7' \
	>"$work/stdout" 2>"$work/stderr"
is $? 7 "run: the command's own exit status"
is "$(cat "$work/stdout")" "$kver" "run: nothing but the command's output on stdout"
is "$(grep -v 'waiting for a free slot\|a slot is free' "$work/stderr")" problem "run: stderr apart"
is "$(cat "$work/out/file")" kept "run: what it leaves in /out comes back"
is "$(grep -c 'Linux version' "$work/out/dmesg.txt")" 1 "run: the kernel's log comes back"
is "$(cat "$work/out/src")" read-only "run: the checkout is read-only in the guest"

timeout 600 "$lab" run native --timeout 2 -- sleep 1000
is $? 124 "run: a command that outlives its time ends with 124"
timeout 600 "$lab" run native -- sh -c 'echo c >/proc/sysrq-trigger; sleep 60' 2>"$work/stderr"
is $? 123 "run: a machine that dies under the command ends with 123"
is "$(grep -c 'the machine died under the command: Kernel panic' "$work/stderr")" 1 \
	"run: and the reason is told"
timeout 600 "$lab" run native --set check=false -- touch /out/ran 2>"$work/stderr"
is $? 122 "run: an environment that is not what it says ends with 122"

# A boot that dies before the command: the kernel finds no init and panics.
timeout 600 "$lab" run native --set 'kernel_args=rdinit=/nosuch' -- true 2>"$work/stderr"
is "$? $(grep -c 'died before the command ran' "$work/stderr")" "125 3" \
	"run: a boot that dies is tried three times"

"$lab" run native --out "$work/out" -- sh -c 'touch /out/running; sleep 1000' &
pid=$!
for ((i = 0; i < 600; i++)); do
	[ ! -e "$work/out/running" ] || break
	sleep 0.5
done
qemu=$(pgrep -P "$pid" qemu-system)
kill -INT "$pid"
kill -TERM "$pid"
wait "$pid"
is $? 143 "run: ends at a signal"
sleep 0.5
is "${qemu:+found }$(ps -o pid= -p "$qemu")" "found " "run: and leaves no machine running"

# dies WHY TIMES: a machine of two CPUs that ends so, so many times.
dies()
{
	rm -f "$work/tries"
	# shellcheck disable=SC2016 # variables of the inner shell
	bench/lab/tests/two-cpus sh -c 'echo try >>"$1/tries"; n=$(wc -l <"$1/tries"); echo "try $n"
		[ "$n" -le "$3" ] || exit 0
		echo "lab: the machine died under the command: $2 (log: x)" >&2; exit 123' \
		sh "$work" "$1" "$2" 2>"$work/stderr"
	echo "status $?, $(wc -l <"$work/tries") machines"
}
is "$(dies exc_int3 1)" $'try 2\nstatus 0, 2 machines' 'two CPUs: what the emulator killed is run again'
is "$(grep -c '^# machine 1 was killed by the emulator' "$work/stderr")" 1 'two CPUs: which is told'
is "$(dies exc_int3 9)" $'try 3\nstatus 123, 3 machines' 'two CPUs: but not for ever'
is "$(dies 'Kernel panic' 1)" $'try 1\nstatus 123, 1 machines' 'two CPUs: another death is its own'

# runs LIMIT SCRIPT: a test file with that body, by the lab's runner of test files
runs()
{
	printf '#!/bin/sh\nends() { echo "$@"; }\n%s\n' "$2" >"$work/body.t"
	chmod +x "$work/body.t"
	bench/lab/guest/run-tests --limit "$1" "$work/body.t" >"$work/stdout" 2>"$work/stderr"
	echo "status $?: $(grep -E '^(not )?ok ' "$work/stdout" | sed "s,$work/,,; s/ ([0-9]* s)$//")"
}
is "$(runs 60 'ends ok 1; echo 1..1')" 'status 0: ok 1 - body.t' 'run-tests: a file that passes'
is "$(runs 60 'ends not ok 1; echo 1..1; exit 1')" 'status 1: not ok 1 - body.t: exit status 1' \
	'run-tests: a file that fails'
is "$(grep -c '^#   not ok 1$' "$work/stderr")" 1 'run-tests: the check that failed is told'
is "$(runs 60 'ends ok 1; echo 1..2')" 'status 1: not ok 1 - body.t: planned 2, ran 1' \
	'run-tests: a file that ends early'
is "$(runs 60 'ends ok 1 "# skip"; echo 1..1')" 'status 1: not ok 1 - body.t: skipped: # skip' \
	'run-tests: a check that is skipped is no pass'
is "$(runs 1 'ends ok 1; sleep 3210')" 'status 1: not ok 1 - body.t: took longer than 1 s' \
	'run-tests: a file that stands still'
like "$(cat "$work/stderr")" 'its last line: ok 1.*[0-9] S .* sleep 3210' \
	'run-tests: what it waits for is told'

done_testing
