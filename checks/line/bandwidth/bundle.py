"""The connections of one transfer: one at first, the others once the line has shown that it is fast."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Generic, TypeVar

from checks.line.bandwidth.child_run import Failure, Job
from checks.line.bandwidth.connections import Download, Upload
from checks.line.bandwidth.http import Target
from checks.line.bandwidth.rate import mbit_s
from checks.line.bandwidth.trust import distrusted

CONNECTIONS = 4
"""One alone is slowed by every lost packet, and by a long way."""
FAST_MBIT_S = 2.0
"""From here on there are :data:`CONNECTIONS`. Below, several would flood the queue of a slow line at once, and what
arrives afterwards comes in bursts that no few seconds average out."""
FAST_STEPS = 3
"""In each of which it has to be that fast: one burst is no fast line."""
FAST_BYTES = 1_000_000
"""Carried before that: no slow line does it."""
FIRST_SHARE = 0.4
"""Of the data cap: the first connection is alone at first. The others share the rest, so that all together can't
carry more than the cap, whatever is still on its way when the transfer ends."""
CONNECT_S = 3.0

P = TypeVar("P", Download, Upload)


class Stop(Exception):
    """Nothing can be measured."""

    def __init__(self, kind: Failure) -> None:
        super().__init__(kind)
        self.kind = kind


class Bundle(Generic[P]):
    """Connections of one kind to one server."""

    def __init__(self, job: Job, to: Target, make: Callable[[int], P]) -> None:
        """``make`` makes a connection that may carry so many bytes."""
        self.opened: list[P] = []
        self.broken = 0
        """Connections that could not be opened beside the first."""
        self._to = to
        self._tls = ssl.create_default_context(cafile=job.ca_file) if to.tls else None
        self._carried: deque[tuple[float, int]] = deque(maxlen=FAST_STEPS + 1)
        self._make: Callable[[int], P] = make
        self._first_bytes = max(1, int(job.cap_bytes * FIRST_SHARE))
        self._other_bytes = (job.cap_bytes - self._first_bytes) // (CONNECTIONS - 1)
        self._more: asyncio.Task[None] | None = None

    async def open_first(self) -> None:
        """Opens one. Raises :class:`Stop`."""
        try:
            await self._open(self._first_bytes)
        except (OSError, TimeoutError) as error:
            raise Stop(_kind_of(error)) from error

    def look(self, carried: int) -> float:
        """Takes note of the bytes carried until now, ten times a second. Returns the rate of late, in Mbit/s.

        Opens the other connections, once, when the line turns out to be fast.
        """
        self._carried.append((time.perf_counter(), carried))
        rates = [mbit_s(b - a, max(t - s, 0.001)) for (s, a), (t, b) in pairwise(self._carried)]
        fast = (len(rates) == FAST_STEPS and min(rates) >= FAST_MBIT_S) or carried >= FAST_BYTES
        if fast and self._more is None and self._other_bytes > 0:
            self._more = asyncio.create_task(self._open_more())
        return sum(rates) / len(rates) if rates else 0.0

    def close(self) -> None:
        """Ends all at once."""
        if self._more is not None:
            self._more.cancel()
        for connection in self.opened:
            if not connection.ended:
                connection.transport.abort()

    async def _open_more(self) -> None:
        opening = (self._open(self._other_bytes) for _ in range(CONNECTIONS - 1))
        results = await asyncio.gather(*opening, return_exceptions=True)
        self.broken = sum(isinstance(result, BaseException) for result in results)

    async def _open(self, most_bytes: int) -> None:
        async with asyncio.timeout(CONNECT_S):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: self._make(most_bytes), self._to.host, self._to.port, ssl=self._tls
            )
        self.opened.append(connection)


def _kind_of(error: Exception) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return distrusted(error)
    return "foreign" if isinstance(error, ssl.SSLError) else "unreachable"
