"""Calls that may hang, ended in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

POLL_S = 0.05


class Late(Exception):
    """The call didn't end in time, or wasn't waited for any longer."""


class _Call(Generic[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self.result: list[T] = []
        self.error: BaseException | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        try:
            self.result.append(self._call())
        except BaseException as error:
            self.error = error
        self.ended.set()


def within(seconds: float, call: Callable[[], T], given_up: Callable[[], bool] = lambda: False) -> T:
    """What ``call`` gives, or :class:`Late` after ``seconds`` or soon after ``given_up()`` is true.

    The call runs on a daemon thread, which is left alone when it is late: a look-up of a host's name can hang for
    half a minute, and no time-out of a socket reaches it.
    """
    running = _Call(call)
    threading.Thread(target=running.run, name="call", daemon=True).start()
    deadline = time.monotonic() + seconds
    while not running.ended.wait(min(POLL_S, max(0.0, deadline - time.monotonic()))):
        if given_up() or time.monotonic() >= deadline:
            raise Late
    if running.error is not None:
        raise running.error
    return running.result[0]
