# SPDX-License-Identifier: GPL-2.0-only
# The image's recipe: what goes into it and how. A change here rebuilds every image.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

image_packages()
{
	echo "$kernel_packages" | tr ' ' '\n'
	sed '/^#/d;/^$/d' "$lab_dir/packages-image.txt"
}

# The first suite is the base; a package of another is one named PACKAGE/SUITE, and what it needs.
image_sources()
{
	local mirror=$1 suite

	for suite in $kernel_suites; do
		echo "deb $mirror $suite main"
	done
}

# The host's own apt settings (proxies, date checks) hold for the image's packages too.
image_apt_options()
{
	echo 'Acquire::Retries "3";'
	apt-config dump | grep -E '^Acquire::(Check|http|https|Retries)' || true
}

# apt's own words say why: most often the mirror, sometimes the host.
image_no_root()
{
	grep -E '^[EW]: |: Permission denied|No space left' "$2" | uniq | head -n 8 >&2 || true
	die "no Debian root from $1: see above and $2; another mirror: DEBIAN_MIRROR=URL"
}

image_bootstrap()
{
	local dir=$1 mirror=$2 log=$3 packages sources

	mapfile -t sources < <(image_sources "$mirror")
	packages=$(image_packages | paste -sd,)
	image_apt_options >"$dir/apt.conf"
	INITRD=No attended TERM mmdebstrap --variant=minbase --mode=root --include="$packages" \
		--aptopt="$dir/apt.conf" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"${kernel_suites%% *}" "$dir/rootfs" "${sources[@]}" >"$log" 2>&1 ||
		image_no_root "$mirror" "$log"
}

# The ELF kernel out of a bzImage: Xen then has nothing to unpack. The payload's offset, counted
# from the end of the setup sectors, and its length are the words at 0x248 and 0x24c. Four bytes
# of length follow the compressed stream: the unpacker writes all, then complains.
image_vmlinux()
{
	local bz=$1 out=$2 setup off len magic

	setup=$(od -An -tu1 -j $((0x1f1)) -N1 "$bz")
	read -r off len < <(od -An -tu4 -j $((0x248)) -N8 "$bz")
	off=$((off + (setup + 1) * 512))
	magic=$(od -An -tx1 -j "$off" -N4 "$bz" | tr -d ' ')
	case $magic in
	28b52ffd) tail -c +$((off + 1)) "$bz" | head -c "$len" | zstd -qdc >"$out" 2>/dev/null || true ;;
	fd377a58) tail -c +$((off + 1)) "$bz" | head -c "$len" | xz -dc >"$out" 2>/dev/null || true ;;
	*) die "$bz: payload of an unknown kind ($magic)" ;;
	esac
	[ "$(od -An -tx1 -N4 "$out" | tr -d ' ')" = 7f454c46 ] || die "$bz holds no ELF kernel"
}

image_ext4()
{
	local dir=$1 kib

	kib=$(du -sk --apparent-size "$dir/rootfs" | cut -f1)
	truncate -s $((kib * 5 / 4 + 512 * 1024))K "$dir/root.ext4"
	mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$dir/rootfs" "$dir/root.ext4"
}

# Makes all of an image in the folder $1, from the mirror $2, with the log $3.
image_make()
{
	local dir=$1 mirror=$2 kver

	kernel_read
	image_bootstrap "$dir" "$mirror" "$3"
	mkdir -p "$dir/rootfs/src" "$dir/rootfs/out" "$dir/rootfs/job"
	kver=$(cd "$dir/rootfs/lib/modules" && echo *)
	image_vmlinux "$dir/rootfs/boot/vmlinuz-$kver" "$dir/vmlinux"
	cp "$dir/rootfs/boot/vmlinuz-$kver" "$dir/bzImage"
	gzip -dc "$dir"/rootfs/boot/xen-*-amd64.gz >"$dir/xen"
	image_ext4 "$dir"
	echo "$kver" >"$dir/kver"
}
