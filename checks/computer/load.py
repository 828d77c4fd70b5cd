"""Whether this computer has the time and the memory for calls."""

from __future__ import annotations

from typing import ClassVar

from checks.interface import Captures, Context, NotMeasured, StepId
from checks.machine.statistics import mean_interval, percentile, share_interval
from checks.steps.load import LoadCapture
from report.catalogue import finding, measurement
from report.policy import Policy
from report.vocabulary import Finding, Measurement, Outcome, Series, Status

LATE_MS = 5.0
"""A packet's audio that is handed over later than this may miss its turn: a quarter of the 20 ms packet."""
BUSY_PROGRAM_PERCENT = 25.0
"""One program that takes this much of the whole processor is worth a name."""
HEAVY_CHECK_PERCENT = 25.0
DISK_NEARLY_FULL_GIB = 2.0
SHORTEST_S = 3.0
EVIDENCE_POINTS = 120


class LoadCheck:
    """Processor, memory, disk, power and timers while the rest of the check ran."""

    id: ClassVar[str] = "computer.load"
    version: ClassVar[int] = 1
    uses: ClassVar[tuple[StepId, ...]] = ("load",)

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """Averages with their intervals, and the conditions that a person can change."""
        capture = captures.need("load", LoadCapture)
        if capture.seconds < SHORTEST_S or len(capture.cpu) < 2:
            too_short = finding("computer.too_short", seconds=round(capture.seconds, 1))
            raise NotMeasured(Status.INCONCLUSIVE, too_short)
        return Outcome(
            check=self.id,
            version=self.version,
            status=Status.MEASURED,
            measurements=[*_processor(capture), *_timers(capture), *_room_to_work(capture)],
            findings=_findings(capture),
            disturbed_by=_disturbances(capture),
            evidence=_evidence(capture),
            facts=_facts(capture),
        )

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """Never: its steps have the length they need."""
        return 0.0


def _processor(capture: LoadCapture) -> list[Measurement]:
    others, low, high = mean_interval([sample.others_percent for sample in capture.cpu])
    own = sum(sample.own_percent for sample in capture.cpu) / len(capture.cpu)
    cores = list(zip(*(sample.cores_percent for sample in capture.cpu), strict=False))
    busiest = max(sum(core) / len(core) for core in cores)
    return [
        measurement("computer.cpu_busy_percent", _share(others), _share(low), _share(high)),
        measurement("computer.own_cpu_percent", own),
        measurement("computer.busiest_core_percent", busiest),
    ]


def _timers(capture: LoadCapture) -> list[Measurement]:
    if not capture.late_ms:
        return []
    share, low, high = share_interval([late_ms > LATE_MS for late_ms in capture.late_ms])
    return [
        measurement("computer.late_timers_percent", 100 * share, 100 * low, 100 * high),
        measurement("computer.timer_lateness_p95_ms", percentile(capture.late_ms, 95)),
    ]


def _room_to_work(capture: LoadCapture) -> list[Measurement]:
    measured = [measurement("computer.memory_available_gib", capture.memory_available_gib)]
    if capture.swap_used_percent is not None:
        measured.append(measurement("computer.swap_used_percent", capture.swap_used_percent))
    if capture.disk_free_gib is not None:
        measured.append(measurement("computer.disk_free_gib", capture.disk_free_gib))
    return measured


def _findings(capture: LoadCapture) -> list[Finding]:
    found = []
    if capture.programs and capture.programs[0].percent >= BUSY_PROGRAM_PERCENT:
        busiest = capture.programs[0]
        found.append(finding("computer.busy_program", program=busiest.name, percent=round(busiest.percent)))
    if capture.power.on_battery:
        found.append(finding("computer.on_battery", percent=round(capture.power.battery_percent or 0)))
    if capture.system.remote:
        found.append(finding("computer.remote_desktop", kind=capture.system.remote))
    if capture.system.virtual:
        found.append(finding("computer.virtual_machine", kind=capture.system.virtual))
    if capture.disk_free_gib is not None and capture.disk_free_gib < DISK_NEARLY_FULL_GIB:
        found.append(finding("computer.disk_nearly_full", free=round(capture.disk_free_gib, 1)))
    if capture.throttled:
        found.append(finding("computer.throttled"))
    return found


def _disturbances(capture: LoadCapture) -> list[Finding]:
    disturbed = []
    own = sum(sample.own_percent for sample in capture.cpu) / len(capture.cpu)
    if own >= HEAVY_CHECK_PERCENT:
        disturbed.append(finding("computer.check_is_heavy", percent=round(own)))
    if capture.gaps_s:
        disturbed.append(finding("computer.stood_still", seconds=round(sum(capture.gaps_s), 1)))
    if not capture.late_ms:
        disturbed.append(finding("computer.timers_not_seen"))
    return disturbed


def _evidence(capture: LoadCapture) -> list[Series]:
    """Coarse series: the mean of the processor's use, and the worst lateness, of each stretch."""
    cpu = [max(0.0, sample.others_percent) for sample in capture.cpu]
    step_s = capture.seconds / len(cpu)
    wide = -(-len(cpu) // EVIDENCE_POINTS)
    series = [
        Series(
            name="computer.cpu_busy_percent",
            unit="%",
            step_s=round(step_s * wide, 3),
            values=[round(sum(part) / len(part), 1) for part in _parts(cpu, wide)],
        )
    ]
    if capture.late_ms:
        wide = -(-len(capture.late_ms) // EVIDENCE_POINTS)
        series.append(
            Series(
                name="computer.timer_lateness_ms",
                unit="ms",
                step_s=round(capture.seconds / len(capture.late_ms) * wide, 3),
                values=[round(max(part), 1) for part in _parts(list(capture.late_ms), wide)],
            )
        )
    return series


def _parts(values: list[float], wide: int) -> list[list[float]]:
    return [values[i : i + wide] for i in range(0, len(values), wide)]


def _facts(capture: LoadCapture) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {
        "os": capture.system.os[:200],
        "architecture": capture.system.architecture[:60],
        "cores": capture.system.cores,
        "memory_gib": round(capture.system.memory_gib, 1),
        "uptime_h": round(capture.system.uptime_h, 1),
        "seconds": round(capture.seconds, 1),
    }
    if capture.frequency_mhz is not None:
        facts["frequency_mhz"] = round(capture.frequency_mhz[0])
    if capture.frequency_mhz is not None and capture.frequency_mhz[1]:
        facts["frequency_highest_mhz"] = round(capture.frequency_mhz[1])
    if capture.power.on_battery is not None:
        facts["on_battery"] = capture.power.on_battery
    for rank, program in enumerate(capture.programs, start=1):
        facts[f"program_{rank}"] = program.name
        facts[f"program_{rank}_percent"] = round(program.percent, 1)
    return facts


def _share(percent: float) -> float:
    return min(100.0, max(0.0, percent))


CHECK = LoadCheck()
