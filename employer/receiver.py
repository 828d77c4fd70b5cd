"""What every part of a running receiver shares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from employer.keys import EmployerKeys
from employer.limits import RateLimit
from employer.line import Line
from employer.settings import Settings
from employer.store.store import Store


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one caller may ask for what costs storage or proofs."""

    enrolments: RateLimit = field(default_factory=lambda: RateLimit(burst=60, per_minute=60))
    """By network address."""
    challenges: RateLimit = field(default_factory=lambda: RateLimit(burst=30, per_minute=3))
    """By device."""
    reports: RateLimit = field(default_factory=lambda: RateLimit(burst=200, per_minute=20))
    """By device. An outbox that empties after days without a network comes through at once."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that runs. Beside the database and the key file it holds no state that another would miss."""

    settings: Settings
    keys: EmployerKeys
    store: Store
    line: Line | None = None
    """Absent where operators measure no line here."""
    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    limits: Limits = field(default_factory=Limits)

    def url(self, path: str) -> str:
        """The address of ``path`` as envelopes name it."""
        return self.settings.public_url + path

    def close(self) -> None:
        """Ends the reflector, commits what waits, closes the database. Safe to call twice."""
        if self.line is not None:
            self.line.stop()
        self.store.close()
