# SPDX-License-Identifier: GPL-2.0-only
# What this machine is: environment, whether it is emulated, its description for the record.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

machine_is_xen()
{
	[ "$(cat "$sysfs/hypervisor/type" 2>/dev/null)" = xen ]
}

environment='' emulated='' domain='' guest_type='' iommu=none xen_version='' pmu=''

machine_detect_xen()
{
	domain=domU
	if grep -q control_d "$procfs/xen/capabilities" 2>/dev/null; then
		domain=dom0
	fi
	guest_type=$(cat "$sysfs/hypervisor/guest_type" 2>/dev/null || echo PV)
	environment=xen-${domain,,}
	[ "$guest_type" = PV ] || environment+=-${guest_type,,}
	xen_version=$(cat "$sysfs/hypervisor/version/major").$(cat "$sysfs/hypervisor/version/minor")
	xen_version+=$(cat "$sysfs/hypervisor/version/extra")
}

# The type of the groups tells what an IOMMU does with DMA: DMA strict, DMA-FQ lazy.
machine_detect_native()
{
	local types

	environment=native
	if [ -n "$(ls -A "$sysfs/class/iommu" 2>/dev/null)" ]; then
		types=$(cat "$sysfs"/kernel/iommu_groups/*/type 2>/dev/null | sort -u)
		case $types in
		*DMA-FQ*) iommu=lazy ;;
		*DMA*) iommu=strict ;;
		*identity*) iommu=passthrough ;;
		esac
		[ $iommu = none ] || environment=native-iommu-$iommu
	fi
	! machine_swiotlb_forced || environment=native-swiotlb
}

machine_swiotlb_forced()
{
	grep -qE '(^| )swiotlb=([0-9,]*,)?force( |$)' "$procfs/cmdline"
}

# An interpreting emulator calls its processor so; XSW_EMULATED=yes or no overrules.
machine_detect_emulated()
{
	emulated=false
	! grep -q '^model name.* TCG CPU' "$procfs/cpuinfo" || emulated=true
	case ${XSW_EMULATED:-} in
	yes | 1) emulated=true ;;
	no | 0) emulated=false ;;
	esac
}

machine_detect()
{
	if machine_is_xen; then
		machine_detect_xen
	else
		machine_detect_native
	fi
	machine_detect_emulated
	pmu=false
	[ ! -e "$sysfs/bus/event_source/devices/cpu" ] &&
		[ ! -e "$sysfs/bus/event_source/devices/cpu_core" ] || pmu=true
}

# Whether the module can work here at all; prints why not.
machine_refuses_module()
{
	if ! machine_is_xen; then
		echo "the module works in a Xen PV domain; this is $environment"
	elif [ "$guest_type" != PV ]; then
		echo "the module works in a Xen PV domain; this one is $guest_type"
	else
		return 1
	fi
}

machine_json()
{
	jq -n --arg cpu "$(sed -n 's/^model name[^:]*: //p;T;q' "$procfs/cpuinfo")" \
		--argjson cpus "$(nproc)" \
		--argjson kib "$(awk '$1 == "MemTotal:" { print $2 }' "$procfs/meminfo")" \
		--arg xen "$xen_version" --arg domain "$domain" --arg type "$guest_type" \
		--arg iommu "$iommu" --argjson pmu "$pmu" \
		--arg clock "$(cat "$sysfs/devices/system/clocksource/clocksource0/current_clocksource")" \
		--argjson above "$(machine_bytes_above_4g)" '
		def some: if . == "" then null else . end;
		{cpu: $cpu, cpus: $cpus, memory_bytes: ($kib * 1024),
		 hypervisor: (if $xen == "" then null else "xen " + $xen end),
		 domain: ($domain | some), pv: ($type == "PV"), guest_type: ($type | some),
		 iommu: $iommu, clocksource: $clock, pmu: $pmu, machine_memory: $above,
		 missing: (if $above == null then {machine_memory:
			"in a domain the addresses of its memory are not the machine'"'"'s"} else {} end)}'
}

# Bytes of memory above 4 GiB as the machine addresses it; null where only Xen knows.
machine_bytes_above_4g()
{
	local start end total=0

	if [ -n "$xen_version" ]; then
		echo null
		return
	fi
	while read -r start end; do
		[ $((16#$end)) -lt $((1 << 32)) ] || total=$((total + 16#$end - 16#$start + 1))
	done < <(sed -n 's/^\([0-9a-f]*\)-\([0-9a-f]*\) : System RAM$/\1 \2/p' "$procfs/iomem")
	echo $total
}

# Without git in reach the commit's number is read from the repository's own files.
suite_version()
{
	local head

	git -c safe.directory='*' -C "$checkout" describe --always --dirty 2>/dev/null && return
	head=$(cat "$checkout/.git/HEAD" 2>/dev/null) || return 0
	if [[ $head == ref:* ]]; then
		head=$(cat "$checkout/.git/${head#ref: }" 2>/dev/null ||
			sed -n "s|^\([0-9a-f]*\) ${head#ref: }$|\1|p" "$checkout/.git/packed-refs")
	fi
	echo "${head:0:12}"
}

versions_json()
{
	jq -n --arg kernel "$(uname -r)" --arg xen "$xen_version" \
		--arg module "$(cat "$sysfs/module/xen_swiotlb/version" \
			"$sysfs/module/xen_swiotlb/srcversion" 2>/dev/null | head -n 1)" \
		--arg fio "$(fio --version)" --arg iperf "$(iperf3 --version | head -n 1)" \
		--arg suite "$(suite_version)" '
		def some: if . == "" then null else . end;
		{kernel: $kernel, xen: ($xen | some), module: ($module | some), fio: $fio,
		 iperf3: $iperf, suite: ($suite | some)}'
}

stock_pool_json()
{
	local slabs=$sysfs/kernel/debug/swiotlb/io_tlb_nslabs bytes=null forced=false

	[ ! -r "$slabs" ] || bytes=$(($(cat "$slabs") * 2048))
	! machine_swiotlb_forced || forced=true
	echo "{\"bytes\": $bytes, \"force\": $forced}"
}
