"""Which congestion control a server's connections use: it decides how a full line looks to the one who measures."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress


def prefer(listening: socket.socket, algorithm: str = "cubic") -> str:
    """Sets the algorithm of a listening socket, which the connections that it accepts inherit.

    cubic fills the queue of the slowest hop as most of the world's downloads do; bbr keeps it short, and hides what
    a call beside a download would suffer. Returns the one in force: another where the system doesn't allow it,
    empty where it doesn't tell (only Linux does).
    """
    if sys.platform != "linux":
        return ""
    with suppress(OSError):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, algorithm.encode())
    with suppress(OSError):
        return listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()
    return ""
