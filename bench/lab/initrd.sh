# SPDX-License-Identifier: GPL-2.0-only
# Builds initrds: busybox, an init and the few modules that reach the root, uncompressed.
# shellcheck shell=bash

# Prints the module files, dependencies first, that the named modules need in this image.
initrd_module_files()
{
	local module

	for module in "$@"; do
		chroot "$image/rootfs" /usr/sbin/modprobe -S "$kver" --show-depends "$module" ||
			die "kernel $kver has no module '$module'"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# initrd_build OUT INIT MODULES...: the modules are loaded by INIT in the order of /modules.
initrd_build()
{
	local out=$1 init=$2 dir file name

	shift 2
	dir=$(mktemp -d "$work/initrd.XXXXXX")
	at_exit rm -rf "$dir" "$dir.cpio"
	mkdir -p "$dir"/{bin,lib,dev,proc,sys,root}
	cp "$image/rootfs/usr/bin/busybox" "$dir/bin/busybox"
	ln -s busybox "$dir/bin/sh"
	install -m 755 "$init" "$dir/init"
	: >"$dir/modules"
	for file in $(initrd_module_files "$@"); do
		name=$(basename "${file%.xz}")
		case $file in
		*.xz) xz -dc "$image/rootfs$file" >"$dir/lib/$name" ;;
		*) cp "$image/rootfs$file" "$dir/lib/$name" ;;
		esac
		echo "$name" >>"$dir/modules"
	done
	(cd "$dir" && find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0) >"$dir.cpio"
	mv "$dir.cpio" "$out"
}

# Sets $initrd to the initrd of the lab's machines, from the cache where neither the init nor
# the list of modules has changed.
initrd_use()
{
	local modules=(virtio_blk crc32c_generic ext4 9pnet_virtio 9p virtio_console) key

	key=$(cat "$lab_dir/guest/init" "$lab_dir/initrd.sh" | sha256sum | cut -c1-16)
	initrd=$image/initrd-$key
	[ -f "$initrd" ] || initrd_build "$initrd" "$lab_dir/guest/init" "${modules[@]}"
}
