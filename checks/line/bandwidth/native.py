"""The provider ``native``: the employer's own addresses, several connections, bytes counted where they arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from checks.interface import Line, Probe
from checks.line.bandwidth.child_run import Done, Job, run
from checks.line.bandwidth.interface import Direction, Transfer
from checks.line.bandwidth.rate import rate
from report.catalogue import finding
from report.vocabulary import Finding

_CHILD = "checks.line.bandwidth.native_client"
BUSY_SHARE = 0.85
"""Of a core, from where on the transfer's process itself may be what is slow."""
_BEYOND_S = 4.0
"""How long beyond the planned time the child may live: the start of the process and a slow last answer."""


class NativeProvider:
    """Measures against the employer."""

    name: ClassVar[str] = "native"

    def __init__(self, line: Line) -> None:
        self._line = line

    def measure(
        self,
        direction: Direction,
        seconds: float,
        cap_bytes: int,
        probe: Probe,
        settled: Callable[[], bool] = lambda: True,
    ) -> Transfer:
        """See :class:`checks.line.bandwidth.interface.Provider`."""
        job = Job(direction, self._line.api_url, self._line.bearer, self._line.ca_file, seconds, cap_bytes)
        return transfer(direction, run(_CHILD, job, seconds + _BEYOND_S, probe, settled=settled))


def transfer(direction: Direction, done: Done) -> Transfer:
    """What the child counted, as a rate."""
    found = rate(done.step_bytes, done.seconds)
    return Transfer(
        direction=direction,
        mbit_s=found.mbit_s,
        low=found.low,
        high=found.high,
        bytes_used=done.bytes_used,
        seconds=found.seconds,
        dropped_s=found.dropped_s,
        series_mbit_s=tuple(round(count * 8 / 1e5, 2) for count in done.step_bytes),
        began_ns=done.began_ns,
        ended_ns=done.ended_ns,
        connections=done.connections,
        congestion_control=done.congestion_control,
        core_share=done.core_share,
        warnings=tuple(_warnings(done)),
    )


def _warnings(done: Done) -> list[Finding]:
    warnings = []
    if done.ended_by == "server":
        warnings.append(finding("network.server_limited", seconds=round(done.seconds, 1)))
    if done.broken:
        warnings.append(finding("network.connections_broke", count=done.broken))
    if done.held_back:
        warnings.append(finding("network.upload_held_back"))
    if done.core_share >= BUSY_SHARE:
        warnings.append(finding("network.speed_computer_limited"))
    return warnings
