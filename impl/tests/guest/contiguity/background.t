#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0, with two 64-bit network cards: what the doctor names cures scattered memory, a kernel build
# wears that out, and in the background the defragmenter keeps it up for ten minutes of churn.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

worn=${XSW_WORN:-120}   # seconds of building without it
churn=${XSW_CHURN:-600} # seconds of churn with it
slice=60

# ---- churn: modules are built for the kernel, files come and go ----

build_modules() { # until $1
	mkdir -p /tmp/tree
	cp -r "$top/impl" "$top/Makefile" /tmp/tree
	while [ $SECONDS -lt "$1" ]; do
		rm -rf /tmp/tree/build
		timeout $(($1 - SECONDS + 1)) make -s -C /tmp/tree/impl/kmod module >/tmp/built 2>&1
	done
}

objects() { find /tmp/tree/build -name '*.o' | wc -l; } # of the build that goes on, or was the last

churn_files() { # until $1
	while [ $SECONDS -lt "$1" ]; do
		mkdir -p /tmp/churn
		for ((n = 0; n < 200; n++)); do
			head -c $((RANDOM * 4)) /dev/zero >"/tmp/churn/$((RANDOM % 500))"
		done
		rm -rf /tmp/churn
	done
}

# What bounces on scattered memory for so many bytes sent
as_scattered() { echo $((sent_bytes * scattered / (scattered_mb << 20))); }

defrag_in
wire
ok $? 'the cards hear each other'
scatter_until_it_costs

# ---- the doctor's next step ----

doctor_finds_it
traffic 60 &
sleep 1
"$front" all >/tmp/said 2>&1
is $? 0 'the front end runs it to its end'
sed 's/^/# /' /tmp/said
wait $!
hardly_bounces 'after what the doctor names'
doctor_is_content

# ---- worn out ----

(build_modules $((SECONDS + worn))) &
building=$!
traffic "$worn"
wait $building
echo "# $bounces in $worn s of building modules ($(as_scattered) if memory were scattered)," \
	"$(objects) objects built: $(head -n 1 /tmp/built)"

# ---- kept up ----

set_to background 1
cpu=$(value cpu_ms) runs=$(value runs) all=0 would=0 began=$SECONDS
(build_modules $((SECONDS + churn))) &
building=$!
(churn_files $((SECONDS + churn))) &
churning=$!
while [ $((SECONDS - began)) -lt "$churn" ]; do
	traffic $slice
	all=$((all + bounces)) would=$((would + $(as_scattered)))
	echo "# after $((SECONDS - began)) s: $(value runs) runs, $(value cpu_ms) ms of CPU"
done
wait $building $churning
took=$((SECONDS - began)) cpu=$(($(value cpu_ms) - cpu))
echo "# in $took s: $all bounces, $would if memory were scattered; $(($(value runs) - runs)) runs," \
	"$cpu ms of CPU ($((cpu * 10 / took)) of ten thousand); $(objects) objects built"
at_least "$took" "$churn" 'it went on for so long'
at_least "$(objects)" 3 'and something was built'
at_least "$would" 10000 'with enough traffic to tell'
at_most $((all * 100)) "$would" 'in the background bounces stay below 1 %'
at_most $((cpu * 100)) $((took * 1000 * 5)) 'which takes 5 % of a CPU at most'
set_to background 0
is_consistent 'after the background'
defrag_out
ok $? 'the module goes'
done_testing
