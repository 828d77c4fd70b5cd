"""A quick look before anything is asked of the person: does the headset deliver, does the employer answer?

Whether the reflector answers is left to the idle line: a packet ahead of its stream would be missing from the counts.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from checks.audio.capture import listen
from checks.audio.devices.interface import Survey
from checks.audio.devices.watch import survey as survey_now
from checks.audio.in_use import device_findings
from checks.audio.unheard import raise_if_unheard
from checks.interface import Capture, Context, Line, Need, NotMeasured, Probe, StepId
from protocol.messages import PING_ANSWER, Path
from report.vocabulary import Finding

GLANCE_S = 0.5
"""Of the microphone."""
PING_S = 1.5
PING_ANSWER_BYTES = 200


class Answer(StrEnum):
    """How the employer's address answers."""

    GOOD = "good"
    OTHER = "other"
    """Something else answers there: a sign-in page of the network, or a wrong address."""
    NONE = "none"
    NOT_ASKED = "not_asked"
    """There is no employer yet."""


@dataclass(frozen=True, slots=True)
class PreflightCapture(Capture):
    """How things stand before the check."""

    survey: Survey
    level_dbfs_a: float | None
    """Of half a second of the microphone; ``None``: it delivered nothing."""
    in_the_way: tuple[Finding, ...]
    """What would spoil the listening, to be mended first."""
    employer: Answer
    employer_ms: float | None
    """Until the answer, connecting included."""


@dataclass(slots=True)
class _Ping:
    """Asks the employer's address on a thread of its own."""

    line: Line | None
    answer: Answer = Answer.NOT_ASKED
    took_ms: float | None = None
    _thread: threading.Thread | None = field(default=None)

    def start(self) -> None:
        if self.line is not None:
            self.answer = Answer.NONE
            self._thread = threading.Thread(target=self._ask, args=(self.line,), name="ping", daemon=True)
            self._thread.start()

    def _ask(self, line: Line) -> None:
        import ssl

        import httpx2

        began = time.perf_counter()
        try:
            verify = ssl.create_default_context(cafile=line.ca_file) if line.ca_file else True
            with (
                httpx2.Client(timeout=PING_S, verify=verify) as client,
                client.stream("GET", line.api_url + Path.PING) as response,
            ):
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > PING_ANSWER_BYTES:
                        break
        except (httpx2.HTTPError, OSError, ValueError):
            return
        self.took_ms = 1000.0 * (time.perf_counter() - began)
        self.answer = Answer.GOOD if body == PING_ANSWER.encode() else Answer.OTHER

    def wait(self, probe: Probe, until: float) -> None:
        """Waits for the answer, no longer than ``until``."""
        while self._thread is not None and self._thread.is_alive() and time.monotonic() < until:
            probe.wait(0.05)


class Preflight:
    """At most two seconds, all questions at once."""

    id: ClassVar[StepId] = "preflight"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MICROPHONE, Need.LINE})
    seconds: ClassVar[float] = 2.0
    lead_s: ClassVar[float] = 0.0
    all_along: ClassVar[bool] = False

    def run(self, probe: Probe, context: Context, seconds: float) -> PreflightCapture:
        """Looks; never raises :class:`NotMeasured`: a missing microphone is among what it finds."""
        ping = _Ping(context.line)
        ping.start()
        until = time.monotonic() + PING_S
        in_the_way: list[Finding] = []
        level: float | None = None
        try:
            listened = listen(probe, context, GLANCE_S)
            survey = listened.survey
            level = listened.heard.noise.laeq
            raise_if_unheard(listened, context)
        except NotMeasured as reason:
            in_the_way.append(reason.because)
            if level is None:
                survey = survey_now()
        in_the_way += device_findings(survey, context)
        ping.wait(probe, until)
        return PreflightCapture(survey, level, tuple(in_the_way), ping.answer, ping.took_ms)


STEP = Preflight()
