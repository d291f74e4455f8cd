# SPDX-License-Identifier: GPL-2.0-only
"""Runs one round: a load on a target, and around it what is measured from outside the tool."""

import os
import time

import cost
import counting
import process
import sampling
import settings
import spaces
from backend import Module
from errors import Failed
from plan import COUNTED, DISCARDED, HELD, SAMPLED, TIMED, load_seconds, seed_of

import raw_files

# What a counted round sends across a pair.
COUNTED_BYTES = "-n 4M"


class Rounds:
    """What all rounds of a run share. close() gives the cards back."""

    def __init__(self, machine, wanted, loads, record, finder, holder=None):
        self.machine, self.host, self.wanted = machine, machine.host, wanted
        self.loads = {load.name: load for load in loads}
        self.record = record
        self.leave_out, self.holder = finder.leave_out, holder
        self.xentime = cost.Xentime(machine, record.work)
        self.cycles_missing = cost.cycles_missing(machine)
        self.uncounted = counting.why_not(machine)
        self.pair = self.pair_target = None
        self.rates = {}

    def close(self):
        """The cards go back into this process' own namespace."""
        if self.pair:
            self.pair.close()
        self.pair = self.pair_target = None

    def network_up(self, target):
        """Puts the cards of a pair into their namespaces, if they are not there."""
        if self.pair_target is not target:
            self.close()
            self.pair = spaces.Pair(self.host, target.names)
            self.pair_target = target

    def _disk_bytes(self, load, target, kind):
        """How much a job may touch: the disk, or what a counted round moves."""
        amount = target.bytes
        if kind in (COUNTED, HELD):
            amount = load.bytes if target.wide else load.bytes // 2
        return min(amount, target.bytes)

    def command(self, load, target, kind, path, pair=0):
        """(command, environment) that run a load once, its record going to a file."""
        timed = kind not in (COUNTED, HELD)
        seconds = load_seconds(self.wanted, kind)
        env = dict(os.environ)
        if target.kind == "disk":
            words = ["fio", "--output-format=json+", f"--output={path}"]
            words += [] if target.writable else ["--readonly"]
            env.update(XSW_NODE=target.node, XSW_TIMED=str(int(timed)),
                       XSW_BYTES=str(self._disk_bytes(load, target, kind)),
                       XSW_SECONDS=str(seconds if timed else 0),
                       XSW_RAMP=f"{int(self.wanted.ramp_s * 1000)}ms" if timed else "0",
                       XSW_SEED=str(seed_of(self.wanted.seed, target.id, load.name, pair)),
                       XSW_RATE=str(self.rates.get(target.id, 1)))
            return words + [load.path], env
        amount = f"-t {seconds} -O 1" if timed else COUNTED_BYTES
        env.update(XSW_RATE=str(self.rates.get(target.id, 1)))
        if target.kind == "peer":
            peer = target.peer
            amount = f"-t {seconds}" + (" -O 1" if timed else "")
            env.update(XSW_PEER=peer.address, XSW_PEER_PORT=str(peer.port),
                       XSW_PEER_SOURCE=peer.source, XSW_PEER_RATE=peer.rate)
        return [load.path, amount, path], env

    def _bytes_of(self, target):
        """What tells how much the target's device has moved."""
        name = target.names[0]
        if target.kind == "disk":
            return lambda: cost.disk_bytes(self.host, name)
        if target.kind == "pair":
            return lambda: cost.net_bytes(self.pair.counters(), name)
        return lambda: cost.net_bytes(self.host.proc_text("net/dev"), name)

    def _counting(self, target, visit, index):
        name = f"raw/{index:03d}-{visit.backend}"
        if visit.backend == "module":
            return counting.ModuleCounting(self.record.work, name + "-counters.txt")
        return counting.StockCounting(self.host.checkout, self.record.work, name + "-bounces.json",
                                      target)

    def _ramp(self, target):
        """How long after its first bytes a load is in its stride: iperf3 counts whole seconds."""
        return self.wanted.ramp_s if target.kind == "disk" else 1

    def run(self, target, visit, load, index, visit_number, repeats=None):
        """Runs a round and records it. Returns its record."""
        raw = f"raw/{index:03d}-{visit.backend}-{target.id}-{load.name}.json"
        one = {"index": index, "backend": visit.backend, "kind": visit.kind, "force": visit.force,
               "position": visit.position, "device": target.id, "load": load.name, "ok": False,
               "figures": {}, "counters": None, "samples": None, "verified": None, "missing": {},
               "raw": None,
               "visit": visit_number, "pair": visit.pair or None, "turn": visit.turn,
               "held": visit.held or None, "finding": False if visit.held else None,
               "block": visit.block,
               "boot": len(self.record.plan["boots"]) - 1, "uptime_s": round(time.monotonic(), 1),
               "repeats": repeats}
        if visit.kind == DISCARDED:
            one.update(kind=TIMED, discarded=True)
        self.record.check_room()
        try:
            why = self._run(target, visit, load, raw, one)
            if why and visit.held:
                one["finding"] = not data_is_wrong(os.path.join(self.record.work, raw))
        except (OSError, Failed) as error:
            why = f"can't prepare it: {error}"
        finally:
            counting.remove()
        if os.path.exists(os.path.join(self.record.work, raw)):
            one["raw"] = raw
        one["ok"], one["why"] = why is None, why
        if load.checks and not one["finding"]:
            one["verified"] = why is None
        self.record.add(one)
        self.record.check_room()
        return one

    def _run(self, target, visit, load, raw, one):
        work = self.record.work
        # before a card hides in its namespace
        if visit.backend not in target.settings and self.pair_target is not target:
            take = settings.of_disk if target.kind == "disk" else settings.of_nic
            target.settings[visit.backend] = take(self.host, target.names[0])
        if target.kind == "pair":
            self.network_up(target)
        path = os.path.join(work, raw)
        command, env = self.command(load, target, visit.kind, path, visit.pair)
        if visit.force:
            Module.force(True)
        try:
            if visit.kind in (COUNTED, HELD):
                return self._counted(target, visit, command, env, path, one)
            if visit.kind == SAMPLED:
                return self._sampled(target, command, env, path, one)
            return self._timed(target, command, env, path, one)
        finally:
            if visit.force:
                Module.force(False)

    def _deadline(self, seconds):
        return time.monotonic() + float(os.environ.get("XSW_DEADLINE_S", seconds))

    def _counted(self, target, visit, command, env, path, one):
        if visit.backend == "stock" and self.uncounted:
            counter = None
            one["missing"]["bounces"] = self.uncounted
        else:
            counter = self._counting(target, visit, one["index"])
            command = counter.begin(command)
        if visit.held:
            command = self.holder.holding(visit.backend, visit.held, self.wanted.seed) + command
        why = self._wait(command, env, path, self._deadline(120))
        if counter:
            one["counters"] = counter.end()
            self._missing_counts(one)
        if visit.held and why and ": dmabench: " in why:
            raise Failed(why.partition(": ")[2])  # nothing was held: no finding
        return why

    def _missing_counts(self, one):
        """Why counts are null."""
        counts, missing = one["counters"], one["missing"]
        if counts["source"] != counting.StockCounting.source:
            return
        if counts.get("map_lists"):
            missing["maps"] = ("the driver maps lists of pages, which the kernel's event does not "
                               "sum")
        elif counts["maps"] is None:
            missing["maps"] = "this kernel has no trace event dma_map_page"
        missing["fails"] = "stock has no counter of failures"
        missing["exchanges"] = "stock has no counter of exchanges"
        try:
            raw = raw_files.read(os.path.join(self.record.work, counts["raw"]))
        except raw_files.Damaged as error:
            counts.update(raw=None)
            missing["bounces"] = f"the recipe's file: {error}"
            return
        large = sum(device.get("too_large", {}).get("attempts", 0)
                    for device in raw.get("devices", ()))
        if large:
            missing["fails"] += (f"; {large} attempts of more than 256 KiB failed, for it maps "
                                 "none so large: they are no bounces")
        if raw.get("full_lines"):
            # its event comes before the pool is searched
            missing["bounces"] = ("too high: attempts that failed for want of room are among them "
                                  f"(the kernel's log has {raw['full_lines']} lines of it)")
        if raw.get("dropped"):
            missing["bounces"] = f"too low: the histogram had no room for {raw['dropped']}"
        if str(raw.get("verdict")).startswith(("DMA may go to wrong memory",
                                               "What must bounce fails")):
            counts.update(raw=None, bounces=None, bounced_bytes=None)
            missing["bounces"] = raw["verdict"]

    def _sampled(self, target, command, env, path, one):
        """A load of which perf takes samples: its figures are told, and compared with nothing."""
        window = cost.Window(self.machine, self.xentime, self._bytes_of(target), self.record.work)
        deadline = self._deadline(load_seconds(self.wanted, SAMPLED) * 3 + 120)
        sampler = sampling.Sampler(self.machine, self.record.work,
                                   load_seconds(self.wanted, SAMPLED))

        def watch(child):
            if window.begun(child, self._ramp(target), deadline) is not None:
                sampler.watch(child)

        try:
            why = self._wait(command, env, path, deadline, watch)
            raw = f"raw/{one['index']:03d}-{one['backend']}-samples.json"
            missing = sampler.write(os.path.join(self.record.work, raw))
        finally:
            sampler.remove()
        one["samples"] = None if missing else raw
        if missing:
            one["missing"]["samples"] = missing
        return why

    def _timed(self, target, command, env, path, one):
        window = cost.Window(self.machine, self.xentime, self._bytes_of(target), self.record.work)
        deadline = self._deadline(self.wanted.seconds * 3 + 60)
        why = self._wait(command, env, path, deadline, lambda child: one["figures"].update(
            window.watch(child, self._ramp(target), self.wanted.seconds, deadline)))
        figures, missing = one["figures"], one["missing"]
        if not figures:
            missing["cpu_user_s"] = "the load ended before its window did"
        elif figures["vcpu_s"] is None:
            missing["vcpu_s"] = self.xentime.missing or "Xen did not answer"
        if figures and figures["window_bytes"] is None:
            missing["window_bytes"] = "the kernel does not count this device's bytes"
        if self.cycles_missing:
            missing["cycles"] = self.cycles_missing
        return why

    def _wait(self, command, env, path, deadline, watch=None):
        """Runs a command to its end. Returns why it failed, or None."""
        errors = os.path.join(self.record.work, "stderr")
        begun = time.monotonic()
        with open(errors, "wb") as stderr:
            with process.Child(command, stderr, env) as child:
                if watch:
                    watch(child)
                status = child.wait(deadline)
        if status is None:
            return f"it hung: no end within {time.monotonic() - begun:.0f} s"
        said = process.last_line(self.host.text(errors, ""))
        return judge(path, status, said)


def data_is_wrong(path):
    """Did a load that failed read other data than was written? With a pool nearly full it may fail
    for want of slots, its data unharmed.
    """
    try:
        return raw_files.data_is_wrong(raw_files.read(path))
    except raw_files.Damaged:
        return False


def judge(path, status, said):
    """A round is good when its tool ended well and left a whole record that says so. The record names
    the cause, where it has one: the tool's last line may be of something else.
    """
    why = damage = None
    try:
        raw = raw_files.read(path)
        why = raw_files.complaint(raw)
        if why is None:
            raw_files.figures(raw)
    except raw_files.Damaged as error:
        damage = f"its record: {error}"
    if not status:
        return why or damage
    ended = f"killed by signal {-status}" if status < 0 else f"status {status}"
    cause = why or said or damage
    return ended + (f": {cause}" if cause else "")


def rate_from(record, target):
    """Half of what the device did in its discarded visit to stock: a disk in operations a second,
    a pair of cards in bits a second of TCP.
    """
    best = None
    for one in record.discarded:
        if one["device"] == target.id and one["backend"] == "stock" and one["ok"] and one["raw"]:
            try:
                figures = raw_files.figures(raw_files.read(os.path.join(record.work, one["raw"])))
            except raw_files.Damaged:
                continue
            if target.kind == "pair":
                rate = (figures.get("bandwidth_bytes_s") or 0) * 8
            else:
                rate = (figures.get("iops") or 0) if "4k" in one["load"] else 0
            best = max(best or 0, rate)
    return max(int(best / 2), 1) if best else None

