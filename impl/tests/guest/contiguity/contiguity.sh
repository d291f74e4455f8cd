# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests of the defragmenter, in a PV domain: memory made scattered, 64-bit network cards that
# bounce because of it, data that is verified all the while.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "${BASH_SOURCE[0]}")/../guest.sh"

# shellcheck disable=SC2034 # for the tests that source this
files=/sys/devices/platform/xen_swiotlb_defrag

defrag_in() { insmod "$modules/defrag/xen_swiotlb_defrag.ko"; }
defrag_out() { rmmod xen_swiotlb_defrag; }
value() { cat "$files/$1"; }
set_to() { echo "$2" 2>/dev/null >"$files/$1"; }

start_of() { # start_of JOB: runs it to its end
	set_to start "$1" || return
	wait_for_end
}

wait_for_end() {
	local try
	for try in $(seq 1200); do
		[ "$(value state)" != idle ] || return 0
		sleep 0.1
	done
	bail "the run does not end after $try tries"
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

scatter() { # half of the memory goes to Xen, page by page, and comes back
	local dir whole
	dir=$(mktemp -d)
	whole=$(cat $balloon_target)
	mount -t tmpfs -o size=95% tmpfs "$dir"
	fill_with_files "$dir"
	(cd "$dir" && perl -e 'for (glob("f*")) { unlink if /[02468]$/ }')
	balloon $((whole / 2))
	(cd "$dir" && perl -e 'unlink for glob("f*")')
	balloon "$whole"
	umount "$dir"
	rmdir "$dir"
}

# ---- two network cards on one wire ----

wire() { # both ends up, each in a namespace of its own
	local i dev
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
	) &
	verifier=$!
}

verify_end() { # how often it was right, and how often not: 'N good' is all there should be
	touch "$verified/stop"
	wait "$verifier"
	sort "$verified/log" | uniq -c | tr -s ' ' | sed 's/^ //' | paste -sd,
	umount "$verified"
}
