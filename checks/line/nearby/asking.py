"""Asks what is near while a step goes on: starts the process that does it, and brings what it saw."""

from __future__ import annotations

import contextlib
import threading
import time
from types import TracebackType

import msgspec

from checks.child import Child
from checks.interface import Context, Probe
from checks.line.nearby.messages import STOP, Nearby, Order
from checks.line.probing import target_of

_ANSWER_S = 1.5
"""How long its word is waited for."""


class AskingNearby:
    """A context manager: leaving it ends the process. Nothing here raises but ``Cancelled``: what can't be asked
    stays unknown."""

    def __init__(self, context: Context) -> None:
        self._order = Order(host=target_of(context).host, second=context.policy.line.second_target)
        self._child: Child | None = None
        self._seen: Nearby | None = None
        self._reader = threading.Thread(target=self._read, name="nearby-reader", daemon=True)

    def result(self, probe: Probe) -> Nearby | None:
        """Stops asking, and says what was seen; ``None`` when that can't be had."""
        self._tell(STOP)
        until = time.monotonic() + _ANSWER_S
        while self._seen is None and self._reader.is_alive() and time.monotonic() < until:
            probe.wait(0.02)
        return self._seen

    def __enter__(self) -> AskingNearby:
        with contextlib.suppress(OSError):
            self._child = Child("checks.line.nearby.prober")
            self._tell(msgspec.json.encode(self._order) + b"\n")
            self._reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child is not None:
            self._child.kill()
            self._reader.join(1.0)
            self._child.__exit__(kind, error, at)

    def _tell(self, line: bytes) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError, ValueError):
                self._child.stdin.write(line)
                self._child.stdin.flush()

    def _read(self) -> None:
        assert self._child is not None
        for line in self._child.lines():
            with contextlib.suppress(msgspec.MsgspecError):
                self._seen = msgspec.json.decode(line, type=Nearby)
