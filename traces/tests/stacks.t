#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Which stacks leaks, stacks and watch keep: their BPF programs, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test stacks
