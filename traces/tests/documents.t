#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is installed beside xswbounce: its manual, its alert rules, its unit, and where they go.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

source=traces/xswbounce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

is "$(mandoc -T lint -W warning $source/data/xswbounce.8 2>&1)" '' 'the manual has no mistake'
commands=$(sed -n 's/^\t{ "\([a-z]*\)",.*/\1/p' $source/main.c | sort)
at_least "$(wc -w <<<"$commands")" 11 'the commands are found'
is "$(sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' $source/data/xswbounce.8 |
	awk 'p == ".TP" && $1 == ".B" { print $2 } { p = $0 }' | sort)" "$commands" \
	'the manual has every command, and no other'

# Each metric that the rules ask for is one that is exported, or the collector's own.
exported=$(grep -oE '"[a-z_]+_(total|bytes)"' $source/show/prometheus.c | tr -d '"' | sort -u)
asked=$(grep -v '#' $source/data/xswbounce.rules.yml | grep -oE 'xswbounce_[a-z_]+_(total|bytes)' |
	sed 's/^xswbounce_//' | sort -u)
at_least "$(wc -w <<<"$asked")" 4 'the rules ask for metrics'
is "$(comm -13 <(echo "$exported") <(echo "$asked"))" '' 'each metric the rules ask for is exported'
is "$(grep -cE '^ *- alert: ' $source/data/xswbounce.rules.yml)" \
	"$(grep -cE '^ *severity: (warning|critical)$' $source/data/xswbounce.rules.yml)" \
	'each alert has a severity'

# One version, everywhere.
version=$(cat impl/VERSION)
x=build/traces/xswbounce
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce STATIC=1"
for tool in "$x" "$x top" "$x report" traces/tracefs/bounces traces/perf/{stat,compare,record,script} \
	traces/cost/{cost,throughput}; do
	name=${tool%% *} name=${name##*/}
	# shellcheck disable=SC2086 # a tool and its command
	is "$($tool --version 2>&1)" "$name $version" "$tool --version"
	# shellcheck disable=SC2086
	like "$($tool -h 2>&1)" '[Uu]sage: ' "$tool -h"
done

# Installing takes what was built; here anything executable will do.
tree=$out/tree/traces
mkdir -p "$tree" "$out/tree/build/traces"
mkdir "$out/tree/impl"
cp impl/VERSION "$out/tree/impl/"
cp -r $source "$tree/"
build()
{
	make -s -C "$tree/xswbounce" DESTDIR="$out/root" PREFIX=/opt/x "$@" 2>"$out/err"
}
build install
is "$? $(head -n 1 "$out/err")" '2 xswbounce: not built: run make first' 'nothing built: one clear line'
cp /bin/true "$out/tree/build/traces/xswbounce"
build install
is "$? $(cat "$out/err")" '0 ' 'make install'
is "$(find "$out/root" -type f -printf '%P %m\n' | sort)" 'opt/x/lib/systemd/system/xswbounce-watch.service 644
opt/x/sbin/xswbounce 755
opt/x/share/man/man8/xswbounce.8 644
opt/x/share/xswbounce/xswbounce.rules.yml 644' 'the tool, its manual, its unit, its rules'
unit=$out/root/opt/x/lib/systemd/system/xswbounce-watch.service
for line in UMask=0077 LogsDirectoryMode=0700 ProtectSystem=strict NoNewPrivileges=yes; do
	is "$(grep -c "^$line$" "$unit")" 1 "the unit is confined: $line"
done
is "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$out/root/opt/x/lib/systemd/system/xswbounce-watch.service")" \
	/opt/x/sbin/xswbounce 'the unit runs what was installed'
build uninstall
is "$? $(find "$out/root" -type f)" '0 ' 'make uninstall takes all away'

done_testing
