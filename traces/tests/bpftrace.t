#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The bpftrace scripts as far as they can be looked at without bpftrace: what they read of the P2M, and
# which of their forms a kernel gets.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
scripts=traces/bpftrace
body()
{
	sed -n '/^BEGIN$\|^kprobe:/,$p' "$1"
}
for name in snoop hot; do
	# shellcheck disable=SC2016 # bpftrace expands it
	is "$(body $scripts/$name.bt | grep -A 1 'xen_p2m_addr' | tail -n 1)" \
		'	if ($p2m != 0 && (arg1 >> 12) < *(uint64 *)kaddr("xen_p2m_size")) {' \
		"$name: no entry behind the P2M's end is read"
	is "$(body $scripts/$name.bt | sed '/xen_p2m_addr/,/^\t}/d')" \
		"$(body $scripts/without-xen-pv/$name.bt)" "$name: its other form differs in the P2M alone"
done
is "$(grep -l 'xen_p2m_addr' $scripts/*.bt $scripts/*/*.bt | tr '\n' ' ')" \
	"$scripts/hot.bt $scripts/snoop.bt " 'no other script reads the P2M'

# A bpftrace that says which script it was given, on a kernel that has the P2M, and on one that has not.
mkdir "$out/bin"
cat >"$out/bin/bpftrace" <<'END'
#!/bin/sh
echo "$3" >"$FAKE/script"
echo Attached
exec sleep 60
END
chmod +x "$out/bin/bpftrace"
given()
{
	echo "ffffffff82a00000 $1" >"$out/kallsyms"
	# shellcheck disable=SC2016 # expanded there
	FAKE=$out PATH=$out/bin:$PATH unshare -rm sh -c 'mount --bind "$FAKE/kallsyms" /proc/kallsyms &&
		exec traces/cost/with-bpftrace hot true' 2>/dev/null
	sed "s|.*/$scripts/||; s|.*/bpftrace/||" "$out/script"
}
is "$(given 'D xen_p2m_addr')" hot.bt 'a kernel that has the P2M'
is "$(given 'D xen_p2m_size_not')" without-xen-pv/hot.bt 'one that has not'

# One that loses the first signal, as 0.17 may.
cat >"$out/bin/bpftrace" <<'END'
#!/bin/bash
n=0
trap '[ $((n++)) -eq 0 ] || { echo "what was found"; exit; }' TERM
echo Attached
while :; do sleep 0.1; done
END
said=$(FAKE=$out PATH=$out/bin:$PATH BPFTRACE_PATIENCE=0.5 timeout 20 traces/cost/with-bpftrace hot sh -c 'exit 3' 2>&1)
is "$? $(tail -n 1 <<<"$said")" '3 what was found' 'one that lost a signal is sent another, and says all'
done_testing
