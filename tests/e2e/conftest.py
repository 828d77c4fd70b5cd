"""What the end-to-end tests share: the virtual headset, an employer, an operator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from report.policy import default_toml
from tests.e2e.workplace import Employer, Operator
from tests.lab.headset.fixtures import plug_in
from tests.lab.router.fixtures import network

__all__ = ["network", "plug_in"]

WIDE_COMPUTER_LIMITS = {
    'computer.cpu_busy_percent"]\npass = 60\nfail = 85': 'computer.cpu_busy_percent"]\npass = 99',
    'computer.late_timers_percent"]\npass = 2': 'computer.late_timers_percent"]\npass = 100',
}
"""Machines that run tests are busy; a good workstation is not."""


def wide_policy() -> bytes:
    """The default policy with wide limits for the computer."""
    text = default_toml().decode().replace('version = "default-1"', 'version = "wide-1"')
    for old, new in WIDE_COMPUTER_LIMITS.items():
        if old not in text:
            raise AssertionError(f"the default policy no longer says {old!r}")
        text = text.replace(old, new)
    return text.encode()


@pytest.fixture
def employer(tmp_path: Path) -> Iterator[Employer]:
    """An employer on loopback, with wide limits for the computer."""
    with Employer(tmp_path, wide_policy()) as employer:
        yield employer


@pytest.fixture
def strict_employer(tmp_path: Path) -> Iterator[Employer]:
    """An employer on loopback, with the default limits."""
    with Employer(tmp_path, default_toml().replace(b'version = "default-1"', b'version = "strict-1"')) as employer:
        yield employer


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """The operator's computer, not enrolled."""
    return Operator(tmp_path)
