"""The reflector: answers an operator's probe packets (STAMP, RFC 8762), and tells the employer what it saw of them.

A process of its own, so that nothing else delays it. It reads one line of JSON on stdin (:class:`ReflectorConfig`),
prints a :class:`Ready` line, then answers each :class:`Question` with a line of JSON (:class:`Seen`,
:class:`Metrics`), and ends when stdin closes. One process serves one media region; on a host with several addresses,
name the one that operators reach.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from typing import Annotated, NoReturn

import msgspec
from msgspec import Meta, Struct

from employer.batches import SLOT_BYTES, Batch, ask_for_addresses, batch_of
from employer.line_sessions import MAX_STREAMS, Dropped, LineSessions, Stream
from protocol import datagrams
from protocol.messages import ReflectorCounts
from protocol.stamp import BASE_BYTES, SenderPacket, StampError, answer_in_place, ntp
from protocol.ticket import TICKET_BYTES

DSCP_EXPEDITED = 46
"""Expedited forwarding, the class of voice (RFC 3246)."""
MAX_PACKET_BYTES = 1472
HELD_STEP_NS, HELD_STEPS = 50_000, 2000
"""How finely the time that packets are held is told: in steps of 0.05 ms up to 100 ms."""
_RECEIVE_BUFFER_BYTES = 1 << 20
_SEQUENCE = struct.Struct("!I")
_HEAD = slice(12, BASE_BYTES + 4 + TICKET_BYTES)
"""What all packets of one stream have in common: error estimate, stream, and the ticket at the padding's beginning."""


class ReflectorConfig(Struct, frozen=True, kw_only=True):
    """How one reflector runs."""

    ticket_key: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){16,64}$")]
    """The key that tickets are checked by, in hex."""
    host: str = ""
    """Address or name to listen at; empty: every address, IPv4 and IPv6."""
    port: int = 0
    """0: any free one."""
    sockets: list[int] = []
    """Descriptors of bound sockets to use in place of ``host`` and ``port``: of several reflectors at one port."""
    open_loopback: bool = False
    """Answers senders on this computer that carry no ticket: for trying out foreign senders."""
    max_sessions: int = 1000


class Ready(Struct, frozen=True):
    """It listens."""

    port: int


class AskSeen(Struct, frozen=True, tag="seen"):
    """Asks what was seen of a session. Answered with :class:`Seen`."""

    session: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class AskMetrics(Struct, frozen=True, tag="metrics"):
    """Asks how the reflector does. Answered with :class:`Metrics`."""


Question = AskSeen | AskMetrics


class Seen(Struct, frozen=True):
    """What was seen of a session's latest stream."""

    counts: ReflectorCounts
    began_s: float
    """Unix time of its first packet; 0 when nothing is known of the session."""


class Metrics(Struct, frozen=True, kw_only=True):
    """What a reflector did since it started."""

    packets: int = 0
    """That arrived, those without an answer included."""
    answered: int = 0
    dropped: dict[Dropped, int] = {}
    """Packets without an answer, by why."""
    overflowed: int = 0
    """Packets that the system dropped before they could be taken."""
    sessions: int = 0
    """Now."""
    held: list[int] = []
    """How many answered packets were held for how long: a number for each step of :data:`HELD_STEP_NS`, the last for
    all that were held longer."""

    @property
    def held_p99_ms(self) -> float | None:
        """The upper end of the step in which the 99th percentile is; ``None`` before there was any answer."""
        left = 0.99 * sum(self.held)
        for step, number in enumerate(self.held):
            left -= number
            if left <= 0 and number:
                return (step + 1) * HELD_STEP_NS / 1e6
        return None


class Reflector:
    """Open sockets and the sessions that they serve. All on one thread."""

    def __init__(self, config: ReflectorConfig) -> None:
        self.sessions = LineSessions(
            bytes.fromhex(config.ticket_key),
            open_loopback=config.open_loopback,
            max_sessions=config.max_sessions,
        )
        self.sockets = (
            [socket.socket(fileno=number) for number in config.sockets]
            if config.sockets
            else listen(config.host, config.port)
        )
        self.port: int = self.sockets[0].getsockname()[1]
        self._streams: dict[bytes, Stream] = {}
        """By what their packets have in common, so that most packets take one look."""
        self._most_streams = config.max_sessions * MAX_STREAMS
        self._packets = self._answered = 0
        self._overflowed = dict.fromkeys(self.sockets, 0)
        self._held = [0] * (HELD_STEPS + 1)

    def serve(self, questions: Questions) -> NoReturn:
        """Answers packets and questions, for ever."""
        with selectors.DefaultSelector() as selector:
            for sock in self.sockets:
                selector.register(sock, selectors.EVENT_READ, batch_of(sock))
            selector.register(questions.waiting, selectors.EVENT_READ)
            tidy_at = time.monotonic() + 1
            while True:
                for key, _ in selector.select(1.0):
                    if key.data is None:
                        questions.answer(self)
                    else:
                        assert isinstance(key.fileobj, socket.socket)
                        self.answer_batch(key.fileobj, key.data)
                if time.monotonic() >= tidy_at:
                    self.tidy(time.monotonic())
                    tidy_at = time.monotonic() + 1

    def tidy(self, now_s: float) -> None:
        """Forgets what is old; the streams that go on are not to be looked at closely again, all at once."""
        if self.sessions.forget(now_s):
            self._streams = {head: stream for head, stream in self._streams.items() if stream.is_kept}
        if len(self._streams) > self._most_streams:
            self._streams.clear()

    def seen(self, session: bytes) -> Seen:
        """What was seen of a session's latest stream."""
        stream = self.sessions.latest(session)
        return Seen(self.sessions.counts(session), stream.began_s if stream else 0.0)

    def metrics(self) -> Metrics:
        """What was done so far."""
        return Metrics(
            packets=self._packets,
            answered=self._answered,
            dropped=dict(self.sessions.dropped),
            overflowed=sum(self._overflowed.values()),
            sessions=len(self.sessions),
            held=self._held,
        )

    def answer_batch(self, sock: socket.socket, batch: Batch) -> None:
        """Takes what waits at a socket, up to a batch, and answers it."""
        taken = batch.take()
        self._packets += taken
        if batch.overflowed != self._overflowed[sock]:
            self._overflowed[sock] = batch.overflowed
            self.sessions.overflowed()
        now_s = time.monotonic()
        answered, streams = [], []
        for slot in range(taken):
            stream = self._stream(batch, slot, now_s)
            if stream is not None:
                answered.append(slot)
                streams.append(stream)
        if not answered:
            return
        sent_ns = datagrams.now_ns()
        sent = ntp(sent_ns)
        for slot, stream in zip(answered, streams, strict=True):
            at_ns = batch.at_ns[slot]
            stream.arrivals.add(_SEQUENCE.unpack_from(batch.memory, slot * SLOT_BYTES)[0], at_ns)
            answer_in_place(
                batch.memory,
                slot * SLOT_BYTES,
                batch.lengths[slot],
                sequence=stream.reflected,
                sent=sent,
                received=ntp(at_ns),
                ttl=batch.ttls[slot],
            )
            stream.reflected += 1  # Before it is sent: whoever holds the answer may ask for the counts at once.
            self._held[min(max(0, sent_ns - at_ns) // HELD_STEP_NS, HELD_STEPS)] += 1
        failed = batch.answer(answered)
        self._answered += len(answered) - len(failed)
        for slot in failed:
            stream = streams[answered.index(slot)]
            stream.reflected -= 1
            stream.dropped += 1
            self.sessions.dropped["unsent"] += 1

    def _stream(self, batch: Batch, slot: int, now_s: float) -> Stream | None:
        """The stream that a slot's packet is counted in; ``None`` when it gets no answer."""
        at, length = slot * SLOT_BYTES, batch.lengths[slot]
        if not BASE_BYTES <= length <= MAX_PACKET_BYTES:
            self.sessions.dropped["too_short" if length < BASE_BYTES else "too_long"] += 1
            return None
        memory = batch.memory
        head = bytes(memory[at + _HEAD.start : at + min(length, _HEAD.stop)])
        stream = self._streams.get(head)
        unix_s, held_ms = batch.taken_ns / 1e9, (batch.taken_ns - batch.at_ns[slot]) / 1e6
        if stream is None:
            return self._new_stream(batch, slot, head, unix_s, now_s, held_ms)
        (sequence,) = _SEQUENCE.unpack_from(memory, at)
        goes_on = self.sessions.goes_on(stream, sequence, unix_s=unix_s, now_s=now_s, held_ms=held_ms)
        return stream if goes_on else None

    def _new_stream(
        self, batch: Batch, slot: int, head: bytes, unix_s: float, now_s: float, held_ms: float
    ) -> Stream | None:
        """Looks closely: a stream's first packet, or one that gives no right to an answer."""
        at = slot * SLOT_BYTES
        try:
            packet = SenderPacket.decode(bytes(batch.memory[at : at + batch.lengths[slot]]))
        except StampError:
            self.sessions.dropped["malformed"] += 1
            return None
        address, port = batch.sender(slot)
        stream = self.sessions.arrived(
            packet,
            source=f"{address} {port}",
            loopback=address.is_loopback,
            unix_s=unix_s,
            now_s=now_s,
            held_ms=held_ms,
        )
        if stream is not None and self.sessions.verified(head[-TICKET_BYTES:]):
            self._streams[head] = stream
        return stream


def listen(host: str, port: int, *, shared: bool = False) -> list[socket.socket]:
    """Sockets on every address of ``host``, all at the same port; ``shared`` (Linux): others may be bound to it, and
    the system gives each sender to one of them. Raises ``OSError`` when there is none."""
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    wanted = socket.getaddrinfo(host or None, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(wanted):
        sock = socket.socket(family, kind, protocol)
        try:
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if shared and sys.platform == "linux":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            ask_for_addresses(sock)
            sock.bind((address[0], port, *address[2:]))
        except OSError as error:
            problem = error
            sock.close()
            continue
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        datagrams.ask_for_arrival_times(sock)
        datagrams.prefer(sock, DSCP_EXPEDITED)
        sock.setblocking(False)
        sockets.append(sock)
        port = sock.getsockname()[1]
    if not sockets:
        raise problem or OSError(f"no address for {host}")
    return sockets


class Questions:
    """The lines of stdin. They are read on a thread, since Windows can't wait for stdin and sockets at once, and
    answered between batches."""

    def __init__(self) -> None:
        self.waiting, self._ring = socket.socketpair()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def answer(self, reflector: Reflector) -> None:
        """Answers one line that waits."""
        self.waiting.recv(1)
        line = self._lines.get()
        with contextlib.suppress(msgspec.MsgspecError):
            question = msgspec.json.decode(line, type=Question)
            if isinstance(question, AskSeen):
                _say(reflector.seen(bytes.fromhex(question.session)))
            else:
                _say(reflector.metrics())

    def _read(self) -> None:
        """Ends the process when stdin closes."""
        for line in sys.stdin.buffer:
            self._lines.put(line)
            self._ring.send(b"!")
        os._exit(0)


def _say(message: Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Runs one reflector until stdin closes. Exit code 1: it can't listen; the reason is on stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        reflector = Reflector(msgspec.json.decode(sys.stdin.buffer.readline(), type=ReflectorConfig))
    except (OSError, msgspec.MsgspecError) as error:
        sys.exit(str(error))
    gc.disable()  # Nothing here makes cycles; a collection would only delay a packet.
    _say(Ready(reflector.port))
    reflector.serve(Questions())


if __name__ == "__main__":
    main()
