"""Places faults at known points of a line of two or three hops, looks at it as the program does, and compares what is
said of the place with the truth.

Right is the place where the fault was put, or a wider one around it; where nothing that is asked can separate two
causes, *cannot tell* is. Wrong is a place that is named and isn't it. Needs root on Linux, and a computer that does
nothing else: its own lateness and that of the measuring server are part of the answer. Two faults at a time, each in
namespaces of its own:

    make benchmark-where_truth ARGS="[--seconds 8] [--runs 1] [--part 1/3]"

How often chance misleads takes more looks than anybody waits for: ``--simulated 50`` takes 50 at each fault of the line
in a time of their own, without packets, and needs neither root nor an idle computer.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from checks.interface import NotMeasured
from checks.line.where import Place, Placed, place
from tests.checks.line.placed_faults import FAR, WELL, Both, Fault, place_of
from tests.checks.line.simulated import Home, Router, look
from tests.lab.router.namespaces import missing
from tests.lab.router.ways import Distribution, Way

HOME, BEYOND, OURS = frozenset({Place.HOME}), frozenset({Place.BEYOND}), frozenset({Place.THIS_COMPUTER})
TOWARD, SERVER = frozenset({Place.TOWARD_COMPANY}), frozenset({Place.COMPANY})
NOWHERE, UNKNOWN = frozenset({Place.NOWHERE}), frozenset({Place.CANNOT_TELL})
AT_A_TIME = 2


def _kinds(delay_ms: float) -> Iterator[tuple[str, Both]]:
    """Kinds of trouble, each in both directions but where it says so."""

    def jitter(ms: float, distribution: Distribution, correlation: float = 0.0) -> Both:
        one = Way(
            delay_ms=delay_ms,
            jitter_ms=ms,
            distribution=distribution,
            correlation=correlation,
            keep_order=correlation > 0,
        )
        return one, one

    well = Way(delay_ms=delay_ms)
    yield "exponential jitter 12 ms", jitter(12, "exponential")
    yield "normal jitter 15 ms", jitter(15, "normal")
    yield "uniform jitter 20 ms", jitter(20, "uniform")
    yield "Pareto jitter 20 ms", jitter(20, "pareto")
    yield "waves of delay, 25 ms", jitter(25, "exponential", 0.9)
    yield "exponential jitter 25 ms, up", (jitter(25, "exponential")[0], well)
    yield "normal jitter 20 ms, down", (well, jitter(20, "normal")[0])
    for percent, burst in ((4.0, 1.0), (8.0, 1.0), (8.0, 4.0)):
        lossy = Way(delay_ms=delay_ms, loss_percent=percent, loss_burst=burst)
        yield f"loss {percent:.0f} %, bursts of {burst:.0f}", (lossy, lossy)
    yield "loss 10 %, down", (well, Way(delay_ms=delay_ms, loss_percent=10))
    for every_s, ms in ((0.5, 80.0), (1.0, 120.0), (2.0, 300.0)):
        pausing = Way(delay_ms=delay_ms, spike_every_s=every_s, spike_ms=ms)
        yield f"pauses of {ms:.0f} ms every {every_s} s", (pausing, pausing)
    yield "a bad second half", ([(0.0, well), (4.0, Way(delay_ms=delay_ms, jitter_ms=30))], well)
    yield "long delay", (Way(delay_ms=110), Way(delay_ms=110))


def faults() -> list[Fault]:
    """All of them."""
    jittery = Way(delay_ms=12, jitter_ms=20)
    lossy = Way(delay_ms=12, loss_percent=6)
    pausing = Way(delay_ms=12, spike_every_s=0.5, spike_ms=100)
    found = [Fault(f"home: {name}", HOME, lan=both) for name, both in _kinds(1)]
    found += [Fault(f"beyond: {name}", BEYOND, wan=both) for name, both in _kinds(12)]
    found += [
        Fault(
            "beyond: a queue, others at home send",
            BEYOND,
            wan=(Way(delay_ms=12, rate_mbit_s=2, queue_bytes=40_000), FAR),
            others_up_mbit_s=1.96,
        ),
        Fault(
            "beyond: a full queue, others at home send",
            BEYOND,
            wan=(Way(delay_ms=12, rate_mbit_s=2, queue_bytes=40_000), FAR),
            others_up_mbit_s=2.2,
        ),
        Fault("beyond: jitter, second target bad too", BEYOND, wan=(jittery, jittery), second=True),
        Fault("beyond: jitter, small jitter at home", BEYOND, lan=(Way(1, 1.5), WELL), wan=(jittery, jittery)),
        Fault("beyond: jitter, router sparing with answers", BEYOND | UNKNOWN, wan=(jittery, FAR), router="sparing"),
        Fault("home: jitter, second target bad too", HOME, lan=(Way(1, 20), Way(1, 20)), second=True),
        Fault("home: jitter, small jitter beyond", HOME, lan=(Way(1, 20), WELL), wan=(Way(12, 2), FAR)),
        Fault("company: jitter behind the second target", TOWARD, company=(Way(5, 20), Way(5, 20)), second=True),
        Fault(
            "company: loss behind the second target",
            TOWARD | BEYOND,
            company=(Way(5, loss_percent=12), Way(5)),
            second=True,
        ),
        Fault("company: jitter, silent router", TOWARD, company=(Way(5, 20), Way(5, 20)), second=True, router="silent"),
        Fault("server: stands still now and then", SERVER, reflector="stalls"),
        Fault("server: stands still, jitter beyond", SERVER, wan=(jittery, FAR), reflector="stalls"),
        Fault("computer: the prober is held up", OURS, computer="stalls"),
        Fault("computer: its own queue", OURS, computer="queues"),
        Fault("computer: busy, but the line is well", NOWHERE | OURS, computer="busy"),
        Fault("computer: busy, and jitter beyond", BEYOND | OURS, wan=(jittery, jittery), computer="busy"),
        Fault("none", NOWHERE),
        Fault("none, small jitter everywhere", NOWHERE, lan=(Way(1, 0.5), WELL), wan=(Way(12, 1), Way(12, 1))),
        Fault("silent router: jitter beyond", UNKNOWN, wan=(jittery, jittery), router="silent"),
        Fault("silent router: jitter at home", UNKNOWN, lan=(Way(1, 20), Way(1, 20)), router="silent"),
        Fault("silent router: loss beyond", UNKNOWN, wan=(lossy, lossy), router="silent"),
        Fault(
            "silent router: pauses at home", UNKNOWN, lan=(Way(1, spike_every_s=1, spike_ms=100),) * 2, router="silent"
        ),
        Fault("sparing router: loss beyond", UNKNOWN | BEYOND, wan=(lossy, lossy), router="sparing"),
        Fault("sparing router: pauses beyond", UNKNOWN | BEYOND, wan=(pausing, pausing), router="sparing"),
        Fault("both: loss in equal parts", UNKNOWN | HOME, lan=(Way(1, loss_percent=5), WELL), wan=(lossy, FAR)),
        Fault("both: jitter at home, loss beyond", UNKNOWN, lan=(Way(1, 20), Way(1, 20)), wan=(lossy, lossy)),
    ]
    return found


def _one(task: tuple[Fault, float, int]) -> tuple[Placed, str]:
    fault, seconds, seed = task
    try:
        placed, evidence = place_of(fault, seconds, seed)
    except NotMeasured as reason:
        raise RuntimeError(f"{fault.name}: {reason}") from None
    router = evidence.train(evidence.nearby.router)
    asked = "–"
    if router is not None:
        asked = f"{router.above_least_ms(95) or 0:.0f} ms, {100 * router.lost_share:.0f} %"
    return placed, asked


def _simulated(fault: Fault, seconds: float, seed: int) -> Placed:
    home = Home(
        lan=fault.lan,
        wan=fault.wan,
        to_company=fault.company,
        router=Router(silent=fault.router == "silent", drops_percent=80.0 if fault.router == "sparing" else 0.0),
        second=fault.second,
        seconds=seconds,
        fill_up_mbit_s=fault.others_up_mbit_s,
    )
    return place(look(home, seed))


def simulate(chosen: list[Fault], seconds: float, looks: int) -> int:
    """Prints a line for each fault of the line, and the sums. 1 where more than 1 in 100 looks name a wrong place."""
    on_the_line = [f for f in chosen if f.computer == f.reflector == "well"]
    print(f"{'fault':47} right cannot tell wrong   of {looks} looks of {seconds:g} s")
    sums = Counter[str]()
    for fault in on_the_line:
        found = Counter(_verdict(fault, _simulated(fault, seconds, seed)) for seed in range(looks))
        sums += found
        print(f"{fault.name:47} {found['yes']:5} {found['no']:11} {found['WRONG']:5}", flush=True)
    total = sums.total()
    print(f"\n{sums['yes']} of {total} right ({100 * sums['yes'] / total:.1f} %), {sums['WRONG']} named wrongly")
    return int(sums["WRONG"] > 0.01 * total)


def _verdict(fault: Fault, placed: Placed) -> str:
    if placed.place in fault.right:
        return "yes"
    return "no" if placed.place is Place.CANNOT_TELL else "WRONG"


def _needs_all(fault: Fault) -> bool:
    """It keeps the whole computer busy: nothing else can be looked at meanwhile."""
    return fault.computer == "busy"


def _all(tasks: list[tuple[Fault, float, int]], at_a_time: int) -> Iterator[tuple[Placed, str]]:
    with ProcessPoolExecutor(at_a_time, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_one, tasks)


def main() -> int:
    """Prints a line for each look, and the sums. 1 where a place was named wrongly, or too few were right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each look")
    parser.add_argument("--runs", type=int, default=1, help="looks at each fault, each with other random numbers")
    parser.add_argument("--part", default="1/1", metavar="K/N", help="only every Nth fault, from the Kth on")
    parser.add_argument(
        "--simulated", type=int, default=0, metavar="LOOKS", help="so many at each fault, without waiting"
    )
    args = parser.parse_args()
    part, parts = (int(number) for number in args.part.split("/"))
    chosen = faults()[part - 1 :: parts]
    if args.simulated:
        return simulate(chosen, args.seconds, args.simulated)
    if (why := missing()) is not None:
        print(f"not here: {why}")
        return 0
    tasks = [(fault, args.seconds, 1 + run) for fault in chosen for run in range(args.runs)]
    print(f"{'fault':47} {'line: late, lost':17} {'router':13} {'said':15} right  why")
    right = wrong = 0
    for at_a_time in (AT_A_TIME, 1):
        now = [task for task in tasks if (1 if _needs_all(task[0]) else AT_A_TIME) == at_a_time]
        for (fault, _, _), (placed, asked) in zip(now, _all(now, at_a_time), strict=True):
            word = _verdict(fault, placed)
            right, wrong = right + (word == "yes"), wrong + (word == "WRONG")
            line = f"{placed.late_ms:.0f} ms, {placed.lost_percent:.0f} %"
            print(
                f"{fault.name:47} {line:17} {asked:13} {placed.place:15} {word:6} {', '.join(placed.reasons)}",
                flush=True,
            )
    print(f"\n{right} of {len(tasks)} right ({100 * right / len(tasks):.0f} %), {wrong} named wrongly")
    return int(wrong > 0 or right < 0.95 * len(tasks))


if __name__ == "__main__":
    sys.exit(main())
