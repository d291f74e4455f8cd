#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Breaks impl/kmod and impl/defrag/module one line at a time and expects the modules' tests to notice, in
# a dom0.
#
#   mutants.t [PATTERN]     only those whose description matches
#
# A mutant is 'FILE|SED EXPRESSION|TEST|WHAT IT BREAKS', FILE in impl/.  It is noticed if a check of TEST
# fails there.  A test that does not end in time, and a machine that dies, notice nothing.  A mutant that
# leaves the machine as it was is followed by the next one there; else that gets a fresh machine.
set -u
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

only=${1:-.}
limit=240 # seconds for a test, five times what it takes; those of the defragmenter take a minute or two
mutants=(
	'kmod/ops.c|s/return xsw_machine_mask\(\);/return DMA_BIT_MASK(32);/|mask.t|the required mask'
	'kmod/tell.c|s/^\ttrace_xsw_leak\(m, age\);/\t;/|leak.t|the trace of a leak'
	'kmod/tell.c|s/WRITE_ONCE\(a->wanted->leaked, a->wanted->leaked \+ 1\);/;/|leak.t|the count of leaks'
	'kmod/tell.c|s/^\tif \(!is_stray_news\(a\)\)/\tif (1)/|misuse.t|the warning of a stray unmap'
	'kmod/pool.c|s/WRITE_ONCE\(failed_mask\[why\], mask\);/;/|growth.t|growth for what failed'
	'kmod/coherent.c|s/return \(current_gfp_context\(gfp\) & all\) == all;/return true;/|noio.t|callers that must not wait'
	'kmod/masks.c|s/^\tfollow\(&a->dev\.min_align_mask, .*$/\t;/|dma.t|the alignment a driver asks for'
	'kmod/streaming.c|s/^\t\tours \|= XSW_ATTR_QUIET;/\t\t;/|growth.t|maps that are not warned of'
	'kmod/pages.c|s/if \(first >= pages \|\| wanted > pages - first\)/if (first >= pages)/|dma.t|the length of what user space maps'
	'kmod/pages.c|s/if \(first >= pages \|\| wanted > pages - first\)/if (wanted > pages - first)/|dma.t|the begin of what user space maps'
	'kmod/masks.h|s/^\t\tWRITE_ONCE\(a->dev\.coherent_mask, mask\);/\t\t;/|dma.t|the coherent mask'
	'kmod/streaming.c|s/return attrs & DMA_ATTR_SKIP_CPU_SYNC \? XSW_ATTR_SKIP_SYNC : 0;/return 0;/|dma.t|unmaps that copy nothing back'
	# each of these leaves the machine in a state that only a boot ends
	'kmod/leave.c|s/^\tif \(left\) \{$/\tif (0) {/|late.t|lingering'
	'kmod/leave.c|s/if \(a && a->stage == XSW_LINGERING\)/if (0)/|late.t|detach of what lingers'
	'kmod/tell.c|s/^\t\txsw_look_soon\(of_device\(e\)\);/\t\t;/|late.t|letting go when all is back'
	'kmod/listings.c|s/seq_buf_printf\(to, "lingering %llu\\n"/seq_buf_printf(to, "waiting %llu\\n"/|late.t|the line of what lingers'
	# those of the defragmenter
	'defrag/module/thread.c|s/if \(s->job == XSW_JOB_NONE\) \{/if (1) {/|contiguity/guards.t|one run at a time'
	'defrag/module/thread.c|s/READ_ONCE\(stop\) \|\| kthread/kthread/|contiguity/guards.t|a stop in the middle of a run'
	'defrag/module/thread.c|s/WRITE_ONCE\(s->ending, XSW_ENDED_NOT\);/;/|contiguity/guards.t|the end of a run that goes on'
	'defrag/module/thread.c|s/s->number \+ 1\)/1)/|contiguity/guards.t|the number of a run'
	'defrag/module/thread.c|s/^\t\tbegin_anew\(s\);/\t\t;/|contiguity/guards.t|what told of the run before'
	'defrag/module/thread.c|s/^\ttry_to_freeze\(\);/\t;/;s/freezable_timeout\(wake, is_to_stop/timeout(wake, is_to_stop/|contiguity/guards.t|a freeze in the middle of a run'
	'defrag/module/files.c|s/n < least \|\| n > most/0/|contiguity/guards.t|the range of a number'
	'defrag/module/files.c|s/^\tif \(kstrtou64\(text, 0, &n\)\) \{/\tif (kstrtou64(text, 0, \&n) \&\& (n = least, 0)) {/|contiguity/guards.t|text that is no number'
	'defrag/module/thread.c|s/ \|\| READ_ONCE\(s->job\)\)\);/));/|contiguity/operator.t|a run that takes the place of one in the background'
	'defrag/module/thread.c|s/rate < READ_ONCE\(s->background_rate\)/0/|contiguity/operator.t|the rate at which the background begins'
	'defrag/module/straddles.c|s/^\tatomic64_inc\(&straddles\);/\t;/|contiguity/operator.t|the count of straddling buffers'
	# a machine in which the module does not go is of no use to another
	'defrag/module/thread.c|s/kthread_should_stop\(\) \|\|$/0 ||/;s/^\txsw_run_stop\(\);$/\t;/|contiguity/guards.t|an unload in the middle of a run'
)

top=$PWD
kver=$(bench/lab/lab kver)
work=build/mutants
rm -rf "$work"
mkdir -p "$work/impl"
cp -r impl/{core,xen,compat,kmod,defrag,VERSION} "$work/impl"

build() { # build: the module of the copy; its messages in $work/log
	bench/lab/lab chroot -- make -s -C "$work/impl/kmod" module >"$work/log" 2>&1
}

build || {
	sed 's/^/# /' "$work/log" | tail -n 5
	bail 'the module does not compile unmutated'
}

# Those that compile, to be tried: the module of each in a folder of its own
tests=()
whats=()
for mutant in "${mutants[@]}"; do
	IFS='|' read -r file rest <<<"$mutant"
	what=${rest##*|}
	rest=${rest%|*}
	test=${rest##*|}
	expression=${rest%|*}
	[[ $what =~ $only ]] || continue
	sed -E -i "$expression" "$work/impl/$file"
	if cmp -s "impl/$file" "$work/impl/$file"; then
		ok 1 "$what: nothing in $file matches, mend the list"
	elif ! build; then
		ok 1 "$what: does not compile" "$(tail -n 5 "$work/log")"
	else
		folder=$work/${#tests[@]}
		mkdir "$folder"
		(cd "$work/build/modules/$kver" && cp --parents xen_swiotlb.ko defrag/xen_swiotlb_defrag.ko \
			"$top/$folder")
		tests+=("$test")
		whats+=("$what")
	fi
	cp "impl/$file" "$work/impl/$file"
done

# One after the other in one machine, as long as each leaves it as it was
cat >"$work/try" <<TRY
#!/bin/bash
cd /src || exit 1
cards() { for card in /sys/class/net/*/device; do readlink -f "\$card"; done | sort; }
before=\$(cards)
for pair in "\$@"; do
	n=\${pair%%:*}
	echo "== begin \$n"
	XSW_MODULES=/src/$work/\$n timeout -k 30 $limit "impl/tests/guest/\${pair#*:}"
	echo "== end \$n \$?"
	for name in \$(ip netns list | cut -d' ' -f1); do
		ip netns pids \$name | xargs -r kill
		ip netns del \$name
	done
	rmmod xsw_cases xen_swiotlb xen_swiotlb_defrag 2>/dev/null
	sleep 2
	if grep -qE '^(xen_swiotlb|xsw_cases|xen_swiotlb_defrag) ' /proc/modules || [ "\$(cards)" != "\$before" ]; then
		echo "== this machine is not as it was"
		break
	fi
done
TRY
chmod +x "$work/try"

said() { # said N: what the test of mutant N said
	sed -n "/^== begin $1\$/,/^== end $1 /p" "$work/log"
}

judge() { # judge N
	local status
	status=$(said "$1" | sed -n "s/^== end $1 //p")
	if said "$1" | grep -q '^not ok '; then
		ok 0 "${whats[$1]}: noticed by ${tests[$1]}"
	elif [ "$status" = 0 ]; then
		ok 1 "${whats[$1]}: ${tests[$1]} did not notice"
	else
		ok 1 "${whats[$1]}: no check of ${tests[$1]} failed, status ${status:-unknown}" \
			"$(said "$1" | tail -n 5)"
	fi
}

devices() { # devices TEST: its machine's
	case $1 in
	contiguity/*) echo --set dom0_mem=1G --without nic-pair --without nvme --without usb-disk --with e1000e-pair ;;
	*) echo --with mptsas ;;
	esac
}

next=0
while [ $next -lt ${#tests[@]} ]; do
	pairs=()
	machine=$(devices "${tests[next]}")
	for ((n = next; n < ${#tests[@]}; n++)); do
		[ "$(devices "${tests[n]}")" = "$machine" ] || break
		pairs+=("$n:${tests[n]}")
	done
	# shellcheck disable=SC2086 # words of their own
	bench/lab/lab run xen-dom0 $machine --timeout $(((limit + 30) * ${#pairs[@]})) -- \
		"$work/try" "${pairs[@]}" >"$work/log" 2>&1
	first=$next
	while [ $next -lt ${#tests[@]} ] && [ -n "$(said $next)" ]; do
		judge $next
		next=$((next + 1))
	done
	if [ $next -eq "$first" ]; then
		judge $next
		next=$((next + 1))
	fi
done
done_testing
