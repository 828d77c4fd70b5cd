"""What can't be said where only round trips are known: anything of one direction."""

from __future__ import annotations

import re
from collections.abc import Iterable

from protocol.packets import Packets
from report.catalogue import finding
from report.vocabulary import Finding, Measurement

_ONE_DIRECTION = re.compile(r"_(up|down)(_|$)")


def known(measured: Iterable[Measurement], rows: Packets) -> list[Measurement]:
    """What of these numbers ``rows`` can show: all, or those that claim no direction."""
    return [m for m in measured if not (rows.round_trips_only and _ONE_DIRECTION.search(m.metric))]


def round_trip_findings(rows: Packets) -> list[Finding]:
    """That it is so."""
    return [finding("network.round_trips_only")] if rows.round_trips_only else []
