"""Network namespaces with TUN devices, made and removed by ``ip``."""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
DEVICE = "line0"
"""Of the home and of the far side."""


def missing() -> str | None:
    """Why namespaces can't be made here, or ``None``."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "making network namespaces needs root"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    return None


@dataclass(frozen=True, slots=True)
class Port:
    """A TUN device inside a namespace."""

    device: str
    address: str
    address6: str
    prefix: int
    """Of the network that it is in, IPv4."""
    prefix6: int


@dataclass(frozen=True, slots=True)
class Route:
    """A way out of a namespace."""

    to: str
    """A network, or ``default``."""
    device: str
    via: str | None = None
    """The next router's address; ``None``: everything is at the device's other end."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """One computer: a namespace with its devices."""

    name: str
    address: str
    """Of its first device: the home's and the far side's only one, a router's toward the home."""
    address6: str
    tun_fds: tuple[int, ...]
    """One for each device: what is written here arrives in the namespace; what leaves by the device is read here."""

    def command(self, *args: str) -> list[str]:
        """The command line that runs ``args`` inside."""
        return ["ip", "netns", "exec", self.name, *args]

    def call(self, function: Callable[[], T]) -> T:
        """Runs a function on a thread inside; the processes and threads that it starts are inside as well."""
        answer: list[T] = []
        raised: list[BaseException] = []

        def inside() -> None:
            try:
                _enter(self.name)
                answer.append(function())
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]
        return answer[0]


def make(name: str, ports: Sequence[Port], routes: Sequence[Route], *, forwards: bool = False) -> Namespace:
    """Makes the namespace, with its loopback up; ``forwards``: as a router does."""
    fds: list[int] = []
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        for port in ports:
            fds.append(_add(name, port))
        for route in routes:
            via = ("via", route.via) if route.via else ()
            family = "-6" if ":" in f"{route.to}{route.via}" else "-4"
            _ip("-n", name, family, "route", "add", route.to, *via, "dev", route.device)
        namespace = Namespace(name, ports[0].address, ports[0].address6, tuple(fds))
        namespace.call(lambda: _configure(forwards))
    except BaseException:
        _remove(name, fds)
        raise
    return namespace


def _add(name: str, port: Port) -> int:
    """Adds a device to a namespace; its descriptor."""
    if sys.platform == "win32":
        raise OSError("TUN devices are Linux's")
    outside_name = f"t{name[-13:]}"
    fd = os.open("/dev/net/tun", os.O_RDWR)
    try:
        fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", outside_name.encode(), _IFF_TUN | _IFF_NO_PI))
        _ip("link", "set", outside_name, "netns", name)
        inside = ("-n", name)
        _ip(*inside, "link", "set", outside_name, "name", port.device, "txqueuelen", "5000")
        _ip(*inside, "addr", "add", f"{port.address}/{port.prefix}", "dev", port.device)
        _ip(*inside, "-6", "addr", "add", f"{port.address6}/{port.prefix6}", "dev", port.device, "nodad")
        _ip(*inside, "link", "set", port.device, "up")
    except BaseException:
        os.close(fd)
        raise
    return fd


def _configure(forwards: bool) -> None:
    """Everybody may send echo requests, as on the systems that people have; a router forwards."""
    settings = Path("/proc/sys/net")
    (settings / "ipv4/ping_group_range").write_text("0 2147483647")
    if forwards:
        (settings / "ipv4/ip_forward").write_text("1")
        (settings / "ipv6/conf/all/forwarding").write_text("1")


def remove(namespace: Namespace) -> None:
    """Ends what still runs inside, and removes it. Never raises."""
    _remove(namespace.name, namespace.tun_fds)


def _remove(name: str, fds: Sequence[int]) -> None:
    found = subprocess.run(["ip", "netns", "pids", name], capture_output=True, check=False)
    for pid in found.stdout.split():
        subprocess.run(["kill", "-9", pid.decode()], capture_output=True, check=False)
    for fd in fds:
        os.close(fd)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _ip(*args: str) -> None:
    done = subprocess.run(["ip", *args], capture_output=True, check=False, text=True)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(args)}: {done.stderr.strip()}")


def _enter(name: str) -> None:
    """Moves the calling thread into a namespace."""
    libc: Any = ctypes.CDLL(None, use_errno=True)
    fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if libc.setns(fd, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns into {name}")
    finally:
        os.close(fd)


def run(namespace: Namespace, args: Sequence[str]) -> int:
    """Runs a program inside, in the foreground; its exit code."""
    return subprocess.run(namespace.command(*args), check=False).returncode
