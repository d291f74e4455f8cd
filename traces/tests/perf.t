#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The perf recipes without a kernel that bounces: perf/record writes as root, and reads what it wrote,
# into no folder that others may write to; perf/compare counts the bounces of both backends.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

mkdir "$out/theirs" "$out/shared"
chown 65534 "$out/theirs"
chmod 1777 "$out/shared"
ln -s theirs "$out/link"
for folder in theirs shared link; do
	complains "$folder: refused" 2 "^record: others may write to $out/$folder" \
		traces/perf/record -o "$out/$folder" 1
	is "$(ls -A "$out/$folder")" '' "$folder: nothing is written"
done
mkdir -m 700 "$out/own"
traces/perf/record -o "$out/own" 0 >/dev/null 2>"$out/err"
is "$(grep -c 'others may write' "$out/err")" 0 "root's own: not refused"

like "$(traces/perf/stat --help)" 'One dma:dma_map_sg stands for a whole list of buffers' \
	'perf/stat says what one dma_map_sg is'

# A kernel with the events of the module, or without, and a perf that counts for it.
event=$out/tracing/events/xen_swiotlb/xsw_map
mkdir -p "$out/tracing/events/swiotlb" "$out/bin"
cat >"$out/bin/perf" <<'END'
#!/bin/sh
[ "$2" != -e ] || { echo 'cycles: not supported'; exit 0; }
asked=$*
echo "$asked" >>"$FAKE/asked"
[ "$LC_ALL" = C ] && point=. || point=,
while [ "$1" != -- ]; do
	[ "$1" != -o ] || file=$2
	shift
done
shift
{
	echo "2  swiotlb:swiotlb_bounced 1000 100${point}00"
	case $asked in *xsw_map*) echo "40  xen_swiotlb:xsw_map 1000 100${point}00" ;; esac
	echo "402${point}75 msec task-clock 402750000 100${point}00"
} >"$file"
"$@"
END
chmod +x "$out/bin/perf"
compared()
{
	: >"$out/asked"
	# shellcheck disable=SC2016 # expanded there
	FAKE=$out PATH=$out/bin:$PATH LC_ALL=$1 unshare -rm sh -c 'mount --bind "$FAKE/tracing" /sys/kernel/tracing &&
		exec traces/perf/compare -n 1 true "sleep 0.2"' 2>/dev/null
}
compared de_DE.UTF-8 >"$out/said"
is "$(awk '$2 ~ /bounced|xsw_map|task-clock/ { print $1, $2, $4 }' "$out/said")" \
	'A swiotlb:swiotlb_bounced 2
A task-clock 402.75
B swiotlb:swiotlb_bounced 2
B task-clock 402.75' 'perf/compare: what perf counts, under a locale of decimal commas'
is "$(awk '$1 == "B" && $2 == "seconds" { print ($4 >= 0.2 && $4 < 5) }' "$out/said")" 1 'and fractions of a second'
mkdir -p "$event"
is "$(compared C | awk '$2 ~ /xsw_map/ { print $1, $4 }')" $'A 40\nB 40' \
	"perf/compare: where the module is loaded, its bounces too"
is "$(grep -c -- "-e xen_swiotlb:xsw_map --filter reason != 0" "$out/asked")" 2 'and no map of it that did not bounce'
done_testing
