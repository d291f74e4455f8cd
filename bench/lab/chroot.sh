# SPDX-License-Identifier: GPL-2.0-only
# Runs a command in the image's root, where the checkout is /src and all else is read-only.
# shellcheck shell=bash

# Runs in a mount namespace of its own: nothing of this is seen, or left, outside.
chroot_enter='
set -e
root=$1 checkout=$2
shift 2
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$checkout" "$root/src"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
exec chroot "$root" /bin/sh -c "cd /src && exec \"\$@\"" sh "$@"
'

lab_chroot()
{
	[ "${1:-}" != -- ] || shift
	[ $# -gt 0 ] || die "chroot: name a command to run"
	image_use
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
		TERM="${TERM:-dumb}" LANG=C.UTF-8 KVER="$kver" \
		unshare --mount --propagation private --pid --fork --kill-child \
		bash -c "$chroot_enter" bash "$image/rootfs" "$checkout" "$@" || exit
}
