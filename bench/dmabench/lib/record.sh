# SPDX-License-Identifier: GPL-2.0-only
# The result: dmabench.json as results/SCHEMA.md says, and the table that is printed.
# shellcheck shell=bash disable=SC2154 # variables of the other parts are used

domain_json()
{
	if [ ! -r /proc/xen/capabilities ]; then
		echo null
	elif grep -q control_d /proc/xen/capabilities; then
		echo '"dom0"'
	else
		echo '"domU"'
	fi
}

hypervisor_version()
{
	local v=/sys/hypervisor/version

	[ ! -r "$v/major" ] || echo "xen $(<"$v/major").$(<"$v/minor")$(<"$v/extra")"
}

# What the figures depend on: the CPU, its clock, the memory routines, the versions.
machine_json()
{
	local dmi=/sys/class/dmi/id

	jq -n \
		--arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--arg flags "$(sed -n 's/^flags[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--arg hypervisor "$(hypervisor_version)" \
		--arg model "$(cat "$dmi/sys_vendor" "$dmi/product_name" "$dmi/product_version" \
			2>/dev/null | paste -sd ' ')" \
		--arg emulator "${XSW_EMULATOR:-}" --arg emulated "${XSW_EMULATED:-}" \
		--arg clocksource \
		"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" \
		--argjson cpus "$(nproc)" --argjson domain "$(domain_json)" \
		--argjson memory "$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)" \
		--argjson clock "$(</sys/kernel/debug/dmabench/machine)" '
		def known: if . == "" then null else . end;
		{ cpu: $cpu, cpu_flags: ($flags | split(" ")), cpus: $cpus, memory_bytes: $memory,
		  hypervisor: ($hypervisor | known), domain: $domain, model: ($model | known),
		  emulator: ($emulator | known), clocksource: $clocksource,
		  emulated: ($emulated != "" or $clock.clock == "instructions") } + $clock'
}

# The build's identity: the same code has the same, whatever it is called.
build_id()
{
	local note=/sys/module/$1/notes/.note.gnu.build-id

	[ ! -r "$note" ] || od -An -v -tx1 -j16 "$note" | tr -d ' \n'
}

# Where git is not installed, its files still tell the commit.
suite_version()
{
	local head

	git -C "$top" describe --always --dirty 2>/dev/null && return
	read -r head 2>/dev/null <"$top/.git/HEAD" || return 0
	case $head in
	'ref: '*) cat "$top/.git/${head#ref: }" 2>/dev/null || true ;;
	*) echo "$head" ;;
	esac
}

versions_json()
{
	jq -n --arg kernel "$(uname -r)" \
		--arg xen_swiotlb "$(build_id xen_swiotlb)" --arg dmabench "$(build_id dmabench)" \
		--arg suite "$(suite_version)" '
		def known: if . == "" then null else . end;
		{ kernel: $kernel, module: ($xen_swiotlb | known), dmabench: ($dmabench | known),
		  suite: ($suite | known) }'
}

devices_json()
{
	local backend

	for backend in "${backends[@]}"; do
		jq --arg b "$backend" '{ ($b): . }' "$scratch/device-$backend"
	done | jq -s 'add'
}

record_write()
{
	local result=$scratch/dmabench.json

	touch "$scratch/left-out"
	jq -s --argjson machine "$(machine_json)" --argjson versions "$(versions_json)" \
		--argjson device "$(devices_json)" --arg command "$command_line" \
		--arg started "$(date -u -d "@$((EPOCHSECONDS - SECONDS))" +%Y-%m-%dT%H:%M:%SZ)" \
		--argjson elapsed "$SECONDS" --arg set "$set_name" --argjson rounds "$rounds" \
		--rawfile left_out "$scratch/left-out" \
		-f "$here/lib/record.jq" "$scratch/rows" >"$result"
	if [ ${#backends[@]} -eq 2 ] && jq -e '.unit == "instructions"' "$result" >/dev/null; then
		jq '.summary' "$result" | jq -f "$here/lib/goals.jq" >"$scratch/goals"
		jq --slurpfile goals "$scratch/goals" '.goals = $goals[0]' "$result" >"$result.new"
		mv "$result.new" "$result"
	fi
	jq -r -f "$here/lib/table.jq" "$result" | awk -f "$here/lib/align.awk" >"$scratch/table"
	cat "$scratch/table"
	if [ -n "$out" ]; then
		cp "$result" "$out/dmabench.json"
		cp "$scratch/table" "$out/dmabench.txt"
		say "written: $out/dmabench.json $out/dmabench.txt"
	fi
	if jq -e '.errors | length > 0' "$result" >/dev/null; then
		jq -r '.errors[]' "$result" | while read -r line; do say "$line"; done
		exit 1
	fi
}
