# SPDX-License-Identifier: GPL-2.0-only
"""The matrix: which cells there are, in groups.

A group is a list of steps: 'hold KEY=VALUE...' fills the pool, every other line is a cell for the
kernel module. Each backend measures a group as a whole, one right after the other, so that what
is compared lies close together in time.
"""

SIZES = (512, 4096, 65536, 262144)
# A bench's: with a packet of an Ethernet.
BENCH_SIZES = (512, 1514, 4096, 65536, 262144)
# Of these a bench tells where the cost goes, map and unmap apart.
SPLIT_SIZES = (1514, 4096, 65536)
MIXES = ("wide", "small", "large")


def count_of(size):
    """Timed pairs of a size: enough for p99 where that takes no minutes."""
    return 2000 if size <= 4096 else 1000 if size <= 65536 else 300


def _reference(sizes, count):
    return [f"test={test} size={size} count={count}" for size in sizes
            for test in ("memcpy", "memset")]


def _check():
    return [f"test=check size={size} dir={way} reach=far" for size in SIZES
            for way in ("to", "from", "both")]


def _empty(full):
    yield "test=pair size=4096 mask=64 reach=near count=2000"
    yield "test=split size=4096 mask=64 reach=near count=2000"
    for way in ("to", "from", "both"):
        for size in SIZES:
            if way != "both" or full:
                yield f"test=pair size={size} dir={way} reach=far count={count_of(size)}"
    for size in (1048576, 4194304):  # larger than stock serves
        yield f"test=pair size={size} reach=far count=20"
    yield "test=split size=4096 reach=far count=2000"
    for size in (4096, 65536):
        yield f"test=sync size={size} dir=both reach=far count=500"
    for size in (4096, 16384, 65536, 262144):
        # stock's small ones have two costs: many, so that the median stands on one of them
        yield f"test=coherent size={size} count={1500 if size <= 16384 else 300}"
    if full:
        yield "test=coherent size=2411724 count=20"


def _patterns(full, threads):
    yield "test=burst size=4096 reach=far count=2000"
    yield "test=ring size=4096 reach=far count=2000"
    if full:
        yield "test=ring size=1522 depth=256 dir=from reach=far count=2000"
    n = 2
    while n <= threads:
        yield f"test=handoff size=4096 reach=far threads={n} count=2000"
        yield f"test=pair size=4096 mask=64 reach=near threads={n} count=2000"
        yield f"test=pair size=4096 reach=far threads={n} count=2000"
        yield f"test=pair size=65536 reach=far threads={n} count=1000"
        n *= 2


def _cold():
    """Cold caches: other memory is read before each try, and the buffers take turns."""
    yield "test=memcpy size=4096 walk=1024 count=1000"
    yield "test=pair size=4096 mask=64 reach=near walk=1024 buffers=64 count=1000"
    for size in (512, 4096):
        yield f"test=pair size={size} reach=far walk=1024 buffers=64 count=1000"
    yield "test=pair size=65536 reach=far walk=1024 buffers=64 count=300"


def _split():
    """Map and unmap of what bounces, one by one, both ways. Where none is served a few tries say so."""
    for way in ("to", "from"):
        for size in SPLIT_SIZES:
            yield (f"test=split size={size} dir={way} reach=far "
                   f"count={300 if size <= 4096 else 100} max_fails=8")


def _held(percents, layouts, sizes, few):
    """few: of a bench."""
    for percent in percents:
        for layout in range(1, (1 if percent == 100 else layouts) + 1):
            steps = [f"hold percent={percent} seed={layout} mix={MIXES[(layout - 1) % 3]}"]
            steps += [f"test=pair size={size} reach=far count={count_of(size) * 3 // 4}"
                      for size in sizes]
            if few:
                steps += _split()
            else:  # more than a reserve for one large map can serve
                steps.append("test=burst size=262144 depth=4 reach=far count=200")
            yield steps


def _bench():
    yield "test=check size=4096 dir=both reach=far"
    yield "test=pair size=4096 mask=64 reach=near count=1000"
    for size in BENCH_SIZES:
        yield f"test=pair size={size} reach=far count={max(count_of(size) // 2, 300)}"
    yield "test=pair size=4096 dir=from reach=far count=1000"
    yield "test=coherent size=16384 count=300"
    for size in SPLIT_SIZES:  # of 64 KiB stock looks at each frame
        if size != 4096:
            yield f"test=pair size={size} mask=64 reach=near count=300"
        yield f"test=split size={size} mask=64 reach=near count=300"
    yield from _split()
    yield "test=check size=4096 dir=from reach=far"


def groups(options, caches):
    """The groups of a set. Without caches (an instruction clock) no cell asks for cold ones."""
    if options.set == "bench":
        # what a run of the bench has time for: what is bounced and what is not, and how full
        found = [_reference(BENCH_SIZES + (16384,), 100), list(_bench())]
        percents, sizes, few, caches = (50, 90), BENCH_SIZES, True, False
    else:
        full = options.set == "full"
        found = [_reference(SIZES + (16384, 1048576, 4194304), 200), _check(),
                 list(_empty(full)), list(_patterns(full, options.threads))]
        percents, sizes, few = (50, 90, 97, 100), SIZES, False
    if caches:
        found.append(list(_cold()))
    percents = [percent for percent in percents if percent <= options.fullest]
    return found + list(_held(percents, options.layouts, sizes, few))
