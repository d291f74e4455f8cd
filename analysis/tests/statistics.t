#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The statistics against known answers (statistics_test.c), its TAP passed on.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

CMOCKA_MESSAGE_OUTPUT=TAP exec make -s -C "$here/../stats" check
