# SPDX-License-Identifier: GPL-2.0-only
# The bench on a machine that is no Xen host: boots each environment of the bench in turn, types
# the runner's command there, puts the records together and has them reported.
#
# An environment belongs to the bench when its file has bench=N, N being its place. Its write=
# names the scratch disks by serial number, module= the devices the module is tried on; what is
# given on the command line replaces them. The run's folder appears in results/ when it is whole.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

bench_environments()
{
	local file

	for file in "$lab_dir"/env/*.env; do
		environment_read "$(basename "$file" .env)"
		[ -z "${setting[bench]:-}" ] || echo "${setting[bench]} $environment"
	done | sort -n | cut -d' ' -f2
}

# The runner's options in the environment just read: the user's, and the environment's defaults.
bench_runner_options()
{
	local given=" $* " serial

	runner_options=("$@")
	if [[ $given != *" --readonly "* && $given != *" --write "* ]]; then
		for serial in ${setting[write]:-}; do
			runner_options+=(--write "serial:$serial")
		done
	fi
	if [[ $given != *" --try-module "* && -n ${setting[module]:-} ]]; then
		runner_options+=(--try-module "${setting[module]}")
	fi
}

bench_options_read()
{
	bench_out=$checkout/results/$(date -u +%Y%m%dT%H%M%SZ)-lab
	bench_time=1500
	bench_dry=
	passed=()
	while [ $# -gt 0 ]; do
		case $1 in
		--out | --env)
			[ $# -ge 2 ] || die "bench: $1 wants a value"
			if [ "$1" = --out ]; then
				bench_out=$(realpath -m "$2")
			else
				chosen+=("$2")
			fi
			shift 2 ;;
		--dry-run) bench_dry=yes; passed+=("$1"); shift ;;
		--full) bench_time=7200; passed+=("$1"); shift ;;
		*) passed+=("$1"); shift ;;
		esac
	done
	[ ! -e "$bench_out" ] || die "bench: $bench_out is there already: name another folder"
}

# Builds a module for the image's kernel, one lab at a time: the arguments are make's.
module_build()
{
	local log

	log=$log_dir/$(date +%Y%m%d-%H%M%S)-module.$$.log
	say "building for kernel $kver: make $* (log: $log)"
	attended TERM flock "$work/module.lock" "$lab_dir/lab" chroot -- make "$@" "KVER=$kver" \
		>"$log" 2>&1 || die "make $* failed: see $log"
}

# The module is needed only where an environment tries it.
bench_module_build()
{
	local name

	for name in "$@"; do
		environment_read "$name"
		if [ -n "${setting[module]:-}" ]; then
			module_build module
			module_build -C bench/dmabench module
			return
		fi
	done
}

# Boots one environment of the bench and types the runner's command there. Rounds that failed are
# in its record: they cost the bench its good status, not its report.
bench_environment()
{
	local name=$1 dir=$2 status=0

	environment_read "$name"
	bench_runner_options "${passed[@]}"
	attended TERM "$lab_dir/lab" run "$name" --out "$dir" --timeout "$bench_time" -- \
		env "XSW_OUT_IS=/out/$(basename "$bench_out")=$bench_out" \
		bench/run --here --out "/out/$(basename "$bench_out")" "${runner_options[@]}" || status=$?
	case $status in
	0) ;;
	3) failed+=("$name") ;;
	*) die "bench: $name ended with status $status: what it left is in $dir" ;;
	esac
}

lab_bench()
{
	local chosen=() failed=() names name dir n=0 start=$SECONDS

	bench_options_read "$@"
	names=("${chosen[@]}")
	[ "${#names[@]}" -gt 0 ] || mapfile -t names < <(bench_environments)
	image_use
	bench_module_build "${names[@]}"
	module_build -C bench/xentime
	dir=$(mktemp -d "$work/bench.XXXXXX")
	for name in "${names[@]}"; do
		n=$((n + 1))
		say "environment $n of ${#names[@]}: $name ($((SECONDS - start)) s since the start)"
		bench_environment "$name" "$dir"
		[ -n "$bench_dry" ] || bench_logs_keep "$dir" "$name"
	done
	[ -z "$bench_dry" ] || return 0
	mkdir -p "$(dirname "$bench_out")"
	mv "$dir/$(basename "$bench_out")" "$bench_out"
	rm -rf "$dir"
	"$checkout/analysis/report/report" "$bench_out" || die "bench: no report of $bench_out"
	say "the bench took $((SECONDS - start)) s"
	[ "${#failed[@]}" = 0 ] || {
		say "rounds failed in ${failed[*]}: the report names them"
		exit 3
	}
}

# The machine's own logs go beside the record of that boot.
bench_logs_keep()
{
	local dir=$1 name=$2 to

	to=$dir/$(basename "$bench_out")/$name
	[ -f "$to/run.json" ] || die "bench: the runner left no run.json for $name in $dir"
	mkdir -p "$to/raw"
	mv "$dir"/{dmesg,console}.txt "$to/raw/"
	[ ! -f "$dir/xen.txt" ] || mv "$dir/xen.txt" "$to/raw/"
}
