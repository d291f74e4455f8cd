#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The proof of replay and tune in the lab: what they foretell of loads, beside what the kernel meets,
# on stock booted with other sizes and on the module resized; make tune, and whether it came true.
#
#   tune.t [PART...]     only these: advice, sufficient, half, module, small, areas, forced,
#                        two, wide
#
# Each part is a boot. build/tune-proof keeps what they leave; `proof` makes the table of it,
# PROOF.md: copied to analysis/replay it is what the docs say.
set -u
cd "$(dirname "$(readlink -f "$0")")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

kept=$PWD/build/tune-proof
lab=bench/lab/tests/tune
seconds=5
mkdir -p "$kept"
make -s -C analysis/replay all placement || bail 'the replay was not built'

# boot PART MACHINE COMMAND [LAB OPTION...]: the command sees the folder MACHINE/PART as /out
boot()
{
	local part=$1 out=$kept/$2/$1 command=$3

	shift 3
	mkdir -p "$out"
	find "$out" -name marks.tsv -delete
	bench/lab/lab run xen-dom0 --out "$out" --timeout 1500 "$@" -- bash -c "$command" >"$out/log.txt" 2>&1
	ok $? "$part: the machine did it" "$(tail -n 20 "$out/log.txt")"
}

stock_loads='usb-rand-1 usb-rand-32 usb-seq tcp tcp-4 tcp-plain udp mix tcp-rings tcp-both-rings tcp-both adversarial'
tight_loads='tcp-tight udp-tight mix-tight'
nvme_loads='nvme-rand-1 nvme-rand-32 nvme-seq nvme-64k-8 nvme-64k-16 nvme-64k-32'
module_loads="$nvme_loads nvme-fixed nvme-unforced usb-seq tcp udp mix adversarial"

advised()
{
	jq -r '.sizes.stock.sufficient.slots // 1024' "$kept/one/advice/tune/advice.json"
}

# confirmed PART WORDS: what make tune CONFIRM= said, or APPLY=yes
confirmed()
{
	like "$(cat "$kept/one/$1/tune/screen.txt")" "(^|"$'\n'")Confirmed: at $2" "$1: the advice came true"
}

# plotted PART: two pictures of what make tune recorded there; the lab's image has no gnuplot
plotted()
{
	local folder=$kept/one/$1/tune

	gunzip -c "$folder/load.rec.gz" >"$folder/load.rec"
	make -s tune RECORDING="$folder/load.rec" OUT="$folder/again" >"$folder/again.txt"
	ok $? "$1: the recording gives the same advice elsewhere" "$(cat "$folder/again.txt")"
	is "$(jq -c .sizes.stock.sufficient "$folder/again/advice.json")" \
		"$(jq -c .sizes.stock.sufficient "$folder/advice.json")" 'the same size'
	is "$(find "$folder/again" -name '*.svg' -size +4k | wc -l)" 2 'and two pictures'
	rm -f "$folder/load.rec"
}

# sized PART SLOTS WORDS LOADS SECONDS: a boot with the pool of stock so large; last the mix that the advice is
# for, since a disk that gets no slot is given up
sized()
{
	mkdir -p "$kept/one/$1"
	cp "$kept/one/advice/tune/advice.json" "$kept/one/$1/before.json"
	boot "$1" one "RINGS=80 $lab/record-loads stock /out/tight $seconds $tight_loads
		[ -z '$4' ] || $lab/record-loads stock /out $seconds $4
		$lab/tune-running mix $5 /out/tune CONFIRM=/out/before.json" --set "kernel_args+=swiotlb=$2"
	confirmed "$1" "$2 slots $3"
}

[ $# -gt 0 ] || set -- advice sufficient half module small areas forced two wide
for part; do
	case $part in
	advice) # the pool as it is by default, and a mix of disk and network
		boot advice one "RINGS=80 $lab/record-loads stock /out/tight $seconds $tight_loads
			$lab/record-loads stock /out $seconds $stock_loads
			$lab/tune-running mix 30 /out/tune"
		like "$(cat "$kept/one/advice/tune/screen.txt")" 'swiotlb=[0-9]+ ' 'advice: a size'
		plotted advice ;;
	module) # its pool larger than it needs, then smaller; then resized as make tune advises
		boot module one "POOLS='2048 1024' $lab/record-loads module /out $seconds $module_loads
			RINGS=448 MODULE=1024 $lab/tune-running nvme-16k-128 6 /out/tune APPLY=yes"
		confirmed module '[0-9]+ slots 0 failures were foretold, 0 were recorded'
		like "$(cat "$kept/one/module/tune/screen.txt")" 'Before: 1024 slots, [1-9][0-9]* mappings? failed' \
			'and before it there were failures' ;;
	sufficient)
		sized sufficient "$(advised)" '0 failures were foretold, 0 were recorded' "$stock_loads" 30 ;;
	half) # not so long: a disk that gets no slot tries again 200,000 times a second
		sized half $(($(advised) / 2)) '[1-9][0-9]* failures were foretold, [1-9][0-9]* were' '' 6 ;;
	small) # loads that need little, where the pool is hardly larger
		boot small one "RINGS=80 $lab/record-loads stock /out $seconds usb-64k usb-64k-split mix-split $tight_loads" \
			--set 'kernel_args+=swiotlb=256' ;;
	areas) # a pool in areas of 128 slots: one is not enough for a load, nor is the CPU's own
		boot areas one "RINGS=80 $lab/record-loads stock /out $seconds $tight_loads adversarial" \
			--set 'kernel_args+=swiotlb=512,4'
		boot areas two "RINGS=80 $lab/record-loads stock /out $seconds $tight_loads" \
			--smp 2 --set 'kernel_args+=swiotlb=512' ;;
	forced)
		boot forced forced "$lab/record-loads stock /out $seconds $nvme_loads nvme-fixed mix" \
			--set 'kernel_args+=swiotlb=16384,force' ;;
	two) # CPUs: two areas of stock's, and events of the module from both
		boot two two "$lab/record-loads stock /out $seconds usb-seq tcp udp mix tcp-rings adversarial
			$lab/record-loads module /out/module $seconds nvme-64k-8 nvme-64k-16 tcp mix adversarial" --smp 2 ;;
	wide) # the driver of a 64-bit disk takes 32 bits on stock, 64 on the module
		boot wide wide "$lab/record-wide /out" --without usb-disk --without nvme --without nic-pair --with mptsas ;;
	*) bail "no part '$part'" ;;
	esac
done
$lab/proof "$kept/PROOF.md" "$kept"/one "$kept"/forced "$kept"/two "$kept"/wide >"$kept/proof.txt"
ok $? 'what was foretold was met' "$(grep -A 2 '^not ok' "$kept/proof.txt")"
done_testing
