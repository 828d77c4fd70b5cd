"""Sends and receives data that nobody keeps, within limits: what the bandwidth test's addresses are made of."""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from employer.api.problems import Refused
from protocol.messages import UPLOAD_STEP_S

Authorise = Callable[[str], bool]
"""Whether a bearer belongs to a run that is going on. May block: it is asked on a thread."""

_CHUNK_BYTES = 256 * 1024
_CHUNKS = tuple(os.urandom(_CHUNK_BYTES) for _ in range(16))
"""4 MiB of noise, sent over and over: beyond the reach of what compresses on the way."""
_FIRST_BYTE_S = 5.0
"""An upload that sends nothing for so long is ended."""
_LINGER_S = 3.0
"""How long what still arrives after an answer is read and dropped, so that the answer is not lost to a reset."""
_RUNS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """What one run, and all runs together, may take. Counted in each process of its own."""

    transfer_bytes: int = 2_000_000_000
    transfer_seconds: float = 20.0
    run_bytes: int = 4_000_000_000
    """All transfers of one bearer."""
    run_at_once: int = 16
    at_once: int = 128


@dataclass(slots=True)
class _Run:
    at_once: int = 0
    spent_bytes: int = 0


class Gate:
    """Lets transfers in, and knows what each run has used."""

    def __init__(self, authorise: Authorise, limits: TransferLimits) -> None:
        self.limits = limits
        self.at_once = 0
        self._authorise = authorise
        self._runs: OrderedDict[str, _Run] = OrderedDict()

    async def enter(self, bearer: str) -> Visit:
        """Permission for one transfer. Raises :class:`Refused`."""
        if not bearer or not await run_in_threadpool(self._authorise, bearer):
            raise Refused("unauthorised")
        run = self._run(bearer)
        if self.at_once >= self.limits.at_once or run.at_once >= self.limits.run_at_once:
            raise Refused("unavailable", "too many transfers at once", retry_after_s=10)
        if run.spent_bytes >= self.limits.run_bytes:
            raise Refused("rate_limited", "this run has used up its data")
        return Visit(self, run)

    def _run(self, bearer: str) -> _Run:
        run = self._runs.setdefault(bearer, _Run())
        self._runs.move_to_end(bearer)
        while len(self._runs) > _RUNS_REMEMBERED:
            self._runs.popitem(last=False)
        return run


@dataclass(slots=True)
class Visit:
    """One transfer under its limits."""

    gate: Gate
    run: _Run
    bytes: int = 0

    @contextmanager
    def taking_place(self) -> Iterator[None]:
        """Counts as going on until the block ends, however it ends."""
        self.gate.at_once += 1
        self.run.at_once += 1
        try:
            yield
        finally:
            self.gate.at_once -= 1
            self.run.at_once -= 1

    @property
    def left(self) -> int:
        """Bytes that it may still carry."""
        limits = self.gate.limits
        return min(limits.transfer_bytes - self.bytes, limits.run_bytes - self.run.spent_bytes)

    def spend(self, count: int) -> None:
        """So many bytes were carried."""
        self.bytes += count
        self.run.spent_bytes += count


class Noise(StreamingResponse):
    """Sends noise until the wanted bytes, the time or the client is at an end."""

    def __init__(self, visit: Visit, wanted: int, media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(self._noise(wanted), media_type=media_type, headers=headers)
        self._visit = visit
        self._until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A client that stopped reading is given up a little after the time is over."""
        seconds = self._visit.gate.limits.transfer_seconds
        self._until = time.monotonic() + seconds
        with self._visit.taking_place(), suppress(TimeoutError):
            async with asyncio.timeout(seconds + _LINGER_S):
                await super().__call__(scope, receive, send)

    async def _noise(self, wanted: int) -> AsyncIterator[bytes]:
        turn = 0
        while (left := min(wanted - self._visit.bytes, self._visit.left)) > 0 and time.monotonic() < self._until:
            chunk = _CHUNKS[turn % len(_CHUNKS)]
            chunk = chunk if left >= len(chunk) else chunk[:left]
            self._visit.spend(len(chunk))
            turn += 1
            yield chunk


class EarlyAnswer(Response):
    """Answers before the request has ended, then reads and drops what still comes of it."""

    @classmethod
    def of(cls, answer: Response) -> EarlyAnswer:
        """The same answer, early."""
        early = cls(answer.body, answer.status_code)
        early.raw_headers = answer.raw_headers
        return early

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(slots=True)
class Arrival:
    """What arrived of one upload, and when."""

    bytes: int = 0
    arrived: list[int] = field(default_factory=list)
    """In each :data:`UPLOAD_STEP_S` since the first byte."""
    complete: bool = False
    """It came to its own end, within its limits."""
    _began: float | None = None
    _last: float = 0.0

    @property
    def began_s(self) -> float:
        """When the first byte came, by a monotonic clock; 0 before."""
        return self._began or 0.0

    @property
    def seconds(self) -> float:
        """From the first byte to the last, or until the time was over."""
        return 0.0 if self._began is None else self._last - self._began

    def add(self, count: int, now: float) -> None:
        """So many bytes arrived at that time of a monotonic clock."""
        self._began = now if self._began is None else self._began
        self._last = now
        step = int((now - self._began) / UPLOAD_STEP_S)
        self.arrived += [0] * (step + 1 - len(self.arrived))
        self.arrived[step] += count
        self.bytes += count

    def time_is_over(self, now: float) -> None:
        """The time was over then: what was silent at the end was time too."""
        if self._began is not None:
            self.add(0, now)


async def receive(request: Request, visit: Visit, seconds: float) -> Arrival:
    """Counts and drops an upload for so many seconds from its first byte, whatever its length was said to be."""
    arrival = Arrival()
    loop = asyncio.get_running_loop()
    with visit.taking_place(), suppress(ClientDisconnect):
        try:
            async with asyncio.timeout(_FIRST_BYTE_S) as deadline:
                async for chunk in request.stream():
                    if chunk and not arrival.bytes:
                        deadline.reschedule(loop.time() + seconds)
                    if chunk:
                        arrival.add(len(chunk), time.monotonic())
                        visit.spend(len(chunk))
                    if visit.left <= 0:
                        return arrival
                arrival.complete = True
        except TimeoutError:
            arrival.time_is_over(time.monotonic())
    return arrival
