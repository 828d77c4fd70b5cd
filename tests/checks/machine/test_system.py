"""Facts of this computer, and what names and counters give away."""

from __future__ import annotations

import socket
from dataclasses import astuple
from pathlib import Path

import pytest

from checks.machine import system as machine
from checks.machine.throttling import Throttling, limited_by_pmset


def test_the_facts_of_this_computer_are_plausible_and_name_nobody() -> None:
    facts = machine.system()
    assert facts.os
    assert facts.cores >= 1
    assert facts.memory_gib > 0.1
    assert facts.uptime_h >= 0
    assert socket.gethostname() not in {value for value in astuple(facts) if isinstance(value, str)}
    assert 0 < machine.memory_available_gib() <= facts.memory_gib
    free = machine.disk_free_gib()
    assert free is not None
    assert free > 0


def test_a_session_over_ssh_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSH_CONNECTION", "XRDP_SESSION", "CHROME_REMOTE_DESKTOP_SESSION", "NX_SESSION_ID"):
        monkeypatch.delenv(name, raising=False)
    assert machine.system().remote == ""
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    assert machine.system().remote == "SSH"


@pytest.mark.parametrize(
    ("maker", "product", "kind"),
    [
        ("VMware, Inc.", "VMware Virtual Platform", "VMware"),
        ("innotek GmbH", "VirtualBox", "VirtualBox"),
        ("Microsoft Corporation", "Virtual Machine", "Hyper-V"),
        ("Microsoft Corporation", "Surface Laptop 5", ""),
        ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "QEMU"),
        ("LENOVO", "20XW", ""),
        ("", "", ""),
    ],
)
def test_virtual_machines_are_told_by_their_maker(maker: str, product: str, kind: str) -> None:
    assert machine.virtual_by_names(maker, product) == kind


def test_a_kernel_counter_that_rises_is_a_slowed_processor(tmp_path: Path) -> None:
    assert Throttling(tmp_path).happened() is None
    counters = []
    for cpu in ("cpu0", "cpu1"):
        folder = tmp_path / cpu / "thermal_throttle"
        folder.mkdir(parents=True)
        counters.append(folder / "core_throttle_count")
        counters[-1].write_text("5\n")
    throttling = Throttling(tmp_path)
    assert throttling.happened() is False
    counters[1].write_text("6\n")
    assert throttling.happened() is True


@pytest.mark.parametrize(
    ("said", "limited"),
    [
        ("CPU Power notify\n\tCPU_Scheduler_Limit \t= 100\n\tCPU_Speed_Limit \t= 64\n", True),
        ("CPU Power notify\n\tCPU_Speed_Limit = 100\n", False),
        ("Note: No thermal warning level has been recorded\n", None),
    ],
)
def test_pmset_says_whether_a_mac_is_slowed(said: str, limited: bool | None) -> None:
    assert limited_by_pmset(said) is limited
