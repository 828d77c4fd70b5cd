"""Takes datagrams from a socket many at a time, and sends answers from the same memory: what a reflector has to be fast
in.

On 64-bit Linux by ``recvmmsg`` and ``sendmmsg``, with no object made for a packet; elsewhere one by one. On a host with
several addresses the former answer from the one that was asked, so that connected senders hear them.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import socket
import struct
import sys
from typing import Protocol

from protocol import datagrams

SLOTS = 16
"""Packets in a batch. Under load, the last of them leaves so many times 5 µs after the first."""
SLOT_BYTES = 2048

_NAME_BYTES = 32
_CONTROL_BYTES = 128
_HEADER = struct.Struct("PI4xPNPNi4xI4x")
"""``struct mmsghdr`` of 64-bit Linux: name, its length, buffers, their number, control, its length, flags, length."""
_TOLD, _TOLD_AT = struct.Struct("NI4xI"), 40
"""Of it, what the kernel fills in: the length of the ancillary data, flags, the packet's length."""
_BUFFER, _BUFFER_LENGTH, _BUFFER_LENGTH_AT = struct.Struct("PN"), struct.Struct("N"), 8
"""``struct iovec``."""
_ANCILLARY = struct.Struct("Nii")
"""``struct cmsghdr``."""
_INFO_V4, _INFO_V6 = struct.Struct("4x4s4x4x"), struct.Struct("16s4x4x")
"""``struct in_pktinfo`` and ``struct in6_pktinfo``, padded: of each the local address alone."""
_USUAL_V4, _USUAL_V4_BYTES = struct.Struct("12xiqq12xi4x4s8x12xii"), 88
_USUAL_V6, _USUAL_V6_BYTES = struct.Struct("12xiqq12xi16s8x12xii"), 96
"""The ancillary data of an ordinary packet: a kind, the time in seconds and ns; a kind, the local address; a kind, the
time to live."""


class Batch(Protocol):
    """Packets that arrived together, each in its slot of ``memory``."""

    memory: bytearray
    """Slot *i* begins at *i* · :data:`SLOT_BYTES`."""
    lengths: list[int]
    at_ns: list[int]
    """When each arrived, Unix time: by the kernel, or else when it was taken."""
    ttls: list[int | None]
    """Time to live on arrival; ``None`` where the platform doesn't say."""
    overflowed: int
    """Datagrams that the socket dropped so far because its buffer was full."""
    taken_ns: int
    """When this program took them."""

    def take(self) -> int:
        """Takes what waits; how many slots are filled now."""

    def sender(self, slot: int) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
        """Address and port that a slot's packet came from."""

    def answer(self, slots: list[int]) -> list[int]:
        """Sends these slots back to where they came from, in the length that they had; those that could not be sent."""


def ask_for_addresses(sock: socket.socket) -> None:
    """Has the system tell which of this host's addresses a packet came to. To be called before any can arrive."""
    if sys.platform == "linux":
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


def batch_of(sock: socket.socket) -> Batch:
    """The fastest that this platform has."""
    if sys.platform == "linux" and _HEADER.size == 64:
        return _Many(sock)
    return _One(sock)


class _One:
    """A batch of one."""

    def __init__(self, sock: socket.socket) -> None:
        self.memory = bytearray(SLOT_BYTES)
        self.lengths, self.at_ns, self.taken_ns, self.overflowed = [0], [0], 0, 0
        self.ttls: list[int | None] = [None]
        self._sock = sock
        self._address: tuple[str, int] = ("", 0)

    def take(self) -> int:
        try:
            arrival = datagrams.receive(self._sock, SLOT_BYTES)
        except OSError:
            return 0  # Windows reports here that an earlier answer found nobody.
        self.memory[: len(arrival.data)] = arrival.data
        self.lengths[0], self.at_ns[0], self.ttls[0] = len(arrival.data), arrival.at_ns, arrival.ttl
        self.taken_ns, self.overflowed = arrival.taken_ns, max(self.overflowed, arrival.overflowed)
        self._address = arrival.address
        return 1

    def sender(self, slot: int) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
        return ipaddress.ip_address(self._address[0].partition("%")[0]), self._address[1]

    def answer(self, slots: list[int]) -> list[int]:
        try:
            self._sock.sendto(memoryview(self.memory)[: self.lengths[0]], self._address)
        except OSError:
            return slots
        return []


if sys.platform == "linux":
    _LIBC = ctypes.CDLL(None, use_errno=True)
    _RECVMMSG, _SENDMMSG = _LIBC.recvmmsg, _LIBC.sendmmsg
    _RECVMMSG.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
    _SENDMMSG.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    _NO_WAIT = int(socket.MSG_DONTWAIT)
    _TIME, _OVERFLOWS = 35, 40  # SO_TIMESTAMPNS, SO_RXQ_OVFL: <asm-generic/socket.h>
    _IP_PKTINFO, _IP_TTL = 8, 2  # <linux/in.h>

    class _Many:
        """Up to :data:`SLOTS` packets in one system call, and their answers in another."""

        def __init__(self, sock: socket.socket) -> None:
            self.memory = bytearray(SLOTS * SLOT_BYTES)
            self.lengths, self.at_ns, self.taken_ns, self.overflowed = [0] * SLOTS, [0] * SLOTS, 0, 0
            self.ttls: list[int | None] = [None] * SLOTS
            self._fd = sock.fileno()
            self._v6 = sock.family == socket.AF_INET6
            if self._v6:
                level, self._info_kind, self._ttl_kind = socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, socket.IPV6_HOPLIMIT
                self._info, self._usual, self._usual_bytes = _INFO_V6, _USUAL_V6, _USUAL_V6_BYTES
            else:
                level, self._info_kind, self._ttl_kind = socket.IPPROTO_IP, _IP_PKTINFO, _IP_TTL
                self._info, self._usual, self._usual_bytes = _INFO_V4, _USUAL_V4, _USUAL_V4_BYTES
            self._kinds = (_TIME, self._info_kind, self._ttl_kind)
            self._local_bytes = _ANCILLARY.size + self._info.size
            self._locals = bytearray(SLOTS * self._local_bytes)
            self._names = bytearray(SLOTS * _NAME_BYTES)
            self._control = bytearray(SLOTS * _CONTROL_BYTES)
            self._room, self._filled = bytearray(SLOTS * _BUFFER.size), bytearray(SLOTS * _BUFFER.size)
            memory, names, control, local_addresses = (
                _address(part) for part in (self.memory, self._names, self._control, self._locals)
            )
            name_bytes = 28 if self._v6 else 16
            coming, going = [], []
            for slot in range(SLOTS):
                at, buffer = memory + slot * SLOT_BYTES, slot * _BUFFER.size
                name = names + slot * _NAME_BYTES
                _BUFFER.pack_into(self._room, buffer, at, SLOT_BYTES)
                _BUFFER.pack_into(self._filled, buffer, at, SLOT_BYTES)
                ancillary = control + slot * _CONTROL_BYTES
                coming.append(
                    _HEADER.pack(name, name_bytes, _address(self._room) + buffer, 1, ancillary, _CONTROL_BYTES, 0, 0)
                )
                local = slot * self._local_bytes
                _ANCILLARY.pack_into(self._locals, local, self._local_bytes - 4, level, self._info_kind)
                filled = _address(self._filled) + buffer
                going.append(
                    _HEADER.pack(name, name_bytes, filled, 1, local_addresses + local, self._local_bytes, 0, 0)
                )
            self._fresh = b"".join(coming)
            self._headers, self._going = bytearray(self._fresh), bytearray(b"".join(going))
            self._headers_at, self._going_at = _address(self._headers), _address(self._going)
            self._filled_lengths = [SLOT_BYTES] * SLOTS

        def take(self) -> int:
            self._headers[:] = self._fresh
            taken = int(_RECVMMSG(self._fd, self._headers_at, SLOTS, _NO_WAIT, None))
            self.taken_ns = datagrams.now_ns()
            for slot in range(taken):
                ancillary, _, self.lengths[slot] = _TOLD.unpack_from(self._headers, slot * _HEADER.size + _TOLD_AT)
                first, seconds, ns, second, local, third, ttl = self._usual.unpack_from(
                    self._control, slot * _CONTROL_BYTES
                )
                if ancillary == self._usual_bytes and (first, second, third) == self._kinds:
                    self.at_ns[slot], self.ttls[slot] = seconds * 1_000_000_000 + ns, ttl
                    self._info.pack_into(self._locals, slot * self._local_bytes + _ANCILLARY.size, local)
                else:
                    self._read_ancillary(slot, ancillary)
            return max(0, taken)

        def _read_ancillary(self, slot: int, left: int) -> None:
            """As they come: each with its length, level and kind."""
            self.at_ns[slot], self.ttls[slot] = self.taken_ns, None
            at = slot * _CONTROL_BYTES
            local = bytes(16 if self._v6 else 4)
            while left >= _ANCILLARY.size:
                length, level, kind = _ANCILLARY.unpack_from(self._control, at)
                value = at + _ANCILLARY.size
                if level != socket.SOL_SOCKET and kind == self._ttl_kind:
                    (self.ttls[slot],) = struct.unpack_from("i", self._control, value)
                elif level != socket.SOL_SOCKET and kind == self._info_kind:
                    (local,) = self._info.unpack_from(self._control, value)
                elif level == socket.SOL_SOCKET and kind == _TIME:
                    seconds, ns = struct.unpack_from("qq", self._control, value)
                    self.at_ns[slot] = seconds * 1_000_000_000 + ns
                elif level == socket.SOL_SOCKET and kind == _OVERFLOWS:
                    (self.overflowed,) = struct.unpack_from("I", self._control, value)
                step = max(_ANCILLARY.size, length + -length % 8)
                at, left = at + step, left - step
            self._info.pack_into(self._locals, slot * self._local_bytes + _ANCILLARY.size, local)

        def sender(self, slot: int) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
            at = slot * _NAME_BYTES
            port = int.from_bytes(self._names[at + 2 : at + 4], "big")
            raw = bytes(self._names[at + 8 : at + 24] if self._v6 else self._names[at + 4 : at + 8])
            return ipaddress.ip_address(raw), port

        def answer(self, slots: list[int]) -> list[int]:
            for slot in slots:
                if self.lengths[slot] != self._filled_lengths[slot]:
                    self._filled_lengths[slot] = self.lengths[slot]
                    _BUFFER_LENGTH.pack_into(self._filled, slot * _BUFFER.size + _BUFFER_LENGTH_AT, self.lengths[slot])
            failed: list[int] = []
            done = 0
            while done < len(slots):
                run = 1
                while done + run < len(slots) and slots[done + run] == slots[done] + run:
                    run += 1
                at = self._going_at + slots[done] * _HEADER.size
                sent = _SENDMMSG(self._fd, at, run, _NO_WAIT)
                if sent < 0 and ctypes.get_errno() == errno.EINTR:
                    continue
                if sent < 0:
                    failed.append(slots[done])
                done += max(1, sent)
            return failed


def _address(memory: bytearray) -> int:
    """Where it lies; it must not be resized from now on."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
