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
# apt-get that installs and takes away: the fake of dpkg-query knows what is there from a file.
cat >"$bin/dpkg-query" <<'EOF'
#!/usr/bin/env bash
grep -qx "${*: -1}" "${0%/*}/there" && echo installed
EOF
cat >"$bin/apt-get" <<'EOF'
#!/usr/bin/env bash
case "$*" in *install*) echo rival >"${0%/*}/there" ;; esac
EOF
printf 'static\nrival\n' >"$bin/rivals"
echo static >"$bin/there"
chmod +x "$bin/dpkg-query" "$bin/apt-get"
expect 'a package that another one displaced is an error' 2 'but now static is missing: another' \
	env PATH="$bin:$PATH" INSTALL=yes bench/deps "$bin/rivals"
rm "$bin/dpkg-query" "$bin/apt-get"
# shellcheck disable=SC2046 # a list each
is "$(bench/deps --missing $(make -n deps-test | sed 's,^bench/deps ,,'))" '' \
	'no package that the tests need displaces another one'

expect 'a list that is not there is an error' 2 '^deps: no list .*/none$' bench/deps --missing "$bin/none"
# shellcheck disable=SC2046 # a list each
expect 'the lists that a Xen host needs to trace are there' 0 '' bench/deps --missing $(
	make -n --eval 'override XEN_HOST := control_d' deps-trace | sed 's,^bench/deps ,,')
expect 'a dry run installs and boots nothing, and tells what it would' 0 \
	'^  xen-dom0 ' make -s bench DRY_RUN=yes INSTALL=no
done_testing
