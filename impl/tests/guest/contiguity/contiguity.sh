# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests of the defragmenter, in a PV domain: memory made scattered, 64-bit network cards that
# bounce because of it, data that is verified all the while.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/../guest.sh"

files=/sys/devices/platform/xen_swiotlb_defrag
# shellcheck disable=SC2034 # for the tests that source this
front=$top/impl/defrag/defrag
doctor="$top/build/traces/xswbounce doctor"

defrag_in() { insmod "$modules/defrag/xen_swiotlb_defrag.ko"; }
defrag_out() { rmmod xen_swiotlb_defrag; }
value() { cat "$files/$1"; }
set_to() { echo "$2" 2>/dev/null >"$files/$1"; }

start_of() { # start_of JOB: runs it to its end
	local try
	set_to start "$1" || return
	for try in $(seq 1200); do
		[ "$(value result)" = none ] || return 0
		sleep 0.1
	done
	bail "the run does not end after $try tries"
}

wait_for_end() { # of any run, one in the background too
	local try
	for try in $(seq 1200); do
		[ "$(value state)" != idle ] || return 0
		sleep 0.1
	done
	bail "it is not idle after $try tries"
}

share_of_order() { # share_of_order LEAST FILE: per mille of memory in contiguous blocks so large
	awk -v least="$1" '$1 == "pages" { all = $2 }
		/^order/ { order = substr($1, 6); if (order >= least) sum += $2 }
		END { printf "%d\n", all ? 1000 * sum / all : 0 }' "$files/$2"
}

told() { # told WHAT: the run, on a line of its own
	echo "# $1: $(value result), $(value run_ms) ms, $(value cured)/$(value scattered) blocks," \
		"$(value busy) busy; $(value passes) passes, $(value hot_cured) hot blocks;" \
		"$(value exchanges) exchanges in $(value exchange_ms) ms, $(value dealt_pages) pages dealt;" \
		"cpu $(value cpu_ms) ms"
}

# is_consistent NAME: the sweep of all memory, and as many frames as when it was scattered
is_consistent() {
	local now
	now=$(memory)
	is "$(word_of m2p_wrong "$now")" 0 "$1: M2P and P2M agree on every page"
	is "$(word_of pte_wrong "$now")" 0 "$1: and the page table on both"
	is "$(word_of frames "$now")" "$frames" "$1: the domain has as many frames as before"
}

# ---- scattering, as ballooning does it in the course of weeks ----

balloon_target=/sys/devices/system/xen_memory/xen_memory0/target_kb

memory_mb() { awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo; }

balloon() { # balloon KIB: the domain to this size
	local try last=0 now
	echo "$1" >$balloon_target
	for try in $(seq 100); do
		now=$(memory_mb)
		[ "$now" != "$last" ] || break
		last=$now
		sleep 1
	done
	echo "# the domain has $now MiB after $try looks"
}

fill_with_files() { # fill_with_files DIR: large and small files in turn, until little is free
	local most
	most=$(awk '/^MemAvailable/ { print (int($2 / 1024) - 200) * 14 }' /proc/meminfo)
	(cd "$1" && perl -e 'my ($most) = @ARGV; my $big = "x" x 65536, my $small = "y" x 4096;
		for my $i (0 .. $most) { open(my $f, ">", "f$i") or last;
			print $f ($i % 2 ? $small : $big) or last; close $f }' "$most")
}

while_small=: # what is done between the two halves of scatter

scatter() { # half of the memory goes to Xen, page by page, and comes back
	local dir whole
	dir=$(mktemp -d)
	whole=$(cat $balloon_target)
	mount -t tmpfs -o size=95% tmpfs "$dir"
	fill_with_files "$dir"
	(cd "$dir" && perl -e 'for (glob("f*")) { unlink if /[02468]$/ }')
	balloon $((whole / 2))
	(cd "$dir" && perl -e 'unlink for glob("f*")')
	$while_small
	balloon "$whole"
	umount "$dir"
	rmdir "$dir"
}

# ---- two network cards on one wire ----

wire() { # both ends up, each in a namespace of its own
	local i dev try
	modprobe e1000e # a domU has them loaded by nobody else
	for try in $(seq 100); do
		[ "$(find_nics | wc -l)" -lt 2 ] || break
		sleep 0.2
	done
	mapfile -t nics < <(find_nics)
	[ "${#nics[@]}" -ge 2 ] || bail 'two network cards are needed'
	for i in 0 1; do
		ip netns add "xsw$i"
		dev=$(basename /sys/bus/pci/devices/"${nics[i]}"/net/*)
		ip link set "$dev" netns "xsw$i" name wire
		ip -n "xsw$i" addr add "10.99.0.$((i + 1))/24" dev wire
		ip -n "xsw$i" link set wire up
		ip -n "xsw$i" link set lo up
	done
	ip netns exec xsw1 iperf3 -s -D
	for i in $(seq 40); do
		ip netns exec xsw0 ping -c 1 -W 1 10.99.0.2 >/dev/null && return
	done
	return 1
}

unwire() { # both ends are as they were before
	local i try
	for i in 0 1; do
		ip netns pids "xsw$i" | xargs -r kill
		ip netns del "xsw$i"
	done
	for try in $(seq 50); do
		[ "$(find_nics | wc -l)" -lt 2 ] || return 0
		sleep 0.2
	done
	bail "the cards are not back after $try tries"
}

bounced=$tracing/events/swiotlb/swiotlb_bounced
count_bounces() { echo 'hist:keys=dev_name:vals=size' >$bounced/trigger; }
stop_counting() { echo '!hist:keys=dev_name:vals=size' >$bounced/trigger; }

# traffic SECONDS: TCP with segmentation offload; sets bounces, bounced_bytes, sent_bytes, verified
# by the kernel's own event, not by what is tested.
traffic() {
	local totals
	count_bounces
	sent_bytes=$(ip netns exec xsw0 timeout $(($1 + 60)) iperf3 -c 10.99.0.2 -t "$1" -J |
		jq .end.sum_received.bytes)
	totals=$(awk '/^{/ { gsub(/[{}:,]/, " "); for (i = 1; i < NF; i++) {
			if ($i == "hitcount") hits += $(i + 1); if ($i == "size") bytes += $(i + 1) } }
		END { printf "%d %d\n", hits, bytes }' $bounced/hist)
	stop_counting
	read -r bounces bounced_bytes <<<"$totals"
	echo "# $bounces bounces, $bounced_bytes bytes of ${sent_bytes:-0} sent"
}

under_load() { # under_load JOB: while the wire is busy
	{
		traffic 8
		echo "$sent_bytes" >/tmp/sent_under_load
	} &
	sleep 1
	start_of "$1"
	wait $!
	told "$1 under load"
}

# ---- what each test begins with, and how it ends ----

what_scattered_costs() { # sets scattered and scattered_mb: bounces in 8 s, and what was sent
	traffic 8
	scattered=$bounces scattered_mb=$((sent_bytes >> 20))
	at_least "$scattered" 1000 '64-bit cards bounce'
}

scatter_until_it_costs() { # sets frames, too
	scatter
	frames=$(word_of frames "$(memory)")
	at_most "$(share_of_order 3 contiguity)" 900 'memory is scattered'
	what_scattered_costs
}

# What bounces on scattered memory for so many bytes as were sent last
as_scattered() { echo $((sent_bytes * scattered / (scattered_mb << 20))); }

# A load that begins anew may take blocks that the one before did not. A program that sends keeps a block as
# long as it lives: if that is scattered, only a run after its end finds it.
cure_hot() { # phase 2 under load, and after it, until neither run finds anything
	local n cured
	for n in 1 2 3 4 5 6; do
		under_load hot
		cured=$(value hot_cured)
		start_of hot
		told 'hot after the load'
		[ $((cured + $(value hot_cured))) != 0 ] || break
	done
	echo "# that were $((2 * n)) runs of phase 2"
}

sent() { ip netns exec xsw0 cat /sys/class/net/wire/statistics/tx_bytes; }

begin_traffic() { # in the background, until end_traffic; waits until it flows
	local before try
	before=$(sent)
	ip netns exec xsw0 timeout 180 iperf3 -c 10.99.0.2 -t 170 >/dev/null &
	flowing=$!
	for try in $(seq 100); do
		[ "$(sent)" -lt $((before + (1 << 20))) ] || return 0
		sleep 0.2
	done
	bail "no traffic after $try tries"
}

end_traffic() {
	kill "$flowing"
	wait "$flowing" 2>/dev/null
	sleep 1 # the server is for the next one
}

doctor_finds_it() {
	local status
	begin_traffic
	$doctor --json 3 >/tmp/doctor.json 2>/tmp/doctor.err
	status=$?
	end_traffic
	is $status 1 "the doctor finds something to do $(head -n 2 /tmp/doctor.err)"
	jq -c 'del(.hot)' /tmp/doctor.json | sed 's/^/# /'
	is "$(jq -r .verdict /tmp/doctor.json)" straddling 'it says that buffers straddle'
	like "$(jq -r .next_step /tmp/doctor.json)" "run 'xsw-defrag all' while the load is on" 'it names the cure'
	is "$(jq .pages /tmp/doctor.json)" "$frames" 'it has looked at every page'
	is "$(jq '.pages_by_order | add' /tmp/doctor.json)" "$frames" 'each of which is of some order'
	at_least "$(jq .straddles /tmp/doctor.json)" 100 'it counts them'
	# read one after the other while both are counted
	within "$(jq '[.hot[].bounces] | add' /tmp/doctor.json)" "$(jq .straddles /tmp/doctor.json)" 50 \
		'each in one of the hot megabytes'
	at_least "$(jq '[.hot[].mib] | unique | length' /tmp/doctor.json)" 2 'of which there are some'
	is "$(jq "[.hot[].mib * 256 < $frames] | all" /tmp/doctor.json)" true "in the domain's memory"
	at_most "$(jq '.walk_seconds * 1000 | floor' /tmp/doctor.json)" 2000 'the walk takes less than two seconds'
	is "$(jq '.pages_by_order[9] * 1000 / .pages | floor' /tmp/doctor.json)" \
		"$(share_of_order 9 contiguity)" 'the module counts the same'
	scattered_blocks=$(jq '.pages_by_order[9]' /tmp/doctor.json)
}

# On a busy host the load swings. One that is heavier by half than what phase 2 last ran under takes blocks
# from the page allocator that no run has seen: it runs again.
hardly_bounces() { # hardly_bounces NAME: traffic of 8 s, against as many bytes on scattered memory
	local try under
	for try in 1 2 3; do
		under=$(cat /tmp/sent_under_load 2>/dev/null)
		traffic 8
		[ $((bounces * 200)) -gt "$(as_scattered)" ] || break
		[ "$sent_bytes" -gt $((${under:-$sent_bytes} * 3 / 2)) ] || break
		echo "# look $try: phase 2 ran while $under bytes were sent"
		cure_hot
	done
	at_most $((bounces * 200)) "$(as_scattered)" "$1: at most 0.5 % of the bounces are left"
}

# Under the same load, with the background on, as it advised: without it a load that begins anew wears
# the cure out by a few dozen buffers a second, and the doctor says so. After a run that cured nothing the
# background waits ten seconds: so the doctor may look again for half a minute.
doctor_is_content() {
	local status try
	set_to background 1
	begin_traffic
	for try in $(seq 10); do
		$doctor --json 3 >/tmp/doctor.json
		status=$?
		[ $status != 0 ] || break
	done
	echo "# look $try of the doctor's"
	end_traffic
	set_to background 0
	wait_for_end
	is $status 0 'the doctor finds nothing to do'
	jq -c 'del(.hot)' /tmp/doctor.json | sed 's/^/# /'
	like "$(jq -r .verdict /tmp/doctor.json)" '^(contiguous|scattered)$' 'it says that hardly a buffer bounces'
	at_least "$(jq '.pages_by_order[9]' /tmp/doctor.json)" $((scattered_blocks + 1)) \
		'it sees more memory in blocks of 2 MiB than before'
}

# ---- data that is verified all the while ----

verify_begin() {
	verified=$(mktemp -d)
	mount -t tmpfs tmpfs "$verified"
	head -c $((48 << 20)) /dev/urandom >"$verified/data"
	sha256sum <"$verified/data" >"$verified/sum"
	(
		while [ ! -e "$verified/stop" ]; do
			cp "$verified/data" "$verified/copy" &&
				sha256sum <"$verified/copy" | cmp -s - "$verified/sum" &&
				sha256sum <"$verified/data" | cmp -s - "$verified/sum" &&
				echo good >>"$verified/log" || echo bad >>"$verified/log"
			sleep 0.2
		done
		touch "$verified/ended"
	) &
}

# Over the wire, too: what the cards fetch from memory and what they write there.
stream_begin() {
	local stream
	stream="$(dirname "${BASH_SOURCE[0]}")/stream"
	ip netns exec xsw1 "$stream" take 5005 >/tmp/taken &
	taking=$!
	ip netns exec xsw0 "$stream" send 10.99.0.2 5005 >/tmp/sent &
	sending=$!
}

stream_end() { # stream_end WHEN
	local good
	kill "$sending"
	wait "$sending" "$taking"
	good=$(grep -c '^good$' /tmp/taken)
	is "sent $good" "$(cat /tmp/sent)" "each block of 1 MiB that was sent over the wire $1 came whole"
	is "$(grep -vc '^good$' /tmp/taken)" 0 "and no other $1"
	at_least "$good" 3 "which were some $1"
}

verify_end() { # how often it was right, and how often not: 'N good' is all there should be
	touch "$verified/stop"
	until [ -e "$verified/ended" ]; do sleep 0.1; done # it is no child of a $(...)
	sort "$verified/log" | uniq -c | tr -s ' ' | sed 's/^ //' | paste -sd,
	umount "$verified"
}

# ---- both phases, as an operator runs them ----

# phase_1 WHEN: movable memory, while the wire is busy; from here on data is verified.
# Sets what the run told: ended (its result), blocks_cured, dealt (pages), in_order (per mille of memory
# in blocks of 32 KiB and more).
phase_1() {
	verify_begin
	stream_begin
	under_load movable
	# shellcheck disable=SC2034 # for the tests that source this
	ended=$(value result) blocks_cured=$(value cured) dealt=$(value dealt_pages)
	# shellcheck disable=SC2034
	in_order=$(share_of_order 3 contiguity_after)
	stream_end "in phase 1, $1"
	paste -sd' ' <$files/xen_extents | sed 's/^/# extents taken, refused: /'
	traffic 4
	echo "# after phase 1: $bounces of $scattered"
}

# is_cured WHEN: after phase 2; ends the verifying that phase 1 began
is_cured() {
	hardly_bounces "$1"
	like "$(verify_end)" '^[0-9]+ good$' "data was right all the while, $1"
	is_consistent "$1"
}
