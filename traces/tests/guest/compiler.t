#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BUILT_HERE, the tool as this release's own compilers built it: the kernel takes the programs of every
# command, the module's among them. What one compiler leaves for the verifier to see another may drop.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/module.sh
. traces/cost/tools.sh

[ -x "${BUILT_HERE-}" ] || bail 'BUILT_HERE must name the tool: make test-build builds it'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

module_load || bail 'the module was not loaded'
for tool in "${tools[@]}"; do
	[[ $tool == xswbounce* ]] || continue
	tool_words "$tool"
	expect "${tool%%|*}" 0 '!refused' "$BUILT_HERE" "${tool_command[@]:1}" sleep 0.5
done
done_testing
