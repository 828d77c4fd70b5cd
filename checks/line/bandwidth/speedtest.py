"""The providers that drive the speedtest-cli package: ``speedtest`` toward the employer, ``speedtest_public``."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from checks.interface import Line, Probe
from checks.line.bandwidth.child_run import Done, Job, run
from checks.line.bandwidth.interface import Direction, Transfer
from checks.line.bandwidth.rate import mbit_s
from protocol.messages import Path
from report.catalogue import finding

_CHILD = "checks.line.bandwidth.speedtest_client"
_BEYOND_S = 8.0
"""How long beyond the planned time the child may live. The package's own time-outs don't cover names, nor each wait."""


class MiniProvider:
    """The package, toward the *Mini* address of the employer."""

    name: ClassVar[str] = "speedtest"

    def __init__(self, line: Line) -> None:
        self._url = f"{line.api_url}{Path.MINI}/{line.bearer}/"
        self._environment = {"SSL_CERT_FILE": line.ca_file} if line.ca_file else None

    def measure(
        self,
        direction: Direction,
        seconds: float,
        cap_bytes: int,
        probe: Probe,
        settled: Callable[[], bool] = lambda: True,
    ) -> Transfer:
        """See :class:`checks.line.bandwidth.interface.Provider`."""
        job = Job(direction, self._url, "", None, seconds, cap_bytes)
        return _transfer(direction, run(_CHILD, job, seconds + _BEYOND_S, probe, self._environment))


class PublicProvider:
    """The package, toward the nearest of its public servers. They see this computer's address."""

    name: ClassVar[str] = "speedtest_public"

    def __init__(self) -> None:
        self._server = ""

    def measure(
        self,
        direction: Direction,
        seconds: float,
        cap_bytes: int,
        probe: Probe,
        settled: Callable[[], bool] = lambda: True,
    ) -> Transfer:
        """See :class:`checks.line.bandwidth.interface.Provider`. The server found first serves both directions."""
        job = Job(direction, "", "", None, seconds, cap_bytes, self._server)
        done = run(_CHILD, job, seconds + _BEYOND_S, probe)
        self._server = done.server
        return _transfer(direction, done)


def _transfer(direction: Direction, done: Done) -> Transfer:
    """The package's own figure: it gives no series, and drops nothing."""
    return Transfer(
        direction=direction,
        mbit_s=mbit_s(done.bytes_used, done.seconds),
        low=None,
        high=None,
        bytes_used=done.bytes_used,
        seconds=done.seconds,
        dropped_s=0.0,
        series_mbit_s=(),
        began_ns=done.began_ns,
        ended_ns=done.ended_ns,
        connections=done.connections,
        core_share=done.core_share,
        warnings=(finding("network.speedtest_unreliable"),),
    )
