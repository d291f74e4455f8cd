# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests in dom0 that want a machine with hardly a free page.

xen_free() { xl info | sed -n 's/^free_memory *: //p'; } # MiB

leave_xen() { # leave_xen MIB: a domain that never runs has the rest
	cat >/tmp/eater <<-EATER
		name="eater"
		type="pv"
		kernel="/boot/vmlinuz-$(uname -r)"
		memory=$(($(xen_free) - $1))
	EATER
	timeout 200 xl create -p -q /tmp/eater
}
