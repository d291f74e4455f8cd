# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other files and the test
# What tests of the flight recorder share: a disk that can be full, a toolstack that hangs, failures.

# An xl that never answers, in front of the true one.
toolstack_hangs()
{
	mkdir "$out/bin"
	printf '#!/bin/sh\necho begun\nexec sleep 1000\n' >"$out/bin/xl"
	chmod +x "$out/bin/xl"
	PATH=$out/bin:$PATH
}

# A disk of size $1 for its files. However the test ends, the next one finds the device with its own driver.
recorder_begin()
{
	requests=/sys/kernel/debug/dmabench/$bdf/sequence
	trap recorder_end EXIT
	mkdir "$out/watch"
	chmod 700 "$out/watch"
	mount -t tmpfs -o "size=$1,mode=700" none "$out/watch"
}

recorder_end()
{
	[ -z "${watch_pid-}" ] || kill "$watch_pid" 2>/dev/null
	driver_give_back
	wait_for_disk 32 "$bdf"
	umount "$out/watch" 2>/dev/null
	rm -rf "$out"
}

files()
{
	find "$out/watch" -name "incident-*-$1.txt" | wc -l
}

# await KIND COUNT: so many files of this kind.
await()
{
	local tries

	for tries in {1..150}; do
		[ "$(files "$1")" -lt "$2" ] || return 0
		sleep 0.2
	done
	echo "# $(files "$1") files of $1 after $tries tries, not $2"
	return 1
}

# Unloads the module within a moment: the recorder may be busy with a file.
unload_soon()
{
	local tries

	for tries in {1..50}; do
		module_unload 2>/dev/null && return
		sleep 0.2
	done
	echo "# still in use after $tries tries"
	return 1
}

fail_on_stock()
{
	echo 'map 0 524288 to' >"$requests"
}

# More than the module's pool holds.
fail_on_module()
{
	{
		echo 'mask 32'
		for i in {1..40}; do echo "map $i 2097152 to"; done
	} >"$requests"
	echo >"$requests"
}
