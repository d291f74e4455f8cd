# SPDX-License-Identifier: GPL-2.0-only
# The command line of bench/run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the other files of bench/run

usage()
{
	cat <<'END'
Usage: bench/run [OPTIONS]

Loads disks and network cards that do DMA and records throughput, latency, CPU and bounces, on
the stock DMA backend and, for the devices you name, on the module xen_swiotlb in turn. Without
options on a Xen host: every unused disk and every linked pair of unused network cards, reads
only, stock only. A plan is printed first.

What is loaded
  --here             measure this machine as it is, though it is not a Xen host
  --disk DISK        load this disk (/dev/node, serial:SERIAL or PCI address); naming a disk or a
                     NIC limits the load to what is named. A disk in use may be named: reads only
  --nic NIC          load this network card (interface or PCI address): the pair it belongs to.
                     Pairs are found by pings across unused cards, in network namespaces
  --write DISK       this disk may be overwritten: its data is LOST. Refused when it is in use
  --readonly         write nowhere (the default; contradicts --write)
  --try-module DEV   also measure on the module: DEV as above, or 'all' that can be moved. The
                     driver is unbound and bound again: the device must be unused

How much
  --quick | --full   the short set of loads (default) or all of them with six rounds
  --rounds N         timed rounds of each load on each backend (quick 3, full 6; below 6 a report
                     prints a range, not an interval)
  --seconds S        length of a timed round (quick 2, full 5; emulated machines half)
  --seed N           order of backends and loads, offsets of random I/O (default: the clock's)

Running
  --out DIR          results go to DIR/ENVIRONMENT (default results/TIME-HOST)
  --dry-run          print the plan with every step, then stop: changes nothing
  --probe-links      with --dry-run: ping across the unused network cards, as a run does, to tell
                     which are linked
  --yes              do not ask before writing to a disk or trying the module
  -h, --help         this text

On a machine that is no Xen host, and without --here, the lab is started instead.
Exit status: 0 all rounds good, 1 something failed, 2 refused or misused, 130 interrupted.

Examples
  bench/run --dry-run
  bench/run --disk /dev/nvme1n1 --write /dev/nvme1n1 --try-module /dev/nvme1n1
  bench/run --nic eth2 --nic eth3 --try-module all --full
END
}

opt_here='' opt_out='' opt_set=quick opt_rounds='' opt_seconds='' opt_seed='' opt_dry='' opt_yes=''
opt_readonly='' opt_probe=''
opt_disks=() opt_nics=() opt_writes=() opt_try=()

# The argument of an option that needs one.
option_value()
{
	[[ -n ${2-} && $2 != --* ]] || die "$1 wants $3: see run --help"
}

option_number()
{
	if ! [[ ${2-} =~ ^[0-9]{1,9}$ ]] || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		die "$1 wants a whole number from $3 to $4, not '${2-}'"
	fi
}

options_parse()
{
	local set=''

	while [ $# -gt 0 ]; do
		case $1 in
		--here) opt_here=yes ;;
		--readonly) opt_readonly=yes ;;
		--quick | --full)
			[ -z "$set" ] || [ "$set" = "$1" ] || die "--quick and --full contradict"
			set=$1 opt_set=${1#--} ;;
		--dry-run) opt_dry=yes ;;
		--yes) opt_yes=yes ;;
		--probe-links) opt_probe=yes ;;
		-h | --help) usage; exit 0 ;;
		--disk) option_value "$1" "${2-}" 'a disk'; opt_disks+=("$2"); shift ;;
		--nic) option_value "$1" "${2-}" 'a network card'; opt_nics+=("$2"); shift ;;
		--write) option_value "$1" "${2-}" 'a disk'; opt_writes+=("$2"); shift ;;
		--try-module) option_value "$1" "${2-}" "a device or 'all'"; opt_try+=("$2"); shift ;;
		--out) option_value "$1" "${2-}" 'a folder'; opt_out=$2; shift ;;
		--rounds) option_number "$1" "${2-}" 1 100; opt_rounds=$2; shift ;;
		--seconds) option_number "$1" "${2-}" 1 3600; opt_seconds=$2; shift ;;
		--seed) option_number "$1" "${2-}" 0 999999999; opt_seed=$2; shift ;;
		*) die "unknown argument '$1': see run --help" ;;
		esac
		shift
	done
	[ -z "$opt_readonly" ] || [ ${#opt_writes[@]} -eq 0 ] ||
		die "--readonly and --write contradict: leave one out"
	[ -n "$opt_seed" ] || opt_seed=$((EPOCHSECONDS % 1000000000))
}
