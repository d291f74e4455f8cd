# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# run_doctor NAME: builds NAME_test.c with doctor.c, contiguity.c and what they call, in user space, and
# runs it.

run_doctor()
{
	local x=traces/xswbounce out status

	out=$(mktemp -d)
	gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -Wno-unused-function -std=gnu11 -D_GNU_SOURCE \
		-I traces/tests/skeletons -I $x -DXSWBOUNCE_VERSION='"test"' \
		-o "$out/$1_test" "traces/tests/$1_test.c" \
		$x/engine/{defrag,name,room,room_look,xen_extents,xen_order}.c \
		$x/show/{json,room,text,doctor_advice,doctor_text,doctor_json}.c -lm \
		-Wl,--wrap=fopen,--wrap=clock_gettime && "$out/$1_test"
	status=$?
	rm -rf "$out"
	return $status
}
