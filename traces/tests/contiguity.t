#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The walk of doctor's, and what it counts of bounces: its BPF programs, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test contiguity
