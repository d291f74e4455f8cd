#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A host compared with itself: its boots share one folder, each adds the environment it is, and what
# is missing is told with what to boot. Another host's folder, and the same boot twice, are refused.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_native
fake_disk testa 240:0 SER-A 64
run=$fake/run

# enter NAME [HOST-ID [COMMAND [DEVICES]]]: as if this host had measured itself in an environment.
enter()
{
	mkdir -p "$run/$1"
	jq -n --arg command "${3:-bench/run --out X}" "{\$command, started: \"1\", devices: ${4:-[]}}" >"$run/$1/run.json"
	python3 -B - "$run" "${2:-}" "${3:-bench/run --out X}" <<-'PYTHON'
		import json, sys
		sys.path.insert(0, "bench/runner")
		import comparison
		from host import Host
		from machine import Machine
		comparison.write(sys.argv[1], Machine(Host(".")), sys.argv[3], "quick", 7.5)
		if sys.argv[2]:
		    path = sys.argv[1] + "/bench.json"
		    value = json.load(open(path))
		    value.update(host_id=sys.argv[2], host="another-host")
		    json.dump(value, open(path, "w"))
	PYTHON
}

# told JQ-EXPRESSION: what bench.json says
told()
{
	jq -r "$1" "$run/bench.json"
}

bench()
{
	bench/run --dry-run --out "$run" "$@"
}
export -f bench
export run

enter xen-dom0
is "$(told '[.environments[] | "\(.name) \(.loads.status)"] | join(", ")')" \
	"native missing, native-iommu-passthrough missing, native-iommu-lazy missing, \
native-iommu-strict missing, xen-dom0 measured" 'what was booted is measured, the rest is missing'
like "$(told '.environments[1].loads.cure')" \
	"^boot Linux without Xen, with intel_iommu=on iommu=pt on its command line; then make bench OUT=$run$" \
	'and what to boot is told'
is "$(told '.environments[4].loads.cure')" null 'what is there needs no cure'
is "$(told .elapsed_s)" 7 'and how long it took'
expect 'booted without Xen, the same command measures this host, not the lab' 0 '^Environment native,' bench
expect 'another folder brings up the lab' 0 '^This machine is no Xen host' \
	bench/run --dry-run --out "$fake/other"
expect 'the Makefile asks for no package of the lab then' 0 '!packages-host' \
	make -n bench OUT="$run"
expect 'but does elsewhere' 0 'packages-host' make -n bench OUT="$fake/other"
enter native
is "$(told '[.environments[] | select(.loads.status == "measured") | .name] | join(" ")')" \
	'native xen-dom0' 'a second boot adds its environment'
expect 'the same environment again is refused, and the next is named' 2 \
	'has native of this boot already: .* boot native-iommu-passthrough: boot Linux' bench
enter native deadbeef
expect "another host's folder is refused, but on a Xen host" 2 'holds what another-host measured' \
	bench/run --here --dry-run --out "$run"
rm -r "$run"
words='--here --disk serial:S --nic eth0 --try-module all --time-api none --write /dev/a --write /dev/b --full --no-report'
enter native '' "bench/run $words --out X"
like "$(told '.environments[1].loads.cure')" \
	"; then make bench DISK=serial:S NIC=eth0 MODULE=all API=none SET=full OUT=$run \(and name the disk again [^;]*: /dev/a /dev/b may be another one then\)$" \
	'what is missing is to be measured as the first boot was'
like "$(told .again)" '^make bench DISK=serial:S NIC=eth0 ' 'and so is all of it again'
enter native-iommu-strict '' 'bench/run --disk /dev/c'
like "$(told '.environments[1].loads.cure')" ' DISK=serial:S ' 'whatever another one was told'
is "$(told .command)" "bench/run $words --out X; bench/run --disk /dev/c" 'both commands are told'
enter native '' 'bench/run --disk /dev/c'
is "$(told .command)" "bench/run $words --out X; bench/run --disk /dev/c" 'once each'
rm -r "$run"
enter native '' "bench/run --disk '/dev/a b' --leave-out held --out X"
like "$(told '.environments[1].loads.cure')" "; then bench/run --disk '/dev/a b' --leave-out held --out $run$" \
	'what make has no variable for is told as the runner takes it'
# device NAME TARGET SERIAL BDF ROLE: a device of a record
device()
{
	echo "{id: \"$1\", target: \"$2\", serial: $3, bdf: \"$4\", role: \"$5\", writable: true}"
}
bus=0000:0
a=$(device nvme2n1 nvme1n1 '"SER-1"' ${bus}1:00.0 disk) b=$(device nvme1n1 nvme2n1 '"SER-2"' ${bus}2:00.0 disk)
c=$(device sdc sdc null ${bus}3:00.0 disk)
d=$(device eth2 eth2 null ${bus}4:00.0 nic) e=$(device eth3 eth2 null ${bus}5:00.0 nic)
words='--write /dev/nvme1n1 --write /dev/sdc --write /dev/disk/by-id/x --disk nvme2n1 --disk /dev/sdc --nic eth3 --try-module /dev/nvme1n1 --try-module eth2'
rm -r "$run"
enter native '' "bench/run $words" "[$a, $b, $c, $d, $e]"
like "$(told '.environments[1].loads.cure')" \
	"'WRITE=serial:SER-1 /dev/disk/by-id/x' 'DISK=serial:SER-2 ${bus}3:00.0' NIC=${bus}5:00.0 'MODULE=serial:SER-1 ${bus}4:00.0' " \
	'devices are told by names that hold over boots, as the kernel called them when the run began'
like "$(told '.environments[1].loads.cure')" ' \(and name the disk again [^;]*: /dev/sdc may be another one then\)$' \
	'a disk without one is not told to be overwritten'
enter native-iommu-lazy '' 'bench/run --write /dev/nvme1n1' "[$(device nvme1n1 nvme1n1 '"SER-2"' ${bus}2:00.0 disk)]"
like "$(told '.environments[1].loads.cure')" "'WRITE=serial:SER-1 " 'those are the disks of the first boot'
rm -r "$run"
enter native '' "bench/run --write nvme1n1" "[$a, ${a//nvme1n1/nvme3n1}]"
like "$(told '.environments[1].loads.cure')" 'make bench OUT=[^ ]* \(and name' 'nor is one by a serial number that two have'
rm -r "$run"
enter xen-dom0 '' 'bench/run --write testa' "[$(device testa testa '"SER-Z"' ${bus}1:00.0 disk)]"
expect 'another disk of the same name is not overwritten' 2 \
	'^run: refusing to write to testa: its serial number is SER-A, that of the disk which xen-dom0 wrote to .* is SER-Z: ' \
	bench --write "$fake/dev/testa"
expect 'it is read' 0 'testa .*; reads;' bench --disk "$fake/dev/testa"
enter xen-dom0 '' 'bench/run --write testa' "[$(device testa testa '"SER-A"' ${bus}1:00.0 disk)]"
expect 'the same one is' 0 'testa .*; reads and WRITES;' bench --write "$fake/dev/testa"
echo '{"kind": "swiotlb-xen-bench", "schema": 1, "host": "lab", "host_id": "lab"}' >"$run/bench.json"
expect "the lab's bench is not resumed, but gone on with" 2 "the lab's bench goes on with make bench OUT=" \
	bench/run --resume "$run"
echo '{"kind": "swiotlb-xen-bench", "schema": 99}' >"$run/bench.json"
expect 'another schema is refused' 2 'is of another schema' bench/run --here --dry-run --out "$run"
echo '{' >"$run/bench.json"
expect 'a file that is no JSON is refused' 2 "can't be read" bench/run --here --dry-run --out "$run"
rm "$run/bench.json"
echo 'vendor_id	: AuthenticAMD' >>"$fake/proc/cpuinfo"
enter native
like "$(told '.environments[3].loads.cure')" 'amd_iommu=on .*iommu.strict=1' "an AMD host's arguments"
rm -rf "$run"
fake_xen PV
expect 'a dom0 in which all is forced to bounce is another environment' 0 '^Environment xen-dom0-forced' \
	bash -c "echo swiotlb=force >'$fake/proc/cmdline'; bench/run --dry-run"
enter xen-dom0-forced
is "$(told '.environments[-1] | .name, .loads.status, .describe')" \
	$'xen-dom0-forced\nmeasured\na PV dom0 in which every mapping bounces on stock (swiotlb=force)' 'which has its words'
like "$(told '.environments[] | select(.name == "xen-dom0").loads.cure')" '^boot Xen, dom0 without swiotlb=' \
	'and xen-dom0 itself is missing still'
mkdir -p "$fake/sys/kernel/debug/swiotlb"
echo 131072 >"$fake/sys/kernel/debug/swiotlb/io_tlb_nslabs"
expect 'so is one with a larger pool' 0 '^Environment xen-dom0-large-pool' \
	bash -c "echo swiotlb=131072 >'$fake/proc/cmdline'; bench/run --dry-run"
echo 32768 >"$fake/sys/kernel/debug/swiotlb/io_tlb_nslabs"
expect 'the default pool is none' 0 '^Environment xen-dom0,' bench/run --dry-run
rm -rf "$run"
: >"$fake/proc/xen/capabilities"
enter xen-domu
is "$(told '[.environments[].name] | join(" ")')" xen-domu 'a domU stands alone'
expect 'environments are for the lab' 2 'chooses what the lab boots' bench/run --here --env native --dry-run
done_testing
