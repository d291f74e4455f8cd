# SPDX-License-Identifier: GPL-2.0-only
# The options of 'lab run' and 'lab shell', and the job they make for the guest.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

options_read()
{
	out='' timeout='' permute='' icount='' trace='' keep=''
	command=()
	while [ $# -gt 0 ]; do
		case $1 in
		--out | --timeout | --smp | --set | --without | --with | --permute | --trace | \
			--kernel)
			[ $# -ge 2 ] || die "$1 wants a value"
			option_with_value "$1" "$2"
			shift 2 ;;
		--icount) icount=yes; shift ;;
		--keep) keep=yes; shift ;;
		--verbose) verbose=yes; shift ;;
		--) shift; command=("$@"); return ;;
		*) die "unknown option '$1' (the command comes after --): see lab --help" ;;
		esac
	done
}

option_with_value()
{
	local devices=" ${setting[devices]:-} "

	case $1 in
	--timeout | --smp | --permute)
		[[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 wants a number above 0, not '$2'" ;;
	esac
	case $1 in
	--out)
		mkdir -p "$2" || die "cannot make the folder $2"
		out=$(cd "$2" && pwd) ;;
	--timeout) timeout=$2 ;;
	--smp) setting[smp]=$2 ;;
	--permute) permute=$2 ;;
	--kernel) KERNEL=$2 ;;
	--set) environment_override "$2" ;;
	--with)
		[ -f "$lab_dir/devices/$2.dev" ] || die "--with: no device '$2' in $lab_dir/devices"
		setting[devices]="${setting[devices]:-} $2" ;;
	--without)
		[[ $devices == *" $2 "* ]] ||
			die "--without: the environment has no device '$2' (it has:$devices)"
		setting[devices]=${devices/ $2 / } ;;
	--trace)
		[ -f "$2" ] || die "--trace: no file $2"
		trace=$(readlink -f "$2") ;;
	esac
}

# What guest/session reads.
job_write()
{
	rm -rf "$job"
	mkdir -p "$job"
	echo "$environment" >"$job/name"
	echo "${setting[check]:-true}" >"$job/check"
	echo "${setting[setup]:-true}" >"$job/setup"
	echo "${setting[wrap]:-}" >"$job/wrap"
	echo "$timeout" >"$job/timeout"
	qemu-system-x86_64 --version | head -n 1 >"$job/emulator"
	if [ -n "$interactive" ]; then
		stty size | awk '{ print "rows", $1, "cols", $2 }' >"$job/size"
		echo "${TERM:-dumb}" >"$job/term"
	else
		printf '%s\0' "${command[@]}" >"$job/command"
	fi
}
