#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tool as this release's own compilers build it: the kernel takes the BPF programs of every command,
# with those on the module's events. The verifier may need a check that another compiler drops.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/module.sh
. traces/cost/tools.sh

built=build/tests/traces-$(uname -r)/xswbounce
[ -x "$built" ] || bail "$built is not there: make test-build builds it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

module_load || bail 'the module was not loaded'
for tool in "${tools[@]}"; do
	[[ $tool == xswbounce* ]] || continue
	tool_words "$tool"
	expect "${tool%%|*}" 0 '!refused' "$built" "${tool_command[@]:1}" sleep 0.5
done
passes 'the module is held by none of them' module_unload
done_testing
