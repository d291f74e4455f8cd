# SPDX-License-Identifier: GPL-2.0-only
"""From replays to the advice: how large the pool must be, and whether that is the cure."""
import math

import peaks
from kernel import SLOT, power_of_two
from remedies import Finder, megabytes
from replays import LAYOUTS, add_layouts
from subject import LARGEST, choose, points, sizes

SHIFTS = 8


def sufficient(pools, need):
    """The smallest that failed nothing a size can cure, and holds the need; None: none was."""
    return next((p for p in pools if p.slots >= need and p.serves), None)


def failing(pools, limit):
    """The largest size below the limit that fails something a size can cure, or None."""
    found = [p for p in pools if not p.serves and (limit is None or p.slots < limit)]
    return found[-1] if found else None


def pool_entry(pool):
    return {"slots": pool.slots, "areas": pool.areas, "failures": pool.failures,
            "failures_by_reason": pool.by_reason, "used_hiwater": pool.hiwater,
            "layouts_failing": pool.layouts_failing}


class Advice:
    """Everything that is said, and what it rests on."""

    def __init__(self, replay, margin, scale, low_free=None, watched=None, resize=False):
        load_alone = {"points": 1, "slots": [1024], "areas": [1], "allocator": "stock"}
        survey = replay.run(**load_alone)
        self.subject = choose(survey, resize)
        self.margin, self.low_free = margin, low_free
        self.load = replay.run(of=self.subject.pool, **load_alone)
        self.watched = watched
        self.need = math.ceil(self.load.peak * (1 + margin))
        if watched:
            self.need = max(self.need, watched.need(self.subject.pool, margin))
        self.result = replay.run(points=points(survey.recording["seconds"]), of=self.subject.pool,
                                 slots=sizes(self.need, self.subject),
                                 areas=[self.subject.areas])
        add_layouts(replay, self.result, of=self.subject.pool,
                    slots=sizes(self.need, self.subject), areas=[self.subject.areas])
        self.stock = sufficient(self.result.of("stock"), self.need)
        self.module = sufficient(self.result.of("module"), self.need)
        self.today = self.find_today()
        self.remedies = Finder(replay, self.subject, self.result, self.today, self.need).all(
            self.stock, self.module) if self.today and self.bounces else []
        self.levels = watched.levels(self.subject.pool) if watched else peaks.levels(
            self.result.maxima, self.result.interval, self.was_full(), self.result.load["failed"])
        self.growth = self.grow(replay, scale) if scale > 1 else None

    @property
    def bounces(self):
        """Mappings that used, or wanted, the pool."""
        return self.result.load["bounces"] + self.result.load["failed"]

    def was_full(self):
        """Was the pool of today used to its last slot?"""
        slots = self.subject.slots
        return bool(slots) and self.result.load["peak"]["slots"] >= slots

    def find_today(self):
        """The pool of today's size; where it is not known, the smallest that served."""
        pools = self.result.of(self.subject.pool)
        if self.subject.slots:
            return self.result.pool(self.subject.pool, self.subject.slots)
        return next((p for p in pools if not p.curable), None)

    def parameter(self):
        """Of stock's sufficient pool, or None."""
        return self.stock and self.subject.parameter(self.stock.slots)

    def grow(self, replay, scale):
        """The load and its like, begun later by many shifts; by none, their bursts all meet."""
        length = self.result.recording["seconds"]
        shifts = [length / 2 * (k * 0.6180339887 % 1) for k in range(SHIFTS)]
        alike = [{"copies": scale, "shift": f"{shift:.9f}", "points": 1, "of": self.subject.pool}
                 for shift in shifts]
        found = replay.all([dict(given, slots=sizes(self.need * scale, self.subject),
                                 areas=[self.subject.areas]) for given in alike])
        needs = [result.peak for result in found]
        deeper = [result.peak for result in replay.all(
            [dict(given, slots=[1024], areas=[1], allocator="stock", start_once=True)
             for given in alike])]
        need = math.ceil(max(needs) * (1 + self.margin))
        best = {name: self.serves_all(found, name, need) for name in ("stock", "module")}
        return {"scale": scale, "shifts": SHIFTS, "peak_low": min(needs), "peak_high": max(needs),
                "deeper_peak_low": min(deeper), "deeper_peak_high": max(deeper),
                "stock_slots": best["stock"], "module_slots": best["module"],
                "parameter": best["stock"] and self.subject.parameter(best["stock"]),
                "pool_mb": best["module"] and megabytes(best["module"])}

    @staticmethod
    def serves_all(results, allocator, need):
        """The smallest size that serves with each of the shifts."""
        for pool in results[0].of(allocator):
            if pool.slots >= need and all(
                    not r.pool(allocator, pool.slots, pool.areas).curable for r in results):
                return pool.slots
        return None

    def share_of(self, reason):
        """Of the bounced bytes, those for this reason."""
        total = sum(d["bounce_bytes"] for d in self.result.devices if d["replayed"])
        mine = sum(d["bounce_bytes_by_reason"][reason] for d in self.result.devices
                   if d["replayed"])
        return mine / total if total else 0.0

    def largest(self):
        return max((d["largest_bytes"] for d in self.result.devices if d["replayed"]), default=0)

    @property
    def failed(self):
        """Mappings that failed while this was recorded."""
        return self.result.load["failed"]

    def verdict(self):
        """One sentence."""
        today = self.today
        if not self.bounces:
            return "Nothing bounced while this was recorded: any pool does."
        if self.load.peak > LARGEST:
            return (f"No pool is large enough: this load wants {self.load.peak} slots at once, "
                    f"{self.load.peak * SLOT / 2 ** 30:.1f} GiB, and below 4 GiB there is no such "
                    "room; let its devices hold less at once, or reach all memory.")
        if today and today.unreachable and today.failures == today.claims:
            return "The devices that bounce do not reach the pool: no size helps."
        if today and today.too_large and not today.curable:
            most = "2 MiB" if self.subject.pool == "module" else "256 KiB"
            return (f"A larger pool will not help: {self.largest() // 1024} KiB requests do not "
                    f"fit any ({most} at most).")
        if today and today.curable:
            return self.verdict_too_small()
        if not today or self.failed - self.result.load["failed_again"] > today.failures:
            return self.verdict_unknown()
        if today.unreachable:
            return (f"No size helps {today.unreachable} of {today.claims} mappings: their device "
                    "does not reach the pool; nothing else failed.")
        if self.watched and self.watched.failed(self.subject.pool):
            return (f"The pool is too small at times: {self.watched.failed(self.subject.pool)} "
                    f"mappings failed while its occupancy was watched; {self.advised()}.")
        if self.share_of("straddle") > 0.5:
            return ("A larger pool will not help: nothing failed, and most of these bounces are "
                    "straddles; xsw-defrag ends those.")
        return "The pool suffices: nothing failed that a larger one would have served."

    def verdict_too_small(self):
        today, size = self.today, self.best_size()
        areas = next((one for one in self.remedies if one.name.endswith("areas")
                      and one.advised), None)
        if today.curable == today.by_reason["fragmented"]:
            cure = areas.what[len("boot with "):] if areas else size
            what = ("Enough is free, but not side by side: "
                    f"{today.curable} of {today.claims} mappings fail")
        else:
            cure = size
            what = f"The pool is too small: {today.curable} of {today.claims} mappings fail"
        return f"{what}; {cure} serves them." if cure \
            else f"{what}, and no size that was tried serves them."

    def verdict_unknown(self):
        """What happened can't be replayed: today's pool, or how it was filled, is not known."""
        unknown = (f"today's pool of {self.subject.slots} slots can't be replayed"
                   if self.subject.slots else "the recording does not tell today's pool")
        if not self.failed:
            return f"{unknown[0].upper()}{unknown[1:]}; {self.advised()}."
        what = (f"{self.failed} mapping{'s' if self.failed > 1 else ''} failed while this was "
                "recorded")
        if not self.today:
            return f"{what}, and {unknown}; {self.advised()}."
        why = "what lived before lay otherwise"
        if any(d["failed"] and d["dma_mask"] < 0xffffffff for d in self.result.devices):
            why += ", or the device reaches a part of the pool alone"
        return (f"{what}, and replayed in {self.today.slots} slots none does: {why}; try {self.larger_than_today()}, and --confirm.")

    def larger_than_today(self):
        if self.subject.pool == "module":
            return f"pool_mb={megabytes(2 * self.today.slots)}"
        return self.subject.parameter(power_of_two(self.today.slots + 1))

    def advised(self):
        size = self.best_size()
        return f"{size} has room for this load" if size else "no size that was tried serves it"

    def best_size(self):
        if self.subject.pool == "module":
            return self.module and f"pool_mb={megabytes(self.module.slots)}"
        return self.parameter() or (self.module
                                    and f"the module with pool_mb={megabytes(self.module.slots)}")

    def document(self):
        """As JSON."""
        subject, load = self.subject, self.result.load
        held = [{"device": d["device"], "driver": d["driver"], "slots": d["held_slots_at_peak"]}
                for d in self.result.devices if d["replayed"] and d["held_slots_at_peak"]]
        sizes_of = {"margin": self.margin, "need_slots": self.need}
        for name in ("stock", "module"):
            pool, pools = getattr(self, name), self.result.of(name)
            least = failing(pools, pool and pool.slots)
            sizes_of[name] = {"sufficient": pool and pool_entry(pool),
                              "fails": least and pool_entry(least),
                              "memory_bytes": pool and pool.slots * SLOT}
        sizes_of["stock"]["parameter"] = self.parameter()
        sizes_of["module"]["pool_mb"] = self.module and megabytes(self.module.slots)
        sizes_of["module"]["pool_max_mb"] = self.module and 2 * megabytes(self.module.slots)
        return {
            "kind": "swiotlb-xen-tune", "schema": 1, "verdict": self.verdict(),
            "recording": self.result.recording,
            "today": {"pool": subject.pool, "slots": subject.slots, "areas": subject.areas,
                      "areas_known": subject.areas_known,
                      "replayed": self.today and pool_entry(self.today)},
            "peak": load["peak"], "peak_with_failed": load["peak_with_failed"],
            "held_at_peak": sorted(held, key=lambda one: -one["slots"]),
            "bounces": load["bounces"], "failed_in_recording": load["failed"],
            "other_pool_peak_slots": subject.other_peak,
            "pools": [dict(pool_entry(p), allocator=p.allocator) for p in self.result.pools],
            "sizes": sizes_of, "low_memory_free_bytes": self.low_free,
            "remedies": [one._asdict() for one in self.remedies],
            "levels": [one._asdict() for one in self.levels], "growth": self.growth,
            "occupancy": self.watched and self.watched.document(subject.pool),
        }
