# SPDX-License-Identifier: GPL-2.0-only
"""bench/run: from the command line to the exit status."""

import contextlib
import os
import shlex
import shutil
import signal
import sys

import backend
import boots
import comparison
import counting
import dmabench
import lab
import lasting
import lend
import loads as load_files
import machine as machine_file
import observe
import options as option_files
import plan
import plan_text
import process
import progress as progress_file
import record as record_file
import resume
import sampling
import session as session_file
import spaces
from errors import (GOOD, INTERRUPTED, NOTHING, REFUSED, SOME_FAILED, Failed, Interrupted, Refused)
from host import Host
from lock import take_lock
from rounds import Rounds
from targets import Finder

import figures

# Commands whose package has another name, in Debian, Fedora and RHEL alike where it is one word.
PACKAGES = {"ip": "iproute2 (RPM: iproute)", "ss": "iproute2 (RPM: iproute)",
            "ping": "iputils-ping (RPM: iputils)", "blkid": "util-linux"}

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_signals():
    """While things are given back nothing interrupts."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupted(number, _frame):
    ignore_signals()
    raise Interrupted(signal.Signals(number).name)


def check_tools(needed):
    """Looks for the commands that a run needs before its first round."""
    missing = [tool for tool in needed if not shutil.which(tool)]
    if missing:
        raise Refused(f"missing commands: {' '.join(missing)}; their packages: "
                      f"{' '.join(sorted({PACKAGES.get(tool, tool) for tool in missing}))} "
                      "(make deps installs them; a host without network: bring them along)")
    if os.geteuid() != 0:
        raise Refused("must be root to bind devices and read their counters: use sudo")


def tools_of(targets, options):
    """The commands that a run with these targets needs."""
    kinds = {target.kind for target in targets}
    needed = ["fio"] if "disk" in kinds else []
    needed += ["iperf3"] if kinds - {"disk"} else []
    needed += ["ping", "ss"] if "pair" in kinds else []
    needed += ["blkid"] if options.write else []
    return needed


def confirm(options):
    """Asks only where somebody can answer and something is at stake."""
    if options.yes or not (options.write or options.try_module):
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    sys.stdout.write("Go on? [y/N] ")
    sys.stdout.flush()
    if not sys.stdin.readline().lower().startswith("y"):
        raise Refused("stopped: nothing was done")


class Run:
    """One run on this machine."""

    def __init__(self, checkout, options, arguments):
        self.options, self.arguments = options, arguments
        self.host = Host(checkout)
        self.machine = machine_file.Machine(self.host)
        self.record = self.stored = None
        self.before = None  # the record of the environment's boots before

    def main(self):
        """The whole run. Returns its exit status."""
        with contextlib.ExitStack() as stack:
            try:
                return self._main(stack)
            finally:
                ignore_signals()

    def _main(self, stack):
        options = self.options
        check_tools(["ip"])
        folder = options.out or os.path.join(
            self.host.checkout, "results",
            record_file.utc("%Y%m%dT%H%M%SZ") + "-" + os.uname().nodename)
        if options.resume:
            comparison.check_resumed(options.resume)
        elif not self.machine.named:
            comparison.check(folder, self.host)
        if not options.changes_nothing:
            take_lock(stack)
            spaces.release()
            counting.remove()
        if options.resume:
            partial = record_file.partial_of(options.resume)
            folder = os.path.dirname(os.path.abspath(partial))
            self.stored = record_file.read_plan(partial)
            options = self.options = resume.options_of(self.stored, options)
            self.before = resume.boots_before(self.stored, partial)
            resume.check(self.stored, self.machine, partial)
            state = {} if options.dry_run else resume.recover(self.host, self.stored, partial)
        finder = Finder(self.host, self.machine, options)
        finder.find()
        if not self.machine.named:
            lasting.check(folder, self.machine.environment, finder.targets)
        if not self.stored and not self.machine.named:
            self.before = comparison.boots_before(folder, self.machine)
        check_tools(tools_of(finder.targets, options))
        loads = load_files.find(self.host.checkout, options.job)
        cant_sample = sampling.why_not()
        wanted = plan.settings(options, self.machine, not cant_sample)
        if self.before:
            wanted = wanted._replace(pairs_before=boots.last_pair(self.before))
            boots.check(self.before, self.machine, wanted,
                        record_file.device_entries(finder.targets), bool(finder.unpaired))
        if cant_sample and wanted.rounds and not self.machine.emulated:
            finder.leave_out("samples of where the time goes", cant_sample)
        holder = dmabench.holder(finder, self.machine)
        visits = plan.make(finder.targets, loads, wanted, holder)
        steps = plan.steps_of(visits, {target.id for target in finder.targets if target.module})
        lender = self._lender(finder)
        self._print_plan(finder, wanted, visits, lender, steps)
        if options.dry_run:
            return GOOD
        confirm(options)
        self.record = record_file.Record(folder, self.machine.environment)
        self.record.before = self.before
        if self.stored:
            resume.check_plan(self.stored, visits, finder.targets)
            self.record.take_up(resume.with_boot(self.stored, self.machine))
            self.record.write("plan.json", self.record.plan)
        else:
            self.record.begin(self._plan(finder, wanted, visits))
            state = {}
        return self._measure(stack, finder, wanted, loads, visits, steps, (lender, holder), state)

    def _lender(self, finder):
        """What times the DMA API: once, for its figures are of no boot more than of another."""
        done = (self.before or {}).get("dmabench")
        return None if done and done["ok"] else dmabench.choose(finder, self.machine)

    def _print_plan(self, finder, wanted, visits, lender, steps):
        lines = plan_text.lines(self.machine, finder, wanted, visits, lender, steps)
        if self.before:
            lines.append(f"Adds boot {len(self.before['boots']) + 1} to those of "
                         f"{self.machine.environment} that are there")
        if self.options.dry_run:
            lines += plan_text.step_lines(steps, lender)
        for line in lines:
            progress_file.say(line)

    def _plan(self, finder, wanted, visits):
        """What plan.json holds: enough to take the run up again."""
        arguments = [word for word in self.arguments if word != "--yes"]
        if "--seed" not in arguments:
            arguments += ["--seed", str(wanted.seed)]
        return {"schema": 1, "kind": "swiotlb-xen-plan",
                "command": "bench/run " + " ".join(map(shlex.quote, self.arguments)),
                "arguments": arguments, "visits": [list(visit) for visit in visits],
                "targets": resume.target_entries(finder.targets),
                "identity": record_file.identity(self.machine, machine_file.versions(self.machine)),
                "boots": (self.before or {"boots": []})["boots"] + [self.machine.boot_id()],
                "started": self.record.started}

    def _measure(self, stack, finder, wanted, loads, visits, steps, lenders, state):
        record, (lender, holder) = self.record, lenders
        stack.callback(self._drop_if_empty)
        left_on = counting.tracing_left_on()
        if left_on:
            raise Failed(left_on)
        backends = backend.Backends(self.host, finder.targets)
        module = None
        if any(target.module for target in finder.targets):
            module = backend.Module(self.host.checkout)
            stack.callback(module.unload)
            module.loaded = module.loaded or bool(state.get("module_loaded"))
        record.state(module_loaded=bool(module and module.loaded),
                     dmabench_loaded=any(one and not one.was_loaded for one in lenders))
        stack.callback(self._to_stock, backends)
        for one in filter(None, lenders):
            stack.callback(one.release)
        tenths = sum(plan.tenths_of(step, wanted) for step in steps)
        tenths += lender.tenths(wanted) if lender else 0
        progress = progress_file.Progress(tenths, len(steps) + bool(lender))
        rounds = Rounds(self.machine, wanted, loads, record, finder, holder)
        rounds.rates.update(state.get("rates", {}))
        stack.callback(rounds.close)
        session = session_file.Session(finder, wanted, loads, record, backends, rounds, progress)
        session.run(visits)
        self._back_from(holder, backends)
        extras = {"dmabench": self._time_the_api(lender, session, wanted, backends, progress)}
        # the devices go back first: what does not is an error of this run
        self._to_stock(backends)
        if module:
            extras["exchange_totals"] = {"module": counting.module_totals()}
        extras["precision_reached"] = session.reached
        return self._finish(finder, wanted, extras, rounds, session)

    def _time_the_api(self, lender, session, wanted, backends, progress):
        if not lender or lender.target and lender.target.id in session.broken:
            return None
        progress.step(lender.text())
        found, why = lender.run(self.record, wanted, backends)
        if why:
            self.record.errors.append(why)
            progress.error(why)
        self._back_from(lender, backends)
        progress.end()
        return found

    def _back_from(self, lender, backends):
        """What was lent to dmabench goes back to its driver."""
        if not lender or not lender.lent:
            return
        lender.release()
        try:
            if lender.target:
                backends.move(lender.target, "stock")
        except (OSError, Failed) as error:
            self.record.errors.append(f"{lender.target.id} did not come back to its driver after "
                                      f"dmabench: {error}")

    def _to_stock(self, backends):
        for text in backends.close():
            if self.record:
                self.record.errors.append(text)
            progress_file.say("run: " + text, sys.stderr)

    def _drop_if_empty(self):
        if os.path.isdir(self.record.work) and not self.record.kept():
            self.record.drop()

    def _finish(self, finder, wanted, extras, rounds, session):
        record = self.record
        if not any(one["ok"] for one in record.rounds):
            raise Failed(f"no round was good, the first: {(record.errors or ['none was run'])[0]}")
        extras["vcpu_missing"] = rounds.xentime.missing
        record.finish(record_file.head(record, self.machine, wanted, finder.targets,
                                       finder.left_out, extras))
        if not self.machine.named:
            comparison.write(record.out_dir, self.machine, record.plan["command"], wanted.set,
                             record.elapsed())
        report = os.path.join(self.host.checkout, "analysis/report/report")
        # in the lab's machines the lab makes it
        reports = not (self.options.no_report or self.options.here and self.machine.emulated) and \
            os.access(report, os.X_OK)
        if not reports:
            progress_file.say(figures.table(figures.read_boot(record.result)))
        for line in session.reached:
            progress_file.say(line)
        self._verdict(record)
        if self.options.no_report:
            progress_file.say(f"A report can be made elsewhere: make report RUN={record.out_dir}")
        if reports:
            if process.call([report, record.out_dir]):
                progress_file.say(figures.table(figures.read_boot(record.result)))
                progress_file.say(f"run: no report: run {report} {record.out_dir} by hand",
                                  sys.stderr)
        return SOME_FAILED if record.errors else GOOD

    def _verdict(self, record):
        if record.errors:
            count = len(record.errors)
            errors = "1 error" if count == 1 else f"{count} errors, the first"
            progress_file.say(f"{errors}: {record.errors[0]}")
        failed = sum(not one["ok"] for one in record.rounds)
        label = " Emulated: counts alone mean anything." if self.machine.emulated else ""
        took = plan_text.minutes(record_file.time.time() - record.started)
        progress_file.say(f"{len(record.rounds)} rounds, {failed} failed, in {took}.{label}")
        progress_file.say(f"Result: {host_path(record.result)}")


def host_path(path):
    """A result's path as whoever started the machine knows it: the lab tells where /out lies."""
    inside, _, outside = os.environ.get("XSW_OUT_IS", "").partition("=")
    path = os.path.abspath(path)
    return outside + path[len(inside):] if outside and path.startswith(inside + "/") else path


def start(checkout, arguments):
    """Runs what the command line asks for. Returns the exit status."""
    options = option_files.parse(arguments)
    if options.help:
        print(option_files.usage())
        return GOOD
    host = Host(checkout)
    machine = machine_file.Machine(host)
    # what is of this machine and no other is not looked for in the lab
    of_this = options.here or options.resume or options.observe or options.peer or options.lend or \
        (options.out and comparison.is_here(options.out, host))
    if not of_this and not machine.xen and lab.is_there(checkout):
        return lab.bench(checkout, arguments)
    if options.env:
        raise Refused("--env chooses what the lab boots: a host is measured as it was booted")
    if options.jobs:
        raise Refused("--jobs is of the machines that the lab boots: a host is one")
    run = Run(checkout, options, arguments)
    if options.observe:
        return observe.main(run)
    if options.lend:
        return lend.main(run)
    try:
        return run.main()
    except (Interrupted, Failed):
        if run.record and os.path.isdir(run.record.work):
            progress_file.say(f"run: what was measured is kept: bench/run --resume "
                              f"{run.record.out_dir}", sys.stderr)
        raise


def main(checkout, arguments):
    """The exit status, after the one line that a refusal or an error is."""
    for number in SIGNALS:
        signal.signal(number, _interrupted)
    try:
        return start(checkout, arguments)
    except Refused as error:
        for line in error.before:
            progress_file.say(line, sys.stderr)
        progress_file.say(f"run: {error}", sys.stderr)
        return REFUSED
    except Failed as error:
        progress_file.say(f"run: {error}", sys.stderr)
        return NOTHING
    except Interrupted as error:
        progress_file.say(f"run: interrupted ({error}): the devices are given back", sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return INTERRUPTED
