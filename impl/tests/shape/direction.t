#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Dependencies point one way: core <- xen <- kmod, and xen <- defrag; model, tests and replay sit on core;
# bench and traces know the module's ABI alone; analysis knows results/SCHEMA.md alone; the tests of
# all share one TAP, which knows nothing.
set -u
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. impl/tests/shape/check.sh

# "FILE: INCLUDED" for each include, quoted ones resolved to a path of the tree where they
# name one (else left as written).
includes() {
	files "$@" | grep -E '\.[ch]$' | while read -r f; do
		sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\([<"][^>"]*[>"]\).*/\1/p' "$f" |
			while read -r inc; do
				case $inc in
				'<'*) echo "$f: $inc" ;;
				*)
					name=${inc//\"/}
					if [ -f "$(dirname "$f")/$name" ]; then
						name=$(realpath --relative-to=. "$(dirname "$f")/$name")
					else # found by the include path: its own part's file, or one of impl's
						found=$(files "${f%%/*}/*/$(basename "$name")" | head -n 1)
						[ -n "$found" ] || found=$(files "impl/*/$(basename "$name")" | head -n 1)
						name=${found:-$name}
					fi
					echo "$f: $name"
					;;
				esac
			done
	done
}

# Lines of `includes` whose included file lies in the tree and matches none of the patterns.
outside() { # outside ALLOWED-REGEX
	grep -E ': (impl|bench|traces|analysis|results)/' | grep -vE ": ($1)"
}

check 'core includes only core, and the outside only through platform.h' "$(
	includes impl/core | grep -vE ': impl/core/' |
		grep -vE '^impl/core/platform\.h: (impl/(kmod|model|tests/xen/kernel)/)?platform_impl\.h$'
)"
check 'xen sits on core and compat' "$(includes impl/xen | outside 'impl/(core|xen|compat)/')"
check 'kmod sits on core, xen and compat' "$(includes impl/kmod | outside 'impl/(core|xen|kmod|compat)/')"
check 'defrag sits on core, xen and compat' "$(includes impl/defrag | outside 'impl/(core|xen|defrag|compat)/')"
check 'compat stands alone' "$(includes impl/compat | outside 'impl/compat/')"
check 'model sits on core' "$(includes impl/model | outside 'impl/(core|model)/|impl/kmod/platform_impl.h')"
check 'tests sit on core and model, and those of xen on xen' "$(
	includes impl/tests | grep -v '^impl/tests/xen/' | outside 'impl/(core|model|tests)/|impl/kmod/platform_impl.h'
	includes impl/tests/xen | outside 'impl/(core|xen|defrag|tests/xen)/'
)"
check 'bench includes nothing of impl' "$(includes bench | outside 'bench/')"
check 'traces include nothing of impl' "$(includes traces | outside 'traces/')"
check 'analysis includes nothing but itself, and replay the core' "$(
	includes analysis | grep -v '^analysis/replay/' | outside 'analysis/'
	includes analysis/replay | outside 'analysis/|impl/(core|model)/|impl/kmod/platform_impl.h'
)"

paths() { # paths DIR... -- REGEX: lines of code (not prose) that name a path of the tree
	local dirs=()
	while [ "$1" != -- ]; do
		dirs+=("$1")
		shift
	done
	files "${dirs[@]}" | grep -vE '\.(md|8|txt)$' |
		xargs -d "\n" -r grep -HnIE "$2" | grep -vE '^[^:]*:[0-9]*:[[:space:]]*(#|//|/?\*)'
}

check 'bench and traces reach into impl by no path; the bundle takes its sources along' "$(
	paths bench traces -- '(^|[^a-z])impl/(core|xen|kmod|compat|model|defrag)' |
		grep -vE '^bench/(lint|bundle/[a-z]*|tests/bundle\.t|lab/tests/module/mutants\.t):'
)"
check 'analysis reaches by no path into impl, bench or traces' "$(
	paths analysis -- '(^|[^a-z])(impl/(xen|kmod|compat|defrag)|bench/[a-z]|traces/[a-z])'
)"
check 'nothing but the entrance, the runner and the tests names the lab' "$(
	paths impl bench traces analysis -- 'bench/lab' | grep -vE '^(bench/(lab/|runner/lab\.py:|bundle/|lint:)|[a-z/]*tests/)'
)"
check 'shell tests share one TAP, which uses nothing of the tree' "$(
	paths impl/tests/tap.sh -- '(^|[^a-z])(impl|bench|traces|analysis)/'
	paths '*.t' '*.sh' -- '(echo|printf) .?(not )?ok ' | grep -v '^impl/tests/tap\.sh:'
)"

done_testing
