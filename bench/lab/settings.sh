# SPDX-License-Identifier: GPL-2.0-only
# Reads the declarative files, env/NAME.env, devices/NAME.dev and kernel/NAME.kernel: KEY=VALUE
# lines and comments.
#
# Nothing is executed from them here: a value is all that follows the first '='. A key that is not
# known here is an error, so that a misspelt setting is never silently without effect.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

env_keys=" describe boot memory smp cpu qemu dom0_mem xen_args kernel_args devices setup check domu \
bench sets takes write module loads short unclocked slots idle pass wrap boot_limit "
device_keys=" describe slots disk serial qemu modules wait "
kernel_keys=" describe suites packages modules "

declare -A setting

settings_read()
{
	local file=$1 known=$2 line key number=0

	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		case $line in '' | '#'*) continue ;; esac
		key=${line%%=*}
		[[ $line == *=* && $known == *" $key "* ]] ||
			die "$file:$number: unknown setting '$key' (known:$known)"
		setting[$key]=${line#*=}
	done <"$file"
}

# Sets $environment and its settings.
environment_read()
{
	local name=$1 file=$lab_dir/env/$1.env

	[[ $name != */* && -f $file ]] || die "no environment '$name': see lab envs"
	environment=$name
	setting=()
	settings_read "$file" "$env_keys"
	case ${setting[boot]:-} in
	native | xen) ;;
	*) die "$file: boot= must be native or xen" ;;
	esac
}

kernel_names()
{
	local file

	for file in "$lab_dir"/kernel/*.kernel; do
		basename "$file" .kernel
	done | sort -V
}

# Sets $kernel and $kernel_... to what the file of the kernel asked for says.
kernel_read()
{
	local file
	local -A setting=()

	kernel=${KERNEL:-6.12}
	file=$lab_dir/kernel/$kernel.kernel
	[[ $kernel != */* && -f $file ]] ||
		die "no kernel '$kernel': there are $(kernel_names | paste -sd ' ')"
	settings_read "$file" "$kernel_keys"
	kernel_describe=${setting[describe]}
	kernel_suites=${setting[suites]}
	kernel_packages=${setting[packages]}
	kernel_modules=${setting[modules]:-}
}

lab_kernels()
{
	local KERNEL

	for KERNEL in $(kernel_names); do
		kernel_read
		printf '%-20s %s\n' "$kernel" "$kernel_describe"
	done
}

# One KEY=VALUE or KEY+=VALUE of the command line.
environment_override()
{
	local key=${1%%=*} value=${1#*=}

	[[ $1 == *=* ]] || die "--set wants KEY=VALUE, not '$1'"
	if [[ $key == *+ ]]; then
		key=${key%+}
		value="${setting[$key]:-} $value"
	fi
	[[ $env_keys == *" $key "* ]] || die "--set: unknown setting '$key' (known:$env_keys)"
	setting[$key]=$value
}

lab_envs()
{
	local file name

	for file in "$lab_dir"/env/*.env; do
		name=$(basename "$file" .env)
		environment_read "$name"
		printf '%-20s %s%s\n' "$name" "${setting[describe]}" \
			"${setting[bench]:+ [bench]}"
	done
}
