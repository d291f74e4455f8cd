# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests in dom0 that want a machine with hardly a free page.

xen_free() { xl info | sed -n 's/^free_memory *: //p'; } # MiB

eat() { # eat NAME MIB: a domain of that name that never runs has it
	cat >/tmp/eater <<-EATER
		name="$1"
		type="pv"
		kernel="/boot/vmlinuz-$(uname -r)"
		memory=$2
	EATER
	timeout 200 xl create -p -q /tmp/eater
}

leave_xen() { # leave_xen MIB: a domain that never runs has the rest
	eat eater $(($(xen_free) - $1))
}
