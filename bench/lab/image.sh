# SPDX-License-Identifier: GPL-2.0-only
# Builds and caches the lab's image: the Debian root (a folder and an ext4 disk), Xen, the kernel.
#
# An image lives in build/lab/image/KEY, KEY being a hash of its recipe: this file, the package
# list and the suite. It is built beside that place and renamed when whole, so what bears the
# name is complete. What runs in a guest beyond Debian's own comes by initrd and 9p, not from
# here: changing it costs no rebuild. The image is made under an exclusive lock and used under
# a shared one: a second lab waits for the first, and an image in use is never deleted.
# shellcheck shell=bash

image_suite=trixie
image_need_kib=$((6 * 1024 * 1024))

image_packages()
{
	sed '/^#/d;/^$/d' "$lab_dir/packages-image.txt"
}

image_key()
{
	{ image_packages; echo "$image_suite"; cat "$lab_dir/image.sh"; } | sha256sum | cut -c1-16
}

# The mirror of the host's own apt sources, in the old or the new format, unless it is named.
image_mirror()
{
	local uri

	if [ -n "${DEBIAN_MIRROR:-}" ]; then
		echo "$DEBIAN_MIRROR"
		return
	fi
	uri=$(apt-get indextargets --format '$(COMPONENT) $(SITE) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk '$1 == "main" && $3 !~ /security/ { print $3; exit }')
	[ -n "$uri" ] || die "found no Debian mirror in apt's sources: set DEBIAN_MIRROR=URL"
	echo "${uri%/}"
}

image_check_host()
{
	local missing free

	[ "$(id -u)" = 0 ] || die "the image is built by root only: run this through sudo"
	missing=$(host_packages_missing)
	[ -z "$missing" ] ||
		die "missing host packages: run 'apt-get install --no-install-recommends ${missing//$'\n'/ }'"
	free=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$image_need_kib" ] ||
		die "the image needs $((image_need_kib / 1024)) MiB in $work, $((free / 1024)) are free"
}

# The host's own apt settings (proxies, date checks) hold for the image's packages too.
image_apt_options()
{
	apt-config dump | grep -E '^Acquire::(Check|http|https|Retries)' || true
}

image_bootstrap()
{
	local dir=$1 mirror=$2 packages

	packages=$(image_packages | paste -sd,)
	image_apt_options >"$dir/apt.conf"
	INITRD=No mmdebstrap --variant=minbase --mode=root --include="$packages" \
		--aptopt="$dir/apt.conf" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$image_suite" "$dir/rootfs" "$mirror" >"$log_dir/image.log" 2>&1 ||
		die "no Debian root from $mirror (see $log_dir/image.log); another mirror: DEBIAN_MIRROR=URL"
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

image_build()
{
	local final=$1 dir mirror kver start=$SECONDS

	image_check_host
	mirror=$(image_mirror)
	dir=$(mktemp -d "$work/image/building.XXXXXX")
	at_exit rm -rf --one-file-system "$dir"
	say "building the image, once, in about 3 minutes (log: $log_dir/image.log)"
	image_bootstrap "$dir" "$mirror"
	mkdir -p "$dir/rootfs/src" "$dir/rootfs/out" "$dir/rootfs/job"
	kver=$(cd "$dir/rootfs/lib/modules" && echo *)
	echo "$kver" >"$dir/kver"
	image_vmlinux "$dir/rootfs/boot/vmlinuz-$kver" "$dir/vmlinux"
	cp "$dir/rootfs/boot/vmlinuz-$kver" "$dir/bzImage"
	gzip -dc "$dir"/rootfs/boot/xen-*-amd64.gz >"$dir/xen"
	image_ext4 "$dir"
	sync -f "$dir"
	mv "$dir" "$final"
	say "image ready: kernel $kver, $(du -sh "$final" | cut -f1), $((SECONDS - start)) s"
}

# Deletes images of other recipes that nobody uses.
image_sweep()
{
	local keep=$1 dir

	for dir in "$work"/image/*/; do
		dir=${dir%/}
		[ "$dir" != "$keep" ] && [ -f "$dir/kver" ] || continue
		(flock -n 9 && rm -rf --one-file-system "$dir") 9>"$dir.lock" && rm -f "$dir.lock"
	done
}

# Sets $image to a whole image, built first where there is none, and holds it for this process.
image_use()
{
	local dir

	mkdir -p "$work/image" "$log_dir"
	dir=$work/image/$(image_key)
	exec {image_lock}>"$dir.lock"
	if [ ! -f "$dir/kver" ]; then
		flock -n "$image_lock" || say "waiting for another lab that builds the image"
		flock "$image_lock"
		[ -f "$dir/kver" ] || image_build "$dir"
		image_sweep "$dir"
	fi
	flock -s "$image_lock"
	image=$dir
	kver=$(cat "$dir/kver")
}
