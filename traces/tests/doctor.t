#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What doctor says of memory and of bounces, and what to do.
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=traces/tests/doctor_built.sh
. traces/tests/doctor_built.sh
run_doctor doctor
