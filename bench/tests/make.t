#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The entrance: what is yes or no is understood or refused, and a variable that would change nothing is
# refused.  Nothing is run: make only says what it would do.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh

# As on a Xen host, where nothing is looked for in the lab.
host()
{
	make -n --eval 'override XEN_HOST := control_d' "$@"
}
lab()
{
	make -n --eval 'override XEN_HOST :=' "$@"
}
export -f host lab

for word in 1 y yes true; do
	expect "DRY_RUN=$word is a dry run" 0 ' --dry-run' host bench "DRY_RUN=$word" WRITE=/dev/none
	expect 'which installs nothing' 0 '!bench/deps' host bench "DRY_RUN=$word"
done
for word in 0 n no false ''; do
	expect "DRY_RUN=$word is none" 0 '!dry-run' host bench "DRY_RUN=$word"
done
expect 'each of them, told by the environment too' 0 ' --dry-run' env DRY_RUN=1 bash -c 'host bench'
expect 'READONLY=1' 0 ' --readonly' host bench READONLY=1
expect 'HERE=true' 0 ' --here' lab bench HERE=true
expect 'HERE=no is the lab' 0 'packages-host' lab bench HERE=no
expect 'REPORT=0' 0 ' --no-report' host bench REPORT=0
expect 'REPORT=1' 0 '!no-report' host bench REPORT=1
expect 'SINGLE=1' 0 ' --single ' host report RUN=x SINGLE=1
expect 'SINGLE=no' 0 '!--single' host report RUN=x SINGLE=no
expect 'APPLY=true' 0 ' --apply' host tune CONFIRM=x APPLY=true
expect 'ICOUNT=0 is none' 0 '!icount' lab bench-dma ICOUNT=0
expect 'ICOUNT=yes' 0 ' --icount' lab bench-dma ICOUNT=yes
# shellcheck disable=SC2016 # a variable of make's
expect 'INSTALL is told as its program reads it' 0 '^no$' make -s INSTALL=0 \
	--eval 'told: ; @echo $$INSTALL' --eval 'USES_told := INSTALL' told
for words in 'bench DRY_RUN' 'bench READONLY' 'bench HERE' 'bench REPORT' 'bench INSTALL' 'report SINGLE' \
	'tune APPLY' 'bench-dma ICOUNT' 'test VERBOSE'; do
	for value in maybe 2 'yes no'; do
		complains "${words#* }=$value is refused" 2 "${words#* }='$value': say yes or no" \
			make -n "${words% *}" "${words#* }=$value"
	done
done
for value in 2 maybe /usr/bin/install 'yes no' 'no way'; do
	for name in DRY_RUN READONLY HERE REPORT INSTALL VERBOSE SINGLE APPLY ICOUNT SET; do
		is "$(env "$name=$value" bash -c 'host bench' 2>&1)" "$(host bench 2>&1)" \
			"$name=$value in the environment is as if not given"
	done
done
# shellcheck disable=SC2016 # a variable of make's
expect 'nor does a program read it' 0 '^nothing$' env INSTALL=/usr/bin/install make -s \
	--eval 'told: ; @echo $${INSTALL:-nothing}' --eval 'USES_told := INSTALL' told
expect 'SET=full of the environment is taken' 0 ' --full' env SET=full bash -c 'host bench'
expect 'VERBOSE of another program stops no help' 0 '^variables' env VERBOSE=2 SET=x make help
for name in REPORT INSTALL DRY_RUN; do
	is "$(host bench "$name=")" "$(host bench)" "$name= is the default"
done
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
printf '#!/bin/sh\nexit 1\n' >"$bin/dpkg-query"
chmod +x "$bin/dpkg-query"
for word in '' no; do
	expect "where its packages are missing, REPORT=$word is no report" 0 ' --no-report' \
		bash -c "PATH=$bin:\$PATH; host bench REPORT=$word"
done
expect 'nor without a word' 0 ' --no-report' bash -c "PATH=$bin:\$PATH; host bench"
expect 'REPORT=yes is one' 0 '!no-report' bash -c "PATH=$bin:\$PATH; host bench REPORT=yes"
complains 'a set that is none' 2 "SET='ful': there are quick and full" host bench-trace SET=ful

complains 'a comparison is no page' 2 'report does not use SINGLE' host report RUN=x BASE=y SINGLE=yes
complains 'a fleet has no run' 2 'report does not use RUN' host report FLEET=x RUN=y
complains 'nor a base' 2 'report does not use BASE' host report FLEET=x BASE=y
expect 'alone each is used' 0 ' --fleet x$' host report FLEET=x
complains 'the lab traces on its own devices' 2 'bench-trace does not use DEVICE' lab bench-trace DEVICE=spare-nic
complains 'all of them' 2 'bench-trace does not use DISK' lab bench-trace DISK=/dev/none
complains 'a Xen host has no folder of it' 2 'bench-trace does not use OUT' host bench-trace OUT=x
done_testing
