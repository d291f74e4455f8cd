# SPDX-License-Identifier: GPL-2.0-only
# The plan: which step follows which, printed before anything is done.
#
# A timed load runs on both backends in the order A1 B1 B2 A2 A3 B3 B4 A4 ... (A stock, B module;
# the seed may turn A and B round), so that a drift of the machine hits both alike. All loads of
# a device run in each visit to a backend, shuffled by the seed. Counted rounds come once, in the
# first visit. The control measures stock under both letters, in the same order, moving the
# device as often: what differs there is noise.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# "move TARGET BACKEND", "dmabench TARGET" and "round TARGET BACKEND KIND LOAD POSITION FORCE"; '-' is no position.
steps=()
tenths_total=0 step_tenths=0

step_add()
{
	steps+=("$*")
	step_tenths_of "$@"
	tenths_total=$((tenths_total + step_tenths))
}

# Sets step_tenths, the expected tenths of a second: what starts and ends a tool is slow on an emulated machine.
step_tenths_of()
{
	local slow=4

	[ "$emulated" = false ] || slow=15
	case $1${4-} in
	move*) step_tenths=$((slow * 2)) ;;
	dmabench*) step_tenths=$((slow * 4 * opt_rounds + slow * 4)) ;;
	roundcounted) step_tenths=$((slow * 2 + 10)) ;;
	*) step_tenths=$((opt_seconds * 10 + slow)) ;;
	esac
}

# The positions of a load, in time's order: "A1 B1 B2 A2 ..."; without B only "A1 A2 ...".
plan_positions()
{
	local rounds=$1 both=$2 flip=$3 i first=A second=B out=()

	[ "$flip" = 0 ] || { first=B second=A; }
	for ((i = 1; i <= rounds; i++)); do
		if [ -z "$both" ]; then
			out+=("A$i")
		elif [ $((i % 2)) -eq 1 ]; then
			out+=("$first$i" "$second$i")
		else
			out+=("$second$i" "$first$i")
		fi
	done
	echo "${out[@]}"
}

# Shuffles words by the seed.
plan_shuffle()
{
	local words=("$@") i j word

	for ((i = ${#words[@]} - 1; i > 0; i--)); do
		j=$((RANDOM % (i + 1)))
		word=${words[i]} words[i]=${words[j]} words[j]=$word
	done
	shuffled="${words[*]}"
}

target_loads()
{
	if [ "${target_kind[$1]}" = disk ]; then
		storage_loads "$1" "$2"
	else
		network_loads "$2"
	fi
}

plan_counted()
{
	local id=$1 backend=$2 load loads

	read -ra loads <<<"$(target_loads "$id" counted)"
	for load in "${loads[@]}"; do
		step_add round "$id" "$backend" counted "$load" - false
	done
	if [ "$backend" = module ] && [ "${target_kind[$id]}" = disk ] &&
		[ "${target_mask[$id]}" -gt 32 ]; then
		# the last counted load is the one that checks its data, where writing is allowed
		step_add round "$id" module counted "${loads[-1]}" - true
	fi
}

plan_target()
{
	local id=$1 module=${target_module[$1]} shuffled load position backend now=stock
	local -A counted=()
	# not inside a substitution: a subshell's RANDOM does not follow the seed
	local flip=$((RANDOM % 2))

	# shellcheck disable=SC2046
	plan_shuffle $(target_loads "$id" timed)
	for position in $(plan_positions "$opt_rounds" "$module" $flip); do
		backend=stock
		[[ $position == A* ]] || backend=module
		[ $backend = $now ] || step_add move "$id" $backend
		now=$backend
		for load in $shuffled; do
			step_add round "$id" $backend timed "$load" "$position" false
		done
		[ -n "${counted[$backend]:-}" ] || plan_counted "$id" $backend
		counted[$backend]=yes
	done
	[ $now = stock ] || step_add move "$id" stock
}

# Stock against stock on the first target, with its first load.
plan_control()
{
	local id=${targets[0]-} module load position last=''

	[ -n "$id" ] || return 0
	module=${target_module[$id]}
	load=$(target_loads "$id" timed)
	for position in $(plan_positions 2 yes 0); do
		[ -z "$module" ] || [ -z "$last" ] || [ "$last" = "${position:0:1}" ] ||
			step_add move "$id" stock
		last=${position:0:1}
		step_add round "$id" stock control "${load%% *}" "$position" false
	done
}

plan_defaults()
{
	local rounds=3 seconds=2

	[ "$opt_set" = quick ] || rounds=6 seconds=5
	[ "$emulated" = false ] || seconds=$((seconds / 2))
	: "${opt_rounds:=$rounds}" "${opt_seconds:=$seconds}"
}

plan_make()
{
	local id

	plan_defaults
	RANDOM=$opt_seed
	for id in "${targets[@]}"; do
		plan_target "$id"
	done
	plan_control
	plan_dmabench
}

plan_count()
{
	printf '%s\n' "${steps[@]}" | grep -c "^$1" || true
}

# Sets minutes, "M:SS".
minutes_of()
{
	printf -v minutes '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

target_print()
{
	local id=$1 what writes=reads

	if [ "${target_kind[$id]}" = disk ]; then
		what="disk of $((${target_bytes[$id]} >> 20)) MiB"
		[ -z "${target_writable[$id]}" ] || writes='reads and WRITES'
	else
		what='linked network cards' writes='TCP and UDP across'
	fi
	printf '  %-12s %s at %s, driver %s, %s-bit DMA; %s; %s\n' "${target_names[$id]// /+}" \
		"$what" "${target_bdfs[$id]// / and }" "${target_driver[$id]}" "${target_mask[$id]}" "$writes" \
		"stock${target_module[$id]:+ and module}"
}

left_out_print()
{
	local line

	[ ${#left_out[@]} -eq 0 ] || echo "Left out"
	for line in ${left_out[@]+"${left_out[@]}"}; do
		printf '  %-12s %s\n' "${line%%$'\t'*}" "${line#*$'\t'}"
	done
}

plan_print()
{
	local id i label='' minutes step_text

	[ "$emulated" = false ] || label=' (emulated: ratios only)'
	echo "Environment $environment$label, Linux $(uname -r)${xen_version:+, Xen $xen_version}"
	echo "Load ($opt_set)"
	for id in "${targets[@]}"; do
		target_print "$id"
	done
	left_out_print
	echo "Runs $(plan_count round): $(plan_count 'round.* timed') timed of $opt_seconds s" \
		"($opt_rounds of each load and backend), $(plan_count 'round.* control') of a control," \
		"$(plan_count 'round.* counted') counted; $(plan_count move) moves between backends"
	[ -z "$dmabench_bdf" ] || echo "Times the DMA API itself (dmabench) at $dmabench_bdf:" \
		"$opt_rounds rounds, stock and module; fills the pools up to $dmabench_fullest %"
	[ "$opt_rounds" -ge 6 ] ||
		echo "Fewer than six timed rounds: a report prints their range, not an interval"
	minutes_of $((tenths_total / 10 + 5))
	echo "Seed $opt_seed, about $minutes"
	[ -n "$opt_dry" ] || return 0
	for i in "${!steps[@]}"; do
		step_text_of "${steps[i]}"
		printf '%4d  %s\n' $((i + 1)) "$step_text"
	done
}

# Sets step_text, a step in words.
step_text_of()
{
	local what id backend kind load position force

	read -r what id backend kind load position force <<<"$1"
	if [ "$what" = move ]; then
		step_text="move $id to $backend"
		return
	elif [ "$what" = dmabench ]; then
		step_text="time the DMA API at $dmabench_bdf: dmabench, stock and module"
		return
	fi
	[ "$position" = - ] || kind+=" $position"
	[ "$force" = false ] || backend+=' (bouncing forced)'
	step_text="$id $load on $backend, $kind"
}

# Asks only where somebody can answer and something is at stake.
plan_confirm()
{
	local answer

	[ -z "$opt_yes" ] && [ -t 0 ] && [ -t 1 ] || return 0
	[ ${#opt_writes[@]} -gt 0 ] || [ ${#opt_try[@]} -gt 0 ] || return 0
	read -r -p "Go on? [y/N] " answer
	[[ $answer == [yY]* ]] || die "stopped: nothing was done"
}
