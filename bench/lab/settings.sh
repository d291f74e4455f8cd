# SPDX-License-Identifier: GPL-2.0-only
# Reads the declarative files, env/NAME.env and devices/NAME.dev: KEY=VALUE lines and comments.
#
# Nothing is executed from them here: a value is all that follows the first '='. A key that is not
# known here is an error, so that a misspelt setting is never silently without effect.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

env_keys=" describe boot memory smp cpu qemu dom0_mem xen_args kernel_args devices setup check domu \
bench write module slots "
device_keys=" describe slots disk serial qemu modules wait "

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
