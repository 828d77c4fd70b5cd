"""What this computer is: system, memory, disk, power, and whether it is virtual or used from afar."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

GIB = 1024.0**3
_QUESTION_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class System:
    """Facts that don't change while a check runs. No host name, user name or serial number is among them."""

    os: str
    """Name and version: "Debian GNU/Linux 12 (bookworm)"."""
    architecture: str
    cores: int
    """Logical ones."""
    memory_gib: float
    uptime_h: float
    virtual: str
    """Kind of virtual machine, or empty: not known to be one."""
    remote: str
    """How the computer is used from afar (``RDP``, ``SSH`` …), or empty."""


@dataclass(frozen=True, slots=True)
class Power:
    """Where the power comes from. ``on_battery`` is ``None`` where there is no battery or it isn't known."""

    on_battery: bool | None
    battery_percent: float | None


def system() -> System:
    """Asks the system. Takes up to a second on macOS, where two programs are asked."""
    return System(
        os=_os_name(),
        architecture=platform.machine(),
        cores=psutil.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / GIB,
        uptime_h=max(0.0, (time.time() - psutil.boot_time()) / 3600),
        virtual=_virtual(),
        remote=_remote(),
    )


def power() -> Power:
    """Mains or battery."""
    with suppress(AttributeError, OSError, RuntimeError, NotImplementedError):
        battery: Any = psutil.sensors_battery()
        if battery is not None:
            plugged = battery.power_plugged
            return Power(None if plugged is None else not plugged, float(battery.percent))
    return Power(None, None)


def memory_available_gib() -> float:
    """Memory that programs can have without swapping."""
    return psutil.virtual_memory().available / GIB


def swap_used_percent() -> float | None:
    """Share of the swap space in use; ``None`` where there is none."""
    with suppress(OSError, RuntimeError):
        swap = psutil.swap_memory()
        return float(swap.percent) if swap.total else None
    return None


def disk_free_gib() -> float | None:
    """Free space on the disk with the person's own files."""
    for place in (Path.home, Path.cwd):
        with suppress(OSError, RuntimeError):
            return psutil.disk_usage(str(place())).free / GIB
    return None


def frequency_mhz() -> tuple[float, float] | None:
    """The processor's present and highest frequency in MHz (highest 0 where unknown), or ``None``."""
    with suppress(AttributeError, OSError, RuntimeError, NotImplementedError):
        frequency: Any = psutil.cpu_freq()
        if frequency is not None and frequency.current:
            return float(frequency.current), float(frequency.max)
    return None


def _os_name() -> str:
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    if sys.platform == "win32":
        edition, build = platform.win32_edition() or "", platform.version()
        return f"Windows {platform.release()} {edition} ({build})".replace("  ", " ")
    with suppress(OSError):
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return f"{platform.system()} {platform.release()}"


_VENDORS = {
    "vmware": "VMware",
    "virtualbox": "VirtualBox",
    "innotek": "VirtualBox",
    "qemu": "QEMU",
    "kvm": "KVM",
    "bochs": "QEMU",
    "xen": "Xen",
    "parallels": "Parallels",
    "virtual machine": "Hyper-V",
    "amazon ec2": "Amazon EC2",
    "google compute engine": "Google Cloud",
    "openstack": "OpenStack",
}


def virtual_by_names(*names: str) -> str:
    """The kind of virtual machine that a maker's or product's name gives away, or empty."""
    joined = " ".join(names).lower()
    return next((kind for word, kind in _VENDORS.items() if word in joined), "")


def _virtual() -> str:
    if sys.platform == "win32":
        return virtual_by_names(_bios("SystemManufacturer"), _bios("SystemProductName"))
    if sys.platform == "darwin":
        return "macOS" if _answer("/usr/sbin/sysctl", "-n", "kern.hv_vmm_present") == "1" else ""
    if "microsoft" in _text("/proc/sys/kernel/osrelease").lower():
        return "WSL"
    dmi = "/sys/class/dmi/id"
    named = virtual_by_names(_text(f"{dmi}/sys_vendor"), _text(f"{dmi}/product_name"))
    if named or " hypervisor" not in _text("/proc/cpuinfo"):
        return named
    return "hypervisor"


def _bios(value: str) -> str:
    if sys.platform == "win32":
        import winreg

        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\BIOS") as key,
        ):
            return str(winreg.QueryValueEx(key, value)[0])
    return ""


_REMOTE_BY_ENVIRONMENT = (
    ("SSH_CONNECTION", "SSH"),
    ("XRDP_SESSION", "RDP"),
    ("CHROME_REMOTE_DESKTOP_SESSION", "Chrome Remote Desktop"),
    ("NX_SESSION_ID", "NoMachine"),
)


def _remote() -> str:
    if sys.platform == "win32":
        import ctypes

        session = os.environ.get("SESSIONNAME", "").upper()
        if session.startswith("ICA"):
            return "Citrix"
        sm_remotesession = 0x1000
        return "RDP" if ctypes.windll.user32.GetSystemMetrics(sm_remotesession) else ""
    return next((kind for name, kind in _REMOTE_BY_ENVIRONMENT if os.environ.get(name)), "")


def _answer(*command: str) -> str:
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_QUESTION_TIMEOUT_S, check=False
        ).stdout.strip()
    return ""


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace")
    return ""
