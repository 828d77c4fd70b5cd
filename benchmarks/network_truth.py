"""How true our numbers of the line are, beside irtt, iperf3 and ping: ``make benchmark-network_truth``.

All tools run at once over the same impaired line, each with a telephone's stream: 50 packets of 172 bytes a second.
The laboratory's router logs when each packet came and went; a tool's word is compared with what its own packets met.
The router and the far side run ahead of ordinary programs, since in life they are other computers. Jitter in percent
is given where the true jitter is at least a millisecond. iperf3 tells no packet's delay, ping only round trips.

A sender learns nothing of the way up of a packet whose answer was lost on the way down. The truth counts those packets
as well; beside it stands the error over the answered ones alone, which is that of the measurement itself.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.network.app import App
from benchmarks.network.conditions import CONDITIONS, FEW, MODES, Condition, Mode, meanwhile
from benchmarks.network.tools import Iperf3, Irtt, Ping, Readiness, Tool, ToolError
from benchmarks.network.truth import Floats, LineError, SideError, error, truth
from tests.lab.router.namespaces import missing
from tests.lab.router.network import Network, impaired

JUDGED_FROM_MS = 1.0
"""True jitter from which an error in percent says something."""
TOOLS: dict[str, Callable[[Network, float, Mode], Tool]] = {
    "readiness": lambda net, seconds, mode: App(net) if mode.app else Readiness(net, seconds, busy_host=mode.busy_host),
    "irtt": lambda net, seconds, _: Irtt(net, seconds),
    "iperf3": lambda net, seconds, _: Iperf3(net, seconds),
    "ping": lambda net, seconds, _: Ping(net, seconds),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One tool in one run."""

    tool: str
    condition: Condition
    mode: Mode
    error: LineError
    error_of_answered: LineError
    """Against the truth about the answered packets alone."""
    core_share: float | None

    @property
    def sides(self) -> tuple[SideError, SideError]:
        """Both directions."""
        return self.error.up, self.error.down


def run(condition: Condition, mode: Mode, tools: Iterable[str], seconds: float, seed: int) -> list[Result]:
    """One run of these tools, all at once."""
    with impaired(condition.up, condition.down, seed) as net, meanwhile(net, condition, mode, seed):
        at_work = {name: TOOLS[name](net, seconds, mode) for name in tools}
        words = {}
        for name, tool in at_work.items():
            try:
                words[name] = tool.word()
            except ToolError as problem:
                print(f"{condition.name}: {problem}", file=sys.stderr)
        records, conduct = net.end()
    if conduct.p99_ms > 1:
        print(f"{condition.name}: the router was late by {conduct.p99_ms:.2f} ms (99th percentile)", file=sys.stderr)
    results = []
    for name, word in words.items():
        own = list(at_work[name].own(records))
        true, of_answered = truth(own), truth(own, only=word.line.up.delay_ms.keys())
        errors = error(word.line, true), error(word.line, of_answered)
        results.append(Result(name, condition, mode, *errors, word.core_share))
    return results


def jitter_errors_percent(errors: Iterable[LineError]) -> list[float]:
    """Of each direction that has jitter to speak of."""
    return [
        100 * abs(side.jitter_ms) / side.true_jitter_ms
        for line in errors
        for side in (line.up, line.down)
        if side.jitter_ms is not None and side.true_jitter_ms >= JUDGED_FROM_MS
    ]


def print_conditions(results: list[Result]) -> None:
    """Our own numbers: a row for each condition, up / down where there are two."""
    print(
        f"\n{'our prober':<40}{'true jitter':>14}{'jitter error, %':>17}{'answered':>10}{'one-way error, µs':>22}",
        end="",
    )
    print(f"{'p95 bias':>10}{'wrong by, up/down':>26}{'CPU':>7}")
    print(f"{'':<40}{'ms, up/down':>14}{'median   worst':>17}{'only':>10}{'median   p95    max':>22}", end="")
    print(f"{'ms, most':>10}{'lost  copies reordered':>26}{'% core':>7}")
    for condition, mode in dict.fromkeys((r.condition, r.mode) for r in results):
        of_it = [r for r in results if (r.condition, r.mode) == (condition, mode)]
        jitters = "/".join(f"{np.mean([r.sides[k].true_jitter_ms for r in of_it]):.2f}" for k in (0, 1))
        answered = jitter_errors_percent(r.error_of_answered for r in of_it)
        worst = f"{max(answered):.2f}" if answered else "-"
        title = condition.name if mode is MODES[0] else f"{condition.name}, {mode.name}"
        print(f"{title:<40}{jitters:>14}{_jitter(of_it):>17}{worst:>10}{_delays(of_it):>22}{_bias(of_it):>10}", end="")
        print(f"{_wrong(of_it):>26}{_cpu(of_it):>7}")


def print_tools(results: list[Result]) -> None:
    """A row for each tool in each mode, over all conditions."""
    print(f"\n{'':<52}{'jitter error, %':>16}{'one-way error, µs':>22}{'round trip error, µs':>22}", end="")
    print(f"{'p95 bias':>10}{'lost':>10}{'CPU':>7}")
    print(f"{'':<52}{'median   worst':>16}{'median   p95    max':>22}{'median   p95    max':>22}", end="")
    print(f"{'ms, most':>10}{'wrong by':>10}{'% core':>7}")
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.mode.title, result.tool].append(result)
    for (title, tool), group in groups.items():
        lost = [abs(side.lost) for result in group for side in result.sides if side.lost is not None]
        print(f"{tool:<10}{title:<42}{_jitter(group):>16}{_delays(group):>22}", end="")
        print(f"{_spread([r.error.rtt_ms for r in group]):>22}{_bias(group):>10}", end="")
        print(f"{f'{max(lost):.3g}' if lost else '-':>10}{_cpu(group):>7}")


def _jitter(results: list[Result]) -> str:
    errors = jitter_errors_percent(result.error for result in results)
    return f"{np.median(errors):.2f} {max(errors):7.2f}" if errors else "-"


def _cpu(results: list[Result]) -> str:
    shares = [100 * r.core_share for r in results if r.core_share is not None]
    return f"{np.mean(shares):.1f}" if shares else "-"


def _spread(errors_ms: list[Floats]) -> str:
    absolute: Floats = 1000 * np.abs(np.concatenate(errors_ms))
    if len(absolute) == 0:
        return "-"
    return f"{np.median(absolute):.0f} {np.percentile(absolute, 95):6.0f} {absolute.max():6.0f}"


def _delays(results: list[Result]) -> str:
    return _spread([side.delay_ms for result in results for side in result.sides])


def _bias(results: list[Result]) -> str:
    biases = [abs(s.p95_bias_ms) for result in results for s in result.sides if s.p95_bias_ms is not None]
    return f"{max(biases):.3f}" if biases else "-"


def _wrong(results: list[Result]) -> str:
    """The most that any run was wrong by."""

    def most(values: Iterable[float | None]) -> str:
        return f"{max((abs(value) for value in values if value is not None), default=0):g}"

    both = [[result.sides[k] for result in results] for k in (0, 1)]
    counts = ["/".join(most(getattr(side, name) for side in sides) for sides in both) for name in _COUNTS]
    return "     ".join(f"{count:>3}" for count in counts)


_COUNTS = ("lost", "duplicated", "reordered")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.network_truth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short run of four conditions, ours and irtt alone")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--tools", default=",".join(TOOLS), help="of " + ", ".join(TOOLS))
    parser.add_argument("--modes", default=",".join(mode.name for mode in MODES))
    parser.add_argument("--conditions", help=f"numbers from 0 to {len(CONDITIONS) - 1}, separated by commas")
    return parser.parse_args()


def main() -> int:
    """Prints a table of our prober by condition, and one of all tools by mode."""
    args = _arguments()
    if (reason := missing()) is not None:
        print(f"This needs Linux, root and /dev/net/tun: {reason}.", file=sys.stderr)
        return 2
    tools, few = args.tools.split(","), list(FEW)
    chosen = [int(n) for n in args.conditions.split(",")] if args.conditions else list(range(len(CONDITIONS)))
    runs, seconds = args.runs, args.seconds
    if args.quick:
        chosen, few, runs, seconds, tools = [0, *FEW], [FEW[0]], 1, 5.0, tools[:2]
    results: list[Result] = []
    for mode in MODES:
        if mode.name not in args.modes.split(","):
            continue
        first = mode is MODES[0]
        for number in (chosen if first or args.conditions else few)[: 1 if mode.app else None]:
            for k in range(1 if mode.app else runs if first else min(2, runs)):
                of_mode = tools if first else tools[:1] if mode.app else tools[:2]
                results += run(CONDITIONS[number], mode, of_mode, seconds, seed=1 + 1000 * k + number)
    print_conditions([result for result in results if result.tool == "readiness"])
    print_tools(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
