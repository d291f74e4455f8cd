#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner's command line: what is misused is refused by one line that names it, status 2.
# shellcheck disable=SC2016,SC2317  # variables of an inner shell, functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
run_here()
{
	bench/run --here "$@"
}
export -f run_here
fake_xen PV
fake_disk testa 240:0 SER-A 64

expect 'help is printed' 0 '^Usage: bench/run' bench/run --help
expect 'every option that the help names is known' 0 '^$' bash -c '
	for option in $(bench/run --help | grep -oE "^  --[a-z-]+"); do
		run_here "$option" --nonsense 2>&1 | grep "unknown argument .$option"
	done; true'
expect 'an unknown option' 2 "unknown argument '--nonsense'" run_here --nonsense
expect 'an argument that is none' 2 "unknown argument 'sda'" run_here sda
expect 'an option without its value' 2 '--disk wants a disk' run_here --disk
expect 'an option for a value' 2 '--out wants a folder' run_here --out --quick
expect 'no number of rounds' 2 "--rounds wants a whole number from 1 to 100, not 'x'" run_here --rounds x
expect 'too many rounds' 2 "not '101'" run_here --rounds 101
expect 'an octal-looking number is decimal' 0 '^Seed 09,|^Seed 9,|Seed 009,' run_here --seed 009 --dry-run
expect 'quick and full' 2 'contradict' run_here --quick --full
expect 'readonly and write' 2 'contradict' run_here --readonly --write serial:SER-A
expect 'a peer without a card' 2 'wants the one card' run_here --peer 192.0.2.1
expect 'a rate without a peer' 2 'name the peer' run_here --rate 5M
expect 'no rate' 2 "wants bits a second such as 50M, not 'fast'" \
	run_here --nic eth0 --peer 192.0.2.1 --rate fast
expect 'a precision of one backend' 2 'name a device with --try-module' run_here --precision 5
expect 'a part that none is' 2 "--leave-out wants timed, samples, held or dmabench, not 'noise'" \
	run_here --leave-out noise
expect 'rounds that are left out, and their number' 2 'contradict' run_here --leave-out timed --rounds 3
expect 'another option beside --resume' 2 'leave the other options out' run_here --resume x --full
expect 'a refusal is one line' 0 '^1$' bash -c "run_here --nonsense 2>&1 | wc -l"
done_testing
