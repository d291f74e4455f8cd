#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is missing is told; where there is no dpkg that is a warning, for the runner itself looks for
# the commands that it needs.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
for tool in bash env sed sort grep cat id; do
	ln -s "$(command -v $tool)" "$bin/$tool"
done
echo 'no-such-package-at-all # a comment' >"$bin/list"

expect 'a package that is missing is named' 0 '^no-such-package-at-all$' bench/deps --missing "$bin/list"
expect 'and not installed unasked' 2 'deps: missing: no-such-package-at-all' \
	env INSTALL=no bench/deps "$bin/list"
expect 'without dpkg there is a warning' 0 'no Debian: what is missing has to be installed by hand' \
	env PATH="$bin" bench/deps "$bin/list"
expect 'and nothing is said to be missing' 0 '!no-such-package' \
	env PATH="$bin" bench/deps --missing "$bin/list"
expect 'a dry run installs and boots nothing, and tells what it would' 0 \
	'^  xen-dom0 ' make -s bench DRY_RUN=yes INSTALL=no
done_testing
