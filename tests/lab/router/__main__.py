"""An impaired line by hand: makes the network, tells how to use it, and reports what it did when it is stopped."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from typing import get_args

from tests.lab.router.namespaces import missing, run
from tests.lab.router.network import Network, impaired
from tests.lab.router.record import Direction, Record
from tests.lab.router.ways import Distribution, Fate, Way


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.router", description=__doc__)
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
    add("--seed", type=int, default=1)
    add("command", nargs="*", help="run this at home, and stop when it ends; put -- before it")
    return parser.parse_args()


def main() -> int:
    """Runs until Ctrl-C, or until the given command ends."""
    args = _arguments()
    if (reason := missing()) is not None:
        print(f"This needs Linux, root and /dev/net/tun: {reason}.", file=sys.stderr)
        return 2
    known = {field.name for field in fields(Way)}
    way = Way(**{name: value for name, value in vars(args).items() if name in known})
    up, down = (Way() if args.only not in (None, side) else way for side in ("up", "down"))
    with impaired(up, down, args.seed) as network:
        code = run(network.home, args.command) if args.command else _wait(network)
        records, lateness = network.end()
        for direction in Direction:
            print(_summary(direction, [r for r in records if r.direction is direction]), file=sys.stderr)
        print(
            f"the router itself was late by {lateness.p50_ms:.3f} ms (median), {lateness.p99_ms:.3f} ms (99th)",
            file=sys.stderr,
        )
        return code


def _wait(network: Network) -> int:
    print(f"home: {network.home.address} {network.home.address6}   ip netns exec {network.home.name} COMMAND")
    print(f"far:  {network.far.address} {network.far.address6}   ip netns exec {network.far.name} COMMAND")
    print("Ctrl-C or Ctrl-D ends it.", flush=True)
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        print()
    return 0


def _summary(direction: Direction, records: list[Record]) -> str:
    counted = ", ".join(f"{sum(r.fate is fate for r in records)} {fate.name.lower()}" for fate in Fate)
    delays = sorted(r.delay_ms for r in records if r.out_ns)
    between = f"; delay {delays[0]:.1f} to {delays[-1]:.1f} ms" if delays else ""
    return f"{direction.name.lower()}: {counted}{between}"


if __name__ == "__main__":
    sys.exit(main())
