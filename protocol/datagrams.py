"""Receives datagrams with the kernel's word on when they arrived and left; reflector and probe both measure by it."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any

_ANCILLARY_BYTES = 512
_TIMESPEC = struct.Struct("qq")
_TIMEVAL = struct.Struct("li")
_NATIVE_INT = struct.Struct("i")

if sys.platform == "linux":
    # <asm-generic/socket.h>, <linux/net_tstamp.h>, <linux/in.h>
    _SO_TIMESTAMPNS = 35
    _SO_TIMESTAMPING = 37
    _SO_RXQ_OVFL = 40
    _TX_SOFTWARE, _RX_SOFTWARE, _SOFTWARE = 2, 8, 16
    _MSG_ERRQUEUE = 0x2000
    _IP_RECVTTL = 12
    _TTL_TYPES = (2, 52)
    """``IP_TTL`` and ``IPV6_HOPLIMIT``, as messages."""
elif sys.platform == "darwin":
    # <sys/socket.h>, <netinet/in.h>
    _SO_TIMESTAMP = 0x0400
    _SCM_TIMESTAMP = 2
    _IP_RECVTTL = 24
    _TTL_TYPES = (24, 47)
else:
    _TTL_TYPES = ()

_WALL_ANCHOR_NS = time.time_ns() - time.perf_counter_ns()


def now_ns() -> int:
    """Unix time by the clock that the kernel stamps packets with.

    Windows gives no such stamps and its wall clock is coarse: there it is the performance counter, anchored once.
    """
    if sys.platform == "win32":
        return _WALL_ANCHOR_NS + time.perf_counter_ns()
    return time.time_ns()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One datagram that arrived."""

    data: bytes
    address: Any
    """Where it came from, as the socket's family has it."""
    at_ns: int
    """When it arrived, Unix time: by the kernel, or else when this program took it."""
    taken_ns: int
    """When this program took it."""
    by_kernel: bool
    """``at_ns`` is the kernel's word."""
    ttl: int | None
    """Time to live on arrival; ``None`` where the platform doesn't say."""
    overflowed: int
    """Datagrams that this socket has dropped so far because its buffer was full (Linux; 0 elsewhere)."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One datagram of ours that left this computer."""

    data: bytes
    """The frame as it left: the payload is at its end."""
    at_ns: int


def ask_for_arrival_times(sock: socket.socket) -> None:
    """Turns on kernel stamps, time to live and the count of overflows, as far as the platform has them."""
    if sys.platform == "linux":
        _set(sock, socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _set(sock, socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
    elif sys.platform == "darwin":
        _set(sock, socket.SOL_SOCKET, _SO_TIMESTAMP, 1)
    if sys.platform != "win32":
        if sock.family == socket.AF_INET6:
            _set(sock, socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        else:
            _set(sock, socket.IPPROTO_IP, _IP_RECVTTL, 1)


def ask_for_all_times(sock: socket.socket) -> None:
    """Kernel stamps of arrivals, and on Linux of departures too; then :func:`departures` must be called often."""
    ask_for_arrival_times(sock)
    if sys.platform == "linux":
        _set(sock, socket.SOL_SOCKET, _SO_TIMESTAMPNS, 0)
        if not _set(sock, socket.SOL_SOCKET, _SO_TIMESTAMPING, _TX_SOFTWARE | _RX_SOFTWARE | _SOFTWARE):
            _set(sock, socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def receive(sock: socket.socket, size: int = 2048) -> Arrival:
    """The next datagram. Raises ``BlockingIOError`` when a non-blocking socket has none, ``OSError`` as sockets do."""
    if sys.platform == "win32":
        data, address = sock.recvfrom(size)
        taken_ns = now_ns()
        return Arrival(data, address, taken_ns, taken_ns, by_kernel=False, ttl=None, overflowed=0)
    data, ancillary, _flags, address = sock.recvmsg(size, _ANCILLARY_BYTES)
    taken_ns = now_ns()
    at_ns, ttl, overflowed = None, None, 0
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET:
            at_ns = _time_in(kind, value) or at_ns
            overflowed = _overflows_in(kind, value) or overflowed
        elif kind in _TTL_TYPES:
            ttl = _NATIVE_INT.unpack(value)[0] if len(value) == _NATIVE_INT.size else value[0]
    return Arrival(
        data,
        address,
        at_ns=taken_ns if at_ns is None else at_ns,
        taken_ns=taken_ns,
        by_kernel=at_ns is not None,
        ttl=ttl,
        overflowed=overflowed,
    )


def departures(sock: socket.socket) -> list[Departure]:
    """What left since the last call, where the kernel tells (Linux, after :func:`ask_for_all_times`)."""
    left: list[Departure] = []
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            while True:
                data, ancillary, _flags, _address = sock.recvmsg(2048, _ANCILLARY_BYTES, _MSG_ERRQUEUE)
                for level, kind, value in ancillary:
                    at_ns = _time_in(kind, value) if level == socket.SOL_SOCKET else None
                    if at_ns is not None:
                        left.append(Departure(data, at_ns))
    return left


def prefer(sock: socket.socket, dscp: int) -> bool:
    """Marks what the socket sends with a differentiated-services code point; whether the system took it."""
    if sock.family == socket.AF_INET6:
        return hasattr(socket, "IPV6_TCLASS") and _set(sock, socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    return _set(sock, socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)


def _set(sock: socket.socket, level: int, option: int, value: int) -> bool:
    try:
        sock.setsockopt(level, option, value)
    except OSError:
        return False
    return True


def _time_in(kind: int, value: bytes) -> int | None:
    if sys.platform == "linux" and kind in (_SO_TIMESTAMPNS, _SO_TIMESTAMPING):
        seconds, ns = _TIMESPEC.unpack_from(value)
        return int(seconds * 1_000_000_000 + ns) or None
    if sys.platform == "darwin" and kind == _SCM_TIMESTAMP:
        seconds, us = _TIMEVAL.unpack_from(value)
        return int(seconds * 1_000_000_000 + us * 1000)
    return None


def _overflows_in(kind: int, value: bytes) -> int:
    if sys.platform == "linux" and kind == _SO_RXQ_OVFL:
        return int.from_bytes(value, sys.byteorder)
    return 0
