# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Breaks a folder's sources one line at a time and expects its tests to notice: a test that cannot
# fail proves nothing.  Prints one TAP line for each mutant.  For the 'mutants' scripts beside the
# tests, which list them; needs impl/tests/tap.sh.
#
# A mutant is 'FILE|SED EXPRESSION|WHAT IT BREAKS'.  It is noticed if an assertion fails.  Tests
# that do not end within their time notice nothing, unless FILE begins with 'hangs:', which says
# that the mutant's effect is that they do not end.
MUTANT_TIME=60  # seconds that the tests of one mutant may take, fifty times what they need
MUTANT_HANGS=15 # after which they are taken not to end, where the list says so

# mutants_run TESTS FOLDER MUTANT...: TESTS under impl/tests notice each mutant of impl/FOLDER
mutants_run() {
	local tests=$1 folder=$2 top work m
	shift 2
	top=$(cd ../../.. && pwd)
	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	mkdir -p "$work/impl/tests"
	cp -r "$top"/impl/{core,xen,compat,model} "$work/impl"
	cp -r "$top/impl/tests/engine.mk" "$top/impl/tests/$tests" "$work/impl/tests"
	mutant_build || {
		sed 's/^/# /' "$work/log" | head -5
		bail 'the unmutated sources do not compile'
	}
	for m in "$@"; do
		mutant_try "$m"
	done
}

# In the scope of mutants_run, as is the next.
mutant_build() {
	make -s -j2 -C "$work/impl/tests/$tests" CFLAGS='-O1 -w' all >"$work/log" 2>&1
}

# Only the mutated file is compiled again, and mended before the next.
mutant_try() {
	local file rest what expression effect=fails seconds=$MUTANT_TIME status=0
	IFS='|' read -r file rest <<<"$1"
	what=${rest##*|}
	expression=${rest%|*}
	case $file in
	hangs:*)
		effect=hangs
		seconds=$MUTANT_HANGS
		file=${file#hangs:}
		;;
	esac
	sed -E -i "$expression" "$work/impl/$folder/$file"
	if cmp -s "$top/impl/$folder/$file" "$work/impl/$folder/$file"; then
		ok 1 "$what: nothing in $file matches, mend the list"
	elif ! mutant_build; then
		ok 1 "$what: does not compile" "$(head -5 "$work/log")"
	else
		timeout "$seconds" prove -v "$work/build/tests/$tests" >"$work/log" 2>&1 || status=$?
		mutant_judge "$effect" "$status" "$what"
	fi
	cp "$top/impl/$folder/$file" "$work/impl/$folder/$file"
}

mutant_judge() { # mutant_judge EFFECT STATUS WHAT
	case $1-$2 in
	hangs-124) ok 0 "$3: the tests do not end" ;;
	hangs-*) ok 1 "$3: the tests end, which the list says they do not" ;;
	fails-124) ok 1 "$3: the tests do not end, but no assertion fails" ;;
	fails-0) ok 1 "$3: no test noticed" ;;
	*)
		if grep -q ': error: Failure!' "$work/log"; then
			ok 0 "$3"
		else
			ok 1 "$3: the tests end early, but no assertion fails" "$(tail -5 "$work/log")"
		fi
		;;
	esac
}
