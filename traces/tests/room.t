#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What doctor says of a pool, and of the causes why there is none.
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=traces/tests/doctor_built.sh
. traces/tests/doctor_built.sh
run_doctor room
