# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What wears a cure out, for tests that source contiguity.sh before: modules are built, as a kernel is;
# files come and go.

build_modules() { # build_modules SECONDS [JOBS]
	local until
	mkdir -p /tmp/tree/build/modules
	cp -r "$top/impl" "$top/Makefile" /tmp/tree
	cp -a "$top/build/modules/$(uname -r)" /tmp/tree/build/modules # with the links, which take a minute
	find /tmp/tree/build -name '*.o' -delete
	until=$((SECONDS + $1))
	while [ $SECONDS -lt $until ]; do
		find /tmp/tree/build -name '*.o' -print -delete >>/tmp/objects
		timeout $((until - SECONDS + 1)) make -s -j "${2-1}" -C /tmp/tree/impl/kmod module >/tmp/built 2>&1
	done
}

objects() { # that were built since the last time
	cat <(cat /tmp/objects 2>/dev/null) <(find /tmp/tree/build -name '*.o') | wc -l
	rm -f /tmp/objects
}

churn_files() { # churn_files SECONDS
	local until=$((SECONDS + $1)) n
	while [ $SECONDS -lt $until ]; do
		mkdir -p /tmp/churn
		for ((n = 0; n < 200; n++)); do
			head -c $((RANDOM * 4)) /dev/zero >"/tmp/churn/$((RANDOM % 500))"
		done
		rm -rf /tmp/churn
	done
}
