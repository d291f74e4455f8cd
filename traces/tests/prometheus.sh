# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# promtool and node_exporter of Debian's packages, unpacked: nothing is installed, no service started.
# Needs impl/tests/tap.sh.

# prometheus_tool NAME: sets $tool to its path.
prometheus_tool()
{
	local folder=build/prometheus

	tool=$(command -v "$1") && return
	tool=$folder/usr/bin/$1
	[ ! -x "$tool" ] || return 0
	(
		flock 9
		[ ! -x "$tool" ] || exit 0
		mkdir -p $folder && cd $folder && apt-get -qq -o APT::Sandbox::User=root download prometheus prometheus-node-exporter &&
			for package in *.deb; do dpkg-deb -x "$package" . || exit 1; done
	) 9>"build/prometheus.lock" >&2
	[ -x "$tool" ] || bail "no $1: neither installed, nor to be had from Debian's mirror"
}
