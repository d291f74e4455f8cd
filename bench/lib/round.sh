# SPDX-License-Identifier: GPL-2.0-only
# Runs the plan's steps, and around each round what is measured from outside the tool.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

round_index=0 round_failures=0
command=()

steps_run()
{
	local i what args step_text
	local -A broken=()

	for i in "${!steps[@]}"; do
		read -r what args <<<"${steps[i]}"
		step_text_of "${steps[i]}"
		progress $((i + 1)) "$step_text"
		# shellcheck disable=SC2086
		set -- $args
		if [ "$what" = move ]; then
			step_move "$1" "$2"
		elif [ "$what" = dmabench ]; then
			[ "${broken[$1]:-}" = yes ] || dmabench_run "$1"
		elif [ "${broken[$1]:-}" != yes ]; then
			round_run "$@"
		fi
		# shellcheck disable=SC2086
		step_tenths_of ${steps[i]}
		tenths_done=$((tenths_done + step_tenths))
	done
	progress_end
}

# A device that does not come to a backend is given back, and its further rounds are dropped.
step_move()
{
	[ "${broken[$1]:-}" != yes ] || return 0
	target_move "$1" "$2" 2>"$work/stderr" && return
	note_error "$1 did not move to $2: $(tail -n 1 "$work/stderr")" \
		"$(dmesg 2>/dev/null | tail -n 1)"
	broken[$1]=yes
}

# Counting on stock goes around the command, on the module beside it.
round_count()
{
	local backend=$1 id=$2 index=$3

	if [ "$backend" = stock ]; then
		counters_file=raw/$index-stock-bounces.json
		maps_begin
		command=("$bounces_tool" --json --output "$work/$counters_file" -- "${command[@]}")
	else
		counters_file=raw/$index-module-counters.txt
		# shellcheck disable=SC2086
		module_read before "$work/$counters_file" ${target_bdfs[$id]}
	fi
}

round_counters_json()
{
	local backend=$1 id=$2

	if [ "$backend" = stock ]; then
		# shellcheck disable=SC2086
		echo "{$(maps_take ${target_bdfs[$id]}), \"source\": \"tracefs:swiotlb_bounced\"," \
			"\"raw\": \"$counters_file\"}"
		counters_end
	else
		# shellcheck disable=SC2086
		module_read after "$work/$counters_file" ${target_bdfs[$id]}
		echo "{$(module_counters_json), \"raw\": \"$counters_file\"}"
	fi
}

round_prepare()
{
	local id=$1 load=$2 kind=$3 file=$4

	# before a card hides in its namespace
	settings_take "$id"
	if [ "${target_kind[$id]}" = disk ]; then
		storage_command "$id" "$load" "$kind" "$file"
	else
		network_up "$id" || return 1
		network_command "$load" "$kind" "$file"
	fi
}

round_run()
{
	local id=$1 backend=$2 kind=$3 load=$4 position=$5 force=$6
	local index raw status user system vcpu=null cycles=null start counters=null counters_file=''
	local deadline=$((opt_seconds * 3 + 60))

	printf -v index '%03d' $round_index
	raw=raw/$index-$backend-$id-$load.json
	if ! round_prepare "$id" "$load" "$kind" "$work/$raw" 2>"$work/stderr"; then
		note_error "$id: can't prepare $load: $(tail -n 1 "$work/stderr")"
		status=1
		round_write false null null 0 0 null
		return
	fi
	[ "$force" = false ] || module_force 1
	if [ "$kind" = counted ]; then
		deadline=120
		round_count "$backend" "$id" "$index"
	else
		round_cost_begin
	fi
	cpu_ticks_read
	user=$user_ticks system=$system_ticks
	start=${EPOCHREALTIME/./}
	run_inner $deadline "${command[@]}"
	status=$?
	start=$((${EPOCHREALTIME/./} - start))
	cpu_ticks_read
	if [ "$kind" = counted ]; then
		counters=$(round_counters_json "$backend" "$id")
	else
		round_cost_end
	fi
	[ "$force" = false ] || module_force 0
	round_judge
}

round_cost_begin()
{
	cycles_begin "$work/cycles"
	[ -n "$vcpu_missing" ] || vcpu=$(vcpu_ns 2>/dev/null)
}

round_cost_end()
{
	[ -n "$vcpu_missing" ] || vcpu=$(vcpu_since "$vcpu")
	[ -n "$cycles_missing" ] || cycles=$(cycles_take "$work/cycles")
}

# A round is good when its tool ended well and left a record.
round_judge()
{
	local ok=true verified=null first=''

	[ ! -s "$work/$raw" ] || read -r -N 1 first <"$work/$raw"
	if [ "$status" -ne 0 ] || [ "$first" != '{' ]; then
		ok=false
		[ "$status" -ne 124 ] || echo 'no end within its deadline' >>"$work/stderr"
		note_error "round $round_index ($id $load on $backend) failed, status $status:" \
			"$(tail -n 1 "$work/stderr")"
	fi
	case $load in
	verify-* | data-check | packets) verified=$ok ;;
	esac
	round_write $ok "$counters" $verified $((user_ticks - user)) \
		$((system_ticks - system)) "$vcpu"
}

# One line for the record; figures of the tool's own come from its raw file, at the end.
round_write()
{
	local ok=$1 counters=$2 verified=$3 user=$4 system=$5 vcpu=$6 place=null file=\"$raw\"

	[ "$position" = - ] || place=\"$position\"
	[ "$ok" = true ] || { file=null round_failures=$((round_failures + 1)); }
	{
		printf '{"index": %d, "backend": "%s", "kind": "%s", "force": %s, "position": %s, ' \
			$round_index "$backend" "$kind" "$force" "$place"
		printf '"device": "%s", "load": "%s", "ok": %s, "cpu_user_ticks": %d, ' \
			"$id" "$load" "$ok" "$user"
		printf '"cpu_system_ticks": %d, "vcpu_ns": %s, "cycles": %s, "elapsed_us": %d, ' \
			"$system" "$vcpu" "$cycles" "${start:-0}"
		printf '"counters": %s, "verified": %s, "raw": %s}\n' "$counters" "$verified" "$file"
	} >>"$work/rounds"
	round_index=$((round_index + 1))
}
