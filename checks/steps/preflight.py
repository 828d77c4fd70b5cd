"""A quick look before anything is asked of the person: does the headset deliver? What is in the way is offered first.

That the employer answers is known by then: the run's challenge came from there. Whether the reflector answers is left
to the idle line: a packet ahead of its stream would be missing from the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from checks.audio.capture import listen
from checks.audio.devices.interface import Survey
from checks.audio.devices.watch import survey as survey_now
from checks.audio.in_use import device_findings
from checks.audio.unheard import raise_if_unheard
from checks.interface import Capture, Context, Need, NotMeasured, Probe, Prompt, StepId
from report.catalogue import FINDINGS, Mender, Severity
from report.vocabulary import Finding

GLANCE_S = 0.5
"""Of the microphone."""
MEND_WITHIN_S = 180.0
"""How long the person may take to plug something in."""
AGAIN, GO_ON = "again", "go_on"


@dataclass(frozen=True, slots=True)
class PreflightCapture(Capture):
    """How things stand before the check."""

    survey: Survey
    level_dbfs_a: float | None
    """Of half a second of the microphone; ``None``: it delivered nothing."""
    unheard: NotMeasured | None
    """Why nothing could be heard."""
    odd: tuple[Finding, ...]
    """What is odd about the devices in use."""

    @property
    def in_the_way(self) -> tuple[Finding, ...]:
        """What would spoil the listening, to be mended first."""
        return (*((self.unheard.because,) if self.unheard else ()), *self.odd)

    @property
    def lacking(self) -> Mapping[Need, NotMeasured]:
        """Without a microphone, nobody is asked to be quiet or to read aloud."""
        return {Need.MICROPHONE: self.unheard} if self.unheard else {}


class Preflight:
    """Two seconds, and as long as the person needs to mend what is in the way."""

    id: ClassVar[StepId] = "preflight"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MICROPHONE})
    seconds: ClassVar[float] = 2.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False
    cap_s: ClassVar[float] = 2.0

    def run(self, probe: Probe, context: Context, seconds: float) -> PreflightCapture:
        """Looks; never raises :class:`NotMeasured`: a missing microphone is among what it finds.

        Where the person can mend what it finds, they are asked to, and it looks again.
        """
        while True:
            seen = _look(probe, context)
            to_mend = next((found for found in seen.in_the_way if _worth_mending(found)), None)
            if to_mend is None:
                return seen
            offer = Prompt("preflight.mend", (AGAIN, GO_ON), GO_ON, about=to_mend, timeout_s=MEND_WITHIN_S)
            if probe.ask(offer) != AGAIN:
                return seen


def _look(probe: Probe, context: Context) -> PreflightCapture:
    survey: Survey | None = None
    level: float | None = None
    unheard: NotMeasured | None = None
    try:
        listened = listen(probe, context, GLANCE_S)
        survey = listened.survey
        level = listened.heard.noise.laeq
        raise_if_unheard(listened, context)
    except NotMeasured as reason:
        unheard = reason
    survey = survey or survey_now()
    return PreflightCapture(survey, level, unheard, tuple(device_findings(survey, context)))


def _worth_mending(found: Finding) -> bool:
    kind = FINDINGS[found.code]
    return kind.mender is Mender.OPERATOR and kind.severity.rank >= Severity.MAJOR.rank


STEP = Preflight()
