#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a failed mapping costs, and what full says of it: the BPF programs, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test failures engine/walk.c
