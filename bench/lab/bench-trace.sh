# SPDX-License-Identifier: GPL-2.0-only
# The cost of the tracing tools in the lab: builds them, then boots a dom0 twice: under the
# instruction clock for what a tool adds to a mapping and what it takes from the throughput of the
# network, and without it for disks, which that clock can't wait for.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

bench_trace_options_read()
{
	trace_slow=()
	trace_rounds=3
	trace_out=$checkout/results/$(date -u +%Y%m%dT%H%M%SZ)-trace
	while [ $# -gt 0 ]; do
		case $1 in
		--full) trace_slow=(--slow) trace_rounds=6; shift ;;
		--out | --rounds)
			[ $# -ge 2 ] || die "bench-trace: $1 wants a value"
			if [ "$1" = --out ]; then
				trace_out=$(realpath -m "$2")
			else
				trace_rounds=$2
			fi
			shift 2 ;;
		*) die "bench-trace: unknown option '$1'" ;;
		esac
	done
	[ ! -e "$trace_out" ] || die "bench-trace: $trace_out is there already: name another folder"
}

# One boot: what is printed there is kept as well, beside the figures. Status 1 is a tool that failed
# or missed its goal: the table says which.
bench_trace_boot()
{
	local status=0

	attended TERM "$lab_dir/lab" run xen-dom0 --out "$dir/out" "$@" || status=$?
	[ "$status" -le 1 ] || die "bench-trace: ended with status $status: what it left is in $dir"
	[ "$status" -eq 0 ] || failed=yes
	rm -f "$dir"/out/{dmesg,console,xen}.txt
	mv "$dir"/out/* "$dir/"
}

lab_bench_trace()
{
	local dir failed=

	bench_trace_options_read "$@"
	image_use
	module_build module
	module_build -C bench/dmabench module
	module_build -C traces/xswbounce
	dir=$(mktemp -d "$work/trace.XXXXXX")
	# idle time of this clock passes at once: its seconds are not the host's
	bench_trace_boot --timeout 20000 --icount -- bench/lab/guest/trace-cost clocked
	bench_trace_boot --timeout 5000 -- bench/lab/guest/trace-cost timed "$trace_rounds" "${trace_slow[@]}"
	rmdir "$dir/out"
	mkdir -p "$(dirname "$trace_out")"
	mv "$dir" "$trace_out"
	say "result: $trace_out"
	[ -z "$failed" ] || {
		say "a tool failed or missed its goal: see above"
		exit 1
	}
}
