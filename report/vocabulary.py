"""The words that both sides use for what was measured: measurement, finding, outcome, verdict, readiness."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

ShortText = Annotated[str, Meta(max_length=400)]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$(?!\n)", max_length=80)]
"""A dotted name, ``area.name``: of a check, a metric or a finding. (Python's ``$`` stands before a last newline too,
hence the ``(?!\\n)``, here and in the report document.)"""


class Status(StrEnum):
    """How far a check got. Only ``measured`` carries measurements."""

    MEASURED = "measured"
    SKIP = "skip"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


class Verdict(StrEnum):
    """What a policy says of a measured value."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"


class Readiness(StrEnum):
    """What a policy says of a whole run."""

    READY = "ready"
    READY_WITH_WARNINGS = "ready_with_warnings"
    NOT_READY = "not_ready"
    INCOMPLETE = "incomplete"


class Said(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything that travels in a report: immutable, and strict about its fields."""


class Measurement(Said, frozen=True, kw_only=True):
    """A named value with its unit and its 95 % interval."""

    metric: Code
    """Name in the catalogue, unit last: ``network.rtt_p50_ms``."""
    value: float
    unit: Annotated[str, Meta(max_length=16)]
    low: float | None = None
    """Lower end of the 95 % interval; ``None`` where no interval is known."""
    high: float | None = None


Param = str | int | float


class Finding(Said, frozen=True, kw_only=True):
    """A named condition. The words are the catalogue's; ``text`` is what an older reader shows."""

    code: Code
    params: dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=200)] | int | float] = {}
    text: ShortText = ""
    """The English sentence, filled in from the catalogue by :func:`report.catalogue.finding`."""


class Series(Said, frozen=True, kw_only=True):
    """Evidence: a short, coarse series, never audio. ``None`` marks a point that was not measured."""

    name: Code
    unit: Annotated[str, Meta(max_length=16)]
    step_s: Annotated[float, Meta(gt=0)]
    """Seconds between points; 0-based from ``start_s``."""
    values: Annotated[list[float | None], Meta(max_length=600)]
    start_s: float = 0.0
    """Seconds from the start of the run."""


class Outcome(Said, frozen=True, kw_only=True):
    """What one check says. A verdict is not among it: only a policy gives verdicts."""

    check: Code
    version: Annotated[int, Meta(ge=1)]
    """Version of the method; goes up whenever the same input could give another number."""
    status: Status
    because: Finding | None = None
    """Why nothing was measured: required unless ``status`` is ``measured``, and only then."""
    measurements: Annotated[list[Measurement], Meta(max_length=100)] = []
    findings: Annotated[list[Finding], Meta(max_length=40)] = []
    """What was observed (``headset.muted``). Limits that were missed are the policy's to find."""
    disturbed_by: Annotated[list[Finding], Meta(max_length=20)] = []
    """What disturbed the measurement, also where it is still good enough to stand."""
    evidence: Annotated[list[Series], Meta(max_length=24)] = []
    facts: dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=200)] | int | float | bool] = {}
    """Named facts without a limit: the device in use, the codec, the congestion control."""
    measured_at_s: float = 0.0
    """Seconds from the start of the run to the end of the last step that this outcome rests on."""

    def __post_init__(self) -> None:
        if (self.status is Status.MEASURED) == (self.because is not None):
            raise ValueError("an outcome says why nothing was measured exactly when nothing was measured")
        if self.measurements and self.status is not Status.MEASURED:
            raise ValueError(f"an outcome that is {self.status} carries no measurement")

    def value(self, metric: str) -> Measurement | None:
        """The measurement of that metric, or ``None``."""
        return next((m for m in self.measurements if m.metric == metric), None)


def replace(outcome: Outcome, **changes: object) -> Outcome:
    """The same outcome with some fields changed."""
    return msgspec.structs.replace(outcome, **changes)
