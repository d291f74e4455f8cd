#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which devices the runner takes, leaves out and refuses, on machines made of files.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_xen PV

expect 'nothing to load is an error' 2 'nothing to load' dry

fake_disk free 240:0 SER-FREE 64
free=$function
fake_disk narrow 240:16 SER-NARROW 32
fake_disk rooted 240:32 SER-ROOT 64 rooted1
fake_disk data 240:48 SER-DATA 64 data1
fake_disk swapped 240:64 SER-SWAP 64
fake_disk stacked 240:80 SER-STACK 64 stacked1
fake_disk guest 240:96 SER-GUEST 64
fake_disk pooled 240:112 SER-POOL 64
fake_mount 240:33 / "$fake/dev/rooted1"
fake_mount 240:49 /srv "$fake/dev/data1"
fake_mount 0:77 /pool "$fake/dev/pooled"
echo "$fake/dev/swapped partition 1024 0 -2" >>"$fake/proc/swaps"
mkdir -p "$fake/dm-0/dm"
echo vg-root >"$fake/dm-0/dm/name"
ln -s "$fake/dm-0" "$fake/sys/block/stacked/stacked1/holders/dm-0"
mkdir -p "$fake/sys/bus/xen-backend/devices/vbd-3-51712"
echo f0:60 >"$fake/sys/bus/xen-backend/devices/vbd-3-51712/physical_device"
mkdir "$fake/sys/block/loop0" "$fake/sys/block/virtual"
# held_by DISK HOLDER KIND FILE: something of the kernel's is built on a disk.
held_by()
{
	mkdir -p "$fake/$2/${4%/*}"
	echo "$3" >"$fake/$2/$4"
	ln -s "$fake/$2" "$fake/sys/block/$1/holders/$2"
}
fake_disk raided 240:144 SER-RAID 64
held_by raided md0 raid1 md/level
fake_disk crypted 240:160 SER-CRYPT 64
held_by crypted dm-1 secret_crypt dm/name
fake_disk pathed 240:176 SER-PATH 64
held_by pathed dm-2 mpatha dm/name
fake_disk btred 240:192 SER-BTR 64
mkdir -p "$fake/sys/fs/btrfs/0123/devices/btred"

expect 'an unused disk is loaded' 0 '^  free +disk of 1024 MiB.* 64-bit DMA; reads; stock$' dry
expect 'a 32-bit disk is loaded' 0 '^  narrow .* 32-bit DMA' dry
expect 'a 32-bit disk gets the shorter set' 0 '^1$' \
	bash -c "dry | grep -oE 'narrow [a-z0-9-]+ on stock, timed' | sort -u | wc -l"
expect 'the root disk is left out' 0 '^  rooted +it carries the root file system' dry
expect 'a mounted disk is left out' 0 '^  data +it is mounted on /srv' dry
expect 'a disk of a file system of several is left out' 0 '^  pooled +a mounted' dry
expect 'a swap disk is left out' 0 '^  swapped +it is swap' dry
expect 'a held disk is left out' 0 '^  stacked +it is held by dm-0 \(vg-root\)' dry
expect 'a disk of a RAID is left out' 0 '^  raided +it is held by md0 \(raid1\)' dry
expect 'an encrypted disk is left out' 0 '^  crypted +it is held by dm-1 \(secret_crypt\)' dry
expect 'a path of several is left out' 0 '^  pathed +it is held by dm-2 \(mpatha\)' dry
expect 'the second disk of a btrfs is left out' 0 '^  btred +a mounted btrfs uses it' dry
expect "a guest's disk is left out" 0 '^  guest +it serves guest 3-51712' dry
expect 'a disk without a PCI device is left out' 0 '^  virtual +no PCI device' dry
expect 'without --write nothing is written' 0 '!write|verify' dry
for disk in rooted data swapped stacked guest pooled raided crypted pathed btred; do
	expect "writing to $disk is refused" 2 "refusing to write to .*/$disk: " \
		dry --write "$fake/dev/$disk"
done
expect 'moving a disk in use is refused' 2 'refusing to move data to the module: ' \
	dry --disk serial:SER-DATA --try-module serial:SER-DATA
mate=$(readlink -f "$fake/sys/block/narrow/../..")
mkdir -p "$fake/sys/kernel/iommu_groups/7/devices"
ln -s "$fake/sys/kernel/iommu_groups/7" "$(readlink -f "$fake/sys/block/free/../..")/iommu_group"
ln -s "$mate" "$fake/sys/kernel/iommu_groups/7/devices/${mate##*/}"
expect 'moving a part of a shared IOMMU group is refused' 2 \
	"refusing to move free to the module: .* shares its IOMMU group with ${mate##*/}" \
	dry --disk serial:SER-FREE --try-module serial:SER-FREE
expect 'what is not there is not moved' 2 'try-module .*: there is no such PCI device' \
	dry --disk serial:SER-FREE --try-module "${free%%:*}:ff:1f.7"
expect 'a named disk in use is read' 0 '^  data .*; reads; stock$' dry --disk serial:SER-DATA
expect 'what is not named is left out' 0 '^  free +not named' dry --disk serial:SER-NARROW
expect 'a disk by its node' 0 '^  free .*; reads and WRITES; stock$' dry --write "$fake/dev/free"
expect 'a disk by its PCI address' 0 '^  free .*; reads;' dry --disk "$free"
expect 'writing loads are planned for it' 0 'free randwrite-4k-qd32 on stock, timed' \
	dry --write serial:SER-FREE
expect 'and for no other' 0 '!narrow (randwrite|write|verify)' dry --write serial:SER-FREE
expect 'a partition is refused' 2 'is a partition: name its whole disk' dry --disk "$fake/dev/data1"
expect 'no such node' 2 'no such disk: ' dry --disk "$fake/dev/none"
expect 'no such PCI device' 2 'no such disk: ' dry --disk "${free%%:*}:ff:1f.7"
expect 'no such serial number' 2 'serial:NONE is no disk' dry --disk serial:NONE
expect 'no such network card' 2 "no network card 'none0'" dry --nic none0

# No udev database knows these files: what lies on them is read from themselves.
mkswap -q "$fake/dev/free" >/dev/null 2>&1
expect 'swap that is not in use is not overwritten' 2 \
	'refusing to write to .*/free: it carries swap data: wipefs -a ' dry --write serial:SER-FREE
truncate -s 0 "$fake/dev/free"
truncate -s 1G "$fake/dev/free"
fake_disk member 240:128 SER-MEMBER 64 member1
# the label of an LVM physical volume, in the second sector, with its checksum
label='LABELONE\1\0\0\0\0\0\0\0\213\253\30\0\40\0\0\0LVM2 001'
printf '%b%s' "$label" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | dd of="$fake/dev/member1" bs=512 seek=1 conv=notrunc status=none
expect 'a partition that is a part of a volume group is not overwritten' 2 \
	'refusing to write to .*/member: member1 carries LVM2_member data: wipefs' \
	dry --write serial:SER-MEMBER
# the uberblocks of a ZFS pool's first label; all of them, as blkid counts them
truncate -s 0 "$fake/dev/member1"
truncate -s 64M "$fake/dev/member1"
for ((i = 128; i < 256; i++)); do
	printf '\x0c\xb1\xba\0\0\0\0\0\x88\x13\0\0\0\0\0\0' |
		dd of="$fake/dev/member1" bs=1024 seek=$i conv=notrunc status=none
done
expect 'a partition of a ZFS pool is not overwritten' 2 \
	'refusing to write to .*/member: member1 carries zfs_member data: wipefs' \
	dry --write serial:SER-MEMBER
rm "$fake/dev/member1"
expect 'a partition that cannot be read is not overwritten' 2 \
	"refusing to write to .*/member: what lies on member1 can't be read" dry --write serial:SER-MEMBER
mkdir "$fake/bin"
printf '#!/bin/sh\nexit 4\n' >"$fake/bin/blkid"
chmod +x "$fake/bin/blkid"
expect 'without an answer nothing is overwritten' 2 \
	"refusing to write to .*/free: what lies on free can't be read" \
	env PATH="$fake/bin:$PATH" bench/run --here --dry-run --write serial:SER-FREE
done_testing
