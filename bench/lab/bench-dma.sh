# SPDX-License-Identifier: GPL-2.0-only
# The DMA API's micro-benchmark in the lab: builds the modules, boots a dom0, runs dmabench there.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

bench_dma_options_read()
{
	machine_options=()
	dma_options=()
	dma_out=$checkout/results/$(date -u +%Y%m%dT%H%M%SZ)-dma
	while [ $# -gt 0 ]; do
		case $1 in
		--icount) machine_options+=("$1"); shift ;;
		--out)
			[ $# -ge 2 ] || die "bench-dma: --out wants a value"
			dma_out=$(realpath -m "$2")
			shift 2 ;;
		--) shift; dma_options=("$@"); return ;;
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
