"""An impaired line by hand: makes the network, tells how to use it, and reports what it did when it is stopped."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_args

from tests.lab.router import script
from tests.lab.router.engine import Conduct
from tests.lab.router.namespaces import Namespace, missing, run
from tests.lab.router.network import Hop, Network, chain
from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Distribution, Fate, Way


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab.router",
        description=__doc__,
        epilog=f"A script, for example:\n{script.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--delay", type=float, default=0.0, metavar="MS", dest="delay_ms")
    add("--jitter", type=float, default=0.0, metavar="MS", dest="jitter_ms", help="as RFC 3550 would show it")
    add("--distribution", choices=get_args(Distribution), default="exponential")
    add("--correlation", type=float, default=0.0, metavar="0..1")
    add("--keep-order", action="store_true")
    add("--loss", type=float, default=0.0, metavar="PERCENT", dest="loss_percent")
    add("--loss-burst", type=float, default=1.0, metavar="PACKETS", help="mean length of runs of lost packets")
    add("--duplicate", type=float, default=0.0, metavar="PERCENT", dest="duplicate_percent")
    add("--reorder", type=float, default=0.0, metavar="PERCENT", dest="reorder_percent")
    add("--spike-every", type=float, default=0.0, metavar="S", dest="spike_every_s")
    add("--spike", type=float, default=0.0, metavar="MS", dest="spike_ms")
    add("--rate", type=float, default=0.0, metavar="MBIT/S", dest="rate_mbit_s")
    add("--queue", type=int, default=64_000, metavar="BYTES", dest="queue_bytes")
    add("--only", choices=("up", "down"), help="leave the other direction as it is")
    add("--two-hops", action="store_true", help="with a home router between: its address answers echo requests")
    add("--on", choices=("lan", "wan"), default="wan", help="with --two-hops: the hop that is impaired")
    add("--script", type=Path, metavar="FILE", help="a line that changes, instead of all of the above")
    add("--seed", type=int, default=1)
    add("command", nargs="*", help="run this at home, and stop when it ends; put -- before it")
    return parser.parse_args()


def main() -> int:
    """Runs until Ctrl-C, or until the given command ends."""
    args = _arguments()
    if (reason := missing()) is not None:
        print(f"This needs Linux, root and /dev/net/tun: {reason}.", file=sys.stderr)
        return 2
    try:
        hops = script.read(args.script) if args.script else _hops(args)
    except (OSError, script.ScriptError) as error:
        print(f"{args.script}: {error}", file=sys.stderr)
        return 2
    with chain(hops, args.seed) as network:
        code = run(network.home, args.command) if args.command else _wait(network)
        records, conduct = network.end()
        for hop in range(len(hops)):
            for direction in Direction:
                of_lane = [r for r in records if (r.hop, r.direction) == (hop, direction)]
                name = f"{('lan', 'wan')[hop]} " if len(hops) > 1 else ""
                print(f"{name}{_summary(hop, direction, of_lane, conduct)}", file=sys.stderr)
        print(
            f"the router itself was late by {conduct.p50_ms:.3f} ms (median), {conduct.p99_ms:.3f} ms (99th), "
            f"{conduct.max_ms:.3f} ms (most), and took {100 * conduct.core_share:.1f} % of a core",
            file=sys.stderr,
        )
        return code


def _hops(args: argparse.Namespace) -> list[Hop]:
    known = {field.name for field in fields(Way)}
    way = Way(**{name: value for name, value in vars(args).items() if name in known})
    hop = Hop(*(Way() if args.only not in (None, side) else way for side in ("up", "down")))
    if not args.two_hops:
        return [hop]
    clean = Hop(Way(), Way())
    return [hop, clean] if args.on == "lan" else [clean, hop]


def _wait(network: Network) -> int:
    _introduce("home", network.home)
    for router in network.routers:
        _introduce("gateway", router)
    _introduce("far", network.far)
    print("Enter begins the script again; Ctrl-C or Ctrl-D ends it.", flush=True)
    try:
        for _ in sys.stdin:
            network.begin()
    except KeyboardInterrupt:
        print()
    return 0


def _introduce(role: str, computer: Namespace) -> None:
    print(f"{role + ':':<9}{computer.address:<12} {computer.address6:<10}   ip netns exec {computer.name} COMMAND")


def _summary(hop: int, direction: Direction, records: list[Record], conduct: Conduct) -> str:
    counts = dict.fromkeys(Fate, 0)
    for record in records:
        counts[record.fate] += 1
    for bulk in conduct.tcp:
        if (bulk.hop, bulk.direction) == (hop, direction):
            counts[bulk.fate] += bulk.packets
    counted = ", ".join(f"{count} {fate.name.lower()}" for fate, count in counts.items())
    delays = sorted(r.delay_ms for r in records if r.out_ns)
    between = f"; delay {delays[0]:.1f} to {delays[-1]:.1f} ms" if delays else ""
    return f"{direction.name.lower()}: {counted}{between}"


if __name__ == "__main__":
    sys.exit(main())
