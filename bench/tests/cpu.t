#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# CPU cost: a number that can't be had is null with its reason, and never 0.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_xen PV
sysfs=$XSW_SYSFS procfs=$XSW_PROC devfs=$XSW_DEV domain=dom0 pmu=true
bench_dir=bench checkout=$fake work=$fake/work
. bench/lib/machine.sh
. bench/lib/cpu.sh

# counted LINE...: what is taken from perf's file.
counted()
{
	printf '%s\n' '# started on today' '' "$@" >"$fake/cycles"
	cycles_take "$fake/cycles"
}

expect 'cycles are taken' 0 '^81723645$' counted '81723645;;cycles;2001;100.00;;'
expect "a hybrid machine's are added" 0 '^7000000000$' \
	counted '3000000000;;cpu_core/cycles/;2001;100.00;;' '4000000000;;cpu_atom/cycles/;2001;100.00;;'
expect 'cycles not supported are null' 0 '^null$' counted '<not supported>;;cycles;0;100.00;;'
expect 'a part that is not counted is null' 0 '^null$' \
	counted '3;;cpu_core/cycles/;2001;100.00;;' '<not counted>;;cpu_atom/cycles/;0;0.00;;'
expect 'no file is null' 0 '^null$' cycles_take "$fake/none"

missing()
{
	cycles_missing='' vcpu_missing='' vcpu_tool=''
	cycles_detect
	vcpu_detect
	echo "$cycles_missing / $vcpu_missing / $vcpu_tool"
}
pmu=false
CC=no-compiler expect 'no compiler is told' 0 '/ xentime is not built, and there is no compiler: .* / $' \
	missing
expect 'no PMU is told' 0 '^no cycles: this machine offers no PMU /' missing
mkdir -p "$fake/dev/xen"
: >"$fake/dev/xen/privcmd"
expect 'Xen that does not answer is told' 0 '/ xentime: /dev/xen/.* / $' missing
expect 'xentime is built into build/' 0 '' test -x "$fake/build/xentime/xentime"
echo none >"$XSW_SYSFS/hypervisor/type"
expect 'no Xen is told' 0 '/ not a Xen domain / $' missing
echo xen >"$XSW_SYSFS/hypervisor/type"
printf '#!/bin/sh\necho 7000000123\n' >"$fake/build/xentime/xentime"
domain=domU
expect 'Xen is asked, by a guest too' 0 '/  / xentime$' missing
vcpu_tool=xentime
expect 'its figure is in nanoseconds' 0 '^7000000123$' vcpu_ns
expect 'a difference is taken' 0 '^2000000123$' vcpu_since 5000000000
expect 'from nothing there is none' 0 '^null$' vcpu_since ''
printf '#!/bin/sh\nexit 1\n' >"$fake/build/xentime/xentime"
expect 'nor to nothing' 0 '^null$' vcpu_since 5000000000
domain=dom0
echo 'cpu  100 20 30 400 5 6 7 8 0 0' >"$fake/proc/stat"
ticks()
{
	cpu_ticks_read
	echo "$user_ticks $system_ticks"
}
expect 'interrupts count as system time' 0 '^120 43$' ticks

mkdir "$fake/bin"
cat >"$fake/bin/xl" <<'END'
#!/bin/sh
echo 'Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)'
echo 'Domain-0                             0     0    0   r--      12.3  all / all'
echo 'Domain-0                             0     1    1   -b-       4.6  all / all'
END
chmod +x "$fake/bin/xl"
PATH=$fake/bin:$PATH
expect "the toolstack's figure is a sum over the vCPUs" 0 '^16900000000$' vcpu_by_xl
printf '#!/bin/sh\nexit 1\n' >"$fake/bin/xl"
expect 'a silent toolstack gives no number' 0 '^$' vcpu_by_xl
done_testing
