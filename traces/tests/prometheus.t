#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What top -p writes, read by those for whom it is written: promtool, a real node_exporter, and the
# alert rules; through a device's move to the module and back.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh
. traces/tests/prometheus.sh

out=$(mktemp -d)
exporter=
trap '[ -z "$exporter" ] || kill $exporter; rm -rf "$out"' EXIT
x=traces/xswbounce
mkdir -p build
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE \
	-DXSWBOUNCE_VERSION='"test"' -I $x -o "$out/write" traces/tests/prometheus_test.c \
	$x/show/{prometheus,output,text}.c $x/engine/{flow_state,name}.c || exit 1
prometheus_tool promtool
promtool=$tool
prometheus_tool prometheus-node-exporter

mkdir "$out/textfile"
file=$out/textfile/xswbounce.prom
port=$((20000 + RANDOM % 20000))
"$tool" --collector.disable-defaults --collector.textfile --collector.textfile.directory="$out/textfile" \
	--web.listen-address=127.0.0.1:$port >"$out/exporter" 2>&1 &
exporter=$!
scrape()
{
	python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())' "http://127.0.0.1:$port/metrics" 2>/dev/null
}
for _ in {1..50}; do
	[ -z "$(scrape)" ] || break
	sleep 0.1
done

for moment in 0 1 2 3; do
	is "$("$out/write" $moment "$file")" '' "moment $moment: written"
	is "$(awk -f traces/tests/prometheus.awk "$file")" '' 'well formed, no series twice'
	is "$($promtool check metrics <"$file" 2>&1)" '' 'promtool has nothing to say'
	scrape >"$out/scraped"
	is "$(grep '^xswbounce_' "$out/scraped" | sed 's/{.*} / /' | cut -d ' ' -f 1 | sort | uniq -c)" \
		"$(grep '^xswbounce_' "$file" | sed 's/{.*} / /' | cut -d ' ' -f 1 | sort | uniq -c)" \
		'node_exporter reads every series'
	like "$(cat "$out/scraped")" 'node_textfile_scrape_error 0' 'without an error'
done
is "$(grep -c 'collected before\|level=error' "$out/exporter")" 0 'and says nothing of one in its log'
value()
{
	grep -F "xswbounce_$1 " "$file" | cut -d ' ' -f 2
}
is "$(value 'map_failures_total{device="0000:03:00.0",backend="swiotlb-xen",reason="full"}') $(value 'map_failures_total{device="0000:03:00.0",backend="xen_swiotlb",reason="full"}')" \
	'22 3' 'a series never falls, though the counters of a device that is gone are no longer there'
is "$(value 'device_info{device="0000:03:00.0",backend="xen_swiotlb",driver="e1000",mask_bits="32"}')" '' \
	'but nothing else is told of it'
"$out/write" 2 "$file"
is "$(value 'map_failures_total{device="0000:03:00.0",backend="swiotlb-xen",reason="full"}')" 22 \
	'a device that came again goes on in its series'
is "$(value 'map_failures_total{device="0000:03:00.0",backend="xen_swiotlb",reason="full"}')" 3 \
	'and has one of its own on the module'
is "$(value 'device_info{device="0000:03:00.0",backend="swiotlb-xen",driver="e1000e",mask_bits="32"}')" 1 \
	'its driver is no label of its counters'
is "$(value 'counted_maps_total{device="0000:03:00.0",backend="swiotlb-xen"}') $(value 'counted_maps_bounced_total{device="0000:03:00.0",backend="swiotlb-xen"}') $(value 'counted_seconds_total{backend="swiotlb-xen"}')" \
	'110 10 1.500' 'maps counted for a part of the time, with the seconds of it'
is "$(value 'build_info{version="test",kernel="6.12.0",xen="4.20.1"}')" 1 'what runs where'
is "$(value 'pool_used_high_bytes{backend="swiotlb-xen"}')" $((1 << 20)) \
	'a burst between two looks is in the most of the last minute'
is "$(value 'pool_high_water_bytes{backend="swiotlb-xen"}')" $((1 << 20)) 'and in the mark since boot'

"$out/write" 4 "$file"
is "$(value 'map_failures_total{device="0000:03:00.0",backend="xen_swiotlb",reason="full"}') $(value 'counted_maps_total{device="0000:03:00.0",backend="xen_swiotlb"}')" \
	'7 6' 'a device of the module that counts anew under its old key goes on in its series'
"$out/write" 5 "$file"
is "$(grep -c '^xswbounce_counted_.*swiotlb-xen' "$file") $(grep -c '^xswbounce_counted_.*xen_swiotlb' "$file")" \
	'0 3' 'where only bounces of stock are seen, no number of its maps is told'

cp $x/data/xswbounce.rules.yml traces/tests/rules.test.yml "$out/"
passes 'the rules are right' "$promtool" check rules "$out/xswbounce.rules.yml"
passes 'each alert fires for its case alone' "$promtool" test rules "$out/rules.test.yml"
done_testing
