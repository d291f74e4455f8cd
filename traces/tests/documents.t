#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is installed beside xswbounce: its manual, its alert rules, its unit, and where they go.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh
. traces/tests/refused.sh

source=traces/xswbounce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

is "$(mandoc -T lint -W warning $source/data/xswbounce.8 2>&1)" '' 'the manual has no mistake'
commands=$(sed -n 's/^\t{ "\([a-z]*\)",.*/\1/p' $source/main.c | sort)
at_least "$(wc -w <<<"$commands")" 11 'the commands are found'
is "$(sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' $source/data/xswbounce.8 |
	awk 'p == ".TP" && $1 == ".B" { print $2 } { p = $0 }' | sort)" "$commands" \
	'the manual has every command, and no other'

# The options that it says are refused are those of the table in main.c.
refused=$(refused_options)
at_least "$(wc -l <<<"$refused")" 11 'options that are refused are found'
is "$(sed -n '/^What a command has no use for/,/^and of an incident/p' $source/data/xswbounce.8 |
	sed -E '1d; $d; s/^\.BR? //; s/[",]//g; s/\\-/-/g' | tr '\n' ' ' | tr ';' '\n' |
	awk '{ for (i = 1; i < NF; i++) if ($i !~ /^(and|take|no)$/) print $i, $NF }' | sort)" "$refused" \
	'and the manual tells them'

# doctor's JSON: each member stands in the manual, in bold, and so does each verdict.
members=$(grep -oE '\<json_[a-z]+\("[a-z0-9_]+"' $source/show/doctor_json.c | cut -d'"' -f2 | sort -u)
at_least "$(wc -w <<<"$members")" 35 'members that doctor writes are found'
verdicts=$(sed -n 's/.*doctor_verdict_names\[\] = { \(.*\) };/\1/p' $source/show/*.c | tr -d '",')
at_least "$(wc -w <<<"$verdicts")" 3 'and its verdicts'
bold=$(sed -n '/^\.B doctor$/,/^\.B sizes$/p' $source/data/xswbounce.8 | grep -E '^\.(B|BR|RB) ' |
	grep -oE '[a-z0-9_]+' | sort -u)
is "$(for m in $members $verdicts; do grep -qx "$m" <<<"$bold" || echo "$m"; done)" '' \
	"the manual tells each member of doctor's JSON, and each verdict"

# What a tool costs is told as it was last measured: to the instruction, to tens or to hundreds.
cost_table()
{
	awk -F '|' -v tool="$1" '{ name = $2; gsub(/[` ]/, "", name); gsub(/ /, "", tool) }
		name == tool { gsub(/[^0-9]/, "", $3); gsub(/[^0-9]/, "", $4); print $3, $4 }' traces/README.md
}
rounded()
{
	echo " $1 $((($1 + 5) / 10 * 10)) $((($1 + 50) / 100 * 100)) "
}
# costs WHERE TOOL TEXT REGEX: what it captures are a bounced pair's instructions, and a direct one's.
costs()
{
	local measured i said

	read -ra measured <<<"$(cost_table "$2")"
	if ! [[ $(tr -s ' \n' '  ' <<<"$3") =~ $4 ]] || [ -z "${measured[0]}" ]; then
		ok 1 "$1: $2: its cost is told" "${measured[*]}" "$4"
		return
	fi
	for ((i = 1; i < ${#BASH_REMATCH[@]}; i++)); do
		said=${BASH_REMATCH[i]//,/}
		like "$(rounded "${measured[i - 1]}")" " $said " "$1: the cost of $2: $said"
	done
}
help_costs()
{
	# shellcheck disable=SC2086 # a tool and its command
	costs --help "$1" "$($2 --help)" "$3"
}
x=build/traces/xswbounce
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce STATIC=1"
n='([0-9][0-9,]*)'
help_costs 'xswbounce top' "$x top" "about $n instructions for a map and its unmap that bounce, $n for others"
help_costs 'xswbounce top --latency' "$x top" "with --latency $n and $n"
help_costs 'xswbounce latency' "$x latency" "$n instructions for a map and its unmap that bounce, $n for others"
help_costs 'xswbounce occupancy' "$x occupancy" "$n instructions for a map and its unmap that bounce, none for others"
help_costs 'xswbounce full' "$x full" "Costs $n instructions for a map and its unmap that bounce, $n for others"
help_costs 'xswbounce watch' "$x watch" "$n instructions with its unmap"
help_costs 'xswbounce record' "$x record" "$n instructions for a map and its unmap"
help_costs 'xswbounce stacks' "$x stacks" "$n instructions or more"
help_costs 'xswbounce leaks' "$x leaks" "$n instructions for a map and its unmap"
help_costs perf/stat traces/perf/stat "about $n instructions for a map and its unmap that bounce, $n for others"
help_costs tracefs/bounces traces/tracefs/bounces "about $n instructions for each bounce"
help_costs perf/record traces/perf/record "about $n instructions a bounce"
manual=$(sed -n '/^\.SH COST/,/^\.SH EXIT/p' $source/data/xswbounce.8 | sed -E 's/^\.[BI]R? //; s/\\-/-/g; s/"//g')
while IFS='|' read -r tool regex; do
	costs manual "xswbounce $tool" "$manual" "${regex//N/$n}"
done <<'END'
(verdict)|verdict and top add about N instructions to a map
top|verdict and top add about N instructions to a map and its unmap that bounce, N or less to others
occupancy|occupancy N, and none to others
sizes|sizes N,
top --latency|top --latency N, and N to others
latency|others; latency N, and N to others
record|record N;
stacks|stacks and leaks walk the stack of each bounce: N and
leaks|each bounce: [0-9]+ and N;
watch|watch N, and walks
END

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
