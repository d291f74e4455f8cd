# SPDX-License-Identifier: GPL-2.0-only
"""From replays to the advice: how large the pool must be, and whether that is the cure."""
import math

import peaks
from kernel import SLOT, parameter
from remedies import Finder, megabytes
from subject import choose, points, sizes

SHIFTS = 8
LAYOUTS = 4


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
        survey = replay.run(points=1, slots=[1024], allocator="stock")
        self.subject = choose(survey, resize)
        self.margin, self.low_free = margin, low_free
        self.load = replay.run(points=1, of=self.subject.pool, slots=[1024], allocator="stock")
        self.watched = watched
        self.need = math.ceil(self.load.peak * (1 + margin))
        if watched:
            self.need = max(self.need, watched.need(self.subject.pool, margin))
        self.result = replay.run(points=points(survey.recording["seconds"]), of=self.subject.pool,
                                 slots=sizes(self.need, self.subject.slots),
                                 areas=[self.subject.areas])
        self.try_layouts(replay)
        self.stock = sufficient(self.result.of("stock"), self.need)
        self.module = sufficient(self.result.of("module"), self.need)
        self.today = self.find_today()
        self.remedies = Finder(replay, self.subject, self.result, self.today).all(
            self.stock, self.module) if self.today and self.bounces else []
        self.levels = watched.levels(self.subject.pool) if watched else peaks.levels(
            self.result.maxima, self.result.interval, self.was_full(), self.result.load["failed"])
        self.growth = self.grow(replay, scale) if scale > 1 else None

    def try_layouts(self, replay):
        """In how many layouts of what lived at the start does each pool fail?"""
        if not self.result.load["at_start_slots"]:
            return
        for layout in range(1, LAYOUTS + 1):
            worn = replay.run(points=1, of=self.subject.pool,
                              slots=sizes(self.need, self.subject.slots),
                              areas=[self.subject.areas], worn=layout)
            for pool in self.result.pools:
                other = worn.pool(pool.allocator, pool.slots, pool.areas)
                pool.layouts_failing += other.curable > 0

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
        if not self.stock:
            return None
        return parameter(self.stock.slots, self.subject.areas, self.subject.kernel,
                         self.subject.cpus)

    def grow(self, replay, scale):
        """The load and its like, begun later by many shifts."""
        length = self.result.recording["seconds"]
        found, needs, deeper = [], [], []
        for k in range(1, SHIFTS + 1):
            shift = length / 2 * (k * 0.6180339887 % 1)
            given = {"copies": scale, "shift": f"{shift:.9f}", "points": 1, "of": self.subject.pool}
            result = replay.run(slots=sizes(self.need * scale, self.subject.slots),
                                areas=[self.subject.areas], **given)
            found.append(result)
            needs.append(result.peak)
            deeper.append(replay.run(slots=[1024], allocator="stock", start_once=True,
                                     **given).peak)
        need = math.ceil(max(needs) * (1 + self.margin))
        best = {name: self.serves_all(found, name, need) for name in ("stock", "module")}
        return {"scale": scale, "shifts": SHIFTS, "peak_low": min(needs), "peak_high": max(needs),
                "deeper_peak_low": min(deeper), "deeper_peak_high": max(deeper),
                "stock_slots": best["stock"], "module_slots": best["module"],
                "parameter": best["stock"] and parameter(best["stock"], self.subject.areas,
                                                         self.subject.kernel, self.subject.cpus),
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

    def verdict(self):
        """One sentence."""
        today = self.today
        if not self.bounces:
            return "Nothing bounced while this was recorded: any pool does."
        if self.result.load["peak"]["slots"] == 0 and today and today.failures == today.unreachable:
            return "The devices that bounce do not reach the pool: no size helps."
        if today and today.too_large and not today.curable:
            most = "2 MiB" if self.subject.pool == "module" else "256 KiB"
            return (f"A larger pool will not help: {self.largest() // 1024} KiB requests do not "
                    f"fit any ({most} at most).")
        if today and today.curable:
            return self.verdict_too_small()
        if self.share_of("straddle") > 0.5:
            return ("A larger pool will not help: nothing failed, and most of these bounces are "
                    "straddles; xsw-defrag ends those.")
        return "The pool suffices: nothing failed that a larger one would have served."

    def verdict_too_small(self):
        today, size = self.today, self.best_size()
        areas = next((one for one in self.remedies if one.name.endswith("areas")
                      and not one.failures), None)
        if today.curable == today.by_reason["fragmented"]:
            cure = areas.what[len("boot with "):] if areas else size
            what = ("Enough is free, but not side by side: "
                    f"{today.curable} of {today.claims} mappings fail")
        else:
            cure = size
            what = f"The pool is too small: {today.curable} of {today.claims} mappings fail"
        return f"{what}; {cure} serves them." if cure \
            else f"{what}, and no size that was tried serves them."

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
