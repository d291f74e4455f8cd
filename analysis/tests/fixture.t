#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The stored fixture is what its generator makes, and says that it was not measured.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

passes 'the generator runs' "$checkout/analysis/tests/data/make-fixture" "$scratch/again"
passes 'the stored fixture comes out again' diff -r "$fixture" "$scratch/again"
for file in "$fixture"/*/run.json; do
	passes "${file#"$fixture"/} is labelled" grep -q 'TEST FIXTURE: made up, not measured' "$file"
done
done_testing
