"""Asks for the sound devices in a child process, once or for as long as a recording lasts."""

from __future__ import annotations

import threading
from types import TracebackType

import msgspec

from checks.audio.devices.interface import Survey
from checks.child import Child

MODULE = "checks.audio.devices"
ANSWERS_WITHIN_S = 3.0
"""A fresh interpreter on a slow computer needs most of it."""
NO_ANSWER = Survey(told_by="nobody", trouble="no_answer")

_decode = msgspec.json.Decoder(Survey).decode


class Watch:
    """Follows the devices while it is entered. Leaving ends its child.

    ``first`` is how things stood when it began, ``latest`` how they stand now.
    """

    def __init__(self, arguments: tuple[str, ...] = ("--watch",)) -> None:
        self._child = Child(MODULE, arguments)
        self._surveys: list[Survey] = []
        self._came = threading.Event()
        self._reader = threading.Thread(target=self._read, name="devices", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            for line in self._child.lines():
                self._surveys.append(_decode(line))
                self._came.set()
        except (msgspec.MsgspecError, ValueError, OSError):
            return
        finally:
            self._came.set()

    def first(self, timeout_s: float = ANSWERS_WITHIN_S) -> Survey:
        """The first survey, or :data:`NO_ANSWER` when none has come within the time-out."""
        self._came.wait(timeout_s)
        return self._surveys[0] if self._surveys else NO_ANSWER

    @property
    def answered(self) -> bool:
        """Whether the first survey is here, or will never come."""
        return self._came.is_set()

    @property
    def latest(self) -> Survey:
        """The newest survey, or :data:`NO_ANSWER`."""
        return self._surveys[-1] if self._surveys else NO_ANSWER

    @property
    def seen(self) -> tuple[Survey, ...]:
        """Every survey that differed from the one before, in order."""
        return tuple(self._surveys)

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._child.__exit__(kind, error, at)
        self._reader.join(1.0)


def survey(timeout_s: float = ANSWERS_WITHIN_S) -> Survey:
    """The devices now. Blocks up to ``timeout_s``; never raises: see :attr:`Survey.trouble`."""
    with Watch(()) as watch:
        return watch.first(timeout_s)
