# SPDX-License-Identifier: GPL-2.0-only
# The command line of dmabench.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts

usage()
{
	cat <<'END'
Usage: dmabench --device DEVICE [OPTIONS]
Times the DMA API on DEVICE: mappings that bounce and that do not, by size, direction, number of
threads and how full the pool is; sync; coherent memory. The kernel's own backend and the module
xen_swiotlb take turns. The device is only bound, never used, and goes back to its driver.

  --device BDF        the PCI device, e.g. 0000:04:00.0
  --device spare-nic  a network function that has no address, found by itself
  --unbind            take the device from its driver (a spare NIC is taken without being asked)
  --backend NAME      stock, module or both; given twice for both (default: both, if the module
                      is built or installed; else stock)
  --rounds N          blocks of each backend, in the order A B B A (default 1)
  --set quick|full    fewer or more cells (default quick)
  --set bench         the few cells that `bench/run` measures
  --layouts N         layouts of each occupancy (default 3; full: 6)
  --fullest PERCENT   fill the pool up to this share at most (default 100)
  --threads N         most threads (default: one for each CPU)
  --out DIR           write dmabench.json and dmabench.txt there (default: the table only)
  --dry-run           print the cells and stop

  --cell 'KEY=VALUE...'  measure this one cell and print its JSON
  --sequence FILE     carry out requests, print where each was placed; - reads standard input
  --sequence seed:N[:COUNT]  the same with COUNT (1000) requests made from a seed
  --leak N            with --sequence: never unmap the last N mappings that are left
  --print-sequence    print the requests of --sequence and stop

Examples:
  dmabench --device spare-nic
  dmabench --device 0000:04:00.0 --unbind --rounds 6 --out /tmp/dma
  dmabench --device spare-nic --backend stock --cell 'test=pair size=65536 dir=from'
  dmabench --device spare-nic --backend stock --sequence seed:7:500
  printf 'map 0 4096 to\nmap 1 512 from\nunmap 0\n' | dmabench --device spare-nic --sequence -

Exit status: 0; 1 a measurement failed; 2 it could not begin.
END
}

number()
{
	if [[ ! $2 =~ ^[0-9]{1,9}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
		die "$1 must be a number from $3 to $4, not '$2'"
	fi
}

option_backend()
{
	case $1 in
	stock | module) backends+=("$1") ;;
	both) backends+=(stock module) ;;
	*) die "--backend must be stock, module or both, not '$1'" ;;
	esac
}

option_set()
{
	case $1 in
	quick) ;;
	bench) layouts=${layouts:-1} ;;
	full) layouts=${layouts:-6} ;;
	*) die "--set must be bench, quick or full, not '$1'" ;;
	esac
	set_name=$1
}

options_check()
{
	if [ -n "$print_sequence" ]; then
		[ -n "$sequence" ] || die "--print-sequence goes with --sequence"
		sequence_text
		exit 0
	fi
	[ -n "$device" ] || die "--device is missing: see dmabench --help"
	[ -z "$one_cell" ] || [ -z "$sequence" ] || die "--cell and --sequence exclude each other"
	[ "$leak" -eq 0 ] || [ -n "$sequence" ] || die "--leak goes with --sequence"
	layouts=${layouts:-3}
	if [ -n "$out" ]; then
		mkdir -p "$out" || die "cannot make the folder $out"
		[ -w "$out" ] || die "cannot write to $out"
	fi
}

options_read()
{
	command_line="dmabench $*"
	device='' unbind='' rounds=1 set_name=quick layouts='' fullest=100 threads='' out='' dry_run=''
	one_cell='' sequence='' leak=0 print_sequence='' backends=()
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) usage; exit 0 ;;
		--unbind) unbind=yes; shift; continue ;;
		--dry-run) dry_run=yes; shift; continue ;;
		--print-sequence) print_sequence=yes; shift; continue ;;
		esac
		[ $# -ge 2 ] || die "$1: unknown, or its value is missing: see dmabench --help"
		case $1 in
		--device) device=$2 ;;
		--backend) option_backend "$2" ;;
		--rounds) number "$1" "$2" 1 100; rounds=$2 ;;
		--set) option_set "$2" ;;
		--layouts) number "$1" "$2" 1 100; layouts=$2 ;;
		--fullest) number "$1" "$2" 0 100; fullest=$2 ;;
		--threads) number "$1" "$2" 1 1024; threads=$2 ;;
		--out) out=$2 ;;
		--cell) one_cell=$2 ;;
		--sequence) sequence=$2 ;;
		--leak) number "$1" "$2" 1 65536; leak=$2 ;;
		*) die "unknown option '$1': see dmabench --help" ;;
		esac
		shift 2
	done
	options_check
}
