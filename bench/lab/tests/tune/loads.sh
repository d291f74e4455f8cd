# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of who reads this
# The loads that the tuner is proved on, in a dom0 of the lab. Needs what traces/tests/devices.sh,
# network.sh and driver.sh define. usb and nvme are disks, seconds is how long a load runs.

fio_load() # fio_load DISK PATTERN BLOCK DEPTH [FIO OPTION...]
{
	fio --name=load --filename="/dev/$1" --rw="$2" --bs="$3" --iodepth="$4" --ioengine=libaio \
		--direct=1 --time_based --runtime="$seconds" --randseed=7 "${@:5}" >/dev/null
}

# iperf_load [OPTION...]: from one card to the other; where the pool is too small it may give up.
iperf_load()
{
	timeout --foreground $((seconds + 20)) ip netns exec xsw-a iperf3 -c 10.99.0.2 -t "$seconds" "$@" >/dev/null 2>&1 || true
}

offloads() # offloads on|off
{
	ip netns exec xsw-a ethtool -K "$nic_a" tso "$1" gso "$1" sg "$1" >/dev/null 2>&1
}

first_rings() # first_rings N: the same, before they are up
{
	local nic

	for nic in "$nic_a" "$nic_b"; do
		ethtool -G "$nic" rx "$1" tx "$1" 2>/dev/null || true # they may have just those
	done
}

rings() # rings N: of both cards, descriptors each way
{
	ip netns exec xsw-a ethtool -G "$nic_a" rx "$1" tx "$1" >/dev/null 2>&1
	ip netns exec xsw-b ethtool -G "$nic_b" rx "$1" tx "$1" >/dev/null 2>&1
	sleep 3 # their link goes down for it
}

# Many short mappings of random lifetimes, which leave few runs for the long ones among them; the same
# each time.
adversarial_requests()
{
	awk 'BEGIN {
		srand(7)
		print "mask 32"
		for (i = 1; i <= 6000; i++) {
			if (n >= 260 || n && rand() < 0.45) {
				k = int(rand() * n)
				print "unmap", held[k]
				spare[spares++] = held[k]
				held[k] = held[--n]
			} else {
				id = spares ? spare[--spares] : ++ids
				print "map", id, (rand() < 0.03 ? 65536 : 600), "to"
				held[n++] = id
			}
		}
		while (n)
			print "unmap", held[--n]
	}'
}

load_adversarial()
{
	driver_take "$nic_b_bdf" || return 1
	adversarial_requests >/tmp/requests # whole lines in one write
	driver_requests </tmp/requests
	driver_give_back
	for _ in {1..50}; do
		[ ! -e "/sys/bus/pci/devices/$nic_b_bdf/net" ] || break
		sleep 0.2
	done
}

load_usb-rand-1() { fio_load "$usb" randread 4k 1; }
load_usb-rand-32() { fio_load "$usb" randread 4k 32; }
load_usb-seq() { fio_load "$usb" read 128k 4; }
load_nvme-rand-1() { fio_load "$nvme" randread 4k 1; }
load_nvme-rand-32() { fio_load "$nvme" randread 4k 32; }
load_nvme-seq() { fio_load "$nvme" read 128k 8; }
# The emulated disk answers 4 KiB before the next are sent: of these it gets as many at once as are given.
load_nvme-64k-8() { fio_load "$nvme" randread 64k 8; }
load_nvme-64k-16() { fio_load "$nvme" randread 64k 16; }
load_nvme-64k-32() { fio_load "$nvme" randread 64k 32; }
# None of these may go into the module's reserve. Sent together, 32 are mapped before the disk sees one, however
# fast it is.
load_nvme-16k-128() { fio_load "$nvme" randread 16k 128 --iodepth_batch_submit=32 --iodepth_batch_complete_min=32; }
load_nvme-fixed() { fio_load "$nvme" randread 64k 8 --time_based=0 --runtime=0 --io_size=16m; }
load_nvme-unforced() # the same bytes, and nothing makes them bounce
{
	echo 0 >/sys/devices/platform/xen_swiotlb/force
	load_nvme-fixed
	echo 1 >/sys/devices/platform/xen_swiotlb/force
}
load_tcp() { iperf_load; }
load_tcp-4() { iperf_load -P 4; }
load_tcp-plain() { offloads off; iperf_load; offloads on; }
load_udp() { iperf_load -u -b 20M -l 200; }
load_tcp-both() { iperf_load --bidir; }
load_tcp-both-rings() { rings 2048; iperf_load --bidir; rings 256; }
load_tcp-rings() { rings 2048; iperf_load; rings 256; }
# The same with rings of 80 descriptors: RINGS=80 of record-loads.
load_tcp-tight() { load_tcp; }
# cut_requests COMMAND...: while the USB disk's requests are of 16 KiB at most
cut_requests()
{
	local most=/sys/block/$usb/queue/max_sectors_kb before

	before=$(cat "$most")
	echo 16 >"$most"
	"$@"
	echo "$before" >"$most"
}
load_usb-64k() { fio_load "$usb" randread 64k 8; }
load_usb-64k-split() { cut_requests load_usb-64k; }
load_mix-split() { cut_requests load_mix; } # mix-tight
load_udp-tight() { load_udp; }
load_mix-tight() { load_mix; }
load_mix()
{
	fio_load "$usb" randread 64k 8 &
	iperf_load
	wait
}
