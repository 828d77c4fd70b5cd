"""Token buckets: how often one caller may ask."""

from __future__ import annotations

import threading
from collections import OrderedDict


class RateLimit:
    """Lets every key through ``burst`` times at once and ``per_minute`` times a minute in the long run.

    It remembers the newest keys only, in this process only: enough against a loop that runs wild, which is what it
    is for.
    """

    def __init__(self, *, burst: int, per_minute: float, max_keys: int = 10_000) -> None:
        self._burst = burst
        self._per_s = per_minute / 60
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str, now_s: float) -> float:
        """0 and one token less, or the seconds until there is one. ``now_s`` is a monotonic clock's."""
        with self._lock:
            tokens, then = self._buckets.pop(key, (float(self._burst), now_s))
            tokens = min(self._burst, tokens + max(0.0, now_s - then) * self._per_s)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_s
            self._buckets[key] = (tokens - 1 if wait == 0 else tokens, now_s)
            while len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
            return wait
