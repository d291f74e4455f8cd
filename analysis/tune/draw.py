# SPDX-License-Identifier: GPL-2.0-only
"""Two pictures by gnuplot: failures and peak against size, and occupancy over time."""
import os
import shutil
import subprocess

PLOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "plots")
PICTURES = ("pool_sizes", "pool_time")


def write(path, rows):
    with open(path, "w", encoding="ascii") as f:
        f.writelines(" ".join(str(cell) for cell in row) + "\n" for row in rows)


def variables(advice):
    """What the pictures' scripts ask for."""
    stock, module = advice.stock, advice.module
    today = advice.subject.slots or 0
    return (f"peak = {advice.result.peak}\ntoday = {today}\n"
            f"stock_slots = {stock.slots if stock else 0}\n"
            f"module_slots = {module.slots if module else 0}\n"
            f"points = {len(advice.result.maxima)}\n"
            f"title_kernel = \"{advice.subject.kernel}\"\n")


def data(advice, folder):
    result = advice.result
    write(os.path.join(folder, "pool_sizes.dat"),
          [(p.allocator, p.slots, p.failures, p.claims, p.hiwater) for p in result.pools])
    write(os.path.join(folder, "pool_time.dat"),
          [(f"{i * result.interval:.6f}", most) for i, most in enumerate(result.maxima)])
    with open(os.path.join(folder, "pool.vars"), "w", encoding="ascii") as f:
        f.write(variables(advice))


def draw(advice, folder):
    """Both pictures as SVG and PNG.  Return: their paths, or why there are none."""
    os.makedirs(folder, exist_ok=True)
    data(advice, folder)
    if not shutil.which("gnuplot"):
        return [], "no gnuplot: no plots"
    drawn = []
    for name in PICTURES:
        for kind in ("svg", "png"):
            to = os.path.join(folder, f"{name}.{kind}")
            words = (f"here = '{PLOTS}'; data = '{folder}'; vars = '{folder}/pool.vars'; "
                     f"format = '{kind}'; output = '{to}'")
            done = subprocess.run(["gnuplot", "-e", words, os.path.join(PLOTS, f"{name}.gp")],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  universal_newlines=True)
            if done.returncode:
                return drawn, "gnuplot: " + " ".join(done.stdout.split())
            drawn.append(to)
    return drawn, None
