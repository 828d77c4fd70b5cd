"""The reflector: answers an operator's probe packets (STAMP, RFC 8762), and tells the employer what it saw of them.

A process of its own, so that nothing else delays it. It reads one line of JSON on stdin (:class:`ReflectorConfig`),
prints a :class:`Ready` line, then answers each :class:`Question` line with a line of
:class:`protocol.messages.ReflectorCounts`, and ends when stdin closes. One process serves one media region; on a host
with several addresses, name the one that operators reach.
"""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import os
import selectors
import signal
import socket
import sys
import threading
import time
from typing import Annotated, NoReturn

import msgspec
from msgspec import Meta, Struct

from employer.line_sessions import LineSessions
from protocol import datagrams
from protocol.stamp import BASE_BYTES, TTL_UNKNOWN, ReflectorPacket, SenderPacket, StampError, returned_padding

DSCP_EXPEDITED = 46
"""Expedited forwarding, the class of voice (RFC 3246)."""
MAX_PACKET_BYTES = 1472
_RECEIVE_BUFFER_BYTES = 1 << 20


class ReflectorConfig(Struct, frozen=True, kw_only=True):
    """How one reflector runs."""

    ticket_key: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){16,64}$")]
    """The key that tickets are checked by, in hex."""
    host: str = ""
    """Address or name to listen at; empty: every address, IPv4 and IPv6."""
    port: int = 0
    """0: any free one."""
    open_loopback: bool = False
    """Answers senders on this computer that carry no ticket: for trying out foreign senders."""
    max_sessions: int = 1000


class Ready(Struct, frozen=True):
    """It listens."""

    port: int


class Question(Struct, frozen=True):
    """Asks what was seen of a session."""

    session: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class Reflector:
    """Open sockets and the sessions that they serve."""

    def __init__(self, config: ReflectorConfig) -> None:
        self.sessions = LineSessions(
            bytes.fromhex(config.ticket_key),
            open_loopback=config.open_loopback,
            max_sessions=config.max_sessions,
        )
        self.sockets = listen(config.host, config.port)
        self.port: int = self.sockets[0].getsockname()[1]
        self._overflowed = dict.fromkeys(self.sockets, 0)

    def serve(self) -> NoReturn:
        """Answers packets, for ever."""
        with selectors.DefaultSelector() as selector:
            for sock in self.sockets:
                selector.register(sock, selectors.EVENT_READ)
            tidy_at = time.monotonic() + 1
            while True:
                for key, _ in selector.select(1.0):
                    assert isinstance(key.fileobj, socket.socket)
                    self._answer_all(key.fileobj)
                if time.monotonic() >= tidy_at:
                    self.sessions.forget(time.monotonic())
                    tidy_at = time.monotonic() + 1

    def _answer_all(self, sock: socket.socket) -> None:
        """Answers what waits at a socket, then returns, so that no socket starves another."""
        for _ in range(64):
            try:
                arrival = datagrams.receive(sock)
            except BlockingIOError:
                return
            except OSError:
                continue  # Windows reports here that an earlier answer found nobody.
            if arrival.overflowed > self._overflowed[sock]:
                self.sessions.overflowed(arrival.overflowed - self._overflowed[sock])
                self._overflowed[sock] = arrival.overflowed
            self._answer(sock, arrival)

    def _answer(self, sock: socket.socket, arrival: datagrams.Arrival) -> None:
        try:
            packet = SenderPacket.decode(arrival.data)
        except StampError:
            return
        if len(arrival.data) > MAX_PACKET_BYTES:
            return
        address = ipaddress.ip_address(arrival.address[0].partition("%")[0])
        stream = self.sessions.arrived(
            packet,
            source=f"{address} {arrival.address[1]}",
            loopback=address.is_loopback,
            unix_s=arrival.taken_ns / 1e9,
            now_s=time.monotonic(),
            held_ms=(arrival.taken_ns - arrival.at_ns) / 1e6,
        )
        if stream is None:
            return
        answer = ReflectorPacket(
            sequence=stream.reflected,
            sent_ns=datagrams.now_ns(),
            received_ns=arrival.at_ns,
            sender_sequence=packet.sequence,
            sender_sent_ns=packet.sent_ns,
            stream=packet.stream,
            sender_error=packet.error,
            sender_ttl=TTL_UNKNOWN if arrival.ttl is None else arrival.ttl,
        )
        stream.reflected += 1  # Before it is sent: whoever holds the answer may ask for the counts at once.
        try:
            sock.sendto(answer.encode(BASE_BYTES) + returned_padding(arrival.data), arrival.address)
        except OSError:
            stream.reflected -= 1
            stream.dropped += 1


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of ``host``, all at the same port. Raises ``OSError`` when there is none."""
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    wanted = socket.getaddrinfo(host or None, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(wanted):
        sock = socket.socket(family, kind, protocol)
        try:
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
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


def _answer_questions(sessions: LineSessions) -> None:
    """Answers the lines of stdin; ends the process when it closes."""
    for line in sys.stdin.buffer:
        with contextlib.suppress(msgspec.MsgspecError):
            question = msgspec.json.decode(line, type=Question)
            _say(sessions.counts(bytes.fromhex(question.session)))
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
    threading.Thread(target=_answer_questions, args=(reflector.sessions,), daemon=True).start()
    reflector.serve()


if __name__ == "__main__":
    main()
