"""A program of its own that wakes every 20 ms, as a softphone's audio does, and says how late it was.

It writes one JSON line for each half second, and ends when its standard input closes.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import msgspec

PERIOD_S = 0.02
"""A softphone sends and plays one packet every 20 ms."""
TICKS_PER_LINE = 25
GAP_S = 1.0
"""A waking later than this is a computer that slept or stood still, not a late timer."""


class Ticks(msgspec.Struct, frozen=True):
    """What one line of the program says."""

    late_ms: tuple[float, ...]
    """How late each waking was."""
    gaps_s: tuple[float, ...] = ()
    """Times in which the computer stood still; the schedule begins anew after each."""


def _end_with_parent() -> None:
    """Ends this process when whoever started it closes our standard input, or dies."""
    while os.read(0, 64):
        pass
    os._exit(0)


def main() -> None:
    """Ticks until standard input closes.

    ``time.sleep`` on an absolute schedule: a late waking does not delay those after it, and on Windows it
    uses the high-resolution timer, which waiting for an event or a lock with a time-out does not.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    encoder = msgspec.json.Encoder()
    late_ms: list[float] = []
    gaps_s: list[float] = []
    due = time.perf_counter() + PERIOD_S
    while True:
        left = due - time.perf_counter()
        if left > 0:
            time.sleep(left)
        late = time.perf_counter() - due
        if late > GAP_S:
            gaps_s.append(round(late, 3))
            due = time.perf_counter()
        else:
            late_ms.append(round(max(0.0, late) * 1000, 3))
        due += PERIOD_S
        if len(late_ms) >= TICKS_PER_LINE:
            sys.stdout.buffer.write(encoder.encode(Ticks(tuple(late_ms), tuple(gaps_s))) + b"\n")
            sys.stdout.buffer.flush()
            late_ms.clear()
            gaps_s.clear()


if __name__ == "__main__":
    main()
