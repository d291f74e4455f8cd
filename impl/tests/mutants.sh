# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Breaks a folder's sources one line at a time and expects its tests to notice: a test that cannot
# fail proves nothing.  Prints one TAP line for each mutant.  For the 'mutants' scripts beside the
# tests, which list them; needs impl/tests/tap.sh.
#
# A mutant is 'FILE|SED EXPRESSION|WHAT IT BREAKS'.  It is noticed if an assertion fails, whatever
# the tests do after that: a test that an assertion ended can leave locks held, so that the next one
# waits for ever.  Tests that do not end, with no assertion failed, notice nothing, unless FILE
# begins with 'hangs:', which says that the mutant's effect is that they do not end.
MUTANT_TIME=30  # seconds that a test of a mutant may take, more than ten times what it needs
MUTANT_HANGS=15 # after which they are taken not to end, where the list says so

# mutants_run TESTS FOLDER MUTANT...: TESTS under impl/tests notice each mutant of impl/FOLDER
mutants_run() {
	local tests=$1 folder=$2 top work m programs
	shift 2
	top=$(cd ../../.. && pwd)
	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	mkdir -p "$work/impl/tests"
	cp -r "$top"/impl/{core,xen,compat,model,defrag} "$work/impl"
	cp -r "$top/impl/tests/engine.mk" "$top/impl/tests/$tests" "$work/impl/tests"
	mutant_build all >"$work/log" 2>&1 || {
		sed 's/^/# /' "$work/log" | head -5
		bail 'the unmutated sources do not compile'
	}
	programs=("$work/build/tests/$tests"/*.t)
	for m in "$@"; do
		mutant_try "$m"
	done
}

# In the scope of mutants_run, as are the next.
mutant_build() { # mutant_build TARGET
	make -s -j2 -C "$work/impl/tests/$tests" CFLAGS='-O1 -w' "$1"
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
	else
		mutant_tests "$effect" "$seconds" >"$work/log" 2>&1 || status=$?
		mutant_judge "$effect" "$status" "$what"
	fi
	cp "$top/impl/$folder/$file" "$work/impl/$folder/$file"
}

# mutant_tests EFFECT SECONDS: builds and runs the tests, one after the other, until one has the effect;
# the status of the last that did not pass, 124 if it did not end, 125 if it does not compile.  The one
# that noticed comes first for the next mutant: mutants of one file follow each other.
mutant_tests() {
	local t status=0
	for t in "${programs[@]}"; do
		mutant_build "$t" || return 125
		timeout "$2" "$t" && continue
		status=$?
		case $1-$status in
		hangs-124) ;;
		fails-*) mutant_failed || continue ;;
		*) continue ;;
		esac
		mutant_first "$t"
		break
	done
	return $status
}

mutant_first() { # mutant_first PROGRAM
	local t rest=()
	for t in "${programs[@]}"; do
		[ "$t" = "$1" ] || rest+=("$t")
	done
	programs=("$1" "${rest[@]}")
}

mutant_failed() { # an assertion did
	grep -q ': error: Failure!' "$work/log"
}

mutant_judge() { # mutant_judge EFFECT STATUS WHAT
	case $1-$2 in
	*-125) ok 1 "$3: does not compile" "$(head -5 "$work/log")" ;;
	hangs-124) ok 0 "$3: the tests do not end" ;;
	hangs-*) ok 1 "$3: the tests end, which the list says they do not" ;;
	fails-0) ok 1 "$3: no test noticed" ;;
	*)
		if mutant_failed; then
			ok 0 "$3"
		elif [ "$2" = 124 ]; then
			ok 1 "$3: a test does not end, but no assertion fails"
		else
			ok 1 "$3: a test ends early, but no assertion fails" "$(tail -5 "$work/log")"
		fi
		;;
	esac
}
