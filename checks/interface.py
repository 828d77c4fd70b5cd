"""The two interfaces of this floor: a *step* acquires a capture, a *check* says what captures show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal, Protocol, TypeVar

from report.policy import Policy
from report.vocabulary import Finding, Outcome, Status

StepId = str
"""The name of a step's module in ``checks/steps/``."""


class Need(StrEnum):
    """What a step needs of the world. The plan keeps conflicting needs apart in time."""

    MICROPHONE = "microphone"
    QUIET = "quiet"
    VOICE = "voice"
    LINE = "line"
    """The network, beside others: a thin stream that disturbs nothing."""
    LINE_ALONE = "line_alone"
    """The network to itself."""
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to the person. The words belong to whoever shows it (``agent``), by ``id``."""

    id: str
    """``network.metered``, ``network.public_speedtest``, ``preflight.mend``."""
    options: tuple[str, ...]
    """Answers, the safe one first."""
    default: str
    """The answer where nobody can be asked, and after ``timeout_s``."""
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    about: Finding | None = None
    """What it is about, where the catalogue has the words."""
    timeout_s: float = 20.0


class Probe(Protocol):
    """How a running step speaks. Every method may be called from the step's thread only."""

    def progress(self, fraction: float, note: str = "") -> None:
        """How far the step is, 0 to 1."""

    def sample(self, series: str, value: float) -> None:
        """The newest point of a live series (``room.level_dbfs_a``): kept for the picture, not for the report."""

    def ask(self, prompt: Prompt) -> str:
        """Blocks until answered, cancelled or timed out; returns one of ``prompt.options``."""

    def raise_if_cancelled(self) -> None:
        """Raises :class:`Cancelled` when the run was stopped. Call it at least every 0.2 s."""

    def wait(self, seconds: float) -> None:
        """Sleeps, and raises :class:`Cancelled` within 0.2 s of a stop."""

    def alone(self) -> bool:
        """Whether every other step has ended: a step that runs all along then returns what it has."""

    def wanted_s(self, so_far: Capture) -> float:
        """How many seconds more this step should go on, by what it has ``so_far``; 0: it may end now.

        Never beyond the step's ``cap_s``. Asks every check that uses the step: some tenths of a second of work.
        """


class Cancelled(Exception):
    """The run was stopped."""


class NotMeasured(Exception):
    """A step or check could not measure: a status other than ``measured``, and the finding that says why."""

    def __init__(self, status: Status, because: Finding) -> None:
        super().__init__(because.text or because.code)
        self.status = status
        self.because = because


@dataclass(frozen=True, slots=True)
class Target:
    """Who answers the packets that probe the line."""

    host: str
    port: int
    speaks: Literal["stamp", "stun"] = "stamp"
    """``stun``: a server that tells round trips only, where the employer runs no reflector."""
    ticket: bytes = b""
    """Carried in each packet toward a reflector (:mod:`protocol.ticket`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the employer answers, and what this run may use there."""

    api_url: str
    """Base of the employer's address, without a trailing slash."""
    reflector_host: str
    reflector_port: int
    session: bytes
    """16 bytes, the session of this run at the reflector."""
    ticket: bytes
    """The right to use the reflector."""
    bearer: str
    """Authorises this run's bandwidth transfers and the look at the reflector's counts."""
    ca_file: str | None = None
    """A private certificate authority, if the employer has one."""

    @property
    def target(self) -> Target:
        """The reflector."""
        return Target(self.reflector_host, self.reflector_port, "stamp", self.ticket)


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices that the person chose; ``None`` is the system's default."""

    microphone: str | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a step and a check may know of the run."""

    policy: Policy
    """The employer's, or the built-in default when not enrolled."""
    line: Line | None = None
    """``None``: not enrolled, or the employer did not answer; see ``line_missing``."""
    line_missing: Finding | None = None
    """Why there is no line, when there is none."""
    stun: Target | None = None
    """Who is probed where the employer runs no reflector, if the policy names somebody."""
    devices: Devices = Devices()
    quick: bool = False
    """A shorter run, with wider intervals."""
    language: str = "en"
    """Of the text that is read aloud."""
    os: Literal["linux", "windows", "darwin"] = "linux"

    @property
    def target(self) -> Target | None:
        """Whom the line is probed toward."""
        return self.line.target if self.line else self.stun


class Capture:
    """Base of what steps bring. A capture is a frozen dataclass defined beside its step."""

    __slots__ = ()

    @property
    def lacking(self) -> Mapping[Need, NotMeasured]:
        """What this step found missing: steps that need it are not begun, and bring nothing for this reason."""
        return {}


C = TypeVar("C", bound=Capture)


class Captures:
    """What the steps of a run brought, by the capture's type."""

    def __init__(
        self,
        taken: Mapping[StepId, Capture] | None = None,
        missing: Mapping[StepId, NotMeasured] | None = None,
    ) -> None:
        self._taken = dict(taken or {})
        self._missing = dict(missing or {})

    def need(self, step: StepId, kind: type[C]) -> C:
        """The capture of that step. Raises :class:`NotMeasured` with the step's own reason when there is none."""
        capture = self._taken.get(step)
        if isinstance(capture, kind):
            return capture
        raise self._missing[step]

    def find(self, step: StepId, kind: type[C]) -> C | None:
        """The capture of that step, or ``None`` when there is none."""
        capture = self._taken.get(step)
        return capture if isinstance(capture, kind) else None


class Step(Protocol):
    """Acquires one capture: a plain blocking function on a worker thread. The module's ``STEP`` is an instance."""

    id: ClassVar[StepId]
    needs: ClassVar[frozenset[Need]]
    seconds: ClassVar[float]
    """Planned length."""
    lead_s: ClassVar[float]
    """Notice that the person is given before it begins."""
    all_along: ClassVar[bool]
    """Runs beside all the others, from the start of the run to the end of the last."""
    cap_s: ClassVar[float]
    """The longest that :meth:`Probe.wanted_s` may make it; equal to ``seconds`` for a step that never asks."""

    def run(self, probe: Probe, context: Context, seconds: float) -> Capture:
        """Measures for ``seconds``, or as long as its probe wants. Raises :class:`NotMeasured` when it can't."""


class Check(Protocol):
    """Judges captures: pure, no I/O. The module's ``CHECK`` is an instance."""

    id: ClassVar[str]
    """``area.name``, for ever; the module is ``checks/area/name.py``."""
    version: ClassVar[int]
    """Of the method."""
    uses: ClassVar[tuple[StepId, ...]]
    """Steps that it needs or can use."""

    def assess(self, captures: Captures, context: Context) -> Outcome:
        """What the captures show. Raises :class:`NotMeasured` when they don't suffice."""

    def wants_more(self, captures: Captures, policy: Policy) -> float:
        """How many seconds more of the step that goes on, whose capture so far is among these, would help; 0: enough.

        Raises :class:`NotMeasured` when there is nothing to judge yet.
        """
