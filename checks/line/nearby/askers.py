"""Ways to ask a router whether it is there, without special rights: echo requests, or packets that die there."""

from __future__ import annotations

import contextlib
import secrets
import socket
import struct
import sys
from typing import Any, ClassVar, Literal, Protocol

from checks.line.nearby import echo
from protocol import datagrams

_NUMBER = struct.Struct("!L")


class Asker(Protocol):
    """One target, asked over one non-blocking socket."""

    by: ClassVar[Literal["echo", "expired"]]
    sock: socket.socket

    def ask(self, sequence: int) -> None:
        """Sends a request. Raises ``OSError``."""

    def answers(self) -> list[tuple[int, int]]:
        """What has arrived: sequence, and when."""


class EchoAsker:
    """ICMP echo over an unprivileged socket (Linux, where ``ping_group_range`` allows; macOS)."""

    by: ClassVar[Literal["echo", "expired"]] = "echo"

    def __init__(self, address: str) -> None:
        """``address`` may carry a scope. Raises ``OSError`` where the system refuses, or there is no route."""
        self._six, self._mark = ":" in address, secrets.token_bytes(echo.MARK_BYTES)
        kind = socket.getaddrinfo(address, None, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
        self.sock = socket.socket(kind[0], socket.SOCK_DGRAM, _icmp(self._six))
        try:
            self.sock.connect(kind[4])
        except OSError:
            self.sock.close()
            raise
        self.sock.setblocking(False)
        datagrams.ask_for_arrival_times(self.sock)

    def ask(self, sequence: int) -> None:
        """See :class:`Asker`."""
        self.sock.send(echo.request(sequence, self._mark, six=self._six))

    def answers(self) -> list[tuple[int, int]]:
        """See :class:`Asker`."""
        heard = []
        with contextlib.suppress(OSError):
            while True:
                arrival = datagrams.receive(self.sock)
                sequence = echo.answered(arrival.data, self._mark, six=self._six)
                if sequence is not None:
                    heard.append((sequence, arrival.at_ns))
        return heard


class ExpiringAsker:
    """UDP packets toward the far side that the first router has to drop and to say so (Linux)."""

    by: ClassVar[Literal["echo", "expired"]] = "expired"
    _PORT = 33434
    """As traceroute's; the packets never get there."""

    def __init__(self, address: str) -> None:
        """``address`` is the far side's. Raises ``OSError``."""
        six = ":" in address
        self.sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if six:
                self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1)
                self.sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            else:
                self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
                self.sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            self.sock.connect((address, self._PORT))
        except OSError:
            self.sock.close()
            raise
        self.sock.setblocking(False)

    def ask(self, sequence: int) -> None:
        """See :class:`Asker`. An error that is reported here was of an earlier packet."""
        try:
            self.sock.send(_NUMBER.pack(sequence))
        except OSError:
            self.sock.send(_NUMBER.pack(sequence))

    def answers(self) -> list[tuple[int, int]]:
        """See :class:`Asker`. The system gives back the packet that died."""
        heard: list[tuple[int, int]] = []
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                while True:
                    data = self.sock.recvmsg(64, 512, _MSG_ERRQUEUE)[0]
                    if len(data) == _NUMBER.size:
                        heard.append((int(_NUMBER.unpack(data)[0]), datagrams.now_ns()))
        return heard


_IP_RECVERR, _IPV6_RECVERR, _MSG_ERRQUEUE = 11, 25, 0x2000
"""<linux/in.h>, <linux/in6.h>, <linux/socket.h>."""


def asker(router: str, far: str, *, vpn: bool) -> tuple[Asker, float] | None:
    """How this system lets us ask the router, and how many seconds are to lie between two requests; ``None``: not at
    all. What dies on the way into a VPN dies at the VPN's end, not at the home's router."""
    try:
        return EchoAsker(router), ECHO_EVERY_S
    except OSError:
        if sys.platform != "linux" or vpn:
            return None
    try:
        return ExpiringAsker(far), EXPIRING_EVERY_S
    except OSError:
        return None


ECHO_EVERY_S = 0.04
"""25 a second, of 60 bytes: half of what home routers' own guards against floods of echo requests let pass, by the
defaults of those that have such guards; enough for several in any pause that a call would suffer from."""
SECOND_EVERY_S = 0.1
"""Toward a host that isn't ours."""
EXPIRING_EVERY_S = 0.5
"""Linux routers send one such word a second to each address, and a few at once (``icmp_ratelimit``)."""


def _icmp(six: bool) -> Any:
    return socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
