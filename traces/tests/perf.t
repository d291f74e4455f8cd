#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# perf/record writes as root, and reads what it wrote: into no folder that others may write to.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

mkdir "$out/theirs" "$out/shared"
chown 65534 "$out/theirs"
chmod 1777 "$out/shared"
ln -s theirs "$out/link"
for folder in theirs shared link; do
	complains "$folder: refused" 2 "^record: others may write to $out/$folder" \
		traces/perf/record -o "$out/$folder" 1
	is "$(ls -A "$out/$folder")" '' "$folder: nothing is written"
done
mkdir -m 700 "$out/own"
traces/perf/record -o "$out/own" 0 >/dev/null 2>"$out/err"
is "$(grep -c 'others may write' "$out/err")" 0 "root's own: not refused"
done_testing
