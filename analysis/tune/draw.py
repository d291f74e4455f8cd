# SPDX-License-Identifier: GPL-2.0-only
"""Pictures by gnuplot: failures and peak against size, and occupancy over time."""
import os
import shutil
import subprocess

PLOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "plots")
FAR = 8  # a size so many times the peak is named at the edge, and not drawn to scale
ROW = 0.06  # of the picture: a line of text
COLORS = {"today": "#444444", "enough (stock)": "#dd8833", "enough (xen_swiotlb)": "#0055bb"}


def text(value):
    """A string of gnuplot's, whatever is in it."""
    return "'" + str(value).replace("'", "''") + "'"


def array(name, values):
    return f"array {name}[{len(values)}] = [{', '.join(str(value) for value in values)}]\n" \
        if values else ""


def write(path, rows):
    with open(path, "w", encoding="ascii") as f:
        f.writelines(" ".join(str(cell) for cell in row) + "\n" for row in rows)


def lines(peak, today, stock, module):
    """Sizes drawn across the picture: (its top, variables of gnuplot), names not one on another."""
    wanted = [(name, slots) for name, slots in zip(COLORS, (today, stock, module)) if slots]
    near = [slots for _, slots in wanted if slots <= FAR * max(peak, 1)]
    top = 1.1 * max(near + [peak, 1])
    wanted.sort(key=lambda one: -one[1])
    at, below, words = [], 1.0 + ROW, []
    for name, slots in wanted:
        below = min(slots / top, below - ROW)
        at.append(f"{below:.4f}")
        words.append(text(f"{name}: {slots}" + (", above" if slots > top else "")))
    return (f"top = {top:.6g}\nnr_lines = {len(wanted)}\n" + array("line_name", words) +
            array("line_slots", [slots for _, slots in wanted]) + array("line_at", at) +
            array("line_color", [text(COLORS[name]) for name, _ in wanted]) +
            array("line_width", [1 if name == "today" else 5 if "stock" in name else 2
                                 for name, _ in wanted]))


def unit_of(seconds):
    for unit, name in ((86400, "days"), (3600, "hours")):
        if seconds >= 2 * unit:
            return unit, name
    return 1, "seconds"


def time_data(folder, series, kernel, peak, today, stock, module):
    """Of the picture over time."""
    unit, name = unit_of(series[-1][0])
    write(os.path.join(folder, "pool_time.dat"), [(f"{at / unit:.6f}", most) for at, most in series])
    with open(os.path.join(folder, "pool_time.vars"), "w", encoding="utf-8") as f:
        f.write(f"title_kernel = {text(kernel)}\ntime_unit = {text(name)}\n"
                f"length = {series[-1][0] / unit:.6f}\n" + lines(peak, today, stock, module))


def sizes_data(folder, pools, kernel, today, stock, module):
    """Of the picture by sizes."""
    write(os.path.join(folder, "pool_sizes.dat"),
          [(p.allocator, p.slots, p.failures, p.claims, p.hiwater) for p in pools])
    with open(os.path.join(folder, "pool_sizes.vars"), "w", encoding="utf-8") as f:
        f.write(f"title_kernel = {text(kernel)}\ntoday = {today}\nstock_slots = {stock}\n"
                f"module_slots = {module}\nclaims = {max(p.claims for p in pools)}\n"
                f"failures = {max(p.failures for p in pools)}\n"
                f"smallest = {min(p.slots for p in pools)}\n"
                f"largest = {max(p.slots for p in pools)}\n")


def pictures(folder, names):
    """As SVG and PNG.  Return: their paths, or why there are none."""
    if not shutil.which("gnuplot"):
        return [], "no gnuplot: no plots"
    drawn = []
    for name in names:
        for kind in ("svg", "png"):
            to = os.path.join(folder, f"{name}.{kind}")
            words = "; ".join(f"{key} = {text(value)}" for key, value in (
                ("here", PLOTS), ("data", folder), ("vars", os.path.join(folder, f"{name}.vars")),
                ("format", kind), ("output", to)))
            done = subprocess.run(["gnuplot", "-e", words, os.path.join(PLOTS, f"{name}.gp")],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  universal_newlines=True)
            if done.returncode:
                return drawn, "gnuplot: " + " ".join(done.stdout.split())
            drawn.append(to)
    return drawn, None


def draw(advice, folder):
    """Both pictures of an advice."""
    os.makedirs(folder, exist_ok=True)
    result, kernel = advice.result, advice.subject.kernel
    sizes = [advice.subject.slots or 0] + [pool.slots if pool else 0
                                           for pool in (advice.stock, advice.module)]
    series = [(i * result.interval, most) for i, most in enumerate(result.maxima)]
    series.append((len(result.maxima) * result.interval, result.maxima[-1]))
    time_data(folder, series, kernel, result.peak, *sizes)
    sizes_data(folder, result.pools, kernel, *sizes)
    return pictures(folder, ("pool_sizes", "pool_time"))


def draw_days(watched, found, folder):
    """Of days of occupancy: the one over time."""
    os.makedirs(folder, exist_ok=True)
    time_data(folder, watched.series(found["pool"]), watched.last.kernel, found["peak"]["slots"],
              found["slots"] or 0, found["stock_slots"] or 0, found["module_slots"] or 0)
    return pictures(folder, ("pool_time",))
