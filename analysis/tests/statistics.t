#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The statistics against known answers (statistics_test.c), its TAP passed on.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

# Tests that run at the same time must not build at the same time.
mkdir -p "$here/../../build"
CMOCKA_MESSAGE_OUTPUT=TAP exec flock "$here/../../build" make -s -C "$here/../stats" check
