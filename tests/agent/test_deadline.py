"""A call that hangs is not waited for longer than said."""

from __future__ import annotations

import threading
import time

import pytest

from agent.deadline import Late, within


def test_a_result_and_an_error_come_through() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


def test_a_hanging_call_is_left_alone() -> None:
    release = threading.Event()
    began = time.monotonic()
    with pytest.raises(Late):
        within(0.1, lambda: release.wait(60))
    assert time.monotonic() - began < 5
    release.set()


def test_giving_up_ends_the_waiting() -> None:
    release, given_up = threading.Event(), threading.Event()
    threading.Timer(0.1, given_up.set).start()
    began = time.monotonic()
    with pytest.raises(Late):
        within(60, lambda: release.wait(60), given_up.is_set)
    assert time.monotonic() - began < 5
    release.set()


def test_no_time_left_is_late() -> None:
    release = threading.Event()
    with pytest.raises(Late):
        within(-1.0, lambda: release.wait(60))
    release.set()
