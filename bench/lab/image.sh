# SPDX-License-Identifier: GPL-2.0-only
# Builds and caches the lab's images: the Debian root (a folder and an ext4 disk), Xen, the kernel.
#
# There is one a kernel. It lives in build/lab/image/KEY, KEY being a hash of its recipe:
# image-recipe.sh, packages-image.txt and the kernel's own file. It is built beside that place and
# renamed when whole, so what bears the name is complete. What runs in a guest beyond Debian's own
# comes by initrd and 9p, not from here: changing it costs no rebuild. The image is made under an
# exclusive lock and used under a shared one: a second lab waits for the first, and an image in use
# is never deleted.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

image_need_kib=$((6 * 1024 * 1024))

image_key()
{
	{ echo "$kernel_suites"; image_packages; sed '/^#/d' "$lab_dir/image-recipe.sh"; } |
		sha256sum | cut -c1-16
}

# The keys of all kernels there are.
image_keys()
{
	local name

	for name in $(kernel_names); do
		(KERNEL=$name kernel_read && image_key)
	done
}

# The mirror of the host's own apt sources, in the old or the new format, unless it is named.
image_mirror()
{
	local uri

	if [ -n "${DEBIAN_MIRROR:-}" ]; then
		echo "$DEBIAN_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # the variables are apt's
	uri=$(apt-get indextargets --format '$(COMPONENT) $(SITE) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk '$1 == "main" && $3 !~ /security/ { print $3; exit }')
	[ -n "$uri" ] || die "found no Debian mirror in apt's sources: set DEBIAN_MIRROR=URL"
	echo "${uri%/}"
}

image_check_host()
{
	local missing free

	missing=$(host_packages_missing)
	[ -z "$missing" ] ||
		die "missing host packages: run 'apt-get install --no-install-recommends ${missing//$'\n'/ }'"
	# apt checks signatures as a user of its own, and its scripts write there.
	[ "$(stat -c '%F %a' /dev/null)" = 'character special file 666' ] ||
		die "/dev/null is $(stat -c '%F, mode %a' /dev/null): 'rm -f /dev/null; mknod -m 666 /dev/null c 1 3' mends it"
	free=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$image_need_kib" ] ||
		die "the image needs $((image_need_kib / 1024)) MiB in $work, $((free / 1024)) are free"
}

# The making runs in namespaces of its own: when this process ends, all of it does, at once.
image_build()
{
	local final=$1 dir mirror start=$SECONDS

	image_check_host
	rm -rf --one-file-system "$final".building.*
	mirror=$(image_mirror)
	dir=$(mktemp -d "$final.building.XXXXXX")
	chmod 755 "$dir"
	at_exit rm -rf --one-file-system "$dir"
	image_log=$log_dir/image-$kernel.log
	say "building the image of kernel $kernel, once, in about 2 minutes (log: $image_log)"
	attended KILL unshare --mount --mount-proc --pid --fork --kill-child \
		env KERNEL="$kernel" "$lab_dir/lab" make-image "$dir" "$mirror" "$image_log" || exit
	sync -f "$dir"
	mv "$dir" "$final"
	say "image ready: kernel $(cat "$final/kver"), $(du -sh "$final" | cut -f1), $((SECONDS - start)) s"
}

# Deletes images that are no kernel's any more and that nobody uses.
image_sweep()
{
	local keep dir

	keep=" $(image_keys | tr '\n' ' ')"
	for dir in "$work"/image/*/; do
		dir=${dir%/}
		[ -f "$dir/kver" ] || continue
		[[ $keep != *" ${dir##*/} "* ]] || continue
		(flock -n 9 && rm -rf --one-file-system "$dir") 9>"$dir.lock" && rm -f "$dir.lock"
	done
}

# Waits until the lock is ours or another lab has built the image. Not in one call: those who use
# the image share its lock from then on, and may never leave a moment for us to have it alone.
image_lock_or_built()
{
	! flock -n "$image_lock" || return 0
	say "waiting for another lab that builds the image"
	until flock -n "$image_lock" || [ -f "$1/kver" ]; do
		sleep 1
	done
}

# Sets $image to a whole image of the kernel asked for, built first where there is none, and holds it
# for this process.
image_use()
{
	local dir

	[ "$(id -u)" = 0 ] || die "the lab needs root: run this through sudo"
	kernel_read
	mkdir -p "$work/image" "$log_dir"
	dir=$work/image/$(image_key)
	exec {image_lock}>"$dir.lock"
	if [ ! -f "$dir/kver" ]; then
		image_lock_or_built "$dir"
		[ -f "$dir/kver" ] || image_build "$dir"
		image_sweep
	fi
	flock -s "$image_lock"
	image=$dir
	kver=$(cat "$dir/kver")
}
