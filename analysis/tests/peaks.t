#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is exceeded once a day: the arithmetic, and the table of its coverage.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
passes 'the arithmetic, and a coverage near 90 %' python3 "$checkout/analysis/tests/peaks_test.py"
is "$(python3 "$checkout/analysis/tests/coverage.py" 1 | awk 'NF == 6' | wc -l)" 21 'the table has a row for each case'
done_testing
