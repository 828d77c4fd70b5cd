"""How true our speed of a line is, beside iperf3 and speedtest-cli: ``make benchmark-bandwidth_truth``.

Each tool has the line to itself, by turns, several times, toward the home and from it. All count the payload of TCP
where it arrives, after their slow start. iperf3 uses as many connections as ours did, and the same congestion control.
Errors are relative to the mean of iperf3's repeats; the spread is the greatest distance of one repeat from the mean of
all. The limit is what the bottleneck lets through: of 1,500 bytes, 1,448 are payload. iperf3 divides its receiver's
bytes by its sender's time: what waited in a slow line's queue when the omitted time was over is counted as well, and
what waits for a lost packet at the end is not, so that its short runs are some percent above the limit, or below it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bandwidth.lines import FEW, LINES, TestedLine, ends_of
from benchmarks.bandwidth.tools import Ends, ToolError, Word, serving
from checks.line.bandwidth.interface import Direction
from tests.lab.router.namespaces import missing

OURS = ("native", "speedtest")
DIRECTIONS: tuple[Direction, ...] = ("down", "up")
CAP_BYTES = 2_000_000_000
"""None to speak of: the tools are compared over the same time."""


@dataclass(frozen=True, slots=True)
class Options:
    """How long, and how often."""

    tools: tuple[str, ...]
    runs: int
    seconds: float
    cap_bytes: int
    iperf_seconds: float
    """Longer: its ends weigh less then."""


def compare(line: TestedLine, options: Options) -> None:
    """Prints the rows of one line, as soon as they are known."""
    with ends_of(line) as (home, far), serving(home, far) as ends:
        for direction in DIRECTIONS:
            words: dict[str, list[Word]] = {tool: [] for tool in (*options.tools, "iperf3")}
            for _ in range(options.runs):
                for tool in options.tools:
                    if word := _attempt(ends, tool, direction, options):
                        words[tool].append(word)
                like = next((words[tool][-1] for tool in options.tools if words[tool]), None)
                connections, algorithm = (like.connections, like.congestion_control) if like else (4, "cubic")
                words["iperf3"].append(ends.iperf3(direction, options.iperf_seconds, connections, algorithm))
            for tool in words:
                if words[tool]:
                    print(_row(line, direction, tool, words[tool], words["iperf3"]), flush=True)


def _attempt(ends: Ends, tool: str, direction: Direction, options: Options) -> Word | None:
    try:
        return ends.ours(tool, direction, options.seconds, options.cap_bytes)
    except ToolError as problem:
        print(problem, file=sys.stderr)
        return None


def _row(line: TestedLine, direction: Direction, tool: str, words: Sequence[Word], truth: Sequence[Word]) -> str:
    true_mbit_s = statistics.fmean(word.mbit_s for word in truth)
    rates = [word.mbit_s for word in words]
    mean = statistics.fmean(rates)
    cells = (
        *(line.name, direction, tool, f"{mean:.2f}"),
        f"{100 * (mean / true_mbit_s - 1):+.1f}",
        f"{max(abs(rate - mean) for rate in rates) / mean * 100:.1f}",
        f"{100 * mean / line.most_mbit_s:.1f}",
        "/".join(str(n) for n in sorted({word.connections for word in words})),
        words[-1].congestion_control or "-",
        *(_mean([getattr(word, name) for word in words]) for name in _MEANS),
    )
    return _cells(cells)


def _cells(cells: Sequence[str]) -> str:
    return "".join(
        f"{cell:{'<' if width < 0 else '>'}{abs(width)}}" for cell, width in zip(cells, _WIDTHS, strict=True)
    )


_MEANS = ("client_core_percent", "server_core_percent", "megabytes", "seconds")
_HEADS = ("line", "way", "tool", "Mbit/s", "error,%", "±spread", "of limit", "flows", "control")
_HEADS_OF_MEANS = ("client,%", "server,%", "MB", "s")
_WIDTHS = (-34, -6, -10, 9, 9, 9, 9, 7, 8, 9, 9, 8, 7)


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
    parser.add_argument("--iperf-seconds", type=float, default=8.0)
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
    options = Options(
        tuple(args.tools.split(",")), args.runs, args.seconds, round(args.cap_mb * 1e6), args.iperf_seconds
    )
    print(_cells((*_HEADS, *_HEADS_OF_MEANS)))
    for number in chosen:
        compare(LINES[number], options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
