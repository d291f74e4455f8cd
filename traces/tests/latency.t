#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How latencies are taken and kept: the code of the BPF programs, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test latency show/quantile.c
