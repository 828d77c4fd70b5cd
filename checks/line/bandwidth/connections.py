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
    """One connection that receives, up to ``most_bytes``."""

    def __init__(self, request: bytes, meter: Meter, most_bytes: int) -> None:
        self.refusal: http.Refusal = ""
        self.congestion_control = ""
        self.ended = False
        self.whole = False
        """It ended as the server or the data cap meant it to."""
        self.full = False
        """It carried all that it may."""
        self._request = request
        self._meter = meter
        self._reader = http.HeadReader()
        self._left_bytes = most_bytes
        self._body_bytes: int | None = None
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
            self._take(nbytes)
            return
        try:
            body = self._reader.feed(bytes(self._buffer[:nbytes]))
            if self._reader.head is not None:
                self._begin(self._reader.head, len(body))
        except ValueError:
            self._refuse("foreign")

    def wake_after(self, count: int) -> None:
        """Asks the system to wait until so many bytes have come, or the end: fewer turns for a fast line."""
        wanted = max(1, min(count, self._left_bytes, _BUFFER_BYTES // 2))
        if not self.ended and sys.platform == "linux":  # Whose receive buffer grows with it.
            with suppress(OSError):
                self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)

    def _begin(self, head: http.Head, count: int) -> None:
        self._refuse(http.refusal(head, "application/octet-stream"))
        self.congestion_control = head.fields.get(CONGESTION_HEADER.lower(), "")[:16]
        self._body_bytes = http.body_bytes(head)
        if not self.refusal:
            self._take(count)

    def _take(self, count: int) -> None:
        """So many bytes of the body, of which no more are taken than there may be."""
        most = self._left_bytes if self._body_bytes is None else min(self._left_bytes, self._body_bytes)
        taken = min(count, most)
        if taken:
            self._meter.add(taken)
        self._left_bytes -= taken
        if self._body_bytes is not None:
            self._body_bytes -= taken
        if taken == most:
            self.whole, self.full = True, self._left_bytes == 0
            self.transport.abort()

    def _refuse(self, kind: http.Refusal) -> None:
        self.refusal = kind
        if kind:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.whole |= exc is None and self._tail == _END


class Upload(asyncio.Protocol):
    """One connection that sends, up to ``most_bytes``, until it is answered."""

    def __init__(self, request: bytes, meter: Meter, noise: bytes, most_bytes: int) -> None:
        self.refusal: http.Refusal = ""
        self.congestion_control = ""
        self.ended = False
        self.full = False
        """It was given all that it may carry."""
        self.answer: Uploaded | None = None
        self.sent_bytes = 0
        """Of the body."""
        self.sending_s = 0.0
        """From the first byte given to the system to the last."""
        self.acknowledged_bytes: int | None = None
        """When the answer came; ``None`` before, and where the system doesn't tell."""
        self._request = request
        self._meter = meter
        self._noise = noise
        self._chunk = b"%x\r\n%b\r\n" % (len(noise), noise)
        self._most_bytes = most_bytes
        self._began_s: float | None = None
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

    def finish(self) -> None:
        """Ends the body; the answer says what arrived of it."""
        if not self._finished and not self.transport.is_closing():
            self._finished = True
            self.transport.write(_END)

    def _send(self) -> None:
        """One chunk, and the next when the loop has seen to the other connections."""
        if self._paused or self._finished or self.transport.is_closing():
            return
        count = min(len(self._noise), self._most_bytes - self.sent_bytes)
        if count == 0:
            self.full = True
            self.finish()
            return
        whole = count == len(self._noise)
        self.transport.write(self._chunk if whole else b"%x\r\n%b\r\n" % (count, self._noise[:count]))
        self._meter.add(count)
        self.sent_bytes += count
        now_s = time.perf_counter()
        self._began_s = now_s if self._began_s is None else self._began_s
        self.sending_s = now_s - self._began_s
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
        if self.answer and sys.platform != "win32":
            self.acknowledged_bytes = max(0, self.sent_bytes - self.on_its_way)
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
