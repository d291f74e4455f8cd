# SPDX-License-Identifier: GPL-2.0-only
# The record of a run: its folder, run.json out of all parts, and the short table at the end.
#
# All is written into ENVIRONMENT.partial and renamed when whole: a half result never bears the
# name of a result.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

work='' out_dir='' result='' started=''

record_begin()
{
	started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	out_dir=${opt_out:-$checkout/results/$(date -u +%Y%m%dT%H%M%SZ)-$(uname -n)}
	result=$out_dir/$environment
	[ ! -e "$result" ] || die "$result exists: choose another --out"
	# what a killed run left there is no result
	rm -rf "$result.partial"
	mkdir -p "$result.partial/raw" 2>/dev/null || die "can't write to $out_dir"
	work=$result.partial
	[ "$(df -Pk "$work" | awk 'NR == 2 { print $4 }')" -ge 65536 ] ||
		abort "less than 64 MiB free in $out_dir: make room or choose another --out"
	: >"$work/rounds"
	counters_check_tracing
	vcpu_detect
	cycles_detect
	started_s=$SECONDS
}

devices_json()
{
	local id bdf names i

	for id in "${targets[@]}"; do
		read -ra names <<<"${target_names[$id]}"
		i=0
		for bdf in ${target_bdfs[$id]}; do
			device_json "$id" "$bdf" "${names[i]}"
			i=$((i + 1))
		done
	done | paste -sd , - | sed 's/.*/[&]/'
}

device_json()
{
	local id=$1 bdf=$2 name=$3 role=disk node=\"/dev/$3\" writable=false settings=''
	local backend mask=${target_mask[$1]}

	[ "${target_kind[$id]}" = disk ] || { role=nic node=\"$name\"; }
	[ -z "${target_writable[$id]}" ] || writable=true
	[ "$mask" -gt 0 ] || mask=null
	for backend in stock module; do
		[ -z "${target_settings[$id $backend]:-}" ] ||
			settings+="${settings:+, }\"$backend\": ${target_settings[$id $backend]}"
	done
	printf '{"id": "%s", "target": "%s", "bdf": "%s", "driver": "%s", "role": "%s", ' \
		"$name" "$id" "$bdf" "${target_driver[$id]}" $role
	printf '"node": %s, "dma_mask_bits": %s, "writable": %s, "settings": {%s}}\n' \
		"$node" "$mask" $writable "$settings"
}

lines_json()
{
	jq -n '$ARGS.positional' --args "$@"
}

run_name()
{
	local name=${out_dir##*/}

	[[ $name =~ ^[0-9]{8}T[0-9]{6}Z- ]] || name=$(date -u -d "$started" +%Y%m%dT%H%M%SZ)-$(uname -n)
	echo "$name"
}

record_head()
{
	local totals='{}' ok=true

	[ ! -d "$module_dir" ] || [ -z "$module_wanted" ] ||
		totals="{\"module\": $(module_totals_json)}"
	[ ${#errors[@]} -eq 0 ] || ok=false
	jq -n --arg run "$(run_name)" --arg environment "$environment" \
		--argjson emulated "$emulated" --arg started "$started" \
		--argjson elapsed $((SECONDS - started_s)) --arg command "$command_line" \
		--arg set "$opt_set" --argjson seed "$opt_seed" --argjson rounds "$opt_rounds" \
		--argjson seconds "$opt_seconds" --argjson machine "$(machine_json)" \
		--argjson versions "$(versions_json)" --argjson pool "$(stock_pool_json)" \
		--argjson devices "$(devices_json)" --argjson totals "$totals" --argjson ok $ok \
		--argjson errors "$(lines_json ${errors[@]+"${errors[@]}"})" \
		--argjson dmabench "$dmabench_json" --argjson left "$(lines_json ${left_out[@]+"${left_out[@]}"})" '
		{schema: 1, kind: "swiotlb-xen-run", run: $run, environment: $environment,
		 emulated: $emulated, started: $started, elapsed_s: $elapsed, command: $command,
		 set: $set, seed: $seed, timed_rounds: $rounds, timed_s: $seconds,
		 machine: $machine, versions: $versions, stock_pool: $pool, devices: $devices,
		 left_out: ($left | map(split("\t") | {what: .[0], why: .[1]})), rounds: [],
		 dmabench: $dmabench, exchange_totals: $totals, ok: $ok, errors: $errors}'
}

record_finish()
{
	local files

	record_head >"$work/head.json" || abort "can't write the record's head"
	mapfile -t files < <(find "$work/raw" -name '*.json' -size +0 ! -name dmabench.json | sort)
	record_good_files
	jq -n -L "$bench_dir/lib" -f "$bench_dir/lib/record.jq" --arg work "$work" \
		--arg vcpu_missing "$vcpu_missing" --arg cycles_missing "$cycles_missing" \
		--slurpfile head "$work/head.json" --slurpfile rounds "$work/rounds" \
		"${files[@]}" >"$work/run.json" || abort "can't join the record"
	rm -rf "$work"/{head.json,rounds,stderr,cycles,xentime}
	mv "$work" "$result"
	work=''
	record_table
	record_verdict
}

# A host's own run ends with its report; the lab makes one report of all its boots.
record_report()
{
	local report=$checkout/analysis/report/report

	[ -z "$opt_here" ] && [ -x "$report" ] || return 0
	"$report" "$out_dir" || note_error "no report: run $report $out_dir by hand"
}

# A tool that failed may have left no JSON: its file stays as it is and is not read.
record_good_files()
{
	local file good=()

	for file in "${files[@]}"; do
		if [ "$(head -c 1 "$file")" = '{' ]; then
			good+=("$file")
		fi
	done
	files=(${good[@]+"${good[@]}"})
}

record_table()
{
	jq -r -f "$bench_dir/lib/table.jq" "$result/run.json" | awk -F '\t' '
		{ printf "%-12s %-20s %-16s %20s %20s %24s\n", $1, $2, $3, $4, $5, $6 }'
}

record_verdict()
{
	local label='' minutes

	minutes_of $((SECONDS - started_s))
	[ "$emulated" = false ] || label=' Emulated: only counts and ratios mean anything.'
	if [ ${#errors[@]} -gt 0 ]; then
		echo "${#errors[@]} errors, the first: ${errors[0]}"
	fi
	echo "$round_index rounds, $round_failures failed, in $minutes.$label"
	echo "Result: $result"
}
