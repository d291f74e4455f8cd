# SPDX-License-Identifier: GPL-2.0-only
# Builds initrds: busybox, an init and the few modules that reach the root, uncompressed.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

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
	rm -rf "$dir"
}

# Prints the initrd made of an init in guest/ and modules, from the cache where neither changed.
initrd_cached()
{
	local init=$lab_dir/guest/$1 key

	shift
	key=$( (cat "$init" "$lab_dir/initrd.sh"; echo "$@") | sha256sum | cut -c1-16)
	[ -f "$image/initrd-$key" ] || initrd_build "$image/initrd-$key" "$init" "$@"
	echo "$image/initrd-$key"
}

# Sets $initrd to the machine's initrd, and gives the guest a domU's where it serves domUs.
# shellcheck disable=SC2086 # a list of modules
initrd_use()
{
	initrd=$(initrd_cached init $kernel_modules virtio_blk ext4 9pnet_virtio 9p virtio_console)
	[ -z "${setting[domu]:-}" ] ||
		cp "$(initrd_cached domu-init $kernel_modules xen-blkfront xen-netfront ext4)" \
			"$job/domu-initrd"
}
