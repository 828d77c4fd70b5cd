"""One connection of a transfer, each way, and the meter that counts what they carry together."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from contextlib import suppress

import msgspec

from checks.line.bandwidth import http
from checks.line.bandwidth.rate import STEP_S
from protocol.datagrams import now_ns
from protocol.messages import CONGESTION_HEADER, MAX_MESSAGE_BYTES, Uploaded

if sys.platform == "linux":
    import fcntl
    import termios

_BUFFER_BYTES = 256 * 1024
_UNSENT_BYTES = 64 * 1024
"""Kept ready in each connection: a longer queue in this computer would be taken for the line's."""
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

    @property
    def on_its_way(self) -> int:
        """Bytes that were sent and are not yet acknowledged, as far as the system tells."""
        if self.ended or not hasattr(self, "transport"):
            return 0
        return self.transport.get_write_buffer_size() + _in_kernel(self.transport.get_extra_info("socket"))


def _in_kernel(sock: socket.socket) -> int:
    """Of a connection's bytes, those that its kernel still holds; 0 where it doesn't tell (Windows)."""
    with suppress(OSError):
        if sys.platform == "linux":
            return int.from_bytes(fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        if sys.platform == "darwin":
            so_nwrite = 0x1024
            return sock.getsockopt(socket.SOL_SOCKET, so_nwrite)
    return 0


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
