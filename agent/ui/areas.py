"""The four areas of a workstation, as the cards show them: names, which steps measure them, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.language import N_, _, words
from agent.ui.glyphs import Glyphs
from report.evaluate import CheckVerdict, Evaluation
from report.vocabulary import Verdict

AREAS = ("room", "headset", "network", "computer")

TITLES: Mapping[str, str] = {
    "room": N_("Room"),
    "headset": N_("Headset"),
    "network": N_("Line"),
    "computer": N_("Computer"),
}
"""Marked, not translated."""

MEASURED_BY: Mapping[str, tuple[str, ...]] = {
    "room": ("silence",),
    "headset": ("read_aloud",),
    "network": ("idle_line", "full_line"),
    "computer": ("load",),
}

_GOOD: Mapping[str, str] = {
    "room": N_("quiet enough for calls"),
    "headset": N_("your voice is clear"),
    "network": N_("good for calls"),
    "computer": N_("has power to spare"),
}
_NUMBERS: Mapping[str, Mapping[str, str]] = {
    "room": {"room.snr_a_db": N_("your voice {value} above it")},
    "headset": {},
    "network": {
        "network.rtt_p50_ms": N_("delay {value}"),
        "network.mos_idle_line": N_("quality {number} of 5"),
        "network.bandwidth_down_mbit_s": N_("{value} down"),
        "network.bandwidth_up_mbit_s": N_("{value} up"),
    },
    "computer": {
        "computer.cpu_busy_percent": N_("{value} busy"),
        "computer.memory_available_gib": N_("{value} free memory"),
    },
}
"""The few numbers that a card shows; all the others are details."""
DEVICE_FACT = "input"
"""The fact that holds the microphone's name."""


@dataclass(frozen=True, slots=True)
class AreaResult:
    """One card of the result."""

    area: str
    verdict: Verdict | None
    """``None``: not measured, or undecided."""
    first: str
    """What it is like, in a few words."""
    more: tuple[str, ...]
    """What else was found, and the numbers behind; the most telling first."""
    checks: tuple[str, ...]
    """Its checks, by id."""


def title(area: str) -> str:
    """The area's translated name; its code for one that is new."""
    return _(TITLES[area]) if area in TITLES else area


def area_of(check: str) -> str:
    """The first word of a check's id."""
    return check.partition(".")[0]


def results(evaluation: Evaluation) -> tuple[AreaResult, ...]:
    """The cards, in the order of :data:`AREAS`; areas that are new to this program come after."""
    found: dict[str, list[CheckVerdict]] = {area: [] for area in AREAS}
    for check in evaluation.checks:
        found.setdefault(area_of(check.check), []).append(check)
    return tuple(_result(area, checks) for area, checks in found.items() if checks or area in AREAS)


def _result(area: str, checks: list[CheckVerdict]) -> AreaResult:
    verdict = _worst(checks)
    telling = [finding for check in _telling(checks, verdict) for finding in check.findings]
    titles = list(dict.fromkeys(words().finding_title(finding) for finding in telling))
    numbers = _numbers(area, checks)
    if not checks:
        first, more = _("not part of this run"), [""]
    elif verdict is Verdict.PASS:
        first, more = _(_GOOD[area]) if area in _GOOD else _("good"), [*numbers, *titles]
    else:
        first, *rest = titles or [_("close to the limit")]
        more = [*rest, *numbers]
    return AreaResult(
        area, verdict, first, tuple(line for line in more if line), tuple(check.check for check in checks)
    )


def _worst(checks: list[CheckVerdict]) -> Verdict | None:
    verdicts = {check.verdict for check in checks}
    for verdict in (Verdict.FAIL, None, Verdict.WARN):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS if checks else None


def _telling(checks: list[CheckVerdict], verdict: Verdict | None) -> list[CheckVerdict]:
    """The checks that made the verdict what it is, first."""
    return sorted(checks, key=lambda check: check.verdict is not verdict)


def _numbers(area: str, checks: list[CheckVerdict]) -> list[str]:
    """Two to a line."""
    shown: list[str] = []
    if area == "headset":
        shown += [str(c.outcome.facts[DEVICE_FACT]) for c in checks if DEVICE_FACT in c.outcome.facts]
    for metric, phrase in _NUMBERS.get(area, {}).items():
        measured = next((m for c in checks if (m := c.outcome.value(metric)) is not None), None)
        if measured is not None:
            number = words().number(metric, measured.value)
            shown.append(_(phrase).format(value=words().value(measured), number=number))
    return [" · ".join(shown[i : i + 2]) for i in range(0, len(shown), 2)]


def sign(verdict: Verdict | None, glyphs: Glyphs) -> tuple[str, str, str]:
    """A verdict as glyph, word and style: never colour alone."""
    if verdict is Verdict.PASS:
        return glyphs.good, _("good"), "$success"
    if verdict is Verdict.WARN:
        return glyphs.warn, _("note"), "$warning"
    if verdict is Verdict.FAIL:
        return glyphs.bad, _("not yet"), "$error"
    return glyphs.none, _("not measured"), "$quiet"
