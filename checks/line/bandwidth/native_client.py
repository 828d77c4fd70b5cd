"""Fills the line in one direction over several connections to the employer: a program of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
import time
from contextlib import suppress
from typing import Literal

import msgspec

from checks.line.bandwidth import http
from checks.line.bandwidth.child_run import Done, Failed, Failure, Job, Progress
from checks.line.bandwidth.child_side import say, take_job
from checks.line.bandwidth.rate import STEP_S, mbit_s
from protocol.datagrams import now_ns
from protocol.messages import CONGESTION_HEADER, MAX_MESSAGE_BYTES, Path, Uploaded

CONNECTIONS = 4
"""One alone is slowed by every lost packet; many hide what a call beside them would suffer."""
CONNECT_S = 3.0
SILENCE_S = 4.0
"""A server that has sent nothing for so long after connecting is silent."""
ANSWER_S = 2.5
"""How long beyond the transfer's end its answer is waited for."""
_BUFFER_BYTES = 256 * 1024
_UNSENT_BYTES = 64 * 1024
"""Kept ready in each connection: a longer queue in this computer would be taken for the line's."""
_NOISE_BYTES = 64 * 1024
_END = b"0\r\n\r\n"
"""Of a body in chunks (RFC 9112, section 7.1)."""
_ALGORITHM = b"cubic"


class Meter:
    """Counts bytes in steps since the first."""

    def __init__(self) -> None:
        self.bytes = 0
        self.steps: list[int] = []
        self.began: float | None = None
        self.began_ns = 0
        self._last = 0.0

    def add(self, count: int) -> None:
        """So many bytes, now."""
        now = time.perf_counter()
        if self.began is None:
            self.began, self.began_ns = now, now_ns()
        step = int((now - self.began) / STEP_S)
        if step >= len(self.steps):
            self.steps += [0] * (step + 1 - len(self.steps))
        self.steps[step] += count
        self.bytes += count
        self._last = now

    @property
    def seconds(self) -> float:
        """From the first byte to the last."""
        return 0.0 if self.began is None else self._last - self.began

    @property
    def since_began(self) -> float:
        """From the first byte to now: silence at the end is time too."""
        return 0.0 if self.began is None else time.perf_counter() - self.began


class Download(asyncio.BufferedProtocol):
    """One connection that receives."""

    def __init__(self, request: bytes, meter: Meter, cap_bytes: int) -> None:
        self.refusal: http.Refusal = ""
        self.congestion_control = ""
        self.ended = False
        self.whole = False
        """It ended as the server or the data cap meant it to."""
        self._request = request
        self._meter = meter
        self._reader = http.HeadReader()
        self._cap_bytes = cap_bytes
        self._buffer = bytearray(_BUFFER_BYTES)
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._tail = (self._tail + self._buffer[max(0, nbytes - len(_END)) : nbytes])[-len(_END) :]
        if self._reader.head is not None:
            self._meter.add(nbytes)
            if self._meter.bytes >= self._cap_bytes:
                self.whole = True
                self.transport.abort()
            return
        try:
            body = self._reader.feed(bytes(self._buffer[:nbytes]))
        except ValueError:
            self._refuse("foreign")
            return
        if self._reader.head is not None:
            self._refuse(http.refusal(self._reader.head, "application/octet-stream"))
            self.congestion_control = self._reader.head.fields.get(CONGESTION_HEADER.lower(), "")[:16]
            if body and not self.refusal:
                self._meter.add(len(body))

    def _refuse(self, kind: http.Refusal) -> None:
        self.refusal = kind
        if kind:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.whole |= exc is None and self._tail == _END


class Upload(asyncio.Protocol):
    """One connection that sends, until it is answered."""

    def __init__(self, request: bytes, meter: Meter, noise: bytes, cap_bytes: int) -> None:
        self.refusal: http.Refusal = ""
        self.congestion_control = ""
        self.ended = False
        self.answer: Uploaded | None = None
        self._request = request
        self._meter = meter
        self._chunk = b"%x\r\n%b\r\n" % (len(noise), noise)
        self._cap_bytes = cap_bytes
        self._paused = False
        self._finished = False
        self._reader = http.HeadReader()
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.congestion_control = _tune(transport.get_extra_info("socket"))
        transport.set_write_buffer_limits(high=_UNSENT_BYTES)
        transport.write(self._request)
        self._send()

    def _send(self) -> None:
        """One chunk, and the next when the loop has seen to the other connections."""
        if self._paused or self._finished or self.transport.is_closing():
            return
        if self._meter.bytes >= self._cap_bytes:
            self._finished = True
            self.transport.write(_END)
            return
        self.transport.write(self._chunk)
        self._meter.add(len(self._chunk))
        asyncio.get_running_loop().call_soon(self._send)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._send()

    def data_received(self, data: bytes) -> None:
        self._finished = True
        try:
            self._body += self._reader.feed(data) if self._reader.head is None else data
            if self._reader.head is None:
                return
            self.refusal = http.refusal(self._reader.head, "application/json")
            if not self.refusal and len(self._body) <= MAX_MESSAGE_BYTES:
                with suppress(msgspec.DecodeError):
                    self.answer = msgspec.json.decode(self._body, type=Uploaded)
        except (ValueError, msgspec.ValidationError):
            self.refusal = "foreign"
        if self.refusal or self.answer or len(self._body) > MAX_MESSAGE_BYTES:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True


def _tune(sock: socket.socket) -> str:
    """Keeps the queue in this computer short, and fills the line's as most programs do. Returns the algorithm."""
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
    if sys.platform == "linux":
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, _ALGORITHM)
        with suppress(OSError):
            return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()
    return ""


class _Stop(Exception):
    """Nothing can be measured."""

    def __init__(self, kind: Failure) -> None:
        self.kind = kind


async def _connect(job: Job, to: http.Target, protocols: list[Download] | list[Upload]) -> int:
    """Connects all; returns how many failed while others succeeded."""
    context = ssl.create_default_context(cafile=job.ca_file) if to.tls else None
    loop = asyncio.get_running_loop()

    async def one(protocol: Download | Upload) -> None:
        async with asyncio.timeout(CONNECT_S):
            await loop.create_connection(lambda: protocol, to.host, to.port, ssl=context)

    results = await asyncio.gather(*(one(p) for p in protocols), return_exceptions=True)
    errors = [r for r in results if isinstance(r, BaseException)]
    if len(errors) == len(protocols):
        raise _Stop(_kind_of(errors[0]))
    return len(errors)


def _kind_of(error: BaseException) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "untrusted"
    return "foreign" if isinstance(error, ssl.SSLError) else "unreachable"


async def download(job: Job) -> Done:
    """Receives until the time or the cap is reached, or the server ends it. Raises :class:`_Stop`."""
    started = time.perf_counter()
    to = http.target(job.url, f"{Path.DOWN}?bytes={job.cap_bytes}")
    meter = Meter()
    lines = [Download(http.head("GET", to, job.bearer), meter, job.cap_bytes) for _ in range(CONNECTIONS)]
    broken = await _connect(job, to, lines)
    opened = [line for line in lines if hasattr(line, "transport")]
    connected = time.perf_counter()
    ended_by: Literal["time", "cap", "server"] = "time"
    pace = _Pace(meter)
    while time.perf_counter() - started < job.seconds:
        await pace.next()
        if meter.bytes >= job.cap_bytes:
            ended_by = "cap"
            break
        if all(line.ended for line in opened):
            ended_by = "server"
            break
        if not meter.bytes and time.perf_counter() - connected > SILENCE_S:
            break
    ended_ns, seconds = now_ns(), meter.since_began if ended_by == "time" else meter.seconds
    refused = next((line.refusal for line in opened if line.refusal), None)
    cut = [line for line in opened if line.ended and not line.whole]
    for line in opened:
        line.transport.abort()
    if not meter.bytes or (ended_by == "server" and cut):
        raise _Stop(refused or ("broke" if cut else "silent"))
    return Done(
        step_bytes=meter.steps,
        seconds=seconds,
        bytes_used=meter.bytes,
        began_ns=meter.began_ns,
        ended_ns=ended_ns,
        connections=len(opened),
        broken=broken + len(cut),
        ended_by=ended_by,
        congestion_control=next((line.congestion_control for line in opened if line.congestion_control), ""),
    )


async def upload(job: Job) -> Done:
    """Sends until the other side says what arrived of it. Raises :class:`_Stop`."""
    started = time.perf_counter()
    to = http.target(job.url, f"{Path.UP}?seconds={max(1.0, job.seconds - 0.4):.2f}")
    meter = Meter()
    noise = _noise()
    request = http.head("POST", to, job.bearer, "Content-Type: application/octet-stream", "Transfer-Encoding: chunked")
    lines = [Upload(request, meter, noise, job.cap_bytes) for _ in range(CONNECTIONS)]
    broken = await _connect(job, to, lines)
    opened = [line for line in lines if hasattr(line, "transport")]
    pace = _Pace(meter)
    while time.perf_counter() - started < job.seconds + ANSWER_S:
        await pace.next()
        if all(line.answer or line.ended for line in opened):
            break
    ended_ns = now_ns()
    refused = next((line.refusal for line in opened if line.refusal), None)
    answers = [line.answer for line in opened if line.answer]
    for line in opened:
        line.transport.abort()
    if not any(answer.bytes for answer in answers):
        raise _Stop(refused or ("broke" if all(line.ended for line in opened) else "silent"))
    seconds = max(answer.seconds for answer in answers)
    early = seconds < job.seconds - 1.0
    capped = meter.bytes >= job.cap_bytes
    return Done(
        step_bytes=_sum([answer.arrived for answer in answers]),
        seconds=seconds,
        bytes_used=sum(answer.bytes for answer in answers),
        began_ns=meter.began_ns,
        ended_ns=ended_ns,
        connections=len(opened),
        broken=broken + len(opened) - len(answers),
        ended_by="cap" if capped else "server" if early else "time",
        congestion_control=next((line.congestion_control for line in opened if line.congestion_control), ""),
    )


class _Pace:
    """Tells the rate ten times a second."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._was = (time.perf_counter(), 0)

    async def next(self) -> None:
        """Waits for the next turn."""
        await asyncio.sleep(STEP_S)
        now, then = (time.perf_counter(), self._meter.bytes), self._was
        self._was = now
        say(Progress(round(mbit_s(now[1] - then[1], now[0] - then[0]), 2)))


def _noise() -> bytes:
    return os.urandom(_NOISE_BYTES)


def _sum(series: list[list[int]]) -> list[int]:
    length = max(len(steps) for steps in series)
    return [sum(steps[i] for steps in series if i < len(steps)) for i in range(length)]


def main() -> None:
    """Does one job and says what came of it."""
    job = take_job()
    try:
        say(asyncio.run(download(job) if job.direction == "down" else upload(job)))
    except _Stop as stop:
        say(Failed(stop.kind))


if __name__ == "__main__":
    main()
