"""What the probing process and its parent say to each other, one line of JSON each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from protocol.trace import Answer, Sent

NetworkChange = Literal["same", "changed", "cut"]
"""``changed``: packets would now leave by another network; ``cut``: there was no way out any more at the end."""
Speaks = Literal["stamp", "stun"]
STOP = b"stop\n"
"""Parent to prober: send no more, wait for the last answers, and finish."""
LAST_ANSWER_S = 0.8
"""After the last packet, an answer is waited for so long at most."""


class Order(Struct, frozen=True, kw_only=True):
    """The prober's first line: what to send, and where."""

    host: str
    port: int
    speaks: Speaks
    ticket: str
    """In hex; empty where none is needed."""
    seconds: float
    interval_s: float = 0.02


class Began(Struct, frozen=True, kw_only=True, tag="began"):
    """The address answered, or none did; the schedule begins now."""

    address: str
    expedited: bool
    """The system let us mark the packets as voice (DSCP EF)."""


class Batch(Struct, frozen=True, kw_only=True, tag="batch"):
    """Packets and answers since the last batch."""

    sent: list[Sent]
    answers: list[Answer]


class Finished(Struct, frozen=True, kw_only=True, tag="finished"):
    """The last line: how the measurement was made."""

    arrivals_by_kernel: bool
    """Every arrival carries the kernel's time."""
    departures_by_kernel: bool
    refused: int
    """Sends and receives that failed: nobody listens there, or no route."""
    clock_step_ms: float
    """The furthest that the wall clock jumped against the steady one."""
    slept_s: float = 0.0
    """How long the computer slept meanwhile."""
    network: NetworkChange = "same"


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Nothing could be sent."""

    reason: Literal["name", "names", "socket"]
    """``name``: the host's name has no address; ``names``: nobody answers what addresses names have; ``socket``: no
    route, or the system refused."""
    detail: str


Said = Began | Batch | Finished | Failed
