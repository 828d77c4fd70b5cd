"""Whether data is paid for by amount, in the words of the systems that tell."""

from __future__ import annotations

import time

import pytest

from checks.interface import Cancelled
from checks.line.metered import WITHIN_S, by_network_manager, by_windows, metered
from tests.checks.probe import TestProbe


@pytest.mark.parametrize(
    ("said", "costs"),
    [("u 1\n", True), ("u 3\n", True), ("u 2\n", False), ("u 4\n", False), ("u 0\n", None), ("", None), ("?", None)],
)
def test_network_manager_says_yes_no_or_nothing(said: str, costs: bool | None) -> None:
    assert by_network_manager(said) is costs


@pytest.mark.parametrize(
    ("said", "costs"),
    [("Unrestricted\r\n", False), ("Fixed\r\n", True), ("Variable\r\n", True), ("Unknown\r\n", None), ("", None)],
)
def test_windows_says_yes_no_or_nothing(said: str, costs: bool | None) -> None:
    assert by_windows(said) is costs


def test_this_system_is_asked_in_time() -> None:
    began = time.monotonic()
    assert metered(TestProbe()) in (None, True, False)
    assert time.monotonic() - began < 2 * WITHIN_S


@pytest.mark.skipif("sys.platform != 'linux'", reason="a program that hangs is put first on the path of Linux")
def test_a_system_that_does_not_answer_can_be_cancelled(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    hanging = folder / "busctl"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    probe = TestProbe()
    probe.cancel()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        metered(probe)
    assert time.monotonic() - began < 1
