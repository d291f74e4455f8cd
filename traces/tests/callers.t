#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a compiler has put inline: how the tool finds out, in user space.
cd "$(dirname "$0")/../.." || exit 1

. traces/tests/programs.sh

program_test callers engine/callers.c engine/code.c
