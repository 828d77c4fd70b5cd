"""Echo requests through Windows' own ``IcmpSendEcho``, which needs no rights. Not tried on hardware.

A call waits for its answer, so a target is asked from a thread; IPv4 only.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys

from checks.line.nearby.messages import Echo
from protocol import datagrams

REPLY_BYTES = 256
TIMEOUT_MS = 500
_IP_SUCCESS = 0
_STATUS_AT = 4
"""In an ``ICMP_ECHO_REPLY`` (ipexport.h): after the address."""


def arrived(replies: int, reply: bytes) -> bool:
    """Whether the target itself answered: at least one reply, of success."""
    return replies > 0 and struct.unpack_from("<L", reply, _STATUS_AT)[0] == _IP_SUCCESS


if sys.platform == "win32":

    class EchoCaller:
        """Asks one address."""

        def __init__(self, address: str) -> None:
            """Raises ``OSError`` for an address that isn't IPv4, or where the system refuses."""
            self._to = struct.unpack("<L", socket.inet_aton(address))[0]
            self._library = ctypes.WinDLL("iphlpapi")
            self._library.IcmpCreateFile.restype = ctypes.c_void_p
            self._handle = ctypes.c_void_p(self._library.IcmpCreateFile())
            if self._handle.value in (None, ctypes.c_void_p(-1).value):
                raise OSError("IcmpCreateFile")

        def ask(self) -> Echo:
            """One request, and its answer or the wait for it."""
            reply = ctypes.create_string_buffer(REPLY_BYTES)
            payload = bytes(24)
            left_ns = datagrams.now_ns()
            replies = self._library.IcmpSendEcho(
                self._handle, self._to, payload, len(payload), None, reply, REPLY_BYTES, TIMEOUT_MS
            )
            took_ns = datagrams.now_ns() - left_ns
            return Echo(left_ns, took_ns if arrived(replies, reply.raw) else None)
