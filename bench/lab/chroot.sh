# SPDX-License-Identifier: GPL-2.0-only
# Runs a command in the image's root, where the checkout is /src and all else is read-only.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

lab_chroot()
{
	[ "${1:-}" != -- ] || shift
	[ $# -gt 0 ] || die "chroot: name a command to run"
	image_use
	attended KILL env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
		TERM="${TERM:-dumb}" LANG=C.UTF-8 KVER="$kver" \
		unshare --mount --propagation private --pid --fork --kill-child \
		"$lab_dir/enter" "$image/rootfs" "$checkout" "$@" || exit
}
