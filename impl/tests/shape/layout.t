#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The shape of the tree: the given top level, licences, no registry's host, no leftovers.
set -u
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. impl/tests/shape/check.sh

top='impl bench traces analysis results Makefile README.md LICENSE'
check 'the top level holds what was given and nothing else' \
	"$(files . | cut -d/ -f1 | sort -u | grep -v '^\.' | grep -vxF -f <(tr ' ' '\n' <<<"$top"))"

check 'every source file begins with its licence' "$(
	files '*.c' '*.h' '*.sh' '*.py' '*.gp' '*.bt' '*.t' '*.env' '*Makefile' '*Kbuild' '*.mk' |
		grep -v '^results/' | while read -r f; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || echo "$f"
	done
)"

check 'every script with an interpreter line names its licence' "$(
	files . | while read -r f; do
		head -c 2 "$f" | grep -q '^#!' || continue
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || echo "$f"
	done
)"

registry='deb\.debian\.''org|security\.debian\.''org|ftp\.[a-z.]*debian\.''org|snapshot\.debian\.''org'
check "no registry's host is named" "$(files . | xargs -d '\n' grep -HnIE "$registry" 2>/dev/null)"

leftover='\b(TO''DO|FIX''ME|XX''X|HA''CK)\b'
check 'nothing is left for later in the code' "$(
	files '*.c' '*.h' '*.sh' '*.py' '*.gp' '*.bt' '*.t' 'Makefile' 'bench/*' 'traces/*' |
		xargs -d '\n' grep -HnIE "$leftover" 2>/dev/null
)"

done_testing
