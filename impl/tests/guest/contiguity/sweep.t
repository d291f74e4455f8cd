#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain: the sweep of all memory that the other tests end with notices one page that is mapped
# wrong.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

now=$(memory)
echo "# $now"
is "$(word_of pte_wrong "$now")" 0 'a domain whose pages are all mapped has none that is mapped wrong'
at_least "$(word_of readonly "$now")" 1000 'page tables and text are read-only, and not wrong'
for spoil in unmapped readonly elsewhere; do
	now=$(sweep spoil=$spoil)
	echo "# $now"
	is "$(word_of pte_wrong "$now")" 1 "one page that is $spoil is noticed"
	is "$(word_of m2p_wrong "$now")" 0 "$spoil: P2M and M2P agree still"
	is "$(word_of pte_wrong "$(memory)")" 0 'and none is wrong afterwards'
done
done_testing
