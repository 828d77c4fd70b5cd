"""What the process that asks the router and its parent say to each other, one line of JSON each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from checks.line.link.facts import Link

STOP = b"stop\n"
"""Parent to child: ask no more, and say what was seen."""


class Order(Struct, frozen=True, kw_only=True):
    """What to ask."""

    host: str
    """The reflector's, whose way is looked at."""
    second: str = ""
    """The policy's second target; empty: none."""


class Echo(Struct, frozen=True, array_like=True):
    """One request."""

    left_ns: int
    """Unix time by this computer's clock."""
    took_ns: int | None
    """Round trip; ``None``: no answer came."""


class Asked(Struct, frozen=True, kw_only=True):
    """One target, over the whole time."""

    by: Literal["echo", "expired"]
    """``echo``: ICMP echo; ``expired``: packets that die there, for want of the right to send echo requests. Routers
    answer few of the latter."""
    echoes: tuple[Echo, ...]


class Nearby(Struct, frozen=True, kw_only=True):
    """What was seen of what is near. The child's only line."""

    router: Asked | None = None
    """``None``: no router is known to stand on the way."""
    second: Asked | None = None
    link: Link = Link()
