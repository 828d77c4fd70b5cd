"""Slows down those who guess passwords: after a few failures each further try must wait, longer each time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

FIRST_WAIT_S = 10.0
LONGEST_WAIT_S = 15 * 60.0
FORGOTTEN_AFTER_S = 60 * 60.0
"""Without a further failure."""
MAX_REMEMBERED = 10_000
"""Names and addresses; beyond, those that failed longest ago are forgotten."""

FREE_TRIES = {"user": 5, "address": 20}
"""Failures before the first wait. Many may share an address; nobody shares a name."""


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


@dataclass(frozen=True, slots=True)
class Subject:
    """What failures are counted by."""

    kind: str
    """A key of :data:`FREE_TRIES`."""
    name: str


class Throttle:
    """Failures by user name and by address. Of this process: with several, each gives its own free tries."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[Subject, _Failures] = OrderedDict()

    def attempt(self, subjects: Collection[Subject]) -> float:
        """0: go on; the try counts as failed until :meth:`succeeded`, so that many at once gain nothing.

        Else the seconds until the next try; this one isn't counted.
        """
        with self._lock:
            now = self._clock()
            wait = max((self._wait_s(subject, now) for subject in subjects), default=0.0)
            if wait == 0:
                for subject in subjects:
                    self._count(subject, now)
            return wait

    def succeeded(self, subjects: Collection[Subject]) -> None:
        """The try was right. A user's failures are forgotten, an address's stay: it may be guessing at others."""
        with self._lock:
            for subject in subjects:
                failures = self._failures.get(subject)
                if failures is None:
                    continue
                failures.count = 0 if subject.kind == "user" else failures.count - 1
                if failures.count <= 0:
                    del self._failures[subject]

    def _count(self, subject: Subject, now: float) -> None:
        before = self._failures.pop(subject, None)
        count = before.count if before and now - before.last < FORGOTTEN_AFTER_S else 0
        self._failures[subject] = _Failures(count + 1, now)
        while len(self._failures) > MAX_REMEMBERED:
            self._failures.popitem(last=False)

    def _wait_s(self, subject: Subject, now: float) -> float:
        failures = self._failures.get(subject)
        if failures is None or now - failures.last >= FORGOTTEN_AFTER_S:
            return 0.0
        over = failures.count - FREE_TRIES[subject.kind]
        if over < 0:
            return 0.0
        wait = min(FIRST_WAIT_S * 2.0 ** min(over, 30), LONGEST_WAIT_S)
        return max(0.0, failures.last + wait - now)


def user(name: str) -> Subject:
    """Counted by the name that was given, whether or not there is such a user."""
    return Subject("user", name.casefold()[:200])


def address(host: str) -> Subject:
    """Counted by address; of IPv6 by its /64, which one household has to itself."""
    try:
        ip = ip_address(host)
    except ValueError:
        return Subject("address", host[:100])
    return Subject("address", str(ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip))
