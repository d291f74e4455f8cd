# SPDX-License-Identifier: GPL-2.0-only
"""The command: options, a recording, the advice."""
import argparse
import itertools
import json
import os
import sys
import tempfile

import confirm
import counters
import draw
import host
import occupancy_screen
import screen
from advice import Advice
from kernel import SLOT
from occupancy import Occupancy
from replays import Refused, Replay

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

DESCRIPTION = """How large must the bounce pool be, and is its size the cure? Replays a recording of
'xswbounce record' on pools of many sizes, Linux's and xen_swiotlb's, and answers on one screen."""
EPILOG = """Exit status: 0; 1 no advice, one line says why, or an earlier advice did not come true;
2 misuse."""
NOT_CONFIRMED = 1
INTERRUPTED = 130


def positive(text):
    value = float(text)
    if not 0 <= value <= 10:
        raise ValueError(text)
    return value


def whole(low, high):
    def check(text):
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value
    return check


def options(arguments):
    parser = argparse.ArgumentParser(prog="tune", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("recording", nargs="?", metavar="RECORDING",
                        help="a file of 'xswbounce record'; without one the running load is "
                             "recorded")
    parser.add_argument("--time", type=whole(1, 86400), default=60, metavar="SECONDS",
                        help="how long to record (60)")
    parser.add_argument("--keep", metavar="FILE", help="where to leave that recording")
    parser.add_argument("--margin", type=positive, default=0.25, metavar="SHARE",
                        help="room beyond the peak, as a share of it (0.25)")
    parser.add_argument("--scale", type=whole(1, 8), default=1, metavar="N",
                        help="also: so many loads like this one at once")
    parser.add_argument("--across-gaps", action="store_true", help="go on where events were lost")
    parser.add_argument("--confirm", metavar="ADVICE",
                        help="an earlier advice of --json: did it come true with the pool of "
                             "today?")
    parser.add_argument("--apply", action="store_true",
                        help="make the module's pool as large as advised, record as long again, "
                             "and compare")
    parser.add_argument("--occupancy", metavar="FILE",
                        help="what 'xswbounce occupancy --json' wrote over hours or days: sizes "
                             "hold its peak, too; without RECORDING it is judged alone")
    parser.add_argument("--save", metavar="FILE",
                        help="leave the advice there as JSON, for --confirm after a boot")
    parser.add_argument("--json", action="store_true", help="the advice as JSON")
    parser.add_argument("--plots", metavar="FOLDER", help="draw two pictures there")
    parser.add_argument("--replay", metavar="PROGRAM",
                        default=os.path.join(TOP, "build", "replay", "replay"),
                        help="the replay (build/replay/replay)")
    parser.add_argument("--xswbounce", metavar="PROGRAM", default="xswbounce", help="the recorder")
    parser.add_argument("--bounces", metavar="PROGRAM", default="bounces",
                        help="what counts failures by tracefs, where nothing can be recorded")
    return parser.parse_args(arguments)


def tell(words, end="\n"):
    """What goes on, to who waits before a terminal."""
    if sys.stderr.isatty():
        print(f"\r{words:<60}", end=end, file=sys.stderr, flush=True)


def advice_of(given, recording):
    low_free = host.low_memory(given.xswbounce) if not given.recording else None
    replays = itertools.count(1)
    progress = lambda: tell(f"replay {next(replays)} ...", end="\r")
    advice = Advice(Replay(given.replay, recording, given.across_gaps, progress), given.margin,
                    given.scale, low_free, given.watched, given.apply)
    tell("", end="\r")
    return advice


def save(document, to):
    """For --confirm, beside the plots."""
    os.makedirs(os.path.dirname(to) or ".", exist_ok=True)
    with open(to, "w", encoding="utf-8") as f:
        json.dump(document, f, indent=1)


def advise(given, recording, before=None, applied=None):
    """Say what is advised, and how an advice of before came true.  Return: the exit status."""
    advice = advice_of(given, recording)
    document = advice.document()
    if before:
        document["confirmation"] = confirm.compare(before, document)
        document["applied"] = applied
    if given.save:
        save(document, given.save)
    if given.json:
        json.dump(document, sys.stdout, indent=1)
        print()
    else:
        for line in confirm.lines(document["confirmation"], applied) if before else ():
            print(line)
        sys.stdout.write(screen.text(document))
        if given.watched:
            print(occupancy_screen.summary(document["occupancy"]))
            for line in occupancy_screen.other(document["occupancy"]):
                print(line)
            print("\n".join(screen.level_lines(document["occupancy"]["levels"])))
    if given.plots and advice.bounces:
        tell_plots(given, *draw.draw(advice, given.plots))
    return NOT_CONFIRMED if before and confirm.failed(document["confirmation"]) else 0


def tell_plots(given, drawn, wrong):
    if wrong:
        print(f"tune: {wrong}", file=sys.stderr)
    elif not given.json:
        print("Plots: " + " ".join(one for one in drawn if one.endswith(".svg")))


def answer(given, document, text):
    """An advice that no replay is behind."""
    if given.save:
        save(document, given.save)
    if given.json:
        json.dump(document, sys.stdout, indent=1)
        print()
    else:
        sys.stdout.write(text(document))


def advise_by_days(given):
    """Without a recording: by what was in use."""
    if given.scale > 1:
        raise Refused("--occupancy alone can't be scaled: name a recording, too")
    document = given.watched.alone(given.margin)
    answer(given, document, occupancy_screen.text)
    if given.plots and document["peak"]["slots"]:
        tell_plots(given, *draw.draw_days(given.watched, document, given.plots))


def advise_by_counters(given, before):
    """Where nothing can be recorded: by what the kernel counts."""
    reason = "this kernel has no BTF, so xswbounce can't record"
    wrong = [name for name, is_given in (("--apply", given.apply), ("--confirm", before),
                                         ("--scale", given.scale > 1), ("--keep", given.keep))
             if is_given]
    if wrong:
        raise Refused(f"{reason}: {wrong[0]} needs a recording")
    answer(given, counters.document(reason, given.margin, given.bounces, given.time), counters.text)
    return 0


def apply_and_compare(given, folder, recording):
    """The module's pool made as large as the recording advises, and as long recorded again.

    It is never made smaller: a recording is a sample. Where more fails than before, and where the
    second recording can't be made, it becomes what it was.
    """
    advice = advice_of(given, recording)
    if advice.subject.pool != "module" or not advice.module:
        raise Refused("--apply is for the pool of xen_swiotlb, and needs a size to apply: stock's "
                      "takes a boot with the parameter, then --confirm")
    if not advice.bounces:
        raise Refused("nothing bounced meanwhile, so no size follows: record while the load runs")
    was, wanted = advice.subject.slots, advice.module.slots
    if wanted <= was:
        print(f"The pool stays: it has {was} slots, and {wanted} suffice. To make it smaller: "
              f"echo {wanted * SLOT} >{host.POOL_BYTES}")
        return advise(given, recording)
    host.resize(wanted)
    again = os.path.join(folder, "again.rec")
    before = advice.document()
    try:
        tell(f"Pool of {wanted} slots; recording {given.time} s again ...")
        host.record(given.xswbounce, given.time, again)
        now = advice_of(given, again)
    except (Refused, KeyboardInterrupt):
        host.resize(was)
        print(f"The pool has {was} slots again.", file=sys.stderr)
        raise
    if now.failed > before["failed_in_recording"]:
        host.resize(was)
        print(f"More failed than before ({now.failed}): the pool has {was} slots again.")
    return advise(given, again, before, {"slots_before": was, "slots": wanted,
                                         "failed_before": before["failed_in_recording"]})


def from_host(given, before):
    """Record, then advise; where that can't be, what the kernel tells by itself."""
    if not host.is_xen():
        raise Refused("this is no Xen host: name a recording that was made on one")
    if os.geteuid():
        raise Refused("recording needs root; or name a recording")
    if not host.has_types():
        return advise_by_counters(given, before)
    # Not /tmp, which may be memory: a storm of failures takes 8 MB a second.
    with tempfile.TemporaryDirectory(prefix="tune.",
                                     dir=os.environ.get("TMPDIR") or "/var/tmp") as folder:
        to = given.keep or os.path.join(folder, "load.rec")
        tell(f"Recording {given.time} s of this host's load; Ctrl-C ends it early ...")
        host.record(given.xswbounce, given.time, to)
        if given.apply:
            return apply_and_compare(given, folder, to)
        return advise(given, to, before)


def main(arguments):
    given = options(arguments)
    try:
        before = confirm.read(given.confirm) if given.confirm else None
        if given.recording and given.apply:
            raise Refused("--apply records this host: name no recording")
        if given.occupancy and not given.recording and (before or given.apply):
            raise Refused("--occupancy alone tells no failures to compare: name a recording, too")
        given.watched = Occupancy(given.occupancy) if given.occupancy else None
        status = 0
        if given.recording:
            status = advise(given, given.recording, before)
        elif given.watched:
            advise_by_days(given)
        else:
            status = from_host(given, before)
        sys.stdout.flush()
        return status
    except Refused as refused:
        print(f"tune: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tune: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"tune: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return 1
    return 0
