# SPDX-License-Identifier: GPL-2.0-only
# The DMA API's micro-benchmark in the lab: builds the modules, boots a dom0, runs dmabench there.
#
# By the instruction clock one CPU and one round tell all. By time two CPUs, so that one thread
# and two are measured, and six rounds, so that medians have an interval; dmabench's own options
# (after --) come later and win.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

bench_dma_options_read()
{
	machine_options=(--smp 2)
	dma_options=(--rounds 6)
	dma_out=$checkout/results/$(date -u +%Y%m%dT%H%M%SZ)-dma
	while [ $# -gt 0 ]; do
		case $1 in
		--icount) machine_options=("$1") dma_options=(); shift ;;
		--out | --smp)
			[ $# -ge 2 ] || die "bench-dma: $1 wants a value"
			if [ "$1" = --out ]; then
				dma_out=$(realpath -m "$2")
			else
				machine_options=("$1" "$2")
			fi
			shift 2 ;;
		--) shift; dma_options+=("$@"); return ;;
		*) die "bench-dma: unknown option '$1' (dmabench's own come after --)" ;;
		esac
	done
}

lab_bench_dma()
{
	local status=0 dir

	bench_dma_options_read "$@"
	[ ! -e "$dma_out" ] || die "bench-dma: $dma_out is there already: name another folder"
	image_use
	module_build module
	module_build -C bench/dmabench module
	dir=$(mktemp -d "$work/dma.XXXXXX")
	attended TERM "$lab_dir/lab" run xen-dom0 --out "$dir" --timeout 3000 "${machine_options[@]}" -- \
		bench/dmabench/dmabench --device spare-nic --out /out "${dma_options[@]}" || status=$?
	[ "$status" = 0 ] || die "bench-dma: dmabench ended with status $status: what it left is in $dir"
	mkdir -p "$(dirname "$dma_out")"
	mv "$dir" "$dma_out"
	say "result: $dma_out"
}
