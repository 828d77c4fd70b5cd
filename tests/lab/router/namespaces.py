"""Network namespaces with a TUN device each, made and removed by ``ip``."""

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
class Namespace:
    """One namespace with one device, ``line0``, that everything leaves by."""

    name: str
    address: str
    address6: str
    tun_fd: int
    """What is written here arrives in the namespace; what leaves it is read here."""

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


def make(name: str, address: str, address6: str) -> Namespace:
    """Makes the namespace, with its loopback up."""
    if sys.platform == "win32":
        raise OSError("TUN devices are Linux's")
    device = f"t{name[-13:]}"
    fd = os.open("/dev/net/tun", os.O_RDWR)
    try:
        fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", device.encode(), _IFF_TUN | _IFF_NO_PI))
        _ip("netns", "add", name)
        _ip("link", "set", device, "netns", name)
        inside = ("-n", name)
        _ip(*inside, "link", "set", "lo", "up")
        _ip(*inside, "link", "set", device, "name", DEVICE, "txqueuelen", "5000")
        _ip(*inside, "addr", "add", f"{address}/32", "dev", DEVICE)
        _ip(*inside, "-6", "addr", "add", f"{address6}/128", "dev", DEVICE, "nodad")
        _ip(*inside, "link", "set", DEVICE, "up")
        _ip(*inside, "route", "add", "default", "dev", DEVICE)
        _ip(*inside, "-6", "route", "add", "default", "dev", DEVICE)
    except BaseException:
        os.close(fd)
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        raise
    return Namespace(name, address, address6, fd)


def remove(namespace: Namespace) -> None:
    """Ends what still runs inside, and removes it. Never raises."""
    found = subprocess.run(["ip", "netns", "pids", namespace.name], capture_output=True, check=False)
    for pid in found.stdout.split():
        subprocess.run(["kill", "-9", pid.decode()], capture_output=True, check=False)
    os.close(namespace.tun_fd)
    subprocess.run(["ip", "netns", "del", namespace.name], capture_output=True, check=False)


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
