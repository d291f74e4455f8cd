# SPDX-License-Identifier: GPL-2.0-only
# The one entrance: `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A Xen host measures itself: loads and Python are all it needs, and a report can be made elsewhere.
XEN_HOST := $(shell grep -s control_d /proc/xen/capabilities)

# ---- variables a user may set on the command line, by target; any other is refused ----
# What builds the lab's image, or installs packages, may be given to all that may do it.
MAKING := KERNEL INSTALL DEBIAN_MIRROR
TESTING := TESTS JOBS VERBOSE
USES_bench := SET DISK NIC WRITE MODULE ROUNDS SEED OUT READONLY DRY_RUN ENV HERE API PEER RATE JOB OBSERVE \
	PRECISION RESUME REPORT JOBS $(MAKING)
USES_bench-core := $(MAKING)
USES_bench-dma := ICOUNT $(MAKING)
# On a Xen host it takes devices and prints; in the lab it has its own, and leaves files.
TRACE_HOST := DISK NIC DEVICE
TRACE_LAB := OUT
USES_bench-trace := SET ROUNDS $(if $(XEN_HOST),$(TRACE_HOST),$(TRACE_LAB)) $(MAKING)
USES_bundle := KVER
USES_deps := HERE $(MAKING)
# A fleet has its runs in a folder; a comparison is text.
REPORT_OF := RUN BASE SINGLE FLEET
USES_report := INSTALL $(if $(FLEET),FLEET,$(if $(BASE),RUN BASE,RUN SINGLE))
USES_tune := RECORDING OCCUPANCY SCALE MARGIN GAPS TIME KEEP OUT CONFIRM APPLY
USES_lab-shell := ENV $(MAKING)
USES_module := KVER
USES_test := $(TESTING) $(MAKING)
USES_test-build := $(MAKING)
USES_test-mutants := JOBS VERBOSE $(MAKING)
USES_test-traces := VERBOSE $(MAKING)
USES_test-watch := VERBOSE $(MAKING)
USES_test-bench := VERBOSE $(MAKING)
USES_test-tune := VERBOSE $(MAKING)
USES_test-contiguity := JOBS VERBOSE $(MAKING)
USES_test-module := JOBS VERBOSE $(MAKING)
USES_test-kernels := VERBOSE $(MAKING)
USES_lint := $(MAKING)
KNOWN := $(sort $(TRACE_HOST) $(TRACE_LAB) $(REPORT_OF) $(foreach v,$(filter USES_%,$(.VARIABLES)),$($(v))))
GIVEN := $(foreach v,$(.VARIABLES),$(if $(findstring command,$(origin $(v))),$(v)))
GIVEN := $(filter-out MAKEFLAGS MAKEOVERRIDES -*-command-variables-*-,$(GIVEN))
UNKNOWN := $(strip $(filter-out $(KNOWN),$(GIVEN)))
USELESS := $(strip $(filter-out $(foreach g,$(or $(MAKECMDGOALS),help),$(USES_$(g))),$(GIVEN)))
ifneq ($(UNKNOWN),)
$(error unknown variable $(UNKNOWN): `make help` lists those there are)
endif
ifneq ($(USELESS),)
$(error $(or $(MAKECMDGOALS),help) does not use $(USELESS) here: it would change nothing)
endif

# What is yes or no may be said in these words; any other is a mistake, and no silent 'no'. In the
# environment it was not said to us: there it is as if it were not given.
YES := 1 y yes true
NO := 0 n no false
YES_OR_NO := READONLY DRY_RUN HERE REPORT SINGLE APPLY GAPS INSTALL ICOUNT VERBOSE
$(foreach v,$(filter-out $(GIVEN),$(YES_OR_NO)),$(if $(filter-out $(YES) $(NO),$($(v)))$(word 2,$($(v))),$(eval override undefine $(v))))
$(if $(filter SET,$(GIVEN)),,$(if $(filter-out quick full,$(SET))$(word 2,$(SET)),$(eval override undefine SET)))
NEITHER := $(foreach v,$(YES_OR_NO),$(if $(filter-out $(YES) $(NO),$($(v)))$(word 2,$($(v))),$(v)='$($(v))'))
ifneq ($(strip $(NEITHER)),)
$(error $(strip $(NEITHER)): say yes or no ($(YES); $(NO)))
endif
$(foreach v,$(YES_OR_NO),$(if $(filter $(YES),$($(v))),$(eval override $(v) := yes)))
# 'no' is nothing, but where nothing is the default, and that is not 'no'.
$(foreach v,$(filter-out REPORT INSTALL,$(YES_OR_NO)),$(if $(filter $(NO),$($(v))),$(eval override $(v) :=)))
$(foreach v,REPORT INSTALL,$(if $(filter $(NO),$($(v))),$(eval override $(v) := no)))
ifneq ($(filter-out quick full,$(SET))$(word 2,$(SET)),)
$(error SET='$(SET)': there are quick and full)
endif

export DEBIAN_MIRROR INSTALL KERNEL

KVER ?= $(shell uname -r)
LAB := $(wildcard bench/lab/lab)
JOBS ?= 2

# One word of a shell's, whatever is in it.
quoted = '$(subst ','\'',$(1))'

# What is asked of this host is not brought to the lab, which needs more.
# A folder that was begun on this host is gone on with here, however this host was booted.
THIS_HOST := $(XEN_HOST)$(OBSERVE)$(PEER)$(RESUME)$(HERE)
ifneq ($(OUT),)
THIS_HOST := $(THIS_HOST)$(shell ! python3 -B bench/runner/comparison.py $(call quoted,$(OUT)) 2>/dev/null || echo yes)
endif
LISTS := bench/packages.txt
ifeq ($(THIS_HOST),)
LISTS += analysis/packages.txt $(wildcard bench/lab/packages-host.txt)
else ifneq ($(shell bench/deps --missing analysis/packages.txt),)
override REPORT := $(or $(REPORT),no)
endif
TEST_LISTS := $(LISTS) impl/tests/packages.txt

.PHONY: help
help: ## this list; times are of two cores without hardware virtualisation
	@echo "SWIOTLB-Xen: a bounce-buffer DMA backend for Xen PV domains, with its benchmark and tracing suite"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'
	@echo
	@echo "variables (yes is 1, y or true, too; no is 0, n or false; nothing is the default; another word is refused):"
	@echo "  bench        SET=quick|full DISK= NIC= WRITE= MODULE= ROUNDS= SEED= OUT= READONLY=yes"
	@echo "               DRY_RUN=yes PEER=HOST RATE=50M JOB=FILE OBSERVE=SECONDS PRECISION=PERCENT"
	@echo "               RESUME=RUN REPORT=no HERE=yes API=none|spare-nic|ADDRESS ENV=native,xen-dom0|all JOBS="
	@echo "  bench-dma    ICOUNT=1"
	@echo "  bench-trace  SET= DISK= NIC= ROUNDS= OUT= DEVICE="
	@echo "  report       RUN= BASE= SINGLE=yes FLEET="
	@echo "  tune         RECORDING= OCCUPANCY= TIME= KEEP= SCALE= MARGIN=0.25 GAPS=yes (go on where events were lost)"
	@echo "               OUT= CONFIRM=ADVICE APPLY=yes"
	@echo "  module, bundle  KVER="
	@echo "  lab-shell    ENV= KERNEL="
	@echo "  test         TESTS= JOBS= VERBOSE=1 KERNEL="
	@echo "what may install packages or build the lab's image:"
	@echo "  INSTALL=yes|no (may packages be installed) DEBIAN_MIRROR= (for the lab's image)"

.PHONY: deps
deps: ## find what is missing and install it (on a Xen host: only with INSTALL=yes)
	@bench/deps $(LISTS)

.PHONY: deps-test
deps-test:
	@bench/deps $(TEST_LISTS)

RUN_ARGS := $(if $(SET),--$(SET)) $(foreach d,$(DISK),--disk $(d)) $(foreach n,$(NIC),--nic $(n)) \
	$(foreach w,$(WRITE),--write $(w)) $(foreach m,$(MODULE),--try-module $(m)) \
	$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(OUT),--out $(OUT)) \
	$(if $(API),--time-api $(API)) $(foreach j,$(JOB),--job $(j)) $(if $(PEER),--peer $(PEER)) $(if $(RATE),--rate $(RATE)) \
	$(if $(OBSERVE),--observe $(OBSERVE)) $(if $(PRECISION),--precision $(PRECISION)) \
	$(if $(RESUME),--resume $(RESUME)) $(if $(filter no,$(REPORT)),--no-report) \
	$(if $(ENV),--env $(ENV)) $(if $(HERE),--here) \
	$(if $(findstring command,$(origin JOBS)),--jobs $(JOBS)) \
	$(if $(READONLY),--readonly) $(if $(DRY_RUN),--dry-run)

# A dry run installs nothing. Rounds that failed (status 3) are in the report: make does not fail.
.PHONY: bench
bench: $(if $(DRY_RUN),,deps) ## measure: this Xen host, or the lab on any other machine; ends with a report
	@bench/run $(RUN_ARGS) || { status=$$?; [ $$status -eq 3 ] || exit $$status; }

.PHONY: bundle
bundle: ## one archive for a dom0 without compiler, packages or network (KVER=: with the modules for that kernel)
	@bench/bundle/bundle $(if $(findstring command,$(origin KVER)),$(KVER))

.PHONY: bench-core
bench-core: deps-test ## the engine alone, in user space: ours against upstream's scheme
	@impl/tests/bench/bench-core

.PHONY: bench-dma
bench-dma: deps ## the DMA API timed inside the kernel, stock against module (ICOUNT=1: instructions)
	@bench/lab/lab bench-dma $(if $(ICOUNT),--icount)

.PHONY: deps-trace
deps-trace:
	@bench/deps $(if $(XEN_HOST),$(addsuffix /packages.txt,bench traces),$(LISTS))

.PHONY: bench-trace
bench-trace: deps-trace ## what each tracing tool costs a mapping, and throughput; on a Xen host with DEVICE=
ifeq ($(XEN_HOST),)
	@bench/lab/lab bench-trace $(if $(filter full,$(SET)),--full) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(OUT),--out $(OUT))
else
	@$(MAKE) -s -C traces/xswbounce
	@traces/cost/throughput $(foreach d,$(DISK),--disk $(d)) $(foreach n,$(NIC),--nic $(n)) \
		$(if $(filter full,$(SET)),--slow) --rounds $(or $(ROUNDS),$(if $(filter full,$(SET)),6,3))
	@$(if $(DEVICE),$(MAKE) -s -C bench/dmabench module && traces/cost/cost --device $(DEVICE),\
		echo "bench-trace: for the cost of a mapping name a device to take: DEVICE=BDF or spare-nic")
endif

.PHONY: deps-report
deps-report:
	@bench/deps analysis/packages.txt

.PHONY: report
report: deps-report ## make the report of a run again: RUN=results/... (BASE=results/...: compare with it; FLEET=DIR)
	@$(if $(FLEET),analysis/report/report --fleet $(FLEET),\
		$(if $(RUN),$(if $(BASE),analysis/report/compare $(BASE) $(RUN),\
		analysis/report/report $(if $(SINGLE),--single) $(RUN)),\
		echo "report: name the run: make report RUN=results/..." >&2; exit 2))

.PHONY: trace
trace: ## is this host bouncing?  ten seconds, reads only
	@traces/tracefs/bounces

.PHONY: tune
tune: ## how large must the pool be?  records TIME= seconds of a Xen host, or takes RECORDING=; SCALE=2
	@$(MAKE) -s -C analysis/replay
ifeq ($(RECORDING),)
	@[ -z "$(XEN_HOST)" ] || [ ! -e /sys/kernel/btf/vmlinux ] || $(MAKE) -s -C traces/xswbounce
endif
	@analysis/tune/tune --xswbounce build/traces/xswbounce --bounces traces/tracefs/bounces --plots $(call quoted,$(or $(OUT),build/tune)) \
		$(if $(TIME),--time $(call quoted,$(TIME))) $(if $(SCALE),--scale $(call quoted,$(SCALE))) \
		$(if $(MARGIN),--margin $(call quoted,$(MARGIN))) $(if $(GAPS),--across-gaps) \
		$(if $(CONFIRM),,--save $(call quoted,$(or $(OUT),build/tune)/advice.json)) \
		$(if $(KEEP),--keep $(call quoted,$(KEEP))) \
		$(if $(OCCUPANCY),--occupancy $(call quoted,$(OCCUPANCY))) \
		$(if $(CONFIRM),--confirm $(call quoted,$(CONFIRM))) $(if $(APPLY),--apply) \
		$(if $(RECORDING),$(call quoted,$(RECORDING)))

.PHONY: lab-shell
lab-shell: deps ## a root shell in an environment of the lab: ENV=xen-dom0 KERNEL=6.12 (lab envs, lab kernels)
	@bench/lab/lab shell $(or $(ENV),xen-dom0)

# ---- the module: for the running kernel, or in the lab's rootfs for the lab's kernel ----
.PHONY: module
module: ## build xen_swiotlb.ko for KVER (default: the running kernel)
	@$(MAKE) -C impl/kmod module KVER=$(KVER)

.PHONY: install
install: ## install the module for this kernel through dkms
	@$(MAKE) -C impl/kmod install

# ---- tests ----
# What was given to this make is not for those that tests call.
PROVE := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL prove

# The longest first, so that two run side by side to the end.  A machine with two CPUs would take
# from the runner's rounds what they measure: its tests come when that is over.
LAB_TEST = $(wildcard $(patsubst %,bench/lab/tests/%.t,$(1)))
LONG_TESTS := $(call LAB_TEST,smp runner tools inuse module small) impl/tests/verify/run
TEST_FILES = $(LONG_TESTS) $(filter-out $(LONG_TESTS),$(wildcard bench/lab/tests/*.t)) \
	$(addprefix build/tests/,$(ENGINE_TESTS) $(subst :,-,$(subst $(comma),-,$(SANITIZED)))) \
	$(wildcard impl/tests/shape/*.t analysis/tests/*.t bench/tests/*.t bench/dmabench/tests/*.t \
	traces/tests/*.t)
.PHONY: test
test: deps-test test-build ## the tests: units, tools, and the module on real Xen in the lab
	@$(PROVE) -j$(JOBS) --timer $(if $(VERBOSE),-v) $(or $(TESTS),$(TEST_FILES))

ENGINE_TESTS := unit xen property stress
# test:sanitizers, as the compiler names them
SANITIZED := unit:address,undefined xen:address,undefined property:address,undefined stress:thread
comma := ,

# What runs in the lab's machines is built for them before they boot.
# The tracing tool is built there, too, by that release's compilers: compiler.t runs that one.
TEST_MODULES := impl/kmod:module impl/tests/guest:modules bench/dmabench:module bench/xentime:all \
	traces/xswbounce:'products=/src/build/tests/traces-$$(KVER)'
.PHONY: test-build
test-build:
	@$(foreach t,$(ENGINE_TESTS) upstream,$(MAKE) -s -C impl/tests/$(t) all &&) true
	@$(foreach t,$(SANITIZED),$(MAKE) -s -C impl/tests/$(subst :, SAN=,$(t)) all &&) true
	@$(MAKE) -s -C traces/xswbounce STATIC=1
	@$(MAKE) -s -C analysis/replay
	@$(MAKE) -s -C analysis/replay SAN=address,undefined fuzz-loop
	@$(foreach m,$(TEST_MODULES),$(LAB) chroot -- make -s -C $(subst :, ,$(m)) >/dev/null &&) true

.PHONY: test-mutants
test-mutants: deps-test ## do the tests of impl/ notice each line that is broken? (370 s of CPU time)
	@$(PROVE) -j$(JOBS) --timer $(if $(VERBOSE),-v) impl/tests/unit/mutants impl/tests/xen/mutants \
		impl/tests/xen/mutants-defrag

.PHONY: test-traces
test-traces: deps-test test-build ## the tests of the BPF and perf tracing tools in the lab (50 minutes beside two emulators, 1,900 s of CPU time)
	@$(PROVE) --timer $(if $(VERBOSE),-v) bench/lab/tests/traces

.PHONY: test-watch
test-watch: deps-test test-build ## the flight recorder for half an hour, while all that it is there for happens
	@$(PROVE) --timer $(if $(VERBOSE),-v) bench/lab/tests/watch

.PHONY: test-module
test-module: deps-test test-build ## every test of the module with two CPUs and in PV domUs, and its mutants (half an hour)
	@$(PROVE) -j$(JOBS) --timer $(if $(VERBOSE),-v) bench/lab/tests/module

.PHONY: test-bench
test-bench: deps-test test-build ## the lab's bench as it is typed, every environment, a host compared with itself, a run that is stopped (more than an hour)
	@$(PROVE) --timer $(if $(VERBOSE),-v) bench/lab/tests/bench

.PHONY: test-tune
test-tune: deps-test test-build ## what replay and tune foretell, beside what the kernel meets: ten boots (85 minutes beside other emulators, 2,900 s of CPU time)
	@$(PROVE) --timer $(if $(VERBOSE),-v) bench/lab/tests/tune

.PHONY: test-contiguity
test-contiguity: deps-test test-build ## the defragmenter and the doctor in a scattered dom0 and domU: cure, cost, wear, guards, ten minutes of churn (JOBS=1: 125 minutes beside other emulators, 6,600 s of CPU time)
	@$(PROVE) -j$(JOBS) --timer $(if $(VERBOSE),-v) bench/lab/tests/contiguity

# Every other kernel of the lab: modules built in its own Debian root, and the one tracing tool, which
# has to fit them all.
DEFAULT_KERNEL := 6.12
KERNELS = $(or $(KERNEL),$(filter-out $(DEFAULT_KERNEL),\
	$(basename $(notdir $(wildcard bench/lab/kernel/*.kernel)))))
.PHONY: test-kernels
test-kernels: deps-test ## modules and tracing tools on the lab's other kernels, or on KERNEL= (50 minutes for each beside two emulators)
	@$(MAKE) -s -C traces/xswbounce STATIC=1
	@status=0; for k in $(KERNELS); do export KERNEL=$$k; \
		$(foreach m,$(TEST_MODULES),$(LAB) chroot -- make -s -C $(subst :, ,$(m)) >/dev/null &&) \
		echo "kernel $$k:" && $(PROVE) --timer $(if $(VERBOSE),-v) bench/lab/tests/kernels || status=1; \
	done; exit $$status

.PHONY: lint
lint: deps-test ## clang-format, shellcheck, Python 3.6, sparse on the module
	@bench/lint

.PHONY: clean
clean: ## remove build products, but keep the lab's image (make distclean removes all)
	@find build -mindepth 1 -maxdepth 1 ! -name lab -exec rm -rf {} + 2>/dev/null || true

.PHONY: distclean
distclean: ## remove build/ with the lab's image
	@rm -rf build
