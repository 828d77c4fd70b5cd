"""The employer's line, as a run may use it: the right to its reflector and to its bandwidth test."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from employer.keys import EmployerKeys
from employer.reflector import Metrics, ReflectorConfig
from employer.reflectors import Reflectors, merged, wanted_number
from employer.settings import Settings
from protocol import ticket
from protocol.messages import LineOffer, ReflectorCounts

PACKETS_PER_S = 50
MAX_SECONDS = 1800
"""Of probing in one run: thirty times what a run takes, for re-runs after something was mended."""
TELL_EVERY_S = 300.0
"""How often the log says what the reflectors did, where they did anything."""

_log = logging.getLogger(__name__)


class Line:
    """The reflectors beside this receiver."""

    def __init__(self, settings: Settings, keys: EmployerKeys) -> None:
        self._key = keys.ticket_key
        self._advertised_host = settings.reflector_name
        self.reflectors = Reflectors(
            ReflectorConfig(ticket_key=self._key.hex(), host=settings.reflector_host, port=settings.reflector_port),
            wanted_number(settings.reflector_processes),
        )
        self._stopped = threading.Event()

    def start(self) -> None:
        """Returns when all listen. Raises :class:`employer.reflector_process.ReflectorError`."""
        self.reflectors.start()
        threading.Thread(target=self._tell, name="reflector-log", daemon=True).start()

    def stop(self) -> None:
        """Ends them."""
        self._stopped.set()
        self.reflectors.stop()

    def offer(self, session: bytes, bearer: str, expires_at: datetime) -> LineOffer:
        """The right to the line until then."""
        right = ticket.issue(
            self._key,
            session=session,
            expires_at=int(expires_at.timestamp()),
            packets_per_s=PACKETS_PER_S,
            max_seconds=MAX_SECONDS,
        )
        return LineOffer(
            reflector_host=self._advertised_host,
            reflector_port=self.reflectors.port,
            session=session.hex(),
            ticket=right.hex(),
            bearer=bearer,
        )

    def counts(self, session: bytes) -> ReflectorCounts | None:
        """What the reflectors saw of a session; ``None`` when one doesn't answer now. Blocks up to 2 s for each."""
        return self.reflectors.counts(session)

    def metrics(self) -> Metrics:
        """What the reflectors that answer now did since they were started. Blocks up to 2 s for each."""
        return merged(self.reflectors.metrics())

    def _tell(self) -> None:
        told = 0
        while not self._stopped.wait(TELL_EVERY_S):
            metrics = self.metrics()
            if metrics.packets != told:
                told = metrics.packets
                _log.info("reflector: %s, restarts=%d", summary(metrics), self.reflectors.restarts)


def summary(metrics: Metrics) -> str:
    """For the log."""
    held = "unknown" if metrics.held_p99_ms is None else f"{metrics.held_p99_ms:.2f}"
    dropped = ", ".join(f"dropped_{why}={number}" for why, number in sorted(metrics.dropped.items()))
    return (
        f"packets={metrics.packets}, answered={metrics.answered}, {dropped + ', ' if dropped else ''}"
        f"overflowed={metrics.overflowed}, sessions={metrics.sessions}, held_p99_ms={held}"
    )
