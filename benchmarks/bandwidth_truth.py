"""How true our speed of a line is, beside iperf3 and speedtest-cli: ``make benchmark-bandwidth_truth``.

Each tool has the line to itself, by turns, several times, toward the home and from it. All count the payload of TCP
where it arrives (of 1,500 bytes on the wire, 1,448 with timestamps), after their slow start. iperf3 uses as many
connections as ours did, and the same congestion control. Errors are relative to the mean of iperf3's repeats;
its spread is the greatest distance of one repeat from that mean.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bandwidth_lines import FEW, LINES, TestedLine, ends_of
from benchmarks.bandwidth_tools import Far, ToolError, Word, serving
from checks.line.bandwidth.interface import Direction
from tests.lab.router.namespaces import missing

OURS = ("native", "speedtest")
DIRECTIONS: tuple[Direction, ...] = ("down", "up")
CAP_BYTES = 2_000_000_000
"""None to speak of: the tools are compared over the same time."""
TARGET_PERCENT = 3.0


@dataclass(frozen=True, slots=True)
class Options:
    """How long, and how often."""

    tools: tuple[str, ...]
    runs: int
    seconds: float
    cap_bytes: int


def compare(line: TestedLine, options: Options) -> None:
    """Prints the rows of one line, as soon as they are known."""
    with ends_of(line) as (home, far), serving(home, far) as servers:
        for direction in DIRECTIONS:
            words: dict[str, list[Word]] = {tool: [] for tool in (*options.tools, "iperf3")}
            for _ in range(options.runs):
                for tool in options.tools:
                    if word := _attempt(servers, tool, direction, options):
                        words[tool].append(word)
                like = next((words[tool][-1] for tool in options.tools if words[tool]), None)
                connections, algorithm = (like.connections, like.congestion_control) if like else (4, "cubic")
                words["iperf3"].append(servers.iperf3(direction, options.seconds, connections, algorithm))
            for tool in words:
                if words[tool]:
                    print(_row(line, direction, tool, words[tool], words["iperf3"]), flush=True)


def _attempt(servers: Far, tool: str, direction: Direction, options: Options) -> Word | None:
    try:
        return servers.ours(tool, direction, options.seconds, options.cap_bytes)
    except ToolError as problem:
        print(problem, file=sys.stderr)
        return None


def _row(line: TestedLine, direction: Direction, tool: str, words: Sequence[Word], truth: Sequence[Word]) -> str:
    true_mbit_s = statistics.fmean(word.mbit_s for word in truth)
    rates = [word.mbit_s for word in words]
    mean = statistics.fmean(rates)
    spread = max(abs(rate - mean) for rate in rates) / mean * 100
    error = 100 * (mean / true_mbit_s - 1)
    client, server = (_mean([getattr(word, name) for word in words]) for name in _CORES)
    flows = "/".join(str(n) for n in sorted({word.connections for word in words}))
    return (
        f"{line.name:<34}{direction:<6}{tool:<11}{mean:>9.2f}{'' if tool == 'iperf3' else f'{error:+.1f}':>9}"
        f"{spread:>9.1f}{flows:>7}{words[-1].congestion_control or '-':>8}{client:>9}{server:>9}"
        f"{_mean([word.megabytes for word in words]):>8}{_mean([word.seconds for word in words]):>7}"
    )


_CORES = ("client_core_percent", "server_core_percent")


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.fmean(known):.1f}" if known else "-"


def _arguments() -> argparse.Namespace:
    lines = "; ".join(f"{number}: {line.name}" for number, line in enumerate(LINES))
    parser = argparse.ArgumentParser(prog="benchmarks.bandwidth_truth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", help=f"numbers, separated by commas; {lines}".replace("%", "%%"))
    parser.add_argument("--all", action="store_true", help="all lines, not the few")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--cap-mb", type=float, default=CAP_BYTES / 1e6, help="data cap of our own tests")
    parser.add_argument("--tools", default=",".join(OURS), help="of " + ", ".join(OURS))
    return parser.parse_args()


def main() -> int:
    """Prints one row for each line, direction and tool."""
    args = _arguments()
    if (reason := missing()) is not None:
        print(f"This needs Linux, root and /dev/net/tun: {reason}.", file=sys.stderr)
        return 2
    chosen = [int(n) for n in args.lines.split(",")] if args.lines else range(len(LINES)) if args.all else FEW
    options = Options(tuple(args.tools.split(",")), args.runs, args.seconds, round(args.cap_mb * 1e6))
    print(
        f"{'line':<34}{'way':<6}{'tool':<11}{'Mbit/s':>9}{'error,%':>9}{'±spread':>9}{'flows':>7}{'control':>8}"
        f"{'client,%':>9}{'server,%':>9}{'MB':>8}{'s':>7}"
    )
    for number in chosen:
        compare(LINES[number], options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
