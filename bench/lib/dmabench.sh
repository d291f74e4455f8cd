# SPDX-License-Identifier: GPL-2.0-only
# The DMA API itself, timed by dmabench on one function of a device that is named for the module.
#
# dmabench takes the function from its driver, measures stock and module in turns and gives it
# back. While it does, the device counts as moved to the module: however the run ends, it is
# taken from dmabench, detached, and bound to its driver again.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2034,SC2154  # shared with the other files of bench/run

dmabench_bdf='' dmabench_lent='' dmabench_json=null
# Held mappings fill the stock pool up to this share, which devices not measured here bounce in too.
dmabench_fullest=50

# Adds the step to the plan: of what may move, the last card, else a disk.
plan_dmabench()
{
	local id lender=''

	for id in "${targets[@]}"; do
		[ -n "${target_module[$id]}" ] || continue
		[ -n "$lender" ] && [ "${target_kind[$id]}" = disk ] || lender=$id
	done
	if [ -z "$lender" ]; then
		leave_out dmabench 'needs a device that is named for the module (--try-module)'
	elif ! module_file dmabench >/dev/null; then
		leave_out dmabench "not built for kernel $(uname -r): make -C bench/dmabench module"
	else
		dmabench_bdf=${target_bdfs[$lender]##* }
		[ "$emulated" = false ] || dmabench_fullest=90
		step_add dmabench "$lender"
	fi
}

# Its figures are in its own record; run.json names it.
dmabench_run()
{
	local id=$1 dir=$work/dmabench raw=raw/dmabench.json ok=true status

	network_down
	[ -d /sys/module/dmabench ] || dmabench_lent=loaded
	dmabench_lent+=' bound'
	target_moved[$id]=yes target_backend[$id]=module
	run_inner $((60 + opt_rounds * 60)) "$bench_dir/dmabench/dmabench" --device "$dmabench_bdf" \
		--unbind --backend both --set bench --rounds "$opt_rounds" \
		--fullest "$dmabench_fullest" --out "$dir"
	status=$?
	if [ $status -ne 0 ] || [ ! -s "$dir/dmabench.json" ]; then
		note_error "dmabench at $dmabench_bdf failed, status $status: $(tail -n 1 "$work/stderr")"
		ok=false
	fi
	if [ -s "$dir/dmabench.json" ]; then
		mv "$dir/dmabench.json" "$work/$raw"
		mv "$dir/dmabench.txt" "$work/raw/"
		dmabench_json="{\"device\": \"$dmabench_bdf\", \"target\": \"$id\", \"ok\": $ok, \"raw\": \"$raw\"}"
	fi
	rm -rf "$dir"
	dmabench_release
	target_move "$id" stock || note_error "$id did not come back to its driver after dmabench"
}

# What dmabench itself has not put back, when it could not.
dmabench_release()
{
	[ -n "$dmabench_lent" ] || return 0
	[ "$(pci_driver "$dmabench_bdf")" != dmabench ] || pci_unbind "$dmabench_bdf"
	echo >"/sys/bus/pci/devices/$dmabench_bdf/driver_override"
	[[ $dmabench_lent != loaded* ]] || [ ! -d /sys/module/dmabench ] || rmmod dmabench
	dmabench_lent=''
}
