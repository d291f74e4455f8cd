#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The counters of many devices: the BPF programs of top and the verdict, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test counters
