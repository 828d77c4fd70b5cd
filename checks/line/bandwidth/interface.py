"""What a provider of bandwidth takes and gives, whatever it measures with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from checks.interface import Probe
from report.vocabulary import Finding

Direction = Literal["down", "up"]
"""``down`` is toward this computer."""

SERIES: dict[Direction, str] = {"down": "line.down_mbit_s", "up": "line.up_mbit_s"}
"""Live series of each direction."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One direction, measured."""

    direction: Direction
    mbit_s: float
    """Payload, once the connections had got up to speed."""
    low: float | None
    """95 % interval; ``None`` where the provider gives no series."""
    high: float | None
    bytes_used: int
    """All that was carried, the dropped part too, in this direction."""
    seconds: float
    """That the figure rests on."""
    dropped_s: float
    """Dropped at the start, while the connections got up to speed."""
    series_mbit_s: tuple[float, ...]
    """Each tenth of a second, the dropped part too; empty where the provider gives none."""
    began_ns: int
    """When data began to flow, Unix time."""
    ended_ns: int
    connections: int
    congestion_control: str = ""
    """The sender's, where known."""
    core_share: float | None = None
    """Of one processor core, used by the transfer's own process while data flowed."""
    warnings: tuple[Finding, ...] = ()
    """What makes the figure doubtful."""


class TransferFailed(Exception):
    """A direction could not be measured; ``because`` says why."""

    def __init__(self, because: Finding) -> None:
        super().__init__(because.text or because.code)
        self.because = because


class Provider(Protocol):
    """Measures one direction at a time."""

    name: ClassVar[str]
    """As the policy spells it."""

    def measure(
        self,
        direction: Direction,
        seconds: float,
        cap_bytes: int,
        probe: Probe,
        settled: Callable[[], bool] = lambda: True,
    ) -> Transfer:
        """Fills the line for about ``seconds``, with at most ``cap_bytes`` of payload.

        A provider that can tell when its rate is clear ends earlier, if all else is ``settled`` then.

        Raises :class:`TransferFailed`, and :class:`checks.interface.Cancelled` within a second of a stop. No process
        is left behind.
        """
